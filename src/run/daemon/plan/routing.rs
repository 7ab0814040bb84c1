//! Lines of virtual_routes, virtual_rules and their static twins, made exact. They speak the language of
//! ip-route(8) and ip-rule(8).

use std::net::IpAddr;

use crate::run::net::routes::Prefix;
use crate::run::vrrp::Family;

mod names;
mod route;
mod rule;
#[cfg(test)]
mod tests;

pub(super) use route::route;
pub(super) use rule::rule;

/// Why a line cannot be executed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Refusal {
    /// A word that this daemon does not execute.
    #[error("`{0}`")]
    Word(String),
    /// A word without the value that belongs to it.
    #[error("`{0}` without its value")]
    Missing(String),
    /// A value that its word cannot have.
    #[error("`{0} {1}`")]
    Value(String, String),
    /// A rule without rank would get another one at each start.
    #[error("a rule without `preference`")]
    NoPreference,
}

/// Words of a line, from the front.
struct Words<'a> {
    rest: std::slice::Iter<'a, String>,
}

impl<'a> Words<'a> {
    fn new(words: &'a [String]) -> Self {
        Self { rest: words.iter() }
    }

    fn next(&mut self) -> Option<&'a str> {
        self.rest.next().map(String::as_str)
    }

    fn peek(&self) -> Option<&'a str> {
        self.rest.as_slice().first().map(String::as_str)
    }

    /// The value behind `word`, read by `read`.
    fn value<T>(&mut self, word: &str, read: impl Fn(&str) -> Option<T>) -> Result<T, Refusal> {
        let value = self.next().ok_or_else(|| Refusal::Missing(word.to_owned()))?;
        read(value).ok_or_else(|| Refusal::Value(word.to_owned(), value.to_owned()))
    }
}

fn number<T: TryFrom<u32>>(text: &str) -> Option<T> {
    let number = match text.strip_prefix("0x") {
        Some(digits) => u32::from_str_radix(digits, 16).ok()?,
        None => text.parse().ok()?,
    };
    T::try_from(number).ok()
}

fn address(text: &str) -> Option<IpAddr> {
    text.parse().ok()
}

/// A network, or `default` and its synonyms, which need a family.
fn prefix(text: &str, family: Family) -> Option<Prefix> {
    match text {
        "default" | "all" | "any" => Some(Prefix::all(family)),
        _ => Prefix::parse(text),
    }
}

/// The family that a line states, or that its first address has.
fn family_of(words: &[String], otherwise: Family) -> Family {
    let stated = words.iter().find_map(|word| match word.as_str() {
        "inet" => Some(Family::V4),
        "inet6" => Some(Family::V6),
        word => Prefix::parse(word).map(|prefix| prefix.family()),
    });
    stated.unwrap_or(otherwise)
}

/// `DESTINATION` or `SOURCE/DESTINATION`, as one number with the destination below.
fn realms(text: &str) -> Option<u32> {
    let (source, destination) = text.split_once('/').unwrap_or(("0", text));
    let source: u16 = source.parse().ok()?;
    let destination: u16 = destination.parse().ok()?;
    Some(u32::from(source) << 16 | u32::from(destination))
}
