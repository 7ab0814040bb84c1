use std::fs;
use std::io::Write as _;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Stdio;

use super::{Place, shown, snapshot};

const UNTIDY: &str = "vrrp_instance A {\nstate  BACKUP # first\n authentication { auth_type PASS\n  \
    auth_pass   hunter2 }\n\n\n}\n";
const TIDY: &str = "vrrp_instance A {\n    state BACKUP # first\n    authentication {\n        \
    auth_type PASS\n        auth_pass hunter2\n    }\n}\n";

#[test]
fn a_file_is_laid_out_in_its_place() {
    let place = Place::new().file("keepalived.conf", UNTIDY);
    let path = place.0.path().join("keepalived.conf");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    snapshot!(place.run(&["fmt", "keepalived.conf"]));
    assert_eq!(fs::read_to_string(&path).unwrap(), TIDY);
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    let again = place.command(&["fmt", "--check", "keepalived.conf"]).output().unwrap();
    assert_eq!((again.status.code(), again.stdout.as_slice()), (Some(0), &b""[..]));
}

#[test]
fn check_names_the_files_and_touches_none() {
    let place = Place::new().file("a/keepalived.conf", UNTIDY).file("b/keepalived.conf", TIDY);
    snapshot!(place.run(&["fmt", "--check", "a", "b"]));
    assert_eq!(fs::read_to_string(place.0.path().join("a/keepalived.conf")).unwrap(), UNTIDY);
}

#[test]
fn a_difference_shows_no_secret() {
    let place = Place::new().file("keepalived.conf", UNTIDY);
    let got = place.run(&["fmt", "--diff", "keepalived.conf"]);
    assert!(!got.contains("hunter2"), "{got}");
    snapshot!(got);
}

/// A definition is a secret where a line uses it as one: in the file, on another node, in what includes it.
#[test]
fn a_difference_shows_no_secret_of_a_definition() {
    let user = "include parts.conf\n@lw2 $OWN=hunter3\nvrrp_instance A {\nauthentication {\n\
                auth_type PASS\n@lw1 auth_pass $PART\n@lw2 auth_pass $OWN\n}\n}\n";
    let place = Place::new()
        .file("keepalived.conf", user)
        .file("parts.conf", "$PART=hunter2\nglobal_defs {\nrouter_id lw1\n}\n");
    let got = place.run(&["fmt", "--diff", "keepalived.conf", "parts.conf"]);
    assert!(got.contains("2 files: 2 would change"), "{got}");
    assert!(got.contains("$PART=*******") && got.contains("$OWN=*******"), "{got}");
    assert!(!got.contains("hunter"), "{got}");
}

#[test]
fn standard_input_becomes_standard_output() {
    let place = Place::new();
    let mut command = place.command(&["fmt", "-"]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(UNTIDY.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), TIDY);
    assert_eq!(shown(&output).lines().next(), Some("exit code: 0"));
}

#[test]
fn a_block_with_a_missing_brace_is_named_and_left_alone() {
    let text = "vrrp_instance A {\n state BACKUP\nvrrp_instance B {\n state BACKUP\n}\n";
    let place = Place::new().file("keepalived.conf", text);
    snapshot!(place.run(&["fmt", "--diff", "keepalived.conf"]));
}

#[test]
fn an_inventory_is_left_alone() {
    let text = "cluster  = \"web\"\nchecktype=  \"connect\"\n";
    let place = Place::new().file("site.toml", text);
    for arguments in [&["fmt", "site.toml"][..], &["fmt", "--as", "ldirectord", "site.toml"]] {
        let told = place.run(arguments);
        assert!(told.contains("exit code: 2"), "{told}");
        assert!(told.contains("error: `site.toml` is an inventory"), "{told}");
    }
    assert_eq!(fs::read_to_string(place.0.path().join("site.toml")).unwrap(), text);
}

/// The name that is shown is not always the name of the file.
#[test]
fn a_name_that_is_no_text_is_written_to() {
    let name = std::ffi::OsStr::from_bytes(b"x\xff.cf");
    let place = Place::new().file("x\u{FFFD}.cf", UNTIDY);
    fs::write(place.0.path().join(name), UNTIDY).unwrap();
    let mut command = place.command(&["fmt", "--as", "keepalived"]);
    let output = command.arg(name).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    assert_eq!(fs::read_to_string(place.0.path().join(name)).unwrap(), TIDY);
    assert_eq!(fs::read_to_string(place.0.path().join("x\u{FFFD}.cf")).unwrap(), UNTIDY);
}
