//! Checker blocks.

use std::net::IpAddr;

use super::View;
use super::text::{Text, command, path, weighing, word};
use crate::model::{
    Http, HttpRequest, HttpVersion, Probe, ProbeKind, Script, Server, Service, show_exact_seconds,
};

pub(super) fn write(
    probe: &Probe,
    server: &Server,
    service: &Service,
    view: &View<'_>,
    text: &mut Text<'_>,
) {
    let head = match &probe.kind {
        // No block means that the server always counts as up.
        ProbeKind::AlwaysUp | ProbeKind::AlwaysDown => return,
        // Translations replace these; a cluster that still holds them is checked by connection.
        ProbeKind::Combined { .. } | ProbeKind::Dialogue(_) | ProbeKind::Connect => "TCP_CHECK",
        ProbeKind::Dns(_) => "DNS_CHECK",
        ProbeKind::Http(http) if http.tls => "SSL_GET",
        ProbeKind::Http(_) => "HTTP_GET",
        ProbeKind::Bfd { .. } => "BFD_CHECK",
        ProbeKind::File { .. } => "FILE_CHECK",
        ProbeKind::Udp(_) => "UDP_CHECK",
        ProbeKind::Ping => "PING_CHECK",
        ProbeKind::Script(_) => "MISC_CHECK",
        ProbeKind::Smtp { .. } => "SMTP_CHECK",
    };
    text.block(head, |text| {
        match &probe.kind {
            ProbeKind::Http(http) => self::http(http, server, view.is_exact(), text),
            ProbeKind::Dns(dns) => {
                text.maybe("type", dns.record.as_ref().map(|record| &record.value));
                text.maybe("name", dns.name.as_ref().map(|name| word(&name.value)));
            }
            ProbeKind::Script(script) => misc(script, (probe, server, service), text),
            ProbeKind::Smtp { helo } => {
                text.maybe("helo_name", helo.as_ref().map(|name| word(&name.value)))
            }
            ProbeKind::Bfd { name } => {
                text.maybe("name", name.as_ref().map(|name| word(&name.value)));
            }
            ProbeKind::File { name, weight } => {
                text.maybe("track_file", name.as_ref().map(|name| word(&name.value)));
                text.maybe("weight", weight.map(|weight| weighing(weight.value)));
            }
            ProbeKind::Udp(udp) => text.settings("", &**udp),
            _ => {}
        }
        let exact = view.is_exact();
        if exact || !matches!(probe.kind, ProbeKind::Script(_)) {
            text.maybe("connect_ip", probe.address.map(|address| address.value));
            if exact || !matches!(probe.kind, ProbeKind::Ping) {
                text.maybe("connect_port", probe.port.map(|port| port.value));
            }
        }
        timing(probe, text);
        text.settings("", &probe.settings);
        text.carried(&probe.carried);
    });
}

/// `retry 0` is legal only in here, so the numbers stand in every checker.
fn timing(probe: &Probe, text: &mut Text<'_>) {
    let checks = &probe.checks;
    // A script has one time limit; translations know it as that of a connection.
    let (limit, time) = match probe.kind {
        ProbeKind::Script(_) => {
            ("misc_timeout", checks.negotiate_timeout.or(checks.connect_timeout))
        }
        _ => ("connect_timeout", checks.connect_timeout),
    };
    text.maybe(limit, time.map(|time| show_exact_seconds(time.value)));
    text.maybe("delay_loop", checks.interval.map(|time| show_exact_seconds(time.value)));
    text.maybe("retry", checks.failures.map(|count| count.value.saturating_sub(1)));
    text.maybe("delay_before_retry", checks.retry_delay.map(|time| show_exact_seconds(time.value)));
    text.maybe("warmup", checks.warmup.map(|time| show_exact_seconds(time.value)));
}

fn http(http: &Http, server: &Server, exact: bool, text: &mut Text<'_>) {
    text.maybe(
        "http_protocol",
        http.version.map(|version| match version.value {
            HttpVersion::Http10 => "1.0",
            HttpVersion::Http10Close => "1.0C",
            HttpVersion::Http11 => "1.1",
        }),
    );
    match &http.host {
        Some(host) => text.line(format_args!("virtualhost {}", word(&host.value))),
        // As in a URL: servers refuse a host with bare colons.
        None if http.address_as_host => match server.address {
            IpAddr::V6(address) => text.line(format_args!("virtualhost [{address}]")),
            IpAddr::V4(address) => text.line(format_args!("virtualhost {address}")),
        },
        None => {}
    }
    match http.server_name_indication.map(|indication| indication.value) {
        Some(true) => text.line("enable_sni"),
        Some(false) => text.line("enable_sni false"),
        None => {}
    }
    text.settings("", &http.settings);
    http.requests.iter().for_each(|request| text.block("url", |text| url(request, exact, text)));
}

fn url(request: &HttpRequest, exact: bool, text: &mut Text<'_>) {
    let stated = request.path.as_ref().map(|path| path.value.as_str());
    let encode = if exact { word } else { path };
    text.maybe("path", stated.or_else(|| (!exact).then_some("/")).map(encode));
    text.maybe("digest", request.digest.as_ref().map(|digest| &digest.value));
    if !request.status.is_empty() {
        let ranges: Vec<String> = request
            .status
            .iter()
            .map(|status| match status.value {
                (first, last) if first == last => first.to_string(),
                (first, last) => format!("{first}-{last}"),
            })
            .collect();
        text.line(format_args!("status_code {}", ranges.join(" ")));
    }
    text.maybe("virtualhost", request.host.as_ref().map(|host| word(&host.value)));
    if let Some(body) = &request.body {
        text.line(format_args!("regex {}", command(&body.value.expression)));
        if body.value.negated {
            text.line("regex_no_match");
        }
    }
    text.settings("", &request.settings);
    text.carried(&request.carried);
}

fn misc(
    script: &Script,
    (probe, server, service): (&Probe, &Server, &Service),
    text: &mut Text<'_>,
) {
    let line = script.command_line(probe.port, server, service);
    text.line(format_args!("misc_path {}", command(&line)));
    if script.dynamic_weight.is_some_and(|dynamic| dynamic.value) {
        text.line("misc_dynamic");
    }
    text.maybe("user", script.user.as_ref().map(|user| &user.value));
}
