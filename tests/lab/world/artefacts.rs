//! What is kept of a scenario that failed.

use std::fs;
use std::process::{Child, Command, Stdio};

use super::command::try_run;
use super::{Machine, port};
use crate::inventory::{CLIENT, NODES};

/// tcpdump on the bridge: announcements, heartbeats, who answers for which address.
pub(super) struct Capture(Child);

const FILE: &str = "/run/artefacts/capture.pcap";

impl Capture {
    /// A lab without a capture is better than none.
    pub(super) fn start(_scenario: &str) -> Option<Self> {
        let _ = fs::remove_file(FILE);
        Command::new("tcpdump")
            .args(["-i", "br0", "-U", "-s", "256", "-w", FILE])
            // Answers to the watcher go past the bridge's own ear; broadcasts and what is flooded do not.
            .arg(format!(
                "proto 112 or ip6 proto 112 or udp port 694 or (arp and not ether src {})",
                CLIENT.mac_in_words()
            ))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .ok()
            .map(Self)
    }
}

impl Drop for Capture {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Commands whose output tells what a node was like.
const QUESTIONS: [(&str, &[&str]); 6] = [
    ("journal", &["journalctl", "--no-pager", "--output=short-monotonic"]),
    ("addresses", &["ip", "-statistics", "addr"]),
    ("routes", &["ip", "route", "show", "table", "all"]),
    ("table", &["ipvsadm", "--list", "--numeric", "--stats"]),
    ("processes", &["ps", "axfo", "pid,stat,lstart,args"]),
    (
        "logs",
        &[
            "sh",
            "-c",
            "tail -n 500 /var/log/ha-log /var/log/ldirectord.log /var/log/nginx/error.log",
        ],
    ),
];

/// Sends an archive of what can be known now to the outside.
pub(super) fn save(scenario: &str, failure: &str) {
    let folder = format!("/run/artefacts/{scenario}");
    let _ = fs::create_dir_all(&folder);
    let _ = fs::write(format!("{folder}/failure"), failure);
    let _ = fs::copy(FILE, format!("{folder}/capture.pcap"));
    for host in NODES.iter().copied() {
        let node = Machine(host);
        node.resume_if_it_runs();
        for (name, question) in QUESTIONS {
            let answer = node.try_run(question).unwrap_or_else(|reason| reason);
            let _ = fs::write(format!("{folder}/{host}.{name}"), answer);
        }
        let _ = fs::copy(format!("/run/nodes/{host}.console"), format!("{folder}/{host}.console"));
    }
    let timeline = super::watch::last_timeline();
    let _ = fs::write(format!("{folder}/timeline"), timeline);
    let port = port::artefacts();
    let _ = try_run(&[
        "sh",
        "-c",
        &format!("tar -C /run/artefacts -cf - {scenario} >>{}", port.display()),
    ]);
    let _ = fs::remove_dir_all(folder);
}
