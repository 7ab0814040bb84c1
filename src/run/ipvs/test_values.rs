//! Tables for property tests: few distinct keys, so that two tables overlap.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use proptest::collection::btree_map;
use proptest::option;
use proptest::prelude::*;

use super::{
    Daemon, DaemonRole, Destination, DestinationKey, Forwarding, Granularity, Service,
    ServiceFlags, ServiceKey, ServiceSettings, Table, Timeouts, Tunnel, TunnelChecksum,
};
use crate::model::{Family, Protocol};

pub(in crate::run) fn address() -> impl Strategy<Value = IpAddr> {
    prop_oneof![
        (0_u8..4).prop_map(|host| Ipv4Addr::new(10, 0, 0, host).into()),
        (0_u16..4).prop_map(|host| Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, host).into()),
    ]
}

pub(in crate::run) fn service_key() -> impl Strategy<Value = ServiceKey> {
    let protocol = prop_oneof![Just(Protocol::Tcp), Just(Protocol::Udp), Just(Protocol::Sctp)];
    let family = prop_oneof![Just(Family::V4), Just(Family::V6)];
    prop_oneof![
        (protocol, address(), prop_oneof![Just(0_u16), Just(80)])
            .prop_map(|(protocol, address, port)| ServiceKey::Endpoint { protocol, address, port }),
        (family, 1_u32..4).prop_map(|(family, mark)| ServiceKey::Mark { family, mark }),
    ]
}

pub(in crate::run) fn settings() -> impl Strategy<Value = ServiceSettings> {
    settings_for(Family::V4)
}

pub(in crate::run) fn settings_for(family: Family) -> impl Strategy<Value = ServiceSettings> {
    let flags =
        any::<[bool; 4]>().prop_map(|[one_packet, scheduler_1, scheduler_2, scheduler_3]| {
            ServiceFlags { one_packet, scheduler_1, scheduler_2, scheduler_3 }
        });
    let granularity = match family {
        Family::V4 => any::<u32>().prop_map(|mask| Granularity::V4(Ipv4Addr::from(mask))).boxed(),
        Family::V6 => (1_u8..=128).prop_map(Granularity::V6).boxed(),
    };
    ("(rr|wlc|mh)", flags, option::of(any::<u32>()), granularity, option::of("sip")).prop_map(
        |(scheduler, flags, persistence, granularity, engine)| ServiceSettings {
            scheduler,
            flags,
            persistence,
            granularity,
            engine,
        },
    )
}

pub(in crate::run) fn key() -> impl Strategy<Value = DestinationKey> {
    (address(), prop_oneof![Just(0_u16), Just(8080)])
        .prop_map(|(address, port)| DestinationKey { address, port })
}

/// A server that is reached by direct routing.
pub(in crate::run) fn destination(weight: u32) -> Destination {
    Destination {
        forwarding: Forwarding::DirectRouting,
        weight,
        upper_threshold: 0,
        lower_threshold: 0,
    }
}

pub(in crate::run) fn destination_value() -> impl Strategy<Value = Destination> {
    let checksum = || {
        prop_oneof![
            Just(TunnelChecksum::None),
            Just(TunnelChecksum::Full),
            Just(TunnelChecksum::Remote)
        ]
    };
    let tunnel = prop_oneof![
        Just(Tunnel::Ipip),
        checksum().prop_map(Tunnel::Gre),
        (1_u16.., checksum()).prop_map(|(port, checksum)| Tunnel::Gue { port, checksum }),
    ];
    let forwarding = prop_oneof![
        Just(Forwarding::DirectRouting),
        Just(Forwarding::Local),
        Just(Forwarding::Masquerading),
        tunnel.prop_map(Forwarding::Tunnelling),
    ];
    (forwarding, 0_u32..3, 0_u32..2, 0_u32..2).prop_map(
        |(forwarding, weight, upper_threshold, lower_threshold)| Destination {
            forwarding,
            weight,
            upper_threshold,
            lower_threshold,
        },
    )
}

/// A daemon as the kernel tells it: nothing is left open, and all within what it takes for either role.
pub(in crate::run) fn daemon_value() -> impl Strategy<Value = Daemon> {
    ("eth[01]", any::<u8>(), 1024..65_488_u16, address(), 1_u16.., 1_u8..).prop_map(
        |(interface, sync_id, longest, group, port, ttl)| Daemon {
            interface,
            sync_id,
            longest: Some(longest),
            group: Some(group),
            port: Some(port),
            ttl: Some(ttl),
        },
    )
}

pub(in crate::run) fn table() -> impl Strategy<Value = Table> {
    let service = (settings(), btree_map(key(), destination_value(), 0..4))
        .prop_map(|(settings, destinations)| Service { settings, destinations });
    let role = prop_oneof![Just(DaemonRole::Backup), Just(DaemonRole::Master)];
    let timeouts = (1_u32..3, 1_u32..3, 1_u32..3).prop_map(|(tcp, tcp_fin, udp)| Timeouts {
        tcp,
        tcp_fin,
        udp,
    });
    (btree_map(service_key(), service, 0..5), btree_map(role, daemon_value(), 0..3), timeouts)
        .prop_map(|(services, daemons, timeouts)| Table {
            services,
            daemons,
            timeouts: Some(timeouts),
        })
}
