//! Faults over real SSH: the machine has its old or its new state, and the message says which and what to do.

use super::desk::{Change, DESK, Desk};
use crate::inventory::{LW2, NODES};
use crate::world::{Lab, Machine, pass, until};

const CONF: &str = "/etc/keepalived/keepalived.conf";
/// A change that is seen in one file.
const LOWER: Change = ("priority = 100", "priority = 90");
/// One machine is enough: what the others do then is proven with machines in memory.
const DEPLOY: [&str; 4] = ["deploy", "--yes", "--limit", "lw2"];
const PLAN: [&str; 3] = ["plan", "--limit", "lw2"];

pub(super) fn a_machine_that_refuses_has_its_old_state_and_says_why(lab: &Lab) {
    let (desk, old) = deployed(lab);
    let node = lab.node(LW2);
    desk.write(&[LOWER]);
    let is_old = |what: &str| {
        assert_eq!(node.read(CONF), old, "{what}: it has something else");
        assert_eq!(node.read("/var/lib/lvsha/pending"), None, "{what}");
        assert!(node.read("/var/lib/lvsha/lock/who").is_none(), "{what}: it stays locked");
        assert!(node.runs_unit("keepalived"), "{what}: keepalived does not run");
    };

    // A unit that does not take its new configuration.
    let broken = "/etc/systemd/system/keepalived.service.d/broken.conf";
    node.write(broken, "[Service]\nExecReload=\nExecReload=/bin/false\n", "644");
    node.run(&["systemctl", "daemon-reload"]);
    let said = desk.lvsha(&DEPLOY, 3);
    assert!(said.contains("lw2, activate: reload keepalived.service failed"), "{said}");
    assert!(said.contains("the old state is back") && said.contains("taken back: lw2"), "{said}");
    node.run(&["rm", broken]);
    node.run(&["systemctl", "daemon-reload"]);
    is_old("reload");

    // A file system that takes no change, and one that has no room.
    node.run(&["mount", "--bind", "-o", "ro", "/etc/keepalived", "/etc/keepalived"]);
    let said = desk.lvsha(&DEPLOY, 3);
    assert!(said.contains("cannot write /etc/keepalived/keepalived.conf"), "{said}");
    assert!(said.contains("taken back: lw2"), "{said}");
    node.run(&["umount", "/etc/keepalived"]);
    is_old("read-only");
    let full = "mkdir -p /mnt/full && mount -t tmpfs -o size=64k full /mnt/full
        mkdir -p /var/lib/lvsha && cp -a /var/lib/lvsha/. /mnt/full/ 2>/dev/null
        cat /dev/zero >/mnt/full/fill 2>/dev/null
        mount --bind /mnt/full /var/lib/lvsha";
    node.run(&["sh", "-c", full]);
    let said = desk.lvsha(&DEPLOY, 3);
    assert!(said.contains("cannot write to /var/lib/lvsha"), "{said}");
    assert!(said.contains("untouched: lw2"), "{said}");
    node.run(&["sh", "-c", "umount /var/lib/lvsha && umount /mnt/full"]);
    is_old("full");

    // Ctrl-C at the worst moment.
    let said = desk.lvsha_and_meanwhile(&DEPLOY, 3, LW2, || {
        lab.client(&["pkill", "-INT", "-x", "lvsha"]);
    });
    assert!(said.contains("interrupted by Ctrl-C") && said.contains("taken back: lw2"), "{said}");
    is_old("Ctrl-C");

    // Nobody there, and somebody who does not let the operator in.
    node.cut();
    let said = desk.lvsha(&PLAN, 3);
    assert!(said.contains("lw2: cannot connect to 10.0.0.28"), "{said}");
    assert!(said.contains("ssh -v -p 22 root@10.0.0.28 true"), "{said}");
    back_on_the_link(&desk, node);
    lab.client(&["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", &format!("{DESK}/stranger")]);
    desk.write(&[("identity = \"/lab/key\"", "identity = \"stranger\"")]);
    let said = desk.lvsha(&PLAN, 3);
    assert!(said.contains("Permission denied"), "{said}");
    assert!(said.contains("ssh-copy-id -p 22 root@10.0.0.28"), "{said}");

    desk.write(&[LOWER]);
    desk.lvsha(&DEPLOY, 0);
    assert_ne!(node.read(CONF), old);
}

