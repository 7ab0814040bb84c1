//! Directives that may stand globally and in a virtual service, and the shape of every value.

use std::net::IpAddr;
use std::time::Duration;

use crate::model::{Carried, Checks, Fallback, Family, Forwarding, Sourced};
use crate::source::codes::ldirectord as codes;
use crate::source::codes::ldirectord_advice as advice;
use crate::source::{Diagnostic, Place, Verdict};
use crate::syntax::Word;

use super::Reader;
use super::endpoint::{Location, TCP, UDP};
use super::line::{Line, is_space};
use super::values::Shape;

/// A value that a later line may replace, with the place of its directive.
#[derive(Clone, Debug)]
pub(super) struct Slot<T> {
    given: Option<(Sourced<T>, Place)>,
}

impl<T> Default for Slot<T> {
    fn default() -> Self {
        Self { given: None }
    }
}

impl<T: Clone> Slot<T> {
    /// Takes the value of `line`; what was there before does nothing any more.
    pub(super) fn set(
        &mut self,
        reader: &mut Reader<'_>,
        line: &Line<'_>,
        value: Option<Sourced<T>>,
    ) {
        // A line without a usable value was reported; the one before stays.
        let Some(value) = value else { return };
        if let Some((_, first)) = self.given.replace((value, line.node.place())) {
            reader.said_again(first, line);
        }
    }

    pub(super) fn get(&self) -> Option<&Sourced<T>> {
        self.given.as_ref().map(|(value, _)| value)
    }

    pub(super) fn value(&self) -> Option<Sourced<T>> {
        self.get().cloned()
    }

    /// The whole directive.
    pub(super) fn directive(&self) -> Option<Place> {
        self.given.as_ref().map(|(_, at)| *at)
    }
}

/// What can be said globally and again for one service.
#[derive(Clone, Debug, Default)]
pub(super) struct Common {
    pub(super) check_timeout: Slot<u32>,
    pub(super) negotiate_timeout: Slot<u32>,
    pub(super) interval: Slot<u32>,
    pub(super) ping_count: Slot<u32>,
    pub(super) failures: Slot<u32>,
    pub(super) fallback: Slot<Fallback>,
    /// Global only: a service has a fallback of its own family.
    pub(super) fallback6: Slot<Fallback>,
    pub(super) fallback_command: Slot<String>,
    pub(super) quiescent: Slot<bool>,
}

impl Common {
    /// Whether it says anything of when and how long servers are checked.
    pub(super) fn states_timing(&self) -> bool {
        let slots = [
            &self.check_timeout,
            &self.negotiate_timeout,
            &self.interval,
            &self.ping_count,
            &self.failures,
        ];
        slots.into_iter().any(|slot| slot.given.is_some())
    }

    /// Effective timing where these are a service's own. The two time limits stand in for each
    /// other, the service's before the global ones; measured with ldirectord 4.12.
    pub(super) fn checks(&self, global: &Self) -> Checks {
        let first = |slots: &[&Slot<u32>], default| {
            let given = slots.iter().find_map(|slot| slot.value());
            given.unwrap_or_else(|| Sourced::implied(default))
        };
        let (connect, whole) = (&self.check_timeout, &self.negotiate_timeout);
        let (global_connect, global_whole) = (&global.check_timeout, &global.negotiate_timeout);
        let seconds = |count: Sourced<u32>| count.map(|count| Duration::from_secs(count.into()));
        Checks {
            interval: Some(seconds(first(&[&self.interval, &global.interval], 10))),
            connect_timeout: Some(seconds(first(
                &[connect, whole, global_connect, global_whole],
                5,
            ))),
            negotiate_timeout: Some(seconds(first(
                &[whole, connect, global_whole, global_connect],
                30,
            ))),
            failures: Some(first(&[&self.failures, &global.failures], 1)),
            ping_count: Some(first(&[&self.ping_count, &global.ping_count], 1)),
            retry_delay: None,
            warmup: None,
        }
    }

    /// Reads `line` if its directive is one of these. `family` is the service's.
    pub(super) fn take(
        &mut self,
        reader: &mut Reader<'_>,
        line: &Line<'_>,
        family: Option<Family>,
    ) -> bool {
        let count = |reader: &mut Reader<'_>| reader.number(line, 1);
        match line.row.word {
            "checktimeout" => {
                let value = count(reader);
                self.check_timeout.set(reader, line, value)
            }
            "negotiatetimeout" => {
                let value = count(reader);
                self.negotiate_timeout.set(reader, line, value)
            }
            "checkinterval" => {
                let value = count(reader);
                self.interval.set(reader, line, value)
            }
            "failurecount" => {
                let value = count(reader);
                self.failures.set(reader, line, value)
            }
            "checkcount" => {
                let value = count(reader);
                reader.push(
                    Diagnostic::new(
                        advice::CHECKCOUNT,
                        line.node.place(),
                        "checkcount only counts pings within one check",
                    )
                    .help("use failurecount to wait for several failures"),
                );
                self.ping_count.set(reader, line, value);
            }
            "fallback" | "fallback6" => {
                let own = if line.row.word == "fallback" { Family::V4 } else { Family::V6 };
                let value = reader.fallback(line, own, family);
                let is_second = own == Family::V6 && family.is_none();
                let slot = if is_second { &mut self.fallback6 } else { &mut self.fallback };
                slot.set(reader, line, value);
            }
            "fallbackcommand" => {
                let value = if line.inside { reader.text(line) } else { reader.bare(line) };
                self.fallback_command.set(reader, line, value);
            }
            "quiescent" => {
                let value = reader.switch(line);
                self.quiescent.set(reader, line, value)
            }
            _ => return false,
        }
        true
    }
}

