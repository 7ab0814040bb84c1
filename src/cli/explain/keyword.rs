//! The page of a keyword: where it stands, what follows it, what holds without it. All of it is in
//! the tables that check the files.

use std::fmt::{Display, Write as _};

use anstyle::Style;

use crate::syntax::schema::{self, Argument, Body, Keyword, target};
use crate::syntax::{Format, suggest};

/// The pages of `text`: a keyword of any format, perhaps with the end of its blocks in front
/// (`virtual_server/real_server/weight`).
pub(super) fn pages(text: &str) -> Option<String> {
    let (block, word) = text.rsplit_once('/').unwrap_or(("", text));
    let mut entries: Vec<Entry> = Vec::new();
    for format in Format::ALL {
        let rows = schema::find_anywhere(format, word).iter();
        for row in rows.filter(|row| ends_with(row.within, block)) {
            // Many words mean the same in several blocks.
            match entries.iter_mut().find(|entry| entry.is_same(format, row)) {
                Some(entry) => entry.blocks.push(row.within),
                None => entries.push(Entry { format, row, blocks: vec![row.within] }),
            }
        }
    }
    let pages: Vec<String> = entries.iter().map(Entry::page).collect();
    (!pages.is_empty()).then(|| pages.join("\n"))
}

/// All words, for suggestions. Those in angle brackets stand for what a line begins with.
pub(super) fn words() -> impl Iterator<Item = &'static str> {
    words_of("")
}

/// Those of a block, by the end of its path.
fn words_of(block: &str) -> impl Iterator<Item = &'static str> {
    let rows = Format::ALL.into_iter().flat_map(schema::keywords).flat_map(|rows| rows.iter());
    let inside = rows.filter(move |row| ends_with(row.within, block));
    inside.map(|row| row.word).filter(|word| !word.starts_with('<'))
}

/// What may be meant by a keyword behind its block: another one of that block, or the same elsewhere.
pub(super) fn near(text: &str) -> Option<String> {
    let (block, word) = text.rsplit_once('/')?;
    let is_known = |word: &&str| words().any(|known| known == *word);
    let near = suggest(word, words_of(block)).map(|near| format!("{block}/{near}"));
    near.or_else(|| Some(word).filter(is_known).map(ToOwned::to_owned))
        .or_else(|| suggest(word, words()).map(ToOwned::to_owned))
}

/// Whether a path of blocks ends with whole names.
fn ends_with(path: &str, end: &str) -> bool {
    let rest = path.strip_suffix(end);
    end.is_empty() || rest.is_some_and(|rest| rest.is_empty() || rest.ends_with('/'))
}

/// Rows of one format that say the same.
struct Entry {
    format: Format,
    row: &'static Keyword,
    /// The blocks in which it may stand; "" is outside of all.
    blocks: Vec<&'static str>,
}

impl Entry {
    fn is_same(&self, format: Format, row: &Keyword) -> bool {
        let ours = self.row;
        self.format == format
            && (ours.arguments, ours.body) == (row.arguments, row.body)
            && (ours.default, ours.meaning) == (row.default, row.meaning)
            && (target::since(ours), ours.alias_of) == (target::since(row), row.alias_of)
    }

    fn page(&self) -> String {
        let (row, bold) = (self.row, Style::new().bold());
        let mut out = format!("{bold}{}{bold:#}", row.word);
        for argument in row.arguments {
            out.push(' ');
            out.push_str(&form(argument));
        }
        if self.format == Format::Keepalived && row.body != Body::None {
            out.push_str(" { ... }");
        }
        // Writing to a string cannot fail.
        let _ = writeln!(out, "\n  {}\n", row.meaning);
        for (name, value) in self.facts() {
            let _ = writeln!(out, "  {name:<NAME_WIDTH$}{value}");
        }
        if let Body::Block(within) | Body::Lines(within) = row.body {
            let _ = writeln!(out, "\n  holds");
            let rows = schema::keywords(self.format).iter().flat_map(|rows| rows.iter());
            for row in rows.filter(|row| row.within == within) {
                let _ = writeln!(out, "    {:<WORD_WIDTH$}{}", row.word, row.meaning);
            }
        }
        out
    }

