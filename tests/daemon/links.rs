//! Links that cannot be used as they should be, and links that change under a running daemon.

use std::fs;
use std::time::Duration;

use super::Program::{Keepalived, Lvsha};
use super::{ADDRESS, Network, instance};

const FAST: &str = "version 3\n advert_int 0.2";
const OVERLAP: Duration = Duration::from_secs(3);
const SIX: &str = "fe80::100";

impl Network {
    /// Makes two links, joined, in one namespace.
    fn pair(&self, name: &str, link: &str, other: &str) {
        self.ip_in(name, &["link", "add", link, "type", "veth", "peer", "name", other]);
        self.ip_in(name, &["link", "set", link, "up"]);
        self.ip_in(name, &["link", "set", other, "up"]);
    }

    /// Gives a link another name; a kernel before 6.2 wants it down for that, and keeps its addresses.
    fn rename(&self, name: &str, from: &str, to: &str) {
        let rename = ["link", "set", from, "name", to];
        if self.run_in(name, "ip", &rename).status.success() {
            return;
        }
        self.ip_in(name, &["link", "set", from, "down"]);
        self.ip_in(name, &rename);
        self.ip_in(name, &["link", "set", to, "up"]);
    }
}

#[test]
fn a_link_that_cannot_be_listened_on_is_a_fault_of_its_own_routers_only() {
    let Some(network) = Network::new(&[Lvsha]) else { return };
    let mut configuration = instance(100, FAST);
    // Several, so that the one that works is hardly ever the first to be listened on.
    for number in 1..=6 {
        let (name, other) = (format!("short{number}"), format!("other{number}"));
        network.ip_in("a", &["link", "add", &name, "type", "veth", "peer", "name", &other]);
        // Too small for IPv6: its groups cannot be joined (EINVAL).
        network.ip_in("a", &["link", "set", &name, "mtu", "1000", "up"]);
        network.ip_in("a", &["link", "set", &other, "up"]);
        let source = format!("{FAST}\n mcast_src_ip fe80::{number}");
        let six = instance(100, &source)
            .replace("VI_1", &format!("V6_{number}"))
            .replace("eth0", &name)
            .replace("10.9.0.100/24", "fe80::100/64");
        configuration += &format!("vrrp_instance{}", six.split_once("vrrp_instance").unwrap().1);
    }
    let _b = network.start(Lvsha, "b", &instance(150, FAST));
    network.expect_owners(ADDRESS, &["b"], OVERLAP);
    let a = network.start(Lvsha, "a", &configuration);
    for number in 1..=6 {
        a.expect_log(&format!("(V6_{number}) entering FAULT: interface short{number} failed"));
    }
    a.expect_log("(VI_1) entering BACKUP");
    network.expect_stable(ADDRESS, &["b"], Duration::from_secs(3));
    network.ip_in("a", &["link", "set", "short1", "mtu", "1500"]);
    a.expect_log("(V6_1) transition to MASTER");
}

#[test]
fn a_group_that_was_lost_with_the_mtu_is_joined_again() {
    let Some(network) = Network::new(&[Lvsha]) else { return };
    let six = |priority| instance(priority, FAST).replace("10.9.0.100/24", "fe80::100/64");
    let _b = network.start(Lvsha, "b", &six(150));
    network.expect_owners(SIX, &["b"], OVERLAP);
    let a = network.start(Lvsha, "a", &six(100));
    a.expect_log("entering BACKUP: start");
    network.ip_in("a", &["link", "set", "eth0", "mtu", "1000"]);
    a.expect_log("entering FAULT");
    network.ip_in("a", &["link", "set", "eth0", "mtu", "1500"]);
    a.expect_log("entering BACKUP: everything that is tracked works again");
    network.expect_settled(SIX, &["b"], Duration::from_secs(3));
}

