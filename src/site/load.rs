//! From a file to a [`Site`]; every mistake is a finding, and none stops the reading.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use super::document::{self, Entry, Literal};
use super::keys::{Keys, Reader};
use super::{Director, Site, Stack, check, node};
use crate::model::{Cluster, Node, Protocol, Sourced, Target};
use crate::source::codes::inventory;
use crate::source::{Diagnostic, FileId, Findings, LoadError, Place, Sources, Span};
use crate::syntax::is_password;

/// Whether secrets are needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Secrets {
    /// They are fetched; one that cannot be had is an error.
    Fetch,
    /// They are left empty: for graphs, plans of other people, checks in CI.
    Leave,
}

/// Reads the inventory at `path`.
///
/// # Errors
/// Only when the file itself cannot be read; mistakes in it are findings.
pub fn load(
    sources: &mut Sources,
    path: &Path,
    secrets: Secrets,
) -> Result<(Site, Findings), LoadError> {
    load_for(sources, path, secrets, None)
}

/// The same for another stack than the inventory names. What is imported is converted for it, and
/// what it cannot hold is found.
///
/// # Errors
/// Only when the file itself cannot be read; mistakes in it are findings.
pub fn load_for(
    sources: &mut Sources,
    path: &Path,
    secrets: Secrets,
    stack: Option<Stack>,
) -> Result<(Site, Findings), LoadError> {
    let file = sources.load(path)?;
    let folder = path.parent().unwrap_or(Path::new("")).to_owned();
    Ok(read_for(sources, file, &folder, secrets, stack))
}

/// Reads an inventory whose text is there already; what it names is relative to `folder`.
pub fn read(
    sources: &mut Sources,
    file: FileId,
    folder: &Path,
    secrets: Secrets,
) -> (Site, Findings) {
    read_for(sources, file, folder, secrets, None)
}

fn read_for(
    sources: &mut Sources,
    file: FileId,
    folder: &Path,
    secrets: Secrets,
    stack: Option<Stack>,
) -> (Site, Findings) {
    let (entries, mistakes) = document::parse(sources.get(file).text());
    hide_secrets(sources, file, &entries);
    let mut reader = Reader::new(sources, file);
    for mistake in mistakes {
        let at = reader.place(mistake.span);
        reader.report(Diagnostic::new(inventory::SYNTAX, at, mistake.message));
        reader.mistakes.push(mistake.span);
    }
    let mut site = Site::default();
    reader.keys(&mut site, &entries);
    site.stack = stack.map(Sourced::implied).or(site.stack);
    let words: Vec<&str> = Site::keys()
        .iter()
        .map(|key| key.word)
        .chain(Cluster::keys().iter().map(|key| key.word))
        .collect();
    reader.strangers(Site::TABLE, &words, &entries);
    fetch_secrets(&mut site, folder, secrets, &mut reader);
    name_machines(&site, &mut reader);
    super::import::apply(&mut site, folder, &mut reader);
    reader.keys(&mut site.cluster, &entries);
    for view in site.views.values_mut() {
        // The same mistakes were found a line above.
        reader.silently(|reader| reader.keys(view, &entries));
    }
    take_nodes(&mut site);
    look_through(&mut site, &mut reader);
    check::check(&site, &mut reader);
    check::effect::check(&site, &entries, &mut reader);
    let Reader { findings, .. } = reader;
    (site, findings)
}

/// The clusters of directors that override something.
fn look_through(site: &mut Site, reader: &mut Reader<'_>) {
    let words: Vec<&str> = Cluster::keys().iter().map(|key| key.word).collect();
    // Also before: an override that names the protocol means the service without one.
    name_protocols(site, reader.file);
    for director in &site.directors {
        if director.overrides.is_empty() {
            continue;
        }
        let name = &director.name.value;
        let view = site.views.entry(name.clone()).or_insert_with(|| site.cluster.clone());
        reader.keys(view, &director.overrides);
        reader.strangers("an override", &words, &director.overrides);
    }
    name_protocols(site, reader.file);
    // heartbeat knows a preferred node for each line, and no ranks.
    if site.stack() == Stack::Heartbeat {
        return;
    }
    check::members(site, reader);
    let directors = &site.directors;
    let names = |cluster: &Cluster| -> HashSet<String> {
        cluster.routers.iter().map(|router| router.name.value.clone()).collect()
    };
    // A router that only some directors have is none of the others.
    let shared = names(&site.cluster);
    let own: HashMap<String, HashSet<String>> =
        site.views.iter().map(|(name, view)| (name.clone(), names(view))).collect();
    let has = |director: &Director, router: &str| {
        own.get(&director.name.value).unwrap_or(&shared).contains(router)
    };
    for cluster in std::iter::once(&mut site.cluster).chain(site.views.values_mut()) {
        let globals = &cluster.globals;
        for router in &mut cluster.routers {
            let is_strict = router.is_strict(globals);
            let name = router.name.value.clone();
            node::rank(router, directors, |director| has(director, &name), is_strict);
        }
    }
}

