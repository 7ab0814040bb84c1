//! The checkers of a real server.

use super::service::failures;
use super::{add_first, carry, put, setting, value};
use crate::model::setting::Slot;
use crate::model::{
    Appended, Http, HttpRequest, HttpVersion, Inert, Pattern, Probe, ProbeKind, Script, Sourced,
};
use crate::syntax::{NodeRef, Word};

/// The probes of a checker's block: one, and another for each `host` in an SMTP_CHECK (tried). `None` when
/// the block is no checker.
pub(super) fn read(block: NodeRef<'_>, inert: &mut Vec<Inert>) -> Option<Vec<Probe>> {
    let kind = match &*block.name() {
        "TCP_CHECK" => ProbeKind::Connect,
        "PING_CHECK" => ProbeKind::Ping,
        "HTTP_GET" => ProbeKind::Http(Box::default()),
        "SSL_GET" => ProbeKind::Http(Box::new(Http { tls: true, ..Http::default() })),
        "SMTP_CHECK" => ProbeKind::Smtp { helo: None },
        "DNS_CHECK" => ProbeKind::Dns(Box::default()),
        "MISC_CHECK" => ProbeKind::Script(Box::new(script(block)?)),
        "UDP_CHECK" => ProbeKind::Udp(Box::default()),
        "FILE_CHECK" => ProbeKind::File { name: None, weight: None },
        "BFD_CHECK" => ProbeKind::Bfd { name: None },
        _ => return None,
    };
    let mut probe = Probe::new(kind);
    add_first(&mut probe.chosen_by, block.place());
    let is_host = |node: &NodeRef<'_>| {
        block.name() == "SMTP_CHECK" && node.name() == "host" && node.has_body()
    };
    for node in value::lines(block).filter(|node| !is_host(node)) {
        if value::is_unexpanded(node) || !directive(node, &mut probe, inert) {
            probe.carried.push(carry(node));
        }
    }
    let mut probes = vec![probe];
    for host in value::lines(block).filter(is_host) {
        let Some(first) = probes.first() else { break };
        let mut probe = Probe::new(first.kind.clone());
        add_first(&mut probe.chosen_by, host.place());
        for node in value::lines(host) {
            if value::is_unexpanded(node) || !directive(node, &mut probe, inert) {
                probe.carried.push(carry(node));
            }
        }
        inherit(first, &mut probe);
        probes.push(probe);
    }
    Some(probes)
}

/// What a `host` takes from the block around it. 2.2.7 gives it a time limit of 0 s where it states none
/// of its own, which nobody means: a rule tells.
fn inherit(block: &Probe, host: &mut Probe) {
    let (common, own) = (&block.checks, host.checks.make());
    own.connect_timeout = own.connect_timeout.or(common.connect_timeout);
    own.failures = own.failures.or(common.failures);
    own.interval = own.interval.or(common.interval);
    own.retry_delay = own.retry_delay.or(common.retry_delay);
    own.warmup = own.warmup.or(common.warmup);
    let (common, own) = (&block.settings, host.settings.make());
    own.alpha = own.alpha.or(common.alpha);
    own.log_all_failures = own.log_all_failures.or(common.log_all_failures);
}

