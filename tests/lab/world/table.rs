//! The kernel's balancing table, out of `ipvsadm --save --numeric`.

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddrV4;

/// Whether `/proc/net/ip_vs` has this server with a weight above zero. Addresses and ports are hexadecimal there.
pub(crate) fn serves(text: &str, server: SocketAddrV4) -> bool {
    let wanted = format!("{:08X}:{:04X}", server.ip().to_bits(), server.port());
    text.lines().any(|line| {
        let words: Vec<&str> = line.split_whitespace().collect();
        matches!(words.as_slice(), ["->", address, _, weight, ..] if *address == wanted && *weight != "0")
    })
}

/// Services with their destinations, in the order of their addresses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Table(pub(crate) BTreeMap<String, Service>);

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Service {
    pub(crate) scheduler: String,
    /// Persistence and flags, as ipvsadm writes them.
    pub(crate) options: String,
    pub(crate) destinations: BTreeMap<String, Destination>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Destination {
    /// `-g` direct routing, `-m` NAT, `-i` tunnel.
    pub(crate) method: String,
    pub(crate) weight: u32,
}

impl Table {
    pub(crate) fn parse(text: &str) -> Self {
        let mut table = Self::default();
        for line in text.lines() {
            let words: Vec<&str> = line.split_whitespace().collect();
            let [verb, protocol, address, rest @ ..] = words.as_slice() else { continue };
            let service = table.0.entry(format!("{protocol} {address}")).or_default();
            match (*verb, rest) {
                ("-A", ["-s", scheduler, options @ ..]) => {
                    service.scheduler = (*scheduler).to_owned();
                    service.options = options.join(" ");
                }
                ("-a", ["-r", server, method, "-w", weight, ..]) => {
                    let weight = weight.parse().expect("ipvsadm writes numbers");
                    let destination = Destination { method: (*method).to_owned(), weight };
                    service.destinations.insert((*server).to_owned(), destination);
                }
                _ => panic!("ipvsadm wrote what is not known here: {line}"),
            }
        }
        table
    }

    /// The weight of a server in the only service, if it is there.
    pub(crate) fn weight(&self, server: &str) -> Option<u32> {
        self.0
            .values()
            .find_map(|service| service.destinations.get(server))
            .map(|found| found.weight)
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, (address, service)) in self.0.iter().enumerate() {
            let separator = if number == 0 { "" } else { "; " };
            write!(f, "{separator}{address} {}", service.scheduler)?;
            if !service.options.is_empty() {
                write!(f, " {}", service.options)?;
            }
            for (server, destination) in &service.destinations {
                write!(f, " [{server} {} {}]", destination.method, destination.weight)?;
            }
        }
        if self.0.is_empty() { f.write_str("(empty)") } else { Ok(()) }
    }
}
