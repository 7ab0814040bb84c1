//! `lvsha convert`: results, the account, files, and what is said when it cannot be done.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;

use super::{Place, snapshot};

#[test]
fn the_example_converts_anywhere() {
    snapshot!(Place::new().run(&["convert", "heartbeat-to-keepalived", "--example"]));
}

#[test]
fn help_of_convert() {
    snapshot!(Place::new().run(&["convert", "heartbeat-to-keepalived", "--help"]));
}

#[test]
fn every_node_gets_its_files() {
    let place = small();
    snapshot!(place.run(&["convert", "heartbeat-to-keepalived", "--from", "ha.d", "--out", "new"]));
    let read = |path: &str| fs::read_to_string(place.0.path().join(path)).unwrap();
    assert!(read("new/lw1/keepalived.conf").contains("priority 150\n"));
    assert!(read("new/lw2/keepalived.conf").contains("priority 100\n"));
}

#[test]
fn another_run_changes_nothing() {
    let place = small();
    let arguments =
        ["convert", "heartbeat-to-keepalived", "--from", "ha.d", "--out", "new", "--force"];
    place.run(&arguments);
    let again = place.run(&arguments);
    assert!(again.contains("0 files written, 2 unchanged"), "{again}");
    // A file with keys that others may read is not what was written.
    let readable = place.0.path().join("new/lw2/keepalived.conf");
    fs::set_permissions(&readable, Permissions::from_mode(0o644)).unwrap();
    let again = place.run(&arguments);
    assert!(again.contains("1 file written, 1 unchanged"), "{again}");
    assert_eq!(fs::metadata(&readable).unwrap().permissions().mode() & 0o777, 0o600);
}

/// The account alone would be all "exact".
#[test]
fn strict_shows_the_error_that_it_does_not_allow() {
    let text = "vrrp_script chk {\n script /bin/true\n}\nvrrp_instance A {\n interface eth0\n \
                virtual_router_id 9\n track_script {\n chk\n }\n virtual_ipaddress {\n \
                10.0.0.31/24\n }\n}\n";
    let place = Place::new().file("keepalived.conf", text);
    let command = ["convert", "keepalived-to-inventory", "keepalived.conf"];
    let told = place.run(&command);
    assert!(told.contains("2 other findings about the input; `lvsha check` shows them"), "{told}");
    let told = place.run(&[&command[..], &["--strict"]].concat());
    assert!(told.contains("error[LV0527]") && told.contains("nothing was written"), "{told}");
}

#[test]
fn a_changed_file_is_not_overwritten() {
    let place = small().file("new/lw2/keepalived.conf", "edited by hand\n");
    let arguments =
        ["convert", "heartbeat-to-keepalived", "--from", "ha.d", "--out", "new", "--quiet"];
    snapshot!(place.run(&arguments));
    let kept = fs::read_to_string(place.0.path().join("new/lw2/keepalived.conf")).unwrap();
    assert_eq!(kept, "edited by hand\n");
    let forced: Vec<&str> = arguments.into_iter().chain(["--force"]).collect();
    assert!(place.run(&forced).contains("exit code: 0"));
}

#[test]
fn strict_writes_nothing_when_something_is_lost() {
    let place = small().file("ha.d/authkeys", "auth 1\n1 sha1 a-long-enough-key\n");
    let got = place.run(&[
        "convert",
        "heartbeat-to-keepalived",
        "--from",
        "ha.d",
        "--out",
        "new",
        "--strict",
    ]);
    assert!(got.contains("exit code: 1") && !got.contains("--- made"), "{got}");
    assert!(!got.contains("a-long-enough-key"), "the key is shown\n{got}");
}

#[test]
fn lines_without_meaning_are_shown_and_counted() {
    let place =
        small().file("ha.d/ha.cf", "bcast eth0\nauto_failback on\nnode lw1 lw2\nkepalive 2\n");
    let got = place.run(&["convert", "heartbeat-to-keepalived", "--from", "ha.d"]);
    assert!(got.contains("exit code: 1"), "{got}");
    assert!(got.contains("ha.d/ha.cf:4:1") && got.contains("keepalive"), "{got}");
}

#[test]
fn the_account_as_json() {
    let place = small();
    let output = place
        .command(&["convert", "heartbeat-to-keepalived", "--from", "ha.d", "--report", "json"])
        .output()
        .unwrap();
    let text = String::from_utf8(output.stderr).unwrap();
    let report: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(report["version"], 1);
    let directives = report["directives"].as_array().unwrap();
    let total: u64 =
        report["summary"].as_object().unwrap().values().map(|n| n.as_u64().unwrap()).sum();
    assert_eq!(directives.len() as u64, total);
    assert!(directives.iter().any(|d| d["directive"] == "deadtime 10" && d["code"] == "LV0701"));
}

#[test]
fn one_node_is_chosen_by_name() {
    let got =
        small().run(&["convert", "heartbeat-to-keepalived", "--from", "ha.d", "--node", "LW2"]);
    assert!(got.contains("router_id lw2") && got.contains("state BACKUP"), "{got}");
}

#[test]
fn a_stranger_is_no_node() {
    snapshot!(small().run(&[
        "convert",
        "heartbeat-to-keepalived",
        "--from",
        "ha.d",
        "--node",
        "lw9"
    ]));
}

