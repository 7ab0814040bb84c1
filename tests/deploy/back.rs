//! The way back.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::time::{Duration, Instant};

use lvsha::deploy::Act;
use lvsha::plan::plan;
use lvsha::site::render::Effect;

use crate::rack::{CONF, Rack, UNIT, machine, real_server};

/// Where nothing can be written nothing was changed, so nothing is put back either.
#[test]
fn files_that_are_as_they_were_are_left_alone_on_the_way_back() {
    let rack = Rack::new();
    rack.write(CONF, "old\n");
    fs::set_permissions(rack.path(CONF), fs::Permissions::from_mode(0o600)).unwrap();
    let inode =
        |rack: &Rack| std::os::unix::fs::MetadataExt::ino(&fs::metadata(rack.path(CONF)).unwrap());
    let was = inode(&rack);
    let mut wanted = machine("new\n");
    // The first file cannot be written: a directory is in its place.
    fs::create_dir_all(rack.path("/etc/sysctl.d/90-lvsha.conf/x")).unwrap();
    rack.stage(&wanted);
    let fault = rack.activate(1, 0).unwrap_err();
    assert!(fault.message.contains("cannot write /etc/sysctl.d/90-lvsha.conf"), "{fault}");
    assert!(fault.message.ends_with("; the old state is back"), "{fault}");
    assert_eq!((rack.read(CONF).as_str(), inode(&rack)), ("old\n", was));
    wanted.files.remove(0);
    rack.stage(&wanted);
    rack.activate(2, 0).unwrap();
    assert_eq!(rack.read(CONF), "new\n");
}

/// A director that restarts gives its addresses up.
#[test]
fn what_was_refused_before_anything_was_changed_restarts_nothing() {
    let rack = Rack::new();
    rack.deploy(1, "old\n");
    let mut wanted = machine("new\n");
    wanted.files[1].effect = Effect::Restart(UNIT);
    // Where the new file would be written first there is no room.
    fs::create_dir_all(rack.path("/etc/keepalived/.keepalived.conf.lvsha-new/x")).unwrap();
    rack.stage(&wanted);
    rack.write("log", "");
    let fault = rack.activate(2, 0).unwrap_err();
    assert!(fault.message.ends_with("; the old state is back"), "{fault}");
    let log = rack.read("log");
    assert!(!log.contains("restart") && !log.contains("reload"), "{log}");
    // The same change, put in place and taken back.
    fs::remove_dir_all(rack.path("/etc/keepalived/.keepalived.conf.lvsha-new")).unwrap();
    rack.stage(&wanted);
    rack.activate(3, 0).unwrap();
    rack.write("log", "");
    rack.rollback(3).unwrap();
    assert!(
        rack.read("log").contains(&format!("systemctl restart {UNIT}")),
        "{}",
        rack.read("log")
    );
}

/// The program would go on with what its file no longer says.
#[test]
fn a_way_back_goes_on_behind_an_effect_that_fails() {
    let rack = Rack::new();
    rack.deploy(1, "one\n");
    let mut wanted = machine("two\n");
    wanted.files[0].text = "net.x = 2\n".to_owned();
    rack.stage(&wanted);
    rack.activate(2, 60).unwrap();
    rack.program("sysctl", "exit 1");
    rack.write("log", "");
    rack.rollback(2).unwrap();
    assert_eq!(rack.read(CONF), "one\n");
    assert!(rack.read("log").contains(&format!("systemctl reload {UNIT}")), "{}", rack.read("log"));
}

