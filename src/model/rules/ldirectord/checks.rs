//! Checks that cannot do what they are there for.

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;
use std::time::Duration;

use super::super::View;
use super::{codes, once, probes, services};
use crate::model::read::service_of_port;
use crate::model::{
    Dialogue, Forwarding, Pattern, Probe, ProbeKind, Protocol, Server, Service, Sourced, Target,
    show_seconds,
};
use crate::source::{Diagnostic, FileId, Findings, Place};

/// LD001: nothing says what to ask, so nothing is asked.
pub(super) fn never_checked(view: &View<'_>, findings: &mut Findings) {
    for (service, at) in services(view) {
        // `checktype=on` and `service=none` say that this is wanted.
        let is_wanted = |probe: &Probe| {
            probe.chosen_by.iter().any(|place| {
                let text = place.span.of(view.sources.get(place.file).text());
                ["on", "none"].iter().any(|word| text.eq_ignore_ascii_case(word))
            })
        };
        if service.probes.iter().any(|probe| asks_nothing(&probe.kind) && !is_wanted(probe)) {
            findings.push(
                Diagnostic::new(codes::NEVER_CHECKED, at, "the real servers of this service are never checked")
                    .note("without `service` only well-known ports have a check; all servers count as up")
                    .help("add service=http (or another), checktype=connect, or checktype=on if no check is wanted"),
            );
        }
    }
}

fn asks_nothing(kind: &ProbeKind) -> bool {
    match kind {
        ProbeKind::AlwaysUp => true,
        ProbeKind::Combined { negotiate, .. } => matches!(**negotiate, ProbeKind::AlwaysUp),
        _ => false,
    }
}

/// LD002: dialogues that lack what decides them.
pub(super) fn hollow(view: &View<'_>, findings: &mut Findings) {
    for (service, at) in services(view) {
        for probe in &service.probes {
            let Some((message, help)) = hollow_kind(&probe.kind) else { continue };
            let at = probe.chosen_by.first().copied().unwrap_or(at);
            findings.push(Diagnostic::new(codes::HOLLOW_CHECK, at, message).help(help));
        }
    }
}

fn hollow_kind(kind: &ProbeKind) -> Option<(&'static str, &'static str)> {
    let dialogue: &Dialogue = match kind {
        ProbeKind::Combined { negotiate, .. } => match &**negotiate {
            ProbeKind::Dialogue(dialogue) => dialogue,
            ProbeKind::Dns(dns) if dns.answer.is_none() => return Some(DNS),
            _ => return None,
        },
        ProbeKind::Dialogue(dialogue) => dialogue,
        ProbeKind::Dns(dns) if dns.answer.is_none() => return Some(DNS),
        _ => return None,
    };
    match dialogue.service.as_str() {
        "pop" | "pops" if dialogue.login.is_none() => Some((
            "without a login this check always succeeds, even when the port is closed",
            "add login and passwd, or use checktype=connect",
        )),
        "ftp" if dialogue.receive.is_none() => Some((
            "without a receive text this check always succeeds",
            "add request and receive, or use checktype=connect",
        )),
        "mysql" | "pgsql" | "oracle" if dialogue.login.is_none() || dialogue.request.is_none() => {
            Some((
                "without login and request this check always fails",
                "add login, passwd, database and request",
            ))
        }
        _ => None,
    }
}

const DNS: (&str, &str) = (
    "without a receive text this check always fails",
    "add request and receive, or use checktype=ping",
);

/// LD004: HEAD answers have no body.
pub(super) fn head_without_body(view: &View<'_>, findings: &mut Findings) {
    for (service, _) in services(view) {
        for probe in probes(service) {
            let ProbeKind::Http(http) = probe.kind.negotiation() else { continue };
            let Some(head) = http.head.filter(|head| head.value) else { continue };
            let Some(at) = head.at else { continue };
            if http.requests.iter().any(|request| request.body.is_some()) {
                findings.push(
                    Diagnostic::new(
                        codes::HEAD_WITHOUT_BODY,
                        at,
                        "the answer to HEAD has no body that receive could match",
                    )
                    .label("every server counts as down")
                    .help("use httpmethod=GET, or delete the receive line"),
                );
                break;
            }
        }
    }
}

