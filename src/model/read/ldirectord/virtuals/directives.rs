//! The directives of a virtual service, one by one.

use crate::model::prefix::{mask_length, netmask};
use crate::model::{Family, Protocol, Sourced, Target};
use crate::source::codes::ldirectord as codes;
use crate::source::{Diagnostic, Place};
use crate::syntax::schema::ldirectord::SERVICES;
use crate::syntax::suggest;

use super::Draft;
use crate::model::read::ldirectord::Reader;
use crate::model::read::ldirectord::line::{Line, is_space};
use crate::model::read::ldirectord::probes::CheckType;
use crate::model::read::ldirectord::values::{digits, first_word};

impl Draft {
    /// Reads any directive but `real`.
    pub(super) fn directive(&mut self, reader: &mut Reader<'_>, line: &Line<'_>) {
        if self.common.take(reader, line, Some(self.family)) {
            return;
        }
        match line.row.word {
            "scheduler" => {
                let value = reader.scheduler(line);
                self.scheduler.set(reader, line, value)
            }
            "schedflags" => {
                let value = reader.one_word(line);
                self.scheduler_flags.set(reader, line, value)
            }
            "persistent" => {
                let value = reader.number(line, 0);
                self.persistence.set(reader, line, value)
            }
            "netmask" => {
                let value = reader.netmask(line, self.family);
                self.granularity.set(reader, line, value)
            }
            "ops" => {
                let value = reader.switch(line);
                self.one_packet.set(reader, line, value)
            }
            "protocol" => self.read_protocol(reader, line),
            "service" => {
                let value = reader.service(line);
                self.check.service.set(reader, line, value)
            }
            "checktype" => self.read_checktype(reader, line),
            "checkport" => {
                let value = reader.check_port(line);
                self.check.port.set(reader, line, value)
            }
            "checkcommand" => {
                let value = reader.command(line);
                self.check.command.set(reader, line, value)
            }
            "request" => {
                let value = reader.quoted(line, false);
                self.check.request.set(reader, line, value)
            }
            "receive" => {
                let value = reader.quoted(line, false);
                self.check.receive.set(reader, line, value)
            }
            "login" => {
                let value = reader.quoted(line, false);
                self.check.login.set(reader, line, value)
            }
            "database" => {
                let value = reader.quoted(line, false);
                self.check.database.set(reader, line, value)
            }
            "passwd" => {
                let value = reader.hidden(line);
                self.check.password.set(reader, line, value)
            }
            "secret" => {
                let value = reader.hidden(line);
                self.check.secret.set(reader, line, value)
            }
            "httpmethod" => {
                let value = reader.http_method(line);
                self.check.head.set(reader, line, value)
            }
            "virtualhost" => {
                let value = reader.text(line);
                self.host.set(reader, line, value)
            }
            "servicename" => {
                let value = reader.bare(line);
                self.name.set(reader, line, value)
            }
            "comment" => {
                let value = reader.bare(line);
                self.comment.set(reader, line, value)
            }
            _ => self.keep(reader, line),
        }
    }

    /// A directive that the model has no field for.
    fn keep(&mut self, reader: &mut Reader<'_>, line: &Line<'_>) {
        let (word, at) = (line.row.word, line.node.place());
        match self.kept.iter_mut().find(|(kept, _)| *kept == word) {
            None => self.kept.push((word, at)),
            Some((_, first)) => {
                let first = std::mem::replace(first, at);
                self.service.carried.retain(|carried| carried.at != first);
                reader.said_again(first, line);
            }
        }
        reader.carry(line, &mut self.service.carried);
    }

