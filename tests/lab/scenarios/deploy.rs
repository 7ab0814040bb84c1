//! An inventory becomes a cluster: `lvsha` on the client, over SSH, against nodes that have nothing but sshd.

use std::fs;
use std::time::Duration;

use crate::inventory::{DIRECTORS, LW1, LW3, LW4, NODES, VIP};
use crate::world::{Lab, Watch, now, pass, until};

const INVENTORY: &str = include_str!("../../../inventories/lab.toml");
/// Where the operator works: a folder of the client.
const DESK: &str = "/tmp/desk";
/// What lvsha writes on any of the nodes.
const FILES: &str = "/etc/keepalived/keepalived.conf /etc/systemd/system/keepalived.service.d/lvsha.conf \
    /etc/sysctl.d/90-lvsha.conf /usr/local/sbin/lvsrs /etc/systemd/system/lvsha-real-server.service";

/// A line of the inventory, and what stands there instead.
type Change = (&'static str, &'static str);
const WEIGHTED: Change = ("scheduler = \"rr\"", "scheduler = \"wrr\"");
const SERVERS: &str = "servers = [\"web:80\"]";
const HEAVIER: Change = (SERVERS, "servers = [{ server = \"lw3:80\", weight = 3 }, \"lw4:80\"]");
const ONE_LESS: Change = (SERVERS, "servers = [\"lw3:80\"]");

pub(super) fn an_inventory_becomes_a_cluster_and_a_second_deployment_does_nothing(lab: &Lab) {
    let desk = Desk::new(lab);
    NODES.iter().for_each(|host| lab.node(*host).become_bare());
    desk.write(&[]);
    desk.trusts_all();
    let start = now();
    desk.lvsha(&["deploy", "--yes"], 0);
    lab.note(format!("four nodes are deployed in {:.1} s", (now() - start).as_secs_f64()));
    drop(served(lab));
    let verified = desk.lvsha(&["verify"], 0);
    assert!(verified.contains("20 of 20 answered; 10.0.0.29:80 10, 10.0.0.30:80 10"), "{verified}");

    let before = (on_nodes(lab, "ls -i"), processes(lab));
    desk.lvsha(&["plan"], 0);
    let again = desk.lvsha(&["deploy", "--yes"], 0);
    assert!(again.contains("nothing to do on 4 nodes"), "{again}");
    assert_eq!((on_nodes(lab, "ls -i"), processes(lab)), before, "it did something");
    let status = desk.lvsha(&["status"], 0);
    assert!(status.contains("10.0.0.31 is held by lw1"), "{status}");
}

pub(super) fn changes_are_reloaded_unseen_by_visitors_and_can_be_taken_back(lab: &Lab) {
    let desk = Desk::new(lab);
    desk.trusts_all();
    desk.write(&[WEIGHTED]);
    desk.lvsha(&["deploy", "--yes", "--limit", "directors"], 0);
    let watch = served(lab);
    let (running, from) = (processes(lab), now());

    desk.write(&[WEIGHTED, HEAVIER]);
    let changed = desk.lvsha(&["deploy", "--yes", "--limit", "directors"], 0);
    assert!(changed.contains("2 reloads, 0 restarts, 0 starts; no address moves"), "{changed}");
    weights(lab, [Some(3), Some(1)]);
    let files = on_nodes(lab, "sha256sum");
    desk.write(&[WEIGHTED, ONE_LESS]);
    desk.lvsha(&["deploy", "--yes", "--limit", "directors"], 0);
    weights(lab, [Some(1), None]);
    desk.lvsha(&["rollback", "--yes", "--limit", "directors"], 0);
    weights(lab, [Some(3), Some(1)]);
    assert_eq!(on_nodes(lab, "sha256sum"), files, "the old files are not back");
    let history = desk.lvsha(&["history", "--limit", "lw1"], 0);
    assert_eq!(history.lines().filter(|line| line.starts_with("lw1")).count(), 4, "{history}");

    assert_eq!(processes(lab), running, "a program was started again");
    unseen(lab, &watch, from);
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

    // The key of another machine stands for lw1 now.
    let other = "ssh-keyscan 10.0.0.28 2>/dev/null | sed 's/10.0.0.28/10.0.0.27/'";
    lab.client(&["sh", "-c", &format!("{other} >{DESK}/known_hosts")]);
    let refused = desk.lvsha(&limited, 3);
    let typed = format!("ssh-keygen -f {DESK}/known_hosts -R '10.0.0.27'");
    assert!(refused.contains(&typed) && refused.contains("may be listening"), "{refused}");
    lab.client(&["sh", "-c", &typed]);
    desk.trusts_all();
    desk.lvsha(&limited, 2);
}