/// LD005: texts that were not meant as regular expressions.
pub(super) fn receive_pattern(view: &View<'_>, findings: &mut Findings) {
    for (service, _) in services(view) {
        for probe in probes(service) {
            let Some(pattern) = pattern(probe.kind.negotiation()) else { continue };
            let Some(at) = pattern.at else { continue };
            let expression = &pattern.value.expression;
            let message = match (unpaired(expression), odd_sign(expression)) {
                (true, _) => "receive is no valid regular expression".to_owned(),
                (_, Some(sign)) => format!("`{sign}` has a special meaning in receive"),
                _ => continue,
            };
            findings.push(
                Diagnostic::new(codes::RECEIVE_PATTERN, at, message)
                    .note("receive is a regular expression of Perl")
                    .help("put a `\\` in front of signs that mean themselves"),
            );
        }
    }
}

fn pattern(kind: &ProbeKind) -> Option<&Sourced<Pattern>> {
    match kind {
        ProbeKind::Http(http) => http.requests.first()?.body.as_ref(),
        ProbeKind::Dns(dns) => dns.answer.as_ref(),
        ProbeKind::Dialogue(dialogue) => dialogue.receive.as_ref(),
        _ => None,
    }
}

/// Whether brackets do not pair up, or the expression begins with a sign that repeats.
fn unpaired(expression: &str) -> bool {
    let mut open = 0_u32;
    let mut in_class = false;
    let mut characters = expression.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => {
                characters.next();
            }
            '[' => in_class = true,
            ']' => in_class = false,
            '(' if !in_class => open += 1,
            ')' if !in_class => match open.checked_sub(1) {
                Some(less) => open = less,
                None => return true,
            },
            _ => {}
        }
    }
    open > 0 || in_class || expression.starts_with(['*', '+', '?'])
}

/// A sign with a meaning, in a text whose author shows no sign of knowing regular expressions.
fn odd_sign(expression: &str) -> Option<char> {
    let knows = ["\\", ".*", ".+", "^", "$", "|", "[", "(?"];
    if knows.iter().any(|sign| expression.contains(sign)) {
        return None;
    }
    expression.chars().find(|c| "?+*(){}".contains(*c))
}

/// LD035: a command is one word.
pub(super) fn command_arguments(view: &View<'_>, findings: &mut Findings) {
    for (service, _) in services(view) {
        for probe in &service.probes {
            let ProbeKind::Script(script) = &probe.kind else { continue };
            let Some(at) = script.command.at.filter(|_| script.command.value.contains(' ')) else {
                continue;
            };
            findings.push(
                Diagnostic::new(
                    codes::COMMAND_ARGUMENTS,
                    at,
                    "a check command cannot have arguments",
                )
                .label("taken as the name of one program")
                .note("no such program is found, so every real server is down")
                .help("write a small script that calls it"),
            );
        }
    }
}

/// LD032: a check needs a port from somewhere.
pub(super) fn mark_without_port(view: &View<'_>, findings: &mut Findings) {
    for (service, at) in services(view) {
        // A connection asks the port of the service that is usual on the virtual port.
        let (what, is_usual) = match service.target.value {
            Target::Endpoint { port, .. } => ("service", service_of_port(port).is_some()),
            Target::Mark { .. } | Target::Group(_) => ("firewall mark", false),
        };
        let needs_port = |probe: &Probe| {
            probe.port.is_none()
                && match probe.kind.negotiation() {
                    ProbeKind::Connect => !is_usual,
                    // The one dialogue that has no port of its own.
                    ProbeKind::Dialogue(dialogue) => dialogue.service == "simpletcp",
                    _ => false,
                }
        };
        // A server that got the port of the service's name has a check of its own, or all have.
        let lacks_port = |server: &Server| {
            server.port.is_none() && server.own_probes().iter().all(|own| own.port.is_none())
        };
        if service.probes.iter().any(needs_port) && service.servers.iter().any(lacks_port) {
            findings.push(
                Diagnostic::new(
                    codes::MARK_WITHOUT_PORT,
                    at,
                    format!("the check of this {what} has no port"),
                )
                .note("it goes to port 0: real servers without a port are always down")
                .help("add checkport=PORT, or the service that answers there, as in service=http"),
            );
        }
    }
}

