//! Checks: what ldirectord asks, by the checkers keepalived has.

use std::time::Duration;

use super::Extras;
use crate::emit::{Account, Feature, Target as Version};
use crate::model::{
    Appended, Checks, Dialogue, Located, Probe, ProbeKind, Protocol, Rare, Script, Service,
    Sourced, Target,
};
use crate::source::codes::conversion;
use crate::source::{Code, Place};

mod dns;
mod http;

/// Whether a probe runs a program.
pub(super) fn is_script(probe: &Probe) -> bool {
    matches!(probe.kind, ProbeKind::Script(_))
}

/// Translates the probes of a service and of its servers; `asks_nowhere` as in [`super::ports`].
pub(super) fn apply(
    service: &mut Service,
    (version, asks_nowhere): (Version, bool),
    extras: &mut Extras,
    timing: &mut Rare<Checks>,
    account: &mut Account,
) {
    let mut translator = Translator {
        checks: service.checks.clone(),
        host: service.host.as_ref().map(|host| host.value.clone()),
        head: service.target.at,
        asks_nowhere,
        is_mark: !matches!(service.target.value, Target::Endpoint { .. }),
        is_perl: service.carried.iter().any(|carried| carried.keyword == "checktype"),
        is_tcp: service.protocol.is_some_and(|protocol| protocol.value == Protocol::Tcp),
        version,
        extras,
        timing,
        account,
        done: Vec::new(),
    };
    translator.timing(service);
    translator.host(service);
    service.probes = translator.all(std::mem::take(&mut service.probes));
    for own in service.servers.iter_mut().filter_map(|server| server.own.as_mut()) {
        own.probes = translator.all(std::mem::take(&mut own.probes));
    }
}

/// What the probes of one service have in common.
struct Translator<'a> {
    checks: Rare<Checks>,
    host: Option<String>,
    /// The line whose port chooses a check that no other line does.
    head: Option<Place>,
    /// Whether ldirectord asks some server on port 0 when the check states none.
    asks_nowhere: bool,
    is_mark: bool,
    /// Whether ldirectord runs the external check inside of itself: external-perl.
    is_perl: bool,
    is_tcp: bool,
    version: Version,
    extras: &'a mut Extras,
    /// That of the last probe, which the next one most likely shares.
    timing: &'a mut Rare<Checks>,
    account: &'a mut Account,
    /// What replaces the probes so far.
    done: Vec<Probe>,
}

