//! Whether the seats of one virtual router accept what the others sign.

use super::router::version_of;
use super::{Site, codes, differ};
use crate::model::{Authentication, Digest, Key, Router, VrrpVersion};
use crate::source::{Findings, Place};

pub(super) fn check(site: &Site<'_>, findings: &mut Findings) {
    for (first, seat) in site.seats.pairs() {
        let version = version_of(site, seat);
        // Another version has a finding of its own.
        let Some(version) = version.filter(|own| version_of(site, first) == Some(*own)) else {
            continue;
        };
        let (ours, theirs) = (signed(seat.router, version), signed(first.router, version));
        let Some(found) = differences(ours, theirs, first.name) else { continue };
        let here = [found.here, seat.router.name.at];
        let there = [found.there, first.router.name.at];
        let label = format!("{} has its own here", first.name);
        findings.extend(
            differ(codes::AUTHENTICATION_DIFFERS, here, found.message, there, label)
                .map(|d| d.note("each drops the adverts of the other, and both become master")),
        );
    }
}

/// Why two directors do not accept each other, and where both say so.
struct Difference {
    message: String,
    here: Option<Place>,
    there: Option<Place>,
}

fn differences(
    ours: Option<&Authentication>,
    theirs: Option<&Authentication>,
    name: &str,
) -> Option<Difference> {
    let place = |one: Option<&Authentication>| Some(one?.keys.first()?.at);
    let found =
        |message: String| Some(Difference { message, here: place(ours), there: place(theirs) });
    let (own, other) = match (ours, theirs) {
        (None, None) => return None,
        (Some(one), None) | (None, Some(one)) if !is_strict(one) => return None,
        (Some(_), None) => {
            return found(format!("{name} has no authentication for this router"));
        }
        (None, Some(_)) => {
            return found(format!("this router has no authentication, {name} has"));
        }
        (Some(own), Some(other)) => (own, other),
    };
    if kind(own) != kind(other) {
        return found(format!("the kind of authentication differs from that of {name}"));
    }
    if kind(own) == Some(Digest::HmacSha256) {
        return keys(own, other, name);
    }
    let password = |one: &Authentication| one.keys.first().map(|key| cut(&key.secret).to_vec());
    match password(own) == password(other) {
        true => None,
        false => found(format!("the password differs from that of {name}")),
    }
}

/// Several keys are accepted, so that they can be changed one after the other: what counts is that each
/// director knows the one that the other signs with.
fn keys(ours: &Authentication, theirs: &Authentication, name: &str) -> Option<Difference> {
    if !is_strict(ours) || !is_strict(theirs) {
        return None;
    }
    let find =
        |of: &Authentication, number: u8| of.keys.iter().find(|key| key.number == number).cloned();
    let active = |of: &Authentication| find(of, of.active?.value);
    let first = |of: &Authentication| of.keys.first().map(|key| key.at);
    for (key, is_ours) in [(active(ours), true), (active(theirs), false)] {
        let Some(key) = key else { continue };
        let number = key.number;
        let receiver = if is_ours { theirs } else { ours };
        let known = find(receiver, number);
        let message = match (&known, is_ours) {
            (Some(known), _) if is_same(known, &key) => continue,
            (Some(_), _) => format!("key {number} is another one on {name}"),
            (None, true) => format!("{name} does not know key {number}, which signs here"),
            (None, false) => format!("key {number}, which signs on {name}, is not known here"),
        };
        let other = known.map(|known| known.at).or_else(|| first(receiver));
        let (here, there) = if is_ours { (Some(key.at), other) } else { (other, Some(key.at)) };
        return Some(Difference { message, here, there });
    }
    None
}

/// What signs adverts. Version 3 has no passwords, whatever is written.
fn signed(router: &Router, version: VrrpVersion) -> Option<&Authentication> {
    let own = router.authentication.as_ref().filter(|own| !own.keys.is_empty())?;
    (version == VrrpVersion::Two || kind(own) == Some(Digest::HmacSha256)).then_some(own)
}

fn kind(of: &Authentication) -> Option<Digest> {
    of.keys.first().map(|key| key.digest)
}

/// Whether what is not signed is dropped. `auth_hmac` has modes for the time in which not all sign.
fn is_strict(of: &Authentication) -> bool {
    of.hmac.mode.as_ref().is_none_or(|mode| mode.value == "enforce")
}

/// Whether two keys of HMAC are one. What a file holds is not known.
fn is_same(one: &Key, other: &Key) -> bool {
    match (digits(&one.secret), digits(&other.secret)) {
        (Some(one), Some(other)) => one == other,
        _ => true,
    }
}

/// A key as hexadecimal digits, however it is written.
fn digits(secret: &str) -> Option<String> {
    if secret.starts_with("file:") {
        return None;
    }
    Some(match secret.strip_prefix("hex:") {
        Some(digits) => digits.to_ascii_lowercase(),
        None => secret.bytes().map(|byte| format!("{byte:02x}")).collect(),
    })
}

/// Only eight characters of a password are sent.
fn cut(secret: &str) -> &[u8] {
    let bytes = secret.as_bytes();
    bytes.get(..8).unwrap_or(bytes)
}
