//! Address lines of `virtual_ipaddress` and `static_ipaddress`.

use super::{setting, value};
use crate::model::setting::Settings;
use crate::model::{Broadcast, VirtualAddress};
use crate::syntax::{NodeRef, Word};

/// The address of a line; `None` when it is not one.
pub(super) fn read(line: NodeRef<'_>) -> Option<VirtualAddress> {
    let mut words = line.words();
    let first = words.next()?;
    let value = first.value();
    let (text, prefix) = match value.split_once('/') {
        Some((text, prefix)) => (text, Some(prefix)),
        None => (&*value, None),
    };
    let mut address = VirtualAddress::new(value::parse_address(text)?);
    if let Some(prefix) = prefix {
        address.prefix = Some(prefix.parse().ok()?);
    }
    while let Some(word) = words.next() {
        match &*word.value() {
            // A second interface takes the whole address away, a second peer only itself (tried).
            "dev" if address.interface.is_some() => return None,
            "dev" => address.interface = words.next().map(owned),
            "peer" if address.options.peer.is_some() => {
                words.next();
            }
            "label" => address.label = words.next().map(owned),
            "scope" => address.scope = words.next().map(owned),
            "brd" | "broadcast" => address.broadcast = broadcast(&words.next()?.value()),
            other => option(other, word, &mut words, &mut address),
        }
    }
    Some(address)
}

/// A rarer option, or a word that keepalived does not know either.
fn option<'a>(
    name: &str,
    word: Word<'a>,
    words: &mut dyn Iterator<Item = Word<'a>>,
    address: &mut VirtualAddress,
) {
    let known = address.options.slot(name).is_some_and(|slot| {
        // Of two options of one name the later counts, without a trace of the earlier.
        setting::words(slot, word, words, &mut Vec::new())
    });
    if !known {
        address.further.push(name.to_owned());
    }
}

fn broadcast(text: &str) -> Option<Broadcast> {
    match text {
        "+" => Some(Broadcast::AllOnes),
        "-" => Some(Broadcast::AllZeros),
        address => address.parse().ok().map(Broadcast::Address),
    }
}

fn owned(word: Word<'_>) -> String {
    word.value().into_owned()
}