/// A director whose old program is not started again has none.
#[test]
fn a_way_back_goes_on_behind_a_file_that_cannot_be_written() {
    let rack = Rack::new();
    rack.write("active", "lvsha.service\n");
    rack.write(CONF, "of lvsha\n");
    rack.write("/etc/sysctl.d/90-lvsha.conf", "net.x = 0\n");
    rack.stage(&machine("of keepalived\n"));
    rack.activate(1, 60).unwrap();
    // Where the old one would be written first there is no room.
    let beside = "/etc/sysctl.d/.90-lvsha.conf.lvsha-new";
    fs::create_dir_all(rack.path(beside).join("x")).unwrap();
    let fault = rack.rollback(1).unwrap_err();
    assert!(fault.message.contains("the old state could not be restored"), "{fault}");
    assert_eq!(rack.read(CONF), "of lvsha\n");
    assert!(rack.read("active").contains("lvsha.service"), "{}", rack.read("log"));
    assert_eq!(rack.read("var/lib/lvsha/pending"), "1\n");
    fs::remove_dir_all(rack.path(beside)).unwrap();
    rack.rollback(1).unwrap();
    assert_eq!(rack.read("/etc/sysctl.d/90-lvsha.conf"), "net.x = 0\n");
    assert_eq!(rack.state(1), "rolled-back\n");
}

/// A file that goes takes nothing back of what the kernel was told.
#[test]
fn a_way_back_tells_the_kernel_what_it_had_before() {
    let rack = Rack::new();
    rack.program(
        "sysctl",
        "case $1 in -n) echo 7 ;; *) echo \"$*\" >>\"$LVSHA_ROOT/log\"; cat \"$3\" >>\"$LVSHA_ROOT/log\" ;; esac",
    );
    let mut wanted = machine("new\n");
    wanted.files[0].text.push_str("net.ipv4.conf.eth0/100.send_redirects = 0\n");
    rack.stage(&wanted);
    rack.activate(1, 60).unwrap();
    rack.write("log", "");
    rack.rollback(1).unwrap();
    assert!(!rack.path("/etc/sysctl.d/90-lvsha.conf").exists());
    let log = rack.read("log");
    // The interface is eth0.100.
    let settings = ["net.x = 7", "net.ipv4.conf.eth0/100.send_redirects = 7"];
    assert!(settings.iter().all(|setting| log.contains(setting)), "{log}");
}

/// It would keep them, and then answer ARP for them beside the director.
#[test]
fn a_real_server_gives_its_addresses_up_before_its_files_go() {
    let rack = Rack::new();
    rack.program(
        "systemctl",
        "echo \"systemctl $*\" >>\"$LVSHA_ROOT/log\"\n\
         case $1 in is-*) exit 1 ;; stop) \"$LVSHA_ROOT/usr/local/sbin/lvsrs\" stop ;; esac",
    );
    rack.program(
        "sysctl",
        "case $1 in -n) echo 0 ;; *) echo \"sysctl $*\" >>\"$LVSHA_ROOT/log\" ;; esac",
    );
    rack.stage(&real_server());
    rack.activate(1, 60).unwrap();
    rack.write("log", "");
    rack.rollback(1).unwrap();
    let log = rack.read("log");
    let (given_up, loud) = (log.find("lvsrs stop"), log.find("before/sysctl"));
    assert!(given_up.is_some() && given_up < loud, "{log}");
    assert!(!rack.path("/usr/local/sbin/lvsrs").exists());
}

#[test]
fn a_link_that_made_way_for_a_file_is_a_link_again() {
    let rack = Rack::new();
    rack.write("/srv/shared.conf", "of the folder\n");
    let target = rack.path("/srv/shared.conf");
    fs::set_permissions(&target, fs::Permissions::from_mode(0o640)).unwrap();
    fs::create_dir_all(rack.path(CONF).parent().unwrap()).unwrap();
    std::os::unix::fs::symlink(&target, rack.path(CONF)).unwrap();
    rack.stage(&machine("new\n"));
    rack.activate(1, 60).unwrap();
    assert!(!rack.path(CONF).is_symlink(), "a deployment writes into no foreign file");
    rack.rollback(1).unwrap();
    assert_eq!(fs::read_link(rack.path(CONF)).unwrap(), target);
    assert_eq!(rack.read("/srv/shared.conf"), "of the folder\n");
    assert_eq!(fs::metadata(&target).unwrap().permissions().mode() & 0o777, 0o640);
}