    /// Names and values of one line each; releases and builds are keepalived's.
    fn facts(&self) -> Vec<(&'static str, String)> {
        let row = self.row;
        let mut facts = vec![("file", self.format.file_name().to_owned())];
        let blocks = self.blocks.iter().map(|block| match (self.format, *block) {
            (Format::Keepalived | Format::Ldirectord, "") => "the top level",
            (Format::Authkeys, "key") => "the line of a key, behind its number",
            (_, block) => block,
        });
        let blocks: Vec<&str> = blocks.filter(|block| !block.is_empty()).collect();
        if !blocks.is_empty() {
            facts.push(("inside", blocks.join(", ")));
        }
        facts.extend(row.arguments.iter().filter_map(values).map(|values| ("values", values)));
        let default = Some(row.default).filter(|default| !default.is_empty());
        facts.extend(default.map(|default| ("default", default.to_owned())));
        if self.format == Format::Keepalived {
            facts.extend(target::since(row).map(|first| ("since", first.to_string())));
            let options = target::BUILD_WORDS.iter().filter(|(word, _)| *word == row.word);
            facts.extend(options.map(|(_, option)| ("build", format!("with {}", option.name()))));
            let quirks = target::QUIRKS
                .iter()
                .filter(|quirk| quirk.word == row.word && self.blocks.contains(&quirk.within));
            facts.extend(quirks.map(|quirk| {
                ("habit", format!("{} (from {} until {})", quirk.what, quirk.from, quirk.until))
            }));
        }
        facts.extend(row.alias_of.map(|other| ("same as", format!("{other}, the present name"))));
        if row.secret {
            facts.push(("secret", "lvsha shows its value nowhere".to_owned()));
        }
        facts
    }
}

/// How an argument is written, as manuals do it.
fn form(argument: &Argument) -> String {
    match argument {
        Argument::Address => "IP".to_owned(),
        Argument::After(words, inner) => format!("[{}] {}", words.join("|"), form(inner)),
        Argument::Prefix => "IP[/LENGTH]".to_owned(),
        Argument::Boolean => "on|off".to_owned(),
        Argument::Command => "COMMAND [USER [GROUP]]".to_owned(),
        Argument::Interface => "INTERFACE".to_owned(),
        Argument::Integer(..) | Argument::Number(_) => "NUMBER".to_owned(),
        Argument::Lapse => "TIME".to_owned(),
        Argument::Name => "NAME".to_owned(),
        Argument::OneOf(words) if words.len() <= FEW => words.join("|"),
        Argument::OneOf(_) => "WORD".to_owned(),
        Argument::Path => "FILE".to_owned(),
        Argument::Pattern => "REGEX".to_owned(),
        Argument::Port => "PORT".to_owned(),
        Argument::Range => "FIRST-LAST".to_owned(),
        Argument::Seconds(..) => "SECONDS".to_owned(),
        Argument::Rest => "...".to_owned(),
        Argument::Optional(inner) => format!("[{}]", form(inner)),
        Argument::Many(inner) => format!("{}...", form(inner)),
    }
}

/// The values that an argument may have, where its form does not say it.
fn values(argument: &Argument) -> Option<String> {
    Some(match argument {
        Argument::Integer(least, most) if *most >= UNLIMITED => format!("at least {least}"),
        Argument::Integer(least, most) => between(least, most),
        Argument::Seconds(least, most) if *most >= ENDLESS => format!("at least {least}"),
        Argument::Seconds(least, most) => between(least, most),
        Argument::Number(numbers) => {
            let (least, most) = numbers.range;
            let range = between(least, most);
            match numbers.names.is_empty() {
                true => range,
                false => format!("{range}, or {}", numbers.names.join(", ")),
            }
        }
        Argument::OneOf(words) if words.len() > FEW => words.join(", "),
        Argument::Lapse => "a number, perhaps with `ms` or `s` behind it".to_owned(),
        Argument::After(_, inner) | Argument::Optional(inner) | Argument::Many(inner) => {
            return values(inner);
        }
        _ => return None,
    })
}

fn between(least: impl Display, most: impl Display) -> String {
    format!("from {least} to {most}")
}

/// So many words can stand in the first line.
const FEW: usize = 4;
/// Limits of the programs' own numbers, which nobody means.
const UNLIMITED: i64 = i32::MAX as i64;
const ENDLESS: f64 = 4_294.0;
const NAME_WIDTH: usize = 9;
/// Room for most words; a longer one moves its meaning to the right.
const WORD_WIDTH: usize = 28;
