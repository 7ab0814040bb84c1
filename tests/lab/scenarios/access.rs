//! The ways in which people reach their machines, over real SSH.

use std::fs;

use super::desk::{Change, DESK, Desk};
use crate::inventory::{DIRECTORS, LW1, LW2};
use crate::world::{Lab, Machine};

/// A user who may do everything, after `sudo`.
const USER: Change = ("user = \"root\"", "user = \"ops\"\nsudo = true");
const USER_WITH_PASSWORD: Change =
    ("user = \"root\"", "user = \"ops\"\nsudo = true\nsudo_secret = \"ops\"");
const PASSWORD: Change = ("[secrets.vrrp]", "[secrets.ops]\nfile = \"password\"\n\n[secrets.vrrp]");
/// The second director stands behind the first one, and listens elsewhere.
const BEHIND: Change =
    ("[directors.lw2]\n", "[directors.lw2]\nssh = { jump = [\"root@10.0.0.27\"], port = 2222 }\n");

pub(super) fn sudo_jump_hosts_other_ports_and_talkative_shells_are_no_obstacle(lab: &Lab) {
    for host in *DIRECTORS {
        lab.node(host).become_bare();
        add_user(lab.node(host));
    }
    let second = lab.node(LW2);
    let listen = ["systemd-run", "-q", "--unit=sshd-2222", "/usr/sbin/sshd", "-D", "-p", "2222"];
    let _ = second.try_run(&["systemctl", "stop", "sshd-2222"]);
    second.run(&listen);
    second.write(
        "/home/ops/.bashrc",
        "echo Welcome; echo lvsha-end; printf 'last login: today'\n",
        "644",
    );

    let desk = Desk::of_trust(lab, &[USER, BEHIND]);
    let scan = format!("ssh-keyscan -p 2222 10.0.0.28 >>{DESK}/known_hosts 2>/dev/null");
    lab.client(&["sh", "-c", &scan]);
    // The jump is ssh's own affair, so what it needs stands in ssh's own file.
    fs::create_dir_all("/root/.ssh").unwrap();
    let config =
        format!("Host 10.0.0.27\nIdentityFile /lab/key\nUserKnownHostsFile {DESK}/known_hosts\n");
    fs::write("/root/.ssh/config", config).unwrap();

    let directors = |command| [command, "--limit", "directors"];
    sudo(lab, "NOPASSWD: ALL");
    desk.lvsha(&directors("plan"), 2);

    sudo(lab, "ALL");
    let refused = desk.lvsha(&directors("plan"), 3);
    assert!(refused.contains("lw1: sudo refuses: sudo: a password is required"), "{refused}");
    assert!(refused.contains("sudo_secret"), "{refused}");

    desk.write(&[USER_WITH_PASSWORD, PASSWORD, BEHIND]);
    desk.file("password", "not-the-word");
    let refused = desk.lvsha(&directors("plan"), 3);
    assert!(refused.contains("is not the user's password"), "{refused}");
    assert!(!refused.contains("not-the-word"), "{refused}");

    desk.file("password", "open sesame");
    let done = desk.lvsha(&["deploy", "--yes", "--limit", "directors"], 0);
    assert!(!done.contains("sesame"), "{done}");
    desk.lvsha(&directors("plan"), 0);
    for host in *DIRECTORS {
        let owner = lab.node(host).run(&["stat", "-c", "%U %a", "/etc/keepalived/keepalived.conf"]);
        assert_eq!(owner.trim(), "root 600", "{host}");
    }
    fs::remove_file("/root/.ssh/config").unwrap();
    second.run(&["systemctl", "stop", "sshd-2222"]);
    assert!(lab.node(LW1).runs_unit("keepalived"), "keepalived does not run");
}

/// Somebody who logs in with the lab's key, in the shell that people have.
fn add_user(node: Machine) {
    let script = "id ops >/dev/null 2>&1 || useradd --create-home --shell /bin/bash ops
        echo 'ops:open sesame' | chpasswd
        install -d -m 700 -o ops -g ops /home/ops/.ssh
        install -m 600 -o ops -g ops /root/.ssh/authorized_keys /home/ops/.ssh/authorized_keys";
    node.run(&["sh", "-c", script]);
}

/// What the user may do on the directors.
fn sudo(lab: &Lab, what: &str) {
    for host in *DIRECTORS {
        lab.node(host).write("/etc/sudoers.d/ops", &format!("ops ALL=(ALL) {what}\n"), "440");
    }
}
