//! Regular expressions of ldirectord (Perl) and keepalived (PCRE2), with limits.

use fancy_regex::{Regex, RegexBuilder};

use super::super::{Failure, TextPattern};
use super::{Refusal, line};
use crate::source::text::decode;

/// A compiled expression.
pub(super) struct Pattern {
    regex: Regex,
    /// As it was written.
    expression: String,
    is_negated: bool,
    /// Whether it speaks of the end, which is also in front of a last line feed (perlre(1), pcre2pattern(3)).
    has_end: bool,
    least: usize,
    largest: Option<usize>,
}

impl Pattern {
    pub(super) fn new(pattern: &TextPattern) -> Result<Self, Refusal> {
        let TextPattern { expression, is_negated, options, least, largest } = pattern.clone();
        let whole = match options.is_empty() {
            true => expression.clone(),
            false => format!("(?{options}){expression}"),
        };
        let regex = RegexBuilder::new(&whole)
            .backtrack_limit(BACKTRACKS)
            .delegate_size_limit(COMPILED)
            .build()
            .map_err(|error| Refusal::Pattern(expression.clone(), line(&error.to_string())))?;
        let has_end = has_end(&expression);
        Ok(Self { regex, expression, is_negated, has_end, least, largest })
    }

    /// Whether the text is as it should be. A byte that is no UTF-8 matches the same byte of the expression.
    pub(super) fn judge(&self, text: &[u8]) -> Result<(), Failure> {
        let expression = &self.expression;
        let text = decode(text);
        let found = self.is_found(&text).and_then(|found| match text.strip_suffix('\n') {
            Some(line) if !found && self.has_end => self.is_found(line),
            _ => Ok(found),
        });
        match found {
            Ok(found) if found != self.is_negated => Ok(()),
            Ok(true) => Err(Failure::new(format!("the answer matches `{expression}`"))),
            Ok(false) => Err(Failure::new(format!("the answer does not match `{expression}`"))),
            // Look-arounds and back-references may be exponential in what a server sends.
            Err(_) => Err(Failure::new(format!("`{expression}` takes too long on this answer"))),
        }
    }

    fn is_found(&self, text: &str) -> Result<bool, Box<fancy_regex::Error>> {
        // Inside a character nothing begins.
        let from = (self.least..=text.len()).find(|place| text.is_char_boundary(*place));
        let Some(from) = from else { return Ok(false) };
        let found = self.regex.find_from_pos(text, from)?;
        // The first match begins first: when it begins too late, all do.
        Ok(found.is_some_and(|found| self.largest.is_none_or(|largest| found.start() <= largest)))
    }
}

/// Whether a `$` stands there for the end of the text: not as itself, as `\$` or inside of `[...]`.
fn has_end(expression: &str) -> bool {
    let (mut is_escaped, mut is_in_class) = (false, false);
    for character in expression.chars() {
        match character {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '[' => is_in_class = true,
            ']' => is_in_class = false,
            '$' if !is_in_class => return true,
            _ => {}
        }
    }
    false
}

/// Steps back while matching: some milliseconds.
const BACKTRACKS: usize = 100_000;
/// Bytes of a compiled expression.
const COMPILED: usize = 1 << 20;

#[cfg(test)]
mod tests {
    use super::*;

    fn judge(options: &str, least: usize, largest: Option<usize>, body: &str) -> bool {
        let pattern = TextPattern {
            expression: "ok.$".to_owned(),
            is_negated: false,
            options: options.to_owned(),
            least,
            largest,
        };
        Pattern::new(&pattern).unwrap().judge(body.as_bytes()).is_ok()
    }

    #[test]
    fn options_and_offsets_count() {
        // Options, first and last offset, body, whether it matches.
        let rows = [
            ("", 0, None, "all ok!", true),
            ("", 0, None, "all OK!", false),
            ("i", 0, None, "all OK!", true),
            ("", 0, None, "all ok!\nend", false),
            ("m", 0, None, "all ok!\nend", true),
            ("", 0, None, "ok\n", false),
            ("s", 0, None, "ok\n", true),
            ("", 4, None, "all ok!", true),
            ("", 5, None, "all ok!", false),
            ("", 0, Some(4), "all ok!", true),
            ("", 0, Some(3), "all ok!", false),
            ("", 1, None, "\u{e9}ok!", true),
            ("", 99, None, "ok!", false),
        ];
        for (options, least, largest, body, expected) in rows {
            let found = judge(options, least, largest, body);
            assert_eq!(found, expected, "{options} {least} {largest:?} {body:?}");
        }
    }

    #[test]
    fn the_end_is_also_in_front_of_the_last_line_feed() {
        // Expression, body, whether it matches.
        let rows = [
            ("^OK$", "OK", true),
            ("^OK$", "OK\n", true),
            ("^OK$", "OK\n\n", false),
            ("^OK$", "OK\nx", false),
            ("OK\\z", "OK\n", false),
            ("OK\\$", "OK\n", false),
            ("OK[$]", "OK\n", false),
            ("OK\\n$", "OK\n", true),
        ];
        for (expression, body, expected) in rows {
            for is_negated in [false, true] {
                let expression = expression.to_owned();
                let pattern = TextPattern { expression, is_negated, ..TextPattern::default() };
                let is_good = Pattern::new(&pattern).unwrap().judge(body.as_bytes()).is_ok();
                assert_eq!(is_good, expected != is_negated, "{pattern:?} {body:?}");
            }
        }
    }
}
