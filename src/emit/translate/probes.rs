//! Checks: what ldirectord asks, by the checkers keepalived has.

use std::time::Duration;

use super::{Extras, GeneratedScript, Purpose, SCRIPT_DIRECTORY};
use crate::emit::{Account, Feature, Target as Version};
use crate::model::{Appended, Checks, Http, Pattern, Probe, ProbeKind, Script, Service, Sourced, Target};
use crate::source::Place;
use crate::source::codes::conversion;

/// Whether a probe runs a program.
pub(super) fn is_script(probe: &Probe) -> bool {
    matches!(probe.kind, ProbeKind::Script(_))
}

/// Translates the probes of a service and of its servers.
pub(super) fn apply(service: &mut Service, version: Version, extras: &mut Extras, account: &mut Account) {
    timing(&service.checks, account);
    let checks = service.checks.clone();
    let is_mark = !matches!(service.target.value, Target::Endpoint { .. });
    let mut translate = |probes: &mut Vec<Probe>, account: &mut Account| {
        let old = std::mem::take(probes);
        for probe in old {
            one(probe, &checks, version, is_mark, probes, extras, account);
        }
    };
    if service.probes.iter().any(|probe| probe.kind == ProbeKind::AlwaysDown) {
        for server in &mut service.servers {
            server.weight = Some(Sourced { value: 0, at: server.weight.and_then(|weight| weight.at) });
        }
    }
    translate(&mut service.probes, account);
    for own in service.servers.iter_mut().filter_map(|server| server.own.as_mut()) {
        translate(&mut own.probes, account);
    }
}

/// The service's timing directives, once for all its probes.
fn timing(checks: &Checks, account: &mut Account) {
    let place = |at: Option<Option<Place>>| at.flatten();
    account.changed(
        place(checks.interval.map(|time| time.at)),
        conversion::CHECK_TIMING,
        "delay_loop, delay_before_retry",
        "each server has its own clock; ldirectord waited this long after a round through all servers",
    );
    account.changed(
        place(checks.failures.map(|count| count.at)),
        conversion::CHECK_TIMING,
        "retry",
        "failures in a row, counted for each server of each service",
    );
    for timeout in [checks.connect_timeout, checks.negotiate_timeout] {
        account.changed(
            place(timeout.map(|time| time.at)),
            conversion::CHECK_TIMING,
            "connect_timeout",
            "applies to the connection and to each read, not to the whole exchange",
        );
    }
    account.needless(place(checks.ping_count.map(|count| count.at)), "ldirectord uses it for ping checks only");
}

