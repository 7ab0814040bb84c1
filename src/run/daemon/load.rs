//! Files to plan: whatever format, one model, one director's part of it.

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;

use super::plan::{HookPlan, ScriptPlan, ScriptPolicy, SourcePlan, plan};
use super::{Plan, script, unexecuted, unread};
use crate::emit::translate;
use crate::emit::{Account, Target};
use crate::model::read::{Input, Options, Reading, read_with};
use crate::model::{Cluster, Sourced};
use crate::run::services;
use crate::site::{Site, Stack, for_node, render};
use crate::source::codes::{authkeys, daemon as codes, keepalived, keepalived_quirks};
use crate::source::{Code, Diagnostic, Findings, Place, Severity, Sources};
use crate::syntax::{Format, Tree};

/// A plan, and what is to be said about it.
#[derive(Debug)]
pub struct Loaded {
    /// What the node is to do.
    pub plan: Plan,
    /// Errors mean that the daemon must not start with it.
    pub findings: Findings,
    /// The first place in the files that could not be read. A start passes over it, and says so; a daemon that
    /// runs must not change over to what is left.
    pub unread: Option<Diagnostic>,
}

/// Reads the files of one cluster, or of one node, and plans for `node`. Addresses of directors
/// are needed where heartbeat's files name them only.
pub fn load(
    sources: &mut Sources,
    inputs: &[Input],
    options: &Options,
    node: &str,
    addresses: &HashMap<String, IpAddr>,
) -> Loaded {
    let (loaded, read) = planned(sources, inputs, options, node, addresses);
    let read = read.sorted();
    let unread = unread::first(&read).cloned();
    Loaded { findings: with_errors(read, loaded.findings, sources), unread, ..loaded }
}

/// The plan, and what was found while the files were read.
fn planned(
    sources: &mut Sources,
    inputs: &[Input],
    options: &Options,
    node: &str,
    addresses: &HashMap<String, IpAddr>,
) -> (Loaded, Findings) {
    let Reading { mut cluster, trees, findings: read } = read_with(sources, inputs, options);
    let mut findings = Findings::new();
    unexecuted::tell(&cluster, &mut findings);
    // Before the translation: ldirectord's services mean more than keepalived's can say.
    let mut services = services::plan::plan(&cluster, sources, inputs, &mut findings);
    let director = services.follows.as_ref();
    let director = cluster.routers.iter().position(|r| Some(&r.name.value) == director);
    as_routers(&mut cluster, sources, inputs, &trees, addresses);
    drop(trees);
    // The router has the name that the translation gave it.
    let router = director.and_then(|place| cluster.routers.get(place));
    services.follows = router.map(|router| router.name.value.clone());
    let mut plan = plan(&cluster, node, &mut findings);
    plan.services = services;
    (Loaded { plan, findings, unread: None }, read)
}

/// The same without services: who holds which address is none of their business, so what is said about
/// them is left out as well. For a plan that nobody executes.
pub fn load_routers(
    sources: &mut Sources,
    inputs: &[Input],
    options: &Options,
    node: &str,
    addresses: &HashMap<String, IpAddr>,
) -> Loaded {
    let Reading { mut cluster, trees, .. } = read_with(sources, inputs, options);
    as_routers(&mut cluster, sources, inputs, &trees, addresses);
    routers_of(&cluster, node)
}

/// Plans for the director `node` of an inventory; `None` when it has no such director.
pub fn of_site(site: &Site, sources: &mut Sources, node: &str) -> Option<Loaded> {
    let cluster = for_node(site, node)?;
    if site.stack() != Stack::Heartbeat {
        return Some(of_cluster(&cluster, sources, node));
    }
    let inputs = render::inputs(site, node, sources);
    // What is wrong with files that nobody wrote is said of the inventory, by `lvsha check`.
    let options = Options::default();
    let (loaded, _) = planned(sources, &inputs, &options, node, &site.addresses());
    Some(loaded.of_rendered(&inputs))
}

/// The same without services, as [`load_routers`].
pub fn routers_of_site(site: &Site, sources: &mut Sources, node: &str) -> Option<Loaded> {
    let cluster = for_node(site, node)?;
    if site.stack() != Stack::Heartbeat {
        return Some(routers_of(&cluster, node));
    }
    let inputs = render::inputs(site, node, sources);
    let loaded = load_routers(sources, &inputs, &Options::default(), node, &site.addresses());
    Some(loaded.of_rendered(&inputs))
}

impl Loaded {
    /// Without the tracked scripts that this machine cannot run, each of which is told: keepalived disables
    /// them, and routers go on as if they followed nothing. Notify scripts are told as well, and stay: what is not
    /// there now may be when it is needed.
    pub fn on_this_machine(mut self) -> Self {
        self.findings.extend(self.plan.unusable_hooks());
        let mut kept = Vec::new();
        let mut numbers: HashMap<usize, usize> = HashMap::new();
        for (number, source) in std::mem::take(&mut self.plan.sources).into_iter().enumerate() {
            if let SourcePlan::Script(script) = &source
                && let Some(finding) = script.why_disabled(&self.plan.scripts)
            {
                self.findings.push(finding);
                continue;
            }
            numbers.insert(number, kept.len());
            kept.push(source);
        }
        self.plan.sources = kept;
        for router in &mut self.plan.routers {
            router.tracked.retain_mut(|tracked| match numbers.get(&tracked.source) {
                Some(number) => {
                    tracked.source = *number;
                    true
                }
                None => false,
            });
            let source = router.resource_source.and_then(|source| numbers.get(&source));
            router.resource_source = source.copied();
        }
        self
    }