#[test]
fn a_router_without_its_virtual_link_is_no_mute_master_beside_one_that_speaks() {
    let Some(network) = Network::new(&[Lvsha]) else { return };
    // A link of somebody else has the name, and stays his.
    network.pair("a", "vrrp.52", "other");
    let with = |lines: &str, id: &str| {
        let text = instance(150, &format!("{FAST}\n {lines}"));
        let text = text.replace("router_id 51", &format!("router_id {id}"));
        let text = text.replace("VI_1", &format!("VI_{id}"));
        text.replace("10.9.0.100/24", &format!("10.9.0.{id}/24"))
    };
    let (plain, virtual_mac) = (with("", "51"), with("use_vmac", "52"));
    let second = virtual_mac.split_once("vrrp_instance").unwrap().1;
    let a = network.start(Lvsha, "a", &format!("{plain}vrrp_instance{second}"));
    a.expect_log("(VI_52) entering FAULT: interface eth0 failed");
    network.expect_owners("10.9.0.51", &["a"], OVERLAP);
    network.expect_stable("10.9.0.52", &[], Duration::from_secs(2));
    network.ip_in("a", &["link", "del", "vrrp.52"]);
    a.expect_log("(VI_52) transition to MASTER");
    network.expect_owners("10.9.0.52", &["a"], OVERLAP);
}

#[test]
fn an_address_with_a_virtual_mac_is_reached_whatever_filter_all_interfaces_have() {
    let Some(network) = Network::new(&[Lvsha]) else { return };
    let filter = |link: &str| {
        let path = format!("/proc/sys/net/ipv4/conf/{link}/rp_filter");
        let output = network.run_in("a", "cat", &[&path]);
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    };
    let set =
        "for link in all eth0; do echo $1 > /proc/sys/net/ipv4/conf/$link/rp_filter; shift; done";
    assert!(network.run_in("a", "sh", &["-c", set, "sh", "1", "0"]).status.success());
    let a = network.start(Lvsha, "a", &instance(150, &format!("{FAST}\n use_vmac")));
    network.expect_owners(ADDRESS, &["a"], OVERLAP);
    assert_eq!(["all", "eth0", "lo", "vrrp.51"].map(filter), ["0", "1", "1", "0"]);
    // Nobody listens there, which a packet that came through is told.
    let ask = format!(
        "import socket\ns = socket.socket()\ns.settimeout(10)\n\
         print(s.connect_ex(('{ADDRESS}', 9)) == 111)"
    );
    let output = network.run_in("s", "python3", &["-c", &ask]);
    assert_eq!(String::from_utf8_lossy(&output.stdout), "True\n", "{}", network.logs());
    a.stop();
    assert_eq!(["all", "eth0"].map(filter), ["1", "0"]);
}

#[test]
fn an_interface_that_carries_addresses_is_followed() {
    let Some(network) = Network::new(&[Lvsha]) else { return };
    let on_another = |priority| {
        let configuration = instance(priority, FAST);
        configuration.replace("10.9.0.100/24", "10.9.0.100/24 dev front0")
    };
    network.pair("a", "front0", "other");
    network.pair("b", "front0", "other");
    let a = network.start(Lvsha, "a", &on_another(150));
    network.expect_owners(ADDRESS, &["a"], OVERLAP);
    let _b = network.start(Lvsha, "b", &on_another(100));
    network.expect_stable(ADDRESS, &["a"], Duration::from_secs(1));
    // Down, back, and gone altogether.
    network.ip_in("a", &["link", "set", "front0", "down"]);
    a.expect_log("entering FAULT: interface front0 failed");
    network.expect_owners(ADDRESS, &["b"], OVERLAP);
    network.ip_in("a", &["link", "set", "front0", "up"]);
    network.expect_owners(ADDRESS, &["a"], OVERLAP);
    network.ip_in("a", &["link", "del", "front0"]);
    network.expect_owners(ADDRESS, &["b"], OVERLAP);
    a.stop();
    let a = network.start(Lvsha, "a", &on_another(150));
    a.expect_log("(VI_1) entering FAULT: interface front0 failed");
    network.expect_stable(ADDRESS, &["b"], Duration::from_secs(2));
}

#[test]
fn an_interface_that_a_route_needs_is_followed() {
    for program in [Lvsha, Keepalived] {
        let Some(network) = Network::new(&[program]) else { return };
        network.pair("a", "front0", "other");
        let route = "virtual_routes {\n 10.77.0.0/16 dev front0\n }";
        let _a = network.start(program, "a", &instance(150, &format!("{FAST}\n {route}")));
        network.expect_owners(ADDRESS, &["a"], OVERLAP);
        network.ip_in("a", &["link", "set", "front0", "down"]);
        network.expect_owners(ADDRESS, &[], OVERLAP);
        network.ip_in("a", &["link", "set", "front0", "up"]);
        network.expect_owners(ADDRESS, &["a"], OVERLAP);
    }
}

