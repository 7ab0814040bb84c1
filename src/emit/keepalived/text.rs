//! Lines and braces of a keepalived.conf, written as they come.

use std::fmt::{self, Display};
use std::io::{self, Write};

use crate::model::setting::{Said, Settings};
use crate::model::{Carried, Weight, show_exact_seconds, show_milliseconds};
use crate::source::text::encode;

/// Writes indented lines; the first error stops everything behind it and is returned at the end.
pub(super) struct Text<'a> {
    out: &'a mut dyn Write,
    depth: usize,
    /// Heads of open blocks that are written when something stands inside.
    pending: Vec<String>,
    result: io::Result<()>,
}

/// Takes text and writes the bytes that it was decoded from.
struct Bytes<'a> {
    out: &'a mut dyn Write,
    result: &'a mut io::Result<()>,
}

impl fmt::Write for Bytes<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if self.result.is_ok() {
            *self.result = self.out.write_all(&encode(text));
        }
        if self.result.is_ok() { Ok(()) } else { Err(fmt::Error) }
    }
}

impl<'a> Text<'a> {
    pub(super) fn new(out: &'a mut dyn Write) -> Self {
        Self { out, depth: 0, pending: Vec::new(), result: Ok(()) }
    }

    /// A line of words.
    pub(super) fn line(&mut self, words: impl Display) {
        if !self.pending.is_empty() {
            self.heads();
        }
        if self.result.is_ok() {
            // Formatting with a width writes blank by blank, which is most of the time then.
            let indent = BLANKS.get(..self.depth * INDENT).unwrap_or(BLANKS);
            self.result = self.out.write_all(indent.as_bytes());
            let mut bytes = Bytes { out: self.out, result: &mut self.result };
            // Why it failed stands in the result.
            let _ = fmt::write(&mut bytes, format_args!("{words}\n"));
        }
    }

    /// A line `keyword value`, when there is a value.
    pub(super) fn maybe(&mut self, keyword: &str, value: Option<impl Display>) {
        if let Some(value) = value {
            self.line(format_args!("{keyword} {value}"));
        }
    }

    /// A block with `head` in front of its brace.
    pub(super) fn block(&mut self, head: impl Display, body: impl FnOnce(&mut Self)) {
        self.line(format_args!("{head} {{"));
        self.depth += 1;
        body(self);
        self.depth -= 1;
        self.line("}");
    }

    /// A block that is left out when nothing stands inside.
    pub(super) fn block_of_any(&mut self, head: impl Display, body: impl FnOnce(&mut Self)) {
        self.pending.push(head.to_string());
        self.depth += 1;
        body(self);
        self.depth -= 1;
        if self.pending.pop().is_none() {
            self.line("}");
        }
    }

    /// All stated settings; `prefix` is what their keywords begin with here.
    pub(super) fn settings(&mut self, prefix: &str, settings: &dyn Settings) {
        settings.each(&mut |keyword, stated| {
            if let Some(words) = said(keyword, stated.value) {
                self.line(format_args!("{prefix}{words}"));
            }
        });
    }

    /// What has no field, as it was read. A translation's input has no text here.
    pub(super) fn carried(&mut self, carried: &[Carried]) {
        for carried in carried {
            let mut continued = false;
            for line in carried.text.lines() {
                if continued {
                    // Inside a definition of several lines every blank counts.
                    self.verbatim(line);
                } else {
                    self.carried_line(line);
                }
                let defines = continued || line.starts_with('$');
                continued = defines && line.ends_with('\\');
            }
        }
    }

    /// An empty line.
    pub(super) fn gap(&mut self) {
        if self.result.is_ok() {
            self.result = writeln!(self.out);
        }
    }

    pub(super) fn finish(self) -> io::Result<()> {
        self.result
    }

    fn carried_line(&mut self, line: &str) {
        if line == "}" {
            self.depth = self.depth.saturating_sub(1);
        }
        self.line(line);
        // A brace inside quotes is not the last character of its line.
        if line.ends_with('{') {
            self.depth += 1;
        }
    }

