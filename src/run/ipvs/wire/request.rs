//! Values to bytes.

use std::net::IpAddr;

use neli::consts::genl::NlAttrType;
use neli::consts::nl::NlmF;
use neli::genl::Nlattr;
use neli::types::Buffer;

use super::super::table::protocol_number;
use super::super::{
    Daemon, DaemonRole, Destination, DestinationKey, Forwarding, Granularity, ServiceKey,
    ServiceSettings, Step, Timeouts, Tunnel, TunnelChecksum,
};
use super::names::{
    AF_INET, AF_INET6, Command, DaemonAttribute, DestAttribute, ServiceAttribute, Top, VERSION,
    encapsulation, forwarding, service_flag, sync_state, tunnel,
};
use crate::model::Family;
use crate::run::net::genetlink::{Error, Header, append, attribute, nested};

/// What can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Question {
    /// Sync threads.
    Daemons,
    /// Destinations of one service.
    Destinations(ServiceKey),
    /// Version and size of the connection table.
    Info,
    /// All services.
    Services,
    /// Timeouts of connection entries.
    Timeouts,
}

/// Appends a read request to `datagram`.
///
/// # Errors
///
/// None in practice: a key always fits.
pub fn encode_question(
    datagram: &mut Vec<u8>,
    family: u16,
    sequence: u32,
    question: Question,
) -> Result<(), Error> {
    // Info and timeouts are single objects, the others are only told as dumps.
    let (command, flags) = match question {
        Question::Daemons => (Command::GetDaemon, NlmF::DUMP),
        Question::Destinations(_) => (Command::GetDest, NlmF::DUMP),
        Question::Info => (Command::GetInfo, NlmF::ACK),
        Question::Services => (Command::GetService, NlmF::DUMP),
        Question::Timeouts => (Command::GetConfig, NlmF::ACK),
    };
    let attributes = match question {
        Question::Destinations(key) => vec![nested(Top::Service, &service_key(&key)?)?],
        _ => Vec::new(),
    };
    append(datagram, Header { family, command, version: VERSION, flags, sequence }, attributes)
}

/// Appends a write request to `datagram`; the kernel acknowledges it when `acknowledge` is set, and
/// reports an error in any case.
///
/// # Errors
///
/// A name that fits no attribute.
pub fn encode_step(
    datagram: &mut Vec<u8>,
    family: u16,
    sequence: u32,
    acknowledge: bool,
    step: &Step,
) -> Result<(), Error> {
    let (command, attributes) = match step {
        Step::AddDestination(service, key, destination) => {
            (Command::NewDest, destination_request(service, key, Some(destination))?)
        }
        Step::AddService(key, settings) => (Command::NewService, service_request(key, settings)?),
        Step::DeleteDestination(service, key) => {
            (Command::DelDest, destination_request(service, key, None)?)
        }
        Step::DeleteService(key) => {
            (Command::DelService, vec![nested(Top::Service, &service_key(key)?)?])
        }
        Step::EditDestination(service, key, destination) => {
            (Command::SetDest, destination_request(service, key, Some(destination))?)
        }
        Step::EditService(key, settings) => (Command::SetService, service_request(key, settings)?),
        Step::SetTimeouts(timeouts) => (Command::SetConfig, timeouts_request(*timeouts)?),
        Step::StartDaemon(role, daemon) => {
            (Command::NewDaemon, vec![nested(Top::Daemon, &daemon_attributes(*role, daemon)?)?])
        }
        Step::StopDaemon(role) => {
            let state = attribute(DaemonAttribute::State, state(*role))?;
            (Command::DelDaemon, vec![nested(Top::Daemon, &[state])?])
        }
    };
    let flags = if acknowledge { NlmF::ACK } else { NlmF::empty() };
    append(datagram, Header { family, command, version: VERSION, flags, sequence }, attributes)
}

type Attributes<K> = Vec<Nlattr<K, Buffer>>;

/// The attributes that find a service.
fn service_key(key: &ServiceKey) -> Result<Attributes<ServiceAttribute>, Error> {
    use ServiceAttribute as A;
    Ok(match *key {
        ServiceKey::Endpoint { protocol, address, port } => vec![
            attribute(A::Af, family_number(Family::of(address)))?,
            attribute(A::Protocol, u16::from(protocol_number(protocol)))?,
            attribute(A::Addr, union(address))?,
            attribute(A::Port, port.to_be())?,
        ],
        ServiceKey::Mark { family, mark } => {
            vec![attribute(A::Af, family_number(family))?, attribute(A::Fwmark, mark)?]
        }
    })
}

fn service_request(key: &ServiceKey, settings: &ServiceSettings) -> Result<Attributes<Top>, Error> {
    use ServiceAttribute as A;
    let flags = settings.flags;
    let bits = [
        (settings.persistence.is_some(), service_flag::PERSISTENT),
        (flags.one_packet, service_flag::ONE_PACKET),
        (flags.scheduler_1, service_flag::SCHEDULER_1),
        (flags.scheduler_2, service_flag::SCHEDULER_2),
        (flags.scheduler_3, service_flag::SCHEDULER_3),
    ];
    let value = bits.iter().filter(|(set, _)| *set).fold(0, |all, (_, bit)| all | bit);
    let mut attributes = service_key(key)?;
    attributes.push(attribute(A::SchedName, settings.scheduler.as_str())?);
    if let Some(engine) = &settings.engine {
        attributes.push(attribute(A::PeName, engine.as_str())?);
    }
    // struct ip_vs_flags: the value, and a mask of the bits that it speaks of: all.
    let both = [value.to_ne_bytes(), u32::MAX.to_ne_bytes()].concat();
    attributes.push(attribute(A::Flags, Buffer::from(both))?);
    attributes.push(attribute(A::Timeout, settings.persistence.unwrap_or(0))?);
    attributes.push(match settings.granularity {
        Granularity::V4(mask) => attribute(A::Netmask, u32::from(mask).to_be())?,
        Granularity::V6(length) => attribute(A::Netmask, u32::from(length))?,
    });
    Ok(vec![nested(Top::Service, &attributes)?])
}

