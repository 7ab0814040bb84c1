//! One check for each service: all that ldirectord can say, where keepalived has them at each server.

use crate::model::{Appended, Checks, Dns, Http, HttpRequest, Probe, ProbeKind, Server, Service};

/// Makes what all servers share the service's, the check with its timing and whether dead ones stay:
/// keepalived has both at the servers, and so have inventories that were made of its files.
pub(super) fn lift(service: &mut Service) {
    let mut quiescent = service.servers.iter().map(Server::quiescent);
    if let Some(Some(first)) = quiescent.next()
        && quiescent.all(|other| other == Some(first))
    {
        service.quiescent = Some(first);
        let own = service.servers.iter_mut().filter_map(|server| server.own.as_mut());
        own.for_each(|own| own.quiescent = None);
    }
    if let Some((probe, timings)) = shared(service) {
        let common = timings.iter().cloned().reduce(|a, b| agreed(&a, &b)).unwrap_or_default();
        for (server, timing) in service.servers.iter_mut().zip(timings) {
            let own = server.own_mut();
            own.probes.clear();
            // What is not the service's stays, to be told.
            own.checks = if timing == common { Checks::default() } else { timing }.into();
        }
        service.checks = over(&common, &service.checks).into();
        service.probes = vec![probe];
    }
}

/// The servers whose own checks remain, and that the line of a server has no words for.
pub(super) fn unsaid(service: &Service) -> impl Iterator<Item = (&Server, &Probe)> {
    let common = service.probes.first();
    service.servers.iter().filter_map(move |server| match server.own_probes() {
        [] => None,
        [only] if common.is_some_and(|common| is_said(only, server, common)) => None,
        [first, ..] => Some((server, first)),
    })
}

/// Why ldirectord cannot ask as `probe` does, and what to write instead.
pub(super) fn unaskable(probe: &Probe) -> Option<(&'static str, &'static str)> {
    if probe.address.is_some() {
        return Some(("ldirectord asks a server at its own address only", "take out `address`"));
    }
    match probe.kind.negotiation() {
        ProbeKind::Bfd { .. } | ProbeKind::File { .. } | ProbeKind::Udp(_) => Some((
            "ldirectord has no check of this type",
            "write `type = \"script\"` with a program that asks",
        )),
        // Without a text to be found in the answer its check of DNS never succeeds.
        ProbeKind::Dns(dns) if dns.answer.is_none() => Some((
            "ldirectord's check of DNS fails without `answer`",
            "write the address that the answer must hold",
        )),
        ProbeKind::Http(http) => page(http),
        ProbeKind::Script(script) if script.appended != Appended::VirtualAndReal => Some((
            "ldirectord puts both addresses and ports behind the command",
            "write `appended = \"virtual-and-real\"`, and a program that takes the four arguments",
        )),
        _ => None,
    }
}

/// ldirectord asks for one page, takes 200 to 299, and searches the body.
fn page(http: &Http) -> Option<(&'static str, &'static str)> {
    let [request] = http.requests.as_slice() else {
        let help = "write one `path`, or `type = \"script\"` with a program that asks";
        return (http.requests.len() > 1).then_some(("ldirectord asks for one page only", help));
    };
    let is_usual = |status: &[_]| status.is_empty() || matches!(status, [(200, 299)]);
    let status: Vec<(u16, u16)> = request.status.iter().map(|range| range.value).collect();
    let is_negated = request.body.as_ref().is_some_and(|body| body.value.negated);
    let rows = [
        (!is_usual(&status), "ldirectord takes a status of 200 to 299, and no other"),
        (request.digest.is_some(), "ldirectord compares no digest"),
        (is_negated, "ldirectord cannot ask that a text is missing"),
    ];
    let row = rows.into_iter().find(|(is_so, _)| *is_so);
    row.map(|(_, why)| (why, "write a `body`, or `type = \"script\"` with a program that asks"))
}

