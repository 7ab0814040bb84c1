use std::io::Write as _;
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Command, Stdio};

use super::*;

/// Where sudo lets a user in without asking, the password is still on its way.
#[test]
fn a_password_that_nobody_asked_for_is_no_input() {
    for said in ["open sesame\nlvsha-input\nthe file\n", "lvsha-input\nthe file\n"] {
        let mut child = Command::new("sh")
            .args(["-c", &behind_password("cat")])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(said.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stdout), "the file\n");
    }
}

/// Acts that a lost connection may not end are tried again, and a lock that may have been taken is given back.
#[test]
fn a_connection_that_is_lost_under_sudo_is_no_refusal() {
    let exit = |code: i32| Ok(ExitStatus::from_raw(code << 8));
    let lost = || Err(openssh::Error::RemoteProcessTerminated);
    let missing = std::io::Error::from(std::io::ErrorKind::NotFound);
    assert!(is_refused_by_sudo("", &exit(1)));
    assert!(is_refused_by_sudo("", &Err(openssh::Error::Remote(missing))));
    assert!(!is_refused_by_sudo("", &lost()));
    assert!(!is_refused_by_sudo("\nlvsha-begin\n", &lost()));
    assert!(!is_refused_by_sudo("\nlvsha-begin\nerror no\nlvsha-end\n", &exit(1)));
    assert_eq!(facts::reply(&Act::History, "").unwrap_err().kind, FaultKind::Lost);
}
