//! A plan in words: what the daemon would do, for those who check before they start it.

use std::fmt::{self, Display, Formatter};

use super::Plan;
use crate::model::show_seconds;
use crate::run::health::monitor::{CheckPlan, MemberPlan, ServicePlan};
use crate::run::health::{Ask, HttpAsk, TextPattern};
use crate::run::ipvs::{Destination, Forwarding, Granularity, ServiceSettings, Timeouts, Tunnel};

impl Display for Plan {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for service in &self.services {
            write_service(f, service)?;
            if let Some(hooks) = self.hooks.get(&service.id) {
                for (event, commands) in [("up", &hooks.up), ("down", &hooks.down)] {
                    for command in commands {
                        writeln!(f, "  when {event}: {}", command.command.join(" "))?;
                    }
                }
            }
        }
        if let Some(Timeouts { tcp, tcp_fin, udp }) = self.timeouts {
            writeln!(
                f,
                "connection timeouts: tcp {tcp} s, tcp after FIN {tcp_fin} s, udp {udp} s (0: as is)"
            )?;
        }
        if let Some(sync) = &self.sync {
            let (interface, number) = (&sync.daemon.interface, sync.daemon.sync_id);
            let role = sync.router.as_deref().map_or("both ways".to_owned(), |r| format!("as {r}"));
            writeln!(f, "connections are synchronised over {interface}, group {number}, {role}")?;
        }
        if let Some(router) = &self.follows {
            writeln!(f, "the table stands only while {router} is master")?;
        }
        if let Some(directory) = &self.maintenance {
            writeln!(f, "maintenance files in {}", directory.display())?;
        }
        if let Some(mail) = &self.mail {
            writeln!(f, "mail to {} over {}:{}", mail.to.join(", "), mail.host, mail.port)?;
        }
        if self.stays_on_stop {
            writeln!(f, "the table stays when the daemon stops")?;
        }
        Ok(())
    }
}

fn write_service(f: &mut Formatter<'_>, service: &ServicePlan) -> fmt::Result {
    write!(f, "{} {}", service.id, service.settings.scheduler)?;
    write_settings(f, &service.settings)?;
    let rules = &service.rules;
    if rules.quorum > 1 || rules.hysteresis > 0 {
        write!(f, ", quorum {} +- {}", rules.quorum, rules.hysteresis)?;
    }
    writeln!(f)?;
    if let [_, _, ..] = service.keys.as_slice() {
        let keys: Vec<_> = service.keys.iter().map(ToString::to_string).collect();
        writeln!(f, "  is {}", keys.join(", "))?;
    }
    for member in &service.members {
        write_member(f, member)?;
    }
    if let Some(fallback) = &rules.fallback {
        let address = fallback.key.address;
        let port = fallback.key.port;
        let port = if port == 0 { String::new() } else { format!(" port {port}") };
        let stays = if fallback.stays { ", stays with weight 0" } else { "" };
        let way = way(&fallback.destination);
        writeln!(f, "  fallback {address}{port} {way}{stays}")?;
    }
    Ok(())
}

fn write_settings(f: &mut Formatter<'_>, settings: &ServiceSettings) -> fmt::Result {
    let flags = settings.flags;
    let words = [
        (flags.scheduler_1, "flag-1"),
        (flags.scheduler_2, "flag-2"),
        (flags.scheduler_3, "flag-3"),
        (flags.one_packet, "one-packet"),
    ];
    for (_, word) in words.iter().filter(|(is_set, _)| *is_set) {
        write!(f, " {word}")?;
    }
    if let Some(seconds) = settings.persistence {
        write!(f, " persistent {seconds}")?;
        match settings.granularity {
            Granularity::V4(mask) if !mask.is_broadcast() => write!(f, " mask {mask}")?,
            Granularity::V6(length) if length != 128 => write!(f, " mask /{length}")?,
            Granularity::V4(_) | Granularity::V6(_) => {}
        }
    }
    settings.engine.as_ref().map_or(Ok(()), |engine| write!(f, " engine {engine}"))
}

fn write_member(f: &mut Formatter<'_>, member: &MemberPlan) -> fmt::Result {
    write!(f, "  server {}", member.address)?;
    if let Some(port) = member.port {
        write!(f, " port {port}")?;
    }
    write!(f, " {} weight {}", way(&member.destination), member.destination.weight)?;
    let (upper, lower) = (member.destination.upper_threshold, member.destination.lower_threshold);
    if upper > 0 || lower > 0 {
        write!(f, " connections {lower} to {upper}")?;
    }
    let words = [
        (member.quiesces, ", quiesced when dead"),
        (member.serves_untested, ", serves before its first check"),
        (member.checks.is_empty(), ", not checked"),
    ];
    for (_, words) in words.iter().filter(|(applies, _)| *applies) {
        f.write_str(words)?;
    }
    writeln!(f)?;
    member.checks.iter().try_for_each(|check| write_check(f, check))
}

