//! Conversions to heartbeat as data: each folder under `tests/to_heartbeat/` holds a
//! keepalived.conf, or one in a folder for each director, perhaps a file `options`, and
//! `expected/`: the report and every file of every director. `LVSHA_UPDATE=1` rewrites `expected/`.

// A test that cannot read its own data has nothing better to do than to stop.
#![expect(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::fs;
use std::net::{SocketAddr, TcpListener, UdpSocket};
use std::path::Path;
use std::process::Command;

use lvsha::emit::account::UNACCOUNTED;
use lvsha::emit::heartbeat::scripts;
use lvsha::emit::translate::to_heartbeat::{
    Check, GeneratedScript, Purpose, ServerChecks, Unknown,
};
use lvsha::emit::{ToHeartbeat, report};
use lvsha::source::Sources;

use data::conversions::{assert_expected, cases_to_heartbeat, directors, heartbeat_options};
use data::{folders, relative, root};

mod data;

#[test]
fn every_conversion_gives_what_it_expects() {
    assert_expected(&cases_to_heartbeat(), run);
}

/// The promise of the report: one outcome for each directive, and none that nobody thought of;
/// also for every oddity of keepalived.conf, however broken.
#[test]
fn every_directive_is_accounted_for_exactly_once() {
    let mut silent = Vec::new();
    let mut refused = Vec::new();
    let oddities = folders(&root().join("tests/cases/keepalived.conf"));
    assert!(oddities.len() >= 328, "the cases are missing");
    for case in cases_to_heartbeat().into_iter().chain(oddities) {
        let mut sources = Sources::new();
        let conversion = match convert(&case, &mut sources) {
            Ok(conversion) => conversion,
            Err(unknown) => {
                refused.push((relative(&case), unknown.to_string()));
                continue;
            }
        };
        let account = &conversion.account;
        let mut places: Vec<_> = account.entries().map(|(at, _)| at).collect();
        assert_eq!(places.len(), account.len(), "{}: a directive has no outcome", case.display());
        places.dedup();
        assert_eq!(places.len(), account.len(), "{}: a directive is listed twice", case.display());
        for (at, outcome) in account.entries() {
            if outcome.notes.iter().any(|note| note == UNACCOUNTED) {
                silent.push(format!("{}: {}", case.display(), sources.describe(at)));
            }
        }
    }
    assert!(silent.is_empty(), "nobody speaks for\n{}", silent.join("\n"));
    let refused: Vec<(&str, &str)> =
        refused.iter().map(|(case, why)| (case.as_str(), why.as_str())).collect();
    assert_eq!(refused, REFUSED, "what is not converted at all");
}

#[test]
fn no_password_is_used_or_shown() {
    for case in cases_to_heartbeat() {
        let files = run(&case);
        for (name, text) in files {
            let hidden = ["8chars", "1111", "hex:5ec"];
            assert!(
                !hidden.iter().any(|secret| text.contains(secret)),
                "{}/{name}",
                case.display()
            );
        }
    }
}

