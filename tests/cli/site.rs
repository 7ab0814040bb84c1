//! Plan, deploy and what goes with them, against this machine's own shell: a directory stands for the
//! machine, and a few programs in front of the system's own for what a test must not touch.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::{Place, shown};

const SITE: &str = r#"cluster = "web"
stack = "keepalived"

[ssh]
local = true

[secrets.vrrp]
file = "secret"

[directors.lw1]
address = "10.0.0.27"
interface = "eth1"

[routers.web]
virtual_router_id = 51
addresses = ["10.0.0.31/24"]
authentication = { type = "pass", secret = "vrrp" }

[[services]]
address = "10.0.0.31:80"
protocol = "tcp"
scheduler = "rr"
method = "dr"
servers = ["10.0.0.29:80"]
probe = { type = "tcp" }
"#;
const CONF: &str = "machine/etc/keepalived/keepalived.conf";

/// An operator's folder with an inventory, and `machine`, which is the director.
struct Desk(Place);

impl Desk {
    fn new() -> Self {
        let place = Place::new().file("site.toml", SITE).file("secret", "not-seen");
        let secret = fs::Permissions::from_mode(0o600);
        fs::set_permissions(place.0.path().join("secret"), secret).unwrap();
        let desk = Self(place);
        // `fail` has the command that fails, `slow` the one that waits for `go`, `active` the units that run.
        desk.program(
            "systemctl",
            "case $* in \"$(cat \"$LVSHA_ROOT/fail\" 2>/dev/null)\") exit 1 ;; esac\n\
             case $* in \"$(cat \"$LVSHA_ROOT/slow\" 2>/dev/null)\") : >\"$LVSHA_ROOT/reached\"\n\
             until [ -e \"$LVSHA_ROOT/go\" ]; do sleep 0.05; done ;; esac\n\
             case $1 in is-active | is-enabled) grep -qx \"$3\" \"$LVSHA_ROOT/active\" 2>/dev/null ;;\n\
             start) echo \"$2\" >>\"$LVSHA_ROOT/active\" ;;\n\
             disable | stop) for unit; do :; done\n\
             sed -i \"/^$unit\\$/d\" \"$LVSHA_ROOT/active\" 2>/dev/null; true ;; esac",
        );
        // Whoever runs keepalived has the address; the last thing that is asked waits for the file in `HOLD`.
        desk.program(
            "ip",
            "[ \"$*\" = '-o address show' ] || exit 1\n\
             [ -z \"${HOLD:-}\" ] || { : >\"$HOLD.reached\"; until [ -e \"$HOLD\" ]; do sleep 0.05; done; }\n\
             grep -qs keepalived \"$LVSHA_ROOT/active\" && echo '1: eth1 inet 10.0.0.31/24 scope global eth1'\n\
             echo '1: eth1    inet 10.0.0.27/24 scope global eth1'",
        );
        desk.program(
            "keepalived",
            "case $1 in -v) echo 'Keepalived v2.2.7 (01/16,2022)' ;;\n\
             *) grep -q 'scheduler ovf\\|lvs_sched ovf\\|lb_algo ovf' \"$3\" || exit 0\n\
             echo \"invalid scheduler\"; exit 5 ;; esac",
        );
        desk.program("sysctl", "");
        desk.program("sync", "");
        desk.program("lvsha", "echo 'lvsha 1.2.3'");
        desk.program("dpkg-query", "echo 'install ok installed'");
        fs::create_dir_all(desk.0.0.path().join("machine")).unwrap();
        desk
    }

