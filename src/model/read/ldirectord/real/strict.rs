//! What ldirectord makes of a `real` line: its patterns, one after the other, each on what the last
//! one left. None of them has to begin where the text does.

use crate::model::read::ldirectord::endpoint::Location;
use crate::model::read::ldirectord::line::is_space;
use crate::model::read::ldirectord::values::{digits, first_word};

/// What ldirectord makes of a line that it accepts.
pub(super) struct Strict<'a> {
    /// The host that it finds.
    pub(super) host: &'a str,
    /// Whether request, receive and thresholds are lost.
    pub(super) lost_request: bool,
    /// Whether it found the upper threshold.
    pub(super) upper: bool,
}

impl<'a> Strict<'a> {
    /// `None` when it stops.
    pub(super) fn of(seen: &'a str) -> Option<Self> {
        let first = seen.trim_start_matches(is_space);
        let (word, flags) = first.split_once(is_space)?;
        let location = Location::of(word).or_else(|| Location::within(word))?;
        let method = first_word(flags);
        if !matches!(method, "gate" | "masq" | "ipip") {
            return None;
        }
        let (_, mut rest) = flags.split_once(method)?;
        if let Some(behind) = behind_blank(rest, |text| {
            Some(digits(text)?)
                .filter(|(before, _)| before.is_empty())
                .and_then(|(_, run)| text.strip_prefix(run))
        }) {
            rest = behind;
        }
        let texts = behind_blank(rest, |text| {
            greedy_texts(text)
                .map(|(request, behind)| if request.starts_with('/') { "\0" } else { behind })
        });
        let lost_request = texts == Some("\0");
        if lost_request {
            // The rest of the line is lost with it, so it is not checked either.
            return Some(Self { host: location.host, lost_request, upper: false });
        }
        rest = texts.unwrap_or(rest);
        let threshold = |rest: &'a str, prefix: &str| {
            behind_blank(rest, |text| {
                let text = text.strip_prefix(prefix)?;
                let (_, run) = digits(text).filter(|(before, _)| before.is_empty())?;
                text.strip_prefix(run)
            })
        };
        rest = threshold(rest, "l:").unwrap_or(rest);
        let behind_upper = threshold(rest, "u:");
        let upper = behind_upper.is_some();
        rest = behind_upper.unwrap_or(rest);
        let nothing_left = rest.chars().all(is_space);
        nothing_left.then_some(Self { host: location.host, lost_request, upper })
    }
}

/// What is behind the first match of `pattern` that begins behind a blank.
fn behind_blank<'a>(
    text: &'a str,
    pattern: impl Fn(&'a str) -> Option<&'a str>,
) -> Option<&'a str> {
    let mut starts = text.char_indices().filter(|(_, character)| is_space(*character));
    starts.find_map(|(at, _)| pattern(text.get(at + 1..)?))
}

/// `"(.*)"[, ]\s*"(.*)"` at the start of `text`: the first group as long as possible. Gives the
/// request and what is behind.
fn greedy_texts(text: &str) -> Option<(&str, &str)> {
    let inside = text.strip_prefix('"')?;
    let (before_last, behind) = inside.rsplit_once('"')?;
    // The closing mark of the request is the last one that is followed by a separator and a mark.
    let mut candidate = before_last;
    while let Some((request, _)) = candidate.rsplit_once('"') {
        let full_after = before_last.get(request.len() + 1..)?;
        let separated =
            full_after.strip_prefix([',', ' ']).map(|rest| rest.trim_start_matches(is_space));
        if separated.is_some_and(|rest| rest.starts_with('"')) {
            return Some((request, behind));
        }
        candidate = request;
    }
    None
}
