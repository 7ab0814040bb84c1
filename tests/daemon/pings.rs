//! Ping targets of heartbeat: who reaches more of them is master.

use std::fs;
use std::time::Duration;

use super::Program::Lvsha;
use super::{ADDRESS, Network};

#[test]
fn who_reaches_more_ping_targets_takes_over() {
    let Some(network) = Network::new(&[Lvsha]) else { return };
    // The second one beside the observer's own address.
    network.ip_in("s", &["addr", "add", "10.9.0.8/24", "dev", "br0"]);
    for folder in ["ha.d", "init.d"] {
        fs::create_dir(network.path(folder)).unwrap();
    }
    let cluster = "keepalive 1\ndeadtime 3\nbcast eth0\nauto_failback off\nnode a b\n\
        ping 10.9.0.9\nping 10.9.0.8\nrespawn hacluster /usr/lib/heartbeat/ipfail\n";
    fs::write(network.path("ha.d/ha.cf"), cluster).unwrap();
    fs::write(network.path("ha.d/haresources"), "a 10.9.0.100/24/eth0\n").unwrap();
    let a = network.start_heartbeat("a", "ha.d", "init.d");
    a.expect_log("2 of 2 ping targets answer");
    network.expect_owners(ADDRESS, &["a"], OVERLAP);
    let b = network.start_heartbeat("b", "ha.d", "init.d");
    b.expect_log("2 of 2 ping targets answer");
    b.expect_log("entering BACKUP");

    // What `a` sends to one of them goes to nobody: silence, with every link and address in place.
    let nobody = ["neigh", "replace", "10.9.0.8", "lladdr", "02:00:00:00:00:99", "dev", "eth0"];
    network.ip_in("a", &[&nobody[..], &["nud", "permanent"]].concat());
    a.expect_log("1 of 2 ping targets answer");
    network.expect_owners(ADDRESS, &["b"], OVERLAP);

    // A way that is refused at once is as silent.
    network.ip_in("a", &["route", "add", "blackhole", "10.9.0.9/32"]);
    a.expect_log("0 of 2 ping targets answer");
    network.expect_stable(ADDRESS, &["b"], Duration::from_secs(1));
}

/// Half a second for each silent one would make the answer of the first older than the dead time.
#[test]
fn silent_ping_targets_do_not_make_the_answer_of_another_one_old() {
    let Some(network) = Network::new(&[Lvsha]) else { return };
    for folder in ["ha.d", "init.d"] {
        fs::create_dir(network.path(folder)).unwrap();
    }
    let mut cluster = "keepalive 1\ndeadtime 3\nbcast eth0\nnode a b\nauto_failback off\n\
         deadping 3\nping 10.9.0.9\n"
        .to_owned();
    for last in 31..=38 {
        let host = format!("10.9.0.{last}");
        let nobody = ["neigh", "replace", &host, "lladdr", "02:00:00:00:00:99", "dev", "eth0"];
        network.ip_in("a", &[&nobody[..], &["nud", "permanent"]].concat());
        cluster += &format!("ping {host}\n");
    }
    cluster += "respawn hacluster /usr/lib/heartbeat/ipfail\n";
    fs::write(network.path("ha.d/ha.cf"), cluster).unwrap();
    fs::write(network.path("ha.d/haresources"), "a 10.9.0.100/24/eth0\n").unwrap();
    let a = network.start_heartbeat("a", "ha.d", "init.d");
    a.expect_log("1 of 9 ping targets answer");
}

#[test]
fn ping_targets_of_ipv6_are_heard() {
    let Some(network) = Network::new(&[Lvsha]) else { return };
    for (space, address, link) in [("s", "fd00:9::9/64", "br0"), ("a", "fd00:9::1/64", "eth0")] {
        network.ip_in(space, &["addr", "add", address, "dev", link, "nodad"]);
    }
    for folder in ["ha.d", "init.d"] {
        fs::create_dir(network.path(folder)).unwrap();
    }
    let cluster = "keepalive 1\ndeadtime 3\nbcast eth0\nauto_failback off\nnode a b\n\
        ping6 fd00:9::9\nrespawn hacluster /usr/lib/heartbeat/ipfail\n";
    fs::write(network.path("ha.d/ha.cf"), cluster).unwrap();
    fs::write(network.path("ha.d/haresources"), "a 10.9.0.100/24/eth0\n").unwrap();
    let a = network.start_heartbeat("a", "ha.d", "init.d");
    a.expect_log("1 of 1 ping targets answer");
    network.ip_in("s", &["addr", "del", "fd00:9::9/64", "dev", "br0"]);
    a.expect_log("0 of 1 ping targets answer");
}

const OVERLAP: Duration = Duration::from_secs(3);