fn write_check(f: &mut Formatter<'_>, check: &CheckPlan) -> fmt::Result {
    let question = &check.question;
    let target = question.target;
    match &question.ask {
        Ask::AlwaysDown | Ask::AlwaysUp => {
            return writeln!(f, "    {}", question.ask.name());
        }
        Ask::Ping { .. } => write!(f, "    ping {}", target.ip())?,
        Ask::Script(script) => write!(f, "    script {}", script.command.join(" "))?,
        Ask::File { path, factor } => write!(f, "    file {} times {factor}", path.display())?,
        Ask::Combined { connects, negotiate, .. } => {
            write!(f, "    {} {target}, then {connects} connections", negotiate.name())?;
        }
        ask => write!(f, "    {} {target}", ask.name())?,
    }
    let seconds = |time| show_seconds(time);
    write!(f, " every {} s, limit {} s", seconds(question.interval), seconds(question.limit))?;
    write!(f, ", down after {}", check.rules.fall)?;
    if let Some(retry) = check.retry.filter(|_| check.rules.fall.get() > 1) {
        write!(f, " in {} s", seconds(retry))?;
    }
    writeln!(f)?;
    match &question.ask {
        Ask::Combined { negotiate, .. } => write_wanted(f, negotiate),
        ask => write_wanted(f, ask),
    }
}

/// What is asked for, on lines of its own; passwords and logins are nobody's business.
fn write_wanted(f: &mut Formatter<'_>, ask: &Ask) -> fmt::Result {
    let pattern = |f: &mut Formatter<'_>, pattern: &TextPattern| {
        writeln!(f, ", matching `{}`", pattern.expression)
    };
    match ask {
        Ask::Http(http) => write_http(f, http),
        Ask::Dns(dns) => {
            write!(f, "      {} of {}", dns.record, dns.name)?;
            if dns.over_tcp {
                f.write_str(" over TCP")?;
            }
            match &dns.answer {
                Some(answer) => pattern(f, answer),
                None => writeln!(f),
            }
        }
        Ask::Ftp(ftp) => match &ftp.file {
            Some((name, content)) => {
                write!(f, "      {name}")?;
                pattern(f, content)
            }
            None => Ok(()),
        },
        Ask::Text(text) => {
            write!(f, "      {} bytes", text.request.len())?;
            pattern(f, &text.receive)
        }
        _ => Ok(()),
    }
}

fn write_http(f: &mut Formatter<'_>, http: &HttpAsk) -> fmt::Result {
    for exchange in &http.exchanges {
        let method = if exchange.is_head { "HEAD" } else { "GET" };
        let version = if http.is_version_1_1 { "1.1" } else { "1.0" };
        write!(f, "      {method} {} HTTP/{version}", exchange.path)?;
        if let Some(host) = &exchange.host {
            write!(f, ", host {host}")?;
        }
        for (first, last) in &exchange.status {
            write!(f, ", status {first}-{last}")?;
        }
        if let Some(digest) = &exchange.check.digest {
            write!(f, ", MD5 {digest}")?;
        }
        if let Some(pattern) = &exchange.check.pattern {
            let word = if pattern.is_negated { "without" } else { "matching" };
            write!(f, ", {word} `{}`", pattern.expression)?;
        }
        if let Some(name) = http.tls.as_ref().and_then(|tls| tls.server_name.as_ref()) {
            write!(f, ", as {name}")?;
        }
        if http.redirects > 0 {
            write!(f, ", following {}", http.redirects)?;
        }
        writeln!(f)?;
    }
    Ok(())
}

fn way(destination: &Destination) -> String {
    match destination.forwarding {
        Forwarding::DirectRouting => "direct".to_owned(),
        Forwarding::Local => "local".to_owned(),
        Forwarding::Masquerading => "masquerading".to_owned(),
        Forwarding::Tunnelling(Tunnel::Ipip) => "ipip".to_owned(),
        Forwarding::Tunnelling(Tunnel::Gre(_)) => "gre".to_owned(),
        Forwarding::Tunnelling(Tunnel::Gue { port, .. }) => format!("gue {port}"),
    }
}
