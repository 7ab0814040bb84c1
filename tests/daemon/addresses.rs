//! Addresses across what happens to their link, to their daemon and to its configuration.

use std::fs;
use std::time::Duration;

use super::Program::Lvsha;
use super::network::{Director, eventually};
use super::{ADDRESS, Network, instance};

const FAST: &str = "version 3\n advert_int 0.2";
const OVERLAP: Duration = Duration::from_secs(3);
/// The own address of director a, and one that a reload brings.
const OWN: &str = "10.9.0.1";
const MORE: &str = "10.9.0.101";

impl Network {
    fn reload(&self, director: &Director, configuration: &str) {
        fs::write(self.path("a.conf"), configuration).unwrap();
        director.signal("HUP");
    }

    /// Makes the observer believe in another owner of the address, until somebody announces it.
    fn mislead(&self, address: &str) {
        let wrong = ["lladdr", WRONG_MAC, "dev", "br0", "nud", "stale"];
        self.ip_in("s", &[&["neigh", "replace", address], &wrong[..]].concat());
    }

    fn expect_announced(&self, address: &str) {
        eventually(|| {
            let output = self.run_in("s", "ip", &["neigh", "show", address]);
            let told = String::from_utf8_lossy(&output.stdout).into_owned();
            if told.contains("lladdr") && !told.contains(WRONG_MAC) {
                return Ok(());
            }
            Err(format!("{address} is not announced: {told}\n{}", self.logs()))
        });
    }

