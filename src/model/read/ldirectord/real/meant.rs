//! What the author of a `real` line meant, word by word.

use super::OwnTexts;
use super::strict::greedy_texts;
use crate::model::Sourced;
use crate::model::read::ldirectord::line::is_space;
use crate::model::read::ldirectord::settings::method_named;
use crate::source::Place;
use crate::syntax::{Word, characters};

/// The words of a line by what they were meant to be, in whatever order.
#[derive(Default)]
pub(super) struct Meant<'a> {
    pub(super) location: Option<Word<'a>>,
    /// Behind the first when the range was written with blanks.
    pub(super) location_rest: Vec<Word<'a>>,
    pub(super) location_words: usize,
    pub(super) method: Option<Word<'a>>,
    pub(super) weight: Option<Sourced<u32>>,
    pub(super) quoted: Option<(Word<'a>, Option<(String, String)>)>,
    pub(super) lower: Option<Sourced<u32>>,
    pub(super) upper: Option<Sourced<u32>>,
    pub(super) leftovers: Vec<Word<'a>>,
}

impl<'a> Meant<'a> {
    pub(super) fn take(&mut self, words: impl Iterator<Item = Word<'a>>) {
        for word in words {
            self.word(word);
        }
    }

    fn word(&mut self, word: Word<'a>) {
        let text = word.value();
        if self.location.is_none() {
            self.location = Some(word);
            self.location_words = 1;
        } else if self.method.is_none() && self.continues_address(&text) {
            self.location_rest.push(word);
            self.location_words += 1;
        } else if self.method.is_none() && method_named(text.trim_matches(',')).0.is_some() {
            self.method = Some(word);
        } else if word.raw().starts_with(is_quote) {
            self.quoted(word);
        } else if let Some(number) = threshold(&text, "l:").filter(|_| self.lower.is_none()) {
            self.lower = Some(Sourced::new(number, word.place()));
        } else if let Some(number) = threshold(&text, "u:").filter(|_| self.upper.is_none()) {
            self.upper = Some(Sourced::new(number, word.place()));
        } else if let Some(number) = number(&text).filter(|_| self.weight.is_none()) {
            self.weight = Some(Sourced::new(number, word.place()));
        } else {
            self.leftovers.push(word);
        }
    }

    /// `10.0.0.2 -> 10.0.0.5 :80`
    fn continues_address(&self, text: &str) -> bool {
        // A range has two addresses and an arrow; a port may stand apart.
        let is_open = || self.location_text().ends_with("->");
        self.location_words < 4 && (text.starts_with("->") || text.starts_with(':') || is_open())
    }

    fn quoted(&mut self, word: Word<'a>) {
        let text = characters::plain(word.raw());
        match two_texts(&text) {
            Some((request, receive)) if self.quoted.is_none() => {
                self.quoted = Some((word, Some((request.to_owned(), receive.to_owned()))));
            }
            _ => self.leftovers.push(word),
        }
    }

    pub(super) fn texts(&self, lost: bool) -> Option<OwnTexts> {
        let (word, Some((request, receive))) = self.quoted.as_ref()? else { return None };
        Some(OwnTexts {
            request: Sourced::new(request.clone(), word.place()),
            receive: Sourced::new(receive.clone(), word.place()),
            lost,
        })
    }

    pub(super) fn location_text(&self) -> String {
        let words = self.location.iter().chain(&self.location_rest);
        words.map(|word| characters::plain(word.raw())).collect()
    }

    pub(super) fn location_place(&self, first: Word<'a>) -> Place {
        let last = self.location_rest.last().copied().unwrap_or(first);
        let span = first.place().span.to(last.place().span);
        Place { file: first.place().file, span }
    }
}

/// The two texts of `"request", "receive"`, however they are parted.
fn two_texts(text: &str) -> Option<(&str, &str)> {
    // Where ldirectord finds a separator, it takes the last one.
    if let Some((request, receive, "")) = greedy_texts(text) {
        return Some((request, receive));
    }
    let inside = text.strip_prefix('"')?.strip_suffix('"')?;
    let is_separator = |between: &str| between.chars().all(|c| is_space(c) || c == ',');
    let mut rest = inside;
    // Else the first two marks with nothing but blanks and commas between them.
    while let Some((_, behind)) = rest.split_once('"') {
        let start = inside.len() - behind.len();
        let (between, second) = behind.split_once('"')?;
        if is_separator(between) {
            return Some((inside.get(..start - 1)?, second));
        }
        rest = behind;
    }
    None
}

fn threshold(text: &str, prefix: &str) -> Option<u32> {
    number(text.strip_prefix(prefix)?)
}

fn number(text: &str) -> Option<u32> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

fn is_quote(character: char) -> bool {
    character == '"' || characters::reading(character) == characters::Reading::Quote
}
