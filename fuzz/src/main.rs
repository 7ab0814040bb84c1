//! Everything that reads what others wrote, before a fuzzer: one program, which runs the target
//! that the environment names (`fuzz/run` does).
#![no_main]

use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;
use lvsha::syntax::Format;

mod control;
mod convert;
mod dialogue;
mod grammar;
mod http;
mod inventory;
mod machine;
mod netlink;
mod preprocess;
mod vrrp;

/// What a target does with one input; a panic is a finding.
type Target = fn(&[u8]);

/// By name.
const TARGETS: &[(&str, Target)] = &[
    ("authkeys", |data| grammar::run(Format::Authkeys, data)),
    ("control", control::run),
    ("dialogue", dialogue::run),
    ("ha.cf", |data| grammar::run(Format::HaCf, data)),
    ("haresources", |data| grammar::run(Format::Haresources, data)),
    ("http", http::run),
    ("inventory", inventory::run),
    ("keepalived.conf", |data| grammar::run(Format::Keepalived, data)),
    ("ldirectord.cf", |data| grammar::run(Format::Ldirectord, data)),
    ("machine", machine::run),
    ("netlink", netlink::run),
    ("preprocess", preprocess::run),
    ("to-heartbeat", convert::to_heartbeat),
    ("to-keepalived", convert::to_keepalived),
    ("vrrp", vrrp::run),
];

fuzz_target!(init: list(), |data: &[u8]| {
    static CHOSEN: OnceLock<Target> = OnceLock::new();
    CHOSEN.get_or_init(chosen)(data);
});

/// Tells `fuzz/run` the names when it asks, before libFuzzer begins.
fn list() {
    if std::env::var_os("LVSHA_FUZZ_LIST").is_some() {
        TARGETS.iter().for_each(|(name, _)| println!("{name}"));
        std::process::exit(0);
    }
}

fn chosen() -> Target {
    let name = std::env::var("LVSHA_FUZZ").unwrap_or_default();
    let found = TARGETS.iter().find(|(known, _)| *known == name);
    found.unwrap_or_else(|| panic!("LVSHA_FUZZ names no target: `{name}`")).1
}
