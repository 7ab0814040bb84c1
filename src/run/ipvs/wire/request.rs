//! Values to bytes.

use std::net::IpAddr;

use neli::consts::nl::NlmF;

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
use crate::run::net::genetlink::Error;
use crate::run::net::genetlink::request::{Header, Writer, append};

/// What can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Question {
    /// Sync threads.
    Daemons,
    /// Destinations of one service.
    Destinations(ServiceKey),
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
    // Timeouts are a single object, the others are only told as dumps.
    let (command, flags) = match question {
        Question::Daemons => (Command::GetDaemon, NlmF::DUMP),
        Question::Destinations(_) => (Command::GetDest, NlmF::DUMP),
        Question::Services => (Command::GetService, NlmF::DUMP),
        Question::Timeouts => (Command::GetConfig, NlmF::ACK),
    };
    let header = Header { family, command, version: VERSION, flags, sequence };
    append(datagram, header, |request| {
        if let Question::Destinations(key) = &question {
            request.nest(Top::Service, |service| put_key(service, key));
        }
    })
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
    let command = match step {
        Step::AddDestination(..) => Command::NewDest,
        Step::AddService(..) => Command::NewService,
        Step::DeleteDestination(..) => Command::DelDest,
        Step::DeleteService(_) => Command::DelService,
        Step::EditDestination(..) => Command::SetDest,
        Step::EditService(..) => Command::SetService,
        Step::SetTimeouts(_) => Command::SetConfig,
        Step::StartDaemon(..) => Command::NewDaemon,
        Step::StopDaemon(_) => Command::DelDaemon,
    };
    let flags = if acknowledge { NlmF::ACK } else { NlmF::empty() };
    let header = Header { family, command, version: VERSION, flags, sequence };
    append(datagram, header, |request| match step {
        Step::AddDestination(service, key, destination)
        | Step::EditDestination(service, key, destination) => {
            put_destination(request, service, key, Some(destination));
        }
        Step::AddService(key, settings) | Step::EditService(key, settings) => {
            request.nest(Top::Service, |service| put_service(service, key, settings));
        }
        Step::DeleteDestination(service, key) => put_destination(request, service, key, None),
        Step::DeleteService(key) => request.nest(Top::Service, |service| put_key(service, key)),
        Step::SetTimeouts(timeouts) => put_timeouts(request, *timeouts),
        Step::StartDaemon(role, wanted) => {
            request.nest(Top::Daemon, |daemon| put_daemon(daemon, *role, wanted));
        }
        Step::StopDaemon(role) => {
            let number = state(*role);
            request.nest(Top::Daemon, |daemon| daemon.put_u32(DaemonAttribute::State, number));
        }
    })
}

/// The attributes that find a service.
fn put_key(service: &mut Writer<'_>, key: &ServiceKey) {
    use ServiceAttribute as A;
    match *key {
        ServiceKey::Endpoint { protocol, address, port } => {
            service.put_u16(A::Af, family_number(Family::of(address)));
            service.put_u16(A::Protocol, protocol_number(protocol).into());
            service.put(A::Addr, &union(address));
            service.put(A::Port, &port.to_be_bytes());
        }
        ServiceKey::Mark { family, mark } => {
            service.put_u16(A::Af, family_number(family));
            service.put_u32(A::Fwmark, mark);
        }
    }
}

fn put_service(service: &mut Writer<'_>, key: &ServiceKey, settings: &ServiceSettings) {
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
    put_key(service, key);
    service.put_text(A::SchedName, &settings.scheduler);
    if let Some(engine) = &settings.engine {
        service.put_text(A::PeName, engine);
    }
    // struct ip_vs_flags: the value, and a mask of the bits that it speaks of: all.
    let [v0, v1, v2, v3] = u32::to_ne_bytes(value);
    service.put(A::Flags, &[v0, v1, v2, v3, 0xff, 0xff, 0xff, 0xff]);
    service.put_u32(A::Timeout, settings.persistence.unwrap_or(0));
    match settings.granularity {
        Granularity::V4(mask) => service.put(A::Netmask, &mask.octets()),
        Granularity::V6(length) => service.put_u32(A::Netmask, length.into()),
    }
}

