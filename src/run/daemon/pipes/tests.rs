//! Pipes and their readers, across reloads.

use std::fs::{File, OpenOptions};
use std::io::{BufRead as _, BufReader, Read as _};

use super::*;
use crate::run::daemon::plan::ReaderPlan;
use crate::run::ipvs::DestinationKey;

fn plan(path: &Path) -> Plan {
    let pipe = PipePlan {
        path: path.to_owned(),
        owner: None,
        reader: None,
        hears_routers: true,
        hears_servers: true,
    };
    Plan { pipes: vec![pipe], ..Plan::default() }
}

fn read(path: &Path) -> String {
    let mut buffer = [0; 70_000];
    let length = File::open(path).unwrap().read(&mut buffer).unwrap();
    String::from_utf8_lossy(&buffer[..length]).into_owned()
}

#[test]
fn events_are_lines_in_their_order() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pipe");
    let mut pipes = Pipes::open(&plan(&path));
    pipes.changed(Subject::Instance, "VI_1", "MASTER", 150);
    pipes.changed(Subject::Group, "all", "MASTER", 0);
    pipes.priority_changed("VI_1", true, 90);
    let server = DestinationKey { address: "10.0.0.29".parse().unwrap(), port: 80 };
    for service in ["tcp 10.0.0.31:80", "tcp [2001:db8::1]:80", "fwmark 7", "tcp group web"] {
        let service = service.to_owned();
        pipes.health(&Event::ServiceDown { service: service.clone() });
        pipes.health(&Event::ServerUp { service, server, reply: String::new() });
    }
    let expected = "INSTANCE \"VI_1\" MASTER 150\nGROUP \"all\" MASTER 0\n\
        INSTANCE \"VI_1\" MASTER_PRIORITY 90\n\
        VS [10.0.0.31]:tcp:80 DOWN\nRS [10.0.0.29]:tcp:80 [10.0.0.31]:tcp:80 UP\n\
        VS [2001:db8::1]:tcp:80 DOWN\nRS [10.0.0.29]:tcp:80 [2001:db8::1]:tcp:80 UP\n\
        VS FWM 7 DOWN\nRS [10.0.0.29]:none:80 FWM 7 UP\n\
        VS web DOWN\nRS [10.0.0.29]:tcp:80 web UP\n";
    assert_eq!(read(&path), expected);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
    runtime.unwrap().block_on(pipes.close());
    assert!(!path.exists(), "what was made is removed");
}

#[test]
fn nobody_who_reads_delays_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pipe");
    let mut pipes = Pipes::open(&plan(&path));
    // A pipe holds 64 KiB (pipe(7)).
    for _ in 0..5000 {
        pipes.changed(Subject::Instance, "VI_1", "MASTER", 150);
    }
    assert!(pipes.open[0].lost > 0);
    assert!(read(&path).ends_with("MASTER 150\n"), "no half lines");
    pipes.changed(Subject::Instance, "VI_1", "BACKUP", 150);
    assert_eq!(pipes.open[0].lost, 0);
}

#[test]
fn a_file_is_no_pipe() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    fs::write(&path, "precious").unwrap();
    Pipes::open(&plan(&path)).changed(Subject::Instance, "VI_1", "MASTER", 150);
    assert_eq!(fs::read_to_string(&path).unwrap(), "precious");
}

fn plan_with_reader(path: &Path, script: &str) -> Plan {
    let mut plan = plan(path);
    // The shell's own name; the path follows as its first argument.
    let command = ["/bin/sh", "-c", script, "reader"].map(str::to_owned).to_vec();
    plan.pipes[0].reader = Some(ReaderPlan { command, user: None });
    plan
}

/// Another pipe, in which readers tell what they have read.
struct Story {
    path: std::path::PathBuf,
    lines: BufReader<File>,
}

