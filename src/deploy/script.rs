//! Acts as fixed scripts with arguments and standard input. No text is ever put into a script.

use super::Act;
use crate::plan::{FileChange, NodePlan, Step};

/// What is sent to a machine.
#[derive(Clone, PartialEq, Eq)]
pub struct Script {
    /// A POSIX shell script, the same for every act of its kind.
    pub text: &'static str,
    /// Its positional parameters.
    pub arguments: Vec<String>,
    /// Its standard input; secrets may be in it.
    pub input: Vec<u8>,
}

/// The input is not debugged.
impl std::fmt::Debug for Script {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Script").field("arguments", &self.arguments).finish_non_exhaustive()
    }
}

macro_rules! script {
    ($($name:literal),+) => {
        concat!(
            include_str!("scripts/common.sh"),
            $(include_str!(concat!("scripts/", $name, ".sh"))),+
        )
    };
}

/// What the dead-man switch runs on the machine.
const ROLLBACK: &str = script!("rollback");

/// The script of an act.
pub fn script(act: &Act) -> Script {
    let own = |words: &[&String]| words.iter().map(|word| (*word).clone()).collect::<Vec<_>>();
    let plain = |text, arguments| Script { text, arguments, input: Vec::new() };
    match act {
        Act::Facts { paths, units, packages } => {
            let marks = ["--units".to_owned(), "--packages".to_owned()];
            let [unit_mark, package_mark] = marks;
            let arguments = paths
                .iter()
                .cloned()
                .chain([package_mark])
                .chain(packages.iter().cloned())
                .chain([unit_mark])
                .chain(units.iter().cloned());
            plain(script!("facts", "look"), arguments.collect())
        }
        Act::Look { units } => plain(script!("look"), units.clone()),
        Act::Lock { who, run, generation } => {
            plain(script!("lock"), own(&[who, run, &generation.to_string()]))
        }
        Act::Unlock { run } => {
            // No run has such a name: they begin with a time.
            let run = run.clone().unwrap_or_else(|| "--force".to_owned());
            plain(script!("unlock"), vec![run])
        }
        Act::Install(packages) => plain(script!("install"), packages.clone()),
        Act::Stage { plan, run } => stage(plan, run),
        Act::Check { path, command, accepts, run } => {
            let codes: Vec<String> = accepts.iter().map(i32::to_string).collect();
            let head = [run.clone(), path.clone(), codes.join(",")];
            plain(script!("check"), head.into_iter().chain(command.iter().cloned()).collect())
        }
        Act::Activate { generation, confirm_within, who, what, run } => {
            let (generation, seconds) = (generation.to_string(), confirm_within.to_string());
            plain(script!("activate"), own(&[&generation, &seconds, who, what, run]))
        }
        Act::Confirm { generation } => plain(script!("confirm"), vec![generation.to_string()]),
        Act::Rollback { generation, run } => {
            let manner = run.as_ref().map_or("waiting", |_| "run").to_owned();
            let words = [generation.to_string(), manner].into_iter();
            plain(ROLLBACK, words.chain(run.clone()).collect())
        }
        Act::History => plain(script!("history"), Vec::new()),
        Act::Again { generation } => plain(script!("again"), vec![generation.to_string()]),
    }
}

/// All wanted files, and lists of what changes, what happens then, and what will be managed.
fn stage(plan: &NodePlan, run: &str) -> Script {
    let mut changes = String::new();
    let mut effects = String::new();
    for step in &plan.steps {
        match step {
            Step::File(FileChange::Write { path, file }) => {
                changes.push_str(&format!("write {:o} {path}\n", file.mode));
            }
            Step::File(FileChange::Mode { path, mode }) => {
                changes.push_str(&format!("mode {mode:o} {path}\n"));
            }
            Step::File(FileChange::Remove { path }) => {
                changes.push_str(&format!("remove 0 {path}\n"));
            }
            Step::Install(_) => {}
            Step::Sysctl(path) => effects.push_str(&format!("sysctl {path}\n")),
            Step::Units => effects.push_str("units -\n"),
            Step::Reload(unit) => effects.push_str(&format!("reload {unit}\n")),
            Step::Restart(unit) => effects.push_str(&format!("restart {unit}\n")),
            Step::Start(unit) => effects.push_str(&format!("start {unit}\n")),
            Step::Stop(unit) => effects.push_str(&format!("stop {unit}\n")),
        }
    }
    let managed: String = plan
        .after
        .iter()
        .map(|(path, file)| format!("{} {:o} {path}\n", file.digest(), file.mode))
        .collect();
    let arguments = vec![run.to_owned()];
    let mut script = Script { text: script!("stage"), arguments, input: Vec::new() };
    let mut add = |name: String, content: &[u8]| {
        script.arguments.extend([name, content.len().to_string()]);
        script.input.extend_from_slice(content);
    };
    for (path, file) in &plan.after {
        add(format!("files{path}"), &file.content);
    }
    add("changes".to_owned(), changes.as_bytes());
    add("effects".to_owned(), effects.as_bytes());
    add("rollback".to_owned(), ROLLBACK.as_bytes());
    add("managed".to_owned(), managed.as_bytes());
    let directors: String = plan.directors.iter().map(|name| format!("{name}\n")).collect();
    add("directors".to_owned(), directors.as_bytes());
    // The script knows by it that all of the rest has come.
    add("end".to_owned(), b"end\n");
    script
}
