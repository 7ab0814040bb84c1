//! Conformance: cases as files, and the ledger of the standards' requirements.
//!
//! `tests/vrrp/<case>/input` is a router and what happens to it, `expected` is what it does.
//! `LVSHA_UPDATE=1` writes `expected`; read it before you commit it.

// A test that cannot read its own data has nothing better to do than to stop.
#![expect(clippy::unwrap_used, clippy::indexing_slicing)]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use lvsha::run::vrrp::packet::GROUP_V4;
use lvsha::run::vrrp::{
    Advertisement, Authentication, ChecksumCustom, Envelope, Input, Machine, Output, Password,
    Settings, Version,
};

use data::{all_files, folders, root};

mod data;

#[test]
fn cases_do_what_is_expected() {
    let mut cases = 0;
    for path in folders(&folder()) {
        cases += 1;
        let input = fs::read_to_string(path.join("input")).unwrap();
        let done = Case::play(&input);
        let expected = path.join("expected");
        if std::env::var_os("LVSHA_UPDATE").is_some() {
            fs::write(&expected, &done).unwrap();
        }
        assert_eq!(done, fs::read_to_string(expected).unwrap(), "{}", path.display());
    }
    assert!(cases >= 15, "cases are missing: {cases}");
}

/// Every requirement of level MUST has a test that shows it met and one that shows it enforced,
/// or a reason; what is named exists.
#[test]
fn the_ledger_is_complete_and_true() {
    let text = fs::read_to_string(folder().join("LEDGER.toml")).unwrap();
    let ledger: BTreeMap<String, BTreeMap<String, String>> = toml::from_str(&text).unwrap();
    let is_code = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "rs");
    let files = ["src", "tests"].into_iter().flat_map(|folder| all_files(&root().join(folder)));
    let code = files.filter(is_code).map(|path| fs::read_to_string(path).unwrap());
    let sources = code.collect::<String>();
    let mut wrong = Vec::new();
    for id in MUST.split_whitespace() {
        let Some(row) = ledger.get(id) else {
            wrong.push(format!("{id}: no row"));
            continue;
        };
        let is_reasoned = row.get("reason").is_some_and(|reason| reason.len() > 20);
        let is_tested = ["positive", "negative"].iter().all(|kind| row.contains_key(*kind));
        if !is_reasoned && !is_tested {
            wrong.push(format!("{id}: neither two tests nor a reason"));
        }
    }
    for (id, row) in &ledger {
        for (kind, name) in row {
            match kind.as_str() {
                "positive" | "negative" => {
                    let is_case = folder().join(name).join("expected").exists();
                    if !is_case && !sources.contains(&format!("fn {name}(")) {
                        wrong.push(format!("{id}: there is no test {name}"));
                    }
                }
                "reason" => {}
                other => wrong.push(format!("{id}: what is `{other}`?")),
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A router that is played with.
struct Case {
    machine: Machine,
    zero: Instant,
    source: IpAddr,
    out: String,
}

impl Case {
    fn play(input: &str) -> String {
        let mut lines = input.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
        let settings = settings(&words(lines.next().unwrap()));
        let zero = Instant::now();
        let source: IpAddr = "10.0.0.5".parse().unwrap();
        let mut case = Self { machine: Machine::new(settings), zero, source, out: String::new() };
        case.machine.handle(Input::Source(Some(source)), zero);
        for line in lines {
            let (at, what) = line.split_once(' ').unwrap();
            let at = Duration::from_secs_f64(at.parse().unwrap());
            case.wait_until(at);
            let _ = writeln!(case.out, "{:8.3}  < {what}", at.as_secs_f64());
            case.happen(&words(what), zero + at);
            case.tell(at);
        }
        let counters = case.machine.counters();
        let discards: Vec<String> =
            counters.discards().map(|(name, count)| format!("{name} {count}")).collect();
        let _ = writeln!(
            case.out,
            "{}, sent {}, received {}, discarded: {}",
            case.machine.state(),
            counters.sent,
            counters.received,
            if discards.is_empty() { "none".to_owned() } else { discards.join(", ") }
        );
        case.out
    }

    fn wait_until(&mut self, end: Duration) {
        while let Some(due) = self.machine.next_deadline().filter(|due| *due < self.zero + end) {
            self.machine.handle_timeout(due);
            self.tell(due - self.zero);
        }
    }

    fn happen(&mut self, words: &BTreeMap<&str, &str>, now: Instant) {
        let first = *words.keys().find(|word| VERBS.contains(word)).unwrap();
        match first {
            "end" => {}
            "fail" => self.machine.handle(Input::Fail("test".to_owned()), now),
            "hear" => self.hear(words, now),
            "recover" => self.machine.handle(Input::Recover, now),
            "start" => self.machine.start(now),
            "stop" => self.machine.handle(Input::Stop, now),
            other => panic!("{other}"),
        }
    }

    /// An advertisement like the router's own one, but for what is said, as bytes.
    fn hear(&mut self, words: &BTreeMap<&str, &str>, now: Instant) {
        let number = |word: &str| words.get(word).and_then(|text| text.parse::<u16>().ok());
        let byte = |word: &str| number(word).and_then(|number| u8::try_from(number).ok());
        let source: IpAddr = words["hear"].parse().unwrap();
        let own = self.machine.advertisement(byte("priority").unwrap_or(100));
        let mut advertisement = Advertisement {
            version: match byte("version") {
                Some(2) => Version::Two,
                Some(3) => Version::Three,
                _ => own.version,
            },
            virtual_router_id: byte("vrid").unwrap_or(own.virtual_router_id),
            interval: words.get("interval").map_or(own.interval, |text| seconds(text)),
            ..own
        };
        if let Some(pass) = words.get("pass") {
            advertisement.authentication = Authentication::Password(Password::new(pass));
        }
        let destination = IpAddr::V4(GROUP_V4);
        let mut bytes = advertisement.encode(source, destination, ChecksumCustom::Message);
        if let Some(kind) = byte("type") {
            bytes[0] = bytes[0] & 0xf0 | kind;
        }
        if words.contains_key("corrupt") {
            bytes[6] ^= 0xff;
        }
        if let Some(length) = number("cut") {
            bytes.truncate(length.into());
        }
        let hop_limit = byte("ttl").unwrap_or(255);
        let envelope = Envelope { source, destination, hop_limit };
        let input = match Advertisement::decode(&bytes, &envelope, 255) {
            Ok((advertisement, custom)) => Input::Advertisement { source, advertisement, custom },
            Err(error) => Input::Discarded { source, reason: error.reason },
        };
        self.machine.handle(input, now);
    }

    fn tell(&mut self, at: Duration) {
        while let Some(output) = self.machine.poll_output() {
            let text = match output {
                Output::Advertise { priority } => {
                    let advertisement = self.machine.advertisement(priority);
                    let group = IpAddr::V4(GROUP_V4);
                    let bytes = advertisement.encode(self.source, group, ChecksumCustom::Message);
                    let hex = bytes.iter().fold(String::new(), |hex, b| hex + &format!("{b:02x}"));
                    format!("send {hex}")
                }
                Output::Announce(why) => format!("announce {why:?}"),
                Output::Changed(change) => format!("{}: {}", change.to, change.cause),
                Output::Leaving(cause) => format!("leaving: {cause}"),
                Output::Notice(notice) => format!("log: {notice}"),
                Output::PriorityChanged { to, .. } => format!("priority {to}"),
                Output::Ready => "ready".to_owned(),
                Output::Withdraw => "withdraw".to_owned(),
            };
            let _ = writeln!(self.out, "{:8.3}  {text}", at.as_secs_f64());
        }
    }
}

/// `word value word value`; a word without a value stands at the end.
fn words(line: &str) -> BTreeMap<&str, &str> {
    let words: Vec<&str> = line.split_whitespace().collect();
    words.chunks(2).map(|pair| (pair[0], pair.get(1).copied().unwrap_or(""))).collect()
}

fn seconds(text: &str) -> Duration {
    Duration::from_secs_f64(text.parse().unwrap())
}

fn settings(words: &BTreeMap<&str, &str>) -> Settings {
    let mut settings = Settings::new("VI_1", 51, vec!["10.0.0.31".parse().unwrap()]);
    for (word, value) in words {
        match *word {
            "router" => {
                settings.version = if *value == "2" { Version::Two } else { Version::Three };
                settings.answers_lower = settings.version == Version::Three;
            }
            "priority" => settings.priority = value.parse().unwrap(),
            "interval" => settings.interval = seconds(value),
            "delay" => settings.preempt_delay = seconds(value),
            "preempt" => settings.preempt = *value == "yes",
            "pass" => settings.authentication = Authentication::Password(Password::new(value)),
            other => panic!("{other}"),
        }
    }
    settings
}

fn folder() -> PathBuf {
    root().join("tests/vrrp")
}

const VERBS: [&str; 6] = ["end", "fail", "hear", "recover", "start", "stop"];

/// Requirements of level MUST: A is RFC 9568 with its errata, B is RFC 3768 and RFC 2338.
const MUST: &str = "
    A03 A04 A05 A09 A10 A11 A14 A16 A17 A19 A20 A22 A23 A24 A25 A26 A33 A35 A36 A37 A38 A39 A40 A41
    A42 A43 A44 A45 A46 A48 A49 A50 A51 A52 A53 A54 A55 A56 A57 A58 A59 A62 A63 A64 A65 A66 A67 A68
    A73 A74 A75 A76 A78 A80 A81 A82 A86 A88 A89 A90 A91 A95 A104 A105 A106
    B01 B02 B04 B06 B08 B11 B16 B17 B18 B19 B20 B21 B22 B23 B24 B25 B26 B27 B28 B30 B32 B33 B34 B36
    B39 B41 B43";
