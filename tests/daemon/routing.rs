//! Routes and rules that move along, and everything that stays: beside the real keepalived.

use std::time::Duration;

use super::Program::{Keepalived, Lvsha};
use super::network::eventually;
use super::{ADDRESS, Network, instance};

const OVERLAP: Duration = Duration::from_secs(3);

/// One line for each thing that a route or a rule can say.
const LINES: &str = "version 3
    advert_int 0.2
    virtual_routes {
        10.20.0.0/16 via 10.9.0.9 dev eth0
        10.21.0.0/16 dev eth0
        default via 10.9.0.9 dev eth0 table 100 metric 5
        blackhole 10.22.0.0/16 no_track
        10.23.0.0/16 via 10.9.0.9 dev eth0 src 10.9.0.100 mtu lock 1400 initcwnd 20 rtt 300ms
        10.24.0.0/16 nexthop via 10.9.0.9 dev eth0 weight 2 nexthop via 10.9.0.8 dev eth0 weight 1
        10.25.0.0/16 via 10.9.0.9 dev eth0 protocol static no_track
        10.26.0.0/16 via 10.77.0.1 dev eth0 onlink tos 0x10
        throw 10.27.0.0/16 table 100 no_track
        local 10.28.0.1 dev eth0 table 100
        2001:db8:6::/48 nexthop via fe80::8 dev eth0 nexthop via fe80::9 dev eth0
        2001:db8:5::/48 via fe80::9 dev eth0 metric 7
    }
    virtual_rules {
        from 10.20.0.0/16 table 100 priority 1000
        to 10.21.0.0/16 lookup main preference 1001
        fwmark 7/255 iif eth0 table 100 priority 1002
        from 2001:db8::/32 table 100 priority 1003
        not from 10.22.0.0/16 iif eth0 table 102 priority 1004
        from 10.22.0.0/16 unreachable priority 1007
        from 10.20.0.0/16 ipproto tcp dport 80-90 table 100 priority 1005
        uidrange 4000-4001 suppress_prefixlength 0 table main priority 1006
    }";

/// What does not move.
const FIXED: &str = "static_ipaddress {
    10.9.0.200/24 dev eth0
}
static_routes {
    10.30.0.0/16 via 10.9.0.9 dev eth0 table 101
}
static_rules {
    from 10.30.0.0/16 table 101 priority 1100
}
";

impl Network {
    /// Routes of every table but the kernel's own, and rules, as `ip` prints them.
    fn routing(&self) -> String {
        let show = |words: &[&str]| {
            let output = self.run_in("a", "ip", words);
            String::from_utf8_lossy(&output.stdout).into_owned()
        };
        let mut all = String::new();
        for family in ["-4", "-6"] {
            all += &show(&[family, "-d", "route", "show", "table", "all"]);
            all += &show(&[family, "-d", "rule", "show"]);
        }
        let is_ours = |line: &&str| !line.contains("proto kernel") && !line.starts_with("local");
        let mut lines: Vec<&str> = all.lines().filter(is_ours).map(str::trim_end).collect();
        lines.sort_unstable();
        lines.join("\n")
    }

    fn expect_routing(&self, what: &str, is_it: impl Fn(&str) -> bool) -> String {
        eventually(|| {
            let routing = self.routing();
            let is_there = is_it(&routing);
            if is_there {
                Ok(routing)
            } else {
                Err(format!("no {what} in\n{routing}\n{}", self.logs()))
            }
        })
    }
}

/// The last that each list brings.
fn is_complete(routing: &str) -> bool {
    ["10.20.0.0/16 via", "2001:db8:5::/48", "1007:", "1100:"]
        .iter()
        .all(|word| routing.contains(word))
}

