//! Virtual services: a `virtual` line, its directives, and what the globals add.

use std::net::IpAddr;

use crate::model::setting::Rare;
use crate::model::{Checks, Family, Hook, HookEvent, Protocol, Server, Service, Sourced, Target};
use crate::source::codes::ldirectord as codes;
use crate::source::codes::ldirectord_advice as advice;
use crate::source::{Diagnostic, Place};
use crate::syntax::{NodeRef, Tree};

use super::endpoint::{TCP, UDP, is_port_character};
use super::globals::Globals;
use super::line::Line;
use super::probes::{Check, port_of_service};
use super::real::OwnTexts;
use super::settings::{Common, Slot, shape};
use super::values::digits;
use super::{Reader, layout, ports};

mod directives;

/// Reads every `virtual` section.
pub(super) fn read<'a>(reader: &mut Reader<'a>, tree: &'a Tree, globals: &Globals) {
    let text = reader.text;
    let headers = tree.top(text).filter(|node| layout::is_header(*node)).count();
    reader.cluster.services.reserve_exact(headers);
    let mut nodes = tree.top(text).peekable();
    while let Some(node) = nodes.next() {
        if !layout::is_header(node) {
            continue;
        }
        let mut lines: Vec<NodeRef<'a>> = node.directives().collect();
        // Lines that can only belong to a service stay with it, whatever came between.
        while let Some(stray) = nodes.next_if(|node| !layout::is_header(*node)) {
            if layout::is_section_word(stray) {
                lines.push(stray);
            }
        }
        section(reader, node, &lines, globals);
    }
}

fn section<'a>(
    reader: &mut Reader<'a>,
    head: NodeRef<'a>,
    lines: &[NodeRef<'a>],
    globals: &Globals,
) {
    let Some(line) = reader.line(head, false) else { return };
    let header = match reader.form(&line, shape(line.row.word, false)) {
        true => reader.header(&line),
        false => None,
    };
    let is_understood = header.is_some();
    let mut draft = Draft::new(&line, header);
    let mut lines_left = lines.iter().copied().peekable();
    while let Some(node) = lines_left.next() {
        let Some(line) = reader.line(node, true) else { continue };
        if !reader.form(&line, shape(line.row.word, true)) {
            continue;
        }
        let next = lines_left.peek().copied();
        if matches!(line.row.word, "real" | "real6") {
            if reader.real(&line, next, &mut draft) {
                lines_left.next();
            }
        } else {
            draft.directive(reader, &line);
        }
    }
    if is_understood {
        draft.finish(reader, globals);
        return;
    }
    // Without an address there is no service; its lines travel along.
    let lines = lines.iter().filter_map(|node| Line::of(*node, reader.text, true));
    reader.cluster.carried.extend(lines.map(|line| Reader::carried(&line)));
}

/// Signs that people put around an address.
const WRAPPING: [char; 7] = ['"', '\'', '(', ')', '<', '>', '='];

/// What a `virtual` line says.
struct Header {
    target: Sourced<Target>,
    /// The port was given as 53 or `domain`: then the protocol is UDP.
    is_dns: bool,
    /// There was an address and no port.
    forgotten: bool,
}

