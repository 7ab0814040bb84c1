//! authkeys. No message holds any part of a key.

use std::collections::HashSet;

use super::{file, start};
use crate::model::rules::View;
use crate::model::{Digest, Key, Path, Sourced};
use crate::source::{Diagnostic, Findings, codes};
use crate::syntax::Format;

pub(super) fn checksum(view: &View<'_>, findings: &mut Findings) {
    let Some(authentication) = &view.cluster.authentication else { return };
    let active = authentication.active.map(|active| active.value);
    let is_active = |key: &&Key| Some(key.number) == active && key.digest == Digest::Crc;
    let Some(key) = authentication.keys.iter().find(is_active) else { return };
    if start(view, Format::Authkeys).is_none() || is_dedicated(view) {
        return;
    }
    let message = "crc does not authenticate: anyone on the network can pose as a node";
    findings.push(
        Diagnostic::new(codes::ha_cf_advice::CHECKSUM, key.at, message)
            .help("write sha1 and a key from `openssl rand -hex 20`"),
    );
}

pub(super) fn mode(view: &View<'_>, findings: &mut Findings) {
    let Some((keys, _)) = file(view, Format::Authkeys) else { return };
    // Group's or others' right to read is an error of its own: heartbeat refuses the file.
    let Some(mode) = keys.mode().filter(|mode| mode & 0o077 != 0 && mode & 0o044 == 0) else {
        return;
    };
    let message = format!("mode {mode:04o} gives others than root rights on the keys");
    findings.extend(start(view, Format::Authkeys).map(|at| {
        Diagnostic::new(codes::ha_cf_advice::KEY_FILE_MODE, at, message).help("chmod 600 authkeys")
    }));
}

pub(super) fn weak(view: &View<'_>, findings: &mut Findings) {
    let authentication = view.cluster.authentication.iter();
    for key in authentication.flat_map(|authentication| &authentication.keys) {
        // A key that could not be read is empty; keepalived's keys have rules of their own.
        if !matches!(key.digest, Digest::Md5 | Digest::Sha1) || key.secret.is_empty() {
            continue;
        }
        let is_sample = SAMPLES.iter().any(|sample| sample.eq_ignore_ascii_case(&key.secret));
        let message = match key.secret.len() {
            _ if is_sample => "the key is a sample from the manual or a common password".to_owned(),
            length if length < LEAST_LENGTH => {
                format!("a key of {length} characters can be guessed")
            }
            _ => continue,
        };
        findings.push(
            Diagnostic::new(codes::ha_cf_advice::WEAK_KEY, key.at, message)
                .help("create one with `openssl rand -hex 20`"),
        );
    }
}

/// Whether heartbeats only use cables between the nodes: every virtual address names its interface,
/// and no path runs over one of those.
fn is_dedicated(view: &View<'_>) -> bool {
    let addresses = view.cluster.routers.iter().flat_map(|router| &router.addresses);
    let interfaces: Option<HashSet<&str>> =
        addresses.map(|address| address.value.interface.as_deref()).collect();
    let Some(interfaces) = interfaces.filter(|interfaces| !interfaces.is_empty()) else {
        return false;
    };
    let paths = &view.cluster.membership.paths;
    let is_free = |path: &Sourced<Path>| {
        path.value.interface().is_none_or(|interface| !interfaces.contains(interface))
    };
    !paths.is_empty() && paths.iter().all(is_free)
}

/// Shorter keys fall to an offline search within the life of a cluster.
const LEAST_LENGTH: usize = 12;

/// Keys of the manual's examples and of every tutorial.
const SAMPLES: &[&str] = &[
    "HI!",
    "Hello!",
    "password",
    "passw0rd",
    "secret",
    "heartbeat",
    "changeme",
    "test",
    "123456",
    "TestForFun",
    "ha",
    "cluster",
    "admin",
    "12345678",
    "MySecretPassword",
    "yoursupersecretkey",
];
