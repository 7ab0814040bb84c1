//! `lvsha check`.

use std::fs;
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::os::unix::process::CommandExt as _;
use std::process::{Command, Stdio};

use super::{Place, shown, snapshot};

/// A file in which keepalived finds nothing wrong.
const GOOD: &str = "\
vrrp_instance web {
    state BACKUP
    interface eth0
    virtual_router_id 51
    priority 100
    advert_int 1
    virtual_ipaddress {
        10.0.0.31/24
    }
}
";

/// A user without any right of his own.
const NOBODY: u32 = 65_534;

/// The same, pasted from a web page.
fn pasted() -> String {
    GOOD.replace("    priority 100", "\u{A0}\u{A0}\u{A0}\u{A0}priority\u{A0}100")
}

#[test]
fn a_finding_is_shown_as_a_frame() {
    let place = Place::new().file("keepalived.conf", pasted());
    // Odd blanks would be invisible in the snapshot.
    snapshot!(place.run(&["check", "keepalived.conf"]).replace('\u{A0}', "~"));
}

#[test]
fn short_output_is_one_line_each() {
    let place = Place::new().file("keepalived.conf", pasted());
    snapshot!(place.run(&["check", "--output", "short", "keepalived.conf"]));
}

#[test]
fn json_output_is_one_object() {
    let place = Place::new().file("keepalived.conf", pasted());
    let output = place.command(&["check", "--output=json", "keepalived.conf"]).output().unwrap();
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["version"], 1);
    assert_eq!(report["diagnostics"][0]["code"], "LV0001");
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn sarif_output_is_a_log_of_one_run() {
    let place = Place::new().file("keepalived.conf", pasted());
    let output = place.command(&["check", "--output=sarif", "keepalived.conf"]).output().unwrap();
    let log: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(log["runs"][0]["tool"]["driver"]["name"], "lvsha");
    assert_eq!(log["runs"][0]["results"][0]["ruleId"], "LV0001");
}

#[test]
fn nothing_found_is_said_and_exits_0() {
    let place = Place::new().file("keepalived.conf", GOOD);
    snapshot!(place.run(&["check", "keepalived.conf"]));
}

#[test]
fn warnings_exit_1_only_when_strict() {
    let place = Place::new().file("keepalived.conf", GOOD.replace('\n', "\r\n"));
    let code = |arguments: &[&str]| place.command(arguments).status().unwrap().code();
    assert_eq!(code(&["check", "keepalived.conf"]), Some(0));
    assert_eq!(code(&["check", "--strict", "keepalived.conf"]), Some(1));
}

#[test]
fn quiet_leaves_out_the_summary() {
    let place = Place::new().file("keepalived.conf", GOOD);
    let output = place.command(&["check", "-q", "keepalived.conf"]).output().unwrap();
    assert!(output.stderr.is_empty() && output.stdout.is_empty(), "{output:?}");
}

#[test]
fn a_directory_is_searched_for_known_files() {
    let place = Place::new()
        .file("ha.d/ha.cf", "\u{FEFF}node lw1\nnode lw2\n")
        .file("ha.d/haresources", "lw1 IPaddr::10.0.0.31/24/eth0 ldirectord::shop.conf\r\n")
        .file("ha.d/authkeys", "auth 1\n1 sha1 correct horse\u{A0}battery\n")
        .file("ha.d/mail.cf", "virtual=10.0.0.31:25\r\n\treal=10.0.0.29:25 gate\r\n")
        .file("ha.d/shop.conf", "virtual=10.0.0.31:80\r\n\treal=10.0.0.29:80 gate\r\n")
        .file("ha.d/README.cf", "not a configuration\n");
    let shown = place.run(&["check", "--output", "short", "ha.d"]);
    for name in ["ha.cf", "haresources", "mail.cf", "shop.conf"] {
        assert!(shown.contains(&format!("ha.d/{name}:")), "{name} is missing in\n{shown}");
    }
    assert!(shown.contains("5 files checked"), "{shown}");
}