/// The one check that every server has and that is not the service's, and the timing that each has for
/// it before the service's.
fn shared(service: &Service) -> Option<(Probe, Vec<Checks>)> {
    let of = |server: &Server| {
        let [probe] = server.own_probes() else { return None };
        let standard = server.own.as_ref().map(|own| Checks::clone(&own.checks));
        let checks = over(&probe.checks, &standard.unwrap_or_default());
        let port = probe.port.filter(|port| Some(port.value) != server.port);
        Some((Probe { port, checks: Checks::default().into(), ..probe.clone() }, checks))
    };
    let (first, rest) = service.servers.split_first()?;
    let (probe, timing) = of(first)?;
    // Texts of `real` lines stay there, where a service has been said in ldirectord's way.
    if service.probes.iter().any(|common| differs_by_texts(&probe, common)) {
        return None;
    }
    let mut timings = vec![timing];
    for server in rest {
        let (other, timing) = of(server)?;
        // Where a check was chosen is no part of what it asks.
        if (Probe { chosen_by: probe.chosen_by.clone(), ..other }) != probe {
            return None;
        }
        timings.push(timing);
    }
    Some((probe, timings))
}

/// Whether the line of `server` can say how its check differs from `common`. A port is asked that is
/// not the server's only where the server has none, by the name of the service.
fn is_said(own: &Probe, server: &Server, common: &Probe) -> bool {
    let is_own = |port: u16| server.port.is_none_or(|known| known == port);
    let is_asked = own.port == common.port || own.port.is_some_and(|port| is_own(port.value));
    is_asked && differs_by_texts(own, common)
}

/// Whether two checks differ by request, answer and port at most.
fn differs_by_texts(own: &Probe, common: &Probe) -> bool {
    let bare = |probe: &Probe| {
        let mut kind = probe.kind.clone();
        forget_texts(&mut kind);
        (kind, probe.address)
    };
    bare(own) == bare(common)
}

fn forget_texts(kind: &mut ProbeKind) {
    match kind {
        ProbeKind::Combined { negotiate, .. } => forget_texts(negotiate),
        ProbeKind::Dialogue(dialogue) => {
            (dialogue.request, dialogue.receive) = (None, None);
        }
        // The type of the record follows from the name.
        ProbeKind::Dns(dns) => **dns = Dns::default(),
        ProbeKind::Http(http) => {
            for request in &mut http.requests {
                let HttpRequest { path, body, .. } = request;
                (*path, *body) = (None, None);
            }
        }
        _ => {}
    }
}

/// What two checks say alike.
fn agreed(one: &Checks, other: &Checks) -> Checks {
    fn same<T: PartialEq>(one: Option<T>, other: Option<T>) -> Option<T> {
        one.filter(|value| Some(value) == other.as_ref())
    }
    Checks {
        interval: same(one.interval, other.interval),
        connect_timeout: same(one.connect_timeout, other.connect_timeout),
        negotiate_timeout: same(one.negotiate_timeout, other.negotiate_timeout),
        failures: same(one.failures, other.failures),
        retry_delay: same(one.retry_delay, other.retry_delay),
        ping_count: same(one.ping_count, other.ping_count),
        warmup: same(one.warmup, other.warmup),
    }
}

/// What `checks` say, and `standard` where they say nothing.
fn over(checks: &Checks, standard: &Checks) -> Checks {
    Checks {
        interval: checks.interval.or(standard.interval),
        connect_timeout: checks.connect_timeout.or(standard.connect_timeout),
        negotiate_timeout: checks.negotiate_timeout.or(standard.negotiate_timeout),
        failures: checks.failures.or(standard.failures),
        retry_delay: checks.retry_delay.or(standard.retry_delay),
        ping_count: checks.ping_count.or(standard.ping_count),
        warmup: checks.warmup.or(standard.warmup),
    }
}

#[cfg(test)]
mod tests;
