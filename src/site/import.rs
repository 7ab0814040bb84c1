//! Existing files as the ground on which an inventory stands.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::keys::{Reader, Words as _};
use super::{Site, Stack, unite};
use crate::emit::translate::{Extras, Options, name_configurations};
use crate::emit::{Account, Conversion, Mark, Origin, Outcome, Target};
use crate::model::read::{Input, Options as Reading, read_with};
use crate::model::{Cluster, Forwarding, Service, Sourced};
use crate::source::codes::{conversion, inventory, ldirectord_advice};
use crate::source::{Code, Diagnostic, FileId, Sources};
use crate::syntax::{self, ConfigId, Format, configuration, detect, started};

/// The files of heartbeat and ldirectord that a site stands on. Passwords and what no key says are
/// written from them.
#[derive(Clone, Default)]
pub(super) struct Imported {
    sources: Arc<Sources>,
    inputs: Vec<Input>,
}

impl Imported {
    fn new(inputs: Vec<Input>, sources: &Sources) -> Self {
        let sources = sources.copy(inputs.iter().map(|input| input.file));
        Self { sources: Arc::new(sources), inputs }
    }

    /// Whether `file` is one of them.
    pub(super) fn holds(&self, file: FileId) -> bool {
        self.inputs.iter().any(|input| input.file == file)
    }

    /// Where writers read; nothing without such files.
    pub(super) fn origin(&self) -> Option<Origin<'_>> {
        let is_there = !self.inputs.is_empty();
        is_there.then_some(Origin { sources: &self.sources, inputs: &self.inputs })
    }
}

/// The files hold secrets, so they are not debugged.
impl std::fmt::Debug for Imported {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Imported({} files)", self.inputs.len())
    }
}

/// Reads what the site and its directors import into the site's cluster.
pub(super) fn apply(site: &mut Site, folder: &Path, reader: &mut Reader<'_>) {
    let name = site.cluster.name.take();
    let inputs = inputs(&site.import, folder, reader);
    if !inputs.is_empty() {
        let first = site.directors.first().map(|director| director.name.value.clone());
        let config_id = first.map_or_else(ConfigId::default, ConfigId::Node);
        (site.cluster, site.extras) = cluster(site, &inputs, config_id, reader);
    }
    // Then the file that all share says something else on each.
    let is_conditional = has_conditions(&inputs, reader);
    let mut imported = inputs.clone();
    let mut nodes = Vec::new();
    for index in 0..site.directors.len() {
        let Some(director) = site.directors.get(index) else { continue };
        let (name, import) = (director.name.value.clone(), director.import.clone());
        let own = self::inputs(&import, folder, reader);
        imported.extend(own.iter().copied());
        let own = if own.is_empty() && is_conditional { inputs.clone() } else { own };
        if !own.is_empty() {
            let config_id = ConfigId::Node(name.clone());
            let (own, extras) = cluster(site, &own, config_id, reader);
            // heartbeat's files are the same on all directors, and so are the scripts for them.
            if inputs.is_empty() && nodes.is_empty() {
                site.extras = extras;
            }
            nodes.push((name, own));
        }
    }
    unite::name_members(site, &mut nodes);
    if let (true, Some((_, first))) = (inputs.is_empty(), nodes.first()) {
        site.cluster = first.clone();
    }
    site.views.extend(nodes);
    // A keepalived.conf is written from the model alone.
    imported.retain(|input| input.format != Format::Keepalived);
    site.imported = Imported::new(imported, reader.sources);
    site.cluster.name = name.or(site.cluster.name.take());
}

/// Whether lines of a keepalived.conf, or of what it includes, are for some nodes only.
fn has_conditions(inputs: &[Input], reader: &Reader<'_>) -> bool {
    let files = inputs.iter().filter(|input| input.format == Format::Keepalived);
    let mut parts = files.flat_map(|input| reader.sources.parts(input.file));
    parts.any(|part| !syntax::config_ids(reader.sources.get(part).text()).is_empty())
}

/// What files say, in the terms of the site's stack.
fn cluster(
    site: &Site,
    inputs: &[Input],
    config_id: ConfigId,
    reader: &mut Reader<'_>,
) -> (Cluster, Extras) {
    let is_keepalived = |input: &&Input| input.format == Format::Keepalived;
    let is_heartbeat = inputs.iter().any(|input| !is_keepalived(&input));
    if !is_heartbeat || site.stack() == Stack::Heartbeat {
        let mut reading = read_with(reader.sources, inputs, &Reading::on(config_id));
        let said = |finding: &Diagnostic| (finding.code, finding.at);
        let known: HashSet<_> = reader.findings.iter().map(said).collect();
        let is_known = |finding: &Diagnostic| known.contains(&said(finding));
        // Lines for all nodes of a shared file are found wrong once.
        if reading.findings.iter().any(is_known) {
            let found = reading.findings.sorted().into_iter();
            reader.findings.extend(found.filter(|finding| !is_known(finding)));
        } else {
            reader.findings.append(reading.findings);
        }
        name_configurations(&mut reading.cluster, inputs, reader.sources);
        name_fallback_methods(&mut reading.cluster, inputs);
        return (reading.cluster, Extras::default());
    }
    let addresses: HashMap<_, _> = site
        .directors
        .iter()
        .filter_map(|director| Some((director.name.value.clone(), director.address?.value)))
        .collect();
    let target = site.keepalived_version.map_or(Target::DEFAULT, |v| Target { version: v.value });
    let heartbeat: Vec<Input> = inputs.iter().filter(|i| !is_keepalived(i)).copied().collect();
    let options = Options { target, addresses };
    let mut done = Conversion::heartbeat_to_keepalived(reader.sources, &heartbeat, options);
    done.findings.soften(|finding| MEANT.contains(&finding.code).then_some(AS_MEANT));
    reader.findings.append(std::mem::take(&mut done.findings));
    reader.findings.extend(losses(&done.account, site.stack()));
    (done.cluster, done.extras)
}

