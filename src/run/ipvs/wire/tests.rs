use std::net::IpAddr;

use proptest::prelude::*;

use super::*;
use crate::model::Family;
use crate::model::Protocol;
use crate::run::ipvs::test_values::{
    daemon_value, destination_value, key, service_key, settings, settings_for,
};
use crate::run::ipvs::{
    Daemon, DaemonRole, Destination, DestinationKey, Forwarding, Granularity, ServiceKey,
    ServiceSettings, Step, Timeouts,
};
use crate::run::net::genetlink::messages::{Attributes, Content, Frames};

/// A number that a kernel may give the family.
const NUMBER: u16 = 0x1d;

fn bytes(step: &Step) -> Vec<u8> {
    let mut datagram = Vec::new();
    encode_step(&mut datagram, NUMBER, 7, true, step).unwrap();
    datagram
}

fn web() -> ServiceKey {
    let address = "10.0.0.31".parse().unwrap();
    ServiceKey::Endpoint { protocol: Protocol::Tcp, address, port: 80 }
}

/// Written by hand from linux/netlink.h, linux/genetlink.h and linux/ip_vs.h, for little-endian.
#[cfg(target_endian = "little")]
#[test]
fn a_new_service_byte_for_byte() {
    let mut settings = ServiceSettings::new("wlc", Family::V4);
    settings.persistence = Some(600);
    #[rustfmt::skip]
    let expected: &[u8] = &[
        104, 0, 0, 0, 0x1d, 0, 0x05, 0, 7, 0, 0, 0, 0, 0, 0, 0, // length, type, REQUEST|ACK, sequence, port
        1, 1, 0, 0,                                             // NEW_SERVICE, version 1
        84, 0, 1, 0x80,                                         // nested: the service
        6, 0, 1, 0, 2, 0, 0, 0,                                 // AF_INET
        6, 0, 2, 0, 6, 0, 0, 0,                                 // TCP
        20, 0, 3, 0, 10, 0, 0, 31, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        6, 0, 4, 0, 0, 80, 0, 0,                                // port in network order
        8, 0, 6, 0, b'w', b'l', b'c', 0,
        12, 0, 7, 0, 1, 0, 0, 0, 0xff, 0xff, 0xff, 0xff,        // persistent; all bits are meant
        8, 0, 8, 0, 0x58, 2, 0, 0,                              // 600 seconds
        8, 0, 9, 0, 0xff, 0xff, 0xff, 0xff,                     // netmask
    ];
    assert_eq!(bytes(&Step::AddService(web(), settings)), expected);
}

#[cfg(target_endian = "little")]
#[test]
fn a_destination_of_a_mark_byte_for_byte() {
    let service = ServiceKey::Mark { family: Family::V4, mark: 3 };
    let key = DestinationKey { address: "10.0.0.29".parse().unwrap(), port: 0 };
    let destination = Destination {
        forwarding: Forwarding::DirectRouting,
        weight: 5,
        upper_threshold: 0,
        lower_threshold: 0,
    };
    #[rustfmt::skip]
    let expected: &[u8] = &[
        112, 0, 0, 0, 0x1d, 0, 0x05, 0, 7, 0, 0, 0, 0, 0, 0, 0,
        5, 1, 0, 0,                                             // NEW_DEST
        20, 0, 1, 0x80, 6, 0, 1, 0, 2, 0, 0, 0, 8, 0, 5, 0, 3, 0, 0, 0,
        72, 0, 2, 0x80,                                         // nested: the destination
        6, 0, 11, 0, 2, 0, 0, 0,                                // address family
        20, 0, 1, 0, 10, 0, 0, 29, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        6, 0, 2, 0, 0, 0, 0, 0,
        8, 0, 3, 0, 3, 0, 0, 0,                                 // direct routing
        8, 0, 4, 0, 5, 0, 0, 0,                                 // weight
        8, 0, 5, 0, 0, 0, 0, 0,
        8, 0, 6, 0, 0, 0, 0, 0,
    ];
    assert_eq!(bytes(&Step::AddDestination(service, key, destination)), expected);
}

