//! The lab's machines and addresses, out of inventories/lab.toml as lvsha itself reads it.
//!
//! Scenarios know machines by name ([`LW1`]); which there are and what their addresses are says the inventory. It has
//! neither the client, nor the gateway, nor IPv6: those follow from it by rules that stand here.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::path::{Path, PathBuf};
use std::sync::{LazyLock, OnceLock};

use lvsha::model::Target;
use lvsha::site::{self, Secrets, Site};
use lvsha::source::{Severity, Sources, report};

/// A machine on the cluster's one link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Host {
    /// In capitals, as people speak of it.
    pub(crate) name: &'static str,
}

pub(crate) const LW1: Host = Host { name: "LW1" };
pub(crate) const LW2: Host = Host { name: "LW2" };
pub(crate) const LW3: Host = Host { name: "LW3" };
pub(crate) const LW4: Host = Host { name: "LW4" };
/// The client is a network namespace without a system of its own.
pub(crate) const CLIENT: Host = Host { name: "client" };
/// The bridge itself.
pub(crate) const GATEWAY: Host = Host { name: "gateway" };

pub(crate) static DIRECTORS: LazyLock<[Host; 2]> = LazyLock::new(|| {
    let directors: Vec<Host> = cluster().directors.iter().map(|member| member.host).collect();
    directors.try_into().expect("`Cluster::of` takes a pair only")
});
pub(crate) static REAL_SERVERS: LazyLock<Vec<Host>> =
    LazyLock::new(|| cluster().real_servers.iter().map(|member| member.host).collect());
/// The machines that boot a system.
pub(crate) static NODES: LazyLock<Vec<Host>> =
    LazyLock::new(|| DIRECTORS.iter().chain(REAL_SERVERS.iter()).copied().collect());

pub(crate) const VIP: Virtual<Ipv4Addr> = Virtual(|| cluster().address);
pub(crate) const VIP6: Virtual<Ipv6Addr> = Virtual(|| twin(cluster().address));

/// Host parts of the addresses that no inventory has.
const LAST_OF_CLIENT: u8 = 100;
const LAST_OF_GATEWAY: u8 = 1;
/// The machines that scenarios name.
const NAMED: [Host; 4] = [LW1, LW2, LW3, LW4];

/// The port of the cluster's service.
pub(crate) fn port() -> u16 {
    cluster().port
}

/// The interface of every machine.
pub(crate) fn interface() -> &'static str {
    &cluster().interface
}

/// An address that the directors share.
#[derive(Clone, Copy)]
pub(crate) struct Virtual<A>(fn() -> A);

/// What the lab takes from an inventory.
#[derive(Debug)]
pub(crate) struct Cluster {
    directors: Vec<Member>,
    real_servers: Vec<Member>,
    interface: String,
    address: Ipv4Addr,
    port: u16,
}

/// A machine of the inventory.
#[derive(Debug)]
struct Member {
    host: Host,
    address: Ipv4Addr,
}

/// The inventory of this run; another one can be chosen before the first look.
static CLUSTER: OnceLock<Cluster> = OnceLock::new();

/// The project's inventory.
pub(crate) fn path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("inventories/lab.toml")
}

/// Takes machines and addresses from this file, for the rest of the process.
pub(crate) fn take(path: &Path) -> Result<(), String> {
    let cluster = Cluster::read(path)?;
    CLUSTER.set(cluster).map_err(|_| "an inventory was chosen before".to_owned())
}

fn cluster() -> &'static Cluster {
    CLUSTER.get_or_init(|| Cluster::read(&path()).unwrap_or_else(|problem| panic!("{problem}")))
}

impl Cluster {
    /// Reads an inventory with lvsha's own reader. What it cannot be, or cannot be a lab for, is said in a sentence.
    pub(crate) fn read(path: &Path) -> Result<Self, String> {
        let mut sources = Sources::new();
        let (site, findings) =
            site::load(&mut sources, path, Secrets::Leave).map_err(|error| error.to_string())?;
        let mut mistakes = findings.sorted();
        mistakes.retain(|finding| finding.severity == Severity::Error);
        if !mistakes.is_empty() {
            return Err(report::short(&sources, &mistakes).trim_end().to_owned());
        }
        Self::of(&site).map_err(|problem| format!("{}: {problem}", path.display()))
    }