    /// A setting of IPv4 on director a's interface.
    fn setting(&self, name: &str) -> String {
        let path = format!("/proc/sys/net/ipv4/conf/eth0/{name}");
        let output = self.run_in("a", "cat", &[&path]);
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    /// Makes director a's interface again, down and without an address.
    fn plug_in_again(&self) {
        let port = ["link", "add", "porta", "type", "veth", "peer", "name", "eth0", "netns"];
        self.ip_in("s", &[&port[..], &[&self.space("a")]].concat());
        self.ip_in("s", &["link", "set", "porta", "master", "br0", "up"]);
        self.ip_in("a", &["addr", "add", "10.9.0.1/24", "dev", "eth0"]);
    }
}

/// The configuration with a silence after the start that outlasts the test.
fn silent(configuration: &str) -> String {
    configuration.replace("global_defs {", "global_defs {\n vrrp_startup_delay 100")
}

#[test]
fn an_owner_keeps_the_address_that_it_was_given() {
    let Some(network) = Network::new(&[Lvsha]) else { return };
    // Without a length it is one of 32 bits, unlike the one on the interface.
    for own in ["10.9.0.1/24", "10.9.0.1"] {
        let both = format!("10.9.0.100/24\n {own}");
        let with_own = instance(255, FAST).replace("10.9.0.100/24", &both);
        let a = network.start(Lvsha, "a", &with_own);
        // One that was not there before comes and goes.
        network.expect_owners(ADDRESS, &["a"], OVERLAP);
        assert_eq!(network.owners(OWN), ["a"], "{}", network.logs());
        assert_eq!(a.stop(), Some(0));
        assert_eq!(network.owners(ADDRESS), [""; 0]);
        assert_eq!(network.owners(OWN), ["a"]);

        let alone = instance(255, FAST).replace("10.9.0.100/24", own);
        let a = network.start(Lvsha, "a", &alone);
        a.expect_status("MASTER");
        network.reload(&a, &instance(255, FAST));
        network.expect_owners(ADDRESS, &["a"], OVERLAP);
        assert_eq!(network.owners(OWN), ["a"]);
        network.reload(&a, &with_own);
        network.expect_owners(ADDRESS, &["a"], OVERLAP);
        // Whoever takes it away has it put back, and it stays the owner's.
        network.ip_in("a", &["addr", "add", "10.8.0.1/24", "dev", "eth0"]);
        network.ip_in("a", &["addr", "del", "10.9.0.1/24", "dev", "eth0"]);
        network.expect_owners(OWN, &["a"], OVERLAP);
        assert_eq!(a.stop(), Some(0));
        network.expect_owners(ADDRESS, &[], OVERLAP);
        assert_eq!(network.owners(OWN), ["a"], "{}", network.logs());
        for address in ["10.9.0.1", "10.8.0.1"] {
            network.ip_in("a", &["addr", "flush", "to", address, "dev", "eth0"]);
        }
        network.ip_in("a", &["addr", "add", "10.9.0.1/24", "dev", "eth0"]);
    }
}

#[test]
fn addresses_of_a_killed_process_go_when_another_director_has_them() {
    let Some(network) = Network::new(&[Lvsha]) else { return };
    let a = network.start(Lvsha, "a", &instance(150, FAST));
    network.expect_owners(ADDRESS, &["a"], OVERLAP);
    let b = network.start(Lvsha, "b", &instance(100, FAST));
    b.expect_log("entering BACKUP");
    a.kill();
    network.expect_owners(ADDRESS, &["a", "b"], Duration::from_secs(25));
    let _a = network.start(Lvsha, "a", &silent(&instance(150, FAST)));
    network.expect_owners(ADDRESS, &["b"], OVERLAP);
}

#[test]
fn addresses_of_a_killed_process_go_with_the_next_one() {
    let Some(network) = Network::new(&[Lvsha]) else { return };
    // Also of one that calls itself their owner.
    for (priority, lines) in
        [(150, FAST.to_owned()), (255, FAST.to_owned()), (255, format!("{FAST}\n use_vmac"))]
    {
        let configuration = instance(priority, &lines);
        let a = network.start(Lvsha, "a", &configuration);
        network.expect_owners(ADDRESS, &["a"], OVERLAP);
        a.kill();
        let a = network.start(Lvsha, "a", &silent(&configuration));
        a.expect_status("INIT");
        assert_eq!(network.owners(ADDRESS), ["a"]);
        assert_eq!(a.stop(), Some(0));
        assert_eq!(network.owners(ADDRESS), [""; 0], "{configuration}");
    }
}

#[test]
fn addresses_of_a_killed_process_go_whatever_their_length() {
    let Some(network) = Network::new(&[Lvsha]) else { return };
    let rows = [(ADDRESS, "32", "24"), (ADDRESS, "24", "32"), ("fe80::100", "128", "64")];
    for (address, before, after) in rows {
        let with = |priority, length| {
            instance(priority, FAST).replace("10.9.0.100/24", &format!("{address}/{length}"))
        };
        let a = network.start(Lvsha, "a", &with(150, before));
        network.expect_owners(address, &["a"], OVERLAP);
        let b = network.start(Lvsha, "b", &with(100, after));
        b.expect_status("BACKUP");
        a.kill();
        network.expect_owners(address, &["a", "b"], Duration::from_secs(25));
        let a = network.start(Lvsha, "a", &silent(&with(150, after)));
        network.expect_owners(address, &["b"], OVERLAP);
        assert_eq!(a.stop(), Some(0));
        assert_eq!(b.stop(), Some(0));

        // Where nobody else is master it is replaced.
        let a = network.start(Lvsha, "a", &with(150, before));
        network.expect_owners(address, &["a"], OVERLAP);
        a.kill();
        let a = network.start(Lvsha, "a", &with(150, after));
        a.expect_status("MASTER");
        network.expect_told("a", address, &format!("{address}/{after}"));
        assert_eq!(a.stop(), Some(0));
        assert_eq!(network.owners(address), [""; 0]);
    }
}

#[test]
fn the_only_address_of_an_interface_is_no_leftover() {
    let Some(network) = Network::new(&[Lvsha]) else { return };
    // Meant as an owner, without its priority.
    let own = instance(150, FAST).replace("10.9.0.100/24", OWN);
    let a = network.start(Lvsha, "a", &own);
    a.expect_status("FAULT");
    assert_eq!(a.stop(), Some(0));
    assert_eq!(network.owners(OWN), ["a"]);
}

#[test]
fn a_virtual_link_is_made_again() {
    let Some(network) = Network::new(&[Lvsha]) else { return };
    let virtual_mac = instance(150, &format!("{FAST}\n use_vmac"));
    let before = network.setting("arp_ignore");
    // The interface comes after the start.
    network.ip_in("a", &["link", "del", "eth0"]);
    let a = network.start(Lvsha, "a", &virtual_mac);
    a.expect_status("FAULT");
    network.plug_in_again();
    network.ip_in("a", &["link", "set", "eth0", "up"]);
    network.expect_owners(ADDRESS, &["a"], OVERLAP);

    network.ip_in("a", &["link", "del", "vrrp.51"]);
    network.expect_owners(ADDRESS, &["a"], OVERLAP);

    network.ip_in("a", &["link", "del", "eth0"]);
    network.plug_in_again();
    assert_eq!(network.owners(ADDRESS), [""; 0]);
    network.ip_in("a", &["link", "set", "eth0", "up"]);
    network.expect_owners(ADDRESS, &["a"], OVERLAP);
    assert_eq!(network.setting("arp_ignore"), "1");
    assert_eq!(a.stop(), Some(0));
    assert_eq!(network.setting("arp_ignore"), before);
    let links = network.run_in("a", "ip", &["-o", "link"]);
    assert!(!String::from_utf8_lossy(&links.stdout).contains("vrrp"));
}

#[test]
fn an_address_that_a_reload_brings_is_announced_and_the_refresh_goes_on() {
    let Some(network) = Network::new(&[Lvsha]) else { return };
    let lines = format!("{FAST}\n garp_master_delay 0\n garp_master_refresh 1");
    let configuration = instance(150, &lines);
    let a = network.start(Lvsha, "a", &configuration);
    network.expect_owners(ADDRESS, &["a"], OVERLAP);
    network.mislead(MORE);
    let more = configuration.replace("10.9.0.100/24", "10.9.0.100/24\n 10.9.0.101/24");
    network.reload(&a, &more);
    network.expect_owners(MORE, &["a"], OVERLAP);
    network.expect_announced(MORE);
    for _ in 0..2 {
        network.mislead(ADDRESS);
        network.expect_announced(ADDRESS);
    }
}

#[test]
fn a_reload_removes_an_address_with_another_end() {
    let Some(network) = Network::new(&[Lvsha]) else { return };
    let configuration = instance(150, FAST);
    let with =
        |first: &str| configuration.replace("10.9.0.100/24", &format!("{first}\n 10.9.0.101/24"));
    let a = network.start(Lvsha, "a", &with("10.9.0.100 peer 10.9.1.1/32"));
    network.expect_owners(ADDRESS, &["a"], OVERLAP);
    // Another end is another address.
    network.reload(&a, &with("10.9.0.100 peer 10.9.1.2/32"));
    network.expect_told("a", ADDRESS, "10.9.0.100 peer 10.9.1.2/32");
    network.reload(&a, &with(""));
    network.expect_owners(ADDRESS, &[], OVERLAP);
    assert_eq!(network.owners(MORE), ["a"]);
}

#[test]
fn a_reload_gives_an_address_another_label() {
    let Some(network) = Network::new(&[Lvsha]) else { return };
    let configuration = instance(150, FAST);
    let with =
        |words: &str| configuration.replace("10.9.0.100/24", &format!("10.9.0.100/24 {words}"));
    let a = network.start(Lvsha, "a", &configuration);
    network.expect_owners(ADDRESS, &["a"], OVERLAP);
    let rows = [
        ("label eth0:x", "10.9.0.100/24 scope global secondary eth0:x"),
        ("brd + label eth0:y", "10.9.0.100/24 brd 10.9.0.255 scope global secondary eth0:y"),
        ("", "10.9.0.100/24 scope global secondary eth0\\"),
    ];
    for (words, shown) in rows {
        network.reload(&a, &with(words));
        network.expect_told("a", ADDRESS, shown);
    }
    assert_eq!(a.status()["routers"][0]["counters"]["became_master"], 1);
    assert!(!network.logs().contains("was gone"), "{}", network.logs());
}

impl Network {
    /// Waits for these words alone about an address.
    fn expect_told(&self, name: &str, address: &str, words: &str) {
        eventually(|| {
            let output = self.run_in(name, "ip", &["-o", "addr", "show"]);
            let told = String::from_utf8_lossy(&output.stdout).into_owned();
            if told.contains(words) && told.matches(address).count() == 1 {
                return Ok(());
            }
            Err(format!("no `{words}` alone in\n{told}{}", self.logs()))
        });
    }
}

impl Director {
    /// Waits until its only router is in a state.
    fn expect_status(&self, state: &str) {
        eventually(|| {
            let mut ctl = std::process::Command::new(env!("CARGO_BIN_EXE_lvsha"));
            // The socket may not be there yet.
            ctl.args(["ctl", "status", "--json", "--control"]).arg(&self.control);
            let told = String::from_utf8_lossy(&ctl.output().unwrap().stdout).into_owned();
            let status: serde_json::Value = serde_json::from_str(&told).unwrap_or_default();
            let is_so = status.pointer("/routers/0/state").is_some_and(|now| now == state);
            if is_so { Ok(()) } else { Err(format!("not {state}: {told}")) }
        });
    }
}

const WRONG_MAC: &str = "02:00:00:00:00:99";
