//! One director with lvsha, the other one with the real keepalived, in both roles.

use std::time::Duration;

use super::Program::{Keepalived, Lvsha};
use super::network::eventually;
use super::{ADDRESS, Network, Program, instance};

/// Two masters at once are a conflict; both may advertise once before one yields.
const OVERLAP: Duration = Duration::from_secs(3);

const WATCH: Duration = Duration::from_secs(3);

/// The better one is master, dies, comes back, and stops in order.
fn life(better: Program, worse: Program, lines: &str) {
    let Some(network) = Network::new(&[better, worse]) else { return };
    let strong = instance(150, lines);
    let a = network.start(better, "a", &strong);
    let b = network.start(worse, "b", &instance(100, lines));
    network.expect_owners(ADDRESS, &["a"], OVERLAP);
    network.expect_stable(ADDRESS, &["a"], WATCH);

    // keepalived's child hands over when only its parent is killed, so the interface fails instead.
    network.ip_in("a", &["link", "set", "eth0", "down"]);
    network.expect_owners_of("b");
    network.ip_in("a", &["link", "set", "eth0", "up"]);
    network.expect_owners(ADDRESS, &["a"], OVERLAP);
    network.expect_stable(ADDRESS, &["a"], WATCH);

    a.stop();
    network.expect_owners(ADDRESS, &["b"], OVERLAP);
    let _a = network.start(better, "a", &strong);
    network.expect_owners(ADDRESS, &["a"], OVERLAP);
    b.stop();
    network.expect_stable(ADDRESS, &["a"], WATCH);
}

impl Network {
    /// Waits for an owner; a link that is down keeps keepalived's address for a moment.
    fn expect_owners_of(&self, name: &str) {
        self.expect_owners(ADDRESS, &[name], Duration::from_secs(10));
    }
}

const PASS: &str = "authentication {\n auth_type PASS\n auth_pass 1111\n }";

#[test]
fn version_2_with_password_as_master() {
    life(Lvsha, Keepalived, PASS);
}

#[test]
fn version_2_with_password_as_backup() {
    life(Keepalived, Lvsha, PASS);
}

#[test]
fn version_3_at_100_milliseconds_as_master() {
    life(Lvsha, Keepalived, "version 3\n advert_int 0.1");
}

#[test]
fn version_3_at_100_milliseconds_as_backup() {
    life(Keepalived, Lvsha, "version 3\n advert_int 0.1");
}

#[test]
fn version_3_at_10_milliseconds_in_both_roles() {
    for (better, worse) in [(Lvsha, Keepalived), (Keepalived, Lvsha)] {
        let Some(network) = Network::new(&[better, worse]) else { return };
        let lines = "version 3\n advert_int 0.01";
        let a = network.start(better, "a", &instance(150, lines));
        let b = network.start(worse, "b", &instance(100, lines));
        network.expect_owners(ADDRESS, &["a"], OVERLAP);
        // On a machine with other work either may be late for 30 ms, and is put right at once.
        network.expect_owners(ADDRESS, &["a"], OVERLAP);
        a.stop();
        network.expect_owners(ADDRESS, &["b"], OVERLAP);
        let _a = network.start(better, "a", &instance(150, lines));
        network.expect_owners(ADDRESS, &["a"], OVERLAP);
        drop(b);
    }
}

#[test]
fn a_sync_group_moves_as_a_whole_beside_keepalived() {
    // Without `sync_group_tracking_weight` an interface with a weight has none.
    for (better, worse, followed) in
        [(Lvsha, Keepalived, "eth1 weight -60"), (Keepalived, Lvsha, "eth1")]
    {
        let Some(network) = Network::new(&[better, worse]) else { return };
        for name in ["a", "b"] {
            network.ip_in(name, &["link", "add", "eth1", "type", "veth", "peer", "name", "other1"]);
            network.ip_in(name, &["link", "set", "eth1", "up"]);
            network.ip_in(name, &["link", "set", "other1", "up"]);
        }
        let pair = |priority: u8| {
            let fast = "version 3\n advert_int 0.2";
            // Only the second one follows the other interface.
            let tracks = format!("{fast}\n track_interface {{\n {followed}\n }}");
            let second = instance(priority, &tracks)
                .replace("VI_1", "VI_2")
                .replace("virtual_router_id 51", "virtual_router_id 52")
                .replace("10.9.0.100/24", "10.9.0.101/24");
            let (_, second) = second.split_once("vrrp_instance").unwrap();
            let group = "vrrp_sync_group both {\n group {\n VI_1\n VI_2\n }\n}\n";
            format!("{group}{}vrrp_instance{second}", instance(priority, fast))
        };
        let _a = network.start(better, "a", &pair(150));
        let _b = network.start(worse, "b", &pair(100));
        for address in [ADDRESS, "10.9.0.101"] {
            network.expect_owners(address, &["a"], OVERLAP);
        }
        for (state, owner) in [("down", "b"), ("up", "a")] {
            network.ip_in("a", &["link", "set", "other1", state]);
            for address in [ADDRESS, "10.9.0.101"] {
                network.expect_owners(address, &[owner], OVERLAP);
            }
        }
    }
}

