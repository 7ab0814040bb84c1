//! text -> model -> text -> model: what heartbeat's and ldirectord's files mean survives writing,
//! for every case and for generated texts.

// A test that cannot read its own data has nothing better to do than to stop.
#![expect(clippy::unwrap_used)]

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use lvsha::emit::Origin;
use lvsha::emit::heartbeat::{View, authkeys, ha_cf, haresources};
use lvsha::emit::ldirectord::ldirectord;
use lvsha::model::Cluster;
use lvsha::model::read::{Input, read};
use lvsha::source::text::encode;
use lvsha::source::{Place, Sources};
use lvsha::syntax::schema::ldirectord::VIRTUAL;
use lvsha::syntax::schema::{Argument, Body, Keyword, keywords};
use lvsha::syntax::{Format, detect};

#[test]
fn every_case_means_the_same_when_it_was_written_again() {
    let mut wrong = String::new();
    let mut count = 0;
    for format in FORMATS {
        for case in folders(&root().join("tests/cases").join(format.file_name())) {
            let mut sources = Sources::new();
            let inputs = load(&case, &mut sources);
            let first = read(&mut sources, &inputs).cluster;
            let (mut second_sources, second_inputs) = written(&first, &sources, &inputs);
            let second = read(&mut second_sources, &second_inputs).cluster;
            let name = case.strip_prefix(root().join("tests/cases")).unwrap().to_string_lossy();
            let reason = MENDED.iter().find(|(mended, _)| *mended == name).map(|(_, why)| why);
            match (difference(&first, &second), reason) {
                (None, None) => {}
                (Some(difference), None) => wrong += &format!("== {name}\n{difference}\n"),
                (None, Some(_)) => {
                    wrong += &format!("== {name}: is the same, take it off the list\n")
                }
                // What was mended once stays as it is.
                (Some(_), Some(_)) => {
                    let (mut sources, inputs) = written(&second, &second_sources, &second_inputs);
                    let third = read(&mut sources, &inputs).cluster;
                    if let Some(difference) = difference(&second, &third) {
                        let _ = writeln!(wrong, "== {name}, a second time\n{difference}");
                    }
                }
            }
            count += 1;
        }
    }
    assert!(count > 250, "the cases are missing");
    assert!(wrong.is_empty(), "{wrong}");
}

/// Cases that change their model when they are written, and why.
const MENDED: &[(&str, &str)] = &[
    ("haresources/bare-ipv6", "an IPv6 address is written in full"),
    ("haresources/compressed-ipv6", "an IPv6 address is written in full"),
    ("ldirectord.cf/bad-method", "a method that nobody understands becomes the usual one"),
    ("ldirectord.cf/bad-port", "lines of a section without an address become comments"),
    ("ldirectord.cf/bad-real", "a missing method becomes the usual one"),
    ("ldirectord.cf/bad-virtual", "lines of a section without an address become comments"),
    ("ldirectord.cf/hash-in-quotes", "a number sign is written so that it cuts nothing"),
    ("ldirectord.cf/host-name", "lines of a section without an address become comments"),
    ("ldirectord.cf/large-mark", "lines of a section without an address become comments"),
    ("ldirectord.cf/template", "lines of a section without an address become comments"),
    (
        "ldirectord.cf/virtual6-without-port",
        "lines of a section without an address become comments",
    ),
];

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Each line of ha.cf is made of a row of the keyword table.
    #[test]
    fn generated_ha_cf_survives(lines in vec(line(Format::HaCf, "", " "), 0..25)) {
        survives(&[(Format::HaCf, lines.concat())])?;
    }

    #[test]
    fn generated_haresources_survive(
        groups in vec(("[a-z]{1,8}", vec(resource(), 1..6)), 1..4)
    ) {
        let line = |(node, resources): &(String, Vec<String>)| format!("{node} {}\n", resources.join(" "));
        survives(&[(Format::Haresources, groups.iter().map(line).collect())])?;
    }

    #[test]
    fn generated_authkeys_survive(
        active in 1..4_u8,
        keys in vec(select(vec!["crc", "md5 Gh7sk2Lq9x", "sha1 k/3+d=", "sha1 #x"]), 1..4),
    ) {
        let keys: String = (1..).zip(keys).map(|(n, key): (u8, _)| format!("{n} {key}\n")).collect();
        survives(&[(Format::Authkeys, format!("auth {active}\n{keys}"))])?;
    }

    /// Global lines, then sections of lines, all made of rows of the keyword table.
    #[test]
    fn generated_ldirectord_survives(
        globals in vec(line(Format::Ldirectord, "", "="), 0..8),
        sections in vec((head(), vec(section_line(), 0..14)), 0..4),
    ) {
        let mut text = globals.concat();
        for (number, (head, lines)) in sections.iter().enumerate() {
            // The number makes every service another one.
            text += &head.replace("N", &(number + 1).to_string());
            lines.iter().for_each(|line| text += &format!("    {line}"));
            text.push('\n');
        }
        survives(&[(Format::Ldirectord, text)])?;
    }
}