impl Translator<'_> {
    fn all(&mut self, probes: Vec<Probe>) -> Vec<Probe> {
        probes.into_iter().for_each(|probe| self.one(probe));
        // A vector that grew has room for four, which are kilobytes for each service.
        let mut done = std::mem::take(&mut self.done);
        done.shrink_to_fit();
        done
    }

    fn one(&mut self, probe: Probe) {
        let Probe { kind, chosen_by: mut chosen, address, port, checks, settings, carried } = probe;
        if chosen.is_empty() {
            chosen.extend(self.head);
        }
        self.account.exact(port.place(), "connect_port");
        let (connect, dialogue) = (self.connect_timeout(), self.dialogue_timeout());
        match kind {
            ProbeKind::AlwaysUp => {
                self.changed(&chosen, conversion::NEVER_CHECKED, "no checker", NEVER)
            }
            // Services that are switched off were rebuilt without probes.
            ProbeKind::AlwaysDown => {}
            ProbeKind::Combined { connects, negotiate } => {
                self.combined(connects, *negotiate, &chosen, port);
            }
            ProbeKind::Connect => {
                self.exact(&chosen, "TCP_CHECK");
                if self.asks_nowhere && port.is_none() {
                    let note = if self.is_mark { NO_PORT } else { PORT_OF_SERVICE };
                    self.changed(&chosen, conversion::CHECK_DIFFERENT, "TCP_CHECK", note);
                }
                self.push(ProbeKind::Connect, connect, port);
            }
            ProbeKind::Dialogue(dialogue) => self.dialogue(&dialogue, &chosen, port),
            ProbeKind::Dns(dns) => self.dns(*dns, &chosen, port),
            ProbeKind::Http(http) => self.http(*http, &chosen, port),
            // Only keepalived has these.
            ProbeKind::Bfd { .. } | ProbeKind::File { .. } | ProbeKind::Udp(_) => {
                let chosen_by = chosen;
                self.done.push(Probe { kind, chosen_by, address, port, checks, settings, carried });
            }
            ProbeKind::Ping => self.ping(&chosen),
            ProbeKind::Script(external) => {
                self.exact(&chosen, "MISC_CHECK");
                if self.is_perl {
                    self.changed(&chosen, conversion::CHECK_DIFFERENT, "MISC_CHECK", PERL);
                }
                self.account.exact(external.command.at, "misc_path");
                if external.command.value.contains(char::is_whitespace) {
                    let place = external.command.at;
                    self.account.changed(
                        place,
                        conversion::CHECK_DIFFERENT,
                        "misc_path",
                        ARGUMENTS,
                    );
                }
                self.push(ProbeKind::Script(external), connect, port);
            }
            ProbeKind::Smtp { helo } => {
                self.changed(&chosen, conversion::CHECK_DIFFERENT, "SMTP_CHECK", HELO);
                self.push(ProbeKind::Smtp { helo }, dialogue, port);
            }
        }
    }

    /// N plain connections between two dialogues: two checkers with a delay of their own.
    fn combined(
        &mut self,
        connects: u32,
        negotiate: ProbeKind,
        chosen: &[Place],
        port: Option<Sourced<u16>>,
    ) {
        let interval = self.interval();
        let rare = interval.saturating_mul(connects.saturating_add(1));
        let first = self.done.len();
        self.one(Probe { chosen_by: chosen.to_vec(), port, ..Probe::new(negotiate) });
        for probe in self.done.iter_mut().skip(first) {
            probe.checks.make().interval = Some(Sourced::implied(rare));
        }
        let note = format!(
            "a TCP_CHECK every {} s and the dialogue every {} s",
            interval.as_secs(),
            rare.as_secs()
        );
        self.changed(chosen, conversion::CHECK_DIFFERENT, "TCP_CHECK and the dialogue", &note);
        let connect = self.connect_timeout();
        self.push(ProbeKind::Connect, connect, port);
    }

    /// What only ldirectord can talk: the port is tried instead.
    fn dialogue(&mut self, dialogue: &Dialogue, chosen: &[Place], port: Option<Sourced<u16>>) {
        if POP.contains(&dialogue.service.as_str()) && dialogue.login.is_none() {
            self.changed(chosen, conversion::NEVER_CHECKED, "no checker", NO_LOGIN);
            // Nothing holds the servers back any more until they were asked.
            self.account.changed(self.head, conversion::NEVER_CHECKED, "virtual_server", NO_LOGIN);
            let password = dialogue.password.as_ref().map(|password| password.at);
            self.account.needless(password, "without a login nobody logs in");
            return;
        }
        let is_udp = UDP_DIALOGUES.contains(&dialogue.service.as_str());
        let was = match dialogue.service.as_str() {
            "mysql" | "pgsql" | "oracle"
                if dialogue.login.is_none() || dialogue.request.is_none() =>
            {
                ALWAYS_DOWN
            }
            "ftp" if dialogue.receive.is_none() => ALWAYS_UP,
            _ => "",
        };
        let note = format!(
            "keepalived has no {} checker; only reachability is checked{was}",
            dialogue.service
        );
        let texts = [&dialogue.login, &dialogue.database, &dialogue.request, &dialogue.host];
        let texts = texts.map(|text| text.place());
        let receive = dialogue.receive.place();
        let hidden = [&dialogue.password, &dialogue.secret];
        let hidden = hidden.map(|password| password.as_ref().map(|password| password.at));
        let texts = texts.into_iter().chain([receive]).chain(hidden);
        self.reachable(is_udp, &note, chosen, texts, port);
    }

    /// A connection, or for UDP a ping, instead of a question with these `texts`.
    fn reachable(
        &mut self,
        is_udp: bool,
        note: &str,
        chosen: &[Place],
        texts: impl IntoIterator<Item = Option<Place>>,
        port: Option<Sourced<u16>>,
    ) {
        let connect = self.connect_timeout();
        let (kind, becomes) = match is_udp {
            true => self.pinging(connect, chosen),
            false => (ProbeKind::Connect, "TCP_CHECK"),
        };
        for place in chosen {
            self.account.lossy(Some(*place), conversion::CHECK_REDUCED, becomes, &[note]);
        }
        for place in texts {
            self.account.lossy(place, conversion::CHECK_REDUCED, "", &["belongs to the dialogue"]);
        }
        self.push(kind, connect, port);
    }

    /// A ping, by the checker or by a script, and what it is called there.
    fn pinging(
        &mut self,
        timeout: Option<Duration>,
        chosen: &[Place],
    ) -> (ProbeKind, &'static str) {
        if self.version.has(Feature::PingCheck) {
            return (ProbeKind::Ping, "PING_CHECK");
        }
        let note =
            format!("keepalived {} has no PING_CHECK; ping runs as a script", self.version.version);
        self.changed(chosen, conversion::VERSION_TOO_OLD, "MISC_CHECK", &note);
        let wait = timeout.unwrap_or(DEFAULT_TIMEOUT).as_secs().max(1);
        let command = format!("/bin/ping -n -q -c 1 -W {wait}");
        (script(command, Appended::Address), "MISC_CHECK")
    }

    fn ping(&mut self, chosen: &[Place]) {
        let timeout = self.connect_timeout();
        self.exact(chosen, "PING_CHECK");
        let (kind, _) = self.pinging(timeout, chosen);
        let each = self.checks.ping_count.map_or(1, |count| count.value).max(1);
        self.push(kind, timeout, None);
        if let Some(probe) = self.done.last_mut() {
            let failures = probe.checks.failures.map_or(1, |count| count.value);
            probe.checks.make().failures = Some(Sourced::implied(failures.saturating_mul(each)));
        }
    }

    /// The service's timing directives, once for all its probes.
    fn timing(&mut self, service: &Service) {
        let checks = &service.checks;
        let rows = [
            (checks.interval.place(), "delay_loop, delay_before_retry", CLOCK),
            (checks.failures.place(), "retry", FAILURES),
            (checks.connect_timeout.place(), "connect_timeout", EACH_STEP),
            (checks.negotiate_timeout.place(), "connect_timeout", EACH_STEP),
        ];
        for (place, becomes, note) in rows {
            self.account.changed(place, conversion::CHECK_TIMING, becomes, note);
        }
        let count = checks.ping_count.place();
        if service.probes.iter().any(|probe| probe.kind == ProbeKind::Ping) {
            self.account.changed(count, conversion::CHECK_TIMING, "retry", PINGS);
        } else {
            self.account.needless(count, "ldirectord uses it for ping checks only");
        }
    }

    /// A service's host name is of use to HTTP checks only.
    fn host(&mut self, service: &Service) {
        let own = service.servers.iter().flat_map(|server| server.own_probes());
        let kinds = service.probes.iter().chain(own).map(|probe| probe.kind.negotiation());
        let place = service.host.place();
        // A proxy is sent the host of its URL.
        let mut of_http = kinds.filter_map(|kind| match kind {
            ProbeKind::Http(http) => Some(http),
            _ => None,
        });
        if of_http.any(|http| !http.asks_a_proxy()) {
            self.account.exact(place, "virtualhost");
        } else {
            self.account
                .needless(place, "this kind of check does not use it, in ldirectord neither");
        }
    }

    fn exact(&mut self, chosen: &[Place], becomes: &str) {
        chosen.iter().for_each(|place| self.account.exact(Some(*place), becomes));
    }

    fn changed(&mut self, chosen: &[Place], code: Code, becomes: &str, note: &str) {
        chosen.iter().for_each(|place| self.account.changed(Some(*place), code, becomes, note));
    }

    /// Adds a probe with the service's failure count and spacing.
    fn push(&mut self, kind: ProbeKind, timeout: Option<Duration>, port: Option<Sourced<u16>>) {
        let failures = self.checks.failures.map_or(1, |count| count.value).max(1);
        let checks = Checks {
            connect_timeout: timeout.map(Sourced::implied),
            failures: Some(Sourced::implied(failures)),
            retry_delay: Some(Sourced::implied(self.interval())),
            ..Checks::default()
        };
        if **self.timing != checks {
            *self.timing = checks.into();
        }
        self.done.push(Probe { port, checks: self.timing.clone(), ..Probe::new(kind) });
    }

    fn interval(&self) -> Duration {
        self.checks.interval.map_or(DEFAULT_INTERVAL, |time| time.value)
    }

    fn connect_timeout(&self) -> Option<Duration> {
        self.checks.connect_timeout.map(|time| time.value)
    }

    fn dialogue_timeout(&self) -> Option<Duration> {
        self.checks.negotiate_timeout.or(self.checks.connect_timeout).map(|time| time.value)
    }
}