/// Whether the model has a field for the line.
fn directive(node: NodeRef<'_>, probe: &mut Probe, inert: &mut Vec<Inert>) -> bool {
    let checks = &mut probe.checks;
    match (&*node.name(), &mut probe.kind) {
        ("connect_ip", _) => put(&mut probe.address, value::address(node), inert),
        ("connect_port", _) => put(&mut probe.port, value::number(node), inert),
        ("connect_timeout", _) => {
            put(&mut checks.make().connect_timeout, value::seconds(node), inert)
        }
        ("retry" | "nb_get_retry", _) => put(&mut checks.make().failures, failures(node), inert),
        ("delay_before_retry", _) => {
            put(&mut checks.make().retry_delay, value::seconds(node), inert)
        }
        ("delay_loop", _) => put(&mut checks.make().interval, value::seconds(node), inert),
        ("warmup", _) => put(&mut checks.make().warmup, value::seconds(node), inert),
        ("misc_timeout", _) => {
            put(&mut checks.make().negotiate_timeout, value::seconds(node), inert)
        }
        // Read by `script` before.
        ("misc_path" | "misc_dynamic" | "user", ProbeKind::Script(_)) => true,
        ("helo_name", ProbeKind::Smtp { helo }) => put(helo, value::text(node), inert),
        ("type", ProbeKind::Dns(dns)) => put(&mut dns.record, value::text(node), inert),
        ("name", ProbeKind::Dns(dns)) => put(&mut dns.name, value::text(node), inert),
        ("name", ProbeKind::Bfd { name }) => put(name, value::text(node), inert),
        ("track_file", ProbeKind::File { name, .. }) => put(name, value::text(node), inert),
        ("weight", ProbeKind::File { weight, .. }) => {
            setting::into(Slot::Weight(weight), node, inert)
        }
        ("virtualhost", ProbeKind::Http(http)) => put(&mut http.host, value::text(node), inert),
        ("http_protocol", ProbeKind::Http(http)) => put(&mut http.version, version(node), inert),
        ("enable_sni", ProbeKind::Http(http)) => {
            put(&mut http.server_name_indication, value::boolean(node), inert)
        }
        ("url", ProbeKind::Http(http)) => {
            let request = request(node, inert);
            add_first(&mut http.requests, request);
            true
        }
        (_, kind) => {
            let rest = &mut probe.settings;
            match kind {
                ProbeKind::Http(http) => {
                    setting::fill(node, &mut [("", &mut http.settings), ("", rest)], inert)
                }
                ProbeKind::Udp(udp) => {
                    setting::fill(node, &mut [("", &mut **udp), ("", rest)], inert)
                }
                _ => setting::fill(node, &mut [("", rest)], inert),
            }
        }
    }
}

fn version(node: NodeRef<'_>) -> Option<Sourced<HttpVersion>> {
    let word = node.word(1)?;
    let version = match &*word.value() {
        "1.0" => HttpVersion::Http10,
        "1.0C" | "1.0c" => HttpVersion::Http10Close,
        "1.1" => HttpVersion::Http11,
        _ => return None,
    };
    Some(Sourced::new(version, word.place()))
}

fn request(block: NodeRef<'_>, inert: &mut Vec<Inert>) -> HttpRequest {
    let mut request = HttpRequest::default();
    let has = |name: &str| block.directives().any(|node| node.name() == name);
    let (negated, has_regex) = (has("regex_no_match"), has("regex"));
    for node in value::lines(block) {
        let known = !value::is_unexpanded(node)
            && match &*node.name() {
                "path" => put(&mut request.path, value::text(node), inert),
                "digest" => put(&mut request.digest, value::text(node), inert),
                "virtualhost" => put(&mut request.host, value::text(node), inert),
                "status_code" => {
                    let mut known = node.arguments().len() > 0;
                    for word in node.arguments() {
                        match status(word) {
                            Some(codes) => add_first(&mut request.status, codes),
                            None => known = false,
                        }
                    }
                    known
                }
                "regex" => {
                    // Of several words the program makes no pattern.
                    let pattern = value::command(node)
                        .filter(|(_, surplus)| surplus.is_none())
                        .map(|(text, _)| text.map(|expression| Pattern { expression, negated }));
                    put(&mut request.body, pattern, inert)
                }
                // Part of the pattern, when there is one.
                "regex_no_match" => has_regex,
                _ => setting::fill(node, &mut [("", &mut request.settings)], inert),
            };
        if !known {
            request.carried.push(carry(node));
        }
    }
    request
}

/// `200` or `200-299`.
fn status(word: Word<'_>) -> Option<Sourced<(u16, u16)>> {
    let value = word.value();
    let (first, last) = value.split_once('-').unwrap_or((&value, &value));
    let range = (first.parse().ok()?, last.parse().ok()?);
    Some(Sourced::new(range, word.place()))
}

/// The command of a MISC_CHECK; without one the block is no probe.
fn script(block: NodeRef<'_>) -> Option<Script> {
    let find = |name: &str| {
        let nodes = block.directives().filter(|node| node.name() == name);
        nodes.last().filter(|node| !value::is_unexpanded(*node))
    };
    // What stands behind it is not read, unlike behind other commands (tried with 2.2.7).
    let stated = value::command(find("misc_path")?);
    let (command, _) = stated.filter(|(command, _)| !command.value.is_empty())?;
    let user = find("user").and_then(value::user);
    let dynamic_weight = find("misc_dynamic").and_then(|node| value::flag(node, true));
    Some(Script { command, appended: Appended::Nothing, dynamic_weight, user })
}