#[test]
fn routes_and_rules_are_those_of_keepalived() {
    let Some(network) = Network::new(&[Lvsha, Keepalived]) else { return };
    let before = network.routing();
    let configuration = format!("{FIXED}{}", instance(150, LINES));
    let mut found = Vec::new();
    for program in [Keepalived, Lvsha] {
        let a = network.start(program, "a", &configuration);
        network.expect_owners(ADDRESS, &["a"], OVERLAP);
        found.push(network.expect_routing("routes", is_complete));
        network.expect_owners("10.9.0.200", &["a"], OVERLAP);
        a.stop();
        network.expect_routing("end of all routes", |routing| routing == before);
        network.expect_owners("10.9.0.200", &[], OVERLAP);
    }
    let only = |a: &str, b: &str| {
        let lines = a.lines().filter(|line| !b.lines().any(|other| other == *line));
        lines.map(ToOwned::to_owned).collect::<Vec<_>>()
    };
    let (theirs, ours) = (&found[0], &found[1]);
    assert_eq!(only(theirs, ours), only(ours, theirs), "only keepalived has, only lvsha has");
}

/// One line for each thing that an address can say.
const ADDRESSES: &str = "version 3
    advert_int 0.2
    virtual_ipaddress_excluded {
        10.4.0.101/24 brd + scope link label eth0:x
        10.9.0.102/24 brd 10.9.0.254 dev eth0
        10.6.0.1 peer 10.6.0.2/32 dev eth0
        10.5.0.1/24 noprefixroute
        2001:db8::5/64 noprefixroute
        2001:db8:1::5/64 home
        2001:db8:2::5/64 preferred_lft 0
        2001:db8:3::5
    }";

#[test]
fn addresses_are_those_of_keepalived() {
    let Some(network) = Network::new(&[Lvsha, Keepalived]) else { return };
    let shown = || {
        let output = network.run_in("a", "ip", &["-o", "addr", "show", "dev", "eth0"]);
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        // The kernel's own link-local address comes when it likes.
        let is_stated = |line: &&str| !line.contains("inet6 fe80::");
        let mut lines: Vec<String> =
            text.lines().filter(is_stated).map(ToOwned::to_owned).collect();
        lines.sort_unstable();
        lines
    };
    let before = shown();
    let mut found = Vec::new();
    for program in [Keepalived, Lvsha] {
        let a = network.start(program, "a", &instance(150, ADDRESSES));
        for address in [ADDRESS, "10.5.0.1", "2001:db8:3::5"] {
            network.expect_owners(address, &["a"], OVERLAP);
        }
        found.push(shown());
        a.stop();
        network.expect_owners("10.6.0.1", &[], OVERLAP);
        network.expect_owners("2001:db8:3::5", &[], OVERLAP);
        assert_eq!(shown(), before, "{program:?}");
    }
    // keepalived 2.2.7 reads the other end, and forgets it.
    let (near, ours): (Vec<&String>, Vec<&String>) =
        found[1].iter().partition(|line| line.contains("10.6.0.1"));
    assert!(near[0].contains("10.6.0.1 peer 10.6.0.2/32"), "{near:?}");
    let theirs: Vec<&String> = found[0].iter().filter(|line| !line.contains("10.6.0.1")).collect();
    assert_eq!(ours, theirs, "lvsha's and keepalived's");
    assert!(ours.iter().any(|line| line.contains("eth0:x")), "{ours:?}");
    // The kernel's own traffic does not take one that is a host alone.
    let is_alone = |line: &&&String| line.contains("2001:db8:3::5/128");
    assert!(ours.iter().find(is_alone).is_some_and(|line| line.contains("deprecated")), "{ours:?}");
}

#[test]
fn what_somebody_removes_is_put_back() {
    let Some(network) = Network::new(&[Lvsha]) else { return };
    let a = network.start(Lvsha, "a", &format!("{FIXED}{}", instance(150, LINES)));
    let whole = network.expect_routing("routes", is_complete);
    network.ip_in("a", &["route", "del", "10.20.0.0/16"]);
    a.expect_log("route 10.20.0.0/16 via 10.9.0.9 dev eth0 was gone, put back");
    network.ip_in("a", &["rule", "del", "priority", "1100"]);
    a.expect_log("rule 1100: from 10.30.0.0/16 table 101 was gone, put back");
    network.expect_routing("everything again", |routing| routing == whole);
    // The kernel takes routes away with their link, and says nothing.
    network.ip_in("a", &["link", "set", "eth0", "down"]);
    network.expect_routing("routes gone", |routing| !routing.contains("10.21.0.0/16 dev"));
    network.ip_in("a", &["link", "set", "eth0", "up"]);
    network.ip_in("a", &["-6", "addr", "replace", "fe80::1/64", "dev", "eth0", "nodad"]);
    network.expect_routing("everything after the link", |routing| routing == whole);
}

