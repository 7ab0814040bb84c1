//! The lab's machines and addresses: those of inventories/lab.toml, which `agrees` holds them to.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};

/// A machine on the cluster's one link, known by the last part of its addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Host {
    pub(crate) name: &'static str,
    last: u8,
}

pub(crate) const LW1: Host = Host { name: "LW1", last: 27 };
pub(crate) const LW2: Host = Host { name: "LW2", last: 28 };
pub(crate) const LW3: Host = Host { name: "LW3", last: 29 };
pub(crate) const LW4: Host = Host { name: "LW4", last: 30 };
/// The client is a network namespace without a system of its own.
pub(crate) const CLIENT: Host = Host { name: "client", last: 100 };
/// The bridge itself.
pub(crate) const GATEWAY: Host = Host { name: "gateway", last: 1 };

pub(crate) const DIRECTORS: [Host; 2] = [LW1, LW2];
pub(crate) const REAL_SERVERS: [Host; 2] = [LW3, LW4];
/// The machines that boot a system.
pub(crate) const NODES: [Host; 4] = [LW1, LW2, LW3, LW4];

pub(crate) const VIP: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 31);
pub(crate) const VIP6: Ipv6Addr = Ipv6Addr::new(0xfd00, 0x10, 0, 0, 0, 0, 0, 0x31);
pub(crate) const PORT: u16 = 80;
/// The interface of every machine.
pub(crate) const INTERFACE: &str = "eth1";

impl Host {
    pub(crate) const fn address(self) -> Ipv4Addr {
        Ipv4Addr::new(10, 0, 0, self.last)
    }

    /// `fd00:10::27` for `10.0.0.27`: the same digits, so that people recognise them.
    pub(crate) const fn address6(self) -> Ipv6Addr {
        let last = self.last as u16;
        let digits = last / 100 * 0x100 + last / 10 % 10 * 0x10 + last % 10;
        Ipv6Addr::new(0xfd00, 0x10, 0, 0, 0, 0, 0, digits)
    }

    /// Locally administered, so that an answer's sender is known by its address.
    pub(crate) const fn mac(self) -> [u8; 6] {
        [2, 0, 10, 0, 0, self.last]
    }

    pub(crate) fn by_mac(mac: [u8; 6]) -> Option<Self> {
        NODES.into_iter().chain([CLIENT]).find(|host| host.mac() == mac)
    }

    /// What `uname -n` says there. heartbeat wants lower case.
    pub(crate) fn hostname(self) -> String {
        self.name.to_lowercase()
    }

    /// The host's end of its cable, a port of the bridge.
    pub(crate) fn port(self) -> String {
        format!("v{}", self.name)
    }
}

/// Whether inventories/lab.toml describes these machines; otherwise what it says differently.
pub(crate) fn agrees(inventory: &str) -> Result<(), String> {
    let inventory: toml::Table = toml::from_str(inventory).map_err(|error| error.to_string())?;
    let address = |kind: &str, host: Host| {
        let machine = inventory.get(kind)?.get(host.hostname())?;
        machine.get("address")?.as_str().map(str::to_owned)
    };
    let directors = DIRECTORS.map(|host| ("directors", host));
    let real_servers = REAL_SERVERS.map(|host| ("real_servers", host));
    for (kind, host) in directors.into_iter().chain(real_servers) {
        let found = address(kind, host);
        if found.as_deref() != Some(host.address().to_string().as_str()) {
            return Err(format!("{kind}.{} is {found:?}, not {}", host.hostname(), host.address()));
        }
    }
    let service = format!("{VIP}:{PORT}");
    let services = inventory.get("services").and_then(toml::Value::as_array);
    let known =
        |found: &toml::Value| found.get("address").and_then(toml::Value::as_str) == Some(&service);
    match services.is_some_and(|services| services.iter().any(known)) {
        true => Ok(()),
        false => Err(format!("no service has the address {service}")),
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}