/// Whoever looks a service up in a kernel's table must know its protocol. An inventory means TCP; keepalived takes UDP
/// for what its file does not say, and an import means what its program does.
fn name_protocols(site: &mut Site, inventory: FileId) {
    let clusters = std::iter::once(&mut site.cluster).chain(site.views.values_mut());
    for service in clusters.flat_map(|cluster| &mut cluster.services) {
        if matches!(service.target.value, Target::Mark { .. }) {
            continue;
        }
        let is_own = service.target.at.is_none_or(|at| at.file == inventory);
        let standard = if is_own { Protocol::Tcp } else { Protocol::Udp };
        service.protocol.get_or_insert(Sourced::implied(standard));
    }
}

/// The directors are the cluster's nodes; nodes of imported files become directors.
fn take_nodes(site: &mut Site) {
    for node in &site.cluster.nodes {
        if site.director(&node.name.value).is_none() {
            site.directors.push(super::Director {
                name: node.name.clone(),
                address: node.address,
                ..super::Director::default()
            });
        }
    }
    let nodes = site
        .directors
        .iter()
        .map(|director| Node { name: director.name.clone(), address: director.address });
    site.cluster.nodes = nodes.collect();
}

/// What servers, members and hints are chosen from.
fn name_machines(site: &Site, reader: &mut Reader<'_>) {
    reader.directors = site.directors.iter().map(|d| d.name.value.clone()).collect();
    let address = |server: &super::RealServer| {
        Some((server.name.value.clone(), server.address.as_ref()?.value))
    };
    reader.names.servers = site.real_servers.iter().filter_map(address).collect();
    let members = |group: &super::Group| {
        let names = group.members.iter().map(|name| name.value.clone()).collect();
        (group.name.clone(), names)
    };
    reader.names.groups = site.groups.iter().map(members).collect();
}

fn fetch_secrets(site: &mut Site, folder: &Path, secrets: Secrets, reader: &mut Reader<'_>) {
    for origin in &mut site.secrets {
        let secret = match secrets {
            Secrets::Leave => None,
            Secrets::Fetch => match origin.fetch(folder) {
                Ok(secret) => Some(secret),
                Err(error) => {
                    let message = format!("the secret `{}` cannot be had: {error}", origin.name);
                    reader.report(secret_missing(origin.at, message, &error));
                    None
                }
            },
        };
        origin.fetched.clone_from(&secret);
        reader.secrets.insert(origin.name.clone(), secret);
    }
}

fn secret_missing(
    at: Option<Place>,
    message: String,
    error: &super::secret::Unavailable,
) -> Diagnostic {
    use super::secret::Unavailable;
    let help = match error {
        Unavailable::Variable(name) => format!("export {name}=..."),
        Unavailable::Mode(path, _) => format!("chmod 600 {}", path.display()),
        Unavailable::Nothing => "env = \"NAME_OF_A_VARIABLE\"".to_owned(),
        _ => "`lvsha explain LV0806` says how a secret is described".to_owned(),
    };
    Diagnostic { at, ..Diagnostic::general(inventory::NO_SECRET, message) }.help(help)
}

/// Defaults of secrets stand in the file, and are shown no more than any other secret. What else is said of
/// a secret, and what is called as a password is elsewhere, may be one whose key is misspelt.
fn hide_secrets(sources: &mut Sources, file: FileId, entries: &[Entry]) {
    let of_secrets = entries
        .iter()
        .filter(|entry| entry.key == "secrets")
        .flat_map(|entry| inner(&entry.item.value))
        .flat_map(|secret| inner(&secret.item.value))
        .filter(|entry| !ORIGINS.contains(&entry.key.as_str()));
    let mut spans: Vec<Span> = of_secrets.map(|entry| entry.item.span).collect();
    passwords(entries, &mut spans);
    sources.hide(file, spans);
}

fn passwords(entries: &[Entry], found: &mut Vec<Span>) {
    for Entry { key, item, .. } in entries {
        // An inventory has no such key, but files of other programs do.
        if is_password(key) {
            found.push(item.span);
        }
        match &item.value {
            Literal::Table(inner) => passwords(inner, found),
            Literal::List(items) => {
                items.iter().for_each(|item| passwords(inner(&item.value), found))
            }
            _ => {}
        }
    }
}

fn inner(literal: &Literal) -> &[Entry] {
    if let Literal::Table(entries) = literal { entries } else { &[] }
}

/// Keys that say where a secret comes from, which is none itself.
const ORIGINS: [&str; 3] = ["command", "env", "file"];

#[cfg(test)]
mod tests;