/// Found by the test above: a server got a check of its own that only said `checkport` again.
#[test]
fn a_stated_port_is_that_of_servers_without_one() {
    let text = "virtual=10.0.0.1:80\n    checkport=1\n    service=dns\n    checktype=connect\n    \
                real=10.0.1.44:5 ipip\n    real=10.0.1.192 ipip\n";
    survives(&[(Format::Ldirectord, text.to_owned())]).unwrap();
}

fn survives(files: &[(Format, String)]) -> Result<(), TestCaseError> {
    let mut sources = Sources::new();
    let mut inputs = Vec::new();
    for (format, text) in files {
        let file = sources.add(format.file_name(), text.as_bytes());
        inputs.push(Input { file, format: *format });
    }
    let first = read(&mut sources, &inputs).cluster;
    let (mut second_sources, second_inputs) = written(&first, &sources, &inputs);
    let second = read(&mut second_sources, &second_inputs).cluster;
    let texts: Vec<&str> =
        second_inputs.iter().map(|i| second_sources.get(i.file).text()).collect();
    let wrong = difference(&first, &second);
    prop_assert!(wrong.is_none(), "{files:#?}\nwritten\n{}\n{}", texts.concat(), wrong.unwrap());
    Ok(())
}

/// A line of one of the keywords in `within`, with arguments that fit its row.
fn line(format: Format, within: &'static str, sign: &'static str) -> impl Strategy<Value = String> {
    let rows: Vec<&'static Keyword> = keywords(format)
        .iter()
        .flat_map(|rows| rows.iter())
        .filter(|row| {
            row.within == within
                && !matches!(row.body, Body::Block(_))
                && !UNSAYABLE.contains(&row.word)
        })
        .collect();
    select(rows).prop_flat_map(move |row| {
        let arguments: Vec<BoxedStrategy<String>> =
            row.arguments.iter().map(|argument| argument_of(row.word, argument)).collect();
        arguments.prop_map(move |words| {
            let words: Vec<&str> =
                words.iter().map(String::as_str).filter(|w| !w.is_empty()).collect();
            format!("{}{sign}{}\n", row.word, words.join(" "))
        })
    })
}

/// ldirectord's lines have values with forms of their own.
fn section_line() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => real(),
        1 => line(Format::Ldirectord, VIRTUAL, "="),
        1 => select(vec![
            "checktype=external\n", "checktype=external-perl\n", "checktype=connect\n",
            "checktype=ping\n", "checktype=3\n", "checktype=on\n", "checktype=off\n",
            "request=\"index.html\"\n", "receive=\"Test \\w+ \"page\"\"\n", "netmask=255.255.255.0\n",
            "login=\"director\"\n", "passwd=\"x y\"\n", "database=\"db\"\n", "scheduler=wlc\n",
        ]).prop_map(str::to_owned),
    ]
}

fn real() -> impl Strategy<Value = String> {
    let texts = select(vec!["", " \"index.html\", \"Test Page\"", " \"a\", \"\""]);
    let method = select(vec!["gate", "masq", "ipip"]);
    let limits = select(vec!["", " l:5", " l:5 u:9", " u:9"]);
    (
        1..250_u8,
        proptest::option::of(1..9_u16),
        method,
        proptest::option::of(0..300_u32),
        texts,
        limits,
    )
        .prop_map(|(host, port, method, weight, texts, limits)| {
            let port = port.map(|port| format!(":{port}")).unwrap_or_default();
            let weight = weight.map(|weight| format!(" {weight}")).unwrap_or_default();
            format!("real=10.0.1.{host}{port} {method}{weight}{texts}{limits}\n")
        })
}

