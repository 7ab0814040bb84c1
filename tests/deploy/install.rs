//! Packages, on a machine whose apt-get is the test's.

use lvsha::deploy::{Act, Fault};

use crate::rack::{RUN, Rack};

/// A machine that finds packages in its lists only. An `update` brings the lists, where there are any.
fn rack(update: &str) -> Rack {
    let rack = Rack::new();
    let install = "echo \"apt-get $DEBIAN_FRONTEND $*\" >>\"$LVSHA_ROOT/log\"\n\
         [ \"$1\" != update ] || { UPDATE; exit; }\n\
         [ -e \"$LVSHA_ROOT/lists\" ] || { echo reading; echo 'E: Unable to locate package'; exit 100; }";
    rack.program("apt-get", &install.replace("UPDATE", update));
    // The turn's folder is there before anything else is done.
    rack.lock("ada@desk", RUN, 1).unwrap();
    rack
}

fn install(rack: &Rack) -> Result<(), Fault> {
    let packages = ["keepalived", "ipvsadm"].map(str::to_owned).to_vec();
    rack.act(&Act::Install(packages)).map(drop)
}

/// What was asked of apt-get.
fn said(rack: &Rack) -> String {
    let log = rack.read("log");
    log.lines().filter(|line| line.starts_with("apt-get")).map(|line| format!("{line}\n")).collect()
}

const INSTALL: &str =
    "apt-get noninteractive install -q -y --no-install-recommends keepalived ipvsadm\n";
const UPDATE: &str = "apt-get noninteractive update -q\n";

#[test]
fn packages_are_installed_in_one_call_that_asks_nobody() {
    let rack = rack("exit 100");
    rack.write("lists", "");
    install(&rack).unwrap();
    assert_eq!(said(&rack), INSTALL);
}

#[test]
fn a_machine_without_lists_of_packages_gets_them_and_tries_again() {
    let rack = rack("echo >\"$LVSHA_ROOT/lists\"");
    install(&rack).unwrap();
    assert_eq!(said(&rack), format!("{INSTALL}{UPDATE}{INSTALL}"));
}

#[test]
fn a_package_that_is_nowhere_is_told_with_the_last_words_of_its_program() {
    let rack = rack("true");
    let fault = install(&rack).unwrap_err();
    let wanted = "cannot install keepalived ipvsadm: E: Unable to locate package";
    assert!(fault.message.contains(wanted), "{fault}");
    assert_eq!(said(&rack), format!("{INSTALL}{UPDATE}{INSTALL}"));
}

#[test]
fn nothing_is_tried_again_without_new_lists() {
    let rack = rack("echo no network; exit 100");
    let fault = install(&rack).unwrap_err();
    assert!(fault.message.contains("no network"), "{fault}");
    assert_eq!(said(&rack), format!("{INSTALL}{UPDATE}"));
}

/// As Debian does: a package starts and enables its unit, unless that is masked.
fn starting(apt_get: &str) -> Rack {
    let rack = Rack::new();
    rack.program(
        "systemctl",
        "echo \"systemctl $*\" >>\"$LVSHA_ROOT/log\"\n\
         for unit; do :; done\n\
         case $1 in is-*) grep -qx \"$unit\" \"$LVSHA_ROOT/${1#is-}\" 2>/dev/null ;;\n\
         start) [ ! -e \"$LVSHA_ROOT/masked-$unit\" ] && echo \"$unit\" >>\"$LVSHA_ROOT/active\" ;;\n\
         enable) echo \"$unit\" >>\"$LVSHA_ROOT/enabled\" ;;\n\
         disable) sed -i \"/^$unit\\$/d\" \"$LVSHA_ROOT/enabled\" ;;\n\
         mask) : >\"$LVSHA_ROOT/masked-$unit\" ;;\n\
         unmask) rm -f \"$LVSHA_ROOT/masked-$unit\" ;; esac",
    );
    rack.program(
        "apt-get",
        &format!(
            "systemctl enable keepalived.service; systemctl start keepalived.service; {apt_get}"
        ),
    );
    rack.lock("ada@desk", RUN, 1).unwrap();
    rack
}

/// An old file may lie there, with addresses that are elsewhere now.
#[test]
fn what_is_installed_does_not_start_before_it_has_its_files() {
    let rack = starting("true");
    install(&rack).unwrap();
    let log = rack.read("log");
    assert!(log.contains("systemctl start keepalived.service"), "{log}");
    assert_eq!(
        (rack.read("active"), rack.read("enabled")),
        (String::new(), String::new()),
        "{log}"
    );
    // The deployment can start it then.
    assert!(!rack.path("masked-keepalived.service").exists(), "{log}");
}

#[test]
fn an_installation_that_fails_leaves_nothing_masked() {
    let rack = starting("exit 100");
    assert!(install(&rack).is_err());
    assert!(!rack.path("masked-keepalived.service").exists(), "{}", rack.read("log"));
}

/// It would not come back when its package restarts it.
#[test]
fn a_unit_that_runs_is_left_alone_by_an_installation() {
    let rack = starting("true");
    for list in ["active", "enabled"] {
        rack.write(list, "keepalived.service\n");
    }
    install(&rack).unwrap();
    let log = rack.read("log");
    assert!(!log.contains("mask --runtime keepalived"), "{log}");
    assert!(rack.read("enabled").contains("keepalived.service"), "{log}");
}