/// Puts what replaces `probe` behind `into`.
fn one(
    mut probe: Probe,
    checks: &Checks,
    version: Version,
    is_mark: bool,
    into: &mut Vec<Probe>,
    extras: &mut Extras,
    account: &mut Account,
) {
    let chosen = probe.chosen_by.clone();
    let every = |account: &mut Account, becomes: &str| {
        chosen.iter().for_each(|place| account.exact(Some(*place), becomes));
    };
    account.exact(probe.port.and_then(|port| port.at), "connect_port");
    let failures = checks.failures.map_or(1, |count| count.value).max(1);
    let interval = checks.interval.map_or(DEFAULT_INTERVAL, |time| time.value);
    let dialogue = checks.negotiate_timeout.or(checks.connect_timeout).map(|time| time.value);
    let connect = checks.connect_timeout.map(|time| time.value);
    let timed = |timeout: Option<Duration>| Checks {
        connect_timeout: timeout.map(Sourced::implied),
        failures: Some(Sourced::implied(failures)),
        retry_delay: Some(Sourced::implied(interval)),
        ..Checks::default()
    };
    match probe.kind {
        ProbeKind::AlwaysUp => {
            let note = "the servers count as up for ever, in ldirectord and in keepalived";
            for place in &chosen {
                account.changed(Some(*place), conversion::NEVER_CHECKED, "no checker", note);
            }
        }
        // Spoken for together with the weights of the servers.
        ProbeKind::AlwaysDown => {}
        ProbeKind::Combined { connects, negotiate } => {
            let slow = Duration::from_secs(interval.as_secs().saturating_mul(u64::from(connects) + 1));
            let mut full = Probe { kind: *negotiate, chosen_by: chosen.clone(), ..Probe::new(ProbeKind::Connect) };
            full.port = probe.port;
            let first = into.len();
            one(full, checks, version, is_mark, into, extras, account);
            for probe in into.iter_mut().skip(first) {
                probe.checks.interval = Some(Sourced::implied(slow));
            }
            let note = format!("a TCP_CHECK every {} s and the dialogue every {} s", interval.as_secs(), slow.as_secs());
            for place in &chosen {
                account.changed(Some(*place), conversion::CHECK_DIFFERENT, "TCP_CHECK and the dialogue", &note);
            }
            into.push(Probe { port: probe.port, checks: timed(connect), ..Probe::new(ProbeKind::Connect) });
        }
        ProbeKind::Connect => {
            if is_mark && probe.port.is_none() {
                let note = "a firewall mark has no port: ldirectord checks port 0, which never answers; write checkport";
                chosen.iter().for_each(|place| {
                    account.changed(Some(*place), conversion::CHECK_DIFFERENT, "TCP_CHECK", note);
                });
            }
            every(account, "TCP_CHECK");
            probe.checks = timed(connect);
            into.push(probe);
        }
        ProbeKind::Ping => {
            every(account, "PING_CHECK");
            probe.checks = timed(connect);
            probe.checks.failures =
                Some(Sourced::implied(failures.saturating_mul(checks.ping_count.map_or(1, |c| c.value).max(1))));
            if !version.has(Feature::PingCheck) {
                let note = format!("keepalived {} has no PING_CHECK; ping runs as a script", version.version);
                chosen.iter().for_each(|place| {
                    account.changed(Some(*place), conversion::VERSION_TOO_OLD, "MISC_CHECK", &note);
                });
                let wait = connect.unwrap_or(DEFAULT_TIMEOUT).as_secs().max(1);
                probe.kind = script(format!("/bin/ping -n -q -c 1 -W {wait}"), Appended::Address);
            }
            into.push(probe);
        }
        ProbeKind::Script(ref external) => {
            every(account, "MISC_CHECK");
            account.exact(external.command.at, "misc_path");
            probe.checks = timed(connect);
            into.push(probe);
        }
        ProbeKind::Smtp { .. } => {
            let note = "SMTP_CHECK says HELO where ldirectord says EHLO";
            chosen.iter().for_each(|p| account.changed(Some(*p), conversion::CHECK_DIFFERENT, "SMTP_CHECK", note));
            probe.checks = timed(dialogue);
            into.push(probe);
        }
        ProbeKind::Dns { ref mut record, ref mut name, ref mut answer } => {
            let note = "any answer without an error passes; DNS_CHECK does not look at its content and uses UDP";
            chosen.iter().for_each(|p| account.changed(Some(*p), conversion::CHECK_DIFFERENT, "DNS_CHECK", note));
            account.exact(name.as_ref().and_then(|n| n.at), "name");
            if let Some(answer) = answer.take() {
                account.lossy(answer.at, conversion::CHECK_REDUCED, "", &["DNS_CHECK does not compare the answer"]);
            }
            reverse_name(record, name);
            probe.checks = timed(dialogue);
            into.push(probe);
        }
        ProbeKind::Http(http) => {
            every(account, if http.tls { "SSL_GET" } else { "HTTP_GET" });
            let kind = self::http(*http, version, extras, account);
            into.push(Probe { kind, checks: timed(dialogue), port: probe.port, ..Probe::new(ProbeKind::Connect) });
        }
        ProbeKind::Dialogue(dialogue_kind) => {
            let udp = UDP_DIALOGUES.contains(&dialogue_kind.service.as_str());
            let (kind, becomes) = if udp && version.has(Feature::PingCheck) {
                (ProbeKind::Ping, "PING_CHECK")
            } else {
                (ProbeKind::Connect, "TCP_CHECK")
            };
            let note = format!("keepalived has no {} checker; only reachability is checked", dialogue_kind.service);
            for place in &chosen {
                account.lossy(Some(*place), conversion::CHECK_REDUCED, becomes, &[&note]);
            }
            let d = &dialogue_kind;
            let texts = [&d.login, &d.database, &d.request, &d.host].map(|t| t.as_ref().and_then(|t| t.at));
            let receive = d.receive.as_ref().and_then(|receive| receive.at);
            for place in texts.into_iter().chain([receive, d.password, d.secret]) {
                account.lossy(place, conversion::CHECK_REDUCED, "", &["belongs to the dialogue"]);
            }
            into.push(Probe { kind, checks: timed(connect), port: probe.port, ..Probe::new(ProbeKind::Connect) });
        }
        ProbeKind::Other(_) => into.push(probe),
    }
}

