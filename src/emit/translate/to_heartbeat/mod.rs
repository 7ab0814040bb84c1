//! VRRP + keepalived meaning to heartbeat + ldirectord meaning.
//!
//! heartbeat has one conversation and one list of groups for the whole cluster, keepalived a file
//! for each director. So the files of all directors are read first, what they share is decided
//! once, and only services and scripts stay a matter of each node. The rules are those of the
//! mapping tables in `docs/mapping.md`.

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;

use crate::emit::Account;
use crate::model::{Cluster, Digest, Key, Located, Path, Sourced};
use crate::source::codes::to_heartbeat as codes;

mod addresses;
mod directors;
mod groups;
mod homes;
mod mail;
mod outcomes;
mod pings;
mod ports;
mod probes;
mod rhythm;
mod scripts;
mod services;
mod ways;

pub use directors::{Director, Unknown};
pub use scripts::{Check, GeneratedScript, Purpose, Request, ServerChecks};

pub(in crate::emit) use outcomes::settle;

/// What one director's file says.
#[derive(Debug)]
pub struct NodeFile {
    /// The director's name, where the way to the file or an option tells it.
    pub name: Option<String>,
    /// The meaning of the file.
    pub cluster: Cluster,
}

/// What the caller adds to the files.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Directors that no file is of, with their address where it is given.
    pub peers: Vec<(String, Option<IpAddr>)>,
    /// Addresses of directors on the path between them, by lower-cased name.
    pub addresses: HashMap<String, IpAddr>,
}

/// A cluster of heartbeat and ldirectord.
#[derive(Debug, Default)]
pub struct Translation {
    /// What all directors share: nodes, membership without its paths, groups, keys. It has no
    /// services.
    pub shared: Cluster,
    /// What each director has of its own, in the order of the nodes.
    pub nodes: Vec<NodeParts>,
    /// Whether a new key has to be made, because no old one can be used.
    pub needs_key: bool,
}

/// What one director has of its own.
#[derive(Clone, Debug, Default)]
pub struct NodeParts {
    /// Its name; empty when no group needs it.
    pub name: String,
    /// How it hears the others. Its interfaces may have other names than theirs.
    pub paths: Vec<Sourced<Path>>,
    /// Services by the name of the ldirectord configuration that holds them.
    pub services: BTreeMap<String, Cluster>,
    /// Scripts that its files name.
    pub scripts: Vec<GeneratedScript>,
}

/// Turns the directors' files into a cluster of heartbeat and ldirectord.
///
/// # Errors
/// When something has to be known that no file says and that must not be guessed.
pub fn keepalived_to_heartbeat(
    files: &[NodeFile],
    options: &Options,
    account: &mut Account,
) -> Result<Translation, Unknown> {
    let directors = directors::find(files, options, account)?;
    let mut shared = Cluster::default();
    let mut groups = groups::collect(files, &directors, account);
    let mut paths = Vec::new();
    if !groups.is_empty() {
        shared.nodes = directors.iter().map(Director::node).collect();
        rhythm::apply(files, &groups, &mut shared.membership, account);
        paths = ways::of_each(files, &groups, &directors, account);
        if paths.iter().any(Vec::is_empty) {
            return Err(Unknown::Interface);
        }
        pings::apply(files, &groups, &mut shared.membership, account);
        keys(files, &mut shared, account);
    }
    let needs_key = !groups.is_empty() && shared.authentication.is_none();

    let homes = homes::homes(files, &groups);
    let mut own: Vec<NodeParts> = Vec::new();
    for file in files {
        let mut parts = services::apply(file, &homes, account);
        parts.scripts.extend(groups::scripts(file, files, &groups, account));
        mail::speak(file, &groups, account);
        own.push(parts);
    }
    for (parts, paths) in own.iter_mut().zip(paths) {
        parts.paths = paths;
    }
    groups::complete(files, &mut groups, &homes, account);
    shared.routers = groups.into_iter().map(|group| group.router).collect();
    let nodes = directors
        .iter()
        .filter_map(|director| {
            // A director without a file gets what the first one has.
            let parts = own.get(director.file.unwrap_or(0))?;
            Some(NodeParts { name: director.name.clone(), ..parts.clone() })
        })
        .collect();
    Ok(Translation { shared, nodes, needs_key })
}

/// Keys of HMAC become keys of their own, numbered as they come; a password in clear is worth
/// nothing, so a new key has to be made for it. One key is active: that of the first instance.
fn keys(files: &[NodeFile], shared: &mut Cluster, account: &mut Account) {
    let routers = files.iter().flat_map(|file| &file.cluster.routers);
    for authentication in routers.filter_map(|router| router.authentication.as_ref()) {
        let is_hmac = authentication.keys.iter().any(|key| key.digest == Digest::HmacSha256);
        if !is_hmac {
            for key in &authentication.keys {
                let note = "a new random key signs every message (SHA-1); the old password was sent \
                            in clear and is not used again";
                account.changed(Some(key.at), codes::NEW_KEY, "authkeys", note);
            }
            account.exact(authentication.active.place(), "authkeys");
            continue;
        }
        let new = shared.authentication.get_or_insert_default();
        let mut active = None;
        for key in &authentication.keys {
            let secret = super::authentication::derived(&key.secret, "authkeys");
            let known = new.keys.iter().find(|known| known.secret == secret);
            let known = known.map(|known| known.number);
            let Some(number) = known.or_else(|| (1..=LAST_KEY).nth(new.keys.len())) else {
                let note = "authkeys numbers its keys from 1 to 15";
                account.lossy(Some(key.at), codes::NEW_KEY, "", &[note]);
                continue;
            };
            let note = "a key derived from the old one, for HMAC-SHA1";
            account.changed(Some(key.at), codes::NEW_KEY, "authkeys", note);
            if authentication.active.is_some_and(|active| active.value == key.number) {
                active = authentication.active.map(|active| active.map(|_| number));
            }
            if known.is_none() {
                new.keys.push(Key { number, digest: Digest::Sha1, secret, at: key.at });
            }
        }
        match (new.active, active) {
            (Some(common), Some(own)) if common.value != own.value => {
                let note = "authkeys has one active key for all groups, that of the first instance";
                account.changed(own.at, codes::NEW_KEY, "authkeys", note);
            }
            (common, own) => new.active = common.or(own),
        }
        new.active = new.active.or(Some(Sourced::implied(1)));
    }
}

/// Largest number of a key in authkeys.
const LAST_KEY: u8 = 15;

#[cfg(test)]
mod tests;
