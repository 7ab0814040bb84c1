//! `real` lines: addresses, method, weight, request and receive, thresholds.
//!
//! [`Strict`] takes the line apart as ldirectord does, to know whether it accepts the line and what
//! it loses; [`Meant`] tells what the model holds.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::model::{Family, Forwarding, Located, Server, Sourced};
use crate::source::codes::ldirectord as codes;
use crate::source::codes::ldirectord_advice as advice;
use crate::source::{Code, Diagnostic, Place, Span, Verdict};
use crate::syntax::NodeRef;

use super::endpoint::{Location, is_port};
use super::line::Line;
use super::settings::method_named;
use super::values::first_word;
use super::{Reader, virtuals::Draft};

mod meant;
mod strict;

use meant::Meant;
use strict::Strict;

/// Request and receive of one server.
#[derive(Clone, Debug)]
pub(super) struct OwnTexts {
    pub(super) request: Sourced<String>,
    pub(super) receive: Sourced<String>,
    /// Whether ldirectord ignores them.
    pub(super) lost: bool,
}

impl<'a> Reader<'a> {
    /// Reads a `real` line into `draft`. `next` is the line behind it; true when that one is the
    /// second half of this.
    pub(super) fn real(
        &mut self,
        line: &Line<'a>,
        next: Option<NodeRef<'a>>,
        draft: &mut Draft,
    ) -> bool {
        let seen = line.seen();
        let strict = Strict::of(&seen);
        let verdict = if strict.is_some() { Verdict::Accepts } else { Verdict::Refuses };
        let mut words = Meant::default();
        words.take(line.node.arguments());
        let joined = next.filter(|next| is_broken(line.node, *next));
        if let Some(second) = joined {
            self.broken_line(line, second);
            words.take(second.words());
        }
        let before = self.findings.iter().count();
        let method = self.real_method(line, &words, verdict, joined.is_some());
        self.leftovers(&words, verdict, strict.as_ref());
        if let Some(strict) = &strict {
            self.lost_texts(&words, strict);
        }
        let family = draft.family();
        self.keyword_family(line, family);
        // The address has the family that its keyword says, or the keyword is wrong.
        let family = if line.row.word == "real6" { Family::V6 } else { Family::V4 };
        let servers = self.servers(&words, family, strict.as_ref());
        // Whatever was not recognised above: ldirectord's own answer is the truth.
        let is_refused = |finding: &Diagnostic| finding.verdict == Verdict::Refuses;
        let silent = !self.findings.iter().skip(before).any(is_refused);
        if strict.is_none() && silent && joined.is_none() {
            self.push(
                Diagnostic::new(
                    codes::BAD_REAL,
                    line.value_place(),
                    "this is not how a real server is written",
                )
                .note("ldirectord stops here")
                .help("real=ADDRESS:PORT gate|masq|ipip [WEIGHT]"),
            );
        }
        let is_lost = strict.as_ref().is_some_and(|strict| strict.lost_request);
        let texts = words.texts(is_lost);
        let lost_threshold = strict.as_ref().is_some_and(|s| words.upper.is_some() && !s.upper);
        let Some(addresses) = servers else { return joined.is_some() };
        for address in addresses.iter() {
            let mut server = Server::new(address, addresses.port, Some(line.node.place()));
            server.method = method;
            server.weight = words.weight;
            if words.lower.is_some() || words.upper.is_some() {
                let own = server.own_mut();
                (own.upper_threshold, own.lower_threshold) = (words.upper, words.lower);
                own.ignored = is_lost || lost_threshold;
            }
            draft.server(server, texts.clone());
        }
        joined.is_some()
    }

    fn real_method(
        &mut self,
        line: &Line<'_>,
        words: &Meant<'_>,
        verdict: Verdict,
        joined: bool,
    ) -> Option<Sourced<Forwarding>> {
        match words.method {
            Some(word) => {
                // ldirectord may find the method behind a stray comma, for example.
                if verdict == Verdict::Accepts && !method_named(&word.value()).1 {
                    self.text_ignored(word.place(), first_word(&word.value()));
                }
                self.method(word, !joined && verdict == Verdict::Refuses)
            }
            None => {
                // It may be glued to the address.
                let at = line.value_place();
                let glued = words.location.is_some_and(|word| word.value().contains(','));
                if !glued {
                    self.push(
                        Diagnostic::new(codes::BAD_METHOD, at, "the forwarding method is missing")
                            .verdict(verdict)
                            .note("ldirectord stops here")
                            .help("add gate, masq or ipip behind the address"),
                    );
                }
                None
            }
        }
    }