#[test]
fn a_directory_of_nodes_is_read_node_by_node() {
    let place = Place::new()
        .file("site/lw1/keepalived.conf", pasted())
        .file("site/lw2/keepalived.conf", pasted())
        .file("site/notes/todo.txt", "nothing");
    let shown = place.run(&["check", "--output", "short", "site"]);
    assert!(shown.contains("site/lw1/keepalived.conf:"), "{shown}");
    assert!(shown.contains("site/lw2/keepalived.conf:"), "{shown}");
    assert!(shown.contains("2 files checked"), "{shown}");
}

#[test]
fn a_file_named_twice_is_read_once() {
    let place = Place::new().file("d/keepalived.conf", pasted());
    let shown = place.run(&["check", "--output", "short", "d", "d/keepalived.conf"]);
    assert!(shown.contains("1 file checked"), "{shown}");
}

#[test]
fn the_format_can_be_said() {
    let place = Place::new().file("odd.txt", "\u{FEFF}node lw1\n");
    snapshot!(place.run(&["check", "--as", "ha.cf", "--output", "short", "odd.txt"]));
}

#[test]
fn a_missing_file_has_a_neighbour() {
    let place = Place::new().file("keepalived.conf", GOOD);
    snapshot!(place.run(&["check", "keepalive.conf"]));
}

#[test]
fn a_missing_directory_is_said() {
    snapshot!(Place::new().run(&["check", "/nowhere/at/all"]));
}

#[test]
fn an_empty_file_is_no_success() {
    let place = Place::new().file("keepalived.conf", " \n\n");
    snapshot!(place.run(&["check", "keepalived.conf"]));
}

#[test]
fn an_unreadable_file_is_said() {
    // Reading offset 0 of a process's memory fails for everybody, root included.
    snapshot!(Place::new().run(&["check", "/proc/self/mem"]));
}

#[test]
fn a_directory_without_known_files_is_no_success() {
    let place = Place::new().file("d/todo.txt", "nothing");
    snapshot!(place.run(&["check", "d"]));
}

/// A node that was not looked at must not pass for one without a mistake.
#[test]
fn a_node_whose_directory_cannot_be_listed_is_said() {
    let place = Place::new()
        .file("site/lw1/keepalived.conf", GOOD)
        .file("site/lw2/keepalived.conf", pasted());
    let root = place.0.path();
    for path in [root.to_owned(), root.join("site")] {
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    }
    fs::set_permissions(root.join("site/lw2"), fs::Permissions::from_mode(0o000)).unwrap();
    let mut command = place.command(&["check", "site"]);
    // Root may list everything.
    if fs::read_dir(root.join("site/lw2")).is_ok() {
        command.uid(NOBODY);
    }
    let mut output = command.output();
    // A clone in root's own directory is out of the reach of any other user.
    if output.as_ref().is_err_and(|error| error.kind() == ErrorKind::PermissionDenied) {
        let copy = root.join("lvsha");
        fs::copy(env!("CARGO_BIN_EXE_lvsha"), &copy).unwrap();
        let mut command = Command::new(copy);
        output = command.args(["check", "site"]).current_dir(root).env_clear().uid(NOBODY).output();
    }
    fs::set_permissions(root.join("site/lw2"), fs::Permissions::from_mode(0o755)).unwrap();
    let told = shown(&output.unwrap());
    assert!(told.contains("exit code: 2"), "{told}");
    assert!(told.contains("error: cannot list `site/lw2`: Permission denied"), "{told}");
    assert!(told.contains("help: run lvsha as a user who may read it"), "{told}");
}

