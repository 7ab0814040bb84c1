//! What templates are filled with.

use std::collections::BTreeSet;
use std::net::IpAddr;

use serde::Serialize;

use super::heartbeat::{self, Configuration, HeartbeatFiles};
use super::{Effect, File, Role};
use crate::emit::keepalived::Manner;
use crate::emit::{Target, keepalived, scripts};
use crate::model::{Cluster, Family, Forwarding, Server, TunnelKind};
use crate::site::destinations::{destinations, fallback_method, method};
use crate::site::document::Item;
use crate::site::{Site, Stack, for_node, keys, write};
use crate::source::text;

/// Everything that a template may say about one machine.
#[derive(Debug, Serialize)]
pub(super) struct Context {
    /// The machine.
    node: Node,
    /// The cluster's name.
    cluster: String,
    /// All directors.
    directors: Vec<Node>,
    /// All real servers.
    real_servers: Vec<Node>,
    /// The inventory's own keys, as this machine sees them; secrets are left out.
    inventory: std::collections::BTreeMap<String, Item>,
    /// Addresses that a real server accepts packets for.
    pub(super) vips: Vec<Vip>,
    /// UDP ports where packets of GUE come, each behind the number of its family: `4:6080`.
    gue_ports: Vec<String>,
    /// Of which families a director passes packets on in both directions.
    pub(super) forwards: Forwards,
    /// keepalived's command line options.
    pub(super) options: String,
    /// The body of keepalived.conf.
    pub(super) keepalived: String,
    /// The bodies of ha.cf, haresources, authkeys.
    pub(super) heartbeat: HeartbeatFiles,
    /// The body of the configuration of ldirectord that is written.
    pub(super) ldirectord: String,
    /// All of them; none when there is no service.
    #[serde(skip)]
    pub(super) configurations: Vec<Configuration>,
    /// Scripts that the configuration calls.
    #[serde(skip)]
    pub(super) scripts: Vec<File>,
}

/// A machine in a template.
#[derive(Debug, Default, Serialize)]
struct Node {
    name: String,
    address: String,
    interface: String,
}

/// What a director does for real servers behind address translation. A kernel without IPv6 refuses to be told
/// about it, and with it a host becomes a router that takes no advertisements any more.
#[derive(Debug, Default, Serialize)]
pub(super) struct Forwards {
    pub(super) ipv4: bool,
    pub(super) ipv6: bool,
}

/// A virtual address on a real server.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(super) struct Vip {
    /// The address with the prefix of a single host.
    address: String,
    /// `lo` with direct routing, the tunnel's device otherwise.
    device: &'static str,
}

impl Context {
    pub(super) fn new(site: &Site, name: &str, role: Role) -> Self {
        let director = |director: &super::super::Director| Node {
            name: director.name.value.clone(),
            address: director.address.map(|a| a.value.to_string()).unwrap_or_default(),
            interface: director.interface.clone().map(|i| i.value).unwrap_or_default(),
        };
        let server = |server: &super::super::RealServer| Node {
            name: server.name.value.clone(),
            address: server.address.map(|a| a.value.to_string()).unwrap_or_default(),
            interface: server.interface.clone().map(|i| i.value).unwrap_or_default(),
        };
        let directors: Vec<Node> = site.directors.iter().map(director).collect();
        let real_servers: Vec<Node> = site.real_servers.iter().map(server).collect();
        let own = if role == Role::Director { &directors } else { &real_servers };
        let node = own.iter().find(|node| node.name == name);
        let node = node.map_or_else(Node::default, |node| Node {
            name: node.name.clone(),
            address: node.address.clone(),
            interface: node.interface.clone(),
        });
        let view = for_node(site, name).unwrap_or_else(|| site.cluster.clone());
        let entries = keys::write(&view, &write::names(site));
        let mut context = Self {
            node,
            cluster: site.cluster.name.clone().map(|name| name.value).unwrap_or_default(),
            directors,
            real_servers,
            inventory: entries.into_iter().map(|entry| (entry.key, entry.item)).collect(),
            vips: Vec::new(),
            gue_ports: Vec::new(),
            forwards: Forwards::default(),
            options: String::new(),
            keepalived: String::new(),
            heartbeat: HeartbeatFiles::default(),
            ldirectord: String::new(),
            configurations: Vec::new(),
            scripts: Vec::new(),
        };
        match role {
            Role::Director => context.director(site, name, &view),
            Role::RealServer => context.real_server(site, name),
        }
        context
    }

