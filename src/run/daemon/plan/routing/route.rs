//! A line of `virtual_routes` or `static_routes`.

use super::{Refusal, Words, address, family_of, names, number, prefix, realms};
use crate::run::net::routes::{Hint, Hop, Prefix, Route};
use crate::run::vrrp::Family;

/// The route of a line, in the family of its first address or else in `family`.
pub(in super::super) fn route(line: &[String], family: Family) -> Result<Route, Refusal> {
    let family = family_of(line, family);
    let mut words = Words::new(line);
    let mut reader = Reader::new(family);
    let mut destination = None;
    while let Some(word) = words.next() {
        if let Some((_, kind)) = KINDS.iter().find(|(name, _)| *name == word) {
            reader.kind = *kind;
        } else if word == "to" {
            destination = Some(words.value(word, |text| prefix(text, family))?);
        } else if let Some(found) = prefix(word, family).filter(|_| destination.is_none()) {
            destination = Some(found);
        } else {
            reader.word(word, &mut words, family)?;
        }
    }
    reader.route.destination = destination.ok_or_else(|| Refusal::Missing("to".to_owned()))?;
    Ok(reader.finish())
}

/// What was read of a route so far.
#[derive(Debug)]
struct Reader {
    route: Route,
    kind: u8,
    scope: Option<u8>,
    /// The hop that stands in front of any `nexthop`.
    hop: Hop,
    /// Bits of the hints that path discovery must not change.
    locks: u32,
    protocol: Option<u8>,
    is_untracked: bool,
}

impl Reader {
    fn new(family: Family) -> Self {
        let route = Route::to(Prefix::all(family));
        Self {
            kind: route.kind,
            route,
            scope: None,
            hop: Hop::default(),
            locks: 0,
            protocol: None,
            is_untracked: false,
        }
    }

    fn word(&mut self, word: &str, words: &mut Words<'_>, family: Family) -> Result<(), Refusal> {
        if let Some(row) = HINTS.iter().find(|row| row.0 == word) {
            return self.hint(row, words);
        }
        let route = &mut self.route;
        match word {
            "src" => route.source = Some(words.value(word, address)?),
            "from" => route.from = Some(words.value(word, |text| prefix(text, family))?),
            "tos" | "dsfield" => {
                route.type_of_service = words.value(word, names::type_of_service)?;
            }
            "table" => route.table = words.value(word, names::table)?,
            "metric" | "priority" | "preference" => {
                route.metric = Some(words.value(word, number)?);
            }
            "realms" => route.realms = Some(words.value(word, realms)?),
            "pref" => route.preference = Some(words.value(word, router_preference)?),
            "ttl-propagate" => {
                route.copies_time_to_live = Some(words.value(word, |text| match text {
                    "enabled" => Some(true),
                    "disabled" => Some(false),
                    _ => None,
                })?);
            }
            "protocol" => self.protocol = Some(words.value(word, names::protocol)?),
            "scope" => self.scope = Some(words.value(word, names::scope)?),
            "via" | "gw" | "dev" | "oif" | "onlink" => hop_word(&mut self.hop, word, words)?,
            "nexthop" => self.next_hop(words)?,
            "no_track" => self.is_untracked = true,
            // The family was looked for before; the others say what is done anyway.
            "inet" | "inet6" | "prepend" => {}
            // Both have a value; the planner tells of the second.
            "as" | "track_group" => {
                words.next();
            }
            _ => return Err(Refusal::Word(word.to_owned())),
        }
        Ok(())
    }

    /// Everything up to the next `nexthop` or a word that belongs to no hop.
    fn next_hop(&mut self, words: &mut Words<'_>) -> Result<(), Refusal> {
        let mut hop = Hop { weight: 1, ..Hop::default() };
        while let Some(word) = words.peek().filter(|word| HOP_WORDS.contains(word)) {
            words.next();
            hop_word(&mut hop, word, words)?;
        }
        self.route.hops.push(hop);
        Ok(())
    }

    fn hint(
        &mut self,
        (word, kind, unit): &(&str, u16, Unit),
        words: &mut Words<'_>,
    ) -> Result<(), Refusal> {
        if words.peek() == Some("lock") {
            words.next();
            self.locks |= 1_u32.checked_shl(u32::from(*kind)).unwrap_or(0);
        }
        let hint = match unit {
            Unit::Features => {
                words.value(word, |text| (text == "ecn").then_some(Hint::Number(1)))?
            }
            Unit::Number => Hint::Number(words.value(word, number)?),
            Unit::Text => Hint::Text(words.value(word, |text| Some(text.to_owned()))?),
            Unit::Time(scale) => {
                Hint::Number(words.value(word, |text| milliseconds(text, *scale))?)
            }
        };
        self.route.hints.push((*kind, hint));
        Ok(())
    }

