//! Comparison by meaning: a text means what it means itself, and a conversion differs from its
//! source exactly in what its report names.

// A test that cannot read its own data has nothing better to do than to stop.
#![expect(clippy::unwrap_used)]

use std::collections::HashMap;
use std::fmt::Write as _;
use std::fs;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use proptest::prelude::*;

use lvsha::emit::translate::Options;
use lvsha::emit::translate::to_heartbeat::Options as HeartbeatOptions;
use lvsha::emit::{Account, Conversion, Mark, NodeInput, Target, ToHeartbeat, differences};
use lvsha::model::normal::{Difference, Normal, World, differences as compare};
use lvsha::model::read::{Input, Options as Reader, read, read_with};
use lvsha::model::{Cluster, Router};
use lvsha::source::codes::to_heartbeat as codes;
use lvsha::source::{Code, Place, Sources};
use lvsha::syntax::schema::Version;
use lvsha::syntax::{ConfigId, Format, detect};

#[path = "generated/changes.rs"]
mod changes;
#[path = "generated/mod.rs"]
mod from_tables;
#[path = "generated/services.rs"]
mod services;

#[test]
fn every_case_means_the_same_as_itself() {
    for (case, world) in all_cases() {
        let mut sources = Sources::new();
        let inputs = load(&case, &mut sources);
        let cluster = read(&mut sources, &inputs).cluster;
        for foreign in [false, true] {
            let normal = Normal::of(&cluster, &sources, world, foreign);
            let found = compare(&normal, &normal);
            // Two things of one name in one file are the file's mistake, and found as such.
            let is_double = |difference: &Difference| difference.field.is_none();
            let real: Vec<_> = found.iter().filter(|d| !is_double(d)).collect();
            assert!(real.is_empty(), "{}: {real:#?}", case.display());
        }
    }
}

#[test]
fn order_and_written_defaults_are_no_difference() {
    let short = "virtual_server 10.0.0.31 80 {\nprotocol TCP\nreal_server 10.0.0.1 80 {\nTCP_CHECK {\n}\n}\nreal_server 10.0.0.2 80 {\nweight 2\n}\n}\n";
    let long = "virtual_server 10.0.0.31 80 {\n    protocol TCP\n    lvs_sched wlc\n    lvs_method NAT\n    delay_loop 60\n    real_server 10.0.0.2 80 {\n        weight 2\n    }\n    real_server 10.0.0.1 80 {\n        weight 1\n        TCP_CHECK {\n            retry 1\n            connect_timeout 5\n        }\n    }\n}\n";
    assert_eq!(found(short, long), Vec::<String>::new());
    let other = long.replace("weight 2", "weight 3").replace("wlc", "rr");
    let differences = found(short, &other);
    assert_eq!(differences.len(), 2, "{differences:#?}");
}

#[test]
fn both_directions_find_the_same() {
    let a = "vrrp_instance A {\ninterface eth0\nvirtual_router_id 5\nvirtual_ipaddress {\n10.0.0.1/24\n10.0.0.2/24\n}\n}\n";
    let b = "vrrp_instance B {\ninterface eth1\nvirtual_router_id 5\npreempt_delay 3\nvirtual_ipaddress {\n10.0.0.2/25\n}\n}\n";
    let (there, back) = (found(a, b), found(b, a));
    assert_eq!(there.len(), back.len(), "{there:#?} {back:#?}");
    assert!(there.iter().any(|line| line.contains("prefix: 24 -> 25")), "{there:#?}");
}