    fn leftovers(&mut self, words: &Meant<'_>, verdict: Verdict, strict: Option<&Strict<'_>>) {
        for word in &words.leftovers {
            match strict {
                Some(_) => self.push(
                    Diagnostic::new(
                        codes::TEXT_IGNORED,
                        word.place(),
                        "ldirectord ignores this text",
                    )
                    .label("no effect"),
                ),
                None => {
                    let finding = Diagnostic::new(
                        codes::REAL_LEFTOVER,
                        word.place(),
                        "this fits nowhere in a `real` line",
                    )
                    .verdict(verdict)
                    .note("ldirectord stops with `Invalid real server line`");
                    self.push(finding);
                }
            }
        }
    }

    /// What ldirectord accepts and then forgets.
    fn lost_texts(&mut self, words: &Meant<'_>, strict: &Strict<'_>) {
        if strict.lost_request
            && let Some((word, _)) = words.quoted
        {
            self.push(
                Diagnostic::new(
                    advice::REAL_REQUEST_LOST,
                    word.place(),
                    "request, receive and thresholds of this server are lost",
                )
                .label("begins with `/`")
                .note("the request and receive of the virtual service are used instead")
                .help("leave out the slash, ldirectord adds it itself"),
            );
        } else if words.upper.is_some() && !strict.upper {
            let at = words.upper.place();
            self.findings.push(
                match at {
                    Some(at) => {
                        Diagnostic::new(codes::THRESHOLD_ORDER, at, "the upper threshold is lost")
                    }
                    None => {
                        Diagnostic::general(codes::THRESHOLD_ORDER, "the upper threshold is lost")
                    }
                }
                .help("write `l:` in front of `u:`"),
            );
        }
    }

    fn keyword_family(&mut self, line: &Line<'_>, family: Family) {
        let own = if line.row.word == "real6" { Family::V6 } else { Family::V4 };
        if own == family {
            return;
        }
        let correct = if family == Family::V4 { "real" } else { "real6" };
        let at = line.keyword_place();
        self.push(
            Diagnostic::new(
                codes::WRONG_FAMILY,
                at,
                format!("a service of this family needs `{correct}`"),
            )
            .note("ldirectord stops here")
            .fix(at, correct, "use the keyword of the family"),
        );
    }

    /// The addresses and port of the line.
    fn servers(
        &mut self,
        words: &Meant<'_>,
        family: Family,
        strict: Option<&Strict<'_>>,
    ) -> Option<Addresses> {
        let word = words.location?;
        let at = words.location_place(word);
        let text = words.location_text();
        if family == Family::V6 && text.parse::<Ipv6Addr>().is_ok() {
            let first = self.host(&text, at, family)?;
            return Some(Addresses { first, count: 1, port: None });
        }
        let mended;
        let location = match Location::of(&text) {
            Some(location) => location,
            None => {
                mended = without_stray_signs(&text);
                self.odd_location(&text, at, family, strict, mended.is_some());
                Location::of(mended.as_deref()?)?
            }
        };
        // A port stands directly behind an address in quotes, and is a word of its own all the same.
        let has_gap = at.span.range().len() > text.len();
        if words.location_words > 1 && has_gap {
            self.push(
                Diagnostic::new(codes::BAD_REAL, at, "no blanks may stand in an address or range")
                    .note("ldirectord stops here")
                    .fix(at, text.clone(), "close the gaps"),
            );
        }
        // A real server's port is looked up without a protocol.
        let port = match location.port {
            Some(port) => Some(self.port(port, at, 0)?),
            None => None,
        };
        let first = self.host(location.host, at, family);
        let Some(last) = location.last else {
            let first = first?;
            return Some(Addresses { first, count: 1, port: port.filter(|port| *port > 0) });
        };
        let last = self.host(last, at, family);
        let (Some(IpAddr::V4(first)), Some(IpAddr::V4(last))) = (first, last) else {
            if first.is_some() && last.is_some() {
                self.refused(codes::BAD_RANGE, at, "IPv6 addresses cannot form a range".into());
            }
            return None;
        };
        let Some(more) = u32::from(last).checked_sub(u32::from(first)) else {
            let written = words.location_text();
            let swapped =
                written.replacen(&format!("{first}->{last}"), &format!("{last}->{first}"), 1);
            let finding = Diagnostic::new(codes::BAD_RANGE, at, "the range ends before it begins")
                .note("ldirectord stops with `Invalid Range`");
            // Addresses may be written in other ways than the usual one, or with a stray sign.
            let is_plain = swapped != written;
            self.push(match is_plain {
                true => finding.fix(at, swapped, "put the lower address first"),
                false => finding.help("put the lower address first"),
            });
            return None;
        };
        if more >= LARGEST_RANGE {
            let finding = Diagnostic::new(
                codes::LARGE_RANGE,
                at,
                format!("a range of {} addresses", u64::from(more) + 1),
            )
            .label("left out")
            .help("correct the last address");
            self.push(finding);
            return None;
        }
        Some(Addresses {
            first: first.into(),
            count: more + 1,
            port: port.filter(|port| *port > 0),
        })
    }

