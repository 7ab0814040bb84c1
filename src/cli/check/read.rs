//! Reading many groups of files on all cores, with results in the order of the groups.

use std::collections::{HashMap, HashSet};
use std::panic::resume_unwind;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::thread;

use super::super::inputs::Group;
use crate::model::read::{Options, Reading, read_with};
use crate::model::rules::nodes::{self, Node};
use crate::source::{Code, Diagnostic, FileId, Findings, Silenced, SourceFile, Sources};
use crate::syntax::{self, ConfigId, Format};

/// What was found in all groups.
pub(super) struct Judged {
    /// What is wrong, in the order of the groups and their text.
    pub(super) diagnostics: Vec<Diagnostic>,
    /// What comments silence.
    pub(super) silenced: Vec<Silenced>,
}

/// Reads and judges every group, then the nodes of each site together; `findings` are those of
/// other files.
pub(super) fn judge(
    sources: &mut Sources,
    groups: &[Group],
    options: &Options,
    mut findings: Findings,
) -> Judged {
    let mut readings = Vec::with_capacity(groups.len());
    let mut ranks = HashMap::new();
    for (rank, (reading, files)) in read(sources, groups, options).into_iter().enumerate() {
        ranks.extend(files.into_iter().map(|file| (file, rank)));
        findings.append(reading.findings);
        readings.push((reading.cluster, reading.trees));
    }
    let sites = sites(groups);
    for site in &sites {
        let node = |index: &usize| {
            let (_, name) = groups.get(*index)?.node()?;
            let (cluster, trees) = readings.get(*index)?;
            Some(Node { name, cluster, trees })
        };
        let nodes: Vec<Node<'_>> = site.iter().filter_map(node).collect();
        nodes::check(&nodes, sources, &mut findings);
    }
    findings.report_unused_allowances(|code| is_looked_for(code, !sites.is_empty()));
    // The process ends soon: giving back a million small pieces one by one would be a tenth of the
    // time that a large file takes.
    std::mem::forget(readings);
    let rank = |file| ranks.get(&file).copied().unwrap_or(usize::MAX);
    let (diagnostics, silenced) = findings.into_parts(rank);
    Judged { diagnostics, silenced }
}

/// Whether this run would have found `code` if it were there.
fn is_looked_for(code: Code, nodes_were_compared: bool) -> bool {
    // Losses of a conversion are found by conversions only.
    let is_loss = code.id().starts_with("LV07");
    !is_loss && (nodes_were_compared || nodes::codes().all(|other| other != code))
}

/// Groups of files that are of the nodes of one site, as indices.
fn sites(groups: &[Group]) -> Vec<Vec<usize>> {
    let mut sites: Vec<Vec<usize>> = Vec::new();
    let mut known = HashMap::new();
    for (index, group) in groups.iter().enumerate() {
        let Some((site, _)) = group.node() else { continue };
        let number = *known.entry(site).or_insert_with(|| {
            sites.push(Vec::new());
            sites.len() - 1
        });
        if let Some(members) = sites.get_mut(number) {
            members.push(index);
        }
    }
    // One directory with many files is no site: its files are of nobody knows whom.
    let is_site = |members: &Vec<usize>| {
        let mut names = members.iter().filter_map(|index| groups.get(*index)?.node());
        let first = names.next();
        names.any(|name| Some(name) != first)
    };
    sites.into_iter().filter(is_site).collect()
}

/// Sites whose directories have the names of nodes: those of which a file names its own directory.
pub(super) struct NamedSites<'a>(HashSet<&'a Path>);

impl<'a> NamedSites<'a> {
    pub(super) fn of(groups: &'a [Group], sources: &Sources) -> Self {
        let names_itself = |(group, node): (&Group, &str)| {
            group.inputs.iter().any(|input| {
                let text = sources.get(input.file).text();
                input.format == Format::Keepalived
                    && text.contains('@')
                    && syntax::config_ids(text).iter().any(|id| id == node)
            })
        };
        let nodes = groups.iter().filter_map(|group| Some((group, group.node()?)));
        let named = nodes.filter(|(group, (_, node))| names_itself((group, node)));
        Self(named.map(|(_, (site, _))| site).collect())
    }

    /// The options for one group: the name of its directory may be the node's.
    pub(super) fn options_for(
        &self,
        group: &Group,
        sources: &Sources,
        options: &Options,
    ) -> Options {
        let mut options = Options {
            resource_scripts: group.resource_scripts(),
            missing_configurations: group.missing_configurations(sources),
            ..options.clone()
        };
        let (ConfigId::Guess(candidates), Some((site, node))) =
            (&mut options.config_id, group.node())
        else {
            return options;
        };
        // A director that has no line of its own is not one of the others.
        if self.0.contains(site) {
            options.config_id = ConfigId::Node(node.to_owned());
        } else {
            candidates.insert(0, node.to_owned());
        }
        options
    }
}

/// Reads the groups, as many at a time as there are cores; with each the files that it needed.
fn read(sources: &mut Sources, groups: &[Group], options: &Options) -> Vec<(Reading, Vec<FileId>)> {
    let workers = thread::available_parallelism().map_or(1, usize::from).min(groups.len());
    // Before the files are handed out.
    let named = NamedSites::of(groups, sources);
    let files = |group: &Group| group.inputs.iter().map(|input| input.file).collect::<Vec<_>>();
    let parts: Vec<_> = groups.iter().map(|group| (group, sources.split(files(group)))).collect();
    let queue = Mutex::new(parts.into_iter().enumerate());
    let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).next();
    let work = || {
        let mut done = Vec::new();
        while let Some((index, (group, mut own))) = next() {
            let options = named.options_for(group, &own, options);
            let reading = read_with(&mut own, &group.inputs, &options);
            done.push((index, own, reading));
        }
        done
    };
    if workers <= 1 {
        // The main thread's heap grows in larger steps than that of another one.
        return gathered(sources, work());
    }
    let done = thread::scope(|scope| {
        let handles: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
        // A panic goes on in the thread that reports it.
        let joined = handles.into_iter().map(|handle| handle.join());
        joined
            .flat_map(|done| done.unwrap_or_else(|panic| resume_unwind(panic)))
            .collect::<Vec<_>>()
    });
    gathered(sources, done)
}

/// The readings in the order of their groups; what they read is one collection again.
fn gathered(
    sources: &mut Sources,
    mut done: Vec<(usize, Sources, Reading)>,
) -> Vec<(Reading, Vec<FileId>)> {
    done.sort_by_key(|(index, ..)| *index);
    done.into_iter()
        .map(|(_, own, reading)| {
            let files = own.iter().map(SourceFile::id).collect();
            sources.join(own);
            (reading, files)
        })
        .collect()
}
