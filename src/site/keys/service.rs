//! `[[services]]` and their servers.

use super::plain::{endpoint, show_endpoint, show_target};
use super::router::{read_hooks, write_hooks};
use super::{
    Key, Keys, Names, Plain as _, Reader, Slot, custom, further, list, probe, settings, table,
    value, write,
};
use crate::model::{Checks, Hook, Probe, Protocol, Server, Service, Sourced, Target};
use crate::site::document::{Item, Literal};
use crate::source::Place;

impl Keys for Service {
    const TABLE: &'static str = "a service";

    fn keys() -> &'static [Key<Self>] {
        const KEYS: &[Key<Service>] = &[
            // What identifies a service is read before its row is chosen.
            custom!("address", |_, _, _| {}, |service, _| {
                Some(Item::from_place(service.target.value.write(), service.target.at))
            }),
            value!("protocol", protocol),
            value!("family", family),
            value!("destinations", destinations),
            value!("name", name),
            value!("comment", comment),
            custom!(
                "configuration",
                |service, item, reader| {
                    let mut named = None;
                    Slot::fill(&mut named, item, reader);
                    service.configuration = named.map(Box::new);
                },
                |service, _| Slot::show(&service.configuration.as_deref().cloned())
            ),
            value!("scheduler", scheduler),
            value!("scheduler_flags", scheduler_flags),
            value!("one_packet", one_packet),
            value!("method", method),
            custom!(
                "tunnel",
                |service, item, reader| service.tunnel = reader.plain(item).map(Box::new),
                |service, _| service.tunnel.as_deref().map(|tunnel| tunnel.write().into())
            ),
            value!("persistence", persistence),
            value!("granularity", granularity, Some((0, 128))),
            value!("fallback", fallback),
            value!("quiescent", quiescent),
            value!("start_down", start_down),
            value!("quorum", quorum),
            value!("host", host),
            further!(settings),
            custom!("servers", read_servers, write_servers),
            custom!(
                "probe",
                |service, item, reader| service.probes = probe::read(item, reader),
                |service, names| probe::write_one(&service.probes, names)
            ),
            custom!(
                "probes",
                |service, item, reader| service.probes = probe::read(item, reader),
                |service, names| probe::write_several(&service.probes, names)
            ),
            custom!(
                "checks",
                |service, item, reader| reader.table(service.checks.make(), item),
                |service, names| table(write(&*service.checks, names))
            ),
            custom!(
                "hooks",
                |service, item, reader| read_hooks(&mut service.hooks, item, reader),
                |service, _| write_hooks(&service.hooks)
            ),
        ];
        KEYS
    }
}

/// Reads services; one with the address and protocol of a known one is added to.
pub(super) fn read(into: &mut Vec<Service>, item: &Item, reader: &mut Reader<'_>) {
    let mut own: Vec<(Target, Option<Protocol>, Place)> = Vec::new();
    for item in reader.list(item) {
        let Literal::Table(entries) = &item.value else {
            reader.wrong(&item, "a list of tables");
            continue;
        };
        let find = |key: &str| entries.iter().find(|entry| entry.key == key);
        let Some(address) = find("address") else {
            reader.missing("a service", "address", item.span, "address = \"10.0.0.31:80\"");
            continue;
        };
        let Some(target) = reader.plain::<Target>(&address.item) else { continue };
        let protocol = find("protocol").and_then(|entry| reader.quietly(&entry.item));
        let at = reader.place(address.item.span);
        let same = own.iter().find(|(known, other, _)| *known == target && *other == protocol);
        if let Some((_, _, first)) = same {
            reader.twice(at, *first, &format!("the service {}", show_target(&target)));
            continue;
        }
        own.push((target.clone(), protocol, at));
        let is_known = |service: &Service| {
            let known = service.protocol.map(|protocol| protocol.value);
            service.target.value == target && (protocol.is_none() || known == protocol)
        };
        let known = into.iter().position(is_known);
        let index = known.unwrap_or(into.len());
        if known.is_none() {
            let mut service = Service::new(Sourced::new(target, at));
            service.at = Some(reader.place(item.span));
            into.push(service);
        }
        if let Some(service) = into.get_mut(index) {
            reader.table(service, &item);
        }
    }
}

/// Servers by name, address or group, as texts or as tables.
fn read_servers(service: &mut Service, item: &Item, reader: &mut Reader<'_>) {
    service.servers.clear();
    for item in reader.list(item) {
        match &item.value {
            Literal::Text(text) => {
                let servers = machines(text, &item, reader);
                service.servers.extend(servers);
            }
            Literal::Table(entries) => {
                let Some(entry) = entries.iter().find(|entry| entry.key == "server") else {
                    reader.missing("a server", "server", item.span, "server = \"lw3\"");
                    continue;
                };
                let Some(text) = reader.plain::<String>(&entry.item) else { continue };
                for mut server in machines(&text, &entry.item, reader) {
                    reader.table(&mut server, &item);
                    server.at = Some(reader.place(item.span));
                    service.servers.push(server);
                }
            }
            _ => reader.wrong(&item, "a list of servers"),
        }
    }
}