/// LD012: checks are serial.
pub(super) fn slow_round(view: &View<'_>, findings: &mut Findings) {
    let forks = |file: FileId| {
        view.cluster.carried.iter().filter(|carried| carried.at.file == file).any(|carried| {
            let text = carried.at.span.of(view.sources.get(file).text());
            carried.keyword == "fork" && text.to_ascii_lowercase().ends_with("yes")
        })
    };
    // Each file is a process of its own, with its interval.
    let mut rounds: BTreeMap<FileId, Round> = BTreeMap::new();
    for (service, at) in services(view) {
        let Some(pause) = service.checks.interval else { continue };
        let round = rounds.entry(at.file).or_insert_with(|| Round {
            total: Duration::ZERO,
            pause: pause.value,
            at: pause.at.unwrap_or(at),
            forks: forks(at.file),
        });
        // With a process for each service only the servers of one service wait for each other.
        let own = round_time(service);
        round.total = match round.forks {
            true => round.total.max(own),
            false => round.total.saturating_add(own),
        };
    }
    for Round { total, pause, at, .. } in rounds.into_values() {
        if total <= pause {
            continue;
        }
        once(
            findings,
            Diagnostic::new(
                codes::SLOW_ROUND,
                at,
                format!(
                    "a round of checks can last {} seconds, longer than the interval of {}",
                    show_seconds(total),
                    show_seconds(pause)
                ),
            )
            .note("servers are checked one after the other; each that hangs holds up all others")
            .help("set checktimeout and negotiatetimeout to a few seconds, or fork=yes"),
        );
    }
}

/// What one process of ldirectord does between two pauses.
struct Round {
    /// The longest that it can last.
    total: Duration,
    pause: Duration,
    /// Where the pause is said.
    at: Place,
    forks: bool,
}

/// How long a round takes when no server of the service answers.
fn round_time(service: &Service) -> Duration {
    let limit = service.probes.iter().map(|probe| match probe.kind {
        ProbeKind::AlwaysUp | ProbeKind::AlwaysDown => None,
        ProbeKind::Connect | ProbeKind::Ping | ProbeKind::Script(_) => {
            service.checks.connect_timeout
        }
        _ => service.checks.negotiate_timeout,
    });
    let each = limit.flatten().map(|limit| limit.value).max().unwrap_or_default();
    each.saturating_mul(u32::try_from(service.servers.len()).unwrap_or(u32::MAX))
}

/// LD013: equal checks share one failure counter.
pub(super) fn shared_count(view: &View<'_>, findings: &mut Findings) {
    let mut seen: HashMap<Identity, (&Service, &Server)> = HashMap::new();
    for (service, at) in services(view) {
        let counts = service.checks.failures.is_some_and(|failures| failures.value > 1);
        if !counts || service.probes.iter().all(|probe| asks_nothing(&probe.kind)) {
            continue;
        }
        let mut reported = false;
        for server in &service.servers {
            let identity = Identity::of(service, server);
            let (first, first_server) = *seen.entry(identity).or_insert((service, server));
            let is_other = !std::ptr::eq(first, service);
            if is_other && !reported && same_check(first, service) {
                reported = true;
                let mut finding = Diagnostic::new(
                    codes::SHARED_COUNT,
                    server.at.unwrap_or(at),
                    "failures of this server are counted once for each service that shares it",
                )
                .help("raise failurecount, or make the checks differ");
                if let Some(other) = first_server.at {
                    finding = finding.context(other, "checked in the same way here");
                }
                findings.push(finding);
            }
        }
    }
}

/// What makes two checks one to ldirectord, without the texts.
#[derive(PartialEq, Eq, Hash)]
struct Identity {
    address: IpAddr,
    port: Option<u16>,
    weight: u32,
    method: Option<Forwarding>,
    protocol: Option<Protocol>,
}

impl Identity {
    fn of(service: &Service, server: &Server) -> Self {
        Self {
            address: server.address,
            port: server.port,
            weight: server.weight.map_or(1, |weight| weight.value),
            method: server.method.map(|method| method.value),
            protocol: service.protocol.map(|protocol| protocol.value),
        }
    }
}

fn same_check(first: &Service, second: &Service) -> bool {
    let essence = |service: &'_ Service| {
        // Only what checkport states makes two checks different.
        let stated = |probe: &Probe| probe.port.filter(|port| port.at.is_some());
        service.probes.iter().map(|p| (p.kind.clone(), stated(p))).collect::<Vec<_>>()
    };
    first.host == second.host && essence(first) == essence(second)
}