impl Reader<'_> {
    fn header(&mut self, line: &Line<'_>) -> Option<Header> {
        let word = line.node.word(1)?;
        let at = word.place();
        let family = if line.row.word == "virtual6" { Family::V6 } else { Family::V4 };
        let seen = line.seen();
        if seen.starts_with(WRAPPING) {
            self.refused(
                codes::BAD_VIRTUAL,
                at,
                "an address takes no quotes or other signs".into(),
            );
        }
        self.harmless_comment(line);
        let text = word.value();
        // A colon without a port says as little as none.
        let text =
            text.trim_start_matches(WRAPPING).trim_end_matches(WRAPPING).trim_end_matches(':');
        if let Some(header) = self.mark(text, at, family) {
            return header;
        }
        let parts = match text.strip_prefix('[').and_then(|inside| inside.split_once(']')) {
            Some((address, behind)) => text.get(..address.len() + 2).zip(behind.strip_prefix(':')),
            None => text.split_once(':').filter(|_| text.parse::<IpAddr>().is_err()),
        };
        let Some((host, behind)) = parts else { return self.bad_virtual(text, at) };
        let port_end = behind.find(|c| !is_port_character(c)).unwrap_or(behind.len());
        let (port_text, rest) = behind.split_at(port_end);
        let is_name = |c: char| c.is_ascii_alphanumeric() || "._+-".contains(c);
        if port_text.is_empty()
            || host.is_empty()
            || !host.starts_with('[') && !host.chars().all(is_name)
        {
            return self.bad_virtual(text, at);
        }
        if !rest.is_empty() || line.node.words().len() > 2 {
            let used = format!("{host}:{port_text}");
            self.text_ignored(line.value_place(), &used);
        }
        if host.starts_with('[') && family == Family::V4 {
            let keyword = line.keyword_place();
            self.push(
                Diagnostic::new(codes::BAD_VIRTUAL, at, "an IPv6 address needs `virtual6`")
                    .note("ldirectord stops here")
                    .fix(keyword, "virtual6", "use the keyword of the family"),
            );
        }
        let own = if host.starts_with('[') { Family::V6 } else { family };
        let address = self.host(host, at, own);
        let is_dns = matches!(port_text, "53" | "domain");
        let port = self.port(port_text, at, if is_dns { UDP } else { TCP });
        let target = Target::Endpoint { address: address?, port: port? };
        Some(Header { target: Sourced::new(target, at), is_dns, forgotten: false })
    }

    /// A firewall mark, or an address whose port was forgotten. `None` when `text` is neither.
    fn mark(&mut self, text: &str, at: Place, family: Family) -> Option<Option<Header>> {
        let (_, number) = digits(text).filter(|(before, _)| before.is_empty())?;
        if text.contains(':') {
            return None;
        }
        let header =
            |target| Header { target: Sourced::new(target, at), is_dns: false, forgotten: false };
        if let Ok(address) = text.parse::<IpAddr>() {
            let target = Target::Endpoint { address, port: 0 };
            return Some(Some(Header { forgotten: true, ..header(target) }));
        }
        let mark = number.parse::<u32>().ok().filter(|mark| *mark > 0);
        let Some(mark) = mark else {
            self.push(
                Diagnostic::new(
                    codes::LARGE_MARK,
                    at,
                    "firewall marks are numbers from 1 to 4294967295",
                )
                .label("left out"),
            );
            return Some(None);
        };
        if number.len() < text.len() {
            self.text_ignored(at, number);
        }
        Some(Some(header(Target::Mark { mark, family })))
    }

    fn bad_virtual(&mut self, text: &str, at: Place) -> Option<Header> {
        let finding = Diagnostic::new(
            codes::BAD_VIRTUAL,
            at,
            "this is no address with a port and no firewall mark",
        )
        .note("ldirectord stops with `invalid address for virtual server`");
        let is_ipv6 = text.trim_matches(['[', ']']).contains(':');
        self.push(match is_ipv6 {
            true => finding.help("write `virtual6=[ADDRESS]:PORT`"),
            false => finding.help("write `virtual=ADDRESS:PORT`"),
        });
        None
    }
}

/// A service that is being read.
pub(super) struct Draft {
    service: Service,
    family: Family,
    is_dns: bool,
    forgotten: bool,
    common: Common,
    check: Check,
    protocol: Slot<Protocol>,
    scheduler: Slot<String>,
    scheduler_flags: Slot<String>,
    persistence: Slot<u32>,
    granularity: Slot<u8>,
    one_packet: Slot<bool>,
    host: Slot<String>,
    name: Slot<String>,
    comment: Slot<String>,
    /// Texts of servers that have their own, by the server's number.
    texts: Vec<(usize, OwnTexts)>,
    /// The last directive of each word that is only kept as it is.
    kept: Vec<(&'static str, Place)>,
}

impl Draft {
    fn new(line: &Line<'_>, header: Option<Header>) -> Self {
        let family = if line.row.word == "virtual6" { Family::V6 } else { Family::V4 };
        let header = header.unwrap_or(Header {
            target: Sourced::implied(Target::Mark { mark: 0, family }),
            is_dns: false,
            forgotten: false,
        });
        let family = match &header.target.value {
            Target::Endpoint { address, .. } => Family::of(*address),
            Target::Mark { .. } | Target::Group(_) => family,
        };
        let mut service = Service::new(header.target);
        service.at = Some(line.node.place());
        Self {
            service,
            family,
            is_dns: header.is_dns,
            forgotten: header.forgotten,
            common: Common::default(),
            check: Check::default(),
            protocol: Slot::default(),
            scheduler: Slot::default(),
            scheduler_flags: Slot::default(),
            persistence: Slot::default(),
            granularity: Slot::default(),
            one_packet: Slot::default(),
            host: Slot::default(),
            name: Slot::default(),
            comment: Slot::default(),
            texts: Vec::new(),
            kept: Vec::new(),
        }
    }