/// What is written again without a need is no difference, however it is spelled.
#[test]
fn defaults_and_spellings_are_no_difference() {
    let router = |lines: &str| {
        format!("vrrp_instance A {{\ninterface eth0\nvirtual_router_id 5\n{lines}\n}}\n")
    };
    let same = [
        ("", "state BACKUP\npriority 100\nsmtp_alert off\npreempt_delay 0"),
        ("", "garp_master_delay 5\ngarp_master_refresh 0\nmcast_dst_ip 224.0.0.18"),
        (
            "virtual_routes {\n10.1.0.0/16 via 10.0.0.1 dev eth0 table main metric 3\n}",
            "virtual_routes {\nto 10.1.0.0/16 oif eth0 gw 10.0.0.1 priority 3\n}",
        ),
        (
            "virtual_rules {\nfrom 10.1.0.0/16 table 254 priority 7\n}",
            "virtual_rules {\npreference 7 from 10.1.0.0/16 lookup main\n}",
        ),
        ("use_vmac", "use_vmac vrrp.5"),
    ];
    for (one, other) in same {
        assert_eq!(found(&router(one), &router(other)), Vec::<String>::new(), "{other}");
    }
    let own = found(&router("use_vmac"), &router(""));
    assert_eq!(own.len(), 1);
    assert!(
        own.iter().all(|line| line.contains("own interface: virtual MAC on vrrp.5")),
        "{own:?}"
    );
}

/// Resources start from left to right.
#[test]
fn the_order_of_resources_is_meaning() {
    let mut sources = Sources::new();
    let mut normal = |line: &str| {
        let file = sources.add("haresources", line.as_bytes());
        let input = Input { file, format: Format::Haresources };
        let cluster = read(&mut sources, &[input]).cluster;
        Normal::of(&cluster, &sources, World::Heartbeat, false)
    };
    let one = normal("lw1 10.0.0.1/24/eth0 drbddisk::r0 Filesystem::/dev/drbd0::/data mysql\n");
    let other = normal("lw1 mysql 10.0.0.1/24/eth0 Filesystem::/dev/drbd0::/data drbddisk::r0\n");
    assert!(compare(&one, &other).len() >= 2);
}

/// Scripts and pipes are told the name, and nobody else is.
#[test]
fn another_name_of_a_router_is_a_difference_where_it_is_told() {
    let text = |name: &str, told: &str| {
        format!(
            "vrrp_instance {name} {{\ninterface eth0\nvirtual_router_id 7\n{told}\n\
             virtual_ipaddress {{\n10.0.0.31/24\n}}\n}}\n"
        )
    };
    for (told, wanted) in [("", 0), ("notify_master /usr/bin/up", 0), ("notify /usr/bin/n", 1)] {
        let found = found(&text("VI_1", told), &text("WEB", told));
        let names = found.iter().filter(|line| line.contains("name that is told")).count();
        assert_eq!((!found.is_empty(), names), (wanted > 0, wanted), "{told}: {found:?}");
    }
    let pipe = "global_defs {\nvrrp_notify_fifo /run/events\n}\n";
    let [one, other] = ["VI_1", "WEB"].map(|name| format!("{pipe}{}", text(name, "")));
    assert!(!found(&one, &other).is_empty());
}

/// Names of what differs between two keepalived.conf.
fn found(left: &str, right: &str) -> Vec<String> {
    let mut sources = Sources::new();
    let mut normal = |text: &str| {
        let file = sources.add("keepalived.conf", text.as_bytes());
        let input = Input { file, format: Format::Keepalived };
        let cluster = read(&mut sources, &[input]).cluster;
        Normal::of(&cluster, &sources, World::Keepalived, false)
    };
    let (left, right) = (normal(left), normal(right));
    let found = compare(&left, &right);
    differences::human(&found, &sources, false)
        .lines()
        .filter(|line| line.trim_start().starts_with(['-', '+', '~']))
        .map(str::to_owned)
        .collect()
}