    fn program(&self, name: &str, script: &str) {
        let path = self.0.0.path().join("bin").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.0.0.path().join(name), text).unwrap();
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.0.0.path().join(name)).unwrap_or_default()
    }

    fn edit(&self, name: &str, from: &str, to: &str) {
        let text = self.read(name);
        assert!(text.contains(from), "{name} has no {from}:\n{text}");
        self.write(name, &text.replace(from, to));
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.0.command(arguments);
        // What is played settles at once.
        if matches!(arguments.first(), Some(&("deploy" | "rollback"))) {
            command.args(["--settle", "0s"]);
        }
        let folder = self.0.0.path();
        command.env("PATH", format!("{}:/usr/bin:/bin", folder.join("bin").display()));
        command.env("LVSHA_ROOT", folder.join("machine")).env("USER", "ada");
        command.stdin(std::process::Stdio::null());
        command
    }

    /// Waits until it is so.
    fn until(&self, what: &str, mut is_so: impl FnMut(&Self) -> bool) {
        let limit = Instant::now() + Duration::from_secs(30);
        while !is_so(self) {
            assert!(Instant::now() < limit, "{what}");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    fn exists(&self, name: &str) -> bool {
        self.0.0.path().join(name).exists()
    }

    /// All that a command says, with nothing in it that another run would say differently.
    fn run(&self, arguments: &[&str]) -> String {
        let output = self.command(arguments).output().unwrap();
        let text = format!("$ lvsha {}\n{}", arguments.join(" "), shown(&output));
        assert!(!text.contains("not-seen"), "{text}");
        text.replace(&self.0.0.path().display().to_string(), "[DESK]")
    }
}

/// Compares what several commands say, one after the other.
macro_rules! snapshot {
    ($text:expr) => {
        insta::with_settings!({
            filters => vec![
                (r"ada@[^ ]+", "ada@desk"),
                (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", "[TIME]"),
            ],
            omit_expression => true,
            prepend_module_to_snapshot => false,
        }, { insta::assert_snapshot!($text) })
    };
}

#[test]
fn a_plan_exits_with_2_a_deployment_with_0_and_then_nothing_is_left_to_do() {
    let desk = Desk::new();
    let said = ["plan", "deploy", "plan", "deploy", "status", "history"].map(|command| {
        let yes: &[&str] = if command == "deploy" { &["--yes"] } else { &[] };
        desk.run(&[&[command, "site.toml"], yes].concat())
    });
    snapshot!(said.join("\n"));
}

#[test]
fn a_change_is_a_reload_and_can_be_taken_back() {
    let desk = Desk::new();
    desk.run(&["deploy", "site.toml", "--yes"]);
    let first = desk.read(CONF);
    let server = "servers = [{ server = \"10.0.0.29:80\", weight = 3 }, \"10.0.0.30:80\"]";
    desk.edit("site.toml", "servers = [\"10.0.0.29:80\"]", server);
    desk.edit("site.toml", "method = \"dr\"", "method = \"nat\"");
    let changed = desk.run(&["deploy", "site.toml", "--yes", "--progress", "json"]);
    assert_ne!(desk.read(CONF), first);
    let back = desk.run(&["rollback", "site.toml", "--yes"]);
    assert_eq!(desk.read(CONF), first);
    snapshot!([changed, back, desk.run(&["history", "site.toml"])].join("\n"));
}

#[test]
fn a_plan_that_cannot_be_saved_names_its_file() {
    let told = Desk::new().run(&["plan", "site.toml", "--save", "nowhere/saved"]);
    assert!(told.contains("error: cannot write `nowhere/saved`: No such file"), "{told}");
}

#[test]
fn a_plan_that_cannot_be_made_is_told_from_one_with_work() {
    let told = Desk::new().run(&["plan", "nowhere.toml"]);
    assert!(told.contains("exit code: 1") && told.contains("nowhere.toml"), "{told}");
    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let output = Desk::new().command(&["plan", "site.toml"]).stdout(full).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
}

#[test]
fn a_saved_plan_is_refused_when_the_world_changed() {
    let desk = Desk::new();
    let saved = desk.run(&["plan", "site.toml", "--save", "saved"]);
    assert!(!desk.read("saved").contains("not-seen"));
    let narrowed = desk.run(&["deploy", "saved", "--limit", "lw1"]);
    let done = desk.run(&["deploy", "saved", "--yes"]);
    let stale = desk.run(&["deploy", "site.toml", "--yes", "--plan", "saved"]);
    let none = desk.run(&["deploy", "site.toml", "--yes", "--plan", "nothing"]);
    let same = desk.run(&["plan", "site.toml", "--save", "saved"]);
    let kept = desk.run(&["deploy", "site.toml", "--yes", "--plan", "saved"]);
    desk.write("machine/active", "");
    let stopped = desk.run(&["deploy", "site.toml", "--yes", "--plan", "saved"]);
    snapshot!([saved, narrowed, done, stale, none, same, kept, stopped].join("\n"));
}

#[test]
fn without_a_terminal_nobody_agrees() {
    let desk = Desk::new();
    let text = desk.run(&["deploy", "site.toml"]);
    assert_eq!(desk.read(CONF), "");
    snapshot!(text);
}

#[test]
fn what_the_machine_refuses_is_not_put_in_place() {
    let desk = Desk::new();
    desk.run(&["deploy", "site.toml", "--yes"]);
    let before = desk.read(CONF);
    desk.edit("site.toml", "scheduler = \"rr\"", "scheduler = \"ovf\"");
    let refused = desk.run(&["deploy", "site.toml", "--yes"]);
    assert_eq!(desk.read(CONF), before);
    desk.edit("site.toml", "scheduler = \"ovf\"", "scheduler = \"wrr\"");
    desk.write("machine/fail", "reload keepalived.service");
    desk.edit("bin/systemctl", "case $1 in is", "case $1 in reload-or-restart) exit 1 ;; is");
    let failed = desk.run(&["deploy", "site.toml", "--yes"]);
    assert_eq!(desk.read(CONF), before, "{failed}");
    snapshot!([refused, failed].join("\n"));
}

#[test]
fn an_edit_by_hand_is_drift_and_is_kept() {
    let desk = Desk::new();
    desk.run(&["deploy", "site.toml", "--yes"]);
    desk.edit(CONF, "virtual_router_id 51", "virtual_router_id 52");
    let edited = desk.read(CONF);
    let said = [desk.run(&["status", "site.toml"]), desk.run(&["deploy", "site.toml", "--yes"])];
    let kept = "machine/var/lib/lvsha/generations/2/before/files/etc/keepalived/keepalived.conf";
    assert_eq!(desk.read(kept), edited);
    snapshot!(said.join("\n"));
}

/// It may run still, or take itself back in the next minute.
#[test]
fn a_deployment_that_waits_to_be_confirmed_is_told_by_every_command() {
    let desk = Desk::new();
    desk.run(&["deploy", "site.toml", "--yes"]);
    desk.write("machine/var/lib/lvsha/pending", "1\n");
    let said = ["plan", "deploy", "status"].map(|command| desk.run(&[command, "site.toml"]));
    snapshot!(said.join("\n"));
}

/// In an emergency the place of the secrets may be away.
#[test]
fn the_way_back_needs_no_secret() {
    let desk = Desk::new();
    desk.run(&["deploy", "site.toml", "--yes"]);
    let first = desk.read(CONF);
    desk.edit("site.toml", "\"rr\"", "\"wrr\"");
    desk.run(&["deploy", "site.toml", "--yes"]);
    desk.edit("site.toml", "file = \"secret\"", "file = \"nowhere\"");
    assert!(desk.run(&["plan", "site.toml"]).contains("LV0806"));
    for command in ["history", "unlock"] {
        let said = desk.run(&[command, "site.toml"]);
        assert!(said.contains("exit code: 0"), "{said}");
    }
    let back = desk.run(&["rollback", "site.toml", "--yes"]);
    assert_eq!(desk.read(CONF), first, "{back}");
}

/// Without it sudo refuses, and its own words say only that there is none.
#[test]
fn a_secret_for_sudo_that_cannot_be_had_is_told() {
    let desk = Desk::new();
    desk.run(&["deploy", "site.toml", "--yes"]);
    let with = "local = true\nsudo_secret = \"root\"\n\n[secrets.root]\nfile = \"nowhere\"\n";
    desk.edit("site.toml", "local = true\n", with);
    let said = desk.run(&["history", "site.toml"]);
    assert!(said.contains("exit code: 0"), "{said}");
    assert!(said.contains("error: the secret `root`, for sudo, cannot be had: "), "{said}");
}

#[test]
fn who_is_not_root_or_meets_a_lock_is_told_what_to_do() {
    let desk = Desk::new();
    desk.program("id", "case $1 in -u) echo 1000 ;; *) echo ada ;; esac");
    let told = ["plan", "history"].map(|command| {
        // Nothing is read before the login is looked at, so the real machine can stand here.
        let output = desk.command(&[command, "site.toml"]).env_remove("LVSHA_ROOT").output();
        super::shown(&output.unwrap())
    });
    for told in told {
        assert!(told.contains("error: lw1: logged in as ada, who is not root"), "{told}");
        assert!(told.contains("`sudo = true` in `[ssh]`"), "{told}");
    }
    fs::create_dir_all(desk.0.0.path().join("machine/var/lib/lvsha/lock")).unwrap();
    desk.write("machine/var/lib/lvsha/lock/who", "eve@elsewhere\n");
    let locked = desk.run(&["deploy", "site.toml", "--yes"]);
    assert!(locked.contains("locked by eve@elsewhere"), "{locked}");
    assert!(locked.contains("`lvsha unlock INVENTORY`"), "{locked}");
}

#[test]
fn programs_that_do_not_hear_each_other_do_not_follow_each_other() {
    let desk = Desk::new();
    desk.write("machine/active", "heartbeat.service\n");
    let refused = desk.run(&["deploy", "site.toml", "--yes"]);
    assert_eq!(desk.read("machine/active"), "heartbeat.service\n");
    desk.write("machine/active", "lvsha.service\n");
    let followed = desk.run(&["deploy", "site.toml", "--yes"]);
    assert_eq!(desk.read("machine/active"), "keepalived.service\n", "{followed}");
    snapshot!([refused, followed].join("\n"));
}

/// Between what a plan was made of and the lock lies the time in which an operator reads it.
#[test]
fn what_somebody_deployed_meanwhile_is_left_as_it_is() {
    let desk = Desk::new();
    desk.run(&["deploy", "site.toml", "--yes"]);
    desk.write("other.toml", &desk.read("site.toml").replace("\"rr\"", "\"wrr\""));
    desk.edit("site.toml", "\"rr\"", "\"lc\"");
    let mut slow = desk.command(&["deploy", "site.toml", "--yes"]);
    slow.env("HOLD", desk.0.0.path().join("hold")).stdout(Stdio::piped()).stderr(Stdio::piped());
    let slow = slow.spawn().unwrap();
    desk.until("nothing was asked", |desk| desk.exists("hold.reached"));
    let quick = desk.run(&["deploy", "other.toml", "--yes"]);
    let theirs = desk.read(CONF);
    desk.write("hold", "");
    let refused = super::shown(&slow.wait_with_output().unwrap());
    assert_eq!(desk.read("machine/var/lib/lvsha/current"), "2\n", "{quick}{refused}");
    assert_eq!(desk.read("machine/var/lib/lvsha/generations/2/state"), "confirmed\n", "{refused}");
    assert_eq!(desk.read(CONF), theirs, "{refused}");
    assert!(!desk.exists("machine/var/lib/lvsha/lock"), "{refused}");
    snapshot!([refused, desk.run(&["history", "site.toml"])].join("\n"));
}

#[test]
fn the_second_interruption_ends_it_and_the_machine_takes_itself_back() {
    let desk = Desk::new();
    desk.write("machine/slow", "start keepalived.service");
    let mut command = desk.command(&["deploy", "site.toml", "--yes", "--confirm-within", "3"]);
    let errors = fs::File::create(desk.0.0.path().join("said")).unwrap();
    command.stdout(Stdio::null()).stderr(errors);
    let mut deploy = command.spawn().unwrap();
    desk.until("nothing starts", |desk| desk.exists("machine/reached"));
    let interrupt = |deploy: &std::process::Child| {
        let id = rustix::process::Pid::from_child(deploy);
        rustix::process::kill_process(id, rustix::process::Signal::INT).unwrap();
    };
    interrupt(&deploy);
    // Two at the same moment would be one.
    desk.until("the first one is not heard", |desk| desk.read("said").contains("interrupted:"));
    assert!(deploy.try_wait().unwrap().is_none(), "the first one ends what was begun");
    interrupt(&deploy);
    // The unit does not come up before it is let go, so that only the second one can end this.
    let limit = Instant::now() + Duration::from_secs(30);
    let mut code = None;
    while code.is_none() && Instant::now() < limit {
        std::thread::sleep(Duration::from_millis(10));
        code = deploy.try_wait().unwrap();
    }
    if code.is_none() {
        deploy.kill().unwrap();
    }
    let said = desk.read("said");
    assert_eq!(code.and_then(|code| code.code()), Some(3), "{said}");
    desk.until("it did not take itself back", |desk| {
        desk.read("machine/var/lib/lvsha/generations/1/state") == "rolled-back\n"
    });
    desk.write("machine/go", "");
    assert!(!desk.exists(CONF));
    snapshot!(said);
}

/// What is typed behind `--save` may be the inventory itself.
#[test]
fn a_saved_plan_replaces_nothing_but_saved_plans() {
    let desk = Desk::new();
    let told = desk.run(&["plan", "site.toml", "--save", "site.toml"]);
    assert!(told.contains("exit code: 1"), "{told}");
    assert!(told.contains("error: `site.toml` is no saved plan; nothing was written"), "{told}");
    assert!(told.contains("help: `--force` overwrites it"), "{told}");
    assert_eq!(desk.read("site.toml"), SITE);
    fs::write(desk.0.0.path().join("notes"), "to be kept no longer").unwrap();
    let forced = desk.run(&["plan", "site.toml", "--save", "notes", "--force"]);
    assert!(forced.contains("saved: notes"), "{forced}");
    assert!(desk.read("notes").starts_with('{'));
}

/// The reader of the plan has gone, and the machines are changed all the same.
#[test]
fn a_closed_pipe_stops_no_deployment() {
    let desk = Desk::new();
    for arguments in
        [&["plan", "site.toml", "--save", "saved"][..], &["deploy", "site.toml", "--yes"]]
    {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        desk.command(arguments).stdout(writer).output().unwrap();
    }
    assert!(desk.read("saved").starts_with('{'));
    assert!(desk.read(CONF).contains("vrrp_instance"));
}