/// Its target may be on what is not mounted now.
#[test]
fn a_link_that_leads_nowhere_is_a_link_again() {
    let rack = Rack::new();
    fs::create_dir_all(rack.path(CONF).parent().unwrap()).unwrap();
    std::os::unix::fs::symlink("/nowhere/shared.conf", rack.path(CONF)).unwrap();
    let wanted = machine("new\n");
    let links = rack.found(&wanted).links;
    assert_eq!(links.get(CONF).map(String::as_str), Some("/nowhere/shared.conf"));
    rack.stage(&wanted);
    rack.activate(1, 60).unwrap();
    assert_eq!(rack.read(CONF), "new\n");
    rack.rollback(1).unwrap();
    assert_eq!(fs::read_link(rack.path(CONF)).unwrap().to_str(), Some("/nowhere/shared.conf"));
}

/// Its mode was set where the link points to, and is set back there.
#[test]
fn a_link_of_which_only_the_mode_was_changed_stays_one() {
    let rack = Rack::new();
    let wanted = machine("new\n");
    rack.write("/srv/shared.conf", "new\n");
    let target = rack.path("/srv/shared.conf");
    fs::set_permissions(&target, fs::Permissions::from_mode(0o666)).unwrap();
    fs::create_dir_all(rack.path(CONF).parent().unwrap()).unwrap();
    std::os::unix::fs::symlink(&target, rack.path(CONF)).unwrap();
    let mode = || fs::metadata(&target).unwrap().permissions().mode() & 0o777;
    rack.stage(&wanted);
    rack.activate(1, 60).unwrap();
    assert_ne!(mode(), 0o666);
    assert!(rack.path(CONF).is_symlink());
    rack.rollback(1).unwrap();
    assert_eq!(fs::read_link(rack.path(CONF)).unwrap(), target);
    assert_eq!(mode(), 0o666);
}

/// Else its mode would be set anew by every deployment.
#[test]
fn a_link_to_what_is_wanted_is_left_alone() {
    let rack = Rack::new();
    let wanted = machine("new\n");
    rack.write("/srv/shared.conf", "new\n");
    let mode = fs::Permissions::from_mode(wanted.files[1].mode);
    fs::set_permissions(rack.path("/srv/shared.conf"), mode).unwrap();
    fs::create_dir_all(rack.path(CONF).parent().unwrap()).unwrap();
    std::os::unix::fs::symlink(rack.path("/srv/shared.conf"), rack.path(CONF)).unwrap();
    let plan = plan(&wanted, &rack.found(&wanted));
    assert!(plan.files().all(|change| change.path() != CONF), "{:?}", plan.steps);
}

#[test]
fn the_dead_man_takes_back_what_nobody_confirms() {
    let rack = Rack::new();
    rack.write(CONF, "by hand\n");
    rack.stage(&machine("new\n"));
    rack.activate(1, 1).unwrap();
    assert_eq!(rack.read(CONF), "new\n");
    // It is the machine that waits, so the test must, too: until it is so, not for a fixed time.
    let limit = std::time::Instant::now() + std::time::Duration::from_secs(60);
    while rack.path("var/lib/lvsha/pending").exists() {
        assert!(std::time::Instant::now() < limit, "the dead-man switch does not work");
        std::thread::yield_now();
    }
    assert_eq!(rack.read(CONF), "by hand\n");
    let fault = rack.confirm(1).unwrap_err();
    assert!(fault.message.contains("has rolled itself back"), "{fault}");
}

