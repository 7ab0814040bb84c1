//! Checkers to ldirectord's checks: one kind for all servers of a service, else a program that
//! knows what each server is asked.

use std::time::Duration;

use super::codes;
use super::scripts::{Check, Request, ServerChecks, words};
use super::services::{place, whole};
use crate::emit::Account;
use crate::model::{
    Appended, Checks, Forwarding, Http, HttpRequest, Located, Pattern, Probe, ProbeKind, Protocol,
    Script, Server, Service, Sourced, Target, show_seconds,
};

/// Gives `new` its probe and timing. `None` when ldirectord has words for it; else the checks of
/// every server, for a program of their own.
pub(super) fn apply(
    service: &Service,
    new: &mut Service,
    (interval, user): (Duration, Option<&str>),
    account: &mut Account,
) -> Option<Vec<ServerChecks>> {
    let probes = || service.servers.iter().flat_map(Server::own_probes);
    let is_udp = new.protocol.is_some_and(|protocol| protocol.value == Protocol::Udp);
    let mut plain: Vec<Option<Plain>> =
        service.servers.iter().map(|server| Plain::of(server, service, is_udp, user)).collect();
    let lines = ports_of_lines(&mut plain, &new.servers);
    let first = plain.first().cloned().flatten();
    let alike = |one: &Option<Plain>| match (one, &first) {
        (Some(one), Some(first)) => one.is_like(first),
        _ => false,
    };
    let is_plain = service.servers.is_empty() || plain.iter().all(alike);
    limits(service, new, (interval, is_plain), account);
    if is_plain {
        let Some(common) = first else {
            new.probes = vec![Probe::new(ProbeKind::AlwaysUp)];
            return None;
        };
        for ((server, own), port) in new.servers.iter_mut().zip(plain.iter_mut()).zip(lines) {
            server.port = port;
            if let Some(own) = own.take().filter(|own| own.kind != common.kind) {
                server.own_mut().probes.push(Probe::new(own.kind));
            }
        }
        probes().for_each(|probe| speak(probe, account));
        new.host = common.host;
        let mut probe = Probe::new(common.kind);
        probe.port = common.port.map(Sourced::implied);
        new.probes = vec![probe];
        return None;
    }
    let checks = service
        .servers
        .iter()
        .map(|server| ServerChecks {
            server: format!("{} {}", server.address, port_of(server, service)),
            checks: server
                .own_probes()
                .iter()
                .filter_map(|probe| check(probe, (server, service), user, account))
                .collect(),
        })
        .collect();
    Some(checks)
}

/// The ports of the `real` lines. Without masq such a port is for the checks alone, and takes theirs where
/// they differ; a program is told it and knows no checkport.
fn ports_of_lines(plain: &mut [Option<Plain>], servers: &[Server]) -> Vec<Option<u16>> {
    let is_program = |one: &Plain| matches!(one.kind, ProbeKind::Script(_));
    let common = plain.first().and_then(|first| first.as_ref()?.port);
    let differ = plain.iter().flatten().any(|one| one.port != common || is_program(one));
    let mut ports = Vec::with_capacity(servers.len());
    for (server, check) in servers.iter().zip(plain) {
        let method = server.method.map(|method| method.value);
        let is_free = method.is_some_and(|method| method != Forwarding::Masquerading);
        let asked = check.as_ref().and_then(|one| one.port).filter(|_| differ);
        ports.push(match asked {
            Some(port) if is_free => Some(port).filter(|port| *port > 0),
            _ => server.port,
        });
        match check {
            Some(one) if is_free && differ => one.port = None,
            Some(one) if is_program(one) && one.port.is_some() => *check = None,
            _ => {}
        }
    }
    ports
}

/// Makes the probe of `service` the program at `path`.
pub(super) fn external(service: &mut Service, path: String) {
    service.probes = vec![Probe::new(ProbeKind::Script(Box::new(Script {
        command: Sourced::implied(path),
        appended: Appended::VirtualAndReal,
        dynamic_weight: None,
        user: None,
    })))];
}

/// What ldirectord can ask by itself.
#[derive(Clone, Debug, PartialEq)]
struct Plain {
    kind: ProbeKind,
    port: Option<u16>,
    host: Option<Sourced<String>>,
}