/// The operator at the client: an inventory, a key, and the host keys that are trusted.
struct Desk<'a> {
    lab: &'a Lab,
}

impl<'a> Desk<'a> {
    fn new(lab: &'a Lab) -> Self {
        let _ = fs::remove_dir_all(DESK);
        fs::create_dir(DESK).unwrap();
        fs::write(format!("{DESK}/known_hosts"), "").unwrap();
        Self { lab }
    }

    /// inventories/lab.toml with some lines changed, and with the lab's key.
    fn write(&self, changes: &[Change]) {
        let ssh = format!("identity = \"/lab/key\"\nknown_hosts = \"{DESK}/known_hosts\"");
        let mut text = INVENTORY.replacen("[ssh]", &format!("[ssh]\n{ssh}"), 1);
        for (from, to) in changes {
            assert!(text.contains(from), "the inventory has no line {from}");
            text = text.replace(from, to);
        }
        fs::write(format!("{DESK}/site.toml"), text).unwrap();
    }

    fn trusts_all(&self) {
        let addresses: Vec<String> = NODES.iter().map(|host| host.address().to_string()).collect();
        let scan = format!("ssh-keyscan {} >>{DESK}/known_hosts 2>/dev/null", addresses.join(" "));
        self.lab.client(&["sh", "-c", &scan]);
    }

    /// What a command says about the inventory; it must exit with `code`.
    fn lvsha(&self, words: &[&str], code: i32) -> String {
        let script = "cd \"$0\"; command=$1; shift; /lab/lvsha \"$command\" site.toml \"$@\" 2>&1; echo \"exit $?\"";
        let said = self.lab.client(&[&["sh", "-c", script, DESK], words].concat());
        assert!(said.ends_with(&format!("exit {code}\n")), "not {code}: lvsha {words:?}\n{said}");
        said
    }
}

/// LW1 has the address, and visitors see both real servers.
fn served(lab: &Lab) -> Watch {
    let watch = lab.watch_patiently(VIP);
    watch.answered_by(LW1, Duration::ZERO, 20.0);
    for page in ["lw3", "lw4"] {
        watch.page(&[page], Duration::ZERO, 20.0);
    }
    // Visits that began before the address was there have ended.
    pass(1.0);
    watch
}

/// Since `from` every visit got a page, and the address was LW1's.
fn unseen(lab: &Lab, watch: &Watch, from: Duration) {
    pass(1.0);
    let record = watch.record();
    let to = now() - Duration::from_millis(600);
    let visits = record.visits.iter().filter(|visit| visit.at >= from && visit.at < to);
    let failed = visits.clone().filter(|visit| visit.page.is_none()).count();
    assert_eq!(failed, 0, "visits failed:\n{}", record.timeline());
    let moved = record.answers.iter().any(|answer| answer.at >= from && answer.host != LW1);
    assert!(!moved, "the address moved:\n{}", record.timeline());
    lab.note(format!("{} visits while it changed, none failed", visits.count()));
}

/// The real servers' weights come to be these in the holder's kernel.
fn weights(lab: &Lab, wanted: [Option<u32>; 2]) {
    let found =
        || [LW3, LW4].map(|host| lab.node(LW1).table().weight(&format!("{}:80", host.address())));
    let done = until(20.0, || (found() == wanted).then_some(()));
    assert!(done.is_some(), "weights are {:?}, not {wanted:?}", found());
}

/// What a program says about the files of every node.
fn on_nodes(lab: &Lab, program: &str) -> Vec<String> {
    let script = format!("{program} {FILES} 2>/dev/null; true");
    NODES.iter().map(|host| lab.node(*host).run(&["sh", "-c", &script])).collect()
}

/// keepalived's process numbers on the directors.
fn processes(lab: &Lab) -> [String; 2] {
    let words = ["systemctl", "show", "--property=MainPID", "keepalived"];
    DIRECTORS.map(|host| lab.node(host).run(&words))
}
