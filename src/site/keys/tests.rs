//! Every row reads what it writes.

use std::collections::HashSet;
use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::model::{
    Alerts, Checks, Cluster, Fallback, Family, Fixed, Forwarding, Globals, GroupMember, LinkDelay,
    Membership, OwnInterface, Pacing, Pattern, Router, Server, Service, SharedMac, SyncDaemon,
    SyncGroup, Target, Tracker, Tunnel, TunnelChecksum, TunnelKind, VirtualAddress, VirtualMac,
};
use crate::site::{Director, RealServer, Site, Ssh};

#[test]
fn no_table_has_a_key_twice() {
    fn once<T: Keys>() {
        let mut seen = HashSet::new();
        for key in T::keys() {
            assert!(seen.insert(key.word), "{} has `{}` twice", T::TABLE, key.word);
        }
    }
    once::<Alerts>();
    once::<Checks>();
    once::<Fixed>();
    once::<Pacing>();
    once::<Globals>();
    once::<Membership>();
    once::<Router>();
    once::<Server>();
    once::<Service>();
    once::<SyncGroup>();
    once::<Tracker>();
    once::<Director>();
    once::<RealServer>();
    once::<Ssh>();
    // Both stand at the top of an inventory.
    let words: Vec<&str> = Site::keys()
        .iter()
        .map(|key| key.word)
        .chain(Cluster::keys().iter().map(|key| key.word))
        .collect();
    assert_eq!(words.iter().collect::<HashSet<_>>().len(), words.len());
}

fn back<P: Plain + PartialEq + std::fmt::Debug>(value: &P) {
    assert_eq!(P::read(&value.write()).as_ref(), Some(value));
}

proptest! {
    #[test]
    fn values_are_read_back(
        address in any::<std::net::IpAddr>(),
        port in prop::option::of(any::<u16>()),
        milliseconds in 0..10_000_000_u64,
        prefix in prop::option::of(0..=32_u8),
        text in "[a-z0-9]{1,8}",
        range in (any::<u16>(), any::<u16>()),
        negated in any::<bool>(),
    ) {
        back(&Duration::from_millis(milliseconds));
        back(&address);
        back(&range);
        back(&Pattern { expression: text.clone(), negated });
        for method in [None, Some(Forwarding::Tunnelling)] {
            back(&Fallback { method, ..Fallback::new(address, port) });
            let tunnel = Tunnel { kind: Some(TunnelKind::Gue), port, checksum: Some(TunnelChecksum::Remote) };
            back(&tunnel);
            let tunnel = method.map(|_| tunnel);
            back(&Fallback { method, tunnel, ..Fallback::new(address, port) });
        }
        back(&Target::Endpoint { address, port: port.unwrap_or(0) });
        let mut virtual_address = VirtualAddress::new(address);
        virtual_address.prefix = prefix;
        virtual_address.interface = Some(text.clone());
        virtual_address.label = Some(format!("{text}:0"));
        back(&virtual_address);
        back(&GroupMember::Network { address, prefix: prefix.unwrap_or(0), port });
        back(&GroupMember::Range { first: address, last: address, port });
        back(&GroupMember::Range { first: address, last: [10, 0, 0, 1].into(), port });
        for family in [None, Some(Family::V4), Some(Family::V6)] {
            back(&GroupMember::Mark { mark: u32::from(range.0), family });
        }
        let down = Duration::from_millis(milliseconds);
        for up in [None, Some(down / 2)] {
            back(&LinkDelay { interface: text.clone(), down, up });
        }
        for name in [None, Some(text.clone()), Some("vepa".to_owned()), Some(address.to_string())] {
            let group = name.clone();
            let own = VirtualMac { name: name.clone(), address: None, notify: negated, group };
            back(&OwnInterface::VirtualMac(own));
            let mode = negated.then(|| "bridge".to_owned());
            let own = SharedMac { name, address: Some(address.to_string()), mode, group: None };
            back(&OwnInterface::SharedMac(own));
        }
        back(&(text.clone(), port.map(|_| "MII".to_owned())));
        let daemon = SyncDaemon { interface: Some(text.clone()), port, ..SyncDaemon::default() };
        back(&daemon);
        back(&SyncDaemon { longest: port, ttl: prefix, identifier: prefix, group: Some(address), ..daemon });
        back(&vec![text.clone(), "via".to_owned()]);
        back(&vec![text, "two words".to_owned(), String::new()]);
        back(&Vec::<String>::new());
    }
}

