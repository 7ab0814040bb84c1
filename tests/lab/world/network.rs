//! The link: one bridge, a cable to every machine, and what can go wrong with a cable.

use std::collections::BTreeSet;
use std::fs::File;
use std::sync::Mutex;

use rustix::fd::AsFd;
use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};

use super::command::{run, try_run};
use crate::inventory::{CLIENT, GATEWAY, Host, interface};

/// The bridge, which is also the gateway.
pub(super) fn bridge() -> Result<(), String> {
    ip("link set lo up")?;
    // Snooping would hold multicast back until the first membership report.
    ip("link add br0 type bridge mcast_snooping 0 forward_delay 0")?;
    ip("link set br0 up")?;
    ip(&format!("addr add {}/24 dev br0", GATEWAY.address()))?;
    ip(&format!("addr add {}/64 dev br0 nodad", GATEWAY.address6()))
}

/// A network namespace with addresses and a cable to the bridge.
pub(super) fn connect(host: Host) -> Result<(), String> {
    let (name, port, interface) = (host.name, host.port(), interface());
    ip(&format!("netns add {name}"))?;
    ip(&format!(
        "link add {port} type veth peer name {interface} address {} netns {name}",
        host.mac_in_words()
    ))?;
    ip(&format!("link set {port} master br0 up"))?;
    ip(&format!("-n {name} link set lo up"))?;
    ip(&format!("-n {name} link set {interface} up"))?;
    ip(&format!("-n {name} addr add {}/24 brd + dev {interface}", host.address()))?;
    ip(&format!("-n {name} addr add {}/64 dev {interface} nodad", host.address6()))?;
    ip(&format!("-n {name} route add default via {}", GATEWAY.address()))
}

pub(super) fn client() -> Result<(), String> {
    connect(CLIENT)
}

/// As if it had never been: the cable, the addresses, the tables.
pub(super) fn disconnect(host: Host) {
    let _ = ip(&format!("link del {}", host.port()));
    let _ = ip(&format!("netns del {}", host.name));
}

/// Machines whose cable has something that [`heal`] undoes: it starts three programs.
static HARMED: Mutex<BTreeSet<Host>> = Mutex::new(BTreeSet::new());

/// The switch stops forwarding for this port. The machine's own link stays up, so that it does not notice.
pub(super) fn cut(host: Host) {
    harm(host);
    run(&["bridge", "link", "set", "dev", &host.port(), "state", "disabled"]);
}

/// The cable is pulled: the machine sees its carrier go.
pub(super) fn unplug(host: Host) {
    harm(host);
    run(&["ip", "link", "set", &host.port(), "down"]);
}

/// Loss, delay and the like on the way to the machine, in netem's words.
pub(super) fn impair(host: Host, how: &str) {
    harm(host);
    let port = host.port();
    let mut words = vec!["tc", "qdisc", "replace", "dev", &port, "root", "netem"];
    words.extend(how.split(' '));
    run(&words);
}

/// Undoes all of the above, if anything was done.
pub(super) fn heal(host: Host) {
    if !HARMED.lock().unwrap().remove(&host) {
        return;
    }
    let port = host.port();
    let _ = try_run(&["tc", "qdisc", "del", "dev", &port, "root"]);
    let _ = try_run(&["ip", "link", "set", &port, "up"]);
    let _ = try_run(&["bridge", "link", "set", "dev", &port, "state", "forwarding"]);
}

/// The calling thread lives in that machine's network from now on, and must end there.
pub(super) fn enter(host: Host) {
    let file =
        File::open(format!("/run/netns/{}", host.name)).expect("the namespace was made at boot");
    move_into_link_name_space(file.as_fd(), Some(LinkNameSpaceType::Network))
        .expect("root may enter a namespace");
}

fn harm(host: Host) {
    HARMED.lock().unwrap().insert(host);
}

fn ip(words: &str) -> Result<(), String> {
    let words: Vec<&str> = std::iter::once("ip").chain(words.split(' ')).collect();
    try_run(&words).map(drop)
}