impl Plain {
    /// `user` runs the programs that name none.
    fn of(server: &Server, service: &Service, is_udp: bool, user: Option<&str>) -> Option<Self> {
        let probe = match server.own_probes() {
            [] => return Some(Self { kind: ProbeKind::AlwaysUp, port: None, host: None }),
            [probe] => probe,
            _ => return None,
        };
        if probe.address.is_some_and(|address| address.value != server.address) {
            return None;
        }
        let own_port = port_of(server, service);
        let mut port = probe.port.map(|port| port.value).filter(|port| *port != own_port);
        let mut host = None;
        let kind = match &probe.kind {
            // ldirectord pings where a service is UDP, so a connection needs a program there.
            ProbeKind::Connect if is_udp => return None,
            ProbeKind::Connect | ProbeKind::Ping => probe.kind.clone(),
            ProbeKind::Smtp { .. } => ProbeKind::Smtp { helo: None },
            ProbeKind::Script(script) => {
                let user = script.user.as_ref().map(|own| own.value.as_str()).or(user);
                let (kind, told) = plain_script(script, (server, service), user)?;
                port = Some(told).filter(|port| *port != own_port);
                kind
            }
            ProbeKind::Http(http) => {
                host = host_of(http, server, service);
                ProbeKind::Http(Box::new(plain_http(http)?))
            }
            _ => return None,
        };
        Some(Self { kind, port, host })
    }

    /// Whether both are one check of ldirectord: request and answer may be a server's own.
    fn is_like(&self, other: &Self) -> bool {
        let same_kind = match (&self.kind, &other.kind) {
            (ProbeKind::Http(one), ProbeKind::Http(other)) => one.tls == other.tls,
            (one, other) => one == other,
        };
        let is_sayable = self.kind == other.kind || !self.has_separator();
        same_kind && is_sayable && self.port == other.port && self.host == other.host
    }

    /// Whether ldirectord would part the texts of a `real` line inside of what this one expects:
    /// its pattern takes the last separator with quotation marks around it.
    fn has_separator(&self) -> bool {
        let ProbeKind::Http(http) = &self.kind else { return false };
        let bodies = http.requests.iter().filter_map(|request| request.body.as_ref());
        bodies.into_iter().any(|body| {
            // The marks around the text are seen, too.
            let line = format!("\"{}\"", body.value.expression);
            line.match_indices('"').filter_map(|(at, mark)| line.get(at + mark.len()..)).any(
                |rest| {
                    let behind = rest.strip_prefix([',', ' ']).map(str::trim_start);
                    let second = behind.and_then(|behind| behind.strip_prefix('"'));
                    second.is_some_and(|second| second.contains('"'))
                },
            )
        })
    }
}

/// A program that gets what ldirectord hands over anyway: virtual address and port, real address
/// and port. ldirectord runs it as root.
fn plain_script(
    script: &Script,
    (server, service): (&Server, &Service),
    user: Option<&str>,
) -> Option<(ProbeKind, u16)> {
    if matches!(service.target.value, Target::Group(_)) {
        return None;
    }
    let as_root = words(&script.command.value, None);
    let is_root = words(&script.command.value, user) == as_root;
    let (program, arguments) = as_root.split_first()?;
    let told: u16 = arguments.last()?.parse().ok()?;
    let sets_weight = script.dynamic_weight.is_some_and(|dynamic| dynamic.value);
    let plain = Script {
        command: Sourced { value: program.clone(), at: script.command.at },
        appended: Appended::VirtualAndReal,
        dynamic_weight: None,
        user: None,
    };
    let handed = plain.arguments(&service.target.value, server.address, told);
    if arguments != handed || !is_root || sets_weight {
        return None;
    }
    Some((ProbeKind::Script(Box::new(plain)), told))
}

/// One request whose answer is a success and perhaps matches: all that ldirectord looks at.
fn plain_http(http: &Http) -> Option<Http> {
    let [request] = http.requests.as_slice() else { return None };
    let success = request.status.iter().all(|status| status.value == SUCCESS);
    let negated = request.body.as_ref().is_some_and(|body| body.value.negated);
    if !success || negated || request.digest.is_some() {
        return None;
    }
    let path = request.path.clone().unwrap_or_else(|| Sourced::implied("/".to_owned()));
    let request =
        HttpRequest { path: Some(path), body: request.body.clone(), ..HttpRequest::default() };
    Some(Http { tls: http.tls, requests: vec![request], ..Http::default() })
}

