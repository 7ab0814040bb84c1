//! What the standard demands of a director as a whole, the kernel's part included.

use std::time::Duration;

use super::Program::Lvsha;
use super::{ADDRESS, Network, instance};

const FAST: &str = "version 3\n advert_int 0.2";
const OVERLAP: Duration = Duration::from_secs(3);
const SIX: &str = "2001:db8::100";

/// The router with addresses of IPv6.
fn six(priority: u8, lines: &str) -> String {
    instance(priority, lines).replace("10.9.0.100/24", "fe80::100/64\n 2001:db8::100/64")
}

impl Network {
    /// What a program in a namespace prints.
    fn told(&self, name: &str, words: &[&str]) -> String {
        let (program, arguments) = words.split_first().unwrap();
        let output = self.run_in(name, program, arguments);
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// Whether a connection to the address is refused, which needs somebody who takes packets for it.
    fn is_refused(&self, address: &str) -> bool {
        let knock = format!("echo > /dev/tcp/{address}/9");
        let output = self.run_in("s", "timeout", &["1.5", "bash", "-c", &knock]);
        String::from_utf8_lossy(&output.stderr).contains("refused")
    }

    /// Gives the observer an address that reaches IPv6 ones.
    fn observe_six(&self) {
        self.ip_in("s", &["addr", "add", "2001:db8::9/64", "dev", "br0", "nodad"]);
    }
}

#[test]
fn a_backup_answers_nobody_and_takes_no_packets() {
    let Some(network) = Network::new(&[Lvsha]) else { return };
    network.observe_six();
    // So slow that the backup stays one without its master.
    let slow = "version 3\n advert_int 20";
    for (configuration, address) in [(instance(100, slow), ADDRESS), (six(100, slow), SIX)] {
        let b = network.start(Lvsha, "b", &configuration);
        b.expect_log("entering BACKUP");
        assert!(!network.is_refused(address));
        let neighbours = network.told("s", &["ip", "neigh", "show", address]);
        assert!(!neighbours.contains("lladdr"), "nobody answers: {neighbours}");
        // Whoever sends a frame for it all the same.
        let link = network.told("b", &["cat", "/sys/class/net/eth0/address"]);
        let frame = ["neigh", "replace", address, "lladdr", link.trim(), "dev", "br0"];
        network.ip_in("s", &[&frame[..], &["nud", "permanent"]].concat());
        assert!(!network.is_refused(address), "a backup took a packet");
        network.ip_in("s", &["neigh", "del", address, "dev", "br0"]);
        assert_eq!(network.owners(address), [""; 0]);
        b.stop();
    }
}

#[test]
fn a_backup_discards_frames_for_the_virtual_mac() {
    let Some(network) = Network::new(&[Lvsha]) else { return };
    let b = network.start(Lvsha, "b", &instance(100, "version 3\n advert_int 20\n use_vmac"));
    b.expect_log("entering BACKUP");
    let frame = ["neigh", "replace", ADDRESS, "lladdr", "00:00:5e:00:01:33", "dev", "br0"];
    network.ip_in("s", &[&frame[..], &["nud", "permanent"]].concat());
    assert!(!network.is_refused(ADDRESS), "a backup took a packet");
}

#[test]
fn with_a_virtual_mac_neighbours_hear_no_other() {
    let Some(network) = Network::new(&[Lvsha]) else { return };
    network.observe_six();
    // The Router flag is the kernel's, which sets it where packets are forwarded.
    network.run_in("a", "sysctl", &["-q", "-w", "net.ipv6.conf.all.forwarding=1"]);
    let rows = [
        (instance(150, &format!("{FAST}\n use_vmac")), ADDRESS, "00:00:5e:00:01:33"),
        (six(150, &format!("{FAST}\n use_vmac")), SIX, "00:00:5e:00:02:33"),
    ];
    for (configuration, address, mac) in rows {
        let told = network.capture(|| {
            let a = network.start(Lvsha, "a", &configuration);
            network.expect_owners(address, &["a"], OVERLAP);
            assert!(network.is_refused(address), "{}", network.logs());
            a.stop();
        });
        let Some(told) = told else { return };
        // Each frame is a line with its header, and perhaps more lines with a blank in front.
        let frames = told.split("\n").filter(|line| !line.starts_with([' ', '\t']));
        let speaks = |frame: &&str| {
            frame.contains(&format!("tell {address}"))
                || frame.contains(&format!("Reply {address}"))
                || frame.contains(&format!("tgt is {address}"))
        };
        let spoken: Vec<&str> = frames.filter(speaks).collect();
        assert!(spoken.len() > 5, "{told}");
        for frame in spoken {
            let sender = frame.split(' ').nth(1);
            assert_eq!(sender, Some(mac), "{frame}");
        }
        if address == SIX {
            assert!(told.contains("Flags [router, solicited, override]"), "{told}");
            assert!(told.contains("Flags [router, override]"), "{told}");
        } else {
            assert!(told.contains(&format!("Reply {address} is-at {mac}")), "{told}");
        }
    }
}

#[test]
fn a_virtual_mac_makes_no_interface_identifier() {
    let Some(network) = Network::new(&[Lvsha]) else { return };
    let lines = format!("{FAST}\n use_vmac");
    let excluded = format!("{lines}\n virtual_ipaddress_excluded {{\n {SIX}/64\n }}");
    let rows = [
        (instance(150, &lines), ADDRESS, "vrrp.51", vec![]),
        (instance(150, &excluded), SIX, "vrrp.51", vec!["2001:db8::100/64"]),
        (six(150, &lines), SIX, "vrrp6.51", vec!["2001:db8::100/64", "fe80::100/64"]),
    ];
    for (configuration, address, link, expected) in rows {
        let a = network.start(Lvsha, "a", &configuration);
        network.expect_owners(address, &["a"], OVERLAP);
        let shown = network.told("a", &["ip", "-6", "-o", "addr", "show", "dev", link]);
        let mut found: Vec<&str> =
            shown.lines().filter_map(|line| line.split_whitespace().nth(3)).collect();
        found.sort_unstable();
        assert_eq!(found, expected);
        a.stop();
    }
}

#[test]
fn only_the_master_is_in_the_solicited_node_group() {
    let Some(network) = Network::new(&[Lvsha]) else { return };
    let _a = network.start(Lvsha, "a", &six(150, FAST));
    let b = network.start(Lvsha, "b", &six(100, FAST));
    network.expect_owners(SIX, &["a"], OVERLAP);
    b.expect_log("entering BACKUP");
    // ff02::1:ff00:100, without colons.
    let joined = |name: &str| {
        let groups = network.told(name, &["cat", "/proc/net/igmp6"]);
        groups.contains("ff0200000000000000000001ff000100")
    };
    assert!(joined("a"));
    assert!(!joined("b"));
}

#[test]
fn nothing_makes_the_kernel_forward_advertisements() {
    let Some(network) = Network::new(&[Lvsha]) else { return };
    let routes = || {
        let mut all = network.told("a", &["ip", "-4", "route", "show", "table", "all"]);
        all += &network.told("a", &["ip", "mroute", "show"]);
        all += &network.told("a", &["ip", "rule", "show"]);
        let is_other = |line: &&str| !line.contains(ADDRESS);
        all.lines().filter(is_other).map(ToOwned::to_owned).collect::<Vec<_>>()
    };
    let before = routes();
    let _a = network.start(Lvsha, "a", &instance(150, FAST));
    network.expect_owners(ADDRESS, &["a"], OVERLAP);
    assert_eq!(routes(), before);
}
