use std::io::Write as _;
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
