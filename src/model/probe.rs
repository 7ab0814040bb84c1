//! How a real server is asked whether it lives.

use std::net::IpAddr;
use std::time::Duration;

use super::setting::{Rare, settings};
use super::{Carried, Checks, Secret, Server, Service, Sourced, Target, Weight};
use crate::source::{Place, Span};

/// One probe; its timing fields override the service's.
#[derive(Clone, Debug, PartialEq)]
pub struct Probe {
    /// What is asked.
    pub kind: ProbeKind,
    /// The directives that chose the kind: `service`, `checktype`, or the block's head.
    pub chosen_by: Vec<Place>,
    /// Address that is probed; `None` means the server's.
    pub address: Option<Sourced<IpAddr>>,
    /// Port that is probed; `None` means the server's.
    pub port: Option<Sourced<u16>>,
    /// Timing of its own.
    pub checks: Rare<Checks>,
    /// What few probes state.
    pub settings: Rare<ProbeSettings>,
    /// Directives without a field.
    pub carried: Vec<Carried>,
}

impl Probe {
    /// A probe with the service's timing.
    pub fn new(kind: ProbeKind) -> Self {
        Self {
            kind,
            chosen_by: Vec::new(),
            address: None,
            port: None,
            checks: Rare::default(),
            settings: Rare::default(),
            carried: Vec::new(),
        }
    }
}

/// How it is asked where keepalived's defaults count (keepalived.conf(5)).
impl Probe {
    /// Time between two checks.
    pub fn interval(&self, server: &Server, service: &Service) -> Duration {
        let stated = self.stated(server, service, |checks| checks.interval);
        stated.map_or(Checks::INTERVAL, |interval| interval.value)
    }

    /// Time limit of one try, or of each step of it. A program may run for as long as the service waits
    /// between two checks, whatever its own rhythm is.
    pub fn limit(&self, server: &Server, service: &Service) -> Duration {
        let stated = self.stated_limit(server, service).map(|limit| limit.value);
        stated.unwrap_or(match self.kind {
            ProbeKind::Script(_) => {
                service.checks.interval.map_or(Checks::INTERVAL, |interval| interval.value)
            }
            _ => Checks::CONNECT_TIMEOUT,
        })
    }

    /// The limit that is written. That of connections is none of a program.
    pub fn stated_limit(&self, server: &Server, service: &Service) -> Option<Sourced<Duration>> {
        let ProbeKind::Script(script) = &self.kind else {
            return self.stated(server, service, |checks| checks.connect_timeout);
        };
        let own = self.checks.negotiate_timeout.or(self.checks.connect_timeout);
        let stated = own.or_else(|| self.stated(server, service, |checks| script.limit_of(checks)));
        // keepalived takes a 0 for nothing (2.2.7).
        stated.filter(|limit| !limit.value.is_zero())
    }

    /// Failures in a row until a server is down.
    pub fn failures(&self, server: &Server, service: &Service) -> u32 {
        let stated = self.stated(server, service, |checks| checks.failures);
        stated.map_or_else(|| self.kind.standard_failures(), |failures| failures.value)
    }

    /// Time between a failure and the next try.
    pub fn pause(&self, server: &Server, service: &Service) -> Duration {
        let stated = self.stated(server, service, |checks| checks.retry_delay);
        stated.map_or_else(
            || self.kind.standard_pause(self.interval(server, service)),
            |pause| pause.value,
        )
    }

    /// What the probe states, else its server, else the service.
    pub fn stated<T>(
        &self,
        server: &Server,
        service: &Service,
        field: impl Fn(&Checks) -> Option<T>,
    ) -> Option<T> {
        let of_server = || server.own.as_ref().and_then(|own| field(&own.checks));
        field(&self.checks).or_else(of_server).or_else(|| field(&service.checks))
    }
}

impl Probe {
    /// As [`Cluster::forget_places`](super::Cluster::forget_places).
    pub(super) fn forget_places(&mut self) {
        self.chosen_by.clear();
        self.kind.forget_places();
    }
}

