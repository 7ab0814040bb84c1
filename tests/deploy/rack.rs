//! A directory that stands for a machine.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use lvsha::deploy::{Act, Host, Local, Reply, wanted_facts};
use lvsha::plan::{Found, NodePlan, plan};
use lvsha::site::render::{Check, Effect, File, Machine, Role};

pub(crate) const CONF: &str = "/etc/keepalived/keepalived.conf";
pub(crate) const UNIT: &str = "keepalived.service";
pub(crate) const RUN: &str = "1 ada@desk 1";

/// A machine below a directory.
pub(crate) struct Rack {
    pub(crate) folder: tempfile::TempDir,
}

impl Rack {
    pub(crate) fn new() -> Self {
        let rack = Self { folder: tempfile::tempdir().unwrap() };
        // `fail` names the command that fails, `slow` the one that waits for `go`; `log` has all that were given.
        rack.program(
            "systemctl",
            "echo \"systemctl $*\" >>\"$LVSHA_ROOT/log\"\n\
             case $* in \"$(cat \"$LVSHA_ROOT/fail\" 2>/dev/null)\") exit 1 ;; esac\n\
             case $* in \"$(cat \"$LVSHA_ROOT/slow\" 2>/dev/null)\")\n\
             until [ -e \"$LVSHA_ROOT/go\" ]; do sleep 0.05; done ;; esac\n\
             case $1 in is-active) grep -qx \"${3:-$2}\" \"$LVSHA_ROOT/active\" 2>/dev/null ;;\n\
             is-enabled) grep -qx \"$3\" \"$LVSHA_ROOT/active\" 2>/dev/null ;;\n\
             start) echo \"$2\" >>\"$LVSHA_ROOT/active\" ;;\n\
             disable) sed -i \"/^$4\\$/d\" \"$LVSHA_ROOT/active\" ;; esac",
        );
        rack.program("sysctl", "echo \"sysctl $*\" >>\"$LVSHA_ROOT/log\"");
        rack.program("ip", "echo '1: eth1    inet 10.0.0.27/24 scope global eth1'");
        rack.program(
            "keepalived",
            "grep -q broken \"$2\" && { echo 'Unknown keyword'; exit 5; }; exit 0",
        );
        rack
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name.trim_start_matches('/'))
    }

    pub(crate) fn program(&self, name: &str, script: &str) {
        let path = self.path(&format!("bin/{name}"));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_default()
    }

    pub(crate) fn host(&self) -> Host {
        Host::Local(Local::below(self.folder.path(), Some(self.search_path())))
    }

    pub(crate) fn search_path(&self) -> String {
        format!("{}:{}", self.path("bin").display(), std::env::var("PATH").unwrap())
    }

    /// Performs one act.
    pub(crate) fn act(&self, act: &Act) -> Result<Reply, lvsha::deploy::Fault> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(self.host().perform(act))
    }

    pub(crate) fn found(&self, machine: &Machine) -> Found {
        match self.act(&wanted_facts(machine)).unwrap() {
            Reply::Facts(found) => *found,
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn lock(
        &self,
        who: &str,
        run: &str,
        generation: u32,
    ) -> Result<Reply, lvsha::deploy::Fault> {
        self.act(&Act::Lock { who: who.to_owned(), run: run.to_owned(), generation })
    }

    /// Plans, locks and stages what `machine` should be.
    pub(crate) fn stage(&self, machine: &Machine) -> NodePlan {
        let found = self.found(machine);
        let mut plan = plan(machine, &found);
        plan.directors = ["lw1", "lw2"].map(str::to_owned).into();
        self.lock("ada@desk", RUN, found.newest + 1).unwrap();
        let (staged, run) = (Box::new(plan.clone()), RUN.to_owned());
        self.act(&Act::Stage { plan: staged, run }).unwrap();
        plan
    }

    pub(crate) fn activate(
        &self,
        generation: u32,
        confirm_within: u64,
    ) -> Result<Reply, lvsha::deploy::Fault> {
        let (who, what) = ("ada@desk".to_owned(), "a test".to_owned());
        let run = RUN.to_owned();
        self.act(&Act::Activate { generation, confirm_within, who, what, run })
    }

    pub(crate) fn confirm(&self, generation: u32) -> Result<Reply, lvsha::deploy::Fault> {
        self.act(&Act::Confirm { generation })
    }

    pub(crate) fn rollback(&self, generation: u32) -> Result<Reply, lvsha::deploy::Fault> {
        self.act(&Act::Rollback { generation, run: Some(RUN.to_owned()) })
    }

    pub(crate) fn deploy(&self, generation: u32, text: &str) {
        self.stage(&machine(text));
        self.activate(generation, 0).unwrap();
        self.confirm(generation).unwrap();
    }

    pub(crate) fn state(&self, generation: u32) -> String {
        self.read(&format!("var/lib/lvsha/generations/{generation}/state"))
    }

    /// Waits until it is so.
    pub(crate) fn until(&self, what: &str, is_so: impl Fn(&Self) -> bool) {
        let limit = Instant::now() + Duration::from_secs(60);
        while !is_so(self) {
            assert!(Instant::now() < limit, "{what}:\n{}", self.read("log"));
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

fn file(path: &str, mode: u32, text: &str, effect: Effect, check: Option<Check>) -> File {
    let (path, text) = (path.to_owned(), text.to_owned());
    File { path, mode, text, secret: mode & 0o077 == 0, effect, check }
}

/// Its script says in the log what it is asked for.
pub(crate) fn real_server() -> Machine {
    const UNIT: &str = "lvsha-real-server.service";
    let script = "#!/bin/sh\necho \"lvsrs $1\" >>\"$LVSHA_ROOT/log\"\n";
    let unit = "/etc/systemd/system/lvsha-real-server.service";
    Machine {
        name: "lw3".to_owned(),
        role: Role::RealServer,
        files: vec![
            file("/etc/sysctl.d/90-lvsha.conf", 0o644, "net.x = 1\n", Effect::Sysctl, None),
            file("/usr/local/sbin/lvsrs", 0o755, script, Effect::Reload(UNIT), None),
            file(unit, 0o644, "[Service]\n", Effect::Units, None),
        ],
        packages: Vec::new(),
        units: vec![UNIT],
    }
}

pub(crate) fn machine(text: &str) -> Machine {
    let check = Check { command: &["keepalived", "-t", "{}"], accepts: &[0] };
    Machine {
        name: "lw1".to_owned(),
        role: Role::Director,
        files: vec![
            file("/etc/sysctl.d/90-lvsha.conf", 0o644, "net.x = 1\n", Effect::Sysctl, None),
            file(CONF, 0o600, text, Effect::Reload(UNIT), Some(check)),
        ],
        packages: Vec::new(),
        units: vec![UNIT],
    }
}