/// What `diff` shows between a file and its conversion stands in the report, and what the report
/// calls lost is shown wherever the model has a field for it.
#[test]
fn a_conversion_to_heartbeat_differs_as_its_report_says() {
    let mut wrong = String::new();
    for case in folders(&root().join("tests/to_heartbeat")) {
        let mut sources = Sources::new();
        let (options, own) = heartbeat_options(&case);
        let mut nodes: Vec<NodeInput> = Vec::new();
        for folder in std::iter::once(case.clone()).chain(folders(&case)) {
            if !folder.join("keepalived.conf").exists() {
                continue;
            }
            let name = folder.file_name().unwrap().to_string_lossy().into_owned();
            let name = if folder == case { own.clone() } else { Some(name) };
            let config_id = name.clone().map_or_else(ConfigId::default, ConfigId::Node);
            let inputs = load(&folder, &mut sources);
            nodes.push(NodeInput { name, inputs, config_id });
        }
        let about = case.file_name().unwrap().to_string_lossy().into_owned();
        let conversion = ToHeartbeat::new(&mut sources, &nodes, &options).unwrap();
        judge_to_heartbeat(&about, &mut sources, &nodes, &conversion, &mut wrong);
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn a_conversion_to_keepalived_differs_as_its_report_says() {
    let mut wrong = String::new();
    for case in folders(&root().join("tests/conversions")) {
        let mut sources = Sources::new();
        let inputs = load(&case, &mut sources);
        let about = case.file_name().unwrap().to_string_lossy().into_owned();
        let options = keepalived_options(&case);
        judge_to_keepalived(&about, &mut sources, &inputs, options, &mut wrong);
    }
    assert!(wrong.is_empty(), "{wrong}");
}

proptest! {
    #![proptest_config(from_tables::share(3, 16))]

    #[test]
    fn any_conversion_to_keepalived_differs_as_its_report_says(
        cluster in from_tables::file(Format::HaCf),
        resources in from_tables::file(Format::Haresources),
        keys in from_tables::file(Format::Authkeys),
        services in from_tables::file(Format::Ldirectord),
    ) {
        let wrong = wrong_in_keepalived([&cluster, &resources, &keys, &services]);
        prop_assert!(wrong.is_empty(), "{wrong}\n{cluster}---\n{resources}---\n{keys}---\n{services}");
    }

    #[test]
    fn any_conversion_to_heartbeat_differs_as_its_report_says(text in services::services()) {
        let wrong = wrong_in_heartbeat(&text);
        prop_assert!(wrong.is_empty(), "{wrong}\n{text}");
    }
}

/// What the properties above found once.
#[test]
fn what_was_found_stays_mended() {
    let to_keepalived =
        ["a flag that no scheduler has\n\tschedflags=x", "a name of words\n\tservicename=a b"];
    for lines in to_keepalived {
        let services = format!("virtual=10.0.0.1:80\n\treal=10.0.1.1:80 masq\n\tcomment={lines}\n");
        let wrong = wrong_in_keepalived([
            "bcast eth0\nnode lw1 lw2\n",
            "lw1 10.0.0.1/24/eth0\n",
            "auth 1\n1 crc\n",
            &services,
        ]);
        assert_eq!(wrong, "", "{lines}");
    }
    let to_heartbeat = [
        // The limit, and the failures, of one server become those of all.
        "real_server 10.0.1.1 80 {\nTCP_CHECK {\nconnect_timeout 38\n}\n}\nreal_server 10.0.1.2 80 {\nTCP_CHECK {\n}\n}\n",
        "real_server 10.0.1.1 80 {\nTCP_CHECK {\nretry 8\n}\n}\nreal_server 10.0.1.2 80 {\nTCP_CHECK {\n}\n}\n",
        // Every server starts down, as ldirectord has it anyway.
        "real_server 10.0.1.1 80 {\nalpha on\nTCP_CHECK {\n}\n}\n",
    ];
    for servers in to_heartbeat {
        let wrong = wrong_in_heartbeat(&format!("virtual_server 10.0.0.1 80 {{\n{servers}}}\n"));
        assert_eq!(wrong, "", "{servers}");
    }
}

/// A file with conditions is expanded into a file of its own, which is loaded behind the next node's.
#[test]
fn the_files_of_two_nodes_have_one_account() {
    let mut sources = Sources::new();
    let text = "@lw1 vrrp_sync_group a {\nvirtual_server 10.0.0.1 80 {\nprotocol TCP\n\
        real_server 10.0.1.1 80 {\nTCP_CHECK {\n}\n}\n}\n";
    let node = |name: &str, sources: &mut Sources| {
        let file = sources.add(format!("{name}/keepalived.conf"), text.as_bytes());
        let inputs = vec![Input { file, format: Format::Keepalived }];
        NodeInput { name: Some(name.to_owned()), inputs, config_id: ConfigId::default() }
    };
    let nodes = ["lw1", "lw2"].map(|name| node(name, &mut sources));
    let options = HeartbeatOptions::default();
    let conversion = ToHeartbeat::new(&mut sources, &nodes, &options).unwrap();
    let checks = conversion.account.entries().filter(|(at, _)| {
        let line = at.span.of(sources.get(at.file).text());
        line == "TCP_CHECK"
    });
    assert_eq!(checks.filter(|(_, outcome)| outcome.mark == Mark::Exact).count(), 2);
}

/// What is wrong with the conversion of ha.cf, haresources, authkeys and ldirectord.cf, which are
/// loaded in this order and read in another one.
fn wrong_in_keepalived(texts: [&str; 4]) -> String {
    let mut sources = Sources::new();
    let formats = [Format::HaCf, Format::Haresources, Format::Authkeys, Format::Ldirectord];
    let mut inputs: Vec<Input> = Vec::new();
    for (format, text) in formats.into_iter().zip(texts) {
        let file = sources.add(format.file_name(), text.as_bytes());
        inputs.push(Input { file, format });
    }
    inputs.sort_by_key(|input| input.format);
    let options = Options { target: Target::DEFAULT, addresses: HashMap::new() };
    let mut wrong = String::new();
    judge_to_keepalived("generated", &mut sources, &inputs, options, &mut wrong);
    wrong
}

/// What is wrong with the conversion of a director's keepalived.conf.
fn wrong_in_heartbeat(text: &str) -> String {
    let mut sources = Sources::new();
    let file = sources.add("keepalived.conf", text.as_bytes());
    let inputs = vec![Input { file, format: Format::Keepalived }];
    let config_id = ConfigId::default();
    let nodes = [NodeInput { name: Some("lw1".to_owned()), inputs, config_id }];
    let peers = vec![("lw2".to_owned(), None)];
    let options = HeartbeatOptions { peers, ..HeartbeatOptions::default() };
    let conversion = ToHeartbeat::new(&mut sources, &nodes, &options).unwrap();
    let mut wrong = String::new();
    judge_to_heartbeat("generated", &mut sources, &nodes, &conversion, &mut wrong);
    wrong
}

/// Compares every director's files with what they were converted from.
fn judge_to_heartbeat(
    about: &str,
    sources: &mut Sources,
    nodes: &[NodeInput],
    conversion: &ToHeartbeat,
    wrong: &mut String,
) {
    let names: Vec<String> = conversion.nodes().map(str::to_owned).collect();
    for (node, name) in nodes.iter().zip(&names) {
        let options = Reader::on(node.config_id.clone());
        let left = read_with(sources, &node.inputs, &options).cluster;
        let files = conversion.files(name, "0123456789abcdef").unwrap();
        let right = written(sources, files.iter().map(|f| (f.name.as_str(), f.text.as_bytes())));
        let shown = between(sources, (&left, World::Keepalived), (&right, World::Heartbeat));
        judge(&format!("{about} {name}"), &shown, &conversion.account, sources, FIELDS, wrong);
    }
}

/// Compares the first director's keepalived.conf with what it was converted from.
fn judge_to_keepalived(
    about: &str,
    sources: &mut Sources,
    inputs: &[Input],
    options: Options,
    wrong: &mut String,
) {
    let left = read(sources, inputs).cluster;
    let conversion = Conversion::heartbeat_to_keepalived(sources, inputs, options);
    let node = conversion.nodes().next().unwrap().to_owned();
    let mut text = Vec::new();
    conversion.write(&node, &mut text).unwrap();
    let right = written(sources, std::iter::once(("keepalived.conf", text.as_slice())));
    let shown = between(sources, (&left, World::Heartbeat), (&right, World::Keepalived));
    judge(about, &shown, &conversion.account, sources, &[], wrong);
}

/// There and back again: what both worlds can say is the same as before, and what is not stands
/// in the first report.
#[test]
fn there_and_back_keeps_what_both_can_say() {
    let mut wrong = String::new();
    for case in folders(&root().join("tests/conversions")) {
        let mut sources = Sources::new();
        let inputs = load(&case, &mut sources);
        let options = keepalived_options(&case);
        // The way back is for the keepalived that Debian has.
        if inputs.is_empty() || options.target != Target::DEFAULT {
            continue;
        }
        let before = read(&mut sources, &inputs).cluster;
        let there = Conversion::heartbeat_to_keepalived(&mut sources, &inputs, options);
        let names: Vec<String> = there.nodes().map(str::to_owned).collect();
        let mut nodes = Vec::new();
        for name in &names {
            let mut text = Vec::new();
            there.write(name, &mut text).unwrap();
            let file = sources.add(format!("{name}/keepalived.conf"), &text);
            let inputs = vec![Input { file, format: Format::Keepalived }];
            let config_id = ConfigId::default();
            nodes.push(NodeInput { name: Some(name.clone()), inputs, config_id });
        }
        let back = ToHeartbeat::new(&mut sources, &nodes, &HeartbeatOptions::default()).unwrap();
        assert_eq!(back.nodes().collect::<Vec<_>>(), names);
        let files = back.files(&names[0], "0123456789abcdef").unwrap();
        let after =
            written(&mut sources, files.iter().map(|f| (f.name.as_str(), f.text.as_bytes())));
        let form = |cluster| Normal::of(cluster, &sources, World::Heartbeat, false);
        let shown = compare(&form(&before), &form(&after));
        let about = case.file_name().unwrap().to_string_lossy().into_owned();
        judge(&about, &shown, &there.account, &sources, &[], &mut wrong);
        // The node that is preferred, and every address, come back.
        let homes = |cluster: &Cluster| {
            let node = |router: &Router| {
                let own = &router.members[0].node.as_ref().unwrap().value;
                // A stranger is replaced by the first node, as the report says.
                if names.contains(own) { own.clone() } else { names[0].clone() }
            };
            let lines = cluster.routers.iter().filter(|router| !router.addresses.is_empty());
            let mut lines: Vec<(String, Vec<IpAddr>)> = lines
                .map(|r| (node(r), r.addresses.iter().map(|a| a.value.address).collect()))
                .collect();
            lines.sort();
            lines
        };
        if homes(&before) != homes(&after) {
            let _ = writeln!(wrong, "{about}: {:?} became {:?}", homes(&before), homes(&after));
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// Adds what is shown and not reported, or reported under `fields` and not shown.
fn judge(
    about: &str,
    shown: &[Difference],
    account: &Account,
    sources: &Sources,
    fields: &[Code],
    wrong: &mut String,
) {
    let places: Vec<Place> =
        shown.iter().filter_map(|difference| difference.left.as_ref()?.at).collect();
    for difference in shown {
        let Some(at) = difference.left.as_ref().and_then(|side| side.at) else { continue };
        let outcome = account.outcome_at(at);
        if outcome.is_none_or(|outcome| outcome.mark == Mark::Exact) {
            let _ = writeln!(
                wrong,
                "{about}: {:?} {:?} at {} is shown, and the report says {outcome:?}",
                difference.path,
                difference.field,
                sources.describe(at)
            );
        }
    }
    for (unit, outcome) in account.entries() {
        let is_field = outcome.code.is_some_and(|code| fields.contains(&code));
        // Other directors' files are compared on their own.
        let same_file = places.iter().any(|place| place.file == unit.file);
        let is_shown = places.iter().any(|place| {
            place.file == unit.file
                && unit.span.start <= place.span.start
                && place.span.start <= unit.span.end
        });
        // A whole object that is gone stands for its lines, which share its outcome.
        let inside_lost = shown.iter().any(|difference| {
            let gone = difference.left.as_ref().filter(|_| difference.field.is_none());
            gone.and_then(|side| account.outcome_at(side.at?)) == Some(outcome)
        });
        if outcome.mark >= Mark::Lossy && is_field && same_file && !is_shown && !inside_lost {
            let at = sources.describe(unit);
            let _ = writeln!(wrong, "{about}: {at} is lost, and not shown: {outcome:?}");
        }
    }
}

/// Losses of these kinds are of things that the normal form has a field for.
const FIELDS: &[Code] =
    &[codes::QUORUM, codes::SERVICE_IMPOSSIBLE, codes::CONVERSATION, codes::IMPOSSIBLE_THERE];

fn between(
    sources: &Sources,
    left: (&Cluster, World),
    right: (&Cluster, World),
) -> Vec<Difference> {
    let form = |(cluster, world): (&Cluster, World)| Normal::of(cluster, sources, world, true);
    compare(&form(left), &form(right))
}

/// The cluster of files that were written.
fn written<'a>(sources: &mut Sources, files: impl Iterator<Item = (&'a str, &'a [u8])>) -> Cluster {
    let mut inputs = Vec::new();
    for (name, text) in files {
        let base = name.rsplit('/').next().unwrap();
        let format = Format::ALL.into_iter().find(|format| format.file_name() == base);
        let is_director = base.starts_with("ldirectord") && base.ends_with(".cf");
        let format = format.or(is_director.then_some(Format::Ldirectord));
        if let Some(format) = format {
            inputs.push(Input { file: sources.add(base, text), format });
        }
    }
    inputs.sort_by_key(|input| input.format);
    read(sources, &inputs).cluster
}

fn heartbeat_options(case: &Path) -> (HeartbeatOptions, Option<String>) {
    let mut options = HeartbeatOptions::default();
    let mut own = None;
    for line in fs::read_to_string(case.join("options")).unwrap_or_default().lines() {
        match line.split_whitespace().collect::<Vec<_>>()[..] {
            ["node", name] => own = Some(name.to_owned()),
            ["peer", name] => options.peers.push((name.to_owned(), None)),
            _ => panic!("{}: what is `{line}`?", case.display()),
        }
    }
    (options, own)
}

fn keepalived_options(case: &Path) -> Options {
    let mut options = Options { target: Target::DEFAULT, addresses: HashMap::new() };
    for line in fs::read_to_string(case.join("options")).unwrap_or_default().lines() {
        match line.split_whitespace().collect::<Vec<_>>()[..] {
            ["version", version] => options.target.version = Version::parse(version).unwrap(),
            ["address", node, address] => {
                options.addresses.insert(node.to_owned(), address.parse().unwrap());
            }
            _ => panic!("{}: what is `{line}`?", case.display()),
        }
    }
    options
}

fn load(case: &Path, sources: &mut Sources) -> Vec<Input> {
    let mut inputs = Vec::new();
    let mut paths: Vec<PathBuf> = fs::read_dir(case).unwrap().map(|e| e.unwrap().path()).collect();
    paths.sort();
    for path in paths.iter().filter(|path| path.is_file()) {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if Format::ALL.iter().any(|format| format.file_name() == name) {
            let file = sources.add(name, &fs::read(path).unwrap());
            inputs.push(Input { file, format: detect(sources.get(file)).unwrap() });
        }
    }
    inputs.sort_by_key(|input| input.format);
    inputs
}

fn all_cases() -> Vec<(PathBuf, World)> {
    let mut found = Vec::new();
    for format in Format::ALL {
        let folder = root().join("tests/cases").join(format.file_name());
        let world = if format == Format::Keepalived { World::Keepalived } else { World::Heartbeat };
        found.extend(folders(&folder).into_iter().map(|case| (case, world)));
    }
    assert!(found.len() > 300, "the cases are missing");
    found
}

fn folders(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut found: Vec<PathBuf> =
        entries.filter(|path| path.is_dir() && !path.ends_with("expected")).collect();
    found.sort();
    found
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
