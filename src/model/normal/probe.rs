//! Checks of servers in normal form.

use std::time::Duration;

use super::{Object, View, World, carried, seconds, yes_no};
use crate::model::{
    Checks, Dialogue, Http, HttpRequest, HttpVersion, Located, Pattern, Probe, ProbeKind, Server,
    Service, Sourced,
};
use crate::source::Place;

/// Whether anything is asked of the server.
pub(super) fn is_checked(server: &Server, service: &Service) -> bool {
    let is_real =
        |probe: &Probe| !matches!(probe.kind, ProbeKind::AlwaysDown | ProbeKind::AlwaysUp);
    probes(server, service).iter().any(is_real)
}

/// Says what is asked of a server.
pub(super) fn say(server: &Server, service: &Service, view: &View<'_>, object: &mut Object) {
    let probes = probes(server, service);
    let real = probes.iter().filter(|probe| !matches!(probe.kind, ProbeKind::AlwaysUp));
    let mut count = 0;
    for (number, probe) in (1..).zip(real) {
        count = number;
        // The first has no number, so that it is compared with the only one of the other side.
        let prefix = if number == 1 { "check".to_owned() } else { format!("check {number}") };
        one(probe, (server, service), view, &prefix, object);
    }
    if count == 0 {
        let chosen = probes.first().and_then(|probe| probe.chosen_by.first().copied());
        object.say("check", "none", chosen.or(server.at));
    }
}

/// The server's own probes, else the service's.
fn probes<'a>(server: &'a Server, service: &'a Service) -> &'a [Probe] {
    match server.own_probes() {
        [] => &service.probes,
        own => own,
    }
}

fn one(
    probe: &Probe,
    (server, service): (&Server, &Service),
    view: &View<'_>,
    prefix: &str,
    object: &mut Object,
) {
    let head = probe.chosen_by.first().copied().or(service.at);
    let (kind, negotiates) = kind(&probe.kind);
    object.say(prefix, kind, head);
    if let Some(address) = probe.address.filter(|address| address.value != server.address) {
        object.say(&format!("{prefix} address"), address.value.to_string(), address.at);
    }
    let of_service = service.target.value.port().unwrap_or(0);
    let own = server.port.filter(|port| *port > 0).unwrap_or(of_service);
    if !matches!(probe.kind, ProbeKind::Ping | ProbeKind::Script(_)) {
        let port = probe.port.map_or(own, |port| port.value);
        object.say(&format!("{prefix} port"), port.to_string(), probe.port.place().or(head));
    }
    asks((&probe.kind, probe.port), (server, service), view, (prefix, head), object);
    timing(probe, (server, service), (view, negotiates), prefix, head, object);
    object.say_settings(&format!("{prefix} "), &probe.settings, ANY, view);
    if view.world == World::Keepalived {
        carried::say(&probe.carried, ANY, view, object);
    }
}

/// The kind for people, and whether a whole dialogue is limited instead of a connection.
fn kind(kind: &ProbeKind) -> (String, bool) {
    let word = match kind {
        ProbeKind::AlwaysDown => "always down",
        ProbeKind::AlwaysUp => "none",
        ProbeKind::Bfd { .. } => "BFD",
        ProbeKind::Combined { connects, negotiate } => {
            let (inner, _) = self::kind(negotiate);
            return (format!("{inner}, then {connects} connections"), true);
        }
        ProbeKind::Connect => "connection",
        ProbeKind::Dialogue(dialogue) => return (format!("{} dialogue", dialogue.service), true),
        ProbeKind::Dns(_) => return ("DNS".to_owned(), true),
        ProbeKind::File { .. } => "file",
        ProbeKind::Http(http) if http.tls => return ("HTTPS".to_owned(), true),
        ProbeKind::Http(_) => return ("HTTP".to_owned(), true),
        ProbeKind::Ping => "ping",
        ProbeKind::Script(_) => "program",
        ProbeKind::Smtp { .. } => return ("SMTP".to_owned(), true),
        ProbeKind::Udp(_) => "datagram",
    };
    (word.to_owned(), false)
}

