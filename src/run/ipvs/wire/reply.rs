//! Bytes to values: strict in what is known, blind for what is not.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::super::{
    Daemon, DaemonRole, Destination, DestinationKey, Forwarding, Granularity, ServiceFlags,
    ServiceKey, ServiceSettings, Timeouts, Tunnel, TunnelChecksum,
};
use super::names::{
    AF_INET, AF_INET6, DaemonAttribute, DestAttribute, ServiceAttribute, Top, encapsulation,
    forwarding, service_flag, sync_state, tunnel,
};
use crate::model::{Family, Protocol};
use crate::run::net::genetlink::messages::{Attribute, Attributes, Malformed};

/// A service of a dump.
///
/// # Errors
///
/// What is missing or malformed.
pub fn service(attributes: Attributes<'_>) -> Result<(ServiceKey, ServiceSettings), Malformed> {
    use ServiceAttribute as A;
    let fields = Fields::of(attributes, Top::Service.into())?;
    let family = family(fields.need(A::Af)?)?;
    let key = match fields.find(A::Fwmark).map(|mark| mark.u32()).transpose()? {
        Some(mark) if mark != 0 => ServiceKey::Mark { family, mark },
        _ => ServiceKey::Endpoint {
            protocol: protocol(fields.need(A::Protocol)?)?,
            address: address(fields.need(A::Addr)?, family)?,
            port: fields.need(A::Port)?.be16()?,
        },
    };
    // struct ip_vs_flags: value and mask.
    let flags = fields.need(A::Flags)?.array::<8>()?;
    let [f0, f1, f2, f3, ..] = flags;
    let flags = u32::from_ne_bytes([f0, f1, f2, f3]);
    let is_set = |bit| flags & bit != 0;
    let netmask = fields.need(A::Netmask)?;
    let settings = ServiceSettings {
        scheduler: fields.find(A::SchedName).map_or(Ok(""), |name| name.text())?.to_owned(),
        flags: ServiceFlags {
            one_packet: is_set(service_flag::ONE_PACKET),
            scheduler_1: is_set(service_flag::SCHEDULER_1),
            scheduler_2: is_set(service_flag::SCHEDULER_2),
            scheduler_3: is_set(service_flag::SCHEDULER_3),
        },
        persistence: is_set(service_flag::PERSISTENT)
            .then(|| fields.need(A::Timeout)?.u32())
            .transpose()?,
        granularity: match family {
            Family::V4 => Granularity::V4(Ipv4Addr::from(netmask.array::<4>()?)),
            Family::V6 => Granularity::V6(narrow(netmask, netmask.u32()?)?),
        },
        engine: fields.find(A::PeName).map(|name| name.text()).transpose()?.map(str::to_owned),
    };
    Ok((key, settings))
}

/// A destination of a dump of a service of `family`.
///
/// # Errors
///
/// What is missing or malformed.
pub fn destination(
    attributes: Attributes<'_>,
    service: Family,
) -> Result<(DestinationKey, Destination), Malformed> {
    use DestAttribute as A;
    let fields = Fields::of(attributes, Top::Dest.into())?;
    // Kernels before 3.18 do not tell: then it is the service's.
    let family = fields.find(A::AddrFamily).map_or(Ok(service), family)?;
    let key = DestinationKey {
        address: address(fields.need(A::Addr)?, family)?,
        port: fields.need(A::Port)?.be16()?,
    };
    let destination = Destination {
        forwarding: fields.forwarding()?,
        weight: fields.need(A::Weight)?.u32()?,
        upper_threshold: fields.need(A::UThresh)?.u32()?,
        lower_threshold: fields.need(A::LThresh)?.u32()?,
    };
    Ok((key, destination))
}

/// A sync thread of a dump.
///
/// # Errors
///
/// What is missing or malformed.
pub fn daemon(attributes: Attributes<'_>) -> Result<(DaemonRole, Daemon), Malformed> {
    use DaemonAttribute as A;
    let fields = Fields::of(attributes, Top::Daemon.into())?;
    let state = fields.need(A::State)?;
    let role = match state.u32()? {
        sync_state::MASTER => DaemonRole::Master,
        sync_state::BACKUP => DaemonRole::Backup,
        _ => return Err(Malformed::Value(state.kind)),
    };
    let sync_id = fields.need(A::SyncId)?;
    let group_4 = fields.find(A::McastGroup).map(|group| group.array::<4>()).transpose()?;
    let group_6 = fields.find(A::McastGroup6).map(|group| group.array::<16>()).transpose()?;
    let group = group_4.map(IpAddr::from).or(group_6.map(IpAddr::from));
    let daemon = Daemon {
        interface: fields.need(A::McastIfn)?.text()?.to_owned(),
        sync_id: narrow(sync_id, sync_id.u32()?)?,
        longest: fields.find(A::SyncMaxlen).map(|field| field.u16()).transpose()?,
        group,
        port: fields.find(A::McastPort).map(|field| field.u16()).transpose()?,
        ttl: fields.find(A::McastTtl).map(|field| field.u8()).transpose()?,
    };
    Ok((role, daemon))
}