fn head() -> impl Strategy<Value = String> {
    select(vec![
        "virtual=10.0.0.N:80\n",
        "virtual=10.0.0.N:53\n",
        "virtual=N\n",
        "virtual=10.0.0.N:8080\n",
    ])
    .prop_map(str::to_owned)
}

fn resource() -> impl Strategy<Value = String> {
    let rows: Vec<&'static Keyword> =
        keywords(Format::Haresources).iter().flat_map(|rows| rows.iter()).collect();
    let known = select(rows).prop_flat_map(|row| {
        let arguments: Vec<BoxedStrategy<String>> =
            row.arguments.iter().map(|argument| argument_of(row.word, argument)).collect();
        arguments.prop_map(move |words| {
            let words = words.iter().filter(|word| !word.is_empty());
            words.fold(row.word.to_owned(), |word, argument| format!("{word}::{argument}"))
        })
    });
    prop_oneof![3 => known, 1 => select(vec!["httpd".to_owned(), "10.0.0.9/24/eth0:1/10.0.0.255".to_owned()])]
}

/// A word that fits `argument`; nothing where it may be left out.
fn argument_of(word: &str, argument: &'static Argument) -> BoxedStrategy<String> {
    let of = |words: &[&'static str]| select(words.to_vec()).prop_map(str::to_owned).boxed();
    if let Some((_, values)) = VALUES.iter().find(|(words, _)| words.contains(&word)) {
        return of(values);
    }
    match argument {
        Argument::Address => of(&["10.0.0.5", "192.0.2.1"]),
        Argument::Prefix => {
            of(&["10.0.0.5", "10.0.0.5/24", "10.0.0.6/24/eth0", "10.0.0.7/24/eth0:1/10.0.0.255"])
        }
        Argument::Boolean => of(&["on", "off", "yes"]),
        Argument::Command => of(&["/usr/bin/true", "/usr/libexec/heartbeat/ipfail"]),
        Argument::Interface => of(&["eth0", "eth1", "bond0.5"]),
        Argument::Integer(from, to) => {
            ((*from).max(1)..=(*to).min(300)).prop_map(|n| n.to_string()).boxed()
        }
        Argument::Name | Argument::Rest => of(&["one", "two.example", "x_3"]),
        Argument::OneOf(words) => of(words),
        Argument::Path => of(&["/var/log/ha.log", "/dev/ttyS0"]),
        Argument::Port => (1..65_535_u16).prop_map(|port| port.to_string()).boxed(),
        Argument::Seconds(..) => of(&["1", "2", "30", "500ms", "1.5"]),
        // Only keepalived has these.
        Argument::After(..)
        | Argument::Lapse
        | Argument::Number(_)
        | Argument::Pattern
        | Argument::Range => of(&["one"]),
        Argument::Optional(inner) => {
            prop_oneof![Just(String::new()), argument_of(word, inner)].boxed()
        }
        Argument::Many(inner) => {
            vec(argument_of(word, inner), 1..3).prop_map(|w| w.join(" ")).boxed()
        }
    }
}

/// Words whose lines are generated elsewhere, or which heartbeat does not know in any form.
const UNSAYABLE: &[&str] = &["real", "real6", "fallback6", "hbaping", "supervised"];

/// Values that the table describes less closely than the programs read them.
const VALUES: &[(&[&str], &[&str])] = &[
    (&["mcast6"], &["eth0 ff12::1 694 1 0"]),
    (&["mcast"], &["eth0 225.0.0.1 694 1 0", "eth1 239.1.1.1 700 4 1"]),
    (&["ping6"], &["2001:db8::1"]),
    (&["ucast6"], &["eth0 fe80::1%eth0"]),
    (&["env"], &["A=b"]),
    (&["netmask"], &["255.255.255.255", "255.0.0.0"]),
    (
        &["request", "receive", "login", "passwd", "database", "secret", "load"],
        &["\"one two\"", "\"x/y\""],
    ),
    (&["callback", "logfile"], &["\"/var/log/one\""]),
    (&["virtualhost"], &["www.example.org", "\"www.example.org\""]),
    (&["fallback"], &["127.0.0.1:80", "127.0.0.1", "127.0.0.1:80 masq"]),
    (&["IPv6addr"], &["2001:db8:0:0:0:0:0:1/64/eth0"]),
    (&["checktype"], &["negotiate", "connect"]),
    (&["protocol"], &["tcp", "udp"]),
];

/// The files that are written of `cluster`, as they would be loaded.
fn written(cluster: &Cluster, sources: &Sources, inputs: &[Input]) -> (Sources, Vec<Input>) {
    let origin = Some(Origin { sources, inputs });
    let view = View { cluster, origin, header: &["written".to_owned()] };
    let mut written = Sources::new();
    let mut files = Vec::new();
    for input in inputs {
        let text = match input.format {
            Format::Authkeys => authkeys(&view),
            Format::HaCf => ha_cf(&view),
            Format::Haresources => haresources(&view),
            Format::Ldirectord => ldirectord(&view),
            Format::Keepalived => continue,
        };
        let file = written.add(input.format.file_name(), &encode(&text));
        files.push(Input { file, format: input.format });
    }
    (written, files)
}

/// Both clusters' first different lines, places left out; what has no effect does not count.
fn difference(first: &Cluster, second: &Cluster) -> Option<String> {
    let secrets = |cluster: &Cluster| {
        let keys = cluster.authentication.iter().flat_map(|found| &found.keys);
        keys.map(|key| key.secret.clone()).collect::<Vec<String>>()
    };
    if secrets(first) != secrets(second) {
        return Some("the secrets differ".to_owned());
    }
    let (first, second) = (meaning(first), meaning(second));
    if first == second {
        return None;
    }
    let mut out = String::new();
    let (left, right): (Vec<&str>, Vec<&str>) = (first.lines().collect(), second.lines().collect());
    let at =
        left.iter().zip(&right).position(|(l, r)| l != r).unwrap_or(left.len().min(right.len()));
    let from = at.saturating_sub(6);
    for (name, lines) in [("-", left), ("+", right)] {
        for line in lines.iter().skip(from).take(12) {
            let _ = writeln!(out, "{name} {line}");
        }
    }
    Some(out)
}

/// Everything in a cluster but its places.
fn meaning(cluster: &Cluster) -> String {
    let mut cluster = cluster.clone();
    cluster.inert.clear();
    // What ldirectord does not read in a line is written so that it does.
    for server in cluster.services.iter_mut().flat_map(|service| &mut service.servers) {
        server.own.iter_mut().for_each(|own| own.ignored = false);
    }
    // A group's name is the spelling of its first resource, which the writer mends.
    for (number, router) in cluster.routers.iter_mut().enumerate() {
        let spelling = std::mem::replace(&mut router.name.value, format!("group {number}"));
        let daemon = cluster.sync_daemon.as_mut().map(|daemon| &mut daemon.value.router);
        if let Some(name) = daemon.filter(|name| name.as_ref() == Some(&spelling)) {
            *name = Some(router.name.value.clone());
        }
    }
    // Directives that travel along may change their order among other words.
    cluster.carried.sort_by(|a, b| a.keyword.cmp(&b.keyword));
    let text = format!("{cluster:#?}");
    let place = regex_of_place();
    let mut out = String::new();
    let mut inside_place = 0;
    for line in text.lines() {
        let trimmed = line.trim_start();
        if inside_place > 0 {
            inside_place += opened(line);
            continue;
        }
        // `at: None` is a value that was filled in, `at: Some(..)` the same value written out.
        if trimmed.starts_with("at: ") || trimmed.starts_with(&place) || trimmed == "chosen_by: [],"
        {
            inside_place = opened(line);
            continue;
        }
        if trimmed.starts_with("chosen_by: [") {
            inside_place = opened(line);
            continue;
        }
        out.push_str(line);
        out.push('\n');
    }
    out
}

fn regex_of_place() -> String {
    // The name under which places stand in the debug form.
    let name = std::any::type_name::<Place>();
    format!("{} {{", name.rsplit("::").next().unwrap())
}

/// Brackets that a line leaves open.
fn opened(line: &str) -> i32 {
    line.chars()
        .map(|c| {
            if "([{".contains(c) {
                1
            } else if ")]}".contains(c) {
                -1
            } else {
                0
            }
        })
        .sum()
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

fn folders(folder: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    found.sort();
    found
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

const FORMATS: [Format; 4] =
    [Format::Authkeys, Format::HaCf, Format::Haresources, Format::Ldirectord];