#[test]
fn a_route_of_the_machine_itself_outlives_those_of_a_master() {
    let Some(network) = Network::new(&[Lvsha]) else { return };
    network.ip_in("a", &["route", "add", "default", "via", "10.9.0.9", "proto", "static"]);
    // Of IPv6 the kernel would make one route of both, and take it away as a whole.
    let six = ["via", "fe80::9", "dev", "eth0", "metric", "1024", "proto", "static"];
    network.ip_in("a", &[["-6", "route", "add", "2001:db8:7::/48"].as_slice(), &six].concat());
    let before = network.routing();
    let with = |route: &str| {
        let lines = format!(
            "version 3\n advert_int 0.2\n virtual_routes {{\n {route}\n \
             2001:db8:7::/48 via fe80::8 dev eth0\n }}"
        );
        instance(150, &lines)
    };
    let a = network.start(Lvsha, "a", &with("src 10.9.0.100 to default via 10.9.0.9"));
    let is_ours = |line: &&str| line.contains("default via") && line.contains("keepalived");
    network.expect_routing("own route", |routing| routing.lines().any(|line| is_ours(&line)));
    network.expect_routing("route of the machine", |routing| {
        before.lines().all(|line| routing.lines().any(|other| other == line))
    });
    a.expect_log("somebody else has a route to there with the same metric");
    // The same key with another way: the own one is replaced, and no other.
    std::fs::write(network.path("a.conf"), with("src 10.9.0.100 to default via 10.9.0.8")).unwrap();
    a.signal("HUP");
    network.expect_routing("replaced route", |routing| {
        let ours: Vec<&str> = routing.lines().filter(is_ours).collect();
        matches!(ours.as_slice(), [only] if only.contains("via 10.9.0.8"))
            && before.lines().all(|line| routing.lines().any(|other| other == line))
    });
    a.stop();
    network.expect_routing("what was there before", |routing| routing == before);
}

#[test]
fn a_reload_changes_only_what_differs() {
    let Some(network) = Network::new(&[Lvsha]) else { return };
    let lines = |route: &str| {
        instance(150, &format!("version 3\n advert_int 0.2\n virtual_routes {{\n {route}\n }}"))
    };
    let a = network.start(Lvsha, "a", &lines("10.20.0.0/16 via 10.9.0.9 dev eth0"));
    network.expect_routing("the first", |routing| routing.contains("10.20.0.0/16 via 10.9.0.9"));
    for (route, comes, goes) in [
        ("10.20.0.0/16 via 10.9.0.8 dev eth0", "via 10.9.0.8", "via 10.9.0.9"),
        ("10.21.0.0/16 via 10.9.0.8 dev eth0", "10.21.0.0/16", "10.20.0.0/16"),
    ] {
        std::fs::write(network.path("a.conf"), lines(route)).unwrap();
        a.signal("HUP");
        network.expect_routing(comes, |routing| routing.contains(comes) && !routing.contains(goes));
    }
    assert_eq!(a.status()["routers"][0]["counters"]["became_master"], 1);
}

#[test]
fn what_a_killed_process_left_goes_with_its_role() {
    let Some(network) = Network::new(&[Lvsha]) else { return };
    let a = network.start(Lvsha, "a", &instance(150, LINES));
    network.expect_routing("routes", |routing| routing.contains("1007:"));
    a.kill();
    let _b = network.start(Lvsha, "b", &instance(200, "version 3\n advert_int 0.2"));
    let _a = network.start(Lvsha, "a", &instance(150, LINES));
    network.expect_routing("no routes of the old master", |routing| {
        !routing.contains("10.20.0.0/16") && !routing.contains("1007:")
    });
}
