//! An inventory becomes a cluster: `lvsha` on the client, over SSH, against nodes that have nothing but sshd.

use super::desk::{
    Change, DESK, Desk, HEAVIER, ONE_LESS, WEIGHTED, on_nodes, processes, served, unseen, weights,
};
use crate::inventory::{CLIENT, DIRECTORS, Host, LW1, LW2, NODES, REAL_SERVERS, VIP};
use crate::world::{Lab, now, until};

pub(super) fn an_inventory_becomes_a_cluster_and_a_second_deployment_does_nothing(lab: &Lab) {
    NODES.iter().for_each(|host| lab.node(*host).become_bare());
    let desk = Desk::of_trust(lab, &[]);
    let start = now();
    let first = desk.lvsha(&["deploy", "--yes", "--canary"], 0);
    lab.note(format!("four nodes are deployed in {:.1} s", (now() - start).as_secs_f64()));
    let at = |line: &str| first.find(line).unwrap_or_else(|| panic!("no `{line}`:\n{first}"));
    assert!(at("lw3: confirm") < at("lw4: activate"), "the canary did not go first:\n{first}");
    drop(served(lab));
    let verified = desk.lvsha(&["verify"], 0);
    assert!(verified.contains("20 of 20 answered; 10.0.0.29:80 10, 10.0.0.30:80 10"), "{verified}");

    let before = (on_nodes(lab, "ls -i"), processes(lab, "keepalived"));
    let again = desk.lvsha(&["deploy", "--yes"], 0);
    assert!(again.contains("nothing to do on 4 nodes"), "{again}");
    let after = (on_nodes(lab, "ls -i"), processes(lab, "keepalived"));
    assert_eq!(after, before, "it did something");
    let status = desk.lvsha(&["status"], 0);
    assert!(status.contains("10.0.0.31 is held by lw1, since "), "{status}");
}

pub(super) fn changes_are_reloaded_unseen_by_visitors_and_can_be_taken_back(lab: &Lab) {
    let desk = Desk::of_trust(lab, &[WEIGHTED]);
    let directors = |command| [command, "--yes", "--limit", "directors"];
    desk.lvsha(&directors("deploy"), 0);
    let watch = served(lab);
    let (running, from) = (processes(lab, "keepalived"), now());

    desk.write(&[WEIGHTED, ONE_LESS]);
    desk.lvsha(&directors("deploy"), 0);
    weights(lab, [Some(1), None]);
    let files = on_nodes(lab, "sha256sum");
    // A weight changes, and a real server comes.
    desk.write(&[WEIGHTED, HEAVIER]);
    let changed = desk.lvsha(&directors("deploy"), 0);
    assert!(changed.contains("2 reloads, 0 restarts, 0 starts; no address moves"), "{changed}");
    weights(lab, [Some(3), Some(1)]);
    desk.lvsha(&directors("rollback"), 0);
    weights(lab, [Some(1), None]);
    assert_eq!(on_nodes(lab, "sha256sum"), files, "the old files are not back");
    let history = desk.lvsha(&["history", "--limit", "lw1"], 0);
    assert_eq!(history.lines().filter(|line| line.starts_with("lw1")).count(), 4, "{history}");

    assert_eq!(processes(lab, "keepalived"), running, "a program was started again");
    unseen(lab, &watch, from);
}

/// LW2 gets the higher priority.
const SWAPPED: [Change; 2] =
    [("priority = 100", "priority = 200"), ("priority = 150", "priority = 100")];
const TRANSLATED: Change = ("method = \"dr\"", "method = \"nat\"");

pub(super) fn priorities_are_swapped_and_direct_routing_becomes_address_translation(lab: &Lab) {
    let desk = Desk::of_trust(lab, &[]);
    desk.lvsha(&["deploy", "--yes"], 0);
    let held_by = |one: Host, other: Host| {
        let is_so = || (lab.node(one).has(VIP) && !lab.node(other).has(VIP)).then_some(());
        assert!(until(20.0, is_so).is_some(), "exactly {one} has the address in the end");
    };
    held_by(LW1, LW2);

    desk.write(&SWAPPED);
    desk.lvsha(&["deploy", "--yes", "--limit", "directors"], 0);
    held_by(LW2, LW1);

    desk.write(&[SWAPPED[0], SWAPPED[1], TRANSLATED]);
    let plan = desk.lvsha(&["plan"], 2);
    for line in [
        "~ service 10.0.0.31:80: ~ method dr -> nat",
        "warning: real servers must send their answers through the director",
        "stop lvsha-real-server.service",
    ] {
        assert!(plan.contains(line), "no `{line}` in\n{plan}");
    }
    // What the warning asks for. The client is on the real servers' own link here, and so it takes a route; only for
    // answers of the web server, because while they have the address themselves it leads nowhere.
    let route = format!(
        "ip rule add from $0 ipproto tcp sport 80 lookup 100 && \
        ip route add {}/32 via {VIP} dev eth1 table 100",
        CLIENT.address()
    );
    for host in REAL_SERVERS.iter().copied() {
        lab.node(host).run(&["sh", "-c", &route, &host.address().to_string()]);
    }
    desk.lvsha(&["deploy", "--yes"], 0);
    for host in REAL_SERVERS.iter().copied() {
        let loopback = lab.node(host).run(&["ip", "-4", "address", "show", "dev", "lo"]);
        assert!(!loopback.contains("10.0.0.31"), "{host} still has the address:\n{loopback}");
    }
    let masqueraded = || {
        let table = lab.node(LW2).table();
        let mut services = table.0.values();
        let all = services.all(|s| s.destinations.values().all(|found| found.method == "-m"));
        (all && !table.0.is_empty()).then_some(())
    };
    assert!(until(20.0, masqueraded).is_some(), "LW2 has {}", lab.node(LW2).table());
    let seen = until(20.0, || {
        let said = desk.lvsha_whatever(&["verify"]);
        said.contains("20 of 20 answered; 10.0.0.29:80 10, 10.0.0.30:80 10").then_some(())
    });
    assert!(seen.is_some(), "{}", desk.lvsha_whatever(&["verify"]));
    desk.lvsha(&["plan"], 0);
}

