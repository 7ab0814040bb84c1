//! What every other scenario takes for granted.

use crate::inventory::{NODES, VIP};
use crate::world::Lab;

pub(super) fn every_node_takes_ssh_connections_and_has_lvsha(lab: &Lab) {
    for host in NODES.iter().copied() {
        let login = format!("root@{}", host.address());
        let said = lab.client(&[
            "ssh",
            "-i",
            "/lab/key",
            "-o",
            "BatchMode=yes",
            "-o",
            "StrictHostKeyChecking=no",
            "-o",
            "UserKnownHostsFile=/tmp/known_hosts",
            "-o",
            "LogLevel=ERROR",
            &login,
            "uname -n && lvsha --version",
        ]);
        let expected = format!("{}\nlvsha {}\n", host.hostname(), env!("CARGO_PKG_VERSION"));
        assert_eq!(said, expected, "{host}");
    }
}

pub(super) fn nobody_answers_for_the_address_while_no_director_runs(lab: &Lab) {
    // Real servers have it on their loopback, and would answer if arp_ignore were not in force.
    let watch = lab.watch(VIP);
    crate::world::pass(1.0);
    let record = watch.record();
    assert!(record.answers.is_empty(), "{}", record.timeline());
    assert!(record.visits.iter().all(|visit| visit.page.is_none()), "{}", record.timeline());
}