/// The host header; the server's own address is ldirectord's default.
fn host_of(http: &Http, server: &Server, service: &Service) -> Option<Sourced<String>> {
    let request = http.requests.first().and_then(|request| request.host.as_ref());
    let of_server = server.own.as_ref().and_then(|own| own.settings.host.as_ref());
    let host = request.or(http.host.as_ref()).or(of_server).or(service.host.as_ref())?;
    (!server.is_host(&host.value)).then(|| host.clone())
}

/// Accounts for a checker that ldirectord asks itself.
fn speak(probe: &Probe, account: &mut Account) {
    let head = probe.chosen_by.first().copied();
    match &probe.kind {
        ProbeKind::Http(http) => {
            let note = "ldirectord follows redirects, keepalived takes them for failures; the time \
                        limit holds for the whole exchange";
            let word = if http.tls { "service=https" } else { "service=http" };
            account.changed(head, codes::CHECK_DIFFERENT, word, note);
        }
        ProbeKind::Smtp { helo } => {
            let note = "ldirectord says EHLO with its own name";
            account.changed(head, codes::CHECK_DIFFERENT, "service=smtp", note);
            let helo = helo.place();
            account.lossy(helo, codes::CHECK_DIFFERENT, "", &[note]);
        }
        ProbeKind::Ping => account.exact(head, "checktype=ping"),
        ProbeKind::Script(_) => account.exact(head, "checktype=external"),
        _ => account.exact(head, "checktype=connect"),
    }
}

/// A checker as a part of a program; speaks for it.
fn check(
    probe: &Probe,
    (server, service): (&Server, &Service),
    user: Option<&str>,
    account: &mut Account,
) -> Option<Check> {
    let head = probe.chosen_by.first().copied();
    let address = probe.address.map_or(server.address, |address| address.value);
    let port = probe.port.map_or_else(|| port_of(server, service), |port| port.value);
    let timeout = limit_of_all(probe, server, service).as_secs();
    let text = address.to_string();
    let check = match &probe.kind {
        ProbeKind::Connect => Check::Connect { address: text, port, timeout },
        ProbeKind::Ping => Check::Ping { address: text, timeout },
        ProbeKind::Smtp { .. } => Check::Smtp { address: text, port, timeout },
        ProbeKind::Http(http) => Check::Http {
            scheme: if http.tls { "https" } else { "http" },
            address: if address.is_ipv6() { format!("[{address}]") } else { text },
            port,
            requests: http.requests.iter().map(|one| request(one, http, server, service)).collect(),
            timeout,
        },
        ProbeKind::Dns(dns) => Check::Dns {
            address: text,
            port,
            name: dns.name.as_ref().map_or_else(|| ".".to_owned(), |name| name.value.clone()),
            // keepalived asks for the zone when nothing is said.
            record: dns
                .record
                .as_ref()
                .map_or_else(|| "SOA".to_owned(), |record| record.value.clone()),
            timeout,
        },
        ProbeKind::Script(script) => {
            let note = "called by a generated program, without a shell";
            account.changed(script.command.at, codes::CHECK_SCRIPT, "checkcommand", note);
            let dynamic = script.dynamic_weight;
            if dynamic.is_some_and(|dynamic| dynamic.value) {
                let note =
                    "exit codes above 1 count as success, but the weight does not follow them";
                account.impossible(place(dynamic), codes::CHECK_DIFFERENT, &[note]);
            }
            Check::Command {
                words: words(
                    &script.command.value,
                    script.user.as_ref().map(|own| own.value.as_str()).or(user),
                ),
                dynamic: dynamic.is_some_and(|dynamic| dynamic.value),
                timeout,
            }
        }
        ProbeKind::Udp(udp) => {
            let number = |value: Option<Sourced<u32>>| value.map(|value| value.value);
            let reply = udp.reply.as_ref().map(|reply| reply.value.clone().unwrap_or_default());
            Check::Udp {
                address: text,
                port,
                payload: udp.payload.as_ref().map_or_else(String::new, |hex| hex.value.clone()),
                reply,
                least: number(udp.least_length),
                largest: number(udp.largest_length),
                timeout,
            }
        }
        _ => {
            let note = "ldirectord has no such check: without another one the server counts as up";
            account.impossible(head, codes::CHECK_DIFFERENT, &[note]);
            return None;
        }
    };
    let note = "asked by a generated program, which all checks of the service go through";
    account.changed(head, codes::CHECK_SCRIPT, "checkcommand", note);
    if matches!(probe.kind, ProbeKind::Http(_)) {
        let note = match pages(probe) {
            1 => "the time limit holds for connection and answer together".to_owned(),
            number => format!(
                "one time limit of {timeout} s for its {number} pages together, before one for each \
                 connection and each answer"
            ),
        };
        account.changed(head, codes::CHECK_SCRIPT, "checkcommand", &note);
    }
    Some(check)
}

