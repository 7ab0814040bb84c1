//! `real` lines: addresses, method, weight, request and receive, thresholds.
//!
//! ldirectord takes such a line apart with patterns that are not anchored, one after the other on
//! what the last one left. [`Strict`] does the same, to know whether it accepts the line and what
//! it loses; the words of the line tell what was meant.

use std::net::{IpAddr, Ipv4Addr};

use crate::model::{Family, Forwarding, Server, Sourced};
use crate::source::codes::ldirectord as codes;
use crate::source::codes::ldirectord_advice as advice;
use crate::source::{Code, Diagnostic, Place, Span, Verdict};
use crate::syntax::{NodeRef, Word, characters};

use super::endpoint::Location;
use super::line::{Line, is_space};
use super::settings::method_named;
use super::values::{digits, first_word};
use super::{Reader, virtuals::Draft};

/// Request and receive of one server.
#[derive(Clone, Debug)]
pub(super) struct OwnTexts {
    pub(super) request: Sourced<String>,
    pub(super) receive: Sourced<String>,
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
        let servers = self.servers(&words, family, strict.as_ref());
        // Whatever was not recognised above: ldirectord's own answer is the truth.
        let silent = self.findings.iter().count() == before;
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
        let texts = words.texts();
        let Some(addresses) = servers else { return joined.is_some() };
        for address in addresses.iter() {
            let mut server = Server::new(address, addresses.port, Some(line.node.place()));
            server.method = method;
            server.weight = words.weight;
            server.lower_threshold = words.lower;
            server.upper_threshold = words.upper;
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
            Some(word) => self.method(word, !joined),
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
            let at = words.upper.and_then(|upper| upper.at);
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
        let Some(location) = Location::of(&text) else {
            self.odd_location(&text, at, strict);
            return None;
        };
        if words.location_words > 1 {
            self.push(
                Diagnostic::new(codes::BAD_REAL, at, "no blanks may stand in a range of addresses")
                    .note("ldirectord stops here")
                    .fix(at, text.clone(), "close the gaps"),
            );
        }
        // A real server's port is looked up without a protocol.
        let port = match location.port {
            Some(port) => Some(self.port(port, at, 0)?),
            None => None,
        };
        let family = if location.host.starts_with('[') { Family::V6 } else { family };
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
            let fixed = words.location_text().replacen(
                &format!("{first}->{last}"),
                &format!("{last}->{first}"),
                1,
            );
            self.push(
                Diagnostic::new(codes::BAD_RANGE, at, "the range ends before it begins")
                    .note("ldirectord stops with `Invalid Range`")
                    .fix(at, fixed, "put the lower address first"),
            );
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
    fn odd_location(&mut self, text: &str, at: Place, strict: Option<&Strict<'_>>) {
        let (code, message): (Code, _) =
            match (strict.map(|strict| strict.host), text.contains(',')) {
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
        let is_number = strict
            .is_some_and(|strict| strict.host.bytes().all(|b| b.is_ascii_digit() || b == b'.'));
        let accepted = is_number && code == codes::HOST_CUT;
        let note = if accepted {
            "it starts and sends traffic to that address"
        } else {
            "ldirectord stops here"
        };
        self.push(
            Diagnostic::new(code, at, message)
                .verdict(if accepted { Verdict::Accepts } else { Verdict::Refuses })
                .label("left out")
                .note(note)
                .help("write ADDRESS:PORT and a blank"),
        );
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

/// The words of a line by what they were meant to be, in whatever order.
#[derive(Default)]
struct Meant<'a> {
    location: Option<Word<'a>>,
    /// Behind the first when the range was written with blanks.
    location_rest: Vec<Word<'a>>,
    location_words: usize,
    method: Option<Word<'a>>,
    weight: Option<Sourced<u32>>,
    quoted: Option<(Word<'a>, Option<(String, String)>)>,
    lower: Option<Sourced<u32>>,
    upper: Option<Sourced<u32>>,
    leftovers: Vec<Word<'a>>,
}

impl<'a> Meant<'a> {
    fn take(&mut self, words: impl Iterator<Item = Word<'a>>) {
        for word in words {
            self.word(word);
        }
    }

    fn word(&mut self, word: Word<'a>) {
        let text = word.value();
        if self.location.is_none() {
            self.location = Some(word);
            self.location_words = 1;
        } else if self.method.is_none() && self.continues_range(&text) {
            self.location_rest.push(word);
            self.location_words += 1;
        } else if self.method.is_none() && method_named(text.trim_matches(',')).0.is_some() {
            self.method = Some(word);
        } else if word.raw().starts_with(is_quote) {
            self.quoted(word);
        } else if let Some(number) = threshold(&text, "l:").filter(|_| self.lower.is_none()) {
            self.lower = Some(Sourced::new(number, word.place()));
        } else if let Some(number) = threshold(&text, "u:").filter(|_| self.upper.is_none()) {
            self.upper = Some(Sourced::new(number, word.place()));
        } else if let Some(number) = number(&text).filter(|_| self.weight.is_none()) {
            self.weight = Some(Sourced::new(number, word.place()));
        } else {
            self.leftovers.push(word);
        }
    }

    /// `10.0.0.2 -> 10.0.0.5:80`
    fn continues_range(&self, text: &str) -> bool {
        text.starts_with("->") || self.location_text().ends_with("->")
    }

    fn quoted(&mut self, word: Word<'a>) {
        let text = characters::plain(word.raw());
        match two_texts(&text) {
            Some((request, receive)) if self.quoted.is_none() => {
                self.quoted = Some((word, Some((request.to_owned(), receive.to_owned()))));
            }
            _ => self.leftovers.push(word),
        }
    }

    fn texts(&self) -> Option<OwnTexts> {
        let (word, Some((request, receive))) = self.quoted.as_ref()? else { return None };
        Some(OwnTexts {
            request: Sourced::new(request.clone(), word.place()),
            receive: Sourced::new(receive.clone(), word.place()),
        })
    }

    fn location_text(&self) -> String {
        let words = self.location.iter().chain(&self.location_rest);
        words.map(|word| word.value()).collect()
    }

    fn location_place(&self, first: Word<'a>) -> Place {
        let last = self.location_rest.last().copied().unwrap_or(first);
        let span = first.place().span.to(last.place().span);
        Place { file: first.place().file, span }
    }
}

/// The two texts of `"request", "receive"`, however they are parted.
fn two_texts(text: &str) -> Option<(&str, &str)> {
    let inside = text.strip_prefix('"')?.strip_suffix('"')?;
    let is_separator = |between: &str| between.chars().all(|c| is_space(c) || c == ',');
    let mut rest = inside;
    // The marks that belong to the separator are the first two with nothing but it between them.
    while let Some((_, behind)) = rest.split_once('"') {
        let start = inside.len() - behind.len();
        let (between, second) = behind.split_once('"')?;
        if is_separator(between) {
            return Some((inside.get(..start - 1)?, second));
        }
        rest = behind;
    }
    None
}

fn threshold(text: &str, prefix: &str) -> Option<u32> {
    number(text.strip_prefix(prefix)?)
}

fn number(text: &str) -> Option<u32> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

fn is_quote(character: char) -> bool {
    character == '"' || characters::reading(character) == characters::Reading::Quote
}

/// What ldirectord makes of a line that it accepts.
struct Strict<'a> {
    host: &'a str,
    lost_request: bool,
    upper: bool,
}

impl<'a> Strict<'a> {
    fn of(seen: &'a str) -> Option<Self> {
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

/// The forwarding methods as ldirectord writes them.
const METHODS: &[&str] = &["gate", "masq", "ipip"];
/// Addresses that one line may stand for: what a mistyped octet exceeds at once.
const LARGEST_RANGE: u32 = 65_536;
