//! The scripts of a deployment, run for real: a directory stands for a machine, and a few programs
//! in front of the system's own for what a test must not touch (systemctl, sysctl, ip).

// A test that cannot set up its machine has nothing better to do than to stop.
#![expect(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use lvsha::deploy::{Act, EntryState, FaultKind, Reply, wanted_look};
use lvsha::plan::{Found, Step, plan};

use crate::rack::{CONF, RUN, Rack, UNIT, machine};

mod back;
mod install;
mod rack;

#[test]
fn a_deployment_from_nothing_to_confirmed_and_a_second_one_that_does_nothing() {
    let rack = Rack::new();
    let machine = machine("one\0two \"three\" $four\n");
    rack.stage(&machine);
    assert!(!rack.path(CONF).exists(), "staging touches nothing");
    rack.activate(1, 0).unwrap();
    assert_eq!(fs::read(rack.path(CONF)).unwrap(), machine.files[1].text.as_bytes());
    assert_eq!(fs::metadata(rack.path(CONF)).unwrap().permissions().mode() & 0o777, 0o600);
    let log = rack.read("log");
    assert!(
        log.contains("sysctl -q -p") && log.contains(&format!("systemctl start {UNIT}")),
        "{log}"
    );
    let found = rack.found(&machine);
    assert_eq!((found.generation, found.pending), (1, Some(1)));
    assert_eq!(found.run.as_deref(), Some(RUN));
    assert_eq!(found.directors, ["lw1", "lw2"].map(str::to_owned).into());
    rack.confirm(1).unwrap();
    rack.act(&Act::Unlock { run: Some(RUN.to_owned()) }).unwrap();
    let found = rack.found(&machine);
    assert_eq!((found.pending, found.lock.as_deref()), (None, None));
    assert!(found.addresses.contains(&"10.0.0.27".parse().unwrap()));
    assert_eq!(plan(&machine, &found).steps, []);
}

/// A gate finds in its look what the facts say, and nothing that costs time.
#[test]
fn a_look_is_the_part_of_the_facts_that_a_gate_judges() {
    let rack = Rack::new();
    let machine = machine("one");
    rack.stage(&machine);
    rack.activate(1, 0).unwrap();
    let facts = rack.found(&machine);
    let Ok(Reply::Facts(look)) = rack.act(&wanted_look(&machine)) else { panic!("no facts") };
    assert!(look.active.contains(UNIT) && !look.addresses.is_empty(), "{look:?}");
    assert_eq!(look.pending, Some(1));
    let part = Found {
        active: facts.active,
        generation: facts.generation,
        pending: facts.pending,
        addresses: facts.addresses,
        loopback: facts.loopback,
        table: facts.table,
        ..Found::default()
    };
    assert_eq!(*look, part);
}

#[test]
fn a_changed_file_is_reloaded_and_the_way_back_is_exact() {
    let rack = Rack::new();
    for (generation, text) in [(1, "old\n"), (2, "new\n")] {
        rack.stage(&machine(text));
        rack.activate(generation, 0).unwrap();
        rack.confirm(generation).unwrap();
    }
    assert!(rack.read("log").contains(&format!("systemctl reload {UNIT}")));
    rack.rollback(2).unwrap();
    assert_eq!(rack.read(CONF), "old\n");
    assert_eq!(rack.found(&machine("old\n")).generation, 1);
    // A second time changes nothing, and neither does one for what never was.
    rack.rollback(2).unwrap();
    rack.rollback(9).unwrap();
    assert_eq!(rack.read(CONF), "old\n");
    let Reply::History(entries) = rack.act(&Act::History).unwrap() else { panic!() };
    let states: Vec<(u32, EntryState)> =
        entries.iter().map(|entry| (entry.generation, entry.state)).collect();
    assert_eq!(states, [(1, EntryState::Current), (2, EntryState::RolledBack)]);
    assert_eq!((entries[0].who.as_str(), entries[0].what.as_str()), ("ada@desk", "a test"));
    let Reply::Files(files) = rack.act(&Act::Again { generation: 2 }).unwrap() else { panic!() };
    assert_eq!(files[CONF].content, b"new\n");
}

#[test]
fn a_file_that_its_program_refuses_is_not_put_in_place() {
    let rack = Rack::new();
    rack.stage(&machine("broken\n"));
    let command = ["keepalived", "-t", "{}"].map(str::to_owned).to_vec();
    let check =
        Act::Check { path: CONF.to_owned(), command, accepts: vec![0], run: RUN.to_owned() };
    let fault = rack.act(&check).unwrap_err();
    assert_eq!(fault.kind, FaultKind::Refused);
    assert!(
        fault.message.contains("keepalived refuses") && fault.message.contains("Unknown keyword")
    );
}