/// The timeouts of connection entries.
///
/// # Errors
///
/// What is missing or malformed.
pub fn timeouts(attributes: Attributes<'_>) -> Result<Timeouts, Malformed> {
    let fields = Fields::read(attributes)?;
    // A kernel that was built without a protocol leaves its timeouts out.
    let seconds = |kind: Top| fields.find(kind).map_or(Ok(0), |field| field.u32());
    Ok(Timeouts {
        tcp: seconds(Top::TimeoutTcp)?,
        tcp_fin: seconds(Top::TimeoutTcpFin)?,
        udp: seconds(Top::TimeoutUdp)?,
    })
}

/// The attributes of one object by number. Numbers of all groups are small.
struct Fields<'a> {
    by_kind: [Option<Attribute<'a>>; KNOWN],
}

impl<'a> Fields<'a> {
    /// The attributes inside of the attribute `outer`.
    fn of(attributes: Attributes<'a>, outer: u16) -> Result<Self, Malformed> {
        for attribute in attributes {
            let attribute = attribute?;
            if attribute.kind == outer {
                return Self::read(attribute.nested());
            }
        }
        Err(Malformed::Missing(outer))
    }

    fn read(attributes: Attributes<'a>) -> Result<Self, Malformed> {
        let mut by_kind = [None; KNOWN];
        for attribute in attributes {
            let attribute = attribute?;
            if let Some(field) = by_kind.get_mut(usize::from(attribute.kind)) {
                *field = Some(attribute);
            }
        }
        Ok(Self { by_kind })
    }

    fn find(&self, kind: impl Into<u16>) -> Option<Attribute<'a>> {
        self.by_kind.get(usize::from(kind.into())).copied().flatten()
    }

    fn need(&self, kind: impl Into<u16>) -> Result<Attribute<'a>, Malformed> {
        let kind = kind.into();
        self.find(kind).ok_or(Malformed::Missing(kind))
    }

    fn forwarding(&self) -> Result<Forwarding, Malformed> {
        use DestAttribute as A;
        let method = self.need(A::FwdMethod)?;
        Ok(match method.u32()? & forwarding::MASK {
            forwarding::MASQ => Forwarding::Masquerading,
            forwarding::LOCALNODE => Forwarding::Local,
            forwarding::TUNNEL => Forwarding::Tunnelling(self.tunnel()?),
            forwarding::DROUTE => Forwarding::DirectRouting,
            _ => return Err(Malformed::Value(method.kind)),
        })
    }

    fn tunnel(&self) -> Result<Tunnel, Malformed> {
        use DestAttribute as A;
        let Some(kind) = self.find(A::TunType) else { return Ok(Tunnel::Ipip) };
        Ok(match kind.u8()? {
            tunnel::IPIP => Tunnel::Ipip,
            tunnel::GUE => {
                Tunnel::Gue { port: self.need(A::TunPort)?.be16()?, checksum: self.checksum()? }
            }
            tunnel::GRE => Tunnel::Gre(self.checksum()?),
            _ => return Err(Malformed::Value(kind.kind)),
        })
    }

    fn checksum(&self) -> Result<TunnelChecksum, Malformed> {
        let Some(flags) = self.find(DestAttribute::TunFlags) else {
            return Ok(TunnelChecksum::None);
        };
        Ok(match flags.u16()? {
            encapsulation::NOCSUM => TunnelChecksum::None,
            encapsulation::CSUM => TunnelChecksum::Full,
            encapsulation::REMCSUM => TunnelChecksum::Remote,
            _ => return Err(Malformed::Value(flags.kind)),
        })
    }
}

fn family(attribute: Attribute<'_>) -> Result<Family, Malformed> {
    match attribute.u16()? {
        AF_INET => Ok(Family::V4),
        AF_INET6 => Ok(Family::V6),
        _ => Err(Malformed::Value(attribute.kind)),
    }
}

fn protocol(attribute: Attribute<'_>) -> Result<Protocol, Malformed> {
    match attribute.u16()? {
        6 => Ok(Protocol::Tcp),
        17 => Ok(Protocol::Udp),
        132 => Ok(Protocol::Sctp),
        _ => Err(Malformed::Value(attribute.kind)),
    }
}

fn address(attribute: Attribute<'_>, family: Family) -> Result<IpAddr, Malformed> {
    let bytes = attribute.array::<16>()?;
    let [a, b, c, d, ..] = bytes;
    Ok(match family {
        Family::V4 => Ipv4Addr::new(a, b, c, d).into(),
        Family::V6 => Ipv6Addr::from(bytes).into(),
    })
}

fn narrow(attribute: Attribute<'_>, value: u32) -> Result<u8, Malformed> {
    u8::try_from(value).map_err(|_| Malformed::Value(attribute.kind))
}

/// One more than the largest number of any group of attributes.
const KNOWN: usize = 16;