impl ProbeKind {
    /// Failures in a row until a server is down where none are stated: keepalived's retries differ by
    /// checker.
    pub fn standard_failures(&self) -> u32 {
        match self {
            Self::Script(_) => 1,
            Self::Dns(_) => 4,
            _ => 2,
        }
    }

    /// Time between a failure and the next try where none is stated.
    pub fn standard_pause(&self, interval: Duration) -> Duration {
        match self {
            Self::Dns(_) => interval,
            Self::Http(_) => Duration::from_secs(3),
            _ => Duration::from_secs(1),
        }
    }

    /// Whether a port is asked, and not a machine or a program.
    pub fn asks_a_port(&self) -> bool {
        match self {
            Self::AlwaysDown
            | Self::AlwaysUp
            | Self::Bfd { .. }
            | Self::File { .. }
            | Self::Ping
            | Self::Script(_) => false,
            Self::Combined { .. }
            | Self::Connect
            | Self::Dialogue(_)
            | Self::Dns(_)
            | Self::Http(_)
            | Self::Smtp { .. }
            | Self::Udp(_) => true,
        }
    }

    /// What is asked: the dialogue of a check that mostly only connects, else the kind itself.
    pub fn negotiation(&self) -> &Self {
        if let Self::Combined { negotiate, .. } = self { negotiate } else { self }
    }

    /// The passwords that it gives.
    pub fn passwords(&self) -> impl Iterator<Item = &Password> {
        let dialogue = match self.negotiation() {
            Self::Dialogue(dialogue) => Some(dialogue),
            _ => None,
        };
        dialogue.into_iter().flat_map(|dialogue| dialogue.password.iter().chain(&dialogue.secret))
    }

    /// The same, to be filled in.
    pub fn passwords_mut(&mut self) -> Vec<&mut Password> {
        match self {
            Self::Combined { negotiate, .. } => negotiate.passwords_mut(),
            Self::Dialogue(dialogue) => {
                let Dialogue { password, secret, .. } = &mut **dialogue;
                password.iter_mut().chain(secret).collect()
            }
            _ => Vec::new(),
        }
    }

    fn forget_places(&mut self) {
        for password in self.passwords_mut() {
            password.at.span = Span::default();
        }
    }
}

settings! {
    /// What few probes state.
    pub struct ProbeSettings {
        /// Down until the first success.
        alpha: Boolean = "alpha";
        /// Log every failure.
        log_all_failures: Boolean = "log_all_failures";
        /// Source address.
        source: Address = "bindto";
        /// Source port.
        source_port: Number = "bind_port";
        /// Interface that it leaves by.
        interface: Word = "bind_if";
        /// Firewall mark of its packets.
        mark: Number = "fwmark";
    }

    /// A UDP probe.
    pub struct Udp {
        /// What is sent, as hexadecimal digits.
        payload: Word = "payload";
        /// An answer must come, and begin with these digits.
        reply: OptionalWord = "require_reply";
        /// Shortest answer.
        least_length: Number = "min_reply_length";
        /// Longest answer.
        largest_length: Number = "max_reply_length";
    }

    /// What few HTTP probes state.
    pub struct HttpSettings {
        /// Another name for the TLS handshake than the host.
        server_name: OptionalWord = "sni_name";
        /// No pause between requests of a returning server.
        fast_recovery: Boolean = "fast_recovery";
        /// Say goodbye at the end of TLS.
        tls_compliant: Boolean = "tls_compliant";
    }

    /// What few HTTP requests state.
    pub struct RequestSettings {
        /// Options of the regular expression.
        pattern_options: Words = "regex_options";
        /// Byte of the body where a match may begin.
        least_offset: OptionalNumber = "regex_min_offset";
        /// Byte of the body where a match must have begun.
        largest_offset: OptionalNumber = "regex_max_offset";
        /// Memory of the matcher: first and most bytes.
        stack: Words = "regex_stack";
        /// Say goodbye at the end of TLS.
        tls_compliant: Boolean = "tls_compliant";
    }
}