fn asks(
    (kind, port): (&ProbeKind, Option<Sourced<u16>>),
    (server, service): (&Server, &Service),
    view: &View<'_>,
    (prefix, head): (&str, Option<Place>),
    object: &mut Object,
) {
    let mut text = |word: &str, stated: Option<&Sourced<String>>| {
        object.say_stated(&format!("{prefix} {word}"), stated, Clone::clone);
    };
    match kind {
        ProbeKind::Combined { negotiate, .. } => {
            asks((negotiate, port), (server, service), view, (prefix, head), object);
        }
        ProbeKind::Dialogue(dialogue) => {
            text("login", dialogue.login.as_ref());
            text("database", dialogue.database.as_ref());
            text("request", dialogue.request.as_ref());
            pattern(prefix, dialogue.receive.as_ref(), object);
            if !view.foreign {
                hidden(dialogue, prefix, view, object);
            }
        }
        ProbeKind::Dns(dns) => {
            text("request", dns.name.as_ref());
            // What the programs ask for by themselves.
            let usual = match view.world {
                World::Heartbeat => "A",
                World::Keepalived => "SOA",
            };
            let record = dns.record.as_ref();
            object.say_or(&format!("{prefix} record"), record, usual.to_owned(), Clone::clone);
            pattern(prefix, dns.answer.as_ref(), object);
        }
        ProbeKind::Bfd { name } => text("session", name.as_ref()),
        ProbeKind::File { name, weight } => {
            text("name", name.as_ref());
            let reverse = |reverse| if reverse == Some(true) { " reverse" } else { "" };
            object.say_stated(&format!("{prefix} weight"), weight.as_ref(), |weight| {
                format!("{}{}", weight.value, reverse(weight.reverse))
            });
        }
        ProbeKind::Http(http) => {
            self::http(http, (server, service), view, (prefix, head), object);
        }
        ProbeKind::Script(script) => {
            let line = script.command_line(port, server, service);
            object.say(&format!("{prefix} command"), line, script.command.at.or(head));
            let weight = script.dynamic_weight.filter(|dynamic| dynamic.value);
            object.say_stated(&format!("{prefix} sets the weight"), weight.as_ref(), yes_no);
            let user = script.user.as_ref().filter(|user| Some(&user.value) != view.script_user);
            if let Some(user) = user {
                object.say_privately(&format!("{prefix} user"), user.value.clone(), user.at);
            }
        }
        ProbeKind::Smtp { helo } => text("name", helo.as_ref()),
        ProbeKind::Udp(udp) => {
            let within = "virtual_server/real_server/UDP_CHECK";
            object.say_settings(&format!("{prefix} "), &**udp, within, view);
        }
        _ => {}
    }
}

fn http(
    http: &Http,
    (server, service): (&Server, &Service),
    view: &View<'_>,
    (prefix, head): (&str, Option<Place>),
    object: &mut Object,
) {
    if let Some(head) = http.head.filter(|head| head.value) {
        object.say(&format!("{prefix} method"), "HEAD", head.at);
    }
    // Within one program nobody can say otherwise.
    if view.foreign {
        let redirects = match view.world {
            World::Heartbeat => "followed",
            World::Keepalived => "a failure",
        };
        object.say(&format!("{prefix} redirections"), redirects, head);
    }
    let of_server = server.own.as_ref().and_then(|own| own.settings.host.as_ref());
    let common = http.host.as_ref().or(of_server).or(service.host.as_ref());
    if let Some(indication) = http.server_name_indication.filter(|sni| sni.value) {
        object.say(&format!("{prefix} names the server in TLS"), "yes", indication.at);
    }
    for (number, request) in (1..).zip(&http.requests) {
        let prefix =
            if number == 1 { prefix.to_owned() } else { format!("{prefix} request {number}") };
        // ldirectord sends a proxy the host of the URL.
        let of_url = request.host_of_url().filter(|_| view.world == World::Heartbeat);
        let at = request.path.place();
        let of_url = of_url.map(|value| Sourced { value, at });
        let host = of_url.as_ref().or(request.host.as_ref()).or(common);
        // The server's own address is what both programs send without a word.
        let host = host.filter(|host| !server.is_host(&host.value));
        object.say_stated(&format!("{prefix} host"), host, Clone::clone);
        one_request(request, view, (&prefix, head), object);
    }
    object.say_settings(&format!("{prefix} "), &http.settings, SSL, view);
    let version = http.version.filter(|version| version.value != HttpVersion::Http10);
    if let Some(version) = version {
        let word = if version.value == HttpVersion::Http11 { "1.1" } else { "1.0C" };
        object.say_privately(&format!("{prefix} version"), word, version.at);
    }
}

fn one_request(
    request: &HttpRequest,
    view: &View<'_>,
    (prefix, head): (&str, Option<Place>),
    object: &mut Object,
) {
    let path = request.path.as_ref();
    // What a request line cannot hold is encoded sooner or later (RFC 3986 section 2.1).
    let value = path.map_or("/", |path| &path.value);
    let value = value.replace('#', "%23").replace(' ', "%20").replace('"', "%22");
    object.say(&format!("{prefix} request"), value, path.place().or(head));
    let mut status: Vec<(u16, u16)> = request.status.iter().map(|status| status.value).collect();
    status.sort_unstable();
    if !status.is_empty() && status != [SUCCESS] {
        let ranges = status.iter().map(|(first, last)| format!("{first}-{last}"));
        let value = ranges.collect::<Vec<String>>().join(" ");
        object.say(&format!("{prefix} status"), value, request.status.first().place());
    }
    pattern(prefix, request.body.as_ref(), object);
    object.say_stated(&format!("{prefix} digest"), request.digest.as_ref(), |d| d.to_lowercase());
    object.say_settings(&format!("{prefix} "), &request.settings, SSL_URL, view);
    carried::say(&request.carried, SSL_URL, view, object);
}