#[test]
fn links_to_directories_of_nodes_are_followed_and_never_in_circles() {
    let place = Place::new().file("far/lw2/etc/keepalived.conf", pasted());
    let site = place.0.path().join("site");
    fs::create_dir(&site).unwrap();
    symlink("../far/lw2", site.join("lw2")).unwrap();
    symlink("..", site.join("up")).unwrap();
    symlink("lw2", site.join("again")).unwrap();
    let told = place.run(&["check", "--output", "short", "site"]);
    assert_eq!(told.matches("[LV0001]").count(), 1, "{told}");
    assert!(told.contains("keepalived.conf:5:") && told.contains("1 file checked"), "{told}");
}

#[test]
fn a_link_that_leads_nowhere_is_said() {
    let place = Place::new();
    symlink("gone", place.0.path().join("keepalived.conf")).unwrap();
    let told = place.run(&["check", "keepalived.conf"]);
    assert!(told.contains("help: it is a link, and what it leads to is missing"), "{told}");
}

/// Whoever opens a named pipe waits for a writer.
#[test]
fn a_named_pipe_is_refused() {
    let place = Place::new();
    let made = Command::new("mkfifo").arg(place.0.path().join("pipe.cf")).status().unwrap();
    assert!(made.success());
    let told = place.run(&["check", "--as", "ldirectord", "pipe.cf"]);
    assert!(told.contains("cannot read `pipe.cf`: it is a named pipe"), "{told}");
}

#[test]
fn what_cannot_be_read_stands_in_the_reports_for_programs() {
    let place = Place::new().file("keepalived.conf", GOOD);
    let report = |arguments: &[&str]| -> serde_json::Value {
        let output = place.command(&[&["check"], arguments].concat()).output().unwrap();
        assert_eq!(output.status.code(), Some(2));
        serde_json::from_slice(&output.stdout).unwrap()
    };
    for paths in [&["gone"][..], &["gone", "keepalived.conf"]] {
        let json = report(&[paths, &["--output=json"]].concat());
        assert_eq!(json["summary"]["unread"], 1);
        let message = json["unread"][0]["message"].as_str().unwrap();
        assert!(message.starts_with("cannot read `gone`"), "{message}");
        let sarif = report(&[paths, &["--output=sarif"]].concat());
        let invocation = &sarif["runs"][0]["invocations"][0];
        assert_eq!(invocation["executionSuccessful"], false);
        let told = invocation["toolExecutionNotifications"][0]["message"]["text"].as_str().unwrap();
        assert!(told.starts_with("cannot read `gone`"), "{told}");
    }
}

#[test]
fn an_unknown_format_is_asked_for() {
    let place = Place::new().file("notes.txt", "buy milk\n");
    snapshot!(place.run(&["check", "notes.txt"]));
}

#[test]
fn what_can_be_read_is_checked_although_something_else_is_missing() {
    let place = Place::new().file("keepalived.conf", GOOD.replace('\n', "\r\n"));
    let shown = place.run(&["check", "--output", "short", "keepalived.conf", "gone"]);
    assert!(shown.contains("[LV0005]") && shown.contains("exit code: 2"), "{shown}");
}

/// Two nodes that disagree.
fn site() -> Place {
    Place::new()
        .file("site/lw1/keepalived.conf", GOOD.replace("advert_int 1", "advert_int 2"))
        .file("site/lw2/keepalived.conf", GOOD.replace("priority 100", "priority 90"))
}

#[test]
fn nodes_of_a_site_are_held_against_each_other() {
    snapshot!(site().run(&["check", "site"]));
}

#[test]
fn nodes_are_also_found_when_they_are_named_one_by_one() {
    let place = site();
    let shown = place.run(&["check", "--output=short", "site/lw1/keepalived.conf", "site/lw2"]);
    assert!(shown.contains("[LV0605]"), "{shown}");
    let alone = place.run(&["check", "--output=short", "site/lw2"]);
    assert!(!alone.contains("[LV06"), "{alone}");
}