/// What is asked.
#[derive(Clone, Debug, PartialEq)]
pub enum ProbeKind {
    /// Nothing: the server counts as up (checktype on, service none, no checker).
    AlwaysUp,
    /// Nothing: the server counts as down (checktype off).
    AlwaysDown,
    /// A BFD session.
    Bfd {
        /// Its name.
        name: Option<Sourced<String>>,
    },
    /// `n` plain connections between two negotiations (ldirectord's checktype with a number).
    Combined {
        /// Number of connections.
        connects: u32,
        /// What a negotiation asks.
        negotiate: Box<ProbeKind>,
    },
    /// A TCP connection.
    Connect,
    /// A dialogue that only ldirectord knows.
    Dialogue(Box<Dialogue>),
    /// A DNS query.
    Dns(Box<Dns>),
    /// The number in a tracked file.
    File {
        /// Name of the [`TrackedFile`](super::TrackedFile).
        name: Option<Sourced<String>>,
        /// Factor of the number; `None` means the file's.
        weight: Option<Sourced<Weight>>,
    },
    /// HTTP or HTTPS.
    Http(Box<Http>),
    /// ICMP echo.
    Ping,
    /// An external program.
    Script(Box<Script>),
    /// An SMTP greeting.
    Smtp {
        /// Name given with HELO.
        helo: Option<Sourced<String>>,
    },
    /// A datagram.
    Udp(Box<Udp>),
}

/// A DNS query.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Dns {
    /// Record type.
    pub record: Option<Sourced<String>>,
    /// Name asked for.
    pub name: Option<Sourced<String>>,
    /// What the answer must match.
    pub answer: Option<Sourced<Pattern>>,
}

/// An HTTP probe: every request must succeed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Http {
    /// Whether the connection is encrypted.
    pub tls: bool,
    /// HEAD instead of GET.
    pub head: Option<Sourced<bool>>,
    /// Protocol version.
    pub version: Option<Sourced<HttpVersion>>,
    /// Host header.
    pub host: Option<Sourced<String>>,
    /// Whether a missing host header means the server's address (ldirectord) instead of the
    /// program's own choice.
    pub address_as_host: bool,
    /// Whether the host is sent in the TLS handshake.
    pub server_name_indication: Option<Sourced<bool>>,
    /// What few state.
    pub settings: Rare<HttpSettings>,
    /// The requests.
    pub requests: Vec<HttpRequest>,
}

impl Http {
    /// Whether an absolute URL is asked for, and no path.
    pub fn asks_a_proxy(&self) -> bool {
        self.requests.iter().any(|request| request.host_of_url().is_some())
    }
}

impl HttpRequest {
    /// The host of an absolute URL, with a port that is not the usual one: ldirectord's library sends it to
    /// a proxy, whatever `virtualhost` says.
    pub fn host_of_url(&self) -> Option<String> {
        let (scheme, rest) = self.path.as_ref()?.value.split_once("://")?;
        let usual = match scheme {
            "http" => ":80",
            "https" => ":443",
            _ => return None,
        };
        let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
        let host = host.strip_suffix(usual).unwrap_or(host);
        (!host.is_empty()).then(|| host.to_owned())
    }
}

/// HTTP versions that keepalived's checker speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HttpVersion {
    /// 1.0.
    Http10,
    /// 1.0 with `Connection: close`.
    Http10Close,
    /// 1.1.
    Http11,
}

/// One HTTP request and what its answer must be.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HttpRequest {
    /// Path with a leading slash, or an absolute URL for a proxy.
    pub path: Option<Sourced<String>>,
    /// Status codes that pass, as inclusive ranges; empty means 200 to 299.
    pub status: Vec<Sourced<(u16, u16)>>,
    /// What the body must contain.
    pub body: Option<Sourced<Pattern>>,
    /// MD5 of the body.
    pub digest: Option<Sourced<String>>,
    /// Host header of this request only.
    pub host: Option<Sourced<String>>,
    /// What few state.
    pub settings: Rare<RequestSettings>,
    /// Directives without a field.
    pub carried: Vec<Carried>,
}