#[test]
fn files_without_nodes_are_not_enough() {
    snapshot!(small().run(&["convert", "heartbeat-to-keepalived", "ha.d/haresources"]));
}

/// ldirectord runs without heartbeat as well: by itself, or under another cluster manager.
#[test]
fn services_alone_are_converted_for_the_node_that_is_named() {
    let convert = ["convert", "heartbeat-to-keepalived", "ha.d/ldirectord.cf"];
    let services = "virtual=10.0.0.31:80\n\treal=10.0.0.29:80 gate\n\tservice=http\n";
    let place = small().file("ha.d/ldirectord.cf", services);
    let told = place.run(&convert);
    assert!(told.contains("exit code: 2") && told.contains("`--node lw1`"), "{told}");
    let told = place.run(&[&convert[..], &["--node", "LW7"]].concat());
    assert!(
        told.contains("exit code: 0") && told.contains("virtual_server 10.0.0.31 80"),
        "{told}"
    );
    assert!(told.contains("router_id lw7"), "{told}");
    let told = place.run(&[&convert[..], &["--node", "lw7", "--out", "new"]].concat());
    assert!(told.contains("--- made: new/lw7/keepalived.conf"), "{told}");
}

#[test]
fn a_version_that_is_none_is_said() {
    let got = Place::new().run(&[
        "convert",
        "heartbeat-to-keepalived",
        "--example",
        "--keepalived-version",
        "new",
    ]);
    assert!(got.contains("exit code: 2") && got.contains("2.2.7"), "{got}");
}

/// ldirectord looks beside haresources, then in `conf`.
#[test]
fn a_configuration_is_found_where_ldirectord_finds_it() {
    let named = |name: &str| {
        small().file("ha.d/haresources", format!("lw1 10.0.0.31/24/eth0 ldirectord{name}\n"))
    };
    let service = |address: &str| {
        format!("virtual={address}:80\n\treal=10.0.0.1:80 gate\n\tchecktype=connect\n")
    };
    let arguments = ["convert", "heartbeat-to-keepalived", "--from", "ha.d"];
    for name in ["::web.cf", "::/etc/ha.d/web.cf", "::conf/web.cf", "::/etc/ha.d/conf/web.cf"] {
        let place = named(name).file("ha.d/conf/web.cf", service("10.0.0.31"));
        let got = place.run(&arguments);
        assert!(
            got.contains("exit code: 0") && got.contains("virtual_server 10.0.0.31 80"),
            "{got}"
        );
    }
    let place = named("").file("ha.d/conf/ldirectord.cf", service("10.0.0.31"));
    assert!(place.run(&arguments).contains("virtual_server 10.0.0.31 80"));
    let place = named("::web.cf")
        .file("ha.d/web.cf", service("10.0.0.31"))
        .file("ha.d/conf/web.cf", service("10.0.0.32"));
    let got = place.run(&arguments);
    assert!(got.contains("virtual_server 10.0.0.31 80") && !got.contains("10.0.0.32"), "{got}");
}

#[test]
fn a_configuration_that_was_not_read_is_no_success() {
    for name in ["web.cf", "/srv/web.cf", "/srv/ldirectord.cf"] {
        let place = small()
            .file("ha.d/haresources", format!("lw1 10.0.0.31/24/eth0 ldirectord::{name}\n"))
            .file("ha.d/ldirectord.cf", "virtual=10.0.0.31:80\n\treal=10.0.0.1:80 gate\n");
        let arguments = ["convert", "heartbeat-to-keepalived", "--from", "ha.d", "--out", "new"];
        let got = place.run(&arguments);
        assert!(got.contains("exit code: 1") && got.contains("[LV0755]"), "{got}");
        assert!(got.contains("[LV0756]"), "{got}");
        let strict: Vec<&str> = arguments.into_iter().chain(["--force", "--strict"]).collect();
        assert!(place.run(&strict).contains("nothing was written"));
    }
}

/// A pair without anything that is lost.
fn small() -> Place {
    Place::new()
        .file(
            "ha.d/ha.cf",
            "keepalive 1\ndeadtime 10\nbcast eth0\nauto_failback on\nnode lw1 lw2\n",
        )
        .file("ha.d/haresources", "lw1 10.0.0.31/24/eth0\n")
        .file("ha.d/authkeys", "auth 1\n1 crc\n")
}

#[test]
fn a_file_of_the_other_program_is_refused_by_name() {
    let place = Place::new().file("keepalived.conf", "vrrp_instance A {\n}\n");
    let told = place.run(&["convert", "heartbeat-to-keepalived", "keepalived.conf"]);
    assert!(told.contains("exit code: 2"), "{told}");
    assert!(told.contains("error: `keepalived.conf` is none of heartbeat's files"), "{told}");
    assert!(told.contains("`lvsha convert keepalived-to-heartbeat` reads it"), "{told}");
}

/// Who asks for a form that programs read wants it with `--quiet`, too.
#[test]
fn quiet_keeps_an_account_in_json() {
    let arguments = ["convert", "heartbeat-to-keepalived", "--example", "--report=json", "-q"];
    let output = Place::new().command(&arguments).output().unwrap();
    let account: serde_json::Value = serde_json::from_slice(&output.stderr).unwrap();
    assert_eq!(account["version"], 1);
}