/// A connection may end while a unit takes its time to stop: the script on the machine goes on.
#[test]
fn an_activation_that_was_left_alone_changes_nothing_after_it_was_taken_back() {
    let rack = Rack::new();
    rack.write("active", "lvsha.service\n");
    rack.write(CONF, "of lvsha\n");
    rack.write("slow", "disable -q --now lvsha.service");
    rack.stage(&machine("of keepalived\n"));
    std::thread::scope(|scope| {
        let activation = scope.spawn(|| rack.activate(1, 60));
        rack.until("nothing stops", |rack| rack.read("log").contains("disable -q --now lvsha"));
        let from = Instant::now();
        rack.rollback(1).unwrap();
        let waited = from.elapsed();
        rack.write("go", "");
        let end = activation.join().unwrap();
        let state = (rack.read(CONF), rack.state(1), rack.found(&machine("")).generation);
        assert_eq!(state, ("of lvsha\n".to_owned(), "rolled-back\n".to_owned(), 0), "{end:?}");
        let fault = end.unwrap_err();
        assert!(fault.message.contains("generation 1 was taken back"), "{fault}");
        assert!(waited < Duration::from_secs(20), "it waited for the activation");
    });
    assert_eq!(rack.found(&machine("")).pending, None);
    assert!(!rack.read("active").contains(UNIT), "{}", rack.read("log"));
}

/// The same when nobody asks, because the machine is not reached any more.
#[test]
fn the_dead_man_does_not_wait_for_a_unit_that_does_not_come_up() {
    let rack = Rack::new();
    rack.write(CONF, "by hand\n");
    rack.write("slow", &format!("start {UNIT}"));
    rack.stage(&machine("new\n"));
    std::thread::scope(|scope| {
        let activation = scope.spawn(|| rack.activate(1, 1));
        rack.until("it was not taken back", |rack| rack.state(1) == "rolled-back\n");
        rack.write("go", "");
        let end = activation.join().unwrap();
        let state = (rack.read(CONF), rack.state(1), rack.found(&machine("")).generation);
        assert_eq!(state, ("by hand\n".to_owned(), "rolled-back\n".to_owned(), 0), "{end:?}");
        let fault = end.unwrap_err();
        assert!(fault.message.contains("generation 1 was taken back"), "{fault}");
    });
    assert_eq!(rack.found(&machine("")).pending, None);
}

#[test]
fn what_is_being_taken_back_is_not_confirmed() {
    let rack = Rack::new();
    rack.deploy(1, "old\n");
    rack.stage(&machine("new\n"));
    rack.activate(2, 0).unwrap();
    // Says who has to wait for the turn of another one.
    rack.program(
        "flock",
        "[ \"$1\" != -w ] || : >\"$LVSHA_ROOT/waits\"\nPATH=/usr/bin:/bin exec flock \"$@\"",
    );
    // The old file is beside its place, and not yet in it.
    rack.program("sync", "until [ -e \"$LVSHA_ROOT/go\" ]; do sleep 0.05; done");
    std::thread::scope(|scope| {
        let rollback = scope.spawn(|| rack.rollback(2));
        let beside = "/etc/keepalived/.keepalived.conf.lvsha-new";
        rack.until("nothing is put back", |rack| rack.path(beside).exists());
        let confirmation = scope.spawn(|| rack.confirm(2));
        let is_over = || confirmation.is_finished();
        rack.until("nobody confirms", |rack| rack.path("waits").exists() || is_over());
        rack.write("go", "");
        rollback.join().unwrap().unwrap();
        let fault = confirmation.join().unwrap().unwrap_err();
        assert!(fault.message.contains("has rolled itself back"), "{fault}");
    });
    assert_eq!((rack.read(CONF).as_str(), rack.state(2).as_str()), ("old\n", "rolled-back\n"));
}