#[test]
fn a_wrong_password_makes_two_masters_and_is_counted() {
    let Some(network) = Network::new(&[Lvsha, Keepalived]) else { return };
    let other = PASS.replace("1111", "2222");
    let a = network.start(Lvsha, "a", &instance(150, PASS));
    let _b = network.start(Keepalived, "b", &instance(100, &other));
    network.expect_owners(ADDRESS, &["a", "b"], Duration::from_secs(60));
    a.expect_log("authentication type or password differs");
    let discarded = a.status()["routers"][0]["discarded"]["authentication"].as_u64();
    assert!(discarded > Some(0), "{discarded:?}");
}

#[test]
fn unicast_peers_understand_each_other() {
    for (better, worse) in [(Lvsha, Keepalived), (Keepalived, Lvsha)] {
        let Some(network) = Network::new(&[better, worse]) else { return };
        let peer = |own: u8, other: u8| {
            format!(
                "version 3\n advert_int 0.2\n unicast_src_ip 10.9.0.{own}\n \
                 unicast_peer {{\n 10.9.0.{other}\n }}"
            )
        };
        let a = network.start(better, "a", &instance(150, &peer(1, 2)));
        let _b = network.start(worse, "b", &instance(100, &peer(2, 1)));
        network.expect_owners(ADDRESS, &["a"], OVERLAP);
        network.expect_stable(ADDRESS, &["a"], WATCH);
        a.stop();
        network.expect_owners(ADDRESS, &["b"], OVERLAP);
    }
}

#[test]
fn a_peer_that_sends_from_another_address_is_heard_unless_sources_are_checked() {
    for worse in [Keepalived, Lvsha] {
        let Some(network) = Network::new(&[Keepalived, worse]) else { return };
        // The better one sends from its first address, and is known by another.
        network.ip_in("a", &["addr", "add", "10.9.0.11/24", "dev", "eth0"]);
        let peer = |other: u8, lines: &str| {
            format!("version 3\n advert_int 0.2\n {lines}\n unicast_peer {{\n 10.9.0.{other}\n }}")
        };
        let _a = network.start(Keepalived, "a", &instance(150, &peer(2, "")));
        network.expect_owners(ADDRESS, &["a"], OVERLAP);
        let b = network.start(worse, "b", &instance(100, &peer(11, "")));
        if worse == Lvsha {
            b.expect_log("(VI_1) 10.9.0.1 is none of its unicast peers");
        }
        network.expect_stable(ADDRESS, &["a"], WATCH);
        b.stop();
        let _b = network.start(worse, "b", &instance(100, &peer(11, "check_unicast_src")));
        network.expect_owners(ADDRESS, &["a", "b"], Duration::from_secs(60));
    }
}

#[test]
fn ipv6_with_keepalived() {
    for (better, worse) in [(Lvsha, Keepalived), (Keepalived, Lvsha)] {
        let Some(network) = Network::new(&[better, worse]) else { return };
        let router = |priority: u8| {
            format!(
                "vrrp_instance VI_6 {{\n interface eth0\n virtual_router_id 6\n version 3\n \
                 priority {priority}\n advert_int 0.2\n virtual_ipaddress {{\n fe80::100/64\n \
                 2001:db8::100/64\n }}\n}}\n"
            )
        };
        let a = network.start(better, "a", &router(150));
        let _b = network.start(worse, "b", &router(100));
        network.expect_owners("2001:db8::100", &["a"], OVERLAP);
        network.expect_stable("2001:db8::100", &["a"], WATCH);
        a.stop();
        network.expect_owners("2001:db8::100", &["b"], OVERLAP);
    }
}

#[test]
fn without_preemption_the_returning_one_waits() {
    for (better, worse) in [(Lvsha, Keepalived), (Keepalived, Lvsha)] {
        let Some(network) = Network::new(&[better, worse]) else { return };
        // Who is left without time for more than three intervals rightly loses the address, and does not get it again.
        let lines = "state BACKUP\n nopreempt\n version 3\n advert_int 1";
        let _b = network.start(worse, "b", &instance(100, lines));
        network.expect_owners(ADDRESS, &["b"], OVERLAP);
        let a = network.start(better, "a", &instance(150, lines));
        // Who ended at once would leave the other one alone as well.
        a.expect_log(match better {
            Lvsha => "(VI_1) entering BACKUP",
            Keepalived => "(VI_1) Entering BACKUP STATE",
        });
        network.expect_stable(ADDRESS, &["b"], WATCH);
        assert_eq!(a.stop(), Some(0), "it ran to the end: {}", network.logs());
        network.expect_stable(ADDRESS, &["b"], WATCH);
    }
}

