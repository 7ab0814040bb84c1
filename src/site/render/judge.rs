//! What is rendered, judged by the rules for its format: an inventory can say in its own words what no
//! program takes.

use std::collections::{HashMap, VecDeque};

use super::Role;
use super::context::Context;
use crate::model::read::{Input, Options, read_with};
use crate::model::{Authentication, Digest, Secret, Service};
use crate::site::document::{Entry, Item, Literal};
use crate::site::{Secrets, Site, Stack, for_node, keys, write};
use crate::source::codes::{authkeys, ha_cf, keepalived, keepalived_advice, keepalived_quirks};
use crate::source::{Code, Diagnostic, Findings, Place, Severity, Sources};
use crate::syntax::schema::target::Targets;
use crate::syntax::{ConfigId, DIRECTORY, Format};

/// The errors in the files of all directors, at the keys that say what is wrong. `found` is what the
/// inventory's own rules found; what a comment in an imported file silences stays silent.
pub fn judge(
    site: &Site,
    secrets: Secrets,
    found: &Findings,
    sources: &mut Sources,
) -> Vec<Diagnostic> {
    let mut site = site.clone();
    if secrets == Secrets::Leave {
        fill_secrets(&mut site);
    }
    let mut findings: Vec<Diagnostic> = Vec::new();
    for director in &site.directors {
        for finding in of_director(&site, director, sources) {
            let is_same = |known: &Diagnostic| {
                (known.code, known.at) == (finding.code, finding.at)
                    && known.message == finding.message
            };
            let is_silenced =
                || found.silenced().iter().any(|known| known.diagnostic.code == finding.code);
            if !findings.iter().any(is_same) && !is_silenced() {
                findings.push(finding);
            }
        }
    }
    findings
}

fn of_director(
    site: &Site,
    director: &crate::site::Director,
    sources: &mut Sources,
) -> Vec<Diagnostic> {
    let name = &director.name.value;
    let inputs: Vec<Input> = files(site, name)
        .into_iter()
        .map(|(path, format, text)| {
            let file = sources.add(format!("{path} of {name}"), text.as_bytes());
            Input { file, format }
        })
        .collect();
    let mut targets = Targets::default();
    if let Some(version) = site.keepalived_version {
        // Every version that the key takes is one that can be named.
        let _ = targets.set(&format!("keepalived={}", version.value));
    }
    let config_id = ConfigId::Exactly(name.clone());
    let reading =
        read_with(sources, &inputs, &Options { config_id, targets, ..Options::default() });
    // Our own daemon comes to every address of a group.
    let is_ours = site.stack() == Stack::Lvsha;
    let errors = reading.findings.iter().filter(|finding| {
        let is_of_another = is_ours && finding.code == keepalived_quirks::GROUP_NOT_COUNTED;
        finding.severity() == Severity::Error && !is_of_another
    });
    let errors: Vec<Diagnostic> = errors.cloned().collect();
    if errors.is_empty() {
        return errors;
    }
    let view = for_node(site, name).unwrap_or_default();
    let names = write::names(site);
    let mut map = Map { otherwise: director.name.at, ..Map::default() };
    let ours = keys::write(&view, &names);
    map.words(&ours);
    ours.iter().for_each(|entry| map.texts(&entry.item));
    map.tables(&ours, &keys::write(&reading.cluster, &names), None);
    // A `$` in the text makes the reader work on an expanded one, and errors point at what was written.
    for (place, _) in &mut map.pairs {
        *place = sources.resolve(*place);
    }
    errors.into_iter().map(|error| map.lead_back(error, sources)).collect()
}

/// The files that are read by a program with a grammar of its own: path, format, text.
pub(super) fn files(site: &Site, name: &str) -> Vec<(String, Format, String)> {
    let context = Context::new(site, name, Role::Director);
    let named = |format: Format, text: String| {
        let folder = if format == Format::Keepalived { "/etc/keepalived/" } else { DIRECTORY };
        (format!("{folder}{}", format.file_name()), format, text)
    };
    if site.stack() != Stack::Heartbeat {
        return vec![named(Format::Keepalived, context.keepalived)];
    }
    let heartbeat = context.heartbeat;
    let configurations = context.configurations.into_iter();
    // The order in which the formats build on each other.
    [
        named(Format::HaCf, heartbeat.ha_cf),
        named(Format::Haresources, heartbeat.haresources),
        named(Format::Authkeys, heartbeat.authkeys),
    ]
    .into_iter()
    .chain(configurations.map(|file| (file.path, Format::Ldirectord, file.body)))
    .collect()
}

