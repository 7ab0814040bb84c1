//! Text to model to text: what is written says what was read, neither more nor less.

// A test that cannot read its own data has nothing better to do than to stop.
#![expect(clippy::unwrap_used)]

use std::fs;
use std::path::PathBuf;

use lvsha::emit::Target;
use lvsha::emit::keepalived::{Manner, View, write};
use lvsha::model::Cluster;
use lvsha::model::read::{Input, read};
use lvsha::source::Sources;
use lvsha::syntax::Format;

use data::{folders, root};

#[path = "../data/mod.rs"]
mod data;
#[path = "../generated/mod.rs"]
mod from_tables;
mod generated;
mod layout;
mod mistakes;

#[test]
fn every_case_says_the_same_again() {
    for path in cases() {
        assert_same_again(&fs::read(&path).unwrap(), &path.display().to_string());
    }
}

/// One file with every word of the format that has room in the model.
#[test]
fn a_file_with_everything_leaves_nothing_to_carry() {
    let text = fs::read(root().join("tests/rewriting/everything.conf")).unwrap();
    assert_same_again(&text, "everything.conf");
    let cluster = meaning(&text);
    assert_eq!(carried(&cluster), [""; 0], "has no field");
    // Every one of these holds something, so that the comparison above is about something.
    assert!(cluster.routers.len() >= 2 && cluster.services.len() >= 3);
    assert!(!cluster.service_groups.is_empty() && !cluster.bfd_sessions.is_empty());
    assert!(!cluster.fixed.addresses.is_empty() && !cluster.fixed.pacing.is_empty());
}

/// Fails unless the text that is written for `text` means the same.
fn assert_same_again(text: &[u8], name: &str) {
    let first = meaning(text);
    let written = written(&first);
    let second = meaning(written.as_bytes());
    if first == second {
        return;
    }
    let (first, second) = (format!("{first:#?}"), format!("{second:#?}"));
    let said = |line: &&str| !["start:", "end:"].iter().any(|place| line.trim().starts_with(place));
    let (first, second) = (first.lines().filter(said), second.lines().filter(said));
    let difference = first.zip(second).find(|(one, two)| one != two);
    panic!("{name} reads otherwise when it is written again: {difference:?}\n{written}");
}

/// What a keepalived.conf means, wherever it stands.
fn meaning(text: &[u8]) -> Cluster {
    let mut sources = Sources::new();
    let file = sources.add("keepalived.conf", text);
    let mut cluster = read(&mut sources, &[Input { file, format: Format::Keepalived }]).cluster;
    cluster.forget_places();
    cluster
}

fn written(cluster: &Cluster) -> String {
    let mut out = Vec::new();
    let view = View { cluster, node: "", target: Target::DEFAULT, manner: Manner::Exact };
    write(&view, &[], &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// The keywords of everything that has no field.
fn carried(cluster: &Cluster) -> Vec<&str> {
    let services = cluster.services.iter().flat_map(|service| {
        let owns = service.servers.iter().filter_map(|server| server.own.as_ref());
        let probes = owns.clone().flat_map(|own| &own.probes).flat_map(|probe| &probe.carried);
        service.carried.iter().chain(owns.flat_map(|own| &own.carried)).chain(probes)
    });
    cluster
        .carried
        .iter()
        .chain(&cluster.globals.carried)
        .chain(cluster.routers.iter().flat_map(|router| &router.carried))
        .chain(cluster.sync_groups.iter().flat_map(|group| &group.carried))
        .chain(cluster.trackers.iter().flat_map(|tracker| &tracker.carried))
        .chain(cluster.tracked_files.iter().flat_map(|file| &file.carried))
        .chain(cluster.tracked_processes.iter().flat_map(|process| &process.carried))
        .chain(cluster.bfd_sessions.iter().flat_map(|session| &session.carried))
        .chain(cluster.track_groups.iter().flat_map(|group| &group.carried))
        .chain(cluster.service_groups.iter().flat_map(|group| &group.carried))
        .chain(services)
        .map(|carried| carried.keyword.as_str())
        .collect()
}

/// Every keepalived.conf among the cases.
fn cases() -> Vec<PathBuf> {
    let paths: Vec<PathBuf> = folders(&root().join("tests/cases/keepalived.conf"))
        .into_iter()
        .map(|case| case.join("keepalived.conf"))
        // A condition behind a condition is an unknown keyword; written alone it is a condition.
        .filter(|path| !path.ends_with("conditions-inside-each-other/keepalived.conf"))
        .filter(|path| path.exists())
        .collect();
    assert!(paths.len() > 320, "the cases are missing");
    paths
}