    pub(super) fn family(&self) -> Family {
        self.family
    }

    /// Adds a real server.
    pub(super) fn server(&mut self, server: Server, texts: Option<OwnTexts>) {
        if let Some(texts) = texts {
            self.texts.push((self.service.servers.len(), texts));
        }
        self.service.servers.push(server);
    }

    fn is_mark(&self) -> bool {
        matches!(self.service.target.value, Target::Mark { .. })
    }

    /// The port that decides the default service; a mark has none.
    fn port(&self) -> Option<u16> {
        self.service.target.value.port()
    }

    /// Puts everything together and adds the service to the cluster.
    fn finish(mut self, reader: &mut Reader<'_>, globals: &Globals) {
        if self.forgotten {
            self.guess_port(reader);
        }
        self.service.protocol = self.final_protocol();
        self.notice_duplicate(reader);
        let global = &globals.common;
        let own = &self.common;
        let service = &mut self.service;
        service.scheduler =
            Some(self.scheduler.value().unwrap_or_else(|| Sourced::implied("wrr".into())));
        service.scheduler_flags = self.scheduler_flags.value().map(flags).unwrap_or_default();
        service.one_packet = self.one_packet.value();
        service.persistence = self.persistence.value();
        service.granularity = self.granularity.value();
        if let Some(at) = self.granularity.directive().filter(|_| service.persistence.is_none()) {
            service.granularity = None;
            reader.ignored(at, "netmask needs persistent");
            reader.push(
                Diagnostic::new(
                    advice::NETMASK_UNUSED,
                    at,
                    "netmask does nothing without persistent",
                )
                .help("add persistent=SECONDS, or delete the line"),
            );
        }
        // ldirectord's manual page says yes, its code no.
        let quiescent = own.quiescent.value().or_else(|| global.quiescent.value());
        service.quiescent = Some(quiescent.unwrap_or_else(|| Sourced::implied(false)));
        // Every server is taken out after it was added, until its first check succeeds.
        service.start_down = Some(Sourced::implied(true));
        service.host = self.host.value();
        service.name = self.name.value();
        service.comment = self.comment.value();
        self.fallback(globals);
        self.hooks(globals);
        self.service.checks = self.checks(reader, globals);
        self.probes(reader);
        self.service.servers.shrink_to_fit();
        reader.cluster.services.push(self.service);
    }

    /// The port of an address that has none: the stated service's, or the one all servers have.
    fn guess_port(&mut self, reader: &mut Reader<'_>) {
        let Target::Endpoint { address, .. } = self.service.target.value else { return };
        let servers = &self.service.servers;
        let of_servers = servers.first().and_then(|first| first.port);
        let of_servers =
            of_servers.filter(|port| servers.iter().all(|server| server.port == Some(*port)));
        let stated = self.check.service.get().and_then(|service| port_of_service(&service.value));
        let port = of_servers.or(stated);
        let digits: String = address.to_string().chars().take_while(char::is_ascii_digit).collect();
        if let Some(at) = self.service.target.at {
            let finding = Diagnostic::new(
                advice::PORT_FORGOTTEN,
                at,
                format!("without a port this is the firewall mark {digits}"),
            )
            .label("an address was meant");
            reader.push(match port {
                Some(port) => finding.fix(at, format!("{address}:{port}"), "add the port"),
                None => finding.help(format!("write `virtual={address}:PORT`")),
            });
        }
        self.service.target.value = Target::Endpoint { address, port: port.unwrap_or(0) };
    }