#[test]
fn among_equals_the_higher_address_wins() {
    for (first, second) in [(Lvsha, Keepalived), (Keepalived, Lvsha)] {
        let Some(network) = Network::new(&[first, second]) else { return };
        let lines = "version 3\n advert_int 0.2";
        // Both become master, because they do not hear each other.
        network.ip_in("s", &["link", "set", "porta", "down"]);
        network.ip_in("s", &["link", "set", "portb", "down"]);
        let _a = network.start(first, "a", &instance(100, lines));
        let _b = network.start(second, "b", &instance(100, lines));
        network.ip_in("s", &["link", "set", "porta", "up"]);
        network.ip_in("s", &["link", "set", "portb", "up"]);
        network.expect_one_owner();
    }
}

#[test]
fn a_virtual_mac_of_ipv6_with_keepalived() {
    for (better, worse) in [(Lvsha, Keepalived), (Keepalived, Lvsha)] {
        let Some(network) = Network::new(&[better, worse]) else { return };
        let lines = "use_vmac\n version 3\n advert_int 0.2";
        let six = |priority| {
            let addresses = "fe80::100/64\n 2001:db8::100/64";
            instance(priority, lines).replace("10.9.0.100/24", addresses)
        };
        let a = network.start(better, "a", &six(150));
        let _b = network.start(worse, "b", &six(100));
        network.expect_owners("2001:db8::100", &["a"], OVERLAP);
        network.expect_stable("2001:db8::100", &["a"], WATCH);
        a.stop();
        network.expect_owners("2001:db8::100", &["b"], OVERLAP);
    }
}

impl Network {
    fn expect_one_owner(&self) {
        eventually(|| if self.owners(ADDRESS).len() == 1 { Ok(()) } else { Err(self.logs()) });
    }
}

#[test]
fn a_virtual_mac_with_keepalived() {
    for (better, worse) in [(Lvsha, Keepalived), (Keepalived, Lvsha)] {
        let Some(network) = Network::new(&[better, worse]) else { return };
        let lines = "use_vmac\n version 3\n advert_int 0.2";
        let a = network.start(better, "a", &instance(150, lines));
        let _b = network.start(worse, "b", &instance(100, lines));
        network.expect_owners(ADDRESS, &["a"], OVERLAP);
        network.expect_stable(ADDRESS, &["a"], WATCH);
        // Nobody listens on that port, and to be told so needs both directions.
        let knock = format!("timeout 5 bash -c 'echo > /dev/tcp/{ADDRESS}/9'");
        let answer = network.run_in("s", "bash", &["-c", &knock]);
        let answer = String::from_utf8_lossy(&answer.stderr).into_owned();
        assert!(answer.contains("refused"), "{answer}\n{}", network.logs());
        // keepalived asks for clients' addresses with the real MAC, which spoils their memory.
        if better == Lvsha {
            let neighbours = network.run_in("s", "ip", &["neigh", "show", ADDRESS]);
            let neighbours = String::from_utf8_lossy(&neighbours.stdout).into_owned();
            assert!(neighbours.contains("00:00:5e:00:01:33"), "{neighbours}");
        }
        a.stop();
        network.expect_owners(ADDRESS, &["b"], OVERLAP);
    }
}

#[test]
fn more_addresses_than_an_advertisement_holds_in_both_roles() {
    let all: String = (0..120).map(|last| format!(" 2001:db8::{last:x}/64\n")).collect();
    let many = |priority| {
        let configuration = instance(priority, "version 3");
        configuration.replace("10.9.0.100/24", &format!("fe80::100/64\n{all}"))
    };
    for (better, worse) in [(Lvsha, Keepalived), (Keepalived, Lvsha)] {
        let Some(network) = Network::new(&[better, worse]) else { return };
        let a = network.start(better, "a", &many(150));
        network.expect_owners("fe80::100", &["a"], OVERLAP);
        // The last one is not advertised, and held all the same.
        network.expect_owners("2001:db8::77", &["a"], OVERLAP);
        let b = network.start(worse, "b", &many(100));
        // Longer than a director is patient with a master that it does not understand.
        network.expect_stable("fe80::100", &["a"], 2 * WATCH);
        for (program, director) in [(better, &a), (worse, &b)] {
            if program == Lvsha {
                director.expect_log("an advertisement holds 89 of the 121 addresses");
            }
        }
        assert!(!network.logs().contains("advertises other addresses"), "{}", network.logs());
    }
}