impl Reader<'_> {
    /// `ADDRESS[:PORT] [METHOD]`; `own` is the family of the keyword, `service` that of the service.
    fn fallback(
        &mut self,
        line: &Line<'_>,
        own: Family,
        service: Option<Family>,
    ) -> Option<Sourced<Fallback>> {
        let at = line.value_place();
        if service.is_some_and(|family| family != own) {
            let other = if own == Family::V4 { "fallback6" } else { "fallback" };
            self.push(
                Diagnostic::new(
                    codes::WRONG_FAMILY,
                    line.keyword_place(),
                    format!("a service of this family needs `{other}`"),
                )
                .note("ldirectord stops here"),
            );
        }
        if !line.inside && !line.comment().is_empty() {
            self.comment_refused(line);
        }
        let words: Vec<Word<'_>> = line.node.arguments().collect();
        let [endpoint, behind @ ..] = words.as_slice() else { return None };
        let text = endpoint.value();
        let quoted = endpoint.raw().starts_with(['"', '\'']);
        let location = Location::of(text.trim_matches(['"', '\'']));
        let location = location.filter(|location| location.last.is_none());
        if quoted || location.is_none() {
            let message = "this is no address with a port";
            self.refused(codes::BAD_FALLBACK, endpoint.place(), message.into());
        }
        let location = location?;
        let method = match behind {
            [] => None,
            [method, more @ ..] => {
                if let [first, ..] = more {
                    let last = more.last().unwrap_or(first);
                    let rest =
                        Place { file: at.file, span: first.place().span.to(last.place().span) };
                    self.push(
                        Diagnostic::new(
                            codes::BAD_FALLBACK,
                            rest,
                            "a fallback has an address and a method, nothing else",
                        )
                        .label("not expected")
                        .note(
                            "ldirectord takes the last two words as address and method, and stops",
                        ),
                    );
                }
                // With a third word ldirectord never looks at this one.
                self.method(*method, more.is_empty())
            }
        };
        let protocols = if service.is_none() { TCP | UDP } else { 0 };
        let port = match location.port {
            Some(port) => Some(self.port(port, endpoint.place(), protocols)?),
            None => None,
        };
        let address: IpAddr = self.host(location.host, endpoint.place(), own)?;
        Some(Sourced::new(
            Fallback { method: method.map(|method| method.value), ..Fallback::new(address, port) },
            at,
        ))
    }

    /// `gate`, `masq` or `ipip`; other spellings as meant.
    pub(super) fn method(&mut self, word: Word<'_>, report: bool) -> Option<Sourced<Forwarding>> {
        let text = word.value();
        let (method, exact) = method_named(&text);
        if exact {
            return method.map(|method| Sourced::new(method, word.place()));
        }
        if report {
            let finding = Diagnostic::new(
                codes::BAD_METHOD,
                word.place(),
                "the forwarding method is gate, masq or ipip",
            )
            .note("ldirectord stops here");
            self.push(match method {
                Some(method) => finding.fix(
                    word.place(),
                    method.ldirectord_word(),
                    "write the word of ldirectord",
                ),
                None => finding
                    .help("gate is direct routing, masq address translation, ipip tunnelling"),
            });
        }
        method.map(|method| Sourced::new(method, word.place()))
    }

    /// Reads a directive that the model keeps as it is. False if it is none of these.
    pub(super) fn carry(&mut self, line: &Line<'_>, carried: &mut Vec<Carried>) -> bool {
        let fine = match shape(line.row.word, line.inside) {
            Shape::Count => self.number(line, 1).is_some(),
            Shape::Number => self.number(line, 0).is_some(),
            Shape::Switch => self.switch(line).is_some(),
            Shape::Quoted => self.quoted(line, false).is_some(),
            Shape::QuotedOrEmpty => self.quoted(line, true).is_some(),
            Shape::Text => self.text(line).is_some(),
            Shape::Bare => self.bare(line).is_some(),
            Shape::Special => match line.row.word {
                "emailalertstatus" => {
                    self.mail_status(line);
                    true
                }
                "smtp" => self.mail_server(line).is_some(),
                _ => return false,
            },
        };
        if fine {
            carried.push(Reader::carried(line));
        }
        true
    }

    fn mail_status(&mut self, line: &Line<'_>) {
        let seen = line.seen();
        let words: Vec<&str> =
            seen.split(',').map(|word| word.trim_start_matches(is_space)).collect();
        let meant = line.meant();
        let mut meant_words = meant.split(',').map(|word| word.trim_matches(is_space));
        let excluded = words.len() > 1 && words.contains(&"none");
        if meant_words.any(|word| !MAIL_STATES.contains(&word)) || excluded {
            let finding = Diagnostic::new(
                codes::BAD_MAIL_STATUS,
                line.value_place(),
                "this is no list of mail states",
            )
            .note("ldirectord stops with `invalid email alert status`")
            .help("all, none, or some of starting, running, stopping, reloading");
            self.push(finding);
        } else if words.iter().any(|word| !MAIL_STATES.contains(word)) {
            self.value_end(line, &seen);
        }
    }

    /// A host name, of which ldirectord takes the leading characters.
    pub(super) fn mail_server(&mut self, line: &Line<'_>) -> Option<Sourced<String>> {
        let at = line.value_place();
        let meant = line.unquoted();
        let is_host = |c: char| c.is_ascii_alphanumeric() || "._+-".contains(c);
        if !line.seen().starts_with(is_host) {
            let finding =
                Diagnostic::new(codes::BAD_MAIL_SERVER, at, "a mail server is a bare host name")
                    .note("ldirectord stops with `invalid SMTP server address`");
            let bare = !meant.is_empty() && meant.chars().all(is_host);
            self.push(if bare {
                finding.fix(at, meant.as_ref(), "remove the quotes")
            } else {
                finding
            });
        } else {
            self.harmless_comment(line);
            let host: &str = meant.split(|c| !is_host(c)).next().unwrap_or_default();
            if host.len() < meant.len() {
                self.text_ignored(at, host);
            }
        }
        let host: String = meant.chars().take_while(|c| is_host(*c)).collect();
        (!host.is_empty()).then(|| Sourced::new(host, at))
    }

    /// A directive that ldirectord knows only to refuse it.
    pub(super) fn retired(&mut self, at: Place, name: &str) {
        let successor = match name {
            "timeout" => "use checktimeout and negotiatetimeout",
            _ => "use negotiatetimeout",
        };
        self.push(
            Diagnostic::new(codes::RETIRED_DIRECTIVE, at, format!("`{name}` is no longer known"))
                .verdict(Verdict::Refuses)
                .help(successor),
        );
    }
}