    fn verbatim(&mut self, line: &str) {
        if self.result.is_ok() {
            self.result = writeln!(self.out, "{line}");
        }
    }

    /// Writes the heads that waited for a line.
    fn heads(&mut self) {
        let heads = std::mem::take(&mut self.pending);
        let depth = self.depth;
        for (number, head) in heads.iter().enumerate() {
            self.depth = (depth + number).saturating_sub(heads.len());
            self.line(format_args!("{head} {{"));
        }
        self.depth = depth;
    }
}

/// A setting with its value; `None` when leaving it out says it.
pub(super) fn said(keyword: &str, said: Said<'_>) -> Option<String> {
    let one = |value: &dyn Display| Some(format!("{keyword} {value}"));
    let bare = || Some(keyword.to_owned());
    match said {
        Said::Address(address) => one(address),
        Said::Boolean(value) => one(value),
        Said::Command(run) => one(&with_user(&run.line, run.user.as_deref())),
        Said::Flag(value) => value.then(bare).flatten(),
        Said::Milliseconds(time) => one(&show_milliseconds(*time)),
        Said::Number(number) => one(number),
        Said::OptionalNumber(number) => number.map_or_else(bare, |number| one(&number)),
        Said::OptionalWord(text) => text.as_ref().map_or_else(bare, |text| one(&word(text))),
        Said::Seconds(time) => one(&show_exact_seconds(*time)),
        Said::Secret(secret) => one(&word(&secret.0)),
        Said::Signed(number) => one(number),
        Said::Weight(weight) => one(&weighing(*weight)),
        Said::Word(text) => one(&word(text)),
        Said::Words(list) => {
            let words = list.iter().map(|text| format!(" {}", word(text)));
            Some(words.fold(keyword.to_owned(), |line, next| line + &next))
        }
    }
}

/// `N`, `N reverse` or `N noreverse`.
pub(super) fn weighing(weight: Weight) -> String {
    format!("{}{}", weight.value, reversing(weight.reverse))
}

/// What says whether up counts as down, with a blank before it.
pub(super) fn reversing(reverse: Option<bool>) -> &'static str {
    match reverse {
        Some(true) => " reverse",
        Some(false) => " noreverse",
        None => "",
    }
}

/// A command line with the user who runs it.
pub(super) fn with_user(line: &str, user: Option<&str>) -> String {
    match user {
        Some(user) => format!("{} {user}", command(line)),
        None => command(line),
    }
}

/// `value` as one word of keepalived.conf: quoted when a blank, a comment sign or a brace is in
/// it. Inside its quotes keepalived knows no escape, so a quote becomes an apostrophe.
pub(super) fn word(value: &str) -> String {
    let special = |c: char| c.is_whitespace() || "#!{}\"'".contains(c);
    if value.is_empty() || value.contains(special) {
        return format!("\"{}\"", value.replace('"', "'"));
    }
    value.to_owned()
}

/// A text whose escapes are undone once, as one quoted argument: a command line, a regular
/// expression. Braces and comment signs are safe inside the quotes, as long as no quote stands
/// between them: keepalived counts those before it looks at escapes.
pub(super) fn command(value: &str) -> String {
    let mut text = String::with_capacity(value.len() + 2);
    text.push('"');
    for character in value.chars() {
        match character {
            '"' => text.push_str("\\042"),
            '\\' => text.push_str("\\\\"),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            other => text.push(other),
        }
    }
    text.push('"');
    text
}

/// A path of a URL: what a request line cannot hold is percent-encoded.
pub(super) fn path(value: &str) -> String {
    let encoded: String = value
        .chars()
        .map(|c| match c {
            '"' => "%22".to_owned(),
            ' ' => "%20".to_owned(),
            c => c.to_string(),
        })
        .collect();
    word(&encoded)
}

const INDENT: usize = 4;
/// The deepest indent: url blocks stand five levels deep.
const BLANKS: &str = "                                ";