/// What a conversion leaves out or does in part, as `lvsha convert` would say: each outcome once, where
/// it is first met.
fn losses(account: &Account, stack: Stack) -> Vec<Diagnostic> {
    let is_loss = |outcome: &Outcome| {
        // What was not understood has a finding of its own.
        outcome.mark >= Mark::Lossy && outcome.code != Some(conversion::NOT_UNDERSTOOD)
    };
    let mut found: Vec<(&Outcome, Diagnostic)> = Vec::new();
    for (at, outcome) in account.entries().filter(|(_, outcome)| is_loss(outcome)) {
        if let Some((_, first)) = found.iter_mut().find(|(known, _)| *known == outcome) {
            first.occurrences = first.occurrences.saturating_add(1);
            continue;
        }
        let message = match (outcome.mark, outcome.becomes.as_str()) {
            (Mark::Impossible, _) => {
                format!("{} cannot do this, and it is dangerous to do without", stack.word())
            }
            (_, "") => format!("{} does not do this", stack.word()),
            (_, becomes) => format!("{} does only a part of this: {becomes}", stack.word()),
        };
        let mut finding = Diagnostic::new(inventory::NOT_IN_STACK, at, message);
        finding.notes.extend(outcome.notes.iter().cloned());
        let page = outcome.code.map(|code| format!("`lvsha explain {code}` says what to do"));
        found.push((outcome, Diagnostic { help: page, ..finding }));
    }
    found.into_iter().map(|(_, finding)| finding).collect()
}

/// Says how each fallback of ldirectord is reached that does not say so itself: by direct routing.
/// In an inventory, as in keepalived, one that says nothing takes the method of its service.
pub(super) fn name_fallback_methods(cluster: &mut Cluster, inputs: &[Input]) {
    let of_ldirectord = |service: &&mut Service| {
        let input = inputs.iter().find(|i| service.target.at.is_some_and(|at| at.file == i.file));
        input.is_some_and(|input| input.format == Format::Ldirectord)
    };
    let services = cluster.services.iter_mut().filter(of_ldirectord);
    for fallback in services.filter_map(|service| service.fallback.as_mut()) {
        fallback.value.method.get_or_insert(Forwarding::DirectRouting);
    }
}

/// The files behind paths: each a file, or a directory with files of known names.
fn inputs(paths: &[Sourced<String>], folder: &Path, reader: &mut Reader<'_>) -> Vec<Input> {
    let mut inputs = Vec::new();
    for path in paths {
        let full = folder.join(&path.value);
        let files = if full.is_dir() { known_files(&full, reader) } else { vec![full.clone()] };
        let mut problem = files.is_empty().then(|| {
            format!("`{}` holds no file of keepalived, heartbeat or ldirectord", full.display())
        });
        for file in files {
            match reader.sources.load(&file) {
                Ok(file) => {
                    // The inventory is of other machines than the one that it is read on.
                    reader.sources.set_copy(file);
                    match detect(reader.sources.get(file)) {
                        Some(format) => inputs.push(Input { file, format }),
                        None => {
                            let path = full.display();
                            problem = Some(format!("cannot tell the format of `{path}`"));
                        }
                    }
                }
                Err(error) => problem = Some(error.to_string()),
            }
        }
        if let Some(message) = problem {
            let finding = Diagnostic::general(inventory::IMPORT, message);
            reader.report(Diagnostic { at: path.at, ..finding });
        }
    }
    // The order in which the formats build on each other.
    inputs.sort_by_key(|input| input.format);
    inputs
}

/// Files of the usual names, and the configurations of ldirectord that haresources names.
fn known_files(folder: &Path, reader: &mut Reader<'_>) -> Vec<PathBuf> {
    let usual = Format::ALL.iter().map(|format| folder.join(format.file_name()));
    let mut files: Vec<PathBuf> = usual.filter(|path| path.is_file()).collect();
    let haresources = folder.join(Format::Haresources.file_name());
    // One that cannot be read is reported when it is read as a file of its own.
    if let Ok(file) = reader.sources.load(&haresources) {
        let names = started(reader.sources.get(file).text());
        let named: Vec<PathBuf> = names.filter_map(|name| configuration(folder, name)).collect();
        for path in named {
            if !files.contains(&path) {
                files.push(path);
            }
        }
    }
    files
}

/// What ldirectord does not make of its lines, and a conversion does.
const MEANT: &[Code] =
    &[ldirectord_advice::COMMAND_ARGUMENTS, ldirectord_advice::REAL_REQUEST_LOST];
const AS_MEANT: &str = "that is ldirectord's reading; this stack gets what the line means";