    fn read_protocol(&mut self, reader: &mut Reader<'_>, line: &Line<'_>) {
        let at = line.value_place();
        let seen = line.seen();
        let word = first_word(&seen);
        let (known, message): (&[&str], _) = match self.service.target.value {
            // The header could not be read, so it may be either.
            Target::Mark { mark: 0, .. } => (&["fwm", "tcp", "udp"], "there are tcp, udp and fwm"),
            Target::Mark { .. } => (&["fwm"], "the protocol of a firewall mark is fwm"),
            _ => (&["tcp", "udp"], "the protocol of an address and port is tcp or udp"),
        };
        let fits = known.contains(&word);
        if fits {
            reader.words_behind(line, word);
        } else {
            let lower = word.to_ascii_lowercase();
            let meant = known.contains(&lower.as_str());
            let finding =
                Diagnostic::new(codes::BAD_PROTOCOL, at, message).note("ldirectord stops here");
            reader.push(if meant { finding.fix(at, lower, "use small letters") } else { finding });
        }
        if self.is_mark() {
            reader.ignored(line.node.place(), "a firewall mark has no other protocol");
            return;
        }
        let value = match word.to_ascii_lowercase().as_str() {
            "tcp" => Some(Protocol::Tcp),
            "udp" => Some(Protocol::Udp),
            "sctp" => Some(Protocol::Sctp),
            _ => None,
        };
        self.protocol.set(reader, line, value.map(|value| Sourced::new(value, at)));
    }

    fn read_checktype(&mut self, reader: &mut Reader<'_>, line: &Line<'_>) {
        let value = reader.check_type(line);
        self.check.checktype.set(reader, line, value);
        if value.is_some() {
            // An earlier external-perl does nothing any more.
            self.service.carried.retain(|carried| carried.keyword != line.row.word);
        }
        if value.is_some_and(|value| value.value == CheckType::ExternalPerl) {
            // The model runs every external check as a program.
            self.service.carried.push(Reader::carried(line));
        }
    }
}