/// HTTP: redirects and HEAD differ; without `regex` a script searches the page.
fn http(mut http: Http, version: Version, extras: &mut Extras, account: &mut Account) -> ProbeKind {
    http.address_as_host = true;
    account.exact(http.host.as_ref().and_then(|host| host.at), "virtualhost");
    if let Some(head) = http.head.take() {
        if head.value {
            account.changed(head.at, conversion::CHECK_DIFFERENT, "HTTP_GET", "keepalived has only GET");
        } else {
            account.exact(head.at, "HTTP_GET");
        }
    }
    let mut fetch = None;
    for request in &mut http.requests {
        let place = request.path.as_ref().and_then(|path| path.at);
        let path = request.path.get_or_insert_with(|| Sourced::implied("/".to_owned())).value.clone();
        let note = "keepalived does not follow redirects: the page itself must answer with 200 to 299";
        if path == "/" {
            account.changed(place, conversion::CHECK_DIFFERENT, "path", note);
        } else {
            account.exact(place, "path");
        }
        if request.status.is_empty() && version.has(Feature::StatusRanges) {
            request.status.push(Sourced::implied((200, 299)));
        }
        let Some(body) = &request.body else { continue };
        if version.has(Feature::Regex) {
            account.exact(body.at, "regex");
            if perl_only(&body.value) {
                let note = "PCRE2 reads this expression in its own dialect; try it with pcre2test";
                account.changed(body.at, conversion::CHECK_DIFFERENT, "regex", note);
            }
        } else {
            let note = format!("keepalived {} has no regex; a script fetches and searches the page", version.version);
            account.changed(body.at, conversion::VERSION_TOO_OLD, "MISC_CHECK", &note);
            fetch = Some(Purpose::Fetch {
                path,
                tls: http.tls,
                host: http.host.as_ref().map(|host| host.value.clone()),
                expression: body.value.expression.clone(),
            });
        }
    }
    let Some(purpose) = fetch else { return ProbeKind::Http(Box::new(http)) };
    let known = extras.scripts.iter().find(|script| script.purpose == purpose).map(|script| script.name.clone());
    let name = known.unwrap_or_else(|| {
        let name = format!("check-page-{}", extras.scripts.len() + 1);
        extras.scripts.push(GeneratedScript { name: name.clone(), purpose });
        name
    });
    script(format!("{SCRIPT_DIRECTORY}/{name}"), Appended::AddressAndPort)
}

fn script(command: String, appended: Appended) -> ProbeKind {
    ProbeKind::Script(Box::new(Script {
        command: Sourced::implied(command),
        appended,
        dynamic_weight: None,
        user: None,
    }))
}

/// Perl's constructs that PCRE2 lacks or spells differently (perlre, pcre2compat(3)).
fn perl_only(pattern: &Pattern) -> bool {
    ["(?{", "(??{", "\\p{Is", "\\N{"].iter().any(|construct| pattern.expression.contains(construct))
}

/// An address as name is a PTR query, which DNS_CHECK cannot make: the reverse name is asked for
/// as A, and an empty answer without error passes.
fn reverse_name(record: &mut Option<Sourced<String>>, name: &mut Option<Sourced<String>>) {
    record.get_or_insert_with(|| Sourced::implied("A".to_owned())).value = "A".to_owned();
    let Some(name) = name else { return };
    if let Ok(address) = name.value.parse::<std::net::Ipv4Addr>() {
        let [a, b, c, d] = address.octets();
        name.value = format!("{d}.{c}.{b}.{a}.in-addr.arpa");
    }
}

/// ldirectord's checkinterval.
const DEFAULT_INTERVAL: Duration = Duration::from_secs(10);
/// ldirectord's checktimeout.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(5);
const UDP_DIALOGUES: &[&str] = &["radius", "sip"];
