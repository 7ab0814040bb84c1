//! Lines of addresses, routes and rules.

use super::text::{Text, said, word};
use crate::model::setting::Settings;
use crate::model::{Broadcast, Family, Sourced, VirtualAddress};

/// A list of addresses; `complete` writes every prefix length.
pub(super) fn list(
    keyword: &str,
    addresses: &[Sourced<VirtualAddress>],
    complete: bool,
    text: &mut Text<'_>,
) {
    text.block_of_any(keyword, |text| {
        addresses.iter().for_each(|address| text.line(line(&address.value, complete)));
    });
}

/// A list whose lines are kept word by word.
pub(super) fn words(keyword: &str, lines: &[Sourced<Vec<String>>], text: &mut Text<'_>) {
    text.block_of_any(keyword, |text| {
        for line in lines {
            let words: Vec<String> = line.value.iter().map(|text| word(text)).collect();
            text.line(words.join(" "));
        }
    });
}

fn line(address: &VirtualAddress, complete: bool) -> String {
    let full = Family::of(address.address).bits();
    let mut line = address.address.to_string();
    if let Some(prefix) = address.prefix.or(complete.then_some(full)) {
        line.push_str(&format!("/{prefix}"));
    }
    let mut add = |keyword: &str, value: &str| line.push_str(&format!(" {keyword} {value}"));
    match address.broadcast {
        Some(Broadcast::AllOnes) => add("brd", "+"),
        Some(Broadcast::AllZeros) => add("brd", "-"),
        Some(Broadcast::Address(broadcast)) => add("brd", &broadcast.to_string()),
        None => {}
    }
    if let Some(interface) = &address.interface {
        add("dev", interface);
    }
    if let Some(scope) = &address.scope {
        add("scope", scope);
    }
    if let Some(label) = &address.label {
        add("label", label);
    }
    address.options.each(&mut |keyword, stated| {
        line.extend(said(keyword, stated.value).map(|words| format!(" {words}")));
    });
    for further in &address.further {
        line.push(' ');
        line.push_str(&word(further));
    }
    line
}
