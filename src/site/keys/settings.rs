//! `keepalived = { garp_master_delay = 5 }`: the many settings that have a keyword of keepalived's
//! and no key of their own. The model's declarations are the rows.

use super::reader::OTHER_NAMES;
use super::{Names, Plain, Reader, table};
use crate::model::Sourced;
use crate::model::setting::{Command, Said, Secret, Settings, Slot, Weight};
use crate::site::document::{Entry, Item, Literal};
use crate::source::Diagnostic;
use crate::source::codes::inventory;

/// Groups of settings, each with what its keywords begin with.
pub(super) type Groups<'a> = [(&'static str, &'a dyn Settings)];

/// Reads a table of keywords into the first group that knows each.
pub(super) fn read(
    groups: &mut [(&'static str, &mut dyn Settings)],
    item: &Item,
    reader: &mut Reader<'_>,
) {
    let Literal::Table(entries) = &item.value else {
        return reader.wrong(item, "a table of keepalived's keywords");
    };
    for entry in entries {
        let slot = groups
            .iter_mut()
            .find_map(|(prefix, group)| group.slot(entry.key.strip_prefix(*prefix)?));
        match slot {
            Some(slot) => fill(slot, &entry.item, reader),
            None => {
                let at = reader.place(entry.key_span);
                let message = format!("keepalived has no setting `{}` here", entry.key);
                let finding = Diagnostic::new(inventory::UNKNOWN_KEY, at, message);
                // What has a key of its own is none of these.
                let own = OTHER_NAMES.iter().find(|(other, _)| *other == entry.key);
                reader.report(match own {
                    Some((_, own)) => finding.help(format!("write `{own}` beside `keepalived`")),
                    None => finding.help("its manual page says where the word stands"),
                });
            }
        }
    }
}

/// The inverse of [`read`].
pub(super) fn write(groups: &Groups<'_>, names: &Names) -> Option<Item> {
    let mut entries = Vec::new();
    for (prefix, group) in groups {
        group.each(&mut |keyword, said| {
            if let Some(value) = literal(said.value, names) {
                let item = Item::from_place(value, said.at);
                entries.push(Entry::new(format!("{prefix}{keyword}"), item));
            }
        });
    }
    table(entries)
}

fn fill(slot: Slot<'_>, item: &Item, reader: &mut Reader<'_>) {
    use super::Slot as _;
    match slot {
        Slot::Address(slot) => slot.fill(item, reader),
        Slot::Boolean(slot) | Slot::Flag(slot) => slot.fill(item, reader),
        Slot::Command(slot) => slot.fill(item, reader),
        Slot::Milliseconds(slot) | Slot::Seconds(slot) => slot.fill(item, reader),
        Slot::Number(slot) => slot.fill(item, reader),
        Slot::OptionalNumber(slot) => slot.fill(item, reader),
        Slot::OptionalWord(slot) => slot.fill(item, reader),
        Slot::Secret(slot) => {
            if let Some(text) = reader.secret(item) {
                *slot = Some(Sourced::new(Secret(text), reader.place(item.span)));
            }
        }
        Slot::Signed(slot) => slot.fill(item, reader),
        Slot::Weight(slot) => slot.fill(item, reader),
        Slot::Word(slot) => slot.fill(item, reader),
        Slot::Words(slot) => slot.fill(item, reader),
    }
}

fn literal(said: Said<'_>, names: &Names) -> Option<Literal> {
    Some(match said {
        Said::Address(value) => value.write(),
        Said::Boolean(value) | Said::Flag(value) => value.write(),
        Said::Command(value) => value.write(),
        Said::Milliseconds(value) | Said::Seconds(value) => value.write(),
        Said::Number(value) => value.write(),
        Said::OptionalNumber(value) => value.write(),
        Said::OptionalWord(value) => value.write(),
        Said::Secret(Secret(text)) => Literal::Text(names.of_secret(text)?.to_owned()),
        Said::Signed(value) => value.write(),
        Said::Weight(value) => value.write(),
        Said::Word(value) => value.write(),
        Said::Words(value) => value.write(),
    })
}

/// A command, or `{ command = "...", user = "..." }`.
impl Plain for Command {
    fn shape() -> String {
        "a command, or { command = \"...\", user = \"...\" }".to_owned()
    }

    fn read(literal: &Literal) -> Option<Self> {
        if let Literal::Text(line) = literal {
            return Some(Self { line: line.clone(), user: None });
        }
        let Literal::Table(entries) = literal else { return None };
        let value = |key: &str| {
            let entry = entries.iter().find(|entry| entry.key == key)?;
            String::read(&entry.item.value)
        };
        Some(Self { line: value("command")?, user: value("user") })
    }

    fn write(&self) -> Literal {
        match &self.user {
            None => self.line.write(),
            Some(user) => Literal::Table(vec![
                Entry::new("command", self.line.write()),
                Entry::new("user", user.write()),
            ]),
        }
    }
}

/// A value, or `true` for the bare keyword.
impl<P: Plain> Plain for Option<P> {
    fn shape() -> String {
        format!("true, or {}", P::shape())
    }

    fn read(literal: &Literal) -> Option<Self> {
        match literal {
            Literal::Boolean(true) => Some(None),
            other => P::read(other).map(Some),
        }
    }

    fn write(&self) -> Literal {
        self.as_ref().map_or(Literal::Boolean(true), Plain::write)
    }
}

/// The words of a line, `"10.1.0.0/16 via 10.0.0.1"`; a list where a word holds a blank.
impl Plain for Vec<String> {
    fn shape() -> String {
        "a line of words, or a list of them".to_owned()
    }

    fn read(literal: &Literal) -> Option<Self> {
        if let Literal::Text(line) = literal {
            return Some(line.split_whitespace().map(str::to_owned).collect());
        }
        let Literal::List(items) = literal else { return None };
        items.iter().map(|item| String::read(&item.value)).collect()
    }

    fn write(&self) -> Literal {
        let is_word = |word: &String| !word.is_empty() && !word.contains(char::is_whitespace);
        if !self.is_empty() && self.iter().all(is_word) {
            return Literal::Text(self.join(" "));
        }
        Literal::List(self.iter().map(|word| word.write().into()).collect())
    }
}

/// `-20`, or `"-20 reverse"`.
impl Plain for Weight {
    fn shape() -> String {
        "a number, perhaps with \"reverse\" behind it".to_owned()
    }

    fn read(literal: &Literal) -> Option<Self> {
        if let Some(value) = i32::read(literal) {
            return Some(Self { value, reverse: None });
        }
        let Literal::Text(text) = literal else { return None };
        let (value, word) = text.split_once(' ')?;
        let reverse = match word {
            "reverse" => true,
            "noreverse" => false,
            _ => return None,
        };
        Some(Self { value: value.parse().ok()?, reverse: Some(reverse) })
    }

    fn write(&self) -> Literal {
        match self.reverse {
            None => self.value.write(),
            Some(true) => Literal::Text(format!("{} reverse", self.value)),
            Some(false) => Literal::Text(format!("{} noreverse", self.value)),
        }
    }
}