#[test]
fn an_object_of_a_newer_kernel_is_read() {
    // Attribute 200, and counters in both widths, which nobody asks for.
    let mut nested = Vec::new();
    let mut put = |kind: u16, payload: &[u8]| {
        nested.extend(u16::try_from(4 + payload.len()).unwrap().to_ne_bytes());
        nested.extend(kind.to_ne_bytes());
        nested.extend(payload);
        nested.resize(nested.len().next_multiple_of(4), 0);
    };
    put(200, b"future");
    put(1, &[10, 0, 0, 29, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    put(2, &80_u16.to_be_bytes());
    for (kind, value) in [(3, 3_u32), (4, 1), (5, 0), (6, 0), (7, 12)] {
        put(kind, &value.to_ne_bytes());
    }
    let connections = |width: &[u8]| {
        let length = u16::try_from(4 + width.len()).unwrap().to_ne_bytes();
        [&length, &1_u16.to_ne_bytes(), width].concat()
    };
    put(10, &connections(&7_u32.to_ne_bytes()));
    put(12, &connections(&5_000_000_000_u64.to_ne_bytes()));
    let mut outer = u16::try_from(4 + nested.len()).unwrap().to_ne_bytes().to_vec();
    outer.extend(2_u16.to_ne_bytes());
    outer.extend(nested);
    let (key, destination) = destination_of(&outer).unwrap();
    assert_eq!(key.to_string(), "10.0.0.29:80");
    assert_eq!(destination.forwarding, Forwarding::DirectRouting);
}

fn destination_of(
    bytes: &[u8],
) -> Result<(DestinationKey, Destination), crate::run::net::genetlink::messages::Malformed> {
    destination(Attributes::new(bytes), Family::V4)
}

#[test]
fn a_netmask_that_is_no_prefix_survives() {
    let mut settings = ServiceSettings::new("sh", Family::V4);
    settings.granularity = Granularity::V4("255.0.255.0".parse().unwrap());
    let (_, back) = read_back(&Step::AddService(web(), settings.clone()), service);
    assert_eq!(back, settings);
}

/// Encodes `step` and reads it as if a kernel had said it.
fn read_back<T>(
    step: &Step,
    read: impl Fn(Attributes<'_>) -> Result<T, crate::run::net::genetlink::messages::Malformed>,
) -> T {
    let datagram = bytes(step);
    let frame = Frames::new(&datagram).next().unwrap().unwrap();
    assert_eq!((frame.kind, frame.sequence), (NUMBER, 7));
    let Content::Reply { attributes, .. } = frame.content else { panic!("{frame:?}") };
    read(Attributes::new(attributes)).unwrap()
}

proptest! {
    #[test]
    fn a_service_is_read_as_it_was_written(
        (key, settings) in service_key().prop_flat_map(|key| (Just(key), settings_for(key.family()))),
    ) {
        let (key_back, settings_back) =
            read_back(&Step::AddService(key, settings.clone()), service);
        prop_assert_eq!((key_back, settings_back), (key, settings));
    }

    #[test]
    fn a_destination_is_read_as_it_was_written(
        service in service_key(), key in key(), value in destination_value(),
    ) {
        let step = Step::EditDestination(service, key, value);
        let (key_back, back) =
            read_back(&step, |attributes| destination(attributes, service.family()));
        prop_assert_eq!((key_back, back), (key, value));
    }

    #[test]
    fn a_sync_daemon_is_read_as_it_was_written(value in daemon_value()) {
        let step = Step::StartDaemon(DaemonRole::Backup, value.clone());
        let expected: (DaemonRole, Daemon) = (DaemonRole::Backup, value);
        prop_assert_eq!(read_back(&step, daemon), expected);
    }

    #[test]
    fn timeouts_are_read_as_they_were_written(tcp: u32, tcp_fin: u32, udp: u32) {
        let value = Timeouts { tcp, tcp_fin, udp };
        prop_assert_eq!(read_back(&Step::SetTimeouts(value), timeouts), value);
    }

    #[test]
    fn garbage_is_refused_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..160)) {
        let attributes = || Attributes::new(&bytes);
        let _ = (service(attributes()), destination(attributes(), Family::V6));
        let _ = (daemon(attributes()), timeouts(attributes()));
    }

    #[test]
    fn a_flipped_byte_is_refused_or_read_as_something_else(
        settings in settings(), at in 20_usize..60, value: u8,
    ) {
        let mut datagram = bytes(&Step::AddService(web(), settings));
        if let Some(byte) = datagram.get_mut(at) { *byte = value; }
        for frame in Frames::new(&datagram).flatten() {
            if let Content::Reply { attributes, .. } = frame.content {
                let read = service(Attributes::new(attributes));
                if let Ok((ServiceKey::Endpoint { address, .. }, settings)) = read {
                    // The family of the address and of the netmask never differ.
                    let is_v4 = matches!(settings.granularity, Granularity::V4(_));
                    prop_assert_eq!(matches!(address, IpAddr::V4(_)), is_v4);
                }
            }
        }
    }
}
