//! `no_accept`: nobody on the director gets packets for the virtual address.

use std::time::Duration;

use super::Program::{Keepalived, Lvsha};
use super::network::{Director, eventually};
use super::{ADDRESS, Network, instance};

const OVERLAP: Duration = Duration::from_secs(3);

impl Network {
    /// Whether the address refuses a connection: who takes no packets does not even do that.
    fn answers(&self, address: &str) -> bool {
        let knock = format!("echo > /dev/tcp/{address}/9");
        let output = self.run_in("s", "timeout", &["1.5", "bash", "-c", &knock]);
        String::from_utf8_lossy(&output.stderr).contains("refused")
    }
}

#[test]
fn packets_for_an_address_that_is_not_accepted_are_dropped() {
    for program in [Lvsha, Keepalived] {
        let Some(network) = Network::new(&[program]) else { return };
        let lines = "version 3\n advert_int 0.2\n no_accept";
        let a = network.start(program, "a", &instance(150, lines));
        network.expect_owners(ADDRESS, &["a"], OVERLAP);
        assert!(!network.answers(ADDRESS), "{program:?}: {}", network.logs());
        assert!(network.answers("10.9.0.1"), "the director's own address");
        a.stop();
        // Nothing is left behind.
        network.ip_in("a", &["addr", "add", "10.9.0.100/24", "dev", "eth0"]);
        assert!(network.answers(ADDRESS), "{program:?}");
    }
}

#[test]
fn neighbours_find_an_ipv6_address_that_is_not_accepted() {
    let Some(network) = Network::new(&[Lvsha]) else { return };
    network.ip_in("s", &["addr", "add", "2001:db8::9/64", "dev", "br0", "nodad"]);
    let lines = "version 3\n advert_int 0.2\n no_accept";
    let router = instance(150, lines).replace("10.9.0.100/24", "fe80::100/64\n 2001:db8::100/64");
    let _a = network.start(Lvsha, "a", &router);
    network.expect_owners("2001:db8::100", &["a"], OVERLAP);
    assert!(!network.answers("2001:db8::100"), "{}", network.logs());
    let neighbours = network.run_in("s", "ip", &["neigh", "show", "2001:db8::100"]);
    let neighbours = String::from_utf8_lossy(&neighbours.stdout).into_owned();
    assert!(neighbours.contains("lladdr"), "{neighbours}");
}

#[test]
fn a_reload_accepts_and_refuses() {
    let Some(network) = Network::new(&[Lvsha]) else { return };
    let lines = "version 3\n advert_int 0.2\n";
    let a = network.start(Lvsha, "a", &instance(150, lines));
    network.expect_owners(ADDRESS, &["a"], OVERLAP);
    assert!(network.answers(ADDRESS));
    for (more, answers) in [("no_accept", false), ("accept", true)] {
        let text = instance(150, &format!("{lines} {more}"));
        std::fs::write(network.path("a.conf"), text).unwrap();
        network.reload_and_wait(&a);
        assert_eq!(network.answers(ADDRESS), answers, "{more}: {}", network.logs());
    }
}

impl Network {
    /// Has the daemon read its configuration again, and waits until it says that it has.
    fn reload_and_wait(&self, director: &Director) {
        let reloads = || self.logs().matches("reload").count();
        let before = reloads();
        director.signal("HUP");
        eventually(|| if reloads() > before { Ok(()) } else { Err(self.logs()) });
        // It answers in order: behind the log's line everything is done.
        director.status();
    }
}