/// Secrets that were not fetched are left empty, which no program accepts.
fn fill_secrets(site: &mut Site) {
    let fill = |authentication: &mut Authentication| {
        for key in authentication.keys.iter_mut().filter(|key| key.secret.is_empty()) {
            key.secret = match key.digest {
                Digest::Crc => String::new(),
                Digest::Header | Digest::Password => "unknown".to_owned(),
                Digest::HmacSha256 => format!("hex:{}", "0".repeat(64)),
                Digest::Md5 | Digest::Sha1 => "0".repeat(32),
            };
        }
    };
    for cluster in std::iter::once(&mut site.cluster).chain(site.views.values_mut()) {
        cluster.authentication.iter_mut().for_each(fill);
        cluster.routers.iter_mut().flat_map(|router| &mut router.authentication).for_each(fill);
        let passwords = cluster.services.iter_mut().flat_map(Service::passwords_mut);
        let unknown = passwords.filter_map(|password| password.text.as_mut());
        for Secret(text) in unknown.filter(|text| text.0.is_empty()) {
            text.push_str("unknown");
        }
    }
}

/// From places in what was rendered to those that say the same in the inventory.
#[derive(Default)]
struct Map {
    pairs: Vec<(Place, Place)>,
    /// Where each key stands, by its word: what the reader of the format drops has no pair.
    words: HashMap<String, Vec<Place>>,
    /// Where each text stands, by itself.
    texts: HashMap<String, Vec<Place>>,
    /// Where no key says it.
    otherwise: Option<Place>,
}

impl Map {
    fn words(&mut self, entries: &[Entry]) {
        for entry in entries {
            if let Literal::Table(inner) = &entry.item.value {
                self.words(inner);
            } else if let Some(at) = entry.item.origin {
                self.words.entry(entry.key.clone()).or_default().push(at);
            }
        }
    }

    /// What no reader took, as a scheduler that is none, is known by its text.
    fn texts(&mut self, item: &Item) {
        match &item.value {
            Literal::List(items) => items.iter().for_each(|item| self.texts(item)),
            Literal::Table(entries) => entries.iter().for_each(|entry| self.texts(&entry.item)),
            Literal::Text(text) => {
                let places = self.texts.entry(text.clone()).or_default();
                places.extend(item.origin);
            }
            _ => {}
        }
    }

    /// What was rendered and read again has the same keys as what it was made of.
    fn tables(&mut self, ours: &[Entry], theirs: &[Entry], around: Option<Place>) {
        for entry in theirs {
            let own = ours.iter().find(|own| own.key == entry.key);
            self.items(own.map(|own| &own.item), &entry.item, around);
        }
    }

    fn items(&mut self, ours: Option<&Item>, theirs: &Item, around: Option<Place>) {
        let place = ours.and_then(|item| item.origin).or(around);
        self.pairs.extend(theirs.origin.zip(place));
        match (&theirs.value, ours.map(|item| &item.value)) {
            (Literal::Table(entries), Some(Literal::Table(own))) => {
                self.tables(own, entries, place.or_else(|| first_place(own)));
            }
            (Literal::Table(entries), _) => self.tables(&[], entries, place),
            (Literal::List(items), own) => {
                let own = if let Some(Literal::List(own)) = own { own.as_slice() } else { &[] };
                for (own, item) in partners(own, items).into_iter().zip(items) {
                    self.items(own, item, place);
                }
            }
            _ => {}
        }
    }