#[test]
fn directories_of_the_system_belong_to_the_node_above_them() {
    for directory in ["etc/keepalived", "etc/lvsha", "usr/local/etc/keepalived"] {
        let file = |node: &str| format!("{node}/{directory}/keepalived.conf");
        let place = Place::new().file(&file("lw1"), GOOD).file(&file("lw2"), GOOD);
        let shown = place.run(&["check", "--output=short", "."]);
        assert!(shown.contains("priority 100 is that of lw1, too"), "{shown}");
    }
}

#[test]
fn files_of_one_directory_are_no_site() {
    let place = Place::new().file("d/a.conf", GOOD).file("d/b.conf", GOOD);
    let shown = place.run(&["check", "--output=short", "d"]);
    assert!(shown.contains("2 files checked: nothing found"), "{shown}");
}

#[test]
fn hundreds_of_files_are_read_in_their_order() {
    let mut place = Place::new();
    for number in 0..200 {
        place = place.file(&format!("d/{number:03}.conf"), GOOD.replace("/24", ""));
    }
    let first = place.run(&["check", "--output=short", "d"]);
    let lines: Vec<_> = first.lines().filter(|line| line.contains("[LV2310]")).collect();
    assert_eq!(lines.len(), 200, "{first}");
    assert!(lines.is_sorted(), "{first}");
    assert_eq!(first, place.run(&["check", "--output=short", "d"]));
}

#[test]
fn scripts_are_looked_for_where_heartbeat_does() {
    let place = Place::new()
        .file("etc/ha.d/haresources", "lw1 IPaddr2::10.0.0.31/24/eth0 httpd named\n")
        .file("etc/ha.d/resource.d/IPaddr2", "")
        .file("etc/init.d/named", "");
    snapshot!(place.run(&["check", "--output=short", "etc/ha.d"]));
}

/// Two nodes in one file, common lines in another.
fn conditional() -> Place {
    let text = "$VIP=10.0.0.300\n@lb1 $PRIORITY=101\n@lb2 $PRIORITY=1000\ninclude conf.d/*.conf\n";
    let router = "vrrp_instance web {\n    state BACKUP\n    interface eth0\n    virtual_router_id 51\n    \
        priority ${PRIORITY}\n    advert_int 1\n    virtual_ipaddress {\n        ${VIP}/24\n    }\n}\n";
    Place::new().file("keepalived.conf", text).file("conf.d/web.conf", router)
}

#[test]
fn what_comes_out_of_a_definition_points_at_its_use_and_names_the_definition() {
    snapshot!(conditional().run(&["check", "keepalived.conf"]));
}

#[test]
fn conditions_are_judged_for_the_node_that_is_named() {
    let arguments = ["check", "--output", "short", "--config-id", "lb2", "keepalived.conf"];
    snapshot!(conditional().run(&arguments));
}

/// heartbeat's script looks beside haresources, then in `conf`.
#[test]
fn a_configuration_of_ldirectord_that_is_not_there_is_told() {
    let place = Place::new()
        .file(
            "ha.d/ha.cf",
            "keepalive 1\ndeadtime 10\nbcast eth0\nauto_failback on\nnode lw1 lw2\n",
        )
        .file(
            "ha.d/haresources",
            "lw1 10.0.0.31/24/eth0 ldirectord::a.cf ldirectord::/etc/ha.d/b.cf\n\
             lw2 10.0.0.32/24/eth0 ldirectord::/srv/elsewhere.cf\n",
        )
        .file("ha.d/conf/a.cf", "virtual=10.0.0.31:80\n\treal=10.0.0.29:80 gate\n\tservice=http\n");
    snapshot!(place.run(&["check", "ha.d", "--output", "short"]));
    let told = place.run(&["check", "ha.d/haresources", "--output", "short"]);
    assert!(!told.contains("LV2113"), "{told}");
}

/// What the program says about a text on its standard input.
fn of_stream(place: &Place, arguments: &[&str], text: &str) -> String {
    let mut command = place.command(arguments);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // Who refuses the options does not read.
    let _ = child.stdin.take().unwrap().write_all(text.as_bytes());
    shown(&child.wait_with_output().unwrap())
}