    /// With a word about the places of its findings: nobody finds these files on the disk.
    fn of_rendered(self, inputs: &[Input]) -> Self {
        let is_rendered = |at: Place| inputs.iter().any(|input| input.file == at.file);
        let told = self.findings.sorted().into_iter().map(|found| match found.at {
            Some(at) if is_rendered(at) => found.note(RENDERED),
            _ => found,
        });
        let mut findings = Findings::new();
        findings.extend(told);
        Self { findings, ..self }
    }
}

impl Plan {
    /// What is to be said of notify scripts that this machine cannot run, each of them once.
    fn unusable_hooks(&self) -> Vec<Diagnostic> {
        let routers = self.routers.iter().flat_map(|router| &router.hooks);
        let groups = self.groups.iter().flat_map(|group| &group.hooks);
        let mut known = HashSet::new();
        let hooks = routers.chain(groups);
        let hooks = hooks.filter(|hook| known.insert((hook.command.value.first(), &hook.user)));
        hooks.filter_map(|hook| hook.why_unusable(&self.scripts)).collect()
    }
}

impl HookPlan {
    fn why_unusable(&self, policy: &ScriptPolicy) -> Option<Diagnostic> {
        let Sourced { value: command, at } = &self.command;
        let why = script::examine(command, self.user.as_deref(), policy).err()?;
        let program = command.first().map_or("", String::as_str);
        Some(finding(codes::UNUSABLE_HOOK, *at, format!("`{program}` cannot be run: {why}")))
    }
}

impl ScriptPlan {
    /// What is to be said of a script that this machine cannot run.
    fn why_disabled(&self, policy: &ScriptPolicy) -> Option<Diagnostic> {
        let Sourced { value: command, at } = &self.command;
        let why = script::examine(command, self.user.as_deref(), policy).err()?;
        let message = format!("script `{}` is not followed: {why}", self.name);
        Some(finding(codes::DISABLED_SCRIPT, *at, message))
    }
}

fn finding(code: Code, at: Option<Place>, message: String) -> Diagnostic {
    match at {
        Some(place) => Diagnostic::new(code, place, message),
        None => Diagnostic::general(code, message),
    }
}

/// The first error of what was read stands for all of them; what it spoils is not "not executed".
fn with_errors(read: Vec<Diagnostic>, planned: Findings, sources: &Sources) -> Findings {
    let is_error = |found: &Diagnostic| {
        found.severity() == Severity::Error && !CHANGES_NOTHING.contains(&found.code)
    };
    let errors: Vec<Diagnostic> = read.into_iter().filter(is_error).collect();
    let is_spoilt = |at: Place| errors.iter().filter_map(|e| e.at).any(|error| at.holds(error));
    let mut findings = Findings::new();
    findings.extend(planned.sorted().into_iter().filter(|finding| {
        finding.code != codes::NOT_EXECUTED || !finding.at.is_some_and(is_spoilt)
    }));
    // Why it does not start is said already.
    let starts = findings.count(Severity::Error) == 0;
    if let (true, Some((first, at))) =
        (starts, errors.iter().find_map(|error| Some((error, error.at?))))
    {
        let path = sources.get(at.file).name();
        let count = errors.len();
        let message = match count {
            1 => "an error: the daemon does what it understands".to_owned(),
            _ => format!("the first of {count} errors: the daemon does what it understands"),
        };
        let finding = Diagnostic::new(codes::INPUT_ERRORS, at, message)
            .label(first.message.clone())
            .help(format!("lvsha check {path}"));
        findings.push(finding);
    }
    findings
}

/// heartbeat's groups become virtual routers, with the same numbers that `convert` gives them: a director
/// with keepalived and one with this daemon understand each other.
fn as_routers(
    cluster: &mut Cluster,
    sources: &Sources,
    inputs: &[Input],
    trees: &[(Input, Tree)],
    addresses: &HashMap<String, IpAddr>,
) {
    if inputs.iter().all(|input| input.format == Format::Keepalived) {
        return;
    }
    let mut account = Account::new(sources, trees);
    let options = translate::Options { target: Target::DEFAULT, addresses: addresses.clone() };
    translate::heartbeat_to_keepalived(cluster, sources, inputs, &options, &mut account);
}

/// What is left of a plan where services do not matter.
fn routers_of(cluster: &Cluster, node: &str) -> Loaded {
    let mut findings = Findings::new();
    let plan = plan(cluster, node, &mut findings);
    Loaded { plan, findings, unread: None }
}

/// Plans for a cluster that was read already.
fn of_cluster(cluster: &Cluster, sources: &Sources, node: &str) -> Loaded {
    let mut findings = Findings::new();
    unexecuted::tell(cluster, &mut findings);
    let mut plan = plan(cluster, node, &mut findings);
    plan.services = services::plan::plan(cluster, sources, &[], &mut findings);
    // An inventory names whoever may speak: all directors.
    plan.routers.iter_mut().for_each(|router| router.checks_source = true);
    Loaded { plan, findings, unread: None }
}

const RENDERED: &str = "`lvsha render` writes this file, from the inventory";
/// Errors for their own program that leave nothing out here.
const CHANGES_NOTHING: &[Code] = &[
    authkeys::READABLE,
    keepalived::SCRIPT_SECURITY,
    keepalived::SCRIPT_USER,
    keepalived_quirks::GROUP_NOT_COUNTED,
];
