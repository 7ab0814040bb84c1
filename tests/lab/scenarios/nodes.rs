//! What every other scenario takes for granted.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use crate::inventory::{LW3, NODES, VIP};
use crate::world::{Lab, run, try_run_within};

/// The machine's kernel has ip_vs, so that it can be the host of a lab itself: one more cluster in namespaces, beside the
/// one that this scenario runs in.
pub(super) fn a_kernel_that_has_ip_vs_can_be_the_back_end(lab: &Lab) {
    // The places that cargo compiled into the program, as they are on a developer's machine.
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let files = [
        (package.join("tests/lab"), "/lab"),
        (package.join("inventories/lab.toml"), "/lab/lab.toml"),
        (env!("CARGO_BIN_EXE_lvsha").into(), "/lab/lvsha"),
    ];
    for (path, target) in files {
        fs::create_dir_all(path.parent().expect("an absolute path")).unwrap();
        symlink(target, &path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    }
    fs::create_dir_all(env!("CARGO_TARGET_TMPDIR")).unwrap();

    let inner = "keepalived::requests_alternate_between_the_real_servers";
    let run = ["env", "LAB=host", "LVSHA_PEERS_ROOT=/tree", "/lab/lab", "--exact", inner];
    let said = try_run_within(300, &run).unwrap_or_else(|failure| panic!("{failure}"));
    assert!(said.contains("lab result: ok. 1 passed; 0 failed; 0 without a result"), "{said}");
    said.lines().filter(|line| line.starts_with("lab 0:")).for_each(|line| lab.note(line));

    let left = fs::read_dir(env!("CARGO_TARGET_TMPDIR")).unwrap().count();
    assert_eq!(left, 0, "its folder is gone");
    let groups = fs::read_dir("/sys/fs/cgroup").unwrap().flatten();
    let groups: Vec<_> = groups.map(|group| group.file_name()).collect();
    assert!(!groups.iter().any(|name| name.to_string_lossy().starts_with("lab-")), "{groups:?}");
}

/// `make lab` ends in this shell; here `script` is the terminal, and what stands in a file is typed.
pub(super) fn a_person_has_a_shell_with_the_nodes_and_their_cables(_lab: &Lab) {
    let visit = format!("client curl --silent --max-time 2 {} || echo nobody", LW3.address());
    let typed = [
        "LW1 uname -n",
        "LW2 ipvsadm -Ln | head -1",
        &visit,
        "cut LW3",
        &visit,
        "heal LW3",
        &visit,
        "echo one:two | cut -d: -f2",
        "cut LW9",
        "tty >/dev/null && echo a terminal",
        // The end of the file would do at a real terminal; `script` may send it while a command runs, and it is lost.
        "exit",
    ];
    fs::write("/tmp/typed", typed.join("\n") + "\n").unwrap();
    // A terminal that knows no escape sequences.
    let shell = "TERM=dumb script --quiet --return --command 'bash --rcfile /lab/inside/shell -i' /dev/null";
    let seen = run(&["sh", "-c", &format!("{shell} </tmp/typed")]);
    // What the terminal echoes begins with a prompt, or came before the first one; results do neither.
    let results: Vec<&str> =
        seen.lines().map(str::trim).filter(|line| !line.contains("lab#")).collect();
    let results = results.iter().filter(|line| !line.is_empty() && !typed.contains(line));
    let results: Vec<&str> = results.copied().collect();
    let expected = [
        "lw1",
        "IP Virtual Server version 1.2.1 (size=4096)",
        "lw3",
        "nobody",
        "lw3",
        "two",
        "no machine LW9; there are: LW1 LW2 LW3 LW4 client",
        "a terminal",
    ];
    assert_eq!(results, expected, "{seen}");
}

pub(super) fn every_node_takes_ssh_connections_and_has_lvsha(lab: &Lab) {
    for host in NODES.iter().copied() {
        let login = format!("root@{}", host.address());
        let said = lab.client(&[
            "ssh",
            "-i",
            "/lab/key",
            "-o",
            "BatchMode=yes",
            "-o",
            "StrictHostKeyChecking=no",
            "-o",
            "UserKnownHostsFile=/tmp/known_hosts",
            "-o",
            "LogLevel=ERROR",
            &login,
            "uname -n && lvsha --version",
        ]);
        let expected = format!("{}\nlvsha {}\n", host.hostname(), env!("CARGO_PKG_VERSION"));
        assert_eq!(said, expected, "{host}");
    }
}

pub(super) fn nobody_answers_for_the_address_while_no_director_runs(lab: &Lab) {
    // Real servers have it on their loopback, and would answer if arp_ignore were not in force.
    let watch = lab.watch(VIP);
    crate::world::pass(1.0);
    let record = watch.record();
    assert!(record.answers.is_empty(), "{}", record.timeline());
    assert!(record.visits.iter().all(|visit| visit.page.is_none()), "{}", record.timeline());
}