#[test]
fn standard_input_is_checked_like_a_file() {
    let place = Place::new();
    let short = ["check", "--output", "short", "-"];
    let got = of_stream(&place, &short, "keepalive 2s\nnode lw1 lw2\ndeadtime 10\nbcast eth1\n");
    assert!(
        got.contains("exit code: 1") && got.contains("/dev/stdin:1:11: error[LV0107]"),
        "{got}"
    );
    let unknown = of_stream(&place, &["check", "-"], "lw1 10.0.0.31\n");
    assert!(unknown.contains("`--as ha.cf`"), "{unknown}");
    let forced = ["check", "-", "--as", "haresources"];
    let got = of_stream(&place, &forced, "lw1 10.0.0.31/24/eth1\n");
    assert!(got.contains("1 file checked"), "{got}");
    let empty = of_stream(&place, &["check", "-"], "");
    assert!(empty.contains("exit code: 2") && empty.contains("it is empty"), "{empty}");
}

#[test]
fn standard_input_is_not_mended_in_its_place() {
    let text = "vrrp_instance A {\n    state\u{A0}BACKUP\n}\n";
    let place = Place::new();
    for name in ["-", "/dev/stdin"] {
        let refused = of_stream(&place, &["check", "--fix", name], text);
        assert!(refused.contains("exit code: 2") && refused.contains("`--diff`"), "{refused}");
        let edits = of_stream(&place, &["check", "--diff", name], text);
        assert!(edits.contains("+    state BACKUP"), "{edits}");
    }
    let file = place.file("-", text);
    let mended = file.run(&["check", "--fix", "./-", "--as", "keepalived"]);
    assert!(mended.contains("mended: 1 edit in 1 file"), "{mended}");
}

/// Also by a command that reads no stream: what it wants is a file.
#[test]
fn a_command_without_streams_says_where_standard_input_is() {
    let shown = Place::new().run(&["graph", "-"]);
    assert!(shown.contains("help: standard input is `/dev/stdin` here"), "{shown}");
}

/// The author of a misspelt keyword meant a secret all the same.
#[test]
fn a_secret_behind_a_misspelt_keyword_is_in_no_output() {
    for line in ["auth_pas s3cret", "auth_pass=s3cret", "password s3cret", "secret s3cret"] {
        let text = format!(
            "vrrp_instance A {{\n    interface eth0\n    virtual_router_id 5\n    authentication {{\n        \
             auth_type PASS\n        {line}\n    }}\n    virtual_ipaddress {{\n        10.0.0.1/24\n    }}\n}}\n"
        );
        let place = Place::new().file("lw1/keepalived.conf", text);
        for arguments in [
            &["check", "lw1"][..],
            &["check", "--output", "json", "lw1"],
            &["check", "--diff", "lw1"],
            &["convert", "keepalived-to-inventory", "lw1"],
            &["convert", "keepalived-to-heartbeat", "lw1/keepalived.conf", "--node", "lw1"],
        ] {
            let got = place.run(arguments);
            assert!(!got.contains("s3cret"), "{line}: {got}");
        }
    }
    for line in ["pasword=\"s3cret\"", "passwd:s3cret", "paswd = s3cret", "passwd s3cret"] {
        let text = format!(
            "virtual=10.0.0.1:3306\n\treal=10.0.0.5:3306 gate\n\tservice=mysql\n\t{line}\n"
        );
        let place = Place::new().file("ldirectord.cf", text);
        for arguments in [
            &["check", "ldirectord.cf"][..],
            &["check", "--output", "sarif", "ldirectord.cf"],
            &["convert", "heartbeat-to-inventory", "lw1=ldirectord.cf"],
            &["convert", "heartbeat-to-keepalived", "ldirectord.cf", "--node", "lw1"],
        ] {
            let got = place.run(arguments);
            assert!(!got.contains("s3cret"), "{line}: {got}");
        }
    }
}
