//! Comparison by meaning: a text means what it means itself, and a conversion differs from its
//! source exactly in what its report names.

// A test that cannot read its own data has nothing better to do than to stop.
#![expect(clippy::unwrap_used)]

use std::collections::HashMap;
use std::fmt::Write as _;
use std::net::IpAddr;
use std::path::PathBuf;

use proptest::prelude::*;

use lvsha::emit::translate::Options;
use lvsha::emit::translate::to_heartbeat::Options as HeartbeatOptions;
use lvsha::emit::{Conversion, Mark, NodeInput, Target, ToHeartbeat, differences};
use lvsha::model::normal::{Difference, Normal, World, differences as compare};
use lvsha::model::read::{Input, Options as Reader, read, read_with};
use lvsha::model::{Cluster, Router};
use lvsha::source::{FileId, Sources};
use lvsha::syntax::{ConfigId, Format};

use data::conversions::{
    cases_to_heartbeat, cases_to_keepalived, directors, heartbeat_options, keepalived_options, load,
};
use data::{folders, name_of, root};
use excuses::{
    ANY_TO_HEARTBEAT, ANY_TO_KEEPALIVED, FOR_OTHERS, THERE_AND_BACK, TO_HEARTBEAT, TO_KEEPALIVED,
};
use judge::Judge;

#[path = "generated/changes.rs"]
mod changes;
mod data;
#[path = "generated/director.rs"]
mod director;
#[path = "diff/excuses.rs"]
mod excuses;
#[path = "generated/mod.rs"]
mod from_tables;
#[path = "diff/judge.rs"]
mod judge;

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

/// A network has more addresses than are compared one by one.
#[test]
fn what_a_group_has_beyond_its_first_addresses_is_compared() {
    let group = |line: &str| {
        let service = "virtual_server group G {\nprotocol TCP\nreal_server 10.1.0.1 80 {\n}\n}\n";
        format!("virtual_server_group G {{\n{line} 80\n}}\n{service}")
    };
    let found = found(&group("10.0.0.0/22"), &group("10.0.0.0-10.0.3.254"));
    assert!(found.iter().any(|line| line.contains("10.0.1.0 to 10.0.3.255")), "{found:#?}");
    assert!(found.iter().any(|line| line.contains("10.0.1.0 to 10.0.3.254")), "{found:#?}");
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
        // Who begins as MASTER has neither.
        ("state MASTER\npriority 150", "state MASTER\npriority 150\nnopreempt\npreempt_delay 3"),
    ];
    for (one, other) in same {
        assert_eq!(found(&router(one), &router(other)), Vec::<String>::new(), "{other}");
    }
    let asking = |lines: &str| {
        let check = format!("DNS_CHECK {{\n{lines}\n}}\n");
        format!(
            "virtual_server 10.0.0.31 53 {{\nprotocol UDP\nreal_server 10.0.0.1 53 {{\n{check}}}\n}}\n"
        )
    };
    assert_eq!(found(&asking(""), &asking("type SOA")), Vec::<String>::new());
    assert_eq!(found(&asking(""), &asking("type A")).len(), 1);
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
    let mut judge = Judge::new(&[TO_HEARTBEAT]);
    for case in cases_to_heartbeat() {
        let mut sources = Sources::new();
        let (options, own) = heartbeat_options(&case);
        let nodes = directors(&case, own, &mut sources);
        let about = name_of(&case);
        let conversion = ToHeartbeat::new(&mut sources, &nodes, &options).unwrap();
        judge_to_heartbeat(&about, &mut sources, &nodes, &conversion, &mut judge);
    }
    judge.end();
}

#[test]
fn a_conversion_to_keepalived_differs_as_its_report_says() {
    let mut judge = Judge::new(&[TO_KEEPALIVED]);
    for case in cases_to_keepalived() {
        let mut sources = Sources::new();
        let inputs = load(&case, &mut sources);
        let about = name_of(&case);
        let options = keepalived_options(&case);
        judge_to_keepalived(&about, &mut sources, &inputs, options, &mut judge);
    }
    judge.end();
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
    fn any_conversion_to_heartbeat_differs_as_its_report_says(text in director::director()) {
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
        // The only server that does not start down is left out.
        "real_server 10.0.1.1 80 {\nlvs_method TUN type gre\nTCP_CHECK {\n}\n}\nreal_server 10.0.1.2 80 {\nalpha on\nTCP_CHECK {\n}\n}\n",
        // Every server starts down, as ldirectord has it anyway.
        "real_server 10.0.1.1 80 {\nalpha on\nTCP_CHECK {\n}\n}\n",
    ];
    // Of a network, the addresses behind the first ones are lost.
    let network = "virtual_server_group G {\n10.0.0.0/23 80\n}\nvirtual_server group G {\nprotocol TCP\n\
        real_server 10.0.1.1 80 {\nTCP_CHECK {\n}\n}\n}\n";
    assert_eq!(wrong_in_heartbeat(network), "");
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
    let mut judge = Judge::new(&[TO_KEEPALIVED, ANY_TO_KEEPALIVED]);
    judge_to_keepalived("generated", &mut sources, &inputs, options, &mut judge);
    judge.wrong
}