#[test]
fn an_address_does_not_stay_on_a_link_that_was_renamed() {
    let Some(network) = Network::new(&[Lvsha]) else { return };
    let a = network.start(Lvsha, "a", &instance(150, FAST));
    network.expect_owners(ADDRESS, &["a"], OVERLAP);
    network.rename("a", "eth0", "eth9");
    network.expect_owners(ADDRESS, &[], OVERLAP);
    network.rename("a", "eth9", "eth0");
    network.expect_owners(ADDRESS, &["a"], OVERLAP);
    // The end comes before anybody has looked at the link.
    a.signal("STOP");
    network.rename("a", "eth0", "eth9");
    a.signal("TERM");
    a.signal("CONT");
    assert_eq!(a.stop(), Some(0));
    assert_eq!(network.owners(ADDRESS), [""; 0]);
}

#[test]
fn a_router_that_ignores_its_link_is_at_fault_while_it_has_no_address_to_send_from() {
    let Some(network) = Network::new(&[Lvsha]) else { return };
    let ignoring = instance(150, &format!("{FAST}\n dont_track_primary"));
    let _b = network.start(Lvsha, "b", &instance(100, FAST));
    network.expect_owners(ADDRESS, &["b"], OVERLAP);
    network.ip_in("a", &["addr", "del", "10.9.0.1/24", "dev", "eth0"]);
    let a = network.start(Lvsha, "a", &ignoring);
    a.expect_log("(VI_1) entering FAULT: interface eth0 failed");
    // It hears the worse one, which does not hear it.
    network.expect_stable(ADDRESS, &["b"], Duration::from_secs(2));
    network.ip_in("a", &["addr", "add", "10.9.0.1/24", "dev", "eth0"]);
    network.expect_owners(ADDRESS, &["a"], OVERLAP);
    network.ip_in("a", &["link", "set", "eth0", "down"]);
    a.expect_log("(VI_1) advertisement on eth0: there is no way out");
    network.ip_in("a", &["link", "set", "eth0", "up"]);
    network.expect_owners(ADDRESS, &["a"], Duration::from_secs(10));
    assert_eq!(a.status()["routers"][0]["counters"]["left_master"], 0, "{}", network.logs());
}

#[test]
fn routers_of_one_number_stand_on_their_own_interfaces() {
    let Some(network) = Network::new(&[Lvsha]) else { return };
    network.pair("a", "eth1", "other1");
    network.ip_in("a", &["addr", "add", "10.8.0.1/24", "dev", "eth1"]);
    let outside = instance(150, &format!("{FAST}\n use_vmac"));
    let inside = outside
        .replace("VI_1", "VI_2")
        .replace("eth0", "eth1")
        .replace("10.9.0.100/24", "10.8.0.100/24");
    let inside = inside.split_once("vrrp_instance").unwrap().1;
    let a = network.start(Lvsha, "a", &format!("{outside}vrrp_instance{inside}"));
    let stands_on = |address: &str, link: &str| {
        network.expect_owners(address, &["a"], OVERLAP);
        let output = network.run_in("a", "ip", &["-o", "addr", "show", "to", address]);
        let told = String::from_utf8_lossy(&output.stdout).into_owned();
        let name = told.split_whitespace().nth(1).unwrap_or_default().to_owned();
        let output = network.run_in("a", "ip", &["-o", "link", "show", "dev", &name]);
        let told = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(told.contains(&format!("{name}@{link}:")), "{told}{}", network.logs());
    };
    stands_on(ADDRESS, "eth0");
    stands_on("10.8.0.100", "eth1");
    assert_eq!(a.stop(), Some(0));
}

#[test]
fn a_virtual_link_gets_another_name_under_a_master() {
    let Some(network) = Network::new(&[Lvsha]) else { return };
    let with = |name: &str| instance(150, &format!("{FAST}\n use_vmac {name}"));
    let a = network.start(Lvsha, "a", &with(""));
    network.expect_owners(ADDRESS, &["a"], OVERLAP);
    fs::write(network.path("a.conf"), with("own0")).unwrap();
    a.signal("HUP");
    a.expect_log("reloaded: 1 virtual router");
    network.expect_owners(ADDRESS, &["a"], OVERLAP);
    let links = network.run_in("a", "ip", &["-o", "addr", "show", "to", ADDRESS]);
    let links = String::from_utf8_lossy(&links.stdout).into_owned();
    assert!(links.contains(" own0 "), "{links}");
    assert_eq!(a.status()["routers"][0]["counters"]["left_master"], 0, "{}", network.logs());
}