    fn final_protocol(&self) -> Option<Sourced<Protocol>> {
        if self.is_mark() {
            return None;
        }
        let default = if self.is_dns { Protocol::Udp } else { Protocol::Tcp };
        Some(self.protocol.value().unwrap_or_else(|| Sourced::implied(default)))
    }

    fn notice_duplicate(&self, reader: &mut Reader<'_>) {
        let protocol = self.service.protocol.map(|protocol| protocol.value);
        let key = match (&self.service.target.value, self.forgotten) {
            // ldirectord compares what it took for a firewall mark.
            (Target::Endpoint { address: IpAddr::V4(address), .. }, true) => {
                let [mark, ..] = address.octets();
                (None, Target::Mark { mark: mark.into(), family: Family::V4 })
            }
            (target, _) => (protocol, target.clone()),
        };
        let at = self.service.target.at;
        let first = reader.services.insert(key, at);
        if let (Some(Some(first)), Some(at)) = (first, at) {
            let message = match self.forgotten {
                true => "two addresses without a port are one firewall mark",
                false => "this virtual service is defined twice",
            };
            reader.push(
                Diagnostic::new(codes::DUPLICATE_VIRTUAL, at, message)
                    .context(first, "defined here already")
                    .note("ldirectord stops with `duplicate virtual server`"),
            );
        }
    }

    fn fallback(&mut self, globals: &Globals) {
        let global = match self.family {
            Family::V4 => &globals.common.fallback,
            Family::V6 => &globals.common.fallback6,
        };
        // The global fallback is kept for tcp and udp only: a firewall mark finds none.
        let global = global.value().filter(|_| !self.is_mark());
        self.service.fallback = self.common.fallback.value().or(global);
    }

    fn hooks(&mut self, globals: &Globals) {
        let command =
            self.common.fallback_command.get().or_else(|| globals.common.fallback_command.get());
        let Some(command) = command else { return };
        for event in [HookEvent::QuorumDown, HookEvent::QuorumUp] {
            let hook = command.clone().map(|command| Hook { event, command, user: None });
            self.service.hooks.push(hook);
        }
    }

    /// Its timing, which it shares with every other section that states none of its own.
    fn checks(&mut self, reader: &mut Reader<'_>, globals: &Globals) -> Rare<Checks> {
        let forks = globals.fork.get().is_some_and(|fork| fork.value);
        let own = &mut self.common;
        if let Some(at) = own.interval.directive().filter(|_| !forks) {
            reader.ignored(at, "only fork=yes gives a service an interval of its own");
            reader.push(
                Diagnostic::new(
                    advice::INTERVAL_IGNORED,
                    at,
                    "this checkinterval does nothing without fork=yes",
                )
                .help("set fork=yes, or the global checkinterval"),
            );
            own.interval = Slot::default();
        }
        if own.states_timing() {
            own.checks(&globals.common).into()
        } else {
            globals.checks.clone()
        }
    }

    fn probes(&mut self, reader: &mut Reader<'_>) {
        let port = self.port().filter(|_| !self.is_mark());
        let protocol = self.service.protocol.map(|protocol| protocol.value);
        let probe = self.check.probe(port, protocol);
        for (number, texts) in &self.texts {
            if let Some(server) = self.service.servers.get_mut(*number) {
                self.check.own_probe(server, &probe, texts, port, protocol);
            }
        }
        // A pushed first element would take room for four.
        self.service.probes = vec![probe];
        ports::imply(&mut self.service, self.check.service_name(port));
        self.check.unused(reader, port);
    }
}

/// The flags of a list; they all stand at its place.
fn flags(list: Sourced<String>) -> Vec<Sourced<String>> {
    let flags = list.value.split(',').filter(|flag| !flag.is_empty());
    flags.map(|flag| Sourced { value: flag.to_owned(), at: list.at }).collect()
}