    /// The same finding in the inventory. Edits and further places are those of a file that nobody has.
    fn lead_back(&self, finding: Diagnostic, sources: &Sources) -> Diagnostic {
        let note = finding.at.and_then(|at| {
            let file = sources.get(at.file);
            let line = file.lines().line_of(at.span.start);
            let length = file.end();
            let (start, end) = (file.lines().start_of(line), file.lines().end_of(line, length));
            let text = file.shown(crate::source::Span::new(start, end));
            let text = text.trim();
            (!text.is_empty()).then(|| format!("{} would say `{text}`", file.name()))
        });
        let notes = finding.notes.into_iter().chain(note).collect();
        let place = |at: Place| {
            let word = at.span.of(sources.get(at.file).text());
            let only = || only(&self.words, word).or_else(|| only(&self.texts, word));
            self.exactly(at).or_else(only).or_else(|| self.before(at))
        };
        let at = finding.at.and_then(place).or(self.otherwise);
        let row = HELPS.iter().find(|(code, _)| *code == finding.code);
        let help = row.map(|(_, help)| (*help).to_owned()).or(finding.help);
        Diagnostic { at, notes, help, label: None, context: Vec::new(), fix: None, ..finding }
    }

    /// The narrowest of what stands there.
    fn exactly(&self, at: Place) -> Option<Place> {
        let touching = self.of_file(at).filter(|(place, _)| place.holds(at) || at.holds(*place));
        touching.min_by_key(|(place, _)| place.span.len()).map(|(_, place)| *place)
    }

    /// What stands last before it.
    fn before(&self, at: Place) -> Option<Place> {
        let before = self.of_file(at).filter(|(place, _)| place.span.start <= at.span.start);
        before.max_by_key(|(place, _)| place.span.start).map(|(_, place)| *place)
    }

    fn of_file(&self, at: Place) -> impl Iterator<Item = &(Place, Place)> {
        self.pairs.iter().filter(move |(place, _)| place.file == at.file)
    }
}

/// The one place that a word has.
fn only(places: &HashMap<String, Vec<Place>>, word: &str) -> Option<Place> {
    match places.get(word).map(Vec::as_slice) {
        Some([only]) => Some(*only),
        _ => None,
    }
}

/// What to type into an inventory, where the help for the format would not do, or there is none.
const HELPS: &[(Code, &str)] = &[
    (authkeys::NO_AUTH, "authentication = { type = \"sha1\", secret = \"heartbeat\" }"),
    (ha_cf::NO_PATH, "heartbeat = { paths = [\"bcast eth1\"] }, or `interface` in the routers"),
    (
        keepalived_advice::CHECK_OF_PORT_ZERO,
        "say which port is asked: probe = { type = \"tcp\", port = 80 }",
    ),
    (
        keepalived_advice::OWN_INTERFACE,
        "take it out of `follows`: a router follows its own interface anyway",
    ),
    (
        keepalived::SCRIPT_SECURITY,
        "settings = { script_security = true, script_user = \"root\" }, and scripts that only root can change",
    ),
    (keepalived::SCRIPT_USER, "settings = { script_user = \"root\" }"),
];

/// For each of `theirs` the item of `ours` that says it. A file has an order of its own, interfaces before
/// scripts, so equal ones belong together; what a reader understood otherwise is known by its first key, or
/// by its turn among those that are left.
fn partners<'a>(ours: &'a [Item], theirs: &[Item]) -> Vec<Option<&'a Item>> {
    let mut left: VecDeque<&Item> = ours.iter().collect();
    let mut found: Vec<Option<&Item>> = vec![None; theirs.len()];
    let rules = [|own: &Item, item: &Item| own == item, has_first_key, |_: &Item, _: &Item| true];
    for is_partner in rules {
        let open = found.iter_mut().zip(theirs).filter(|(partner, _)| partner.is_none());
        for (partner, item) in open {
            let position = left.iter().position(|own| is_partner(own, item));
            *partner = position.and_then(|position| left.remove(position));
        }
    }
    found
}

/// Whether two tables begin with the same key: a server with its name, a service with its address.
fn has_first_key(own: &Item, item: &Item) -> bool {
    match (&own.value, &item.value) {
        (Literal::Table(own), Literal::Table(other)) => own.first() == other.first(),
        _ => false,
    }
}

/// For a table that has no name: a service is known by its address.
fn first_place(entries: &[Entry]) -> Option<Place> {
    entries.iter().find_map(|entry| entry.item.origin)
}