    fn of(site: &Site) -> Result<Self, String> {
        let directors = site.directors.iter().map(|director| {
            Member::new(&director.name.value, director.address.as_ref().map(|found| found.value))
        });
        let real_servers = site.real_servers.iter().map(|server| {
            Member::new(&server.name.value, server.address.as_ref().map(|found| found.value))
        });
        let directors = directors.collect::<Result<Vec<_>, _>>()?;
        let real_servers = real_servers.collect::<Result<Vec<_>, _>>()?;
        if directors.len() != 2 {
            return Err(format!("{} directors; the lab's scenarios need a pair", directors.len()));
        }
        for host in NAMED {
            if !directors.iter().chain(&real_servers).any(|member| member.host == host) {
                return Err(format!("no machine {}, which scenarios name", host.hostname()));
            }
        }
        let interfaces = site.directors.iter().map(|director| director.interface.as_ref());
        let mut interfaces = interfaces.map(|found| found.map(|found| found.value.clone()));
        let interface = interfaces.next().flatten();
        let interface = interface
            .filter(|first| interfaces.all(|other| other.as_ref() == Some(first)))
            .ok_or("the directors name no interface, or different ones; the lab has one link")?;
        let mut endpoints =
            site.cluster.services.iter().filter_map(|service| match service.target.value {
                Target::Endpoint { address: IpAddr::V4(address), port } => Some((address, port)),
                _ => None,
            });
        let (address, port) = endpoints.next().ok_or("no service has an IPv4 address")?;
        Ok(Self { directors, real_servers, interface, address, port })
    }
}

impl Member {
    fn new(name: &str, address: Option<IpAddr>) -> Result<Self, String> {
        match address {
            Some(IpAddr::V4(address)) => {
                // An inventory is read once in a process, and its names are needed to its end.
                Ok(Self { host: Host { name: name.to_uppercase().leak() }, address })
            }
            _ => Err(format!("{name} has no IPv4 address")),
        }
    }
}

impl Host {
    pub(crate) fn address(self) -> Ipv4Addr {
        let last = match self {
            CLIENT => LAST_OF_CLIENT,
            GATEWAY => LAST_OF_GATEWAY,
            _ => {
                let mut members = cluster().directors.iter().chain(&cluster().real_servers);
                let found = members.find(|member| member.host == self);
                return found.expect("`Cluster::of` has all names of scenarios").address;
            }
        };
        let [a, b, c, _] = cluster().address.octets();
        Ipv4Addr::new(a, b, c, last)
    }

    pub(crate) fn address6(self) -> Ipv6Addr {
        twin(self.address())
    }

    /// Locally administered, so that an answer's sender is known by its address.
    pub(crate) fn mac(self) -> [u8; 6] {
        let [a, b, c, last] = self.address().octets();
        [2, 0, a, b, c, last]
    }

    /// As programs take it: `02:00:0a:00:00:1b`.
    pub(crate) fn mac_in_words(self) -> String {
        self.mac().map(|byte| format!("{byte:02x}")).join(":")
    }

    pub(crate) fn by_mac(mac: [u8; 6]) -> Option<Self> {
        NODES.iter().copied().chain([CLIENT]).find(|host| host.mac() == mac)
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

/// `fd00:10::27` for `10.0.0.27`: the same digits, so that people recognise them.
fn twin(address: Ipv4Addr) -> Ipv6Addr {
    let [.., last] = address.octets();
    let last = u16::from(last);
    let digits = last / 100 * 0x100 + last / 10 % 10 * 0x10 + last % 10;
    Ipv6Addr::new(0xfd00, 0x10, 0, 0, 0, 0, 0, digits)
}

impl<A> Virtual<A> {
    pub(crate) fn address(&self) -> A {
        (self.0)()
    }
}

impl<A: fmt::Display> fmt::Display for Virtual<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.address().fmt(f)
    }
}

impl<A: Into<IpAddr>> From<Virtual<A>> for IpAddr {
    fn from(address: Virtual<A>) -> Self {
        address.address().into()
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}