#[test]
fn a_unit_that_does_not_come_up_brings_the_old_state_back() {
    let rack = Rack::new();
    rack.stage(&machine("old\n"));
    rack.activate(1, 0).unwrap();
    rack.confirm(1).unwrap();
    rack.write("fail", &format!("reload {UNIT}"));
    rack.program("systemctl", "case $1 in is-active|is-enabled) exit 0 ;; reload*) exit 1 ;; esac");
    rack.stage(&machine("new\n"));
    let fault = rack.activate(2, 0).unwrap_err();
    assert!(fault.message.contains("the old state is back"), "{fault}");
    assert_eq!(rack.read(CONF), "old\n");
    assert_eq!(rack.found(&machine("old\n")).generation, 1);
}

/// systemctl only names the place where a unit's own words are.
#[test]
fn why_a_unit_does_not_come_up_is_told_in_its_own_words() {
    let rack = Rack::new();
    let fails = "is-*) exit 1 ;; start) echo 'Job failed, see the journal.'; exit 1 ;;";
    rack.program("systemctl", &format!("case $1 in {fails} esac"));
    let words = format!("*_SYSTEMD_UNIT={UNIT}) echo 'unknown keyword x'; echo 'it ends' ;;");
    rack.program("journalctl", &format!("case \"$*\" in {words} esac"));
    rack.stage(&machine("new\n"));
    let fault = rack.activate(1, 0).unwrap_err();
    let told = format!("start {UNIT} failed: unknown keyword x; the old state is back");
    assert_eq!(fault.message, told);
}

/// Half of the files on a full disk would be neither the old nor the new state.
#[test]
fn a_file_that_cannot_be_written_is_noticed_before_any_is_changed() {
    let rack = Rack::new();
    rack.stage(&machine("old\n"));
    rack.activate(1, 0).unwrap();
    rack.confirm(1).unwrap();
    let first = "/etc/sysctl.d/90-lvsha.conf";
    let mut wanted = machine("new\n");
    wanted.files[0].text = "net.x = 2\n".to_owned();
    // Where the second one would be written first there is no room.
    fs::create_dir_all(rack.path("/etc/keepalived/.keepalived.conf.lvsha-new/x")).unwrap();
    let was = fs::metadata(rack.path(first)).unwrap();
    rack.stage(&wanted);
    let fault = rack.activate(2, 0).unwrap_err();
    assert!(fault.message.contains("cannot write /etc/keepalived/keepalived.conf"), "{fault}");
    assert!(fault.message.contains("the old state is back"), "{fault}");
    let is = fs::metadata(rack.path(first)).unwrap();
    let inode = std::os::unix::fs::MetadataExt::ino;
    assert_eq!((inode(&is), rack.read(first)), (inode(&was), "net.x = 1\n".to_owned()));
    assert!(!rack.path("/etc/sysctl.d/.90-lvsha.conf.lvsha-new").exists());
}

/// The answer to the first one may be lost.
#[test]
fn a_generation_can_be_confirmed_twice() {
    let rack = Rack::new();
    rack.deploy(1, "new\n");
    rack.confirm(1).unwrap();
    assert_eq!(rack.state(1), "confirmed\n");
    rack.rollback(1).unwrap();
    assert!(rack.confirm(1).is_err());
}

/// After `lvsha unlock` the staged files may be another's.
#[test]
fn whoever_lost_the_lock_puts_nothing_in_place() {
    let rack = Rack::new();
    rack.stage(&machine("new\n"));
    rack.act(&Act::Unlock { run: None }).unwrap();
    rack.lock("grace@home", "2 grace@home 2", 1).unwrap();
    let fault = rack.activate(1, 0).unwrap_err();
    assert!(fault.message.contains("the lock of this machine was taken away"), "{fault}");
    assert!(!rack.path(CONF).exists());
}

#[test]
fn files_that_do_not_arrive_as_they_were_sent_are_not_staged() {
    for (edit, told) in [
        ("s/new/old/", "/etc/keepalived/keepalived.conf did not arrive whole"),
        ("/^end$/d", "only a part arrived"),
    ] {
        let rack = Rack::new();
        rack.lock("ada@desk", RUN, 1).unwrap();
        rack.program(
            "head",
            &format!("$(PATH=/usr/bin:/bin command -v head) \"$@\" | sed '{edit}'"),
        );
        let plan = Box::new(plan(&machine("new\n"), &Found::default()));
        let fault = rack.act(&Act::Stage { plan, run: RUN.to_owned() }).unwrap_err();
        assert!(fault.message.contains(told), "{fault}");
        assert!(!rack.path("var/lib/lvsha/staging").exists());
    }
}

