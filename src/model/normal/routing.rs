//! Lines of routes and rules in one spelling, as ip-route(8) and ip-rule(8) read them.

use std::net::IpAddr;

use crate::syntax::Format;
use crate::syntax::schema::{self, Argument};

/// What such a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// Of `virtual_routes` or `static_routes`.
    Route,
    /// Of `virtual_rules` or `static_rules`.
    Rule,
}

impl Line {
    /// Its name for people.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Route => "route",
            Self::Rule => "rule",
        }
    }

    /// What it is about, and everything else in an order of its own: the destination of a route;
    /// a rule has nothing that would name it.
    pub(super) fn canonical(self, words: &[String]) -> (String, String) {
        let mut about: Vec<String> = Vec::new();
        let mut options: Vec<String> = Vec::new();
        let mut rest = words;
        while let Some((word, behind)) = rest.split_first() {
            let word = self.spelling(word);
            let count = self.arguments(&word, behind);
            let (arguments, further) = behind.split_at_checked(count).unwrap_or((behind, &[]));
            rest = further;
            let arguments: Vec<String> =
                arguments.iter().map(|argument| self.value(&word, argument)).collect();
            match self {
                // A destination may be announced by a word of its own.
                Self::Route if word == "to" => about.extend(arguments),
                Self::Route if !is_option(self, &word) => about.push(address(&word)),
                Self::Route if word == "table" && arguments == ["254"] => {}
                _ => options.push([vec![word], arguments].concat().join(" ")),
            }
        }
        if self == Self::Route {
            hops_of_or(&mut options);
        }
        options.sort();
        (about.join(" "), options.join(" "))
    }

    /// The one spelling of an option.
    fn spelling(self, word: &str) -> String {
        let row = SPELLINGS.iter().find(|(line, other, _)| *line == self && *other == word);
        row.map_or(word, |(_, _, usual)| usual).to_owned()
    }

    /// How many of the words behind `word` belong to it.
    fn arguments(self, word: &str, behind: &[String]) -> usize {
        let within = self.within();
        match schema::find(Format::Keepalived, within, word).map(|row| row.arguments) {
            Some(kinds) if kinds.contains(&Argument::Rest) => behind.len(),
            Some([Argument::After(before, _)]) => {
                1 + usize::from(behind.first().is_some_and(|word| before.contains(&word.as_str())))
            }
            Some(kinds) => kinds.len(),
            None => 0,
        }
    }

    fn value(self, word: &str, value: &str) -> String {
        if matches!(word, "table" | "vrf") {
            let row = TABLES.iter().find(|(name, _)| *name == value);
            return row.map_or(value, |(_, number)| number).to_owned();
        }
        address(value)
    }

    fn within(self) -> &'static str {
        match self {
            Self::Route => "static_routes",
            Self::Rule => "static_rules",
        }
    }
}

/// `via A or B` means two next hops (its dump says so).
fn hops_of_or(options: &mut Vec<String>) {
    let Some(at) = options.iter().position(|option| option.starts_with("or ")) else { return };
    let second = options.remove(at).replacen("or ", "", 1);
    if let Some(via) = options.iter_mut().find(|option| option.starts_with("via ")) {
        *via = format!("nexthop {via} nexthop via {second}");
    } else {
        options.push(format!("nexthop nexthop via {second}"));
    }
}

fn is_option(line: Line, word: &str) -> bool {
    schema::find(Format::Keepalived, line.within(), word).is_some()
}

/// An address or prefix in the usual spelling; anything else as it is.
fn address(word: &str) -> String {
    let (head, prefix) = word.split_once('/').map_or((word, None), |(a, b)| (a, Some(b)));
    let Ok(parsed) = head.parse::<IpAddr>() else { return word.to_owned() };
    let full = if parsed.is_ipv4() { "32" } else { "128" };
    match prefix {
        Some("0") if parsed.is_unspecified() && parsed.is_ipv4() => "default".to_owned(),
        Some(prefix) if prefix != full => format!("{parsed}/{prefix}"),
        _ => parsed.to_string(),
    }
}

/// Words of one meaning, and the one that stands for them.
const SPELLINGS: &[(Line, &str, &str)] = &[
    (Line::Route, "dsfield", "tos"),
    (Line::Route, "gw", "via"),
    (Line::Route, "oif", "dev"),
    (Line::Route, "preference", "metric"),
    (Line::Route, "priority", "metric"),
    (Line::Rule, "dev", "iif"),
    (Line::Rule, "dsfield", "tos"),
    (Line::Rule, "lookup", "table"),
    (Line::Rule, "order", "priority"),
    (Line::Rule, "preference", "priority"),
    (Line::Rule, "sup_group", "suppress_ifgroup"),
    (Line::Rule, "sup_pl", "suppress_prefixlength"),
];

/// Numbers of the tables that every kernel has (rtnetlink(7)).
const TABLES: &[(&str, &str)] =
    &[("default", "253"), ("local", "255"), ("main", "254"), ("unspec", "0")];
