//! Address lines of `virtual_ipaddress`.

use super::value;
use crate::model::{Broadcast, Sourced, VirtualAddress};
use crate::syntax::{NodeRef, Word};

/// The address of a line; `None` when it is not one.
pub(super) fn read(line: NodeRef<'_>) -> Option<Sourced<VirtualAddress>> {
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
            "dev" => address.interface = words.next().map(owned),
            "label" => address.label = words.next().map(owned),
            "scope" => address.scope = words.next().map(owned),
            "brd" | "broadcast" => address.broadcast = broadcast(&words.next()?.value()),
            other => {
                address.further.push(other.to_owned());
                if VALUED.contains(&other) {
                    address.further.extend(words.next().map(owned));
                }
            }
        }
    }
    Some(Sourced::new(address, line.place()))
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

/// Further words that have a value.
const VALUED: &[&str] = &["peer", "preferred_lft"];