/// The machines that a name, a group or an address stands for, each with the port behind it.
fn machines(text: &str, item: &Item, reader: &mut Reader<'_>) -> Vec<Server> {
    let at: Place = reader.place(item.span);
    if let Some((address, port)) = endpoint(text) {
        return vec![Server::new(address, port, Some(at))];
    }
    let (name, port) = match text.rsplit_once(':') {
        Some((name, port)) => match port.parse() {
            Ok(port) => (name, Some(port)),
            Err(_) => {
                reader.wrong(item, "a server with a port, \"lw3:80\"");
                return Vec::new();
            }
        },
        None => (text, None),
    };
    let group = reader.names.groups.iter().find(|(known, _)| known == name);
    let names = group.map_or_else(|| vec![name.to_owned()], |(_, names)| names.clone());
    let mut servers = Vec::new();
    for name in names {
        match reader.names.servers.address(&name) {
            Some(address) => servers.push(Server::new(address, port, Some(at))),
            None => {
                let names = reader.names.clone();
                let known =
                    names.servers.names().chain(names.groups.iter().map(|(name, _)| name.as_str()));
                reader.unknown_name(item.span, "real server", &name, known);
            }
        }
    }
    servers
}

fn write_servers(service: &Service, names: &Names) -> Option<Item> {
    list(service.servers.iter().map(|server| {
        let entries = write(server, names);
        // A server with nothing but its identity is a text.
        match entries.as_slice() {
            [identity] => identity.item.clone(),
            _ => Literal::Table(entries).into(),
        }
    }))
}

/// A row for a field of [`Own`](crate::model::Own), which only few servers have.
macro_rules! rare {
    ($word:literal, $field:ident) => {
        custom!(
            $word,
            |server, item, reader| Slot::fill(&mut server.own_mut().$field, item, reader),
            |server, _| server.own.as_ref().and_then(|own| Slot::show(&own.$field))
        )
    };
}

impl Keys for Server {
    const TABLE: &'static str = "a server";

    fn keys() -> &'static [Key<Self>] {
        const KEYS: &[Key<Server>] = &[
            custom!("server", |_, _, _| {}, |server, names| {
                Some(Item::from_place(Literal::Text(identity(server, names)), server.at))
            }),
            value!("weight", weight, Some((0, 65535))),
            value!("method", method),
            custom!(
                "tunnel",
                |server, item, reader| {
                    server.own_mut().tunnel = reader.plain(item).map(Box::new);
                },
                |server, _| { Some(server.own.as_ref()?.tunnel.as_deref()?.write().into()) }
            ),
            rare!("upper_threshold", upper_threshold),
            rare!("lower_threshold", lower_threshold),
            rare!("quiescent", quiescent),
            custom!(
                "checks",
                |server, item, reader| reader.table(server.own_mut().checks.make(), item),
                |server, names| table(write(&*server.own.as_ref()?.checks, names))
            ),
            custom!(
                "keepalived",
                |server, item, reader| settings::read(
                    &mut [("", &mut server.own_mut().settings)],
                    item,
                    reader
                ),
                |server, names| settings::write(&[("", &server.own.as_ref()?.settings)], names)
            ),
            custom!("probe", read_probes, |server, names| {
                probe::write_one(server.own_probes(), names)
            }),
            custom!("probes", read_probes, |server, names| {
                probe::write_several(server.own_probes(), names)
            }),
            custom!(
                "hooks",
                |server, item, reader| read_hooks(&mut server.own_mut().hooks, item, reader),
                |server, _| write_hooks(hooks(server))
            ),
        ];
        KEYS
    }
}

fn identity(server: &Server, names: &Names) -> String {
    match (names.of(server.address), server.port) {
        (Some(name), Some(port)) => format!("{name}:{port}"),
        (Some(name), None) => name.to_owned(),
        (None, port) => show_endpoint(server.address, port),
    }
}

fn hooks(server: &Server) -> &[Sourced<Hook>] {
    server.own.as_ref().map_or(&[], |own| &own.hooks)
}

fn read_probes(server: &mut Server, item: &Item, reader: &mut Reader<'_>) {
    let probes: Vec<Probe> = probe::read(item, reader);
    server.own_mut().probes = probes;
}

impl Keys for Checks {
    const TABLE: &'static str = "checks";

    fn keys() -> &'static [Key<Self>] {
        const KEYS: &[Key<Checks>] = &[
            value!("interval", interval),
            value!("connect_timeout", connect_timeout),
            value!("negotiate_timeout", negotiate_timeout),
            value!("failures", failures),
            value!("retry_delay", retry_delay),
            value!("ping_count", ping_count),
            value!("warmup", warmup),
        ];
        KEYS
    }
}