    fn finish(self) -> Route {
        let Self { mut route, kind, hop, .. } = self;
        if hop != Hop::default() {
            route.hops.insert(0, hop);
        }
        // As keepalived assumes, which differs from ip-route(8): a route without gateway is global, too.
        let assumed = match kind {
            LOCAL | NAT => HOST,
            BROADCAST | ANYCAST | MULTICAST => LINK,
            _ => 0,
        };
        let is_ipv6 = route.destination.family() == Family::V6;
        if self.locks != 0 {
            route.hints.insert(0, (LOCKS, Hint::Number(self.locks)));
        }
        // Only what is not followed may look like a route of somebody else.
        let protocol = self.protocol.filter(|_| self.is_untracked).unwrap_or(route.protocol);
        Route {
            kind,
            scope: if is_ipv6 { 0 } else { self.scope.unwrap_or(assumed) },
            protocol,
            ..route
        }
    }
}

/// A word of a hop, and its value.
fn hop_word(hop: &mut Hop, word: &str, words: &mut Words<'_>) -> Result<(), Refusal> {
    match word {
        "via" | "gw" => {
            if matches!(words.peek(), Some("inet" | "inet6")) {
                words.next();
            }
            hop.gateway = Some(words.value(word, address)?);
        }
        "dev" | "oif" => hop.link = Some(words.value(word, |text| Some(text.to_owned()))?),
        "onlink" => hop.is_on_link = true,
        "weight" => {
            let is_fit = |weight: &u16| (1..=256).contains(weight);
            hop.weight = words.value(word, |text| number(text).filter(is_fit))?;
        }
        "realms" => hop.realms = Some(words.value(word, realms)?),
        _ => return Err(Refusal::Word(word.to_owned())),
    }
    Ok(())
}

fn router_preference(name: &str) -> Option<u8> {
    // RFC 4191 section 2.1.
    match name {
        "low" => Some(3),
        "medium" => Some(0),
        "high" => Some(1),
        _ => None,
    }
}

/// `200`, `200ms`, `2s`. A bare number is in the kernel's own unit, `scale` parts of a millisecond.
fn milliseconds(text: &str, scale: u32) -> Option<u32> {
    let (digits, factor) = match text {
        text if text.ends_with("ms") => (text.trim_end_matches("ms"), scale),
        text if text.ends_with('s') => (text.trim_end_matches('s'), scale * 1000),
        text => (text, 1),
    };
    digits.parse::<u32>().ok()?.checked_mul(factor)
}

/// How the value of a hint is read.
#[derive(Clone, Copy, Debug)]
enum Unit {
    Features,
    Number,
    Text,
    /// Parts of a millisecond.
    Time(u32),
}

/// Word, number (`RTAX_*`) and unit.
const HINTS: [(&str, u16, Unit); 16] = [
    ("advmss", 8, Unit::Number),
    ("congctl", 16, Unit::Text),
    ("cwnd", 7, Unit::Number),
    ("fastopen_no_cookie", 17, Unit::Number),
    ("features", 12, Unit::Features),
    ("hoplimit", 10, Unit::Number),
    ("initcwnd", 11, Unit::Number),
    ("initrwnd", 14, Unit::Number),
    ("mtu", 2, Unit::Number),
    ("quickack", 15, Unit::Number),
    ("reordering", 9, Unit::Number),
    ("rto_min", 13, Unit::Time(1)),
    ("rtt", 4, Unit::Time(8)),
    ("rttvar", 5, Unit::Time(4)),
    ("ssthresh", 6, Unit::Number),
    ("window", 3, Unit::Number),
];

/// Words of a hop behind `nexthop`.
const HOP_WORDS: [&str; 7] = ["via", "gw", "dev", "oif", "onlink", "weight", "realms"];

/// `RTN_*` by the words of ip-route(8).
const KINDS: [(&str, u8); 10] = [
    ("unicast", 1),
    ("local", LOCAL),
    ("broadcast", BROADCAST),
    ("anycast", ANYCAST),
    ("multicast", MULTICAST),
    ("blackhole", 6),
    ("unreachable", 7),
    ("prohibit", 8),
    ("throw", 9),
    ("nat", NAT),
];

const LOCAL: u8 = 2;
const BROADCAST: u8 = 3;
const ANYCAST: u8 = 4;
const MULTICAST: u8 = 5;
const NAT: u8 = 10;
/// `RT_SCOPE_HOST`, `RT_SCOPE_LINK`.
const HOST: u8 = 254;
const LINK: u8 = 253;
/// `RTAX_LOCK`.
const LOCKS: u16 = 1;
