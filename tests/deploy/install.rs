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

const INSTALL: &str =
    "apt-get noninteractive install -q -y --no-install-recommends keepalived ipvsadm\n";
const UPDATE: &str = "apt-get noninteractive update -q\n";

#[test]
fn packages_are_installed_in_one_call_that_asks_nobody() {
    let rack = rack("exit 100");
    rack.write("lists", "");
    install(&rack).unwrap();
    assert_eq!(rack.read("log"), INSTALL);
}

#[test]
fn a_machine_without_lists_of_packages_gets_them_and_tries_again() {
    let rack = rack("echo >\"$LVSHA_ROOT/lists\"");
    install(&rack).unwrap();
    assert_eq!(rack.read("log"), format!("{INSTALL}{UPDATE}{INSTALL}"));
}

#[test]
fn a_package_that_is_nowhere_is_told_with_the_last_words_of_its_program() {
    let rack = rack("true");
    let fault = install(&rack).unwrap_err();
    let wanted = "cannot install keepalived ipvsadm: E: Unable to locate package";
    assert!(fault.message.contains(wanted), "{fault}");
    assert_eq!(rack.read("log"), format!("{INSTALL}{UPDATE}{INSTALL}"));
}

#[test]
fn nothing_is_tried_again_without_new_lists() {
    let rack = rack("echo no network; exit 100");
    let fault = install(&rack).unwrap_err();
    assert!(fault.message.contains("no network"), "{fault}");
    assert_eq!(rack.read("log"), format!("{INSTALL}{UPDATE}"));
}