    fn director(&mut self, site: &Site, name: &str, view: &Cluster) {
        // Packets of direct routing go out as they came; those of the others are the kernel's.
        let translated = view.services.iter().flat_map(|service| {
            let is_translated =
                |server: &&Server| method(server, service) == Forwarding::Masquerading;
            let servers = service.servers.iter().filter(is_translated).map(|server| server.address);
            let fallback = service.fallback.iter().map(|fallback| &fallback.value);
            // On the director itself nothing is passed on.
            let fallback = fallback.filter(move |fallback| {
                let is_translated = fallback_method(fallback, service) == Forwarding::Masquerading;
                is_translated && !fallback.address.is_loopback()
            });
            servers.chain(fallback.map(|fallback| fallback.address))
        });
        for address in translated {
            match address {
                IpAddr::V4(_) => self.forwards.ipv4 = true,
                IpAddr::V6(_) => self.forwards.ipv6 = true,
            }
        }
        if site.stack() == Stack::Heartbeat {
            (self.heartbeat, self.configurations) = heartbeat::files(site, name, view);
            return;
        }
        let target =
            site.keepalived_version.map_or(Target::DEFAULT, |v| Target { version: v.value });
        let mut body = Vec::new();
        let view = keepalived::View { cluster: view, node: name, target, manner: Manner::Complete };
        // Writing to memory cannot fail.
        let _ = keepalived::write(&view, &[], &mut body);
        self.keepalived = text::decode_owned(body).trim_start().to_owned();
        self.options = site.extras.command_line.options().join(" ");
        let scripts = scripts::files(&site.extras).unwrap_or_default();
        let scripts = scripts.into_iter().filter(|file| file.mode & 0o111 != 0);
        self.scripts = scripts
            .map(|file| File {
                path: format!("{}/{}", crate::emit::translate::SCRIPT_DIRECTORY, file.name),
                mode: file.mode,
                text: file.text,
                secret: false,
                effect: Effect::None,
                check: None,
            })
            .collect();
    }

    /// The addresses of all services that send this machine packets with their own destination, and what
    /// takes these out of their tunnels.
    fn real_server(&mut self, site: &Site, name: &str) {
        let server = site.real_servers.iter().find(|server| server.name.value == name);
        let Some(own) = server.and_then(|server| server.address) else { return };
        let (mut vips, mut ports) = (BTreeSet::new(), BTreeSet::new());
        let family = if own.value.is_ipv4() { 4 } else { 6 };
        let views = std::iter::once(&site.cluster).chain(site.views.values());
        for cluster in views {
            for service in &cluster.services {
                let servers = service.servers.iter().filter(|server| server.address == own.value);
                let servers =
                    servers.map(|server| (method(server, service), service.tunnel_to(server)));
                // A server of last resort gets the same packets.
                let fallback = service.fallback.iter().map(|fallback| &fallback.value);
                let fallback = fallback.filter(|fallback| fallback.address == own.value);
                let fallback = fallback.map(|fallback| {
                    (fallback_method(fallback, service), service.tunnel_to_fallback(fallback))
                });
                for (method, tunnel) in servers.chain(fallback) {
                    let kind = tunnel.and_then(|tunnel| tunnel.kind);
                    let device = match (method, kind, own.value) {
                        (Forwarding::DirectRouting, ..) => "lo",
                        (Forwarding::Tunnelling, Some(TunnelKind::Gre), IpAddr::V4(_)) => "gre0",
                        (Forwarding::Tunnelling, Some(TunnelKind::Gre), IpAddr::V6(_)) => "ip6gre0",
                        (Forwarding::Tunnelling, _, IpAddr::V4(_)) => "tunl0",
                        (Forwarding::Tunnelling, _, IpAddr::V6(_)) => "ip6tnl0",
                        (Forwarding::Masquerading, ..) => continue,
                    };
                    let port = tunnel.and_then(|tunnel| tunnel.port);
                    if let (Some(TunnelKind::Gue), Some(port)) = (kind, port) {
                        ports.insert(format!("{family}:{port}"));
                    }
                    for address in destinations(service, own.value, cluster) {
                        let prefix = Family::of(address).bits();
                        vips.insert(Vip { address: format!("{address}/{prefix}"), device });
                    }
                }
            }
        }
        self.vips = vips.into_iter().collect();
        self.gue_ports = ports.into_iter().collect();
    }
}