/// Somebody else may have staged theirs since.
#[test]
fn whoever_lost_the_lock_brings_nothing() {
    let rack = Rack::new();
    let stage = |text: &str, run: &str| {
        let plan = Box::new(plan(&machine(text), &Found::default()));
        rack.act(&Act::Stage { plan, run: run.to_owned() })
    };
    let (slow, other) = (RUN, "2 grace@home 2");
    rack.lock("ada@desk", slow, 1).unwrap();
    stage("slow\n", slow).unwrap();
    rack.act(&Act::Unlock { run: None }).unwrap();
    rack.lock("grace@home", other, 1).unwrap();
    let taken = "the lock of this machine was taken away";
    let fault = stage("slow\n", slow).unwrap_err();
    assert!(fault.message.contains(taken), "{fault}");
    stage("other\n", other).unwrap();
    let command = ["keepalived", "-t", "{}"].map(str::to_owned).to_vec();
    let check =
        Act::Check { path: CONF.to_owned(), command, accepts: vec![0], run: slow.to_owned() };
    let fault = rack.act(&check).unwrap_err();
    assert!(fault.message.contains(taken), "{fault}");
    assert_eq!(rack.read(&format!("var/lib/lvsha/staging/files{CONF}")), "other\n");
}

/// The lock is given back and taken again by the same person: what lies there is still an older deployment's.
#[test]
fn what_another_deployment_has_staged_is_not_put_in_place() {
    let rack = Rack::new();
    rack.stage(&machine("new\n"));
    rack.write("var/lib/lvsha/lock/run", "2 ada@desk 2\n");
    let (who, what) = ("ada@desk".to_owned(), "a test".to_owned());
    let run = "2 ada@desk 2".to_owned();
    let activate = Act::Activate { generation: 1, confirm_within: 0, who, what, run };
    let fault = rack.act(&activate).unwrap_err();
    assert!(fault.message.contains("nothing is staged for generation 1"), "{fault}");
    assert!(!rack.path(CONF).exists());
}

#[test]
fn the_lock_is_refused_when_somebody_was_faster() {
    let rack = Rack::new();
    rack.deploy(1, "theirs\n");
    rack.act(&Act::Unlock { run: Some(RUN.to_owned()) }).unwrap();
    let fault = rack.lock("grace@home", "2", 1).unwrap_err();
    assert!(fault.message.contains("generation 1 of ada@desk (a test)"), "{fault}");
    assert!(fault.help.unwrap().contains("lvsha plan"));
    assert_eq!(rack.found(&machine("")).lock, None);
    rack.lock("grace@home", "2", 2).unwrap();
}

#[test]
fn a_script_that_hangs_is_not_waited_for_for_ever() {
    let rack = Rack::new();
    rack.deploy(1, "new\n");
    rack.write("var/lib/lvsha/turn", "rollback 7 4711\n");
    let turn = rack.path("var/lib/lvsha/turn");
    let mut holder = std::process::Command::new("flock")
        .arg(&turn)
        .args(["sh", "-c", "echo held; exec sleep 60"])
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    std::io::Read::read_exact(holder.stdout.as_mut().unwrap(), &mut [0; 5]).unwrap();
    let script = lvsha::deploy::script::script(&Act::Confirm { generation: 1 });
    let said = std::process::Command::new("sh")
        .args(["-c", script.text, "lvsha", "1"])
        .env("LVSHA_ROOT", rack.folder.path())
        .env("LVSHA_PATIENCE", "1")
        .env("PATH", rack.search_path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&said.stdout).into_owned();
    holder.kill().unwrap();
    holder.wait().unwrap();
    let wanted = "`rollback` of generation 7 did not end within 1 s (process 4711)";
    assert!(said.contains(wanted) && said.contains("help look there what hangs"), "{said}");
}

