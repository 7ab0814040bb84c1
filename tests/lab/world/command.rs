//! Programs of the tree, with a time limit each.

use std::process::{Command, Stdio};

/// Seconds after which a program counts as hanging.
const LIMIT: u32 = 90;

/// What the program wrote, or why it failed. Words, never a shell line.
pub(crate) fn try_run<W: AsRef<str>>(words: &[W]) -> Result<String, String> {
    try_run_within(LIMIT, words)
}

/// The same with a limit of its own, in seconds.
pub(crate) fn try_run_within<W: AsRef<str>>(limit: u32, words: &[W]) -> Result<String, String> {
    let words: Vec<&str> = words.iter().map(AsRef::as_ref).collect();
    let output = Command::new("timeout")
        .args(["--kill-after=5", &limit.to_string()])
        .args(&words)
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("{}: {error}", words.join(" ")))?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    if output.status.success() {
        return Ok(text(&output.stdout));
    }
    Err(format!(
        "{} ({}): {}{}",
        words.join(" "),
        output.status,
        text(&output.stdout),
        text(&output.stderr)
    ))
}

/// The same where a failure ends the scenario.
pub(crate) fn run<W: AsRef<str>>(words: &[W]) -> String {
    try_run(words).unwrap_or_else(|failure| panic!("{failure}"))
}
