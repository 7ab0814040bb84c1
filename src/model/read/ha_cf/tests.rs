use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::model::read::{Input, Reading, read};
use crate::model::{Failback, Path};
use crate::source::Sources;
use crate::syntax::Format;

fn reading(text: &str) -> Reading {
    let mut sources = Sources::new();
    let file = sources.add("ha.cf", text.as_bytes());
    read(&mut sources, &[Input { file, format: Format::HaCf }])
}

fn cluster(text: &str) -> Cluster {
    reading(text).cluster
}

fn nodes(text: &str) -> Vec<String> {
    cluster(text).nodes.into_iter().map(|node| node.name.value).collect()
}

#[test]
fn nodes_are_separated_by_blanks_and_commas_and_lower_cased() {
    assert_eq!(nodes("node LB1,lb2 lb3，lb4\nnode lb1 # lb5\n"), ["lb1", "lb2", "lb3", "lb4"]);
    assert_eq!(nodes("node a <== primary\nnode b 备节点\n"), ["a", "b"]);
}

#[test]
fn places_are_those_of_the_values() {
    let text = "node a,bc\n";
    let places: Vec<_> =
        cluster(text).nodes.iter().filter_map(|n| n.name.at).map(|at| at.span.of(text)).collect();
    assert_eq!(places, ["a", "bc"]);
}

#[test]
fn the_last_of_several_values_wins_and_the_first_is_inert() {
    let found = cluster("keepalive 1\nkeepalive 2,3\n");
    let interval = found.membership.interval.expect("an interval").value;
    assert_eq!(interval, Duration::from_secs(3));
    assert_eq!(found.inert.len(), 1);
}

#[test]
fn times_with_unknown_units_are_read_as_meant() {
    for (text, seconds) in [("keepalive 2s", 2), ("keepalive 2 sec", 2), ("keepalive=2min", 120)] {
        let interval = cluster(text).membership.interval.map(|time| time.value);
        assert_eq!(interval, Some(Duration::from_secs(seconds)), "{text}");
    }
}

#[test]
fn paths_stand_in_the_order_of_the_file() {
    let text = "bcast eth0 eth1\nucast eth2 10.0.0.2 rest\nmcast eth0 225.0.0.1 694 1 0\nserial /dev/ttyS0\n";
    let paths: Vec<Path> =
        cluster(text).membership.paths.into_iter().map(|path| path.value).collect();
    let broadcast = |interface: &str| Path::Broadcast { interface: interface.to_owned() };
    assert_eq!(
        paths,
        [
            broadcast("eth0"),
            broadcast("eth1"),
            Path::Unicast { interface: "eth2".to_owned(), peer: "10.0.0.2".to_owned() },
            Path::Multicast {
                interface: "eth0".to_owned(),
                group: [225, 0, 0, 1].into(),
                port: 694,
                ttl: 1,
                loopback: false
            },
            Path::Serial { device: "/dev/ttyS0".to_owned() },
        ]
    );
}

#[test]
fn a_port_acts_on_the_paths_below_it() {
    let port = |text| cluster(text).membership.port.map(|port| port.value);
    assert_eq!(port("udpport 700\nbcast eth0\n"), Some(700));
    assert_eq!(port("bcast eth0\nudpport 700\n"), None);
    assert_eq!(port("udpport 700\nbcast eth0\nudpport 701\nbcast eth1\n"), Some(701));
    assert_eq!(port("udpport 70000\nbcast eth0\n"), Some(4464));
    assert_eq!(cluster("bcast eth0\nudpport 700\n").inert.len(), 1);
}

#[test]
fn the_arbitrator_is_known_wherever_it_stands() {
    for program in ["/usr/lib64/heartbeat/ipfail", "ipfail", "/opt/x/pingd -m 100"] {
        let found = cluster(&format!("respawn hacluster {program}\n"));
        assert!(found.membership.arbitrator.is_some(), "{program}");
    }
    assert!(cluster("respawn root /bin/true\n").membership.arbitrator.is_none());
}

#[test]
fn nice_failback_ends_as_legacy_whatever_its_value() {
    let failback = |text| cluster(text).membership.failback.map(|failback| failback.value);
    assert_eq!(failback("nice_failback on\n"), Some(Failback::Legacy));
    assert_eq!(failback("auto_failback OFF\n"), Some(Failback::Off));
    assert_eq!(failback("auto_failback legacy\n"), Some(Failback::Legacy));
}

#[test]
fn what_the_model_has_no_field_for_travels_along_with_its_place() {
    let found = cluster("logfile /a\nlogfile /b\napiauth x uid=root\nwatchdog /dev/watchdog\n");
    let carried: Vec<_> = found.carried.iter().map(|carried| carried.keyword.as_str()).collect();
    assert_eq!(carried, ["logfile", "apiauth", "watchdog"]);
    assert_eq!(found.inert.len(), 1);
}

const PIECES: &[&str] = &[
    "node",
    "keepalive",
    "ucast",
    "mcast",
    "ping_group",
    "udpport",
    "respawn",
    "auth",
    "sha1",
    "crc",
    "IPaddr",
    "IPv6addr",
    "ldirectord",
    "::",
    "10.0.0.1",
    "2001:db8::1",
    "/",
    "24",
    "eth0",
    "ipfail",
    "1",
    "99999999999",
    "2s",
    " ",
    " ",
    "\t",
    "\u{A0}",
    "\n",
    "\n",
    "\r\n",
    "\\",
    "\\\n",
    "\\ \n",
    "#",
    "＃",
    "\"",
    "，",
    ",",
    "中文",
    "<==",
    "=",
    "{{",
    "}}",
    "@A@",
    "\u{200B}",
    "．",
];

proptest! {
    /// Together, because rules look across the files.
    #[test]
    fn any_text_is_read_without_a_panic(
        pieces in proptest::collection::vec(proptest::sample::select(PIECES), 0..60),
    ) {
        let text = pieces.concat();
        let mut sources = Sources::new();
        let formats = [Format::Authkeys, Format::HaCf, Format::Haresources];
        let inputs = formats.map(|format| {
            Input { file: sources.add(format.file_name(), text.as_bytes()), format }
        });
        let found = read(&mut sources, &inputs);
        for diagnostic in found.findings.iter() {
            let at = diagnostic.at.expect("heartbeat's findings have places").span;
            prop_assert!(text.get(at.range()).is_some(), "{diagnostic:?}");
        }
    }
}