fn request(request: &HttpRequest, http: &Http, server: &Server, service: &Service) -> Request {
    let of_server = server.own.as_ref().and_then(|own| own.settings.host.as_ref());
    let host = request.host.as_ref().or(http.host.as_ref()).or(of_server).or(service.host.as_ref());
    let status = request.status.iter().map(|status| status.value).collect::<Vec<_>>();
    let body = request.body.as_ref().map(|body| &body.value);
    Request {
        path: request.path.as_ref().map_or_else(|| "/".to_owned(), |path| path.value.clone()),
        host: host.map(|host| host.value.clone()),
        status: if status.is_empty() { vec![SUCCESS] } else { status },
        pattern: body.map(|Pattern { expression, .. }| expression.clone()),
        negated: body.is_some_and(|body| body.negated),
        digest: request.digest.as_ref().map(|digest| digest.value.to_lowercase()),
    }
}

/// Time limits and failures: the service has one of each, its probes may differ.
fn limits(
    service: &Service,
    new: &mut Service,
    (interval, is_plain): (Duration, bool),
    account: &mut Account,
) {
    let with_server = |server| move |probe| (probe, server);
    let all: Vec<(&Probe, &Server)> = service
        .servers
        .iter()
        .flat_map(|server| server.own_probes().iter().map(with_server(server)))
        .collect();
    let own_limit = service.checks.connect_timeout;
    // A program asks one check after the other, so it needs the time of all of them.
    let longest_of = |server: &Server| {
        let limits = server.own_probes().iter().map(|probe| limit_of_all(probe, server, service));
        if is_plain { limits.max() } else { Some(limits.sum()) }
    };
    let longest = service.servers.iter().filter_map(longest_of).max();
    let longest =
        longest.unwrap_or_else(|| whole(own_limit.map_or(Checks::CONNECT_TIMEOUT, |t| t.value)));
    let failures =
        all.iter().map(|(probe, server)| probe.failures(server, service)).max().unwrap_or(1);
    let checks = new.checks.make();
    checks.connect_timeout = Some(Sourced::implied(longest));
    checks.negotiate_timeout = Some(Sourced::implied(longest));
    checks.failures = Some(Sourced::implied(failures));
    checks.ping_count = Some(Sourced::implied(1));

    for (probe, server) in &all {
        unwritten(probe, server, service, (longest, failures), account);
    }
    let is_program = |(probe, _): &(&Probe, &Server)| matches!(probe.kind, ProbeKind::Script(_));
    let timings = all.iter().map(|(probe, server)| (&*probe.checks, Some((*probe, *server))));
    let of_servers = service.servers.iter().filter_map(|server| server.own.as_ref());
    let of_servers = of_servers.map(|own| (&*own.checks, None));
    for (checks, probe) in timings.chain(of_servers).chain([(&*service.checks, None)]) {
        // A program has a limit of its own, and no probe of this service may be anything else.
        let limits_nothing = probe.is_none() && !all.is_empty() && all.iter().all(is_program);
        if limits_nothing {
            account.needless(place(checks.connect_timeout), PROGRAM);
        }
        let of_connections = checks.connect_timeout.filter(|_| !limits_nothing);
        for own in [of_connections, checks.negotiate_timeout].into_iter().flatten() {
            let (was, is) = (show_seconds(own.value), show_seconds(longest));
            match own.value == longest {
                true => account.exact(own.at, "checktimeout"),
                false => {
                    let note =
                        format!("{was} s become {is} s: whole seconds, one limit for the service");
                    account.changed(own.at, codes::CHECK_RHYTHM, "checktimeout", &note);
                }
            }
        }
        let after = new_time(failures, interval, longest);
        let detection = probe
            .map_or_else(String::new, |(probe, server)| detection(probe, server, service, after));
        if let Some(own) = checks.failures {
            let note = format!("failurecount={failures}{detection}");
            account.changed(own.at, codes::CHECK_RHYTHM, "failurecount", &note);
        }
        let rhythms = [
            (checks.retry_delay, "between two tries", ""),
            (
                checks.interval.filter(|_| probe.is_some()),
                "between two checks",
                ": a service has one",
            ),
        ];
        for (own, what, why) in rhythms {
            let Some(own) = own else { continue };
            if own.value == interval {
                account.exact(own.at, "checkinterval");
                continue;
            }
            let (was, is) = (show_seconds(own.value), show_seconds(interval));
            let note = format!("{was} s {what} become {is} s{why}");
            account.changed(own.at, codes::CHECK_RHYTHM, "checkinterval", &note);
        }
        account.needless(place(checks.warmup), "the first check comes at once");
    }
}