/// What a dialogue says beside its request; a password is compared and never shown.
fn hidden(dialogue: &Dialogue, prefix: &str, view: &View<'_>, object: &mut Object) {
    for (word, password) in [("password", &dialogue.password), ("secret", &dialogue.secret)] {
        if let Some(password) = password {
            carried::say_hidden(&format!("{prefix} {word}"), password, view, object);
        }
    }
    object.say_stated(&format!("{prefix} host"), dialogue.host.as_ref(), Clone::clone);
}

fn pattern(prefix: &str, stated: Option<&Sourced<Pattern>>, object: &mut Object) {
    let show = |pattern: &Pattern| {
        let not = if pattern.negated { "not " } else { "" };
        // Two spellings of one character: ldirectord cuts its line at the plain one.
        format!("{not}{}", pattern.expression.replace(r"\x23", "#"))
    };
    object.say_stated(&format!("{prefix} receive"), stated, show);
}

/// Time limit and failures as the program takes them.
fn timing(
    probe: &Probe,
    (server, service): (&Server, &Service),
    (view, negotiates): (&View<'_>, bool),
    prefix: &str,
    head: Option<Place>,
    object: &mut Object,
) {
    let world = view.world;
    let own = server.own.as_ref().map(|own| &*own.checks);
    let levels: Vec<&Checks> =
        [Some(&*probe.checks), own, Some(&service.checks)].into_iter().flatten().collect();
    let first = |get: fn(&Checks) -> Option<Sourced<Duration>>| levels.iter().find_map(|c| get(c));
    let connect = first(|checks| checks.connect_timeout);
    let whole = first(|checks| checks.negotiate_timeout);
    let (limit, standard) = match world {
        World::Heartbeat if negotiates => (whole.or(connect), Duration::from_secs(30)),
        World::Heartbeat => (connect.or(whole), Duration::from_secs(5)),
        World::Keepalived => (probe.stated_limit(server, service), probe.limit(server, service)),
    };
    let value = limit.map_or(standard, |limit| limit.value);
    object.say(&format!("{prefix} time limit"), seconds(value), limit.place().or(head));
    let failures = levels.iter().find_map(|checks| checks.failures);
    let standard = match world {
        World::Heartbeat => 1,
        World::Keepalived => probe.kind.standard_failures(),
    };
    let value = failures.map_or(standard, |failures| failures.value);
    // Pings within one check are tries as well.
    let pings = service.checks.ping_count.filter(|_| probe.kind == ProbeKind::Ping);
    let at = failures.place();
    let at = at.or(pings.place()).or(head);
    object.say(&format!("{prefix} failures"), value.to_string(), at);
    if world == World::Keepalived {
        rhythm(probe, &levels, prefix, object);
    }
    if let Some(count) = pings.filter(|count| count.value != 1) {
        object.say(&format!("{prefix} pings"), count.value.to_string(), count.at);
    }
}

/// keepalived's further times. ldirectord tries again in the next round, keepalived after a time of
/// its own.
fn rhythm(probe: &Probe, levels: &[&Checks], prefix: &str, object: &mut Object) {
    let interval = levels.iter().find_map(|checks| checks.interval);
    let every = interval.map_or(Checks::INTERVAL, |interval| interval.value);
    // The whole service's is said with it.
    let stated =
        levels.split_last().and_then(|(_, inner)| inner.iter().find_map(|checks| checks.interval));
    let of_service = levels.last().and_then(|checks| checks.interval);
    let of_service = of_service.map_or(Checks::INTERVAL, |interval| interval.value);
    let own = stated.filter(|_| every != of_service);
    let warmup = levels.iter().find_map(|checks| checks.warmup);
    let warmup = warmup.filter(|warmup| warmup.value != every);
    let retry = levels.iter().find_map(|checks| checks.retry_delay);
    let standard = probe.kind.standard_pause(every);
    let retry = retry.filter(|delay| delay.value != standard);
    for (word, time) in [("interval", own), ("warmup", warmup), ("retry after", retry)] {
        if let Some(time) = time {
            object.say_privately(&format!("{prefix} {word}"), seconds(time.value), time.at);
        }
    }
}

/// A block with the words that checkers share, one with all of HTTP, and one with all of a request.
const ANY: &str = "virtual_server/real_server/TCP_CHECK";
const SSL: &str = "virtual_server/real_server/SSL_GET";
const SSL_URL: &str = "virtual_server/real_server/SSL_GET/url";

/// Status codes of success (RFC 9110 section 15.3).
const SUCCESS: (u16, u16) = (200, 299);
