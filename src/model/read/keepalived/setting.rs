//! Fills settings that the model declares as rows.

use super::{put, value};
use crate::model::setting::{Settings, Slot};
use crate::model::{Command, Inert, Secret, Sourced, Weight};
use crate::source::Place;
use crate::syntax::{NodeRef, Word};

/// Puts the value of a line where its keyword belongs. Returns false, and changes nothing, when
/// no group knows the keyword or the words are no value of it. Each group stands with what its
/// keywords begin with here.
pub(super) fn fill(
    node: NodeRef<'_>,
    groups: &mut [(&str, &mut dyn Settings)],
    inert: &mut Vec<Inert>,
) -> bool {
    let name = node.name();
    let mut slots = groups.iter_mut().filter_map(|(prefix, group)| {
        name.strip_prefix(*prefix).and_then(|keyword| group.slot(keyword))
    });
    slots.next().is_some_and(|slot| into(slot, node, inert))
}

/// Puts the value of a line into `slot`.
pub(super) fn into(slot: Slot<'_>, node: NodeRef<'_>, inert: &mut Vec<Inert>) -> bool {
    let Some(keyword) = node.word(0) else { return false };
    match slot {
        Slot::Command(slot) => {
            let command =
                value::command(node).map(|(line, user)| line.map(|line| Command { line, user }));
            put(slot, command, inert)
        }
        slot => words(slot, keyword, &mut node.arguments(), inert),
    }
}

/// Takes the words of one option from a line that holds several.
pub(super) fn words<'a>(
    slot: Slot<'_>,
    keyword: Word<'a>,
    words: &mut dyn Iterator<Item = Word<'a>>,
    inert: &mut Vec<Inert>,
) -> bool {
    let at = keyword.place();
    match slot {
        Slot::Address(slot) => {
            put(slot, one(words, |word| value::parse_address(value::without_prefix(word))), inert)
        }
        Slot::Boolean(slot) => {
            let stated = match words.next() {
                None => Some(Sourced::new(true, at)),
                Some(word) => read(word, value::parse_boolean),
            };
            put(slot, stated, inert)
        }
        // A command needs the line as it stands.
        Slot::Command(_) => false,
        Slot::Flag(slot) => put(slot, Some(Sourced::new(true, at)), inert),
        Slot::Milliseconds(slot) => put(slot, one(words, value::parse_milliseconds), inert),
        Slot::Number(slot) => put(slot, one(words, number), inert),
        Slot::OptionalNumber(slot) => {
            let stated = match words.next() {
                None => Some(Sourced::new(None, at)),
                Some(word) => read(word, |text| value::parse_integer(text).map(Some)),
            };
            put(slot, stated, inert)
        }
        Slot::OptionalWord(slot) => {
            let stated = words.next().map_or(Sourced::new(None, at), |word| text(word).map(Some));
            put(slot, Some(stated), inert)
        }
        Slot::Seconds(slot) => put(slot, one(words, value::parse_seconds), inert),
        Slot::Secret(slot) => put(slot, words.next().map(|word| text(word).map(Secret)), inert),
        Slot::Signed(slot) => put(slot, one(words, value::parse_integer), inert),
        Slot::Weight(slot) => put(slot, weight(words), inert),
        Slot::Word(slot) => put(slot, words.next().map(text), inert),
        Slot::Words(slot) => put(slot, Some(all(words, at)), inert),
    }
}

fn one<'a, T>(
    words: &mut dyn Iterator<Item = Word<'a>>,
    parse: impl Fn(&str) -> Option<T>,
) -> Option<Sourced<T>> {
    words.next().and_then(|word| read(word, parse))
}

fn read<T>(word: Word<'_>, parse: impl Fn(&str) -> Option<T>) -> Option<Sourced<T>> {
    parse(&word.value()).map(|value| Sourced::new(value, word.place()))
}

fn text(word: Word<'_>) -> Sourced<String> {
    Sourced::new(word.value().into_owned(), word.place())
}

fn number(text: &str) -> Option<u32> {
    value::parse_integer(text).and_then(|number| u32::try_from(number).ok())
}

/// `N`, `N reverse` or `N noreverse`; the word behind the number is only taken when it is one of
/// these.
fn weight<'a>(words: &mut dyn Iterator<Item = Word<'a>>) -> Option<Sourced<Weight>> {
    let first = words.next()?;
    let value = value::parse_integer(&first.value()).and_then(|n| i32::try_from(n).ok())?;
    let reverse = match words.next().map(|word| word.value().into_owned()).as_deref() {
        None => None,
        Some("reverse") => Some(true),
        Some("noreverse") => Some(false),
        Some(_) => return None,
    };
    Some(Sourced::new(Weight { value, reverse }, first.place()))
}

fn all<'a>(words: &mut dyn Iterator<Item = Word<'a>>, keyword: Place) -> Sourced<Vec<String>> {
    let mut at = None;
    let list = words
        .map(|word| {
            at = Some(at.map_or(word.place(), |first: Place| {
                first.file.at(first.span.to(word.place().span))
            }));
            word.value().into_owned()
        })
        .collect();
    Sourced::new(list, at.unwrap_or(keyword))
}