/// A regular expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    /// The expression, in Perl's or PCRE2's dialect.
    pub expression: String,
    /// Whether the answer must not match.
    pub negated: bool,
}

/// A dialogue of ldirectord that keepalived has no checker for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Dialogue {
    /// Name of the service (`ftp`, `imap`, `mysql`).
    pub service: String,
    /// User name.
    pub login: Option<Sourced<String>>,
    /// The password.
    pub password: Option<Password>,
    /// The RADIUS secret.
    pub secret: Option<Password>,
    /// Database name.
    pub database: Option<Sourced<String>>,
    /// What is asked.
    pub request: Option<Sourced<String>>,
    /// What the answer must match.
    pub receive: Option<Sourced<Pattern>>,
    /// Host name.
    pub host: Option<Sourced<String>>,
}

/// A password that a probe gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Password {
    /// Where it stands, or where its secret is named.
    pub at: Place,
    /// What it is; `None` leaves it in the file that it stands in.
    pub text: Option<Secret>,
}

impl Password {
    /// One that stays in its file.
    pub fn in_place(at: Place) -> Self {
        Self { at, text: None }
    }
}

/// An external probe.
#[derive(Clone, Debug, PartialEq)]
pub struct Script {
    /// Command line as written, without the quotes around it.
    pub command: Sourced<String>,
    /// What is put behind the command.
    pub appended: Appended,
    /// Whether the exit code sets the weight (misc_dynamic).
    pub dynamic_weight: Option<Sourced<bool>>,
    /// User and group, as written.
    pub user: Option<Sourced<String>>,
}

impl Script {
    /// The command line about `server`, with what is put behind it; `port` is the probe's own.
    pub fn command_line(
        &self,
        port: Option<Sourced<u16>>,
        server: &Server,
        service: &Service,
    ) -> String {
        let target = &service.target.value;
        let mut line = self.command.value.clone();
        let port = port.map(|port| port.value).or(server.port).unwrap_or(0);
        for argument in self.arguments(target, server.address, port) {
            line.push(' ');
            line.push_str(&argument);
        }
        line
    }

    /// Which of the times of its server or service limits it: ldirectord has one limit for connections
    /// and for its programs.
    pub fn limit_of(&self, checks: &Checks) -> Option<Sourced<Duration>> {
        match self.appended {
            Appended::VirtualAndReal => checks.connect_timeout,
            Appended::Address | Appended::AddressAndPort | Appended::Nothing => {
                checks.negotiate_timeout
            }
        }
    }

    /// What is put behind the command when a real server of `target` is asked at `address` and `port`.
    pub fn arguments(&self, target: &Target, address: IpAddr, port: u16) -> Vec<String> {
        let port = port.to_string();
        match self.appended {
            Appended::Nothing => Vec::new(),
            Appended::Address => vec![address.to_string()],
            Appended::AddressAndPort => vec![address.to_string(), port],
            Appended::VirtualAndReal => {
                let (about, virtual_port) = match target {
                    Target::Endpoint { address, port } => (in_brackets(*address), *port),
                    Target::Group(name) => (name.clone(), 0),
                    Target::Mark { mark, .. } => (mark.to_string(), 0),
                };
                vec![about, virtual_port.to_string(), in_brackets(address), port]
            }
        }
    }
}

/// An address as ldirectord hands it to a program: the brackets of its file stay around IPv6
/// (measured with ldirectord of Debian 12).
fn in_brackets(address: IpAddr) -> String {
    if address.is_ipv6() { format!("[{address}]") } else { address.to_string() }
}

/// Arguments that are put behind a probe's command.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Appended {
    /// The real server's address.
    Address,
    /// The real server's address and port.
    AddressAndPort,
    /// None.
    #[default]
    Nothing,
    /// Virtual address (or mark) and port, real address and port, as ldirectord does: an IPv6
    /// address in brackets.
    VirtualAndReal,
}
