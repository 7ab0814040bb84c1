//! Which processes run: looked at once for all that count them, on a thread that may wait for the kernel.

use std::fs;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::Mutex;
use tokio::task::spawn_blocking;

use super::plan::ProcessPlan;
use crate::run::vrrp::Observation;

/// A list of the processes, made anew when it is too old for whoever asks.
#[derive(Clone, Debug, Default)]
pub(super) struct Processes {
    list: Arc<Mutex<Option<List>>>,
}

#[derive(Clone, Debug)]
struct List {
    made: Instant,
    processes: Arc<Vec<Process>>,
}

#[derive(Debug, PartialEq, Eq)]
struct Process {
    /// As /proc has it.
    number: String,
    /// The kernel's name for it, at most [`LONGEST_NAME`] bytes.
    name: Vec<u8>,
}

impl Processes {
    /// Whether enough processes run, and not too many. Those of other plans that ask at about the same time are
    /// counted in the same list.
    pub(super) async fn observe(&self, plan: &ProcessPlan) -> Observation {
        let Some(processes) = self.listed().await else { return Observation::Down };
        let Some((program, parameters)) = plan.command.split_first() else {
            return Observation::Down;
        };
        let wanted = name_of(program);
        let count = if parameters.is_empty() {
            processes.iter().filter(|process| process.name == wanted).count()
        } else {
            let parameters = parameters.to_vec();
            let counted = spawn_blocking(move || {
                let named = processes.iter().filter(|process| process.name == wanted);
                named.filter(|process| process.has(&parameters)).count()
            });
            counted.await.unwrap_or(0)
        };
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        let is_enough = count >= plan.least && plan.most.is_none_or(|most| count <= most);
        if is_enough { Observation::Up } else { Observation::Down }
    }

    async fn listed(&self) -> Option<Arc<Vec<Process>>> {
        let mut list = self.list.lock().await;
        let known = list.as_ref().filter(|list| list.made.elapsed() < FRESH);
        if let Some(list) = known {
            return Some(list.processes.clone());
        }
        let processes = Arc::new(spawn_blocking(read).await.ok()??);
        *list = Some(List { made: Instant::now(), processes: processes.clone() });
        Some(processes)
    }
}

impl Process {
    /// Whether its first parameters are these. They are read from its memory, which waits for a process that hangs
    /// in the kernel: only of those with the right name.
    fn has(&self, parameters: &[String]) -> bool {
        // One that ends meanwhile has no command line any more.
        let line = fs::read(format!("/proc/{}/cmdline", self.number)).unwrap_or_default();
        begins_with(&line, parameters)
    }
}

/// All processes that live. A title that a process gives itself (`nginx: master process`) changes its command
/// line, and not its name.
fn read() -> Option<Vec<Process>> {
    let entries = fs::read_dir("/proc").ok()?.filter_map(Result::ok);
    let process = |entry: fs::DirEntry| {
        let number = entry.file_name().into_string().ok()?;
        if !number.starts_with(|c: char| c.is_ascii_digit()) {
            return None;
        }
        let name = living_name(&fs::read(entry.path().join("stat")).ok()?)?.to_vec();
        Some(Process { number, name })
    };
    Some(entries.filter_map(process).collect())
}

/// The name in `4711 (nginx) S 1 ...` (proc(5)); of a process that has ended and was not waited for, none. A name
/// may hold anything, also brackets.
fn living_name(stat: &[u8]) -> Option<&[u8]> {
    let begin = stat.iter().position(|byte| *byte == b'(')?;
    let end = stat.iter().rposition(|byte| *byte == b')')?;
    let state = stat.get(end + 2)?;
    let has_ended = matches!(state, b'Z' | b'X');
    stat.get(begin + 1..end).filter(|_| !has_ended)
}

/// A program's name as the kernel has it: without its path, and cut.
fn name_of(program: &str) -> Vec<u8> {
    let name = program.rsplit('/').next().unwrap_or(program);
    name.bytes().take(LONGEST_NAME).collect()
}

/// Compares a command line of /proc, behind the program, with as many parameters as are given.
fn begins_with(line: &[u8], parameters: &[String]) -> bool {
    let mut words = line.split(|byte| *byte == 0).skip(1);
    parameters.iter().all(|wanted| words.next() == Some(wanted.as_bytes()))
}

/// `TASK_COMM_LEN`, without the NUL at its end.
const LONGEST_NAME: usize = 15;

/// Those that look twice a second share a list.
const FRESH: Duration = Duration::from_millis(250);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_the_kernels() {
        let rows: [(&[u8], Option<&[u8]>); 5] = [
            (b"4711 (nginx) S 1 4711 4711 0 -1", Some(b"nginx")),
            (b"7 (a) b (c) R 1", Some(b"a) b (c")),
            (b"8 (nginx) Z 1", None),
            (b"9 (nginx)", None),
            (b"", None),
        ];
        for (stat, name) in rows {
            assert_eq!(living_name(stat), name, "{}", String::from_utf8_lossy(stat));
        }
        assert_eq!(name_of("/usr/sbin/nginx"), b"nginx");
        assert_eq!(name_of("a-program-with-a-long-name"), b"a-program-with-");
    }

    #[test]
    fn parameters_are_compared_from_the_first() {
        let line = b"/usr/sbin/nginx\0-g\0daemon off;\0";
        let wanted = |words: &[&str]| words.iter().map(|w| (*w).to_owned()).collect::<Vec<_>>();
        assert!(begins_with(line, &wanted(&["-g"])));
        assert!(begins_with(line, &wanted(&["-g", "daemon off;"])));
        assert!(!begins_with(line, &wanted(&["-t"])));
        assert!(!begins_with(line, &wanted(&["-g", "daemon off;", "-q"])));
    }

    /// As nginx, postgres and sshd do: no word of the command line is the program's name.
    #[tokio::test]
    async fn a_process_that_gave_itself_a_title_is_found() {
        let folder = tempfile::tempdir().unwrap();
        // A name that no other process of this machine has.
        let name = format!("own{}", std::process::id());
        let program = folder.path().join(&name);
        std::os::unix::fs::symlink("/bin/sleep", &program).unwrap();
        let mut command = tokio::process::Command::new(&program);
        command.arg0(format!("{name}: master process /usr/sbin/{name} -g daemon on;"));
        let mut child = command.arg("600").kill_on_drop(true).spawn().unwrap();
        let plan = |words: &[&str]| ProcessPlan {
            name: "web".to_owned(),
            command: words.iter().map(|word| (*word).to_owned()).collect(),
            least: 1,
            most: None,
        };
        let path = format!("/usr/sbin/{name}");
        for (words, wanted) in [
            (vec![name.as_str()], Observation::Up),
            (vec![path.as_str(), "600"], Observation::Up),
            (vec![name.as_str(), "601"], Observation::Down),
            (vec!["own"], Observation::Down),
        ] {
            assert_eq!(Processes::default().observe(&plan(&words)).await, wanted, "{words:?}");
        }
        child.kill().await.unwrap();
        assert_eq!(Processes::default().observe(&plan(&[&name])).await, Observation::Down);
    }
}