/// Numbers come from before the lock: the same one may be somebody else's by now.
#[test]
fn nobody_takes_back_what_is_not_theirs() {
    let rack = Rack::new();
    rack.deploy(1, "old\n");
    rack.deploy(2, "new\n");
    let other = Some("2 grace@home 2".to_owned());
    let fault = rack.act(&Act::Rollback { generation: 2, run: other.clone() }).unwrap_err();
    assert!(fault.message.contains("generation 2 is another deployment, of ada@desk"), "{fault}");
    // Whoever asks for what waits does not mean what was confirmed meanwhile.
    let fault = rack.act(&Act::Rollback { generation: 2, run: None }).unwrap_err();
    assert!(fault.message.contains("it was confirmed, and stays"), "{fault}");
    // The old files of generation 1 are not what stood before generation 2.
    let fault = rack.rollback(1).unwrap_err();
    assert!(fault.message.contains("generation 2 came after generation 1"), "{fault}");
    assert_eq!((rack.read(CONF).as_str(), rack.state(2).as_str()), ("new\n", "confirmed\n"));
    rack.stage(&machine("newer\n"));
    rack.activate(3, 0).unwrap();
    rack.act(&Act::Rollback { generation: 3, run: None }).unwrap();
    assert_eq!((rack.read(CONF).as_str(), rack.state(3).as_str()), ("new\n", "rolled-back\n"));
}

/// Its units may be half old, half new.
#[test]
fn a_way_back_that_was_cut_off_is_gone_again() {
    let rack = Rack::new();
    rack.write("active", "lvsha.service\n");
    rack.write(CONF, "of lvsha\n");
    rack.write("/etc/sysctl.d/90-lvsha.conf", "net.x = 0\n");
    rack.stage(&machine("of keepalived\n"));
    rack.activate(1, 60).unwrap();
    // It is killed when it is about to start the old program.
    rack.program("sysctl", "exec kill -9 $PPID");
    assert!(rack.rollback(1).is_err());
    assert_eq!(rack.read("var/lib/lvsha/pending"), "1\n");
    rack.program("sysctl", "");
    rack.rollback(1).unwrap();
    assert!(rack.read("active").contains("lvsha.service"), "{}", rack.read("log"));
    assert_eq!(
        (rack.state(1).as_str(), rack.path("var/lib/lvsha/pending").exists()),
        ("rolled-back\n", false)
    );
}

/// What a file system writes seconds later would be back after a loss of power: a confirmed machine with the old state.
#[test]
fn a_confirmation_is_on_the_disk_when_it_is_answered() {
    let rack = Rack::new();
    rack.stage(&machine("new\n"));
    rack.activate(1, 60).unwrap();
    let is_there = |name: &str| format!("[ -e \"$LVSHA_ROOT/{name}\" ]");
    let unit = is_there("etc/systemd/system/lvsha-rollback.service");
    let pending = is_there("var/lib/lvsha/pending");
    // Of the file systems alone on which something has changed: another one may have minutes of writing to do.
    let whole = format!(
        "[ \"$1\" != -f ] || {unit} || {pending} || echo \"durable $*\" >>\"$LVSHA_ROOT/log\""
    );
    rack.program("sync", &whole);
    rack.confirm(1).unwrap();
    let log = rack.read("log");
    let durable = log.lines().find_map(|line| line.strip_prefix("durable -f ")).unwrap_or_default();
    for folder in ["var/lib/lvsha", "etc/systemd/system", "etc/keepalived"] {
        let path = rack.path(folder).display().to_string();
        assert!(durable.split(' ').any(|word| word == path), "{folder}: {log}");
    }
}

/// systemd.timer(5): without a word about it a timer may be a minute late.
#[test]
fn the_timer_of_the_dead_man_is_exact() {
    let rack = Rack::new();
    rack.program("systemd-run", "echo \"systemd-run $*\" >>\"$LVSHA_ROOT/log\"");
    fs::create_dir_all(rack.path("run/systemd/system")).unwrap();
    rack.stage(&machine("new\n"));
    rack.activate(1, 60).unwrap();
    let log = rack.read("log");
    assert!(log.contains("--on-active=60 --timer-property=AccuracySec=1s"), "{log}");
}