/// What a checker that writes no limit, or no number of failures, gets from the others.
fn unwritten(
    probe: &Probe,
    server: &Server,
    service: &Service,
    (longest, most): (Duration, u32),
    account: &mut Account,
) {
    let head = probe.chosen_by.first().copied();
    let own = whole(probe.limit(server, service));
    if probe.stated_limit(server, service).is_none() && own != longest {
        let (was, is) = (show_seconds(own), show_seconds(longest));
        let note = format!("{was} s become {is} s: one limit for the service");
        account.changed(head, codes::CHECK_RHYTHM, "checktimeout", &note);
    }
    let own = probe.failures(server, service);
    let stated = probe.stated(server, service, |checks| checks.failures);
    if stated.is_none() && own != most {
        let verb = if own == 1 {
            "1 failure becomes".to_owned()
        } else {
            format!("{own} failures become")
        };
        let note = format!("{verb} {most}: one number for the service");
        account.changed(head, codes::CHECK_RHYTHM, "failurecount", &note);
    }
}

/// `; a dead server is out after 12 s at most if no other one hangs, before after 21 s`: ldirectord asks
/// one after the other, and each that hangs adds its time limit.
fn detection(probe: &Probe, server: &Server, service: &Service, after: Duration) -> String {
    let tries = probe.failures(server, service);
    let limit = whole(probe.limit(server, service));
    let before = probe
        .interval(server, service)
        .saturating_add(limit.saturating_mul(tries))
        .saturating_add(probe.pause(server, service).saturating_mul(tries.saturating_sub(1)));
    format!(
        "; a dead server is out after {} s at most if no other one hangs, before after {} s",
        show_seconds(after),
        show_seconds(before)
    )
}

/// Each failure costs a round and a time limit.
fn new_time(failures: u32, interval: Duration, limit: Duration) -> Duration {
    interval.saturating_add(limit).saturating_mul(failures)
}

/// Time limit of all requests of a check: keepalived's counts for each of its pages.
fn limit_of_all(probe: &Probe, server: &Server, service: &Service) -> Duration {
    whole(probe.limit(server, service)).saturating_mul(pages(probe))
}

/// How many answers a check waits for.
fn pages(probe: &Probe) -> u32 {
    let requests = match &probe.kind {
        ProbeKind::Http(http) => http.requests.len(),
        _ => 1,
    };
    u32::try_from(requests).unwrap_or(u32::MAX).max(1)
}

fn port_of(server: &Server, service: &Service) -> u16 {
    let of_service = service.target.value.port().unwrap_or(0);
    server.port.unwrap_or(of_service)
}

const PROGRAM: &str = "it limits connections, and a program has `misc_timeout`, else delay_loop";
/// Status codes of success (RFC 9110 section 15.3); keepalived's own default.
const SUCCESS: (u16, u16) = (200, 299);
