//! tcpdump as a third party: what it makes of lvsha's packets.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use super::Program::Lvsha;
use super::data::{is_missing, peers_root};
use super::{ADDRESS, Network, instance};

const OVERLAP: Duration = Duration::from_secs(3);

impl Network {
    /// What tcpdump says about everything on the bridge while `run` runs; `None`, with a word about it,
    /// without tcpdump.
    pub(crate) fn capture(&self, run: impl FnOnce()) -> Option<String> {
        let program = peers_root().join("usr/bin/tcpdump");
        if !program.exists() {
            is_missing("no tree with tcpdump: run tests/peers/build");
            return None;
        }
        let mut tcpdump = Command::new("ip")
            .args(["netns", "exec", &self.space("s")])
            .arg(program)
            // Without names, with everything that it can check, and the frames.
            .args(["-n", "-e", "-vvv", "-l", "-i", "br0", "-Z", "root"])
            .arg("proto 112 or ip6 proto 112 or arp or icmp6")
            .env("LD_LIBRARY_PATH", peers_root().join("usr/lib/x86_64-linux-gnu"))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut errors = BufReader::new(tcpdump.stderr.take().unwrap());
        let mut line = String::new();
        while !line.contains("listening on") {
            line.clear();
            assert!(errors.read_line(&mut line).unwrap() > 0, "tcpdump does not start");
        }
        let mut lines = BufReader::new(tcpdump.stdout.take().unwrap()).lines();
        run();
        // It tells in order: when this is told, everything before is. Questions are repeated, so that each
        // end is another one.
        static ENDS: AtomicU8 = AtomicU8::new(60);
        let end = format!("10.9.0.{}", ENDS.fetch_add(1, Ordering::Relaxed));
        self.run_in("a", "bash", &["-c", &format!("echo > /dev/udp/{end}/9")]);
        let mut told = String::new();
        while !told.contains(&format!("who-has {end}")) {
            told.push_str(&lines.next().unwrap().unwrap());
            told.push('\n');
        }
        tcpdump.kill().unwrap();
        tcpdump.wait().unwrap();
        Some(told)
    }

    /// What it says about everything that a director sends from its start to its stop.
    fn judged(&self, configuration: &str, address: &str) -> Option<String> {
        self.capture(|| {
            let a = self.start(Lvsha, "a", configuration);
            self.expect_owners(address, &["a"], OVERLAP);
            a.stop();
        })
    }
}

/// Nothing that tcpdump finds wrong, and each of these.
fn expect(told: Option<String>, wanted: &[&str]) {
    let Some(told) = told else { return };
    // `(bad vrrp cksum ..`, `bad cksum`, `[|vrrp]`, `malformed`, `invalid`.
    for complaint in ["bad ", "[|", "malformed", "invalid", "truncated"] {
        assert!(!told.contains(complaint), "{complaint}:\n{told}");
    }
    for words in wanted {
        assert!(told.contains(words), "no `{words}` in\n{told}");
    }
}

#[test]
fn tcpdump_reads_version_2_with_password() {
    let Some(network) = Network::new(&[Lvsha]) else { return };
    let lines = "authentication {\n auth_type PASS\n auth_pass 1111\n }";
    let wanted = [
        "01:00:5e:00:00:12",
        "ttl 255",
        "proto VRRP (112)",
        "10.9.0.1 > 224.0.0.18: VRRPv2, Advertisement, vrid 51, prio 150, \
         authtype simple, intvl 1s, length 20, addrs: 10.9.0.100 auth \"1111\"",
        "VRRPv2, Advertisement, vrid 51, prio 0,",
        "Request who-has 10.9.0.100 tell 10.9.0.100",
    ];
    expect(network.judged(&instance(150, lines), ADDRESS), &wanted);
}

#[test]
fn tcpdump_reads_version_3_of_both_families() {
    let Some(network) = Network::new(&[Lvsha]) else { return };
    let lines = "version 3\n advert_int 0.2";
    let wanted = [
        "10.9.0.1 > 224.0.0.18: VRRPv3, Advertisement, vrid 51, prio 150, \
         intvl 20cs, length 12, addrs: 10.9.0.100",
        "VRRPv3, Advertisement, vrid 51, prio 0,",
    ];
    expect(network.judged(&instance(150, lines), ADDRESS), &wanted);

    let six = instance(150, lines).replace("10.9.0.100/24", "fe80::100/64\n 2001:db8::100/64");
    let wanted = [
        "33:33:00:00:00:12",
        "hlim 255",
        "fe80::1 > ff02::12: VRRPv3, Advertisement, vrid 51, prio 150, intvl 20cs, length 40, \
         addrs(2): fe80::100,2001:db8::100",
        "prio 0,",
        "ICMP6, neighbor advertisement",
        "tgt is 2001:db8::100, Flags [router, override]",
    ];
    expect(network.judged(&six, "2001:db8::100"), &wanted);
}

#[test]
fn tcpdump_sees_the_virtual_mac() {
    let Some(network) = Network::new(&[Lvsha]) else { return };
    let lines = "version 3\n advert_int 0.2\n use_vmac";
    let wanted = [
        "00:00:5e:00:01:33 > 01:00:5e:00:00:12",
        "00:00:5e:00:01:33 > ff:ff:ff:ff:ff:ff, ethertype ARP",
        "VRRPv3, Advertisement, vrid 51, prio 150, intvl 20cs",
    ];
    expect(network.judged(&instance(150, lines), ADDRESS), &wanted);
}