/// The shape of the value of `word`.
pub(super) fn shape(word: &str, inside: bool) -> Shape {
    if word == "fallbackcommand" {
        return if inside { Shape::Text } else { Shape::Bare };
    }
    SHAPES
        .iter()
        .find(|(words, _)| words.contains(&word))
        .map_or(Shape::Special, |(_, shape)| *shape)
}

/// The method that `text` means, and whether that is how ldirectord writes it.
pub(super) fn method_named(text: &str) -> (Option<Forwarding>, bool) {
    let lower = text.to_ascii_lowercase();
    let row = METHODS.iter().find(|(names, _)| names.contains(&lower.as_str()));
    let method = row.map(|(_, method)| *method);
    (method, method.is_some_and(|method| method.ldirectord_word() == text))
}

const METHODS: &[(&[&str], Forwarding)] = &[
    (&["gate", "dr", "direct", "gatewaying", "gateway", "route"], Forwarding::DirectRouting),
    (&["masq", "nat", "masquerade", "masquerading"], Forwarding::Masquerading),
    (&["ipip", "tun", "tunnel", "tunneling", "tunnelling"], Forwarding::Tunnelling),
];

const MAIL_STATES: &[&str] = &["all", "none", "starting", "running", "stopping", "reloading"];

/// Shapes by directive; what is missing has a reader of its own.
const SHAPES: &[(&[&str], Shape)] = &[
    (
        &["checktimeout", "negotiatetimeout", "checkinterval", "checkcount", "failurecount"],
        Shape::Count,
    ),
    (&["persistent", "emailalertfreq"], Shape::Number),
    (&["quiescent", "readdquiescent", "cleanstop", "autoreload", "fork", "ops"], Shape::Switch),
    (&["request", "receive", "login", "passwd", "database", "secret", "load"], Shape::Quoted),
    (&["callback", "logfile"], Shape::QuotedOrEmpty),
    (&["checkcommand", "emailalert", "monitorfile", "virtualhost"], Shape::Text),
    (&["comment", "emailalertfrom", "execute", "maintenancedir", "servicename"], Shape::Bare),
];