pub(super) fn a_host_key_that_is_unknown_or_another_is_refused_with_what_to_type(lab: &Lab) {
    let desk = Desk::new(lab);
    desk.write(&[]);
    let limited = ["plan", "--limit", "lw1"];
    let refused = desk.lvsha(&limited, 3);
    let typed = format!("ssh-keyscan -p 22 10.0.0.27 >> {DESK}/known_hosts");
    assert!(refused.contains(&typed), "{refused}");
    lab.client(&["sh", "-c", &format!("{typed} 2>/dev/null")]);
    desk.lvsha(&limited, 2);

    // Another key stands for lw1 now. The nodes' own are all the same: they come out of one image.
    let other = format!(
        "ssh-keygen -q -t ed25519 -N '' -f {DESK}/other && \
        echo \"10.0.0.27 $(cut -d ' ' -f 1,2 {DESK}/other.pub)\" >{DESK}/known_hosts"
    );
    lab.client(&["sh", "-c", &other]);
    let refused = desk.lvsha(&limited, 3);
    let typed = format!("ssh-keygen -f {DESK}/known_hosts -R '10.0.0.27'");
    assert!(refused.contains(&typed) && refused.contains("may be listening"), "{refused}");
    lab.client(&["sh", "-c", &typed]);
    desk.trusts_all();
    desk.lvsha(&limited, 2);
}

/// heartbeat's times, shorter: a first start waits for the other director.
const PROMPT: Change = (
    "interval = 2\nwarn_time = 10\ndead_time = 30\ninitial_dead_time = 120",
    "interval = 1\nwarn_time = 3\ndead_time = 5\ninitial_dead_time = 10",
);
const HEARTBEAT: Change = ("stack = \"keepalived\"", "stack = \"heartbeat\"");
const OWN: Change = ("stack = \"keepalived\"", "stack = \"lvsha\"");

pub(super) fn heartbeats_stack_is_deployed_verified_and_changed_without_a_restart(lab: &Lab) {
    stack_is_deployed_and_changed(lab, &[HEARTBEAT, PROMPT, WEIGHTED], "heartbeat");
}

pub(super) fn lvshas_own_daemon_is_deployed_verified_and_changed_without_a_restart(lab: &Lab) {
    stack_is_deployed_and_changed(lab, &[OWN, WEIGHTED], "lvsha");
}

/// From nothing; then a second time; then with a weight changed, which nobody notices.
fn stack_is_deployed_and_changed(lab: &Lab, stack: &[Change], unit: &str) {
    NODES.iter().for_each(|host| lab.node(*host).become_bare());
    let desk = Desk::of_trust(lab, stack);
    let start = now();
    desk.lvsha(&["deploy", "--yes"], 0);
    lab.note(format!("{unit}: deployed in {:.1} s", (now() - start).as_secs_f64()));
    drop(served(lab));
    let verified = desk.lvsha(&["verify"], 0);
    assert!(verified.contains("20 of 20 answered; 10.0.0.29:80 10, 10.0.0.30:80 10"), "{verified}");
    let again = desk.lvsha(&["deploy", "--yes"], 0);
    assert!(again.contains("nothing to do on 4 nodes"), "{again}");

    // Watching costs the emulated machine as much as deploying does.
    let watch = served(lab);
    let (running, from) = (processes(lab, unit), now());
    desk.write(&[stack, &[HEAVIER]].concat());
    let changed = desk.lvsha(&["deploy", "--yes"], 0);
    assert!(changed.contains("0 restarts, 0 starts; no address moves"), "{changed}");
    weights(lab, [Some(3), Some(1)]);
    assert_eq!(processes(lab, unit), running, "a program was started again");
    unseen(lab, &watch, from);
    drop(watch);
    let verified = desk.lvsha(&["verify"], 0);
    assert!(verified.contains("10.0.0.29:80 15, 10.0.0.30:80 5"), "{verified}");
    let status = desk.lvsha(&["status"], 0);
    assert!(status.contains("10.0.0.31 is held by lw1, since "), "{status}");
    for host in *DIRECTORS {
        assert_eq!(lab.node(host).has(VIP), host == LW1, "{host}");
    }
}
