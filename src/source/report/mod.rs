//! How diagnostics are shown: separate from what they are.
//!
//! Four forms of the same values: [`human`] frames, [`short`] lines, [`json`] for programs and
//! [`sarif`] for code review sites. Secrets are masked in all of them.

mod human;
mod json;
mod place;
mod sarif;
mod short;
mod verdict;

use std::borrow::Cow;

pub use human::human;
pub use json::json;
pub use sarif::sarif;
pub use short::short;
pub use verdict::verdict;

/// An input that could not be read: a report without a word of it would be taken for its approval.
#[derive(Clone, Copy, Debug, serde::Serialize)]
pub struct Unread<'a> {
    /// What is wrong.
    pub message: &'a str,
    /// What to type next.
    pub help: Option<&'a str>,
}

/// `text` that may quote a user's file, safe to show on a terminal: undecodable bytes and control
/// characters, which could move the cursor, show as U+FFFD.
fn legible(text: &str) -> Cow<'_, str> {
    let text = super::text::printable(text);
    if !text.chars().any(char::is_control) {
        return text;
    }
    let clean = |c: char| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c };
    text.chars().map(clean).collect()
}

#[cfg(test)]
mod tests;
