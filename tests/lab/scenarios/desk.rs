//! The operator at the client: an inventory, a key, the host keys that are trusted, and `lvsha`.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::thread;
use std::time::Duration;

use crate::inventory::{DIRECTORS, Host, LW1, LW3, LW4, NODES, VIP};
use crate::world::{Lab, Watch, now, pass, until};

const INVENTORY: &str = include_str!("../../../inventories/lab.toml");
/// Where the operator works: a folder of the client.
pub(super) const DESK: &str = "/tmp/desk";
/// What lvsha writes on any of the nodes.
const FILES: &str = "/etc/keepalived/keepalived.conf /etc/systemd/system/keepalived.service.d/lvsha.conf \
    /etc/ha.d/ha.cf /etc/ha.d/haresources /etc/ha.d/authkeys /etc/ha.d/ldirectord.cf \
    /etc/lvsha/keepalived.conf /etc/systemd/system/lvsha.service \
    /etc/sysctl.d/90-lvsha.conf /usr/local/sbin/lvsrs /etc/systemd/system/lvsha-real-server.service";

/// A line of the inventory, and what stands there instead.
pub(super) type Change = (&'static str, &'static str);
pub(super) const WEIGHTED: Change = ("scheduler = \"rr\"", "scheduler = \"wrr\"");
const SERVERS: &str = "servers = [\"web:80\"]";
pub(super) const HEAVIER: Change =
    (SERVERS, "servers = [{ server = \"lw3:80\", weight = 3 }, \"lw4:80\"]");
pub(super) const ONE_LESS: Change = (SERVERS, "servers = [\"lw3:80\"]");

pub(super) struct Desk<'a> {
    lab: &'a Lab,
}

impl<'a> Desk<'a> {
    /// With an empty list of trusted host keys.
    pub(super) fn new(lab: &'a Lab) -> Self {
        let _ = fs::remove_dir_all(DESK);
        fs::create_dir(DESK).unwrap();
        fs::write(format!("{DESK}/known_hosts"), "").unwrap();
        Self { lab }
    }

    /// A desk that trusts every node, with the inventory on it.
    pub(super) fn of_trust(lab: &'a Lab, changes: &[Change]) -> Self {
        let desk = Self::new(lab);
        desk.trusts_all();
        desk.write(changes);
        desk
    }

    /// inventories/lab.toml with some lines changed, and with the lab's key.
    pub(super) fn write(&self, changes: &[Change]) {
        let ssh = format!("identity = \"/lab/key\"\nknown_hosts = \"{DESK}/known_hosts\"");
        let mut text = INVENTORY.replacen("[ssh]", &format!("[ssh]\n{ssh}"), 1);
        for (from, to) in changes {
            assert!(text.contains(from), "the inventory has no line {from}");
            text = text.replace(from, to);
        }
        fs::write(format!("{DESK}/site.toml"), text).unwrap();
    }

    pub(super) fn trusts_all(&self) {
        let addresses: Vec<String> = NODES.iter().map(|host| host.address().to_string()).collect();
        let scan = format!(
            "ssh-keyscan -t ed25519 {} >>{DESK}/known_hosts 2>/dev/null",
            addresses.join(" ")
        );
        self.lab.client(&["sh", "-c", &scan]);
    }

    /// A file beside the inventory, for the operator's eyes only.
    pub(super) fn file(&self, name: &str, text: &str) {
        let path = format!("{DESK}/{name}");
        fs::write(&path, text).unwrap();
        fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
    }

    /// What a command says about the inventory; it must exit with `code`.
    pub(super) fn lvsha(&self, words: &[&str], code: i32) -> String {
        let said = self.lvsha_whatever(words);
        assert!(said.ends_with(&format!("exit {code}\n")), "not {code}: lvsha {words:?}\n{said}");
        said
    }

    /// The same, whatever its exit code, which is the last line.
    pub(super) fn lvsha_whatever(&self, words: &[&str]) -> String {
        let script = "cd \"$0\"; command=$1; shift; \
            /lab/lvsha \"$command\" site.toml \"$@\" 2>&1; echo \"exit $?\"";
        self.lab.client(&[&["sh", "-c", script, DESK], words].concat())
    }

    /// The same, and `act` happens when `host` has the new files and nobody has confirmed them.
    pub(super) fn lvsha_and_meanwhile(
        &self,
        words: &[&str],
        code: i32,
        host: Host,
        act: impl FnOnce(),
    ) -> String {
        thread::scope(|scope| {
            let running = scope.spawn(|| self.lvsha(words, code));
            let waits = until(80.0, || {
                running
                    .is_finished()
                    .then_some(false)
                    .or_else(|| self.lab.node(host).read("/var/lib/lvsha/pending").map(|_| true))
            });
            if waits == Some(true) {
                act();
            }
            let said = running.join().unwrap_or_else(|cause| std::panic::resume_unwind(cause));
            assert_eq!(waits, Some(true), "nothing waited for a confirmation on {host}:\n{said}");
            said
        })
    }
}

/// LW1 has the address, and visitors see both real servers.
pub(super) fn served(lab: &Lab) -> Watch {
    let watch = lab.watch_patiently(VIP);
    watch.answered_by(LW1, Duration::ZERO, 60.0);
    for page in ["lw3", "lw4"] {
        watch.page(&[page], Duration::ZERO, 20.0);
    }
    // Visits that began before the address was there have ended.
    pass(1.0);
    watch
}

/// Since `from` every visit got a page, and the address was LW1's.
pub(super) fn unseen(lab: &Lab, watch: &Watch, from: Duration) {
    pass(1.0);
    let record = watch.record();
    let to = now() - Duration::from_millis(600);
    let visits = record.visits.iter().filter(|visit| visit.at >= from && visit.at < to);
    let failed = visits.clone().filter(|visit| visit.page.is_none()).count();
    assert_eq!(failed, 0, "visits failed:\n{}", record.timeline());
    let moved = record.answers.iter().any(|answer| answer.at >= from && answer.host != LW1);
    assert!(!moved, "the address moved:\n{}", record.timeline());
    let count = visits.count();
    assert!(count > 20, "only {count} visits");
    lab.note(format!("{count} visits while it changed, none failed"));
}

/// The real servers' weights come to be these in the holder's kernel.
pub(super) fn weights(lab: &Lab, wanted: [Option<u32>; 2]) {
    let found =
        || [LW3, LW4].map(|host| lab.node(LW1).table().weight(&format!("{}:80", host.address())));
    let done = until(20.0, || {
        if found() != wanted {
            pass(0.2);
            return None;
        }
        Some(())
    });
    assert!(done.is_some(), "weights are {:?}, not {wanted:?}", found());
}

/// What a program says about the files of every node.
pub(super) fn on_nodes(lab: &Lab, program: &str) -> Vec<String> {
    let script = format!("{program} {FILES} 2>/dev/null; true");
    NODES.iter().map(|host| lab.node(*host).run(&["sh", "-c", &script])).collect()
}

/// A unit's process numbers on the directors.
pub(super) fn processes(lab: &Lab, unit: &str) -> [String; 2] {
    let words = ["systemctl", "show", "--property=MainPID", unit];
    DIRECTORS.map(|host| lab.node(host).run(&words))
}