/// Everything that the test cases say about keepalived has a key, or is carried.
#[test]
fn clusters_of_all_cases_are_read_back() {
    use crate::model::read::{Input, read};
    use crate::source::{Severity, Sources};
    use crate::syntax::Format;
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let mut count = 0;
    for format in Format::ALL {
        let Ok(cases) = std::fs::read_dir(root.join("cases").join(format.file_name())) else {
            continue;
        };
        let cases = cases.map(|case| case.unwrap().path().join(format.file_name()));
        let everything = root.join("rewriting/everything.conf");
        let everything = (format == Format::Keepalived).then_some(everything);
        for case in cases.chain(everything) {
            let Ok(bytes) = std::fs::read(&case) else { continue };
            let mut sources = Sources::new();
            let file = sources.add(format.file_name(), &bytes);
            let reading = read(&mut sources, &[Input { file, format }]);
            let (cluster, is_wrong) =
                (reading.cluster, reading.findings.count(Severity::Error) > 0);
            let secrets = crate::site::write::name_secrets(crate::site::write::secrets(&cluster));
            let names = Names { secrets: secrets.clone(), ..Names::default() };
            let written = super::write(&cluster, &names);
            let mut again = Cluster::default();
            let mut reader = Reader::new(&mut sources, file);
            reader.secrets =
                secrets.into_iter().map(|(name, secret)| (name, Some(secret))).collect();
            reader.keys(&mut again, &written);
            let refused =
                reader.findings.iter().filter(|finding| finding.code.id().starts_with("LV08"));
            let refused: Vec<&str> = refused.map(|finding| finding.message.as_str()).collect();
            if is_wrong && !refused.is_empty() {
                // A value that its own program refuses (a prefix of 33 bits) has no key either.
                continue;
            }
            assert!(refused.is_empty(), "{}: {refused:?}", case.display());
            assert_eq!(super::write(&again, &names), written, "{}", case.display());
            count += 1;
        }
    }
    assert!(count > 100, "only {count} cases were found");
}

/// heartbeat splits a resource at each `::`, and so does who reads the inventory.
#[test]
fn addresses_of_ipv6_in_resources_are_written_in_full() {
    use crate::model::read::{Input, read};
    use crate::source::Sources;
    use crate::syntax::Format;
    let mut sources = Sources::new();
    let line =
        b"a IPv6addr::2001:db8::1/64/eth0 2001:db8::2/64 10.0.0.1/24/eth0 IPaddr::10.0.0.2\n";
    let file = sources.add("haresources", line);
    let reading = read(&mut sources, &[Input { file, format: Format::Haresources }]);
    let written = super::write(&reading.cluster, &Names::default());
    let text = crate::site::document::print(&written);
    for word in [
        "\"IPv6addr::2001:db8:0:0:0:0:0:1/64/eth0\"",
        "\"IPv6addr::2001:db8:0:0:0:0:0:2/64\"",
        "\"10.0.0.1/24/eth0\"",
        "\"IPaddr::10.0.0.2\"",
    ] {
        assert!(text.contains(word), "{word}\n{text}");
    }
    let mut reader = Reader::new(&mut sources, file);
    reader.keys(&mut Cluster::default(), &written);
    assert!(!reader.findings.iter().any(|found| found.code.id() == "LV2109"), "{text}");
}
