//! Files that are generated from the keyword tables.

use std::collections::HashSet;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use lvsha::syntax::Format;
use lvsha::syntax::schema::{Argument, Body, Keyword, keywords};

use super::{assert_same_again, carried, meaning};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn whatever_the_tables_allow_says_the_same_again(text in block("")) {
        assert_same_again(text.as_bytes(), "a generated file");
    }
}

/// Every row with a field is read into it, every other one is carried: the tables tell the truth.
#[test]
fn the_tables_say_which_words_have_a_field() {
    let lists = lists();
    let mut runner = TestRunner::deterministic();
    let mut wrong = Vec::new();
    for row in rows().filter(|row| row.within != "<preprocessor>" && !lists.contains(row.within)) {
        // A block is tried with what it cannot do without.
        let text = match row.body {
            Body::Block(within) => around(within, ""),
            _ => around(row.within, &line(row).new_tree(&mut runner).unwrap().current()),
        };
        let is_carried = carried(&meaning(text.as_bytes())).contains(&row.word);
        // The one word that is read and forgotten, as keepalived does.
        if row.field.is_empty() != is_carried && row.word != "hashed" {
            wrong.push(format!("{} in {:?}: field {:?}", row.word, row.within, row.field));
        }
    }
    assert!(wrong.is_empty(), "{} rows\n{}", wrong.len(), wrong.join("\n"));
}

/// Some lines of a block, each keyword at most once.
fn block(within: &'static str) -> BoxedStrategy<String> {
    let rows: Vec<&'static Keyword> = rows().filter(|row| row.within == within).collect();
    let most = rows.len().min(12);
    subsequence(rows, 0..=most)
        .prop_flat_map(|rows| rows.into_iter().map(line).collect::<Vec<_>>())
        .prop_map(|lines| lines.concat())
        .boxed()
}

/// A keyword with its words and its braces.
fn line(row: &'static Keyword) -> BoxedStrategy<String> {
    let words = arguments(row);
    let body = match row.body {
        Body::None => Just(String::new()).boxed(),
        Body::Block(within) => block(within).prop_map(braces).boxed(),
        Body::Lines("names") => vec("[a-z]{1,8}", 1..4).prop_map(|n| braces(n.join("\n"))).boxed(),
        Body::Lines(within) => {
            vec(item(within), 1..4).prop_map(|lines| braces(lines.concat())).boxed()
        }
    };
    (words, body).prop_map(|(words, body)| format!("{}{words}{body}\n", row.word)).boxed()
}

/// A line of a list: what it is about and some options.
fn item(within: &'static str) -> BoxedStrategy<String> {
    let (heads, options): (Vec<_>, Vec<_>) = rows()
        .filter(|row| row.within == within)
        .partition(|row| row.word.starts_with('<') || within == "virtual_server_group");
    let heads = if heads.is_empty() { options.clone() } else { heads };
    // An interface has one method.
    let most = options.len().min(if within == "linkbeat_interfaces" { 1 } else { 3 });
    (select(heads).prop_flat_map(words), subsequence(options, 0..=most))
        .prop_flat_map(|(head, options)| {
            let options: Vec<_> = options.into_iter().map(words).collect();
            (Just(head), options)
        })
        .prop_map(|(head, options)| format!("{head}{}\n", options.concat()))
        .boxed()
}

/// The word of an option with its values; the head of a line has only values.
fn words(row: &'static Keyword) -> BoxedStrategy<String> {
    let word = if row.word.starts_with('<') { "" } else { row.word };
    arguments(row).prop_map(move |arguments| format!(" {word}{arguments}")).boxed()
}

fn arguments(row: &'static Keyword) -> BoxedStrategy<String> {
    let special = SPECIAL.iter().find(|(word, _)| *word == row.word);
    // Only the members of a virtual_server_group are more than an address.
    let is_member = row.word != "<address>" || row.within == "virtual_server_group";
    if let Some((_, choices)) = special.filter(|_| is_member) {
        return select(*choices).prop_map(|words| format!(" {words}")).boxed();
    }
    let each: Vec<_> = row.arguments.iter().map(argument).collect();
    each.prop_map(|words| words.concat()).boxed()
}

fn argument(kind: &'static Argument) -> BoxedStrategy<String> {
    let one = |text: BoxedStrategy<String>| text.prop_map(|text| format!(" {text}")).boxed();
    match kind {
        Argument::Address | Argument::Prefix => one(address(*kind == Argument::Prefix)),
        Argument::Boolean => one(select(&["on", "off", "true", "no"][..]).prop_map_into().boxed()),
        Argument::Command => one(command()),
        Argument::Interface | Argument::Name => one("[a-z][a-z0-9]{0,7}".boxed()),
        Argument::Integer(least, most) => {
            // Large limits mean "no limit"; the field holds 32 bits, as in the program.
            one((*least..=(*most).min(100_000)).prop_map(|number| number.to_string()).boxed())
        }
        Argument::OneOf(choices) => one(select(*choices).prop_map_into().boxed()),
        Argument::Path => one("/[a-z]{1,8}( |\"|#)?".prop_map(|path| quoted(&path)).boxed()),
        Argument::Port => one((1..=65_535_u16).prop_map(|port| port.to_string()).boxed()),
        Argument::Seconds(least, most) => {
            // Microseconds are what the program counts in.
            let micros = (least * 1e6) as u64..=(most.min(4000.0) * 1e6) as u64;
            one(micros.prop_map(|t| format!("{}.{:06}", t / 1_000_000, t % 1_000_000)).boxed())
        }
        Argument::Rest => Just(String::new()).boxed(),
        Argument::Optional(inner) => {
            prop_oneof![Just(String::new()).boxed(), argument(inner)].boxed()
        }
        Argument::Many(inner) => vec(argument(inner), 1..3).prop_map(|all| all.concat()).boxed(),
    }
}