pub(super) fn a_machine_that_vanishes_takes_the_change_back_by_itself(lab: &Lab) {
    let (desk, old) = deployed(lab);
    let node = lab.node(LW2);
    desk.write(&[LOWER]);
    let patient = [&DEPLOY[..], &["--confirm-within", "40s"]].concat();
    let said = desk.lvsha_and_meanwhile(&patient, 3, LW2, || {
        node.cut();
    });
    assert!(said.contains("it rolls itself back within 40 s"), "{said}");
    assert!(said.contains("unknown: lw2"), "{said}");
    // The switch is systemd's, so it works without anybody.
    let back = until(60.0, || back_again(node).then_some(()));
    assert!(back.is_some(), "the dead-man switch does not work");
    assert_eq!(node.read(CONF), old, "the old file is not back");
    back_on_the_link(&desk, node);

    // A machine that boots meanwhile has forgotten its timer, but not the unit in front of all services.
    let said = desk.lvsha_and_meanwhile(&patient, 3, LW2, || {
        node.cut();
        node.run(&["sh", "-c", "systemctl stop 'lvsha-rollback-*.timer'"]);
        node.run(&["systemctl", "daemon-reload"]);
        let listed = node.run(&["systemctl", "show", "--property=Wants", "sysinit.target"]);
        assert!(listed.contains("lvsha-rollback.service"), "{listed}");
        node.run(&["systemctl", "start", "lvsha-rollback.service"]);
    });
    assert!(said.contains("unknown: lw2"), "{said}");
    assert!(back_again(node), "the unit of the boot does not work");
    assert_eq!(node.read(CONF), old, "the old file is not back");
    back_on_the_link(&desk, node);

    // Nobody gets in any more, though the connection that made the change still works: it confirms nothing.
    let locks_out = "/etc/systemd/system/keepalived.service.d/locks-out.conf";
    node.write(locks_out, "[Service]\nExecReload=\nExecReload=/bin/systemctl stop ssh\n", "644");
    node.run(&["systemctl", "daemon-reload"]);
    let said = desk.lvsha(&patient, 3);
    assert!(said.contains("lw2: gate") && said.contains("lw2, confirm: cannot connect"), "{said}");
    assert!(said.contains("unknown: lw2"), "{said}");
    let back = until(60.0, || back_again(node).then_some(()));
    assert!(back.is_some(), "the dead-man switch does not work");
    assert_eq!(node.read(CONF), old, "the old file is not back");
    node.run(&["rm", locks_out]);
    node.run(&["systemctl", "daemon-reload"]);
    node.run(&["systemctl", "start", "ssh"]);
    back_on_the_link(&desk, node);

    // Who comes back sees what is left to do, and does it.
    desk.lvsha(&PLAN, 2);
    desk.lvsha(&DEPLOY, 0);
    assert_ne!(node.read(CONF), old);
    pass(1.0);
    assert_eq!(node.run(&["sh", "-c", "ls /etc/systemd/system/sysinit.target.wants"]), "");
}

pub(super) fn what_was_edited_by_hand_is_shown_and_saved(lab: &Lab) {
    let (desk, old) = deployed(lab);
    let node = lab.node(LW2);
    let edited = old.clone().unwrap().replace("priority 100", "priority 99");
    node.write(CONF, &edited, "600");
    let status = desk.lvsha(&["status", "--limit", "lw2"], 1);
    assert!(status.contains(&format!("{CONF} was changed by hand")), "{status}");
    let plan = desk.lvsha(&[&PLAN[..], &["--save", "plan"]].concat(), 2);
    assert!(plan.contains("somebody changed it since the last deployment"), "{plan}");
    assert!(plan.contains("-    priority 99") && plan.contains("+    priority 100"), "{plan}");

    // The world changes once more behind the saved plan.
    node.write(CONF, &edited.replace("priority 99", "priority 98"), "600");
    let said = desk.lvsha(&[&DEPLOY[..], &["--plan", "plan"]].concat(), 2);
    assert!(said.contains("changed since the plan was made"), "{said}");
    node.write(CONF, &edited, "600");
    desk.lvsha(&[&DEPLOY[..], &["--plan", "plan"]].concat(), 0);
    assert_eq!(node.read(CONF), old);
    let saved = node.read(&format!("/var/lib/lvsha/generations/2/before/files{CONF}"));
    assert_eq!(saved.as_deref(), Some(edited.as_str()));
}

/// LW2 with keepalived, and its configuration.
fn deployed(lab: &Lab) -> (Desk<'_>, Option<String>) {
    NODES.iter().for_each(|host| lab.node(*host).forget_deployments());
    let desk = Desk::of_trust(lab, &[]);
    desk.lvsha(&DEPLOY, 0);
    let conf = lab.node(LW2).read(CONF);
    assert!(conf.is_some());
    (desk, conf)
}

/// Nothing waits any more, and nothing would at the next boot.
fn back_again(node: Machine) -> bool {
    node.read("/var/lib/lvsha/pending").is_none()
        && node.read("/etc/systemd/system/lvsha-rollback.service").is_none()
}

/// Its cable is whole again, somebody has noticed, and no lock of a run that was cut off is left.
fn back_on_the_link(desk: &Desk<'_>, node: Machine) {
    node.heal();
    let unlock = || desk.lvsha_whatever(&["unlock", "--limit", "lw2"]);
    let done = until(30.0, || unlock().ends_with("exit 0\n").then_some(()));
    assert!(done.is_some(), "it does not come back: {}", unlock());
}