/// A destination of a service: its key alone, or everything.
fn destination_request(
    service: &ServiceKey,
    key: &DestinationKey,
    destination: Option<&Destination>,
) -> Result<Attributes<Top>, Error> {
    use DestAttribute as A;
    let mut attributes = vec![
        // Without its family an IPv6 destination of an IPv4 service would be read as IPv4.
        attribute(A::AddrFamily, family_number(Family::of(key.address)))?,
        attribute(A::Addr, union(key.address))?,
        attribute(A::Port, key.port.to_be())?,
    ];
    if let Some(destination) = destination {
        let method = match destination.forwarding {
            Forwarding::DirectRouting => forwarding::DROUTE,
            Forwarding::Local => forwarding::LOCALNODE,
            Forwarding::Masquerading => forwarding::MASQ,
            Forwarding::Tunnelling(_) => forwarding::TUNNEL,
        };
        attributes.push(attribute(A::FwdMethod, method)?);
        attributes.push(attribute(A::Weight, destination.weight)?);
        attributes.push(attribute(A::UThresh, destination.upper_threshold)?);
        attributes.push(attribute(A::LThresh, destination.lower_threshold)?);
        if let Forwarding::Tunnelling(kind) = destination.forwarding {
            attributes.extend(tunnel_attributes(kind)?);
        }
    }
    Ok(vec![nested(Top::Service, &service_key(service)?)?, nested(Top::Dest, &attributes)?])
}

/// Kernels before 5.2 know no kind of tunnel, so the plain one is not mentioned.
fn tunnel_attributes(kind: Tunnel) -> Result<Attributes<DestAttribute>, Error> {
    use DestAttribute as A;
    Ok(match kind {
        Tunnel::Ipip => Vec::new(),
        Tunnel::Gre(checksum) => vec![
            attribute(A::TunType, tunnel::GRE)?,
            attribute(A::TunFlags, checksum_flag(checksum))?,
        ],
        Tunnel::Gue { port, checksum } => vec![
            attribute(A::TunType, tunnel::GUE)?,
            attribute(A::TunPort, port.to_be())?,
            attribute(A::TunFlags, checksum_flag(checksum))?,
        ],
    })
}

fn daemon_attributes(
    role: DaemonRole,
    daemon: &Daemon,
) -> Result<Attributes<DaemonAttribute>, Error> {
    use DaemonAttribute as A;
    let mut attributes = vec![
        attribute(A::State, state(role))?,
        attribute(A::McastIfn, daemon.interface.as_str())?,
        attribute(A::SyncId, u32::from(daemon.sync_id))?,
    ];
    push(&mut attributes, A::SyncMaxlen, daemon.longest)?;
    match daemon.group {
        None => {}
        Some(IpAddr::V4(group)) => {
            attributes.push(attribute(A::McastGroup, u32::from(group).to_be())?)
        }
        Some(IpAddr::V6(group)) => {
            attributes.push(attribute(A::McastGroup6, Buffer::from(group.octets().to_vec()))?);
        }
    }
    // Unlike every other port of the family this one is in host order.
    push(&mut attributes, A::McastPort, daemon.port)?;
    push(&mut attributes, A::McastTtl, daemon.ttl)?;
    Ok(attributes)
}

fn timeouts_request(timeouts: Timeouts) -> Result<Attributes<Top>, Error> {
    Ok(vec![
        attribute(Top::TimeoutTcp, timeouts.tcp)?,
        attribute(Top::TimeoutTcpFin, timeouts.tcp_fin)?,
        attribute(Top::TimeoutUdp, timeouts.udp)?,
    ])
}

fn push<K, P>(attributes: &mut Attributes<K>, kind: K, value: Option<P>) -> Result<(), Error>
where
    K: NlAttrType + neli::Size,
    P: neli::Size + neli::ToBytes,
{
    if let Some(value) = value {
        attributes.push(attribute(kind, value)?);
    }
    Ok(())
}

fn state(role: DaemonRole) -> u32 {
    match role {
        DaemonRole::Backup => sync_state::BACKUP,
        DaemonRole::Master => sync_state::MASTER,
    }
}

fn checksum_flag(checksum: TunnelChecksum) -> u16 {
    match checksum {
        TunnelChecksum::None => encapsulation::NOCSUM,
        TunnelChecksum::Full => encapsulation::CSUM,
        TunnelChecksum::Remote => encapsulation::REMCSUM,
    }
}

fn family_number(family: Family) -> u16 {
    match family {
        Family::V4 => AF_INET,
        Family::V6 => AF_INET6,
    }
}

/// `union nf_inet_addr`: 16 bytes, an IPv4 address in the first four.
fn union(address: IpAddr) -> Buffer {
    let mut bytes = match address {
        IpAddr::V4(address) => address.octets().to_vec(),
        IpAddr::V6(address) => address.octets().to_vec(),
    };
    bytes.resize(16, 0);
    Buffer::from(bytes)
}
