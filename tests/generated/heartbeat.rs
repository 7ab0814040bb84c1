//! The files of heartbeat and ldirectord from their keyword tables.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use lvsha::syntax::Format;
use lvsha::syntax::schema::{Argument, Keyword, keywords, ldirectord};

/// A key for every method, and which of them signs.
pub(crate) fn authkeys() -> BoxedStrategy<String> {
    (1..4_u8, select(&["crc", "md5 hush", "sha1 hush"][..]))
        .prop_map(|(number, method)| format!("auth {number}\n{number} {method}\n"))
        .boxed()
}

/// Directives in any order, with the nodes that make it a cluster.
pub(crate) fn ha_cf() -> BoxedStrategy<String> {
    let rows = rows(Format::HaCf, "");
    let line = |row: &'static Keyword| {
        arguments(row).prop_map(|words| format!("{}{words}\n", row.word)).boxed()
    };
    subsequence(rows, 0..12)
        .prop_flat_map(move |rows| rows.into_iter().map(line).collect::<Vec<_>>())
        .prop_map(|lines| format!("bcast eth0\nnode lw1 lw2\n{}", lines.concat()))
        .boxed()
}

/// Lines of a node with an address and scripts.
pub(crate) fn haresources() -> BoxedStrategy<String> {
    let script = |row: &'static Keyword| {
        arguments(row).prop_map(|words| format!("{}{}", row.word, words.replace(' ', "::"))).boxed()
    };
    let scripts = subsequence(rows(Format::Haresources, ""), 0..4)
        .prop_flat_map(move |rows| rows.into_iter().map(script).collect::<Vec<_>>());
    let line =
        (select(&["lw1", "lw2"][..]), 1..250_u8, scripts).prop_map(|(node, last, scripts)| {
            format!("{node} 10.0.0.{last}/24/eth0 {}\n", scripts.join(" "))
        });
    vec(line, 1..4).prop_map(|lines| lines.concat()).boxed()
}

/// Global lines, then services with their servers.
pub(crate) fn ldirectord() -> BoxedStrategy<String> {
    let sections = |row: &&Keyword| !row.word.starts_with("virtual");
    let globals: Vec<_> = rows(Format::Ldirectord, "").into_iter().filter(sections).collect();
    let inside: Vec<_> = rows(Format::Ldirectord, ldirectord::VIRTUAL)
        .into_iter()
        // These are there in any case.
        .filter(|row| !matches!(row.word, "real" | "real6"))
        .collect();
    let lines = |indent: &'static str, rows: Vec<&'static Keyword>| {
        let line = move |row: &'static Keyword| {
            let value = arguments(row);
            value.prop_map(move |v| format!("{indent}{}={}\n", row.word, v.trim_start())).boxed()
        };
        rows.into_iter().map(line).collect::<Vec<_>>().prop_map(|lines| lines.concat())
    };
    let section = (subsequence(inside, 0..8), 1..4_u8).prop_flat_map(move |(rows, servers)| {
        let server = |last| {
            let how = if last % 2 == 0 { "gate" } else { "masq 3" };
            format!("\treal=10.0.1.{last}:80 {how}\n")
        };
        let servers: String = (1..=servers).map(server).collect();
        (Just(servers), lines("\t", rows)).prop_map(|(servers, lines)| servers + &lines)
    });
    (subsequence(globals, 0..8).prop_flat_map(move |rows| lines("", rows)), vec(section, 1..4))
        .prop_map(|(globals, sections)| {
            let sections = sections.iter().zip(1..);
            let sections = sections.map(|(lines, at)| format!("virtual=10.0.0.{at}:80\n{lines}\n"));
            globals + &sections.collect::<String>()
        })
        .boxed()
}

fn rows(format: Format, within: &str) -> Vec<&'static Keyword> {
    let all = keywords(format).iter().flat_map(|rows| rows.iter());
    all.filter(|row| row.within == within).collect()
}

/// The words behind a keyword.
pub(crate) fn arguments(row: &'static Keyword) -> BoxedStrategy<String> {
    if let Some((_, choices)) = SPECIAL.iter().find(|(word, _)| *word == row.word) {
        return select(*choices).prop_map(|words| format!(" {words}")).boxed();
    }
    let each: Vec<_> = row.arguments.iter().map(argument).collect();
    each.prop_map(|words| words.concat()).boxed()
}

fn argument(kind: &'static Argument) -> BoxedStrategy<String> {
    let one = |text: BoxedStrategy<String>| text.prop_map(|text| format!(" {text}")).boxed();
    match kind {
        Argument::Address => one((1..250_u8).prop_map(|last| format!("10.0.2.{last}")).boxed()),
        Argument::Prefix => one((1..250_u8).prop_map(|last| format!("10.0.3.{last}/24")).boxed()),
        Argument::Boolean => {
            one(select(&["on", "off", "yes", "false"][..]).prop_map_into().boxed())
        }
        Argument::Command => one("/bin/[a-z]{1,6}( -[a-z])?".boxed()),
        Argument::Interface | Argument::Name => one("[a-z][a-z0-9]{0,7}".boxed()),
        Argument::Integer(least, most) => {
            one((*least..=(*most).min(1000)).prop_map(|number| number.to_string()).boxed())
        }
        Argument::OneOf(choices) => one(select(*choices).prop_map_into().boxed()),
        Argument::Path => one("/[a-z]{1,8}".boxed()),
        Argument::Port => one((1..=65_535_u16).prop_map(|port| port.to_string()).boxed()),
        // heartbeat's units, none of them with decimals.
        Argument::Seconds(..) => one("[1-9][0-9]?(ms|us)?".boxed()),
        Argument::Rest => one("[a-z]{1,8}( [a-z]{1,5})?".boxed()),
        // Only keepalived has these.
        Argument::After(..)
        | Argument::Lapse
        | Argument::Number(_)
        | Argument::Pattern
        | Argument::Range => one("[a-z]{1,8}".boxed()),
        Argument::Optional(inner) => {
            prop_oneof![Just(String::new()).boxed(), argument(inner)].boxed()
        }
        Argument::Many(inner) => vec(argument(inner), 1..3).prop_map(|all| all.concat()).boxed(),
    }
}

/// Words whose values follow a rule of their own.
const SPECIAL: &[(&str, &[&str])] = &[
    (
        "checktype",
        &[
            "negotiate",
            "connect",
            "ping",
            "on",
            "off",
            "external",
            "external-perl",
            "checktcp",
            "3",
        ],
    ),
    ("fallback", &["127.0.0.1:80", "127.0.0.1:80 gate", "10.0.9.9 masq"]),
    ("fallback6", &["[::1]:80", "[::1]:80 gate"]),
    ("netmask", &["255.255.255.0", "255.255.255.255"]),
    ("receive", &["Test Page", "\"Test Page\"", "a.*b"]),
    ("request", &["index.html", "\"/dir/index.html\"", "SELECT 1"]),
    ("respawn", &["root /usr/lib/heartbeat/ipfail", "hacluster /bin/x"]),
    ("scheduler", &["rr", "wrr", "wlc", "sh"]),
    ("virtualhost", &["www.example.com"]),
];