#[test]
fn a_machine_that_boots_before_anybody_confirmed_has_the_old_state() {
    let rack = Rack::new();
    rack.write(CONF, "by hand\n");
    rack.stage(&machine("new\n"));
    rack.activate(1, 60).unwrap();
    let unit = "etc/systemd/system/lvsha-rollback.service";
    let wanted = "etc/systemd/system/sysinit.target.wants/lvsha-rollback.service";
    assert!(rack.read(unit).contains("rollback pending boot"));
    assert_eq!(fs::read_link(rack.path(wanted)).unwrap(), Path::new("../lvsha-rollback.service"));
    rack.write("log", "");
    // What that unit runs.
    let status = std::process::Command::new("sh")
        .arg(rack.path("var/lib/lvsha/rollback"))
        .args(["pending", "boot"])
        .env("LVSHA_ROOT", rack.folder.path())
        .env("PATH", rack.search_path())
        .status();
    assert!(status.unwrap().success());
    assert_eq!(rack.read(CONF), "by hand\n");
    assert!(!rack.path(unit).exists() && fs::symlink_metadata(rack.path(wanted)).is_err());
    let log = rack.read("log");
    assert!(!log.contains("reload") && log.contains("--no-block stop"), "{log}");
    assert_eq!(rack.found(&machine("by hand\n")).pending, None);
}

#[test]
fn a_confirmed_machine_boots_as_it_is() {
    let rack = Rack::new();
    rack.stage(&machine("new\n"));
    rack.activate(1, 60).unwrap();
    rack.confirm(1).unwrap();
    let left = fs::read_dir(rack.path("etc/systemd/system/sysinit.target.wants")).unwrap();
    assert_eq!(left.count(), 0);
    assert!(!rack.path("etc/systemd/system/lvsha-rollback.service").exists());
}

#[test]
fn a_program_that_makes_way_comes_back_with_the_old_state() {
    let rack = Rack::new();
    rack.write("active", "lvsha.service\n");
    rack.write(CONF, "of lvsha\n");
    rack.stage(&machine("of keepalived\n"));
    rack.activate(1, 0).unwrap();
    let log = rack.read("log");
    let (stop, start) = (log.find("disable -q --now lvsha"), log.find("start keepalived"));
    assert!(stop.is_some() && stop < start, "{log}");
    assert_eq!(rack.read("active"), "keepalived.service\n");
    rack.rollback(1).unwrap();
    assert_eq!(rack.read(CONF), "of lvsha\n");
    assert!(rack.read("active").contains("lvsha.service"), "{}", rack.read("log"));
}

#[test]
fn two_operators_exclude_each_other() {
    let rack = Rack::new();
    let lock = |who: &str, run: &str| {
        let (who, run) = (who.to_owned(), run.to_owned());
        Act::Lock { who, run, generation: 1 }
    };
    rack.act(&lock("ada@desk", "1")).unwrap();
    rack.act(&lock("ada@desk", "1")).unwrap();
    let fault = rack.act(&lock("grace@home", "2")).unwrap_err();
    assert!(fault.message.contains("locked by ada@desk"), "{fault}");
    rack.act(&Act::Unlock { run: Some("2".to_owned()) }).unwrap();
    assert!(rack.act(&lock("grace@home", "2")).is_err(), "a stranger unlocks nothing");
    rack.act(&Act::Unlock { run: None }).unwrap();
    rack.act(&lock("grace@home", "2")).unwrap();
}

#[test]
fn edits_by_hand_are_noticed_saved_and_files_nobody_wants_go() {
    let rack = Rack::new();
    rack.stage(&machine("one\n"));
    rack.activate(1, 0).unwrap();
    rack.confirm(1).unwrap();
    rack.write(CONF, "edited\n");
    let mut wanted = machine("two\n");
    wanted.files.remove(0);
    let plan = plan(&wanted, &rack.found(&wanted));
    assert_eq!(plan.edited, [CONF]);
    rack.stage(&wanted);
    rack.activate(2, 0).unwrap();
    assert!(!rack.path("/etc/sysctl.d/90-lvsha.conf").exists());
    let saved = rack.read(&format!("var/lib/lvsha/generations/2/before/files{CONF}"));
    assert_eq!(saved, "edited\n");
}

#[test]
fn only_ten_generations_are_kept() {
    let rack = Rack::new();
    for generation in 1..=13 {
        rack.stage(&machine(&format!("{generation}\n")));
        rack.activate(generation, 0).unwrap();
        rack.confirm(generation).unwrap();
    }
    let Reply::History(entries) = rack.act(&Act::History).unwrap() else { panic!() };
    let numbers: Vec<u32> = entries.iter().map(|entry| entry.generation).collect();
    assert_eq!(numbers, (4..=13).collect::<Vec<_>>());
}

