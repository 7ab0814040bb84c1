//! Lines and braces of a keepalived.conf, written as they come.

use std::fmt::Display;
use std::io::{self, Write};

/// Writes indented lines; the first error stops everything behind it and is returned at the end.
pub(super) struct Text<'a> {
    out: &'a mut dyn Write,
    depth: usize,
    result: io::Result<()>,
}

impl<'a> Text<'a> {
    pub(super) fn new(out: &'a mut dyn Write) -> Self {
        Self { out, depth: 0, result: Ok(()) }
    }

    /// A line of words.
    pub(super) fn line(&mut self, words: impl Display) {
        if self.result.is_ok() {
            // Formatting with a width writes blank by blank, which is most of the time then.
            let indent = BLANKS.get(..self.depth * INDENT).unwrap_or(BLANKS);
            self.result =
                self.out.write_all(indent.as_bytes()).and_then(|()| writeln!(self.out, "{words}"));
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

    /// An empty line.
    pub(super) fn gap(&mut self) {
        if self.result.is_ok() {
            self.result = writeln!(self.out);
        }
    }

    pub(super) fn finish(self) -> io::Result<()> {
        self.result
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

/// A command line as one quoted argument. Braces and comment signs are safe inside the quotes.
pub(super) fn command(value: &str) -> String {
    format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""))
}

/// A regular expression: this keyword unescapes once (`\\` and `\"`).
pub(super) fn expression(value: &str) -> String {
    command(value)
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
