//! The directives that say how a service's servers are checked.

use crate::emit::heartbeat::View;
use crate::model::read::{port_of_service, service_of_port};
use crate::model::{
    Dialogue, Http, Password, Pattern, Probe, ProbeKind, Secret, Service, Sourced, Target,
};
use crate::syntax::Format;
use crate::syntax::characters::unquote;

/// A directive inside of a section.
pub(super) type Line = (&'static str, String);

/// The directives of `probe`, `checktype` first.
pub(super) fn lines(probe: &Probe, service: &Service, view: &View<'_>) -> Vec<Line> {
    let mut lines = Vec::new();
    // external-perl is kept as it was written, because the model runs programs only.
    let is_said = service.carried.iter().any(|carried| carried.keyword == "checktype");
    let checktype = match &probe.kind {
        ProbeKind::AlwaysDown => "off".to_owned(),
        ProbeKind::AlwaysUp => "on".to_owned(),
        ProbeKind::Combined { connects, .. } => connects.to_string(),
        ProbeKind::Connect => "connect".to_owned(),
        ProbeKind::Ping => "ping".to_owned(),
        ProbeKind::Script(_) => "external".to_owned(),
        // keepalived's own checks are replaced by a translation; without it a connection is asked for.
        ProbeKind::Bfd { .. } | ProbeKind::File { .. } | ProbeKind::Udp(_) => "connect".to_owned(),
        ProbeKind::Dialogue(_)
        | ProbeKind::Dns(_)
        | ProbeKind::Http(_)
        | ProbeKind::Smtp { .. } => "negotiate".to_owned(),
    };
    if !is_said {
        lines.push(("checktype", checktype));
    }
    match &probe.kind {
        ProbeKind::Combined { negotiate, .. } => asks(negotiate, service, view, &mut lines),
        kind => asks(kind, service, view, &mut lines),
    }
    name_the_port(probe, service, &mut lines);
    // A program is told the port of the `real` line, whatever checkport says.
    if let Some(port) = probe.port.filter(|_| !matches!(probe.kind, ProbeKind::Script(_))) {
        lines.push(("checkport", port.value.to_string()));
    }
    lines
}

/// The port of the service, where its checks mean it and these `lines` make ldirectord ask another.
pub(super) fn port_to_state(service: &Service, lines: &[Line]) -> Option<u16> {
    let port = service.target.value.port()?;
    let asks = |probe: &Probe| probe.port.is_none() && probe.kind.asks_a_port();
    let stated = lines.iter().find(|(word, _)| *word == "service").map(|(_, name)| name.as_str());
    let asked = stated.or(service_of_port(port)).and_then(port_of_service);
    (port > 0 && asked != Some(port) && service.probes.iter().any(asks)).then_some(port)
}

/// Says by the service's name on which port servers without one are asked, where others have one
/// that checkport would overrule.
fn name_the_port(probe: &Probe, service: &Service, lines: &mut Vec<Line>) {
    if probe.port.is_some() {
        return;
    }
    let portless = service.servers.iter().filter(|server| server.port.is_none());
    let mut ports = portless.filter_map(|server| server.own_probes().first()?.port);
    let Some(name) = ports.next().and_then(|port| service_of_port(port.value)) else { return };
    let stated = lines.iter_mut().find(|(word, _)| *word == "service");
    match (stated, &probe.kind) {
        (None, ProbeKind::Connect) => lines.push(("service", name.to_owned())),
        (Some((_, said)), _) if SAME_DIALOGUES.contains(&(said.as_str(), name)) => {
            *said = name.to_owned();
        }
        _ => {}
    }
}

/// Request and receive of a server that has its own. The request has no slash in front:
/// ldirectord adds it, and loses the rest of a line that brings one.
pub(super) fn own_texts(probe: &Probe) -> Option<(String, String)> {
    let (request, receive) = match probe.kind.negotiation() {
        ProbeKind::Http(http) => {
            let request = http.requests.first()?;
            (request.path.as_ref().map(path), request.body.as_ref())
        }
        ProbeKind::Dns(dns) => {
            (dns.name.as_ref().map(|name| name.value.clone()), dns.answer.as_ref())
        }
        ProbeKind::Dialogue(dialogue) => {
            let request = dialogue.request.as_ref().map(|request| request.value.clone());
            (request, dialogue.receive.as_ref())
        }
        _ => return None,
    };
    let request = request.unwrap_or_default();
    let request = request.strip_prefix('/').unwrap_or(&request).to_owned();
    Some((request, receive.map(expression).unwrap_or_default()))
}

/// What a negotiation asks.
fn asks(kind: &ProbeKind, service: &Service, view: &View<'_>, lines: &mut Vec<Line>) {
    match kind {
        ProbeKind::AlwaysUp if lines.iter().all(|(_, value)| value != "on") => {
            lines.push(("service", "none".to_owned()));
        }
        ProbeKind::Http(http) => self::http(http, lines),
        ProbeKind::Dns(dns) => {
            lines.push(("service", "dns".to_owned()));
            let name = dns.name.as_ref().map(|name| quoted(&name.value));
            lines.extend(name.map(|name| ("request", name)));
            lines
                .extend(dns.answer.as_ref().map(|answer| ("receive", quoted(&expression(answer)))));
        }
        ProbeKind::Dialogue(dialogue) => self::dialogue(dialogue, view, lines),
        ProbeKind::Smtp { .. } => {
            // The two differ in their usual port only.
            let submission =
                matches!(service.target.value, Target::Endpoint { port: SUBMISSION, .. });
            let name = if submission { "submission" } else { "smtp" };
            lines.push(("service", name.to_owned()));
        }
        ProbeKind::Script(script) => {
            lines.push(("checkcommand", quoted(&script.command.value)));
        }
        _ => {}
    }
}

fn http(http: &Http, lines: &mut Vec<Line>) {
    let request = http.requests.first();
    let path = request.and_then(|request| request.path.as_ref()).map(self::path);
    let path = path.unwrap_or_else(|| "/".to_owned());
    // A proxy is asked for an absolute URL, any other server for a path.
    let name = match (http.tls, path.starts_with('/')) {
        (true, _) => "https",
        (false, true) => "http",
        (false, false) => "http_proxy",
    };
    lines.push(("service", name.to_owned()));
    if !matches!(path.as_str(), "" | "/") {
        lines.push(("request", quoted(&path)));
    }
    let body = request.and_then(|request| request.body.as_ref());
    lines.extend(body.map(|body| ("receive", quoted(&expression(body)))));
    if let Some(head) = http.head {
        lines.push(("httpmethod", if head.value { "HEAD" } else { "GET" }.to_owned()));
    }
}

fn dialogue(dialogue: &Dialogue, view: &View<'_>, lines: &mut Vec<Line>) {
    lines.push(("service", dialogue.service.clone()));
    let hidden = |password: &Option<Password>| {
        let Password { at, text } = password.as_ref()?;
        if let Some(Secret(text)) = text {
            return Some(quoted(text));
        }
        let text = view.origin?.text(*at, Format::Ldirectord)?;
        Some(quoted(unquote(&text).unwrap_or(&text)))
    };
    let shown = |text: &Option<Sourced<String>>| text.as_ref().map(|text| quoted(&text.value));
    let texts = [
        ("login", shown(&dialogue.login)),
        ("passwd", hidden(&dialogue.password)),
        ("secret", hidden(&dialogue.secret)),
        ("database", shown(&dialogue.database)),
        ("request", shown(&dialogue.request)),
        ("receive", dialogue.receive.as_ref().map(|receive| quoted(&expression(receive)))),
    ];
    lines.extend(texts.into_iter().filter_map(|(word, text)| Some((word, text?))));
}

/// A `#` ends the line, also inside of quotes; in a path it has to be encoded anyway.
fn path(path: &Sourced<String>) -> String {
    path.value.replace('#', "%23")
}

/// The expression without the signs that end or change the line.
fn expression(pattern: &Sourced<Pattern>) -> String {
    pattern.value.expression.replace('#', r"\x23").replace('\t', r"\t")
}

fn quoted(text: &str) -> String {
    format!("\"{text}\"")
}

/// Dialogues of one kind with different ports: the one that is written, and the one that may be meant.
const SAME_DIALOGUES: &[(&str, &str)] = &[("http", "http_proxy"), ("smtp", "submission")];
/// The port of mail submission (RFC 6409).
const SUBMISSION: u16 = 587;
