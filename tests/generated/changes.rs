//! Any keyword that is given another value is a difference, or stands in a list with its reason.

// Every index is that of a line.
#![expect(clippy::indexing_slicing)]

use std::fmt::Write as _;

use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use lvsha::model::Cluster;
use lvsha::model::normal::{Normal, World, differences};
use lvsha::model::read::{Input, read};
use lvsha::source::Sources;
use lvsha::syntax::Format;
use lvsha::syntax::schema::{Argument, Body, Keyword, keywords, ldirectord};

use super::from_tables::{heartbeat, keepalived};

#[test]
fn any_other_value_of_keepalived_is_a_difference() {
    let mut wrong = String::new();
    for row in keepalived::rows().filter(|row| row.within != "<preprocessor>") {
        let list = keepalived::rows().find(|parent| parent.body == Body::Lines(row.within));
        let text = |line: &str| match (list, LISTS.iter().find(|(name, ..)| *name == row.within)) {
            (Some(parent), Some((_, head))) => {
                // A direction counts behind a weight only.
                let is_direction = matches!(row.word, "noreverse" | "reverse");
                let weight = if is_direction { "weight 5" } else { "" };
                around(parent.within, &format!("{} {{\n{head} {weight} {line}\n}}", named(parent)))
            }
            (Some(_), None) => String::new(),
            (None, _) => around(row.within, line),
        };
        let line = match VALUES.iter().find(|(word, _)| *word == row.word) {
            Some((word, values)) => {
                select(*values).prop_map(move |value| format!("{word} {value}\n")).boxed()
            }
            None => keepalived::line(row),
        };
        let text = |line: &str| match row.within {
            "virtual_server_group" => text(line) + SERVICE_OF_GROUP,
            _ => text(line),
        };
        judge(row, Format::Keepalived, &text, &line, &mut wrong);
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn any_other_value_of_heartbeat_is_a_difference() {
    let mut wrong = String::new();
    for format in [Format::HaCf, Format::Ldirectord] {
        for row in keywords(format).iter().flat_map(|rows| rows.iter()) {
            if row.word.starts_with("virtual") && row.within.is_empty() {
                continue;
            }
            let text = |line: &str| match (format, row.within) {
                (Format::HaCf, _) if matches!(row.word, "baud" | "udpport") => {
                    format!("{line}{HA_CF}")
                }
                (Format::Ldirectord, "") if row.word == "checkcount" => {
                    format!("{line}{SECTION}\tchecktype=ping\n")
                }
                (Format::Ldirectord, within) if row.word == "fallback6" => match within {
                    "" => format!("{line}{SECTION6}"),
                    _ => format!("{SECTION6}\t{line}"),
                },
                (Format::HaCf, _) => format!("{HA_CF}{line}"),
                (_, ldirectord::VIRTUAL) => format!("{SECTION}{}\t{line}", context(row.word)),
                _ => format!("{line}{SECTION}"),
            };
            let sign = if format == Format::HaCf { " " } else { "=" };
            let words = match VALUES.iter().find(|(word, _)| *word == row.word) {
                Some((_, values)) => select(*values).prop_map(str::to_owned).boxed(),
                None => heartbeat::arguments(row),
            };
            let line =
                words.prop_map(move |words| format!("{}{sign}{}\n", row.word, words.trim_start()));
            judge(row, format, &text, &line.boxed(), &mut wrong);
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// Adds `row` unless each two of some lines of it that the model tells apart are a difference, or, where
/// there is only one such line, the line and none.
fn judge(
    row: &Keyword,
    format: Format,
    text: &dyn Fn(&str) -> String,
    line: &BoxedStrategy<String>,
    wrong: &mut String,
) {
    let is_listed =
        |(within, word, _): &&(&str, &str, &str)| (*within, *word) == (row.within, row.word);
    if NOTHING.iter().any(|row| is_listed(&row)) {
        return;
    }
    let mut runner = TestRunner::deterministic();
    let mut lines: Vec<String> =
        (0..8).map(|_| line.new_tree(&mut runner).unwrap().current()).collect();
    lines.sort();
    lines.dedup();
    let mut forms: Vec<(Cluster, Sources)> = lines.iter().map(|l| form(&text(l), format)).collect();
    let world = if format == Format::Keepalived { World::Keepalived } else { World::Heartbeat };
    // Of what travels along, some readers keep only the place.
    let is_text = row.field.is_empty() && world == World::Heartbeat;
    let are_told = |one: usize, other: usize, forms: &[(Cluster, Sources)]| {
        let is_truth = |line: &String| {
            let value = line.trim_end().rsplit([' ', '=']).next().unwrap_or("");
            !matches!(value, "off" | "no" | "false")
        };
        let of_truth = row.arguments == [Argument::Boolean]
            || row.arguments == [Argument::Optional(&Argument::Boolean)];
        match (lines.get(one), lines.get(other)) {
            (Some(one), Some(other)) if is_text && of_truth => is_truth(one) != is_truth(other),
            _ => is_text || forms[one].0 != forms[other].0,
        }
    };
    let is_shown = |one: usize, other: usize, forms: &[(Cluster, Sources)]| {
        let normal = |form: &(Cluster, Sources)| Normal::of(&form.0, &form.1, world, false);
        !differences(&normal(&forms[one]), &normal(&forms[other])).is_empty()
    };
    let last = forms.len();
    let pairs = (0..last).flat_map(|one| (one + 1..last).map(move |other| (one, other)));
    let pairs: Vec<_> = pairs.filter(|(one, other)| are_told(*one, *other, &forms)).collect();
    let is_spelled = SPELLED.contains(&(row.within, row.word));
    let mut silent = pairs.iter().filter(|(one, other)| !is_shown(*one, *other, &forms));
    let is_enough = is_spelled && silent.clone().count() < pairs.len();
    if let Some((one, other)) = silent.next().filter(|_| !is_enough) {
        let pair = (&lines[*one], &lines[*other]);
        let _ = writeln!(wrong, "{} in {:?}: {pair:?}", row.word, row.within);
    }
    if pairs.is_empty() {
        forms.push(form(&text(""), format));
        if !are_told(0, last, &forms) || !is_shown(0, last, &forms) {
            let _ = writeln!(wrong, "{} in {:?}: {:?}", row.word, row.within, lines.first());
        }
    }
}

fn form(text: &str, format: Format) -> (Cluster, Sources) {
    let mut sources = Sources::new();
    let mut inputs = Vec::new();
    if format == Format::HaCf {
        let file = sources.add("haresources", b"lw1 10.0.0.1/24/eth0 httpd\n");
        inputs.push(Input { file, format: Format::Haresources });
    }
    let file = sources.add(format.file_name(), text.as_bytes());
    inputs.push(Input { file, format });
    let mut cluster = read(&mut sources, &inputs).cluster;
    cluster.forget_places();
    (cluster, sources)
}

fn named(parent: &Keyword) -> String {
    let named = ["track_group", "virtual_server_group", "vrrp_sync_group"].contains(&parent.word);
    if named { format!("{} name", parent.word) } else { parent.word.to_owned() }
}

/// `line` inside the blocks that lead to `within`, with what gives it a meaning there.
fn around(within: &str, line: &str) -> String {
    within.rsplit('/').filter(|block| !block.is_empty()).fold(line.to_owned(), |text, block| {
        let row = BLOCKS.iter().find(|(name, ..)| *name == block);
        let (head, needed) = row.map_or((block, ""), |(_, head, needed)| (*head, *needed));
        format!("{head} {{\n{needed}\n{text}\n}}\n")
    })
}

/// What a line of ldirectord.cf needs beside it.
fn context(word: &str) -> String {
    let row = CONTEXTS.iter().find(|(words, _)| words.contains(&word));
    row.map_or(String::new(), |(_, lines)| (*lines).to_owned())
}

const HA_CF: &str = "node lw1 lw2\nbcast eth0\nserial /dev/ttyS0\n\
    respawn hacluster /usr/lib/heartbeat/ipfail\nauto_failback on\n";
const SECTION: &str = "virtual=10.0.0.1:80\n\treal=10.0.1.1:80 gate\n\tprotocol=tcp\n";

const SECTION6: &str = "virtual6=[2001:db8::1]:80\n\treal6=[2001:db8::2]:80 gate\n";
const SERVICE_OF_GROUP: &str = "virtual_server group name {\nreal_server 10.0.1.1 80 {\n}\n}\n";

/// Values where those of the tables are not enough.
const VALUES: &[(&str, &[&str])] = &[
    // Fractions are rounded.
    ("advert_int", &["2", "3", "200"]),
    ("brd", &["10.0.0.127", "+"]),
    ("broadcast", &["10.0.0.127", "-"]),
    ("mcast", &["eth0 239.0.0.1 694 1 0", "eth0 239.0.0.1 694 2 0", "eth0 239.0.0.2 694 1 0"]),
    ("mcast6", &["eth0 ff02::7 694 1 0", "eth0 ff02::7 694 2 0"]),
];

/// Words of which several values mean the same; others are told apart.
const SPELLED: &[(&str, &str)] =
    &[("", "auto_failback"), ("", "fallback"), ("virtual", "fallback")];

const CONTEXTS: &[(&[&str], &str)] = &[
    (&["ops"], "\tprotocol=udp\n"),
    (&["checkcount"], "\tchecktype=ping\n"),
    (&["checkcommand"], "\tchecktype=external\n"),
    (&["database", "login", "passwd"], "\tservice=mysql\n\tchecktype=negotiate\n"),
    (&["secret"], "\tservice=radius\n"),
    (&["netmask"], "\tpersistent=600\n"),
    (&["schedflags"], "\tscheduler=sh\n"),
];

/// How a block begins, and what it needs.
const BLOCKS: &[(&str, &str, &str)] = &[
    ("BFD_CHECK", "BFD_CHECK", ""),
    ("HTTP_GET", "HTTP_GET", "url {\npath /\n}"),
    ("MISC_CHECK", "MISC_CHECK", "misc_path /bin/true"),
    ("SSL_GET", "SSL_GET", "url {\npath /\n}"),
    ("auth_hmac", "auth_hmac", "key 1 x"),
    ("authentication", "authentication", "auth_type PASS\nauth_pass x"),
    ("bfd_instance", "bfd_instance name", ""),
    ("garp_group", "garp_group", "interface eth7"),
    ("real_server", "real_server 10.0.1.1 80", "HTTP_GET {\nurl {\npath /\n}\n}"),
    ("track_file", "track_file name", ""),
    ("track_group", "track_group name", ""),
    ("url", "url", "regex x"),
    (
        "virtual_server",
        "virtual_server 10.0.0.1 80",
        "sorry_server 10.0.0.3 80\npersistence_timeout 60\nreal_server 10.0.1.2 80 {\nHTTP_GET {\nurl {\npath /\n}\n}\n}",
    ),
    ("vrrp_instance", "vrrp_instance name", "interface eth0\nvirtual_router_id 7"),
    ("vrrp_script", "vrrp_script name", ""),
    ("vrrp_sync_group", "vrrp_sync_group name", ""),
    ("vrrp_track_file", "vrrp_track_file name", ""),
    ("vrrp_track_process", "vrrp_track_process name", ""),
];

/// How the lines of a list begin.
const LISTS: &[(&str, &str)] = &[
    ("interface_up_down_delays", ""),
    ("linkbeat_interfaces", "eth0"),
    ("static_ipaddress", "10.0.0.9/24"),
    ("static_routes", "10.7.0.0/16"),
    ("static_rules", "from 10.7.0.0/16"),
    ("track_bfd", "x"),
    ("track_file/line", "x"),
    ("track_interface", "x"),
    ("track_process", "x"),
    ("track_script", "x"),
    ("unicast_peer", "10.0.0.7"),
    ("virtual_ipaddress", "10.0.0.9/24"),
    ("virtual_routes", "10.7.0.0/16"),
    ("virtual_rules", "from 10.7.0.0/16"),
    ("virtual_server_group", ""),
];

/// Words whose value makes no difference, and why.
const NOTHING: &[(&str, &str, &str)] = &[
    ("", "crm_daemon_dir", "of the Pacemaker era, without effect on haresources"),
    ("", "crmd_spawns_pengine", "of the Pacemaker era, without effect on haresources"),
    ("", "enable_config_writes", "of the Pacemaker era, without effect on haresources"),
    ("", "fallback6", "the only values of the tables are two spellings of one"),
    ("", "hbaping", "Debian's heartbeat has no such medium and refuses the file"),
    ("", "nice_failback", "heartbeat ignores its value: resources go home"),
    ("", "record_config_changes", "of the Pacemaker era, without effect on haresources"),
    ("", "record_pengine_inputs", "of the Pacemaker era, without effect on haresources"),
    ("", "supervised", "whether ldirectord stays in the foreground is up to who starts it"),
    ("", "virtual_server_group", "services that name it are compared, member by member"),
    ("virtual", "checkinterval", "read with `fork=yes` only"),
    ("virtual", "comment", "a remark for people"),
    ("virtual", "fallback6", "the only values of the tables are two spellings of one"),
    ("virtual", "servicename", "a name for people"),
    ("virtual_server", "ip_family", "only a mark has it, as a part of its name"),
    ("virtual_server/real_server/PING_CHECK", "connect_port", "an echo request has no port"),
    ("vrrp_instance", "accept", "the default"),
    ("vrrp_instance", "preempt", "the default"),
    ("virtual_server", "hashed", "without any effect"),
];