impl Story {
    fn new(folder: &Path) -> Self {
        let path = folder.join("story");
        make(&path).unwrap();
        let file = OpenOptions::new().read(true).write(true).open(&path).unwrap();
        Self { path, lines: BufReader::new(file) }
    }

    /// The next line, however long it takes: meanwhile readers are started and ended.
    async fn next(mut self) -> (Self, String) {
        let read = tokio::task::spawn_blocking(move || {
            let mut line = String::new();
            self.lines.read_line(&mut line).unwrap();
            (self, line.trim_end().to_owned())
        });
        read.await.unwrap()
    }
}

#[tokio::test]
async fn a_pipe_that_stays_where_it_is_keeps_what_was_not_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pipe");
    let mut pipes = Pipes::open(&plan(&path));
    pipes.changed(Subject::Instance, "VI_1", "BACKUP", 150);
    let mut other = plan(&path);
    other.pipes[0].hears_servers = false;
    other.pipes[0].owner = Some("root".to_owned());
    pipes.configure(&other);
    // Whatever ends beside it has its turn.
    tokio::task::yield_now().await;
    pipes.changed(Subject::Instance, "VI_1", "MASTER", 150);
    assert_eq!(read(&path), "INSTANCE \"VI_1\" BACKUP 150\nINSTANCE \"VI_1\" MASTER 150\n");
    // A file that was two pipes is removed by the last of them.
    let mut two = other.clone();
    two.pipes.insert(0, plan(&path).pipes.remove(0));
    pipes.configure(&two);
    two.pipes.remove(1);
    pipes.configure(&two);
    assert!(path.exists());
    pipes.configure(&Plan::default());
    assert!(!path.exists(), "at once: the next reload may want it again");
}

#[tokio::test]
async fn what_somebody_put_in_the_place_of_a_pipe_is_not_removed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pipe");
    let mut pipes = Pipes::open(&plan(&path));
    fs::remove_file(&path).unwrap();
    make(&path).unwrap();
    let mut other = plan(&path);
    other.pipes[0].hears_servers = false;
    pipes.configure(&other);
    pipes.close().await;
    assert!(path.exists(), "a pipe of somebody else");
    fs::remove_file(&path).unwrap();

    let pipes = Pipes::open(&plan(&path));
    fs::remove_file(&path).unwrap();
    fs::write(&path, "precious").unwrap();
    pipes.close().await;
    assert_eq!(fs::read_to_string(&path).unwrap(), "precious");
}

#[tokio::test]
async fn a_reader_that_ends_is_started_again_and_misses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pipe");
    let story = Story::new(folder.path());
    let script = format!("read line < \"$1\"; echo $line > {}; exit 3", story.path.display());
    let mut pipes = Pipes::open(&plan_with_reader(&path, &script));
    pipes.changed(Subject::Instance, "VI_1", "BACKUP", 150);
    pipes.changed(Subject::Instance, "VI_1", "MASTER", 150);
    let (story, first) = story.next().await;
    let (_, second) = story.next().await;
    assert!(first.ends_with("BACKUP 150") && second.ends_with("MASTER 150"), "{first}, {second}");
    pipes.close().await;
}

#[tokio::test]
async fn another_reader_starts_when_the_first_has_ended() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pipe");
    let story = Story::new(folder.path());
    let script = |name: &str| {
        format!(
            "exec > {}; echo {name} is there; while read line; do echo {name}: $line; done < \"$1\"",
            story.path.display()
        )
    };
    let mut pipes = Pipes::open(&plan_with_reader(&path, &script("first")));
    let second = plan_with_reader(&path, &script("second"));
    let (story, told) = story.next().await;
    assert_eq!(told, "first is there");
    pipes.configure(&second);
    let (story, told) = story.next().await;
    assert_eq!(told, "second is there");
    pipes.changed(Subject::Instance, "VI_1", "MASTER", 150);
    let (_, told) = story.next().await;
    assert_eq!(told, "second: INSTANCE \"VI_1\" MASTER 150");
    pipes.close().await;
}