    /// An address that does not have the form that it should.
    fn odd_location(
        &mut self,
        text: &str,
        at: Place,
        family: Family,
        strict: Option<&Strict<'_>>,
        is_mended: bool,
    ) {
        let (code, message): (Code, _) =
            match (strict.map(|strict| strict.location.host), text.contains(',')) {
                (Some(host), _) if !text.starts_with(host) => {
                    (codes::HOST_CUT, format!("ldirectord reads the host `{host}` here"))
                }
                (_, true) => {
                    (codes::BAD_REAL, "a blank has to stand between address and method".to_owned())
                }
                _ => (codes::BAD_REAL, "this is no address with a port".to_owned()),
            };
        // A part made of digits is an address to the C library; any other is a name that hardly
        // exists.
        let is_found = |location: Location<'_>| {
            location.host.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
                && location.port.is_none_or(is_port)
        };
        let accepted = code == codes::HOST_CUT
            && family == Family::V4
            && strict.is_some_and(|strict| is_found(strict.location));
        let note = if accepted {
            "it starts and sends traffic to that address"
        } else {
            "ldirectord stops here"
        };
        let mut finding = Diagnostic::new(code, at, message)
            .verdict(if accepted { Verdict::Accepts } else { Verdict::Refuses })
            .note(note)
            .help("write ADDRESS:PORT and a blank");
        if !is_mended {
            finding = finding.label("left out");
        }
        self.push(finding);
    }

    fn broken_line(&mut self, line: &Line<'_>, second: NodeRef<'_>) {
        let end = line.node.place().span.end;
        let gap = Place { file: self.file, span: Span::new(end, second.place().span.start) };
        self.push(
            Diagnostic::new(
                codes::BROKEN_LINE,
                second.place(),
                "this is the second half of the line above",
            )
            .context(line.node.place(), "the first half")
            .note("lines cannot be continued: ldirectord stops here")
            .fix(gap, " ", "join the lines"),
        );
    }
}

/// Whether `second` begins with the forwarding method that the `real` line `first` lacks.
pub(super) fn is_broken(first: NodeRef<'_>, second: NodeRef<'_>) -> bool {
    let is_method = |text: &str| METHODS.contains(&text);
    ["real", "real6"].contains(&first.name().as_ref())
        && is_method(&second.name())
        && !first.arguments().any(|word| is_method(&word.value()))
}

/// `text` without signs that are one too many, if that makes it an address with a port.
fn without_stray_signs(text: &str) -> Option<String> {
    let text = text.split(',').next()?.replace(['"', '\'', '(', ')'], "");
    let text = text.trim_end_matches([';', ':']).replace("::", ":");
    // A name with a hole in it tells nothing; four numbers do.
    let is_address = |location: &Location<'_>| {
        location.host.parse::<Ipv4Addr>().is_ok() && location.port.is_none_or(is_port)
    };
    Location::of(&text).is_some_and(|location| is_address(&location)).then_some(text)
}

/// One or several addresses in a row.
struct Addresses {
    first: IpAddr,
    count: u32,
    port: Option<u16>,
}

impl Addresses {
    fn iter(&self) -> impl Iterator<Item = IpAddr> {
        let first = self.first;
        (0..self.count).map(move |offset| match first {
            IpAddr::V4(first) => Ipv4Addr::from(u32::from(first).saturating_add(offset)).into(),
            // Ranges of IPv6 addresses do not exist.
            IpAddr::V6(_) => first,
        })
    }
}

/// The forwarding methods as ldirectord writes them.
const METHODS: &[&str] = &["gate", "masq", "ipip"];
/// Addresses that one line may stand for: what a mistyped octet exceeds at once.
const LARGEST_RANGE: u32 = 65_536;
