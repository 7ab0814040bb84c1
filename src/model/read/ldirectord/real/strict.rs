//! What ldirectord makes of a `real` line: its patterns, one after the other, each on what the last
//! one left. None of them has to begin where the text does.

use crate::model::read::ldirectord::endpoint::Location;
use crate::model::read::ldirectord::line::is_space;
use crate::model::read::ldirectord::values::first_word;

/// What ldirectord makes of a line that it accepts.
pub(super) struct Strict<'a> {
    /// The address and port that it finds.
    pub(super) location: Location<'a>,
    /// Whether request, receive and thresholds are lost.
    pub(super) lost_request: bool,
    /// Whether it found the upper threshold.
    pub(super) upper: bool,
}

impl<'a> Strict<'a> {
    /// `None` when it stops.
    pub(super) fn of(seen: &'a str) -> Option<Self> {
        // Nobody writes longer lines by accident, and repeated searches are quadratic.
        let (location, flags) = (seen.len() <= LONGEST).then(|| location_and_flags(seen))??;
        let method = first_word(flags);
        if !matches!(method, "gate" | "masq" | "ipip") {
            return None;
        }
        let (_, mut rest) = flags.split_once(method)?;
        rest = behind_blank(rest, behind_digits).unwrap_or(rest);
        if let Some((request, _, behind)) = behind_blank(rest, greedy_texts) {
            if request.starts_with('/') {
                // The rest of the line is lost with it, so it is not checked either.
                return Some(Self { location, lost_request: true, upper: false });
            }
            rest = behind;
        }
        let threshold = |rest: &'a str, prefix: &str| {
            behind_blank(rest, |text| behind_digits(text.strip_prefix(prefix)?))
        };
        rest = threshold(rest, "l:").unwrap_or(rest);
        let behind_upper = threshold(rest, "u:");
        let upper = behind_upper.is_some();
        rest = behind_upper.unwrap_or(rest);
        let nothing_left = rest.chars().all(is_space);
        nothing_left.then_some(Self { location, lost_request: false, upper })
    }
}

/// The first word that holds an address and has a blank behind it, and what follows.
fn location_and_flags(seen: &str) -> Option<(Location<'_>, &str)> {
    let mut rest = seen;
    loop {
        rest = rest.trim_start_matches(is_space);
        let (word, flags) = rest.split_once(is_space)?;
        if let Some(location) = Location::of(word).or_else(|| Location::within(word)) {
            return Some((location, flags));
        }
        rest = flags;
    }
}

/// What is behind the digits that `text` begins with.
fn behind_digits(text: &str) -> Option<&str> {
    let rest = text.trim_start_matches(|c: char| c.is_ascii_digit());
    (rest.len() < text.len()).then_some(rest)
}

/// The first match of `pattern` that begins behind a blank.
fn behind_blank<'a, T>(text: &'a str, pattern: impl Fn(&'a str) -> Option<T>) -> Option<T> {
    let mut starts = text.char_indices().filter(|(_, character)| is_space(*character));
    starts.find_map(|(at, _)| pattern(text.get(at + 1..)?))
}

/// `"(.*)"[, ]\s*"(.*)"` at the start of `text`: the first group as long as possible. Gives both
/// groups and what is behind.
pub(super) fn greedy_texts(text: &str) -> Option<(&str, &str, &str)> {
    let inside = text.strip_prefix('"')?;
    let (before_last, behind) = inside.rsplit_once('"')?;
    // The closing mark of the request is the last one that is followed by a separator and a mark.
    let mut candidate = before_last;
    while let Some((request, _)) = candidate.rsplit_once('"') {
        let full_after = before_last.get(request.len() + 1..)?;
        let separated =
            full_after.strip_prefix([',', ' ']).map(|rest| rest.trim_start_matches(is_space));
        if let Some(receive) = separated.and_then(|rest| rest.strip_prefix('"')) {
            return Some((request, receive, behind));
        }
        candidate = request;
    }
    None
}

/// Longest line that is taken apart, in bytes.
const LONGEST: usize = 4096;
