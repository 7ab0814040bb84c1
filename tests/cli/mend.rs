//! `lvsha check --fix`, `--diff`, `--target` and what silences findings.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};

use super::{Place, snapshot};

/// Odd blanks, an old word, and a guess that only a person may make.
const DAMAGED: &str = "\
vrrp_instance web {
    state\u{A0}master
    interface eth0
    virtual_router_id 51
    pririty 100
    authentication {
        auth_type PASS
        auth_pass\u{A0}example8
    }
    virtual_ipaddress {
        10.0.0.31/24
    }
}
";

fn damaged() -> Place {
    Place::new().file("keepalived.conf", DAMAGED)
}

fn text(place: &Place, name: &str) -> String {
    fs::read_to_string(place.0.path().join(name)).unwrap()
}

#[test]
fn certain_edits_are_made_in_place() {
    let place = damaged();
    let path = place.0.path().join("keepalived.conf");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o666)).unwrap();
    snapshot!(place.run(&["check", "--fix", "--output=short", "keepalived.conf"]));
    let expected = DAMAGED.replace('\u{A0}', " ").replace("master", "MASTER");
    assert_eq!(text(&place, "keepalived.conf"), expected);
    // The mode is kept, whatever the mask of the process is.
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o666);
    let again = place.run(&["check", "--fix", "--output=short", "keepalived.conf"]);
    assert!(again.contains("nothing to be mended with certainty"), "{again}");
}

#[test]
fn a_mended_file_keeps_its_owner() {
    let place = damaged();
    let path = place.0.path().join("keepalived.conf");
    // Only root can give the file to somebody else first.
    if chown(&path, Some(12_345), Some(54_321)).is_err() {
        return;
    }
    place.run(&["check", "--fix", "--output=short", "keepalived.conf"]);
    assert_ne!(text(&place, "keepalived.conf"), DAMAGED);
    let meta = fs::metadata(&path).unwrap();
    assert_eq!((meta.uid(), meta.gid()), (12_345, 54_321));
}

#[test]
fn a_diff_shows_no_secret_and_changes_nothing() {
    let place = damaged();
    snapshot!(place.run(&["check", "--diff", "keepalived.conf"]));
    assert_eq!(text(&place, "keepalived.conf"), DAMAGED);
    let dry = place.run(&["check", "--fix", "--dry-run", "keepalived.conf"]);
    assert!(dry.contains("+    state MASTER") && !dry.contains("example8"), "{dry}");
    assert_eq!(text(&place, "keepalived.conf"), DAMAGED);
    let both = place.run(&["check", "--fix", "--diff", "keepalived.conf"]);
    assert!(both.contains("+    state MASTER") && both.contains("exit code: 1"), "{both}");
    assert_eq!(text(&place, "keepalived.conf"), DAMAGED);
}

#[test]
fn a_link_stays_a_link() {
    let place = Place::new().file("real/keepalived.conf", DAMAGED);
    let link = place.0.path().join("keepalived.conf");
    std::os::unix::fs::symlink("real/keepalived.conf", &link).unwrap();
    place.run(&["check", "--fix", "keepalived.conf"]);
    assert!(fs::symlink_metadata(&link).unwrap().file_type().is_symlink());
    assert!(!text(&place, "real/keepalived.conf").contains('\u{A0}'));
}

#[test]
fn included_files_are_mended_where_they_are() {
    let place = Place::new()
        .file("keepalived.conf", "$R=51\ninclude conf.d/*.conf\n")
        .file("conf.d/web.conf", DAMAGED.replace("51", "$R"));
    let shown = place.run(&["check", "--fix", "--output=short", "keepalived.conf"]);
    assert!(shown.contains("mended: 3 edits in 1 file"), "{shown}");
    assert_eq!(text(&place, "keepalived.conf"), "$R=51\ninclude conf.d/*.conf\n");
    let mended = text(&place, "conf.d/web.conf");
    assert!(mended.contains("state MASTER") && mended.contains("virtual_router_id $R"), "{mended}");
}

