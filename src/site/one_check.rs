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
    if let Some((probe, checks)) = shared(service) {
        service.checks = over(&checks, &service.checks).into();
        service.probes = vec![probe];
        for own in service.servers.iter_mut().filter_map(|server| server.own.as_mut()) {
            own.probes.clear();
            own.checks = Checks::default().into();
        }
    }
}

/// The servers whose own checks remain, and that the line of a server has no words for.
pub(super) fn unsaid(service: &Service) -> impl Iterator<Item = (&Server, &Probe)> {
    let common = service.probes.first();
    let own = service.servers.iter().filter_map(|server| Some((server, server.own_probes())));
    own.filter_map(move |(server, probes)| match probes {
        [] => None,
        [only] if common.is_some_and(|common| differs_by_texts(only, common)) => None,
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

/// The one check that every server has and that is not the service's, with the timing that holds
/// for it before the service's.
fn shared(service: &Service) -> Option<(Probe, Checks)> {
    let of = |server: &Server| {
        let [probe] = server.own_probes() else { return None };
        let standard = server.own.as_ref().map(|own| Checks::clone(&own.checks));
        let checks = over(&probe.checks, &standard.unwrap_or_default());
        Some((Probe { checks: Checks::default().into(), ..probe.clone() }, checks))
    };
    let (first, rest) = service.servers.split_first()?;
    let (probe, checks) = of(first)?;
    // Texts of `real` lines stay there, where a service has been said in ldirectord's way.
    if service.probes.iter().any(|common| differs_by_texts(&probe, common)) {
        return None;
    }
    let is_same = |server: &Server| {
        of(server).is_some_and(|(other, timing)| {
            // Where a check was chosen is no part of what it asks.
            let other = Probe { chosen_by: probe.chosen_by.clone(), ..other };
            other == probe && timing == checks
        })
    };
    rest.iter().all(is_same).then_some((probe, checks))
}

/// Whether the line of a server can say how its check differs from `common`: by request, answer and
/// port.
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