/// A destination of a service: its key alone, or everything.
fn put_destination(
    request: &mut Writer<'_>,
    service: &ServiceKey,
    key: &DestinationKey,
    destination: Option<&Destination>,
) {
    use DestAttribute as A;
    request.nest(Top::Service, |attributes| put_key(attributes, service));
    request.nest(Top::Dest, |attributes| {
        // Without its family an IPv6 destination of an IPv4 service would be read as IPv4.
        attributes.put_u16(A::AddrFamily, family_number(Family::of(key.address)));
        attributes.put(A::Addr, &union(key.address));
        attributes.put(A::Port, &key.port.to_be_bytes());
        let Some(destination) = destination else { return };
        let method = match destination.forwarding {
            Forwarding::DirectRouting => forwarding::DROUTE,
            Forwarding::Local => forwarding::LOCALNODE,
            Forwarding::Masquerading => forwarding::MASQ,
            Forwarding::Tunnelling(_) => forwarding::TUNNEL,
        };
        attributes.put_u32(A::FwdMethod, method);
        attributes.put_u32(A::Weight, destination.weight);
        attributes.put_u32(A::UThresh, destination.upper_threshold);
        attributes.put_u32(A::LThresh, destination.lower_threshold);
        if let Forwarding::Tunnelling(kind) = destination.forwarding {
            put_tunnel(attributes, kind);
        }
    });
}

/// Kernels before 5.2 know no kind of tunnel, so the plain one is not mentioned.
fn put_tunnel(destination: &mut Writer<'_>, kind: Tunnel) {
    use DestAttribute as A;
    match kind {
        Tunnel::Ipip => {}
        Tunnel::Gre(checksum) => {
            destination.put(A::TunType, &[tunnel::GRE]);
            destination.put_u16(A::TunFlags, checksum_flag(checksum));
        }
        Tunnel::Gue { port, checksum } => {
            destination.put(A::TunType, &[tunnel::GUE]);
            destination.put(A::TunPort, &port.to_be_bytes());
            destination.put_u16(A::TunFlags, checksum_flag(checksum));
        }
    }
}

fn put_daemon(attributes: &mut Writer<'_>, role: DaemonRole, daemon: &Daemon) {
    use DaemonAttribute as A;
    attributes.put_u32(A::State, state(role));
    attributes.put_text(A::McastIfn, &daemon.interface);
    attributes.put_u32(A::SyncId, daemon.sync_id.into());
    if let Some(longest) = daemon.longest {
        attributes.put_u16(A::SyncMaxlen, longest);
    }
    match daemon.group {
        None => {}
        Some(IpAddr::V4(group)) => attributes.put(A::McastGroup, &group.octets()),
        Some(IpAddr::V6(group)) => attributes.put(A::McastGroup6, &group.octets()),
    }
    // Unlike every other port of the family this one is in host order.
    if let Some(port) = daemon.port {
        attributes.put_u16(A::McastPort, port);
    }
    if let Some(ttl) = daemon.ttl {
        attributes.put(A::McastTtl, &[ttl]);
    }
}

fn put_timeouts(request: &mut Writer<'_>, timeouts: Timeouts) {
    request.put_u32(Top::TimeoutTcp, timeouts.tcp);
    request.put_u32(Top::TimeoutTcpFin, timeouts.tcp_fin);
    request.put_u32(Top::TimeoutUdp, timeouts.udp);
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
fn union(address: IpAddr) -> [u8; 16] {
    match address {
        IpAddr::V4(address) => {
            let [a, b, c, d] = address.octets();
            [a, b, c, d, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
        }
        IpAddr::V6(address) => address.octets(),
    }
}