/// The generated programs are run, not only compared: resources start, stop and say their state,
/// and checks tell a living server from a dead one.
#[test]
fn generated_programs_do_what_they_say() {
    let place = tempfile::tempdir().unwrap();
    let program = |name: &str, text: &str| {
        let path = place.path().join(name);
        fs::write(&path, text).unwrap();
        path
    };
    let log = place.path().join("log");
    let tell = |words: &[&str]| -> Vec<String> {
        let script = format!("echo \"$*\" >>'{}'", log.display());
        ["sh", "-c", &script, "sh"].iter().chain(words).map(|word| (*word).to_owned()).collect()
    };
    let start = vec![tell(&["taken", "it's mine"]), vec!["false".to_owned()], tell(&["done"])];
    let notify = GeneratedScript {
        name: "resource.d/notify-VI_1".to_owned(),
        purpose: Purpose::Notify { start, stop: vec![tell(&["given up"])] },
    };
    let text = scripts(&[notify]).unwrap().remove(0).text;
    let path = program("notify", &text);
    let run = |verb: &str| {
        let mut command = Command::new("sh");
        command.arg(&path).arg(verb).env("LVSHA_STATE", place.path());
        let output = command.output().unwrap();
        assert!(output.status.success(), "{verb}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    assert_eq!(run("status"), "stopped\n");
    run("start");
    assert_eq!(run("status"), "running\n");
    run("stop");
    assert_eq!(run("status"), "stopped\n");
    assert_eq!(fs::read_to_string(&log).unwrap(), "taken it's mine\ndone\ngiven up\n");

    let mail = GeneratedScript { name: "resource.d/mail-to".to_owned(), purpose: Purpose::Mail };
    let path = program("mail-to", &scripts(&[mail]).unwrap().remove(0).text);
    // A node without the command keeps its group all the same.
    let tell = |verb: &str| {
        let mut command = Command::new("/bin/sh");
        command.arg(&path).args(["ops@example.com", "VI_1", verb]).env("LVSHA_STATE", place.path());
        let tools = place.path().join("tools");
        let _ = fs::create_dir(&tools);
        for tool in ["mkdir", "rm", "uname", "date"] {
            let _ = std::os::unix::fs::symlink(format!("/bin/{tool}"), tools.join(tool));
        }
        let output = command.env("PATH", tools).output().unwrap();
        assert!(output.status.success(), "{verb}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    let states = ["status", "start", "status", "stop", "status"].map(tell);
    assert_eq!(states, ["stopped\n", "", "running\n", "", "stopped\n"]);

    let living = TcpListener::bind("127.0.0.1:0").unwrap();
    let alive = living.local_addr().unwrap().port();
    // A port that was free a moment ago, and that nobody listens on.
    let dead = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let address = || "127.0.0.1".to_owned();
    let connect = |port| Check::Connect { address: address(), port, timeout: 5 };
    let limited = |words: &[&str], dynamic, timeout| Check::Command {
        words: words.iter().map(|word| (*word).to_owned()).collect(),
        dynamic,
        timeout,
    };
    // A busy machine may need a while for the shortest program.
    let command = |words: &[&str], dynamic| limited(words, dynamic, 60);
    let echo = answering(vec![0x1a, 0x05]);
    let long = answering(vec![0x1a; 256]);
    let asks_of = |server: SocketAddr, reply: Option<&str>, least, largest| Check::Udp {
        address: address(),
        port: server.port(),
        payload: "00".to_owned(),
        reply: reply.map(str::to_owned),
        least,
        largest,
        timeout: 5,
    };
    let asks = |reply: &str| asks_of(echo, Some(reply), None, None);
    let servers = [
        ("1", vec![connect(alive)], true),
        ("2", vec![connect(dead)], false),
        ("3", vec![connect(alive), command(&["true"], false)], true),
        ("4", vec![connect(alive), command(&["false"], false)], false),
        ("5", vec![command(&["sh", "-c", "exit 7"], true)], true),
        ("6", vec![command(&["sh", "-c", "exit 7"], false)], false),
        ("7", vec![limited(&["sleep", "600"], false, 1)], false),
        ("8", vec![], true),
        // An X stands for any digit of the answer, 1a05.
        ("9", vec![asks("1X0X")], true),
        ("10", vec![asks("1a05")], true),
        ("11", vec![asks("1X1X")], false),
        // Lengths count beside a wanted answer only.
        ("12", vec![asks_of(echo, None, Some(3), None)], true),
        ("13", vec![asks_of(echo, Some(""), Some(3), Some(1))], true),
        ("14", vec![asks_of(echo, Some("1a05"), Some(3), None)], false),
        ("15", vec![asks_of(echo, Some("1a05"), None, Some(1))], false),
        ("16", vec![asks_of(long, Some("1a"), None, None)], false),
        ("17", vec![asks_of(long, Some("1a"), None, Some(256))], true),
        ("18", vec![asks("1a0500")], true),
    ];
    let all = || servers.iter().map(|(server, ..)| format!("10.0.0.{server}"));
    let checks = servers.iter().map(|(_, checks, _)| checks.clone());
    let checks = all().zip(checks).chain([("2001:db8::9".to_owned(), vec![connect(alive)])]);
    let checks =
        checks.map(|(address, checks)| ServerChecks { server: format!("{address} 80"), checks });
    let purpose = Purpose::Probe(checks.collect());
    let probe = GeneratedScript { name: "checks/all".to_owned(), purpose };
    let path = program("probe", &scripts(&[probe]).unwrap().remove(0).text);
    for (server, _, expected) in servers {
        let mut command = Command::new("perl");
        let arguments = ["10.0.0.31", "80", &format!("10.0.0.{server}"), "80"];
        let output = command.arg(&path).args(arguments).output().unwrap();
        assert_eq!(output.status.success(), expected, "server {server}: {output:?}");
        assert!(output.stderr.is_empty(), "server {server}: {output:?}");
    }
    let verdict = |arguments: [&str; 4]| {
        Command::new("perl").arg(&path).args(arguments).output().unwrap().status.success()
    };
    assert!(!verdict(["10.0.0.31", "80", "10.0.0.99", "80"]), "an unknown server is no living one");
    // As ldirectord calls it.
    assert!(verdict(["[2001:db8::31]", "80", "[2001:db8::9]", "80"]), "an address in brackets");
}

/// A UDP port where every packet is answered so.
fn answering(answer: Vec<u8>) -> SocketAddr {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap();
    std::thread::spawn(move || {
        while let Ok((_, from)) = socket.recv_from(&mut [0; 64]) {
            let _ = socket.send_to(&answer, from);
        }
    });
    address
}

fn run(case: &Path) -> BTreeMap<String, String> {
    let mut sources = Sources::new();
    let conversion = convert(case, &mut sources)
        .unwrap_or_else(|unknown| panic!("{}: {unknown}", case.display()));
    let mut files = BTreeMap::new();
    files.insert("report".to_owned(), report::human(&conversion.account, &sources));
    let nodes: Vec<String> = conversion.nodes().map(str::to_owned).collect();
    assert!(!nodes.is_empty(), "{} has no node", case.display());
    for node in &nodes {
        for file in conversion.files(node, KEY).unwrap() {
            files.insert(format!("{node}/{}", file.name), file.text);
        }
    }
    files
}

/// The conversion of a case; an oddity, which knows nothing of directors, is the file of one of two.
fn convert(case: &Path, sources: &mut Sources) -> Result<ToHeartbeat, Unknown> {
    let (mut options, mut own) = heartbeat_options(case);
    if !case.starts_with(root().join("tests/to_heartbeat")) {
        own = Some("lw1".to_owned());
        options.peers.push(("lw2".to_owned(), Some([192, 0, 2, 200].into())));
        options.addresses.insert("lw1".to_owned(), [192, 0, 2, 201].into());
    }
    let nodes = directors(case, own, sources);
    ToHeartbeat::new(sources, &nodes, &options)
}

/// Cases that are not converted, and what is said then.
const REFUSED: &[(&str, &str)] = &[
    ("tests/cases/keepalived.conf/no-interface", NO_INTERFACE),
    ("tests/cases/keepalived.conf/unicast-without-interface", NO_INTERFACE),
];
const NO_INTERFACE: &str =
    "no instance names an interface, so the directors have no way to each other";

/// In the place of the random one.
const KEY: &str = "0123456789abcdef0123456789abcdef01234567";
