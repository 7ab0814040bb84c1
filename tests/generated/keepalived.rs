//! keepalived.conf from its keyword tables.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use lvsha::syntax::Format;
use lvsha::syntax::schema::{Argument, Body, Keyword, keywords};

/// Some lines of a block, each keyword at most once.
pub(crate) fn block(within: &'static str) -> BoxedStrategy<String> {
    let rows: Vec<&'static Keyword> = rows().filter(|row| row.within == within).collect();
    let most = rows.len().min(12);
    subsequence(rows, 0..=most)
        .prop_flat_map(|rows| rows.into_iter().map(line).collect::<Vec<_>>())
        .prop_map(|lines| lines.concat())
        .boxed()
}

/// A keyword with its words and its braces.
pub(crate) fn line(row: &'static Keyword) -> BoxedStrategy<String> {
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
        Argument::After(words, inner) => {
            let before =
                prop_oneof![Just(String::new()), select(*words).prop_map(|w| format!(" {w}"))];
            (before, argument(inner)).prop_map(|(before, value)| before + &value).boxed()
        }
        Argument::Boolean => one(select(&["on", "off", "true", "no"][..]).prop_map_into().boxed()),
        Argument::Command => one(command()),
        Argument::Interface | Argument::Name => one("[a-z][a-z0-9]{0,7}".boxed()),
        Argument::Integer(least, most) => {
            // Large limits mean "no limit"; the field holds 32 bits, as in the program.
            one((*least..=(*most).min(100_000)).prop_map(|number| number.to_string()).boxed())
        }
        Argument::Lapse => one("[1-9][0-9]?(ms|s)?".boxed()),
        Argument::Number(numbers) => {
            let (least, most) = numbers.range;
            let plain = (least..=most.min(250)).prop_map(|number| number.to_string());
            if numbers.names.is_empty() {
                return one(plain.boxed());
            }
            let name = select(numbers.names).prop_map(str::to_owned);
            one(prop_oneof![plain, name].boxed())
        }
        Argument::OneOf(choices) => one(select(*choices).prop_map_into().boxed()),
        Argument::Path => one("/[a-z]{1,8}( |\"|#)?".prop_map(|path| quoted(&path)).boxed()),
        Argument::Pattern => one(command()),
        Argument::Port => one((1..=65_535_u16).prop_map(|port| port.to_string()).boxed()),
        Argument::Range => one("[1-9]-[1-9][0-9]".boxed()),
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
    // keepalived counts quotes before it looks at escapes, so `\"` would end the text.
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\042"))
}

fn braces(inside: String) -> String {
    format!(" {{\n{inside}\n}}")
}

pub(crate) fn rows() -> impl Iterator<Item = &'static Keyword> {
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