fn address(prefix: bool) -> BoxedStrategy<String> {
    let v4 = (any::<[u8; 4]>(), 1..=32_u8).prop_map(move |(octets, length)| {
        let address = std::net::Ipv4Addr::from(octets);
        if prefix { format!("{address}/{length}") } else { address.to_string() }
    });
    let v6 = any::<u64>().prop_map(|n| std::net::Ipv6Addr::from(u128::from(n)).to_string());
    prop_oneof![v4, v6].boxed()
}

/// A command line with quotes and escapes of both kinds, perhaps with a user.
fn command() -> BoxedStrategy<String> {
    let line = "/bin/[a-z]{1,5}( [a-z'#!{}\\\\.\"]{0,6}){0,2}";
    let user = prop_oneof![Just(""), Just(" root"), Just(" nobody nogroup")];
    (line, user).prop_map(|(line, user)| format!("{}{user}", escaped(&line))).boxed()
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "'"))
}

fn escaped(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

fn braces(inside: String) -> String {
    format!(" {{\n{inside}\n}}")
}

/// `line` inside the blocks that lead to `within`, with what they need to be read.
fn around(within: &str, line: &str) -> String {
    within.rsplit('/').filter(|block| !block.is_empty()).fold(line.to_owned(), |text, block| {
        let (head, needed) = match block {
            "virtual_server" => ("virtual_server 10.0.0.1 80", ""),
            "real_server" => ("real_server 10.0.0.2 80", ""),
            "authentication" => ("authentication", "auth_type PASS\nauth_pass x"),
            "auth_hmac" => ("auth_hmac", "key 1 x"),
            "global_defs" | "SSL" | "garp_group" => (block, ""),
            "MISC_CHECK" => (block, "misc_path /bin/true"),
            "url" => (block, "regex x"),
            "HTTP_GET" | "SSL_GET" | "host" => (block, ""),
            other if other.chars().any(char::is_uppercase) => (other, ""),
            named => return format!("{named} name {{\n{text}\n}}\n"),
        };
        let fallback = if block == "virtual_server" { "sorry_server 10.0.0.3 80" } else { "" };
        format!("{head} {{\n{needed}\n{fallback}\n{text}\n}}\n")
    })
}

/// The blocks that hold one item per line.
fn lists() -> HashSet<&'static str> {
    let bodies = rows().filter_map(|row| match row.body {
        Body::Lines(within) => Some(within),
        Body::Block(_) | Body::None => None,
    });
    bodies.collect()
}

fn rows() -> impl Iterator<Item = &'static Keyword> {
    keywords(Format::Keepalived).iter().flat_map(|rows| rows.iter())
}

/// Words whose values follow a rule of their own.
const SPECIAL: &[(&str, &[&str])] = &[
    ("<destination>", &["default", "10.1.0.0/16", "blackhole 10.2.0.0/16"]),
    ("digest", &["0123456789abcdef0123456789abcdef"]),
    ("<address>", &["10.0.0.1 80", "10.0.0.1-9 80", "10.0.0.0/28 80", "10.0.0.1-10.0.0.7 80"]),
    ("encap", &["ip id 3"]),
    ("garp_extra_if", &["10", "all 2.5"]),
    ("lb_kind", &["DR", "NAT", "TUN", "TUN type gue port 80 csum", "TUN type gre remcsum"]),
    ("lvs_method", &["DR", "NAT", "TUN", "TUN type ipip", "TUN type gre nocsum"]),
    (
        "lvs_sync_daemon",
        &["eth0", "eth0 VI_1 id 3", "eth1 inst id ttl 2 port 8848 group 224.0.0.81"],
    ),
    ("lvs_timeouts", &["tcp 900 udp 300"]),
    ("nexthop", &["via 10.0.0.1 dev eth0 weight 3"]),
    ("persistence_granularity", &["255.255.255.0", "64"]),
    ("regex", &["\"a\\\\d+ \\\"#\"", "plain"]),
    ("sorry_server_lvs_method", &["DR", "TUN type gue port 9"]),
    ("status_code", &["200", "200-204 404"]),
    ("umask", &["022", "IRWXG | IRWXO"]),
    ("use_ipvlan", &["", "ipv1", "name ipv1 10.0.0.9/24 bridge group 3"]),
    (
        "use_vmac",
        &["", "vrrp.51", "name vrrp.51 00:00:5e:00:01 netlink_notify_msg", "02:00:00:00:00:01"],
    ),
    ("virtual_server", &["10.0.0.1 80", "group web", "fwmark 7", "2001:db8::1 443", "10.0.0.1"]),
    ("vrrp_garp_extra_if", &["10"]),
    ("vmac_garp_intvl", &["all 10"]),
    ("vrrp_vmac_garp_intvl", &["10"]),
];