impl Reader<'_> {
    fn scheduler(&mut self, line: &Line<'_>) -> Option<Sourced<String>> {
        let at = line.value_place();
        let seen = line.seen();
        let is_small = |c: char| c.is_ascii_lowercase();
        let rest = seen.trim_start_matches(|c| !is_small(c));
        let used = rest.split(|c| !is_small(c)).next().unwrap_or_default();
        let meant = line.unquoted();
        let meant = meant.split(is_space).next().unwrap_or_default();
        let lower = meant.to_ascii_lowercase();
        if used.is_empty() {
            let finding = Diagnostic::new(
                codes::BAD_SCHEDULER,
                at,
                "the scheduler is written in small letters",
            )
            .note("ldirectord stops with `invalid scheduler`");
            let is_word = lower.bytes().all(|byte| byte.is_ascii_lowercase());
            self.push(if is_word {
                finding.fix(at, lower.clone(), "use small letters")
            } else {
                finding
            });
        } else if used == meant {
            self.words_behind(line, used);
        } else {
            self.push(
                Diagnostic::new(
                    codes::SCHEDULER_CUT,
                    at,
                    format!("ldirectord uses the scheduler `{used}`"),
                )
                .label("only small letters count"),
            );
        }
        let known = SCHEDULERS.contains(&lower.as_str());
        let value = if known || used.is_empty() { lower } else { used.to_owned() };
        Some(Sourced::new(value, at))
    }

    /// The first word; more are ignored.
    fn one_word(&mut self, line: &Line<'_>) -> Option<Sourced<String>> {
        let meant = line.meant();
        let word = meant.split(is_space).next().unwrap_or_default();
        self.words_behind(line, word);
        Some(Sourced::new(word.to_owned(), line.value_place()))
    }

    fn netmask(&mut self, line: &Line<'_>, family: Family) -> Option<Sourced<u8>> {
        let at = line.value_place();
        let (seen, meant) = (line.seen(), line.meant());
        let length = meant.trim_start_matches('/').parse::<u8>().ok();
        let is_quad = |text: &str| {
            let parts: Vec<&str> = text.split('.').take(5).collect();
            parts.len() == 4
                && parts
                    .iter()
                    .all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()))
        };
        if family == Family::V6 {
            let length = length.filter(|length| (1..=128).contains(length));
            match length {
                Some(_) if meant == seen && !meant.starts_with('/') => {}
                Some(_) if !meant.starts_with('/') => self.value_end(line, &seen),
                _ => self.bad_netmask(
                    at,
                    "an IPv6 netmask is a prefix length from 1 to 128",
                    length.map(|n| n.to_string()),
                ),
            }
            return length.map(|length| Sourced::new(length, at));
        }
        if is_quad(&meant) {
            if meant != seen {
                self.value_end(line, &seen);
            }
            let length = prefix_length(&meant);
            if length.is_none() {
                let finding = Diagnostic::new(codes::IMPOSSIBLE_NETMASK, at, "this is no netmask");
                self.push(finding.note("ldirectord only looks at the form; ipvsadm fails later"));
            }
            return length.map(|length| Sourced::new(length, at));
        }
        let length = length.filter(|length| (1..=32).contains(length));
        let quad = length.map(|length| netmask(length).to_string());
        self.bad_netmask(at, "an IPv4 netmask is four numbers with dots", quad);
        length.map(|length| Sourced::new(length, at))
    }

    fn bad_netmask(&mut self, at: Place, message: &str, correct: Option<String>) {
        let finding = Diagnostic::new(codes::BAD_NETMASK, at, message)
            .note("ldirectord stops with `invalid netmask`");
        self.push(match correct {
            Some(correct) => finding.fix(at, correct, "write it in the form of ldirectord"),
            None => finding,
        });
    }

    fn service(&mut self, line: &Line<'_>) -> Option<Sourced<String>> {
        let at = line.value_place();
        let seen = line.seen();
        let used = first_word(&seen);
        let meant = line.unquoted();
        let meant = meant.split(is_space).next().unwrap_or_default();
        if SERVICES.contains(&used) {
            if used.len() < meant.len() && !meant.starts_with(['"', '\'']) {
                self.push(
                    Diagnostic::new(
                        codes::SERVICE_CUT,
                        at,
                        format!("ldirectord reads the service `{used}`"),
                    )
                    .label("a hyphen ends the word")
                    .help("the proxy check is http_proxy"),
                );
            } else {
                self.words_behind(line, used);
            }
            return Some(Sourced::new(used.to_owned(), at));
        }
        let lower = meant.to_ascii_lowercase();
        let finding = Diagnostic::new(codes::BAD_SERVICE, at, "this service is not known")
            .note("ldirectord stops here; patched versions may know it");
        if SERVICES.contains(&lower.as_str()) {
            self.push(finding.fix(at, lower.clone(), "use small letters"));
            return Some(Sourced::new(lower, at));
        }
        self.push(match suggest(&lower, SERVICES.iter().copied()) {
            Some(near) => {
                finding.help(format!("did you mean `{near}`? otherwise use checktype=external"))
            }
            None => finding
                .help("use checktype=connect, or checktype=external with a program of your own"),
        });
        Some(Sourced::new(meant.to_owned(), at))
    }

    fn check_type(&mut self, line: &Line<'_>) -> Option<Sourced<CheckType>> {
        let at = line.value_place();
        let seen = line.seen();
        let meant = line.unquoted();
        if let Some((_, run)) = digits(&seen) {
            let count = run.parse().unwrap_or(u32::MAX);
            // The manual writes `checktimeoutN`, and means this check by it.
            let is_plain = meant.strip_prefix("checktimeout").unwrap_or(&meant) == run;
            if !is_plain {
                self.push(
                    Diagnostic::new(
                        codes::CHECKTYPE_DIGIT,
                        at,
                        format!(
                            "ldirectord reads this as a combined check with {count} connections"
                        ),
                    )
                    .label("any digit does that"),
                );
            }
            return Some(Sourced::new(CheckType::Combined(count), at));
        }
        let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        let used = seen.trim_start_matches(|c| !is_word(c));
        let used = used.split(|c| !is_word(c)).next().unwrap_or_default();
        let named = |word: &str| {
            CHECK_TYPES.iter().find(|(name, _)| *name == word).map(|(_, value)| *value)
        };
        if let Some(value) = named(used) {
            self.words_behind(line, used);
            return Some(Sourced::new(value, at));
        }
        let lower = used.to_ascii_lowercase();
        let finding = Diagnostic::new(codes::BAD_CHECKTYPE, at, "this checktype is not known")
            .note("ldirectord stops with `checktype must be ...`");
        if let Some(value) = named(&lower) {
            self.push(finding.fix(at, lower, "use small letters"));
            return Some(Sourced::new(value, at));
        }
        let near = suggest(&lower, CHECK_TYPES.iter().map(|(name, _)| *name));
        self.push(match near {
            Some(near) => finding.help(format!("did you mean `{near}`?")),
            None => finding.help("connect, negotiate, ping, on, off, external or a number"),
        });
        None
    }

    fn check_port(&mut self, line: &Line<'_>) -> Option<Sourced<u16>> {
        let number = self.number(line, 0)?;
        let port = u16::try_from(number.value).ok().filter(|port| *port > 0);
        if port.is_none() {
            self.refused(
                codes::BAD_PORT,
                line.value_place(),
                "checkport is a number from 1 to 65535".into(),
            );
        }
        port.map(|port| number.map(|_| port))
    }

    /// The program of an external check.
    fn command(&mut self, line: &Line<'_>) -> Option<Sourced<String>> {
        let seen = line.seen();
        let is_quoted = seen.starts_with('"');
        if !is_quoted && seen.trim_end_matches(is_space).len() < seen.len() {
            self.push(
                Diagnostic::new(
                    codes::BLANKS_IN_COMMAND,
                    line.behind_value(),
                    "the blanks behind the command become a part of its name",
                )
                .note("ldirectord finds no such program: every real server is down")
                .help("put the command in double quotes"),
            );
        }
        self.text(line)
    }

    /// A text that must never be shown: only its place is kept.
    fn hidden(&mut self, line: &Line<'_>) -> Option<Sourced<Place>> {
        let text = self.quoted(line, false)?;
        let at = text.at?;
        Some(Sourced::new(at, at))
    }

    fn http_method(&mut self, line: &Line<'_>) -> Option<Sourced<bool>> {
        let at = line.value_place();
        let seen = line.seen();
        let used = first_word(&seen);
        let head = match used.to_ascii_uppercase().as_str() {
            "GET" => false,
            "HEAD" => true,
            _ => {
                let finding =
                    Diagnostic::new(codes::BAD_HTTP_METHOD, at, "the HTTP method is GET or HEAD");
                self.push(finding.note("ldirectord stops here"));
                return None;
            }
        };
        self.words_behind(line, used);
        Some(Sourced::new(head, at))
    }

    /// Says that only `used` of the value counts, if there is more.
    fn words_behind(&mut self, line: &Line<'_>, used: &str) {
        if line.meant() != used {
            self.text_ignored(line.value_place(), used);
        }
    }
}

/// The length of a mask of ones followed by zeros.
fn prefix_length(mask: &str) -> Option<u8> {
    // Rust refuses leading zeros, which ipvsadm reads as octal.
    mask_length(mask.parse().ok()?).filter(|length| *length > 0)
}

const CHECK_TYPES: &[(&str, CheckType)] = &[
    ("connect", CheckType::Connect),
    ("external", CheckType::External),
    ("external-perl", CheckType::ExternalPerl),
    ("negotiate", CheckType::Negotiate),
    ("off", CheckType::Off),
    ("on", CheckType::On),
    ("ping", CheckType::Ping),
];

/// Schedulers of the kernel, to tell a capital letter from an unknown name.
const SCHEDULERS: &[&str] = &[
    "dh", "fo", "lblc", "lblcr", "lc", "mh", "nq", "ovf", "rr", "sed", "sh", "twos", "wlc", "wrr",
];
