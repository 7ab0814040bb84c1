//! Whether an odd character keeps its program from starting.
//!
//! Measured one by one with heartbeat 3.0.6, ldirectord 4.12 and `keepalived -t` 2.2.7.

use super::effects::Oddity;
use crate::syntax::Format;
use crate::syntax::schema::{self, Argument};

/// Where an odd character stands: what is in front of it in its statement, without the indent, and
/// the first character itself.
#[derive(Clone, Copy)]
pub(super) struct Spot<'a> {
    pub(super) format: Format,
    pub(super) before: &'a str,
    pub(super) sample: char,
    /// Inside quotes that are closed.
    pub(super) quoted: bool,
}

/// Bytes of a line, its line feed included, that the program reads in one piece.
pub(super) fn longest_line(format: Format) -> Option<usize> {
    // keepalived: fgets into 1024 bytes. The buffers of the others were not measured.
    (format == Format::Keepalived).then_some(1023)
}

/// Whether a line of these bytes, longer than `limit`, stops the program: it takes the rest for a
/// new line, which is harmless only when that is empty or a comment.
pub(super) fn long_line_refused(line: &[u8], limit: usize) -> bool {
    line.chunks(limit).skip(1).any(|rest| {
        let first = rest.iter().find(|byte| !byte.is_ascii_whitespace());
        first.is_some_and(|first| !matches!(first, b'#' | b'!'))
    })
}

/// Whether the program refuses to start because of `oddity` at `spot`.
pub(super) fn refused(oddity: Oddity, spot: &Spot<'_>) -> bool {
    match (oddity, spot.format) {
        _ if spot.quoted => false,
        (Oddity::ByteOrderMark, _) => true,
        // Without a backslash in front it only sticks to the last resource's name.
        (Oddity::CarriageReturn, Format::Haresources) => spot.before.ends_with('\\'),
        (Oddity::CarriageReturn, Format::Ldirectord) => {
            let (keyword, value) = spot.before.split_once('=').unwrap_or_default();
            keyword.trim() == "netmask" || matches!(value.trim(), "yes" | "no")
        }
        (Oddity::CarriageReturn, _) => false,
        _ if is_white(spot) => false,
        (_, Format::Ldirectord) => ldirectord_refuses(oddity, spot),
        // The line ends at a NUL: harmless unless it cuts the first word.
        (Oddity::Nul, Format::HaCf | Format::Haresources | Format::Keepalived) => {
            spot.is_keyword() && !spot.before.is_empty()
        }
        (_, Format::Authkeys) => authkeys_refuses(spot),
        (_, Format::HaCf) => spot.is_keyword() || !ha_cf_takes(spot),
        // heartbeat checks only node names; a resource's script is looked for at the takeover.
        (_, Format::Haresources) => spot.is_keyword(),
        (_, Format::Keepalived) => spot.is_keyword() || !keepalived_takes(oddity, spot),
    }
}

impl<'a> Spot<'a> {
    /// Whether the character is in the first word or in front of it, as the program cuts words.
    fn is_keyword(&self) -> bool {
        let equals = self.format == Format::Ldirectord;
        !self.before.contains(|c: char| BLANKS.contains(&c) || (equals && c == '='))
    }

    /// The first word and what stands behind it.
    fn cut(&self) -> (&'a str, &'a str) {
        self.before.split_once(BLANKS).unwrap_or((self.before, ""))
    }
}

/// Whether the program takes the character for white space after all (`isspace` in C).
fn is_white(spot: &Spot<'_>) -> bool {
    match spot.sample {
        '\u{C}' => spot.format != Format::Haresources,
        '\r' => matches!(spot.format, Format::Authkeys | Format::HaCf | Format::Keepalived),
        '\u{B}' => spot.format == Format::Keepalived,
        _ => false,
    }
}

/// `auth N` takes the digits and ignores the rest; of `N METHOD KEY` only the key is any text, and
/// crc must have none.
fn authkeys_refuses(spot: &Spot<'_>) -> bool {
    let (first, rest) = spot.cut();
    let rest = rest.trim_start_matches(BLANKS);
    if first == "auth" {
        return !rest.starts_with(|c: char| c.is_ascii_digit());
    }
    let method = rest.split_once(BLANKS).map(|(method, _)| method);
    method.is_none_or(|method| method == "crc")
}

fn ha_cf_takes(spot: &Spot<'_>) -> bool {
    let (keyword, value) = spot.cut();
    has_only(Format::HaCf, keyword, |argument| {
        matches!(argument, Argument::Name | Argument::Path | Argument::Rest)
    }) || (keyword == "udpport" && !value.trim_start_matches(BLANKS).is_empty())
}

fn keepalived_takes(oddity: Oddity, spot: &Spot<'_>) -> bool {
    let (keyword, _) = spot.cut();
    let is_brace = oddity == Oddity::FullWidth && matches!(spot.sample, '｛' | '｝');
    !is_brace
        && !KEEPALIVED_CHECKED.contains(&keyword)
        && has_only(Format::Keepalived, keyword, |argument| {
            matches!(argument, Argument::Name | Argument::Path | Argument::Rest)
        })
}

/// ldirectord's patterns take what they need from the front of a value and ignore the rest.
fn ldirectord_refuses(oddity: Oddity, spot: &Spot<'_>) -> bool {
    if spot.is_keyword() {
        return true;
    }
    let (keyword, value) = spot.before.split_once('=').unwrap_or((spot.before, ""));
    let (keyword, value) = (keyword.trim_end_matches(BLANKS), value.trim_start_matches(BLANKS));
    let full_width = oddity == Oddity::FullWidth;
    match keyword {
        // The address ends where it stops to look like one; port, method and weight must be right.
        "real" | "fallback" => !full_width || value.is_empty() || value.contains(':'),
        "virtual" | "virtual6" => full_width || value.is_empty(),
        "netmask" => true,
        _ if LDIRECTORD_YES_NO.contains(&keyword) => true,
        // Nothing is looked for behind the closing quote.
        _ if LDIRECTORD_QUOTED.contains(&keyword) => !value.contains('"'),
        "scheduler" => false,
        _ => full_width && value.is_empty(),
    }
}

/// Whether `keyword` is known and has only arguments that `accept` accepts, in whatever block.
fn has_only(format: Format, keyword: &str, accept: fn(&Argument) -> bool) -> bool {
    let rows = schema::keywords(format).iter().flat_map(|rows| rows.iter());
    let mut rows = rows.filter(|row| row.word == keyword).peekable();
    rows.peek().is_some()
        && rows.all(|row| {
            row.arguments.iter().all(|argument| match argument {
                Argument::Optional(inner) | Argument::Many(inner) => accept(inner),
                other => accept(other),
            })
        })
}

const BLANKS: [char; 2] = [' ', '\t'];

/// Names that keepalived compares with words or addresses that it knows.
const KEEPALIVED_CHECKED: &[&str] = &["real_server", "state", "virtual_server"];

const LDIRECTORD_YES_NO: &[&str] =
    &["autoreload", "cleanstop", "fork", "ops", "quiescent", "readdquiescent", "supervised"];

/// Values that must stand in straight quotes.
const LDIRECTORD_QUOTED: &[&str] =
    &["callback", "database", "load", "logfile", "login", "passwd", "receive", "request", "secret"];
