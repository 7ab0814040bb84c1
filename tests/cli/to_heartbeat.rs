//! `lvsha convert keepalived-to-heartbeat`: files, questions, keys.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use super::{Place, snapshot};

#[test]
fn help_of_the_way_back() {
    snapshot!(Place::new().run(&["convert", "keepalived-to-heartbeat", "--help"]));
}

#[test]
fn the_example_goes_back_anywhere() {
    snapshot!(Place::new().run(&["convert", "keepalived-to-heartbeat", "--example"]));
}

#[test]
fn the_name_of_the_director_is_asked_for() {
    snapshot!(one().run(&["convert", "keepalived-to-heartbeat", "keepalived.conf"]));
}

#[test]
fn the_other_director_is_asked_for() {
    let arguments = ["convert", "keepalived-to-heartbeat", "keepalived.conf", "--node", "lw1"];
    snapshot!(one().run(&arguments));
}

#[test]
fn an_address_that_nothing_tells_is_asked_for() {
    let unicast = ROUTER
        .replace("    virtual_ip", "    unicast_peer {\n        10.0.0.28\n    }\n    virtual_ip");
    let place = Place::new().file("keepalived.conf", unicast);
    let arguments = [
        "convert",
        "keepalived-to-heartbeat",
        "keepalived.conf",
        "--node",
        "lw1",
        "--peer",
        "lw2",
        "--quiet",
    ];
    snapshot!(place.run(&arguments));
}

#[test]
fn every_director_gets_its_directory() {
    let place = one();
    let arguments = [
        "convert",
        "keepalived-to-heartbeat",
        "keepalived.conf",
        "--node",
        "lw1",
        "--peer",
        "LW2",
        "--out",
        "new",
    ];
    snapshot!(place.run(&arguments));
    let key = |node: &str| {
        let path = place.0.path().join(format!("new/{node}/ha.d/authkeys"));
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        fs::read_to_string(path).unwrap()
    };
    assert_eq!(key("lw1"), key("lw2"), "the directors must agree");
    let first = key("lw1");
    let again = place.run(&arguments);
    assert!(again.contains("0 files written, 6 unchanged"), "{again}");
    assert_eq!(first, key("lw1"), "a second run keeps the key");
    let other = one();
    other.run(&arguments);
    let path = other.0.path().join("new/lw1/ha.d/authkeys");
    assert_ne!(first, fs::read_to_string(path).unwrap(), "keys are random");
}

#[test]
fn strict_writes_nothing_when_something_is_lost() {
    let arguments = [
        "convert",
        "keepalived-to-heartbeat",
        "keepalived.conf",
        "--node",
        "lw1",
        "--peer",
        "lw2",
        "--out",
        "new",
        "--strict",
        "--quiet",
    ];
    let lossy = ROUTER.replace("state MASTER", "state BACKUP\n    preempt_delay 5");
    let shown = Place::new().file("keepalived.conf", lossy).run(&arguments);
    assert!(shown.contains("exit code: 1") && !shown.contains("made:"), "{shown}");
    // What only differs is no loss.
    let shown = one().run(&arguments);
    assert!(
        shown.contains("exit code: 0") && shown.contains("made: new/lw2/ha.d/ha.cf"),
        "{shown}"
    );
}

#[test]
fn the_account_is_data_as_well() {
    let place = one();
    let arguments = [
        "convert",
        "keepalived-to-heartbeat",
        "keepalived.conf",
        "--node",
        "lw1",
        "--peer",
        "lw2",
        "--report",
        "json",
    ];
    let output = place.command(&arguments).output().unwrap();
    let account: serde_json::Value = serde_json::from_slice(&output.stderr).unwrap();
    assert_eq!(account["summary"]["lossy"], 0);
    assert_eq!(account["summary"]["approximate"], 5);
    assert!(!String::from_utf8_lossy(&output.stderr).contains("8chars"));
}

fn one() -> Place {
    Place::new().file("keepalived.conf", ROUTER)
}

const ROUTER: &str = "\
vrrp_instance VI_1 {
    state MASTER
    interface eth1
    virtual_router_id 51
    priority 150
    advert_int 1
    authentication {
        auth_type PASS
        auth_pass 8chars
    }
    virtual_ipaddress {
        10.0.0.31/24
    }
}
";
