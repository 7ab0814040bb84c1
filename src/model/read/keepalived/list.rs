//! Blocks that hold one item per line.

use super::{carry_lines, value};
use crate::model::{Carried, Peer, Sourced, Track, TrackKind};
use crate::syntax::NodeRef;

/// Adds what the lines say to `items`. Lines that `read` does not understand are carried together
/// in one block. Returns false, and does nothing, when there is no line at all.
pub(super) fn lines<T>(
    block: NodeRef<'_>,
    items: &mut Vec<Sourced<T>>,
    carried: &mut Vec<Carried>,
    read: impl Fn(NodeRef<'_>) -> Option<T>,
) -> bool {
    let mut unknown = Vec::new();
    let mut seen = false;
    for line in value::lines(block) {
        seen = true;
        let item = (!value::is_unexpanded(line) && !line.has_body()).then(|| read(line)).flatten();
        match item {
            Some(item) => items.push(Sourced::new(item, line.place())),
            None => unknown.push(line),
        }
    }
    if !unknown.is_empty() {
        carried.push(carry_lines(block, &unknown));
    }
    seen
}

/// Whether a list has braces, and nothing in front of them or inside.
pub(super) fn is_empty_list(block: NodeRef<'_>) -> bool {
    block.has_body() && block.arguments().len() == 0 && block.directives().next().is_none()
}

/// A line word by word.
pub(super) fn words(line: NodeRef<'_>) -> Option<Vec<String>> {
    Some(line.words().map(|word| word.value().into_owned()).collect())
}

/// Names behind the keyword and, one or several per line, between its braces.
pub(super) fn names(node: NodeRef<'_>) -> Option<Vec<Sourced<String>>> {
    let lines = node.directives();
    if value::is_unexpanded(node) || node.directives().any(value::is_unexpanded) {
        return None;
    }
    let words = node.arguments().chain(lines.flat_map(NodeRef::words));
    let names: Vec<_> =
        words.map(|word| Sourced::new(word.value().into_owned(), word.place())).collect();
    (!names.is_empty()).then_some(names)
}

/// `NAME [weight N] [reverse|noreverse]`.
pub(super) fn track(line: NodeRef<'_>, kind: TrackKind) -> Option<Track> {
    let mut words = line.words();
    let mut track = Track::new(kind, words.next()?.value());
    while let Some(word) = words.next() {
        match &*word.value() {
            "weight" if track.weight.is_none() => {
                track.weight = Some(value::number_of(words.next()?)?.value);
            }
            // Without a weight in front, or behind a second one, a word is ignored (tried).
            "weight" => return Some(track),
            "reverse" | "noreverse" if track.weight.is_none() => return Some(track),
            "reverse" => track.reverse = Some(true),
            "noreverse" => track.reverse = Some(false),
            _ => return None,
        }
    }
    Some(track)
}

/// `ADDRESS [min_ttl N] [max_ttl N]`.
pub(super) fn peer(line: NodeRef<'_>) -> Option<Peer> {
    let mut words = line.words();
    let address = words.next()?.value();
    let mut peer = Peer::new(value::parse_address(value::without_prefix(&address))?);
    while let Some(word) = words.next() {
        let limit = match &*word.value() {
            "min_ttl" => &mut peer.least_ttl,
            "max_ttl" => &mut peer.largest_ttl,
            _ => return None,
        };
        *limit = Some(value::number_of(words.next()?)?.value);
    }
    Some(peer)
}

/// Why keepalived makes nothing of a list.
pub(super) const EMPTY_LIST: &str = "the list is empty";