#[test]
fn bytes_that_are_no_text_survive() {
    let mut bytes = b"# caf\xE9\n".to_vec();
    bytes.extend(DAMAGED.as_bytes());
    let place = Place::new().file("keepalived.conf", bytes);
    place.run(&["check", "--fix", "keepalived.conf"]);
    let written = fs::read(place.0.path().join("keepalived.conf")).unwrap();
    assert!(written.starts_with(b"# caf\xE9\nvrrp_instance web {\n    state MASTER"));
}

#[test]
fn a_target_is_a_version_and_a_build() {
    let file = "global_defs {\n    vrrp_startup_delay 5\n    json_version 2\n}\n";
    let place = Place::new().file("keepalived.conf", file);
    let run = |target: &str| place.run(&["check", "--output=short", "--target", target, "."]);
    let old = run("keepalived=2.0.10");
    assert!(old.contains("does not know `vrrp_startup_delay` yet"), "{old}");
    assert!(run("keepalived=2.4.3").contains("nothing found"));
    let built = run("keepalived=2.4.3,no-json");
    assert!(built.contains("`json_version` needs a keepalived that is built with json"), "{built}");
    snapshot!(run("keepalived=latest"));
}

#[test]
fn options_silence_and_sharpen() {
    let crlf = DAMAGED.replace('\u{A0}', " ").replace("pririty", "priority");
    let crlf = crlf.replace("master", "BACKUP").replace('\n', "\r\n");
    let place = Place::new().file("keepalived.conf", crlf);
    let code = |options: &[&str]| {
        let arguments = [&["check", "keepalived.conf"], options].concat();
        place.command(&arguments).status().unwrap().code()
    };
    assert_eq!(code(&[]), Some(0));
    assert_eq!(code(&["--deny", "warnings"]), Some(1));
    assert_eq!(code(&["--deny=warnings", "--allow=carriage-return"]), Some(0));
    assert_eq!(code(&["--deny=LV0005"]), Some(1));
    assert_eq!(code(&["--allow=LV9999"]), Some(2));
    snapshot!(place.run(&["check", "--allow", "LV0005", "keepalived.conf"]));
}

#[test]
fn json_and_sarif_carry_what_is_silenced_and_certain() {
    let file = DAMAGED.replace("51\n", "51 # lvsha: allow LV0514 why not\n");
    let file = file.replace("virtual_router_id 51", "virtual_router_id 51 52");
    let place = Place::new().file("keepalived.conf", file);
    let parse = |form: &str| -> serde_json::Value {
        let arguments = ["check", "--allow=odd-blank", form, "keepalived.conf"];
        serde_json::from_slice(&place.command(&arguments).output().unwrap().stdout).unwrap()
    };
    let report = parse("--output=json");
    assert_eq!(report["summary"]["silenced"], 2, "{report}");
    let silenced: Vec<_> = report["silenced"].as_array().unwrap().iter().collect();
    assert_eq!(
        (&silenced[0]["code"], &silenced[0]["reason"]),
        (&"LV0514".into(), &"why not".into())
    );
    assert_eq!((&silenced[1]["name"], &silenced[1]["by"]), (&"odd-blank".into(), &"option".into()));
    let fixes: Vec<_> = report["diagnostics"].as_array().unwrap().iter().collect();
    let certain = |code: &str| {
        let found = fixes.iter().find(|d| d["code"] == code && !d["fix"].is_null());
        found.map(|d| d["fix"]["certain"].clone())
    };
    assert_eq!(certain("LV0501"), Some(false.into()), "{report}");
    assert_eq!(certain("LV0512"), Some(true.into()), "{report}");
    let log = parse("--output=sarif");
    let results = log["runs"][0]["results"].as_array().unwrap();
    let kinds: Vec<_> =
        results.iter().filter_map(|r| r["suppressions"][0]["kind"].as_str()).collect();
    assert_eq!(kinds, ["inSource", "external"], "{log}");
}
