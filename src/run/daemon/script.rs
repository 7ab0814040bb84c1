//! Running scripts: as their own user, with a clean environment and a time limit, and not at all
//! when somebody else could have written them.

use std::io;
use std::process::Stdio;
use std::time::Duration;

use tokio::process::{Child, Command};
use tokio::time::timeout;

use super::plan::ScriptPolicy;
use crate::run::account::{self, Unknown};
use crate::run::command::{self, Refused};
use crate::run::group::Group;

/// Why a script did not succeed.
#[derive(Debug, thiserror::Error)]
pub(super) enum ScriptError {
    #[error(transparent)]
    Refused(#[from] Refused),
    #[error("cannot be started: {0}")]
    Start(#[from] io::Error),
    #[error("exit code {0}")]
    Exit(i32),
    #[error("ended by a signal")]
    Signal,
    #[error("took longer than {0:?} and was stopped")]
    Timeout(Duration),
    #[error(transparent)]
    Unknown(#[from] Unknown),
}

/// Runs a command to its end.
pub(super) async fn execute(
    command: &[String],
    user: Option<&str>,
    policy: &ScriptPolicy,
    limit: Duration,
) -> Result<(), ScriptError> {
    let mut child = prepare(command, user, policy)?.spawn()?;
    // Who gives up the wait drops it in front of the child.
    let mut group = Group::of(&child);
    let Ok(ended) = timeout(limit, child.wait()).await else {
        group.end(GRACE).await;
        // It was killed; one that hangs in the kernel is not waited for.
        let _ = timeout(GRACE, child.wait()).await;
        return Err(ScriptError::Timeout(limit));
    };
    group.release();
    match ended?.code() {
        Some(0) => Ok(()),
        Some(code) => Err(ScriptError::Exit(code)),
        None => Err(ScriptError::Signal),
    }
}

/// Runs a command and returns what it says, whatever its exit code.
pub(super) async fn ask(
    command: &[String],
    policy: &ScriptPolicy,
    limit: Duration,
) -> Result<String, ScriptError> {
    let child = prepare(command, None, policy)?.stdout(Stdio::piped()).spawn()?;
    let group = Group::of(&child);
    // In this order the group is dropped in front of the child.
    let (mut output, mut group) = (Box::pin(child.wait_with_output()), group);
    let Ok(output) = timeout(limit, &mut output).await else {
        return Err(ScriptError::Timeout(limit));
    };
    group.release();
    Ok(String::from_utf8_lossy(&output?.stdout).into_owned())
}

/// Starts a program that goes on running beside the daemon.
pub(super) fn start(
    command: &[String],
    user: Option<&str>,
    policy: &ScriptPolicy,
) -> Result<Child, ScriptError> {
    Ok(prepare(command, user, policy)?.spawn()?)
}

/// Whether a script could be run; the reason why not.
pub(super) fn examine(
    words: &[String],
    user: Option<&str>,
    policy: &ScriptPolicy,
) -> Result<(), ScriptError> {
    Ok(command::examine(words, identity(user, policy)?, policy.is_secure)?)
}

/// A command that may be started.
fn prepare(
    words: &[String],
    user: Option<&str>,
    policy: &ScriptPolicy,
) -> Result<Command, ScriptError> {
    Ok(command::command(words, identity(user, policy)?, policy.is_secure)?)
}

/// Whom a script runs as; `None` is the daemon's own.
fn identity(user: Option<&str>, policy: &ScriptPolicy) -> Result<Option<(u32, u32)>, Unknown> {
    match user.or(policy.user.as_deref()) {
        Some(user) => account::identity(user).map(Some),
        None => Ok(account::default_identity()),
    }
}

/// Time between asking a script to end and ending it.
pub(super) const GRACE: Duration = Duration::from_secs(2);

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::MetadataExt as _;
    use std::path::{Path, PathBuf};

    use super::*;

    fn runtime() -> tokio::runtime::Runtime {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
    }

    fn run(line: &[&str], limit: Duration) -> Result<(), ScriptError> {
        let command: Vec<String> = line.iter().map(|word| (*word).to_owned()).collect();
        runtime().block_on(execute(&command, None, &ScriptPolicy::default(), limit))
    }

    #[test]
    fn with_script_security_the_program_behind_a_link_is_run() {
        let folder = tempfile::tempdir().unwrap();
        let link = folder.path().join("link");
        std::os::unix::fs::symlink("/bin/sh", &link).unwrap();
        let command = [link.to_string_lossy().into_owned()];
        let user = Some("root".to_owned());
        let policy = ScriptPolicy { is_secure: true, user, ..ScriptPolicy::default() };
        // The folder belongs to whoever runs the test, and others than root could replace what is in theirs.
        let is_of_root = fs::metadata(folder.path()).unwrap().uid() == 0;
        match prepare(&command, None, &policy) {
            Ok(prepared) => {
                let real = fs::canonicalize("/bin/sh").unwrap();
                assert!(is_of_root && prepared.as_std().get_program() == real, "{prepared:?}");
            }
            Err(error) => {
                let is_insecure = matches!(error, ScriptError::Refused(Refused::Insecure(_)));
                assert!(!is_of_root && is_insecure, "{error}");
            }
        }
    }

    #[test]
    fn with_script_security_a_program_is_looked_for_like_without() {
        let policy = ScriptPolicy {
            is_secure: true,
            user: Some("root".to_owned()),
            ..ScriptPolicy::default()
        };
        let command = ["true".to_owned()];
        let prepared = prepare(&command, None, &policy).unwrap();
        assert!(Path::new(prepared.as_std().get_program()).is_absolute());
        assert!(examine(&command, None, &policy).is_ok());
    }

    const LONG: Duration = Duration::from_secs(60);

    #[test]
    fn exit_codes_are_told() {
        assert!(run(&["/bin/true"], LONG).is_ok());
        assert!(matches!(run(&["/bin/sh", "-c", "exit 7"], LONG), Err(ScriptError::Exit(7))));
        assert!(matches!(run(&["/nonexistent"], LONG), Err(ScriptError::Start(_))));
    }

    #[test]
    fn the_environment_is_clean() {
        let check = "test \"$(env | cut -d= -f1 | sort | tr '\\n' ' ')\" = 'PATH PWD ' \
                     || test \"$(env | cut -d= -f1 | sort | tr '\\n' ' ')\" = 'PATH PWD _ '";
        assert!(run(&["/bin/sh", "-c", check], LONG).is_ok());
    }

    #[test]
    fn a_script_that_does_not_end_is_ended() {
        let limit = Duration::from_millis(50);
        let result = run(&["/bin/sh", "-c", "sleep 600 & wait"], limit);
        assert!(matches!(result, Err(ScriptError::Timeout(_))), "{result:?}");
    }

    /// A script whose child hears no request to end, and the file in which the child's number will stand.
    fn stubborn(folder: &Path) -> (Vec<String>, PathBuf) {
        let file = folder.join("number");
        // Only when it is deaf it has a number; and the file is there at once with all of it.
        let child = format!(
            "trap '' TERM; echo $$ > {0}.new; mv {0}.new {0}; exec sleep 600",
            file.display()
        );
        let line = format!("/bin/sh -c \"{child}\" & wait", child = child.replace('$', "\\$"));
        (["/bin/sh", "-c", line.as_str()].map(str::to_owned).to_vec(), file)
    }

    /// Waits until the child is there.
    async fn number_in(file: &Path) -> String {
        loop {
            if let Ok(number) = fs::read_to_string(file) {
                return number.trim().to_owned();
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Waits until a process is gone; a killed orphan stays a zombie until init has time for it.
    async fn gone(number: &str) {
        let stat = format!("/proc/{number}/stat");
        let is_gone = || fs::read_to_string(&stat).map_or(true, |stat| stat.contains(") Z "));
        let all = async {
            while !is_gone() {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        timeout(LONG, all).await.expect("the child of the script lives on");
    }

    #[tokio::test]
    async fn a_child_that_does_not_want_to_end_is_killed_with_its_script() {
        let folder = tempfile::tempdir().unwrap();
        let (command, file) = stubborn(folder.path());
        let child = prepare(&command, None, &ScriptPolicy::default()).unwrap().spawn().unwrap();
        let number = number_in(&file).await;
        // The shell ends at once when it is asked to, and its child does not.
        Group::of(&child).end(LONG).await;
        gone(&number).await;
    }

    #[tokio::test]
    async fn who_gives_up_the_wait_leaves_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        let (command, file) = stubborn(folder.path());
        let policy = ScriptPolicy::default();
        let number = tokio::select! {
            number = number_in(&file) => number,
            result = execute(&command, None, &policy, LONG) => panic!("{result:?}"),
        };
        gone(&number).await;
        fs::remove_file(&file).unwrap();
        let number = tokio::select! {
            number = number_in(&file) => number,
            result = ask(&command, &policy, LONG) => panic!("{result:?}"),
        };
        gone(&number).await;
    }
}