/// A machine is confirmed before the next one is changed, whose fault takes both back.
#[test]
fn failed_tries_push_no_good_generation_out() {
    let rack = Rack::new();
    rack.deploy(1, "good\n");
    rack.deploy(2, "better\n");
    for generation in 3..=15 {
        rack.deploy(generation, "bad\n");
        rack.rollback(generation).unwrap();
    }
    let found = rack.found(&machine("better\n"));
    assert_eq!((rack.read(CONF).as_str(), found.generation), ("better\n", 2));
    assert!(found.managed.contains_key(CONF), "lvsha forgot what it manages");
    let Reply::History(entries) = rack.act(&Act::History).unwrap() else { panic!() };
    let of = |wanted: EntryState| -> Vec<u32> {
        let entries = entries.iter().filter(|entry| entry.state == wanted);
        entries.map(|entry| entry.generation).collect()
    };
    assert_eq!(
        (of(EntryState::Confirmed), of(EntryState::Current)),
        (vec![1], vec![2]),
        "nothing to go back to"
    );
    // Ten, and the one that was being confirmed when the others were counted.
    assert_eq!(of(EntryState::RolledBack), (5..=15).collect::<Vec<_>>());
}

/// A director that is a real server of the other one, too, has it there for its own web server.
#[test]
fn an_address_on_lo_is_told_apart_from_one_that_is_held() {
    let rack = Rack::new();
    rack.program(
        "ip",
        "echo '1: lo    inet 10.0.0.31/32 scope global lo'\n\
         echo '2: eth1    inet 10.0.0.27/24 scope global eth1'",
    );
    let found = rack.found(&machine("one"));
    let shown = |addresses: &BTreeSet<std::net::IpAddr>| -> Vec<String> {
        addresses.iter().map(ToString::to_string).collect()
    };
    assert_eq!(shown(&found.addresses), ["10.0.0.27"]);
    assert_eq!(shown(&found.loopback), ["10.0.0.31"]);
}

#[test]
fn a_state_that_cannot_be_written_refuses_the_lock() {
    let rack = Rack::new();
    // A directory in the place of the state is as unwritable as a full disk is.
    rack.write("var/lib/lvsha", "not a directory");
    let fault = rack.lock("a", "1", 1).unwrap_err();
    assert_eq!(fault.kind, FaultKind::Refused);
    assert!(!rack.path(CONF).exists());
}

#[test]
fn files_of_somebody_else_are_told() {
    let rack = Rack::new();
    rack.deploy(1, "one\n");
    assert!(rack.found(&machine("one\n")).foreign.is_empty());
    rack.program(
        "stat",
        "case $* in *%u*/keepalived.conf) echo '600 4711' ;; *) PATH=/usr/bin:/bin exec stat \"$@\" ;; esac",
    );
    let found = rack.found(&machine("one\n"));
    assert_eq!(found.foreign.iter().collect::<Vec<_>>(), [CONF]);
    assert_eq!(found.files[CONF].mode, 0o600);
}

/// What sorts behind lvsha's file at boot may say something else.
#[test]
fn what_the_kernel_has_of_the_settings_is_told() {
    let rack = Rack::new();
    rack.deploy(1, "one\n");
    rack.program("sysctl", "for key; do echo \"$key = 7\"; done");
    let found = rack.found(&machine("one\n"));
    assert_eq!(found.settings, BTreeMap::from([("net.x".to_owned(), "7".to_owned())]));
    let steps = plan(&machine("one\n"), &found).steps;
    assert_eq!(steps, [Step::Sysctl("/etc/sysctl.d/90-lvsha.conf".to_owned())]);
}

#[test]
fn a_machine_says_which_one_it_is() {
    let (one, other) = (Rack::new(), Rack::new());
    let identity = |rack: &Rack| rack.found(&machine("")).identity.unwrap();
    assert_eq!(identity(&one), identity(&one));
    assert_ne!(identity(&one), identity(&other));
}

/// A full disk leaves such a file, and nothing would ever take it away.
#[test]
fn a_generation_without_a_number_waits_for_nothing() {
    let rack = Rack::new();
    rack.deploy(1, "old\n");
    rack.write("var/lib/lvsha/pending", "");
    assert_eq!(rack.found(&machine("old\n")).pending, None);
    rack.deploy(2, "new\n");
    assert_eq!((rack.read(CONF).as_str(), rack.state(2).as_str()), ("new\n", "confirmed\n"));
}

/// Every script is POSIX shell, whatever /bin/sh is on a machine.
#[test]
fn scripts_are_understood_by_other_shells() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/deploy/scripts");
    let mut judged = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        for shell in ["sh", "bash"] {
            let Ok(status) = std::process::Command::new(shell).arg("-n").arg(&path).status() else {
                continue;
            };
            judged.insert((path.clone(), shell), status.success());
        }
    }
    assert!(judged.len() > 10);
    assert!(judged.values().all(|is_right| *is_right), "{judged:?}");
}
