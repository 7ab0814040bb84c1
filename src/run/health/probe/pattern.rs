//! Regular expressions of ldirectord (Perl) and keepalived (PCRE2), with limits.

use fancy_regex::{Regex, RegexBuilder};

use super::super::{Failure, TextPattern};
use super::{Refusal, line};

/// A compiled expression.
pub(super) struct Pattern {
    regex: Regex,
    is_negated: bool,
}

impl Pattern {
    pub(super) fn new(pattern: &TextPattern) -> Result<Self, Refusal> {
        let expression = &pattern.expression;
        let regex = RegexBuilder::new(expression)
            .backtrack_limit(BACKTRACKS)
            .delegate_size_limit(COMPILED)
            .build()
            .map_err(|error| Refusal::Pattern(expression.clone(), line(&error.to_string())))?;
        Ok(Self { regex, is_negated: pattern.is_negated })
    }

    /// Whether the text is as it should be. Bytes that are no text count as the replacement character.
    pub(super) fn judge(&self, text: &[u8]) -> Result<(), Failure> {
        match self.regex.is_match(String::from_utf8_lossy(text).as_ref()) {
            Ok(found) if found != self.is_negated => Ok(()),
            Ok(true) => Err(Failure::new(format!("the body matches `{}`", self.regex.as_str()))),
            Ok(false) => {
                Err(Failure::new(format!("the body does not match `{}`", self.regex.as_str())))
            }
            // Look-arounds and back-references may be exponential in what a server sends.
            Err(_) => {
                Err(Failure::new(format!("`{}` takes too long on this body", self.regex.as_str())))
            }
        }
    }
}

/// Steps back while matching: some milliseconds.
const BACKTRACKS: usize = 100_000;
/// Bytes of a compiled expression.
const COMPILED: usize = 1 << 20;