fn script(command: String, appended: Appended) -> ProbeKind {
    ProbeKind::Script(Box::new(Script {
        command: Sourced::implied(command),
        appended,
        dynamic_weight: None,
        user: None,
    }))
}

/// ldirectord's checkinterval.
const DEFAULT_INTERVAL: Duration = Duration::from_secs(10);
/// ldirectord's checktimeout.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(5);
const UDP_DIALOGUES: &[&str] = &["radius", "sip"];

/// Dialogues whose client connects when it logs in, and not before.
const POP: &[&str] = &["pop", "pops"];

const ALWAYS_DOWN: &str =
    ": in ldirectord all servers are down, without login and request it always fails";
const ALWAYS_UP: &str = ": in ldirectord all servers are up, without receive it always succeeds";
const ARGUMENTS: &str = "ldirectord takes the blanks for a part of the program's name and finds none; keepalived passes arguments";
const PERL: &str = "ldirectord reads the file itself; keepalived runs it as a program, so it must be executable and begin with `#!/usr/bin/perl`";
const NO_LOGIN: &str = "without a login ldirectord never connects: the servers count as up for ever, in keepalived, too";
const NEVER: &str = "the servers count as up for ever, in ldirectord and in keepalived";
const NO_PORT: &str = "a firewall mark has no port: ldirectord checks port 0, which never answers; write checkport or service";
const PORT_OF_SERVICE: &str = "without checkport or service ldirectord checks port 0, which never answers; keepalived checks the service's port";
const HELO: &str = "SMTP_CHECK says HELO where ldirectord says EHLO";
const CLOCK: &str =
    "each server has its own clock; ldirectord waited this long after a round through all servers";
const FAILURES: &str = "failures in a row, counted for each server of each service";
const EACH_STEP: &str = "applies to the connection and to each read, not to the whole exchange";
const PINGS: &str = "one retry for each further ping, delay_before_retry apart";