/// What is wrong with the conversion of a director's keepalived.conf.
fn wrong_in_heartbeat(text: &str) -> String {
    let mut sources = Sources::new();
    let file = sources.add("keepalived.conf", text.as_bytes());
    let inputs = vec![Input { file, format: Format::Keepalived }];
    let config_id = ConfigId::default();
    let nodes = [NodeInput { name: Some("lw1".to_owned()), inputs, config_id }];
    let peers = vec![("lw2".to_owned(), Some([192, 0, 2, 200].into()))];
    let addresses = [("lw1".to_owned(), [192, 0, 2, 201].into())].into();
    let options = HeartbeatOptions { addresses, peers };
    let conversion = ToHeartbeat::new(&mut sources, &nodes, &options).unwrap();
    let mut judge = Judge::new(&[TO_HEARTBEAT, ANY_TO_HEARTBEAT]);
    judge_to_heartbeat("generated", &mut sources, &nodes, &conversion, &mut judge);
    judge.wrong
}

/// Compares every director's files with what they were converted from.
fn judge_to_heartbeat(
    about: &str,
    sources: &mut Sources,
    nodes: &[NodeInput],
    conversion: &ToHeartbeat,
    judge: &mut Judge,
) {
    let names: Vec<String> = conversion.nodes().map(str::to_owned).collect();
    for (node, name) in nodes.iter().zip(&names) {
        let options = Reader::on(node.config_id.clone());
        let left = read_with(sources, &node.inputs, &options);
        let files = conversion.files(name, KEY).unwrap();
        let right = written(sources, files.iter().map(|f| (f.name.as_str(), f.text.as_bytes())));
        let shown =
            between(sources, (&left.cluster, World::Keepalived), (&right, World::Heartbeat));
        // Other directors' files are compared on their own.
        let files: Vec<FileId> = left.trees.iter().map(|(_, tree)| tree.file()).collect();
        judge.judge(&format!("{about} {name}"), &shown, &conversion.account, &files, sources);
    }
}

/// Compares every director's keepalived.conf with what it was converted from.
fn judge_to_keepalived(
    about: &str,
    sources: &mut Sources,
    inputs: &[Input],
    options: Options,
    judge: &mut Judge,
) {
    let left = read(sources, inputs);
    let conversion = Conversion::heartbeat_to_keepalived(sources, inputs, options);
    let names: Vec<String> = conversion.nodes().map(str::to_owned).collect();
    assert!(!names.is_empty(), "{about} has no director");
    let files: Vec<FileId> = left.trees.iter().map(|(_, tree)| tree.file()).collect();
    for name in names {
        let mut text = Vec::new();
        conversion.write(&name, &mut text).unwrap();
        let right = written(sources, std::iter::once(("keepalived.conf", text.as_slice())));
        let shown =
            between(sources, (&left.cluster, World::Heartbeat), (&right, World::Keepalived));
        judge.judge(&format!("{about} {name}"), &shown, &conversion.account, &files, sources);
    }
}

/// There and back again: what both worlds can say is the same as before, and what is not stands
/// in the first report.
#[test]
fn there_and_back_keeps_what_both_can_say() {
    let mut judge = Judge::new(&[THERE_AND_BACK]);
    // Of what is lost on the way there the way there is judged.
    judge.judges_losses = false;
    let mut for_others = Vec::new();
    for case in cases_to_keepalived() {
        let mut sources = Sources::new();
        let inputs = load(&case, &mut sources);
        let options = keepalived_options(&case);
        // The way back is for the keepalived that Debian has.
        if options.target != Target::DEFAULT {
            for_others.push(name_of(&case));
            continue;
        }
        let before = read(&mut sources, &inputs);
        let files: Vec<FileId> = before.trees.iter().map(|(_, tree)| tree.file()).collect();
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
        for name in &names {
            let written_again = back.files(name, KEY).unwrap();
            let written_again = written_again.iter().map(|f| (f.name.as_str(), f.text.as_bytes()));
            let after = written(&mut sources, written_again);
            let form = |cluster| Normal::of(cluster, &sources, World::Heartbeat, false);
            let shown = compare(&form(&before.cluster), &form(&after));
            let about = format!("{} {name}", name_of(&case));
            judge.judge(&about, &shown, &there.account, &files, &sources);
            let (was, is) = (homes(&before.cluster, &names), homes(&after, &names));
            if was != is {
                let _ = writeln!(judge.wrong, "{about}: {was:?} became {is:?}");
            }
        }
    }
    assert_eq!(for_others, FOR_OTHERS, "what is converted for other releases only");
    judge.end();
}

/// The node that is preferred for every address.
fn homes(cluster: &Cluster, names: &[String]) -> Vec<(String, Vec<IpAddr>)> {
    let node = |router: &Router| {
        let own = router.members.first().and_then(|member| member.node.as_ref());
        let own = own.map(|node| &node.value).filter(|own| names.contains(own));
        // A stranger is replaced by the first node, as the report says.
        own.or(names.first()).unwrap().clone()
    };
    let lines = cluster.routers.iter().filter(|router| !router.addresses.is_empty());
    let mut lines: Vec<(String, Vec<IpAddr>)> =
        lines.map(|r| (node(r), r.addresses.iter().map(|a| a.value.address).collect())).collect();
    lines.sort();
    lines
}

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

/// In the place of the random one.
const KEY: &str = "0123456789abcdef";
