//! text -> model -> text -> model: what heartbeat's and ldirectord's files mean survives writing,
//! for every case and for generated texts.

// A test that cannot read its own data has nothing better to do than to stop.
#![expect(clippy::unwrap_used)]

use std::fmt::Write as _;
use std::fs;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use lvsha::emit::Origin;
use lvsha::emit::heartbeat::{View, authkeys, ha_cf, haresources};
use lvsha::emit::ldirectord::ldirectord;
use lvsha::model::read::{Input, read};
use lvsha::model::{Cluster, ProbeKind};
use lvsha::source::text::encode;
use lvsha::source::{Place, Sources};
use lvsha::syntax::Format;
use lvsha::syntax::schema::ldirectord::VIRTUAL;
use lvsha::syntax::schema::{Argument, Body, Keyword, keywords};

use data::conversions::load;
use data::{folders, root};

mod data;

#[test]
fn every_case_means_the_same_when_it_was_written_again() {
    let (mut wrong, mut mended) = (String::new(), String::new());
    let mut count = 0;
    for format in FORMATS {
        for case in folders(&root().join("tests/cases").join(format.file_name())) {
            let mut sources = Sources::new();
            let mut inputs = load(&case, &mut sources);
            // All services are written into one file.
            let is_usual =
                |input: &Input| sources.get(input.file).name() == input.format.file_name();
            inputs.retain(is_usual);
            let first = read(&mut sources, &inputs).cluster;
            let (mut second_sources, second_inputs) = written(&first, &sources, &inputs);
            let second = read(&mut second_sources, &second_inputs).cluster;
            let name = case.strip_prefix(root().join("tests/cases")).unwrap().to_string_lossy();
            let reason = MENDED.iter().find(|(mended, _)| *mended == name).map(|(_, why)| why);
            match (difference((&first, &sources), (&second, &second_sources)), reason) {
                (None, None) => {}
                (Some(difference), None) => wrong += &format!("== {name}\n{difference}\n"),
                (None, Some(_)) => {
                    wrong += &format!("== {name}: is the same, take it off the list\n")
                }
                (Some(found), Some(why)) => {
                    mended += &format!("== {name}: {why}\n{found}\n");
                    // What was mended once stays as it is.
                    let (mut sources, inputs) = written(&second, &second_sources, &second_inputs);
                    let third = read(&mut sources, &inputs).cluster;
                    let again = difference((&second, &second_sources), (&third, &sources));
                    if let Some(difference) = again {
                        let _ = writeln!(wrong, "== {name}, a second time\n{difference}");
                    }
                }
            }
            count += 1;
        }
    }
    assert!(count >= 330, "the cases are missing");
    assert!(wrong.is_empty(), "{wrong}");
    let expected = root().join("tests/writers/mended");
    if std::env::var_os("LVSHA_UPDATE").is_some() {
        fs::write(&expected, &mended).unwrap();
    }
    let expected = fs::read_to_string(expected).unwrap();
    assert!(mended == expected, "LVSHA_UPDATE=1 accepts\n{mended}");
}

/// Cases that change their model when they are written, and why; what changes stands in `tests/writers/mended`.
const MENDED: &[(&str, &str)] = &[
    ("ha.cf/note-after-file", "wide signs become the ordinary ones"),
    ("haresources/bare-ipv6", "an IPv6 address is written in full"),
    ("haresources/compressed-ipv6", "an IPv6 address is written in full"),
    ("ldirectord.cf/bad-method", "a method that nobody understands becomes the usual one"),
    ("ldirectord.cf/bad-port", "lines of a section without an address become comments"),
    ("ldirectord.cf/bad-real", "a missing method becomes the usual one"),
    ("ldirectord.cf/bad-virtual", "lines of a section without an address become comments"),
    ("ldirectord.cf/full-width-equals", "wide signs become the ordinary ones"),
    ("ldirectord.cf/hash-in-quotes", "a number sign is written so that it cuts nothing"),
    ("ldirectord.cf/host-name", "lines of a section without an address become comments"),
    ("ldirectord.cf/large-mark", "lines of a section without an address become comments"),
    ("ldirectord.cf/not-yes-or-no", "no blanks stand around the equal sign"),
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
    let wrong = difference((&first, &sources), (&second, &second_sources));
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

/// The lines that differ between both clusters, places left out; what has no effect does not count.
fn difference(first: (&Cluster, &Sources), second: (&Cluster, &Sources)) -> Option<String> {
    let [first, second] =
        [first, second].map(|(cluster, sources)| meaning(cluster) + &hidden(cluster, sources));
    let difference = similar::TextDiff::from_lines(&first, &second);
    (first != second).then(|| difference.unified_diff().context_radius(2).to_string())
}

/// What no debug form shows, a line each: keys, what dialogues leave in their file, and the words of
/// directives that travel along.
fn hidden(cluster: &Cluster, sources: &Sources) -> String {
    let keys = cluster.authentication.iter().flat_map(|found| &found.keys);
    let keys = keys.map(|key| format!("key {}\n", key.secret));
    let text = |at: Place| at.span.of(sources.get(at.file).text());
    let mut dialogues = Vec::new();
    for service in &cluster.services {
        let of_servers = service.servers.iter().flat_map(|server| server.own_probes());
        for probe in service.probes.iter().chain(of_servers) {
            let ProbeKind::Dialogue(dialogue) = probe.kind.negotiation() else { continue };
            let places = [("password", &dialogue.password), ("secret", &dialogue.secret)];
            let said = places.into_iter().filter_map(|(word, own)| Some((word, own.as_ref()?.at)));
            let said = said.map(|(word, at)| (word, text(at)));
            dialogues
                .extend(said.map(|(word, text)| format!("{word} {}\n", text.trim_matches('"'))));
        }
    }
    let of_services = cluster.services.iter().flat_map(|service| &service.carried);
    let of_routers = cluster.routers.iter().flat_map(|router| &router.carried);
    let carried = cluster.carried.iter().chain(of_services).chain(of_routers);
    let mut carried: Vec<String> = carried
        .map(|carried| {
            let words = if carried.text.is_empty() { text(carried.at) } else { &carried.text };
            format!("{}\n", words.split_whitespace().collect::<Vec<_>>().join(" "))
        })
        .collect();
    // They may change their order among other words.
    carried.sort();
    keys.chain(dialogues).chain(carried).collect()
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

const FORMATS: [Format; 4] =
    [Format::Authkeys, Format::HaCf, Format::Haresources, Format::Ldirectord];
