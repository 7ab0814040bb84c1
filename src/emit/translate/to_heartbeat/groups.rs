//! Instances to lines of haresources: which belong together, who is preferred, what is in a line.

use std::collections::HashMap;

use super::directors::Director;
use super::homes::Homes;
use super::scripts::{GeneratedScript, Purpose, file_name};
use super::{NodeFile, addresses, codes, mail};
use crate::emit::Account;
use crate::model::identity::{self, Instance};
use crate::model::{
    Cluster, Globals, Hook, HookEvent, Located, Member, Probe, ProbeKind, Resource, ResourceKind,
    Role, Router, STANDARD_PRIORITY, Server, Sourced, SyncDaemon,
};
use crate::source::Place;

/// One line of haresources in the making.
#[derive(Debug)]
pub(super) struct Group<'a> {
    /// What is written.
    pub(super) router: Router,
    /// The first file's instance.
    pub(super) first: &'a Router,
    /// Priority of the director that takes over; the time until it does depends on it.
    pub(super) backup_priority: u8,
    /// Its name, fit for a file; no other group has it.
    pub(super) title: String,
    /// The instances of all files in their order, in a sync group several of each.
    seats: Vec<Seat<'a>>,
    /// Whether any file runs a command at its changes of state.
    has_hooks: bool,
}

/// An instance with the file that it is of.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seat<'a> {
    instance: Instance,
    file: &'a NodeFile,
    pub(super) router: &'a Router,
}

impl<'a> Group<'a> {
    fn of(seats: Vec<Seat<'a>>) -> Option<Self> {
        let first = seats.first()?.router;
        Some(Self {
            router: Router::new(first.name.clone()),
            first,
            backup_priority: 0,
            title: file_name(&first.name.value),
            has_hooks: seats.iter().any(|seat| has_counterpart(&seat.router.hooks)),
            seats,
        })
    }

    /// Its instances in one file.
    pub(super) fn routers(&self, file: &NodeFile) -> impl Iterator<Item = &'a Router> {
        let of_file = self.seats.iter().filter(move |seat| std::ptr::eq(seat.file, file));
        of_file.map(|seat| seat.router)
    }

    /// Its instances in all files.
    pub(super) fn all(&self) -> impl Iterator<Item = &'a Router> {
        self.seats.iter().map(|seat| seat.router)
    }

    /// Whether none of its directors takes over from a living one.
    pub(super) fn stays(&self) -> bool {
        self.seats.iter().all(|seat| seat.router.stays(&seat.file.cluster.globals))
    }

    fn script(&self) -> String {
        format!("notify-{}", self.title)
    }
}

/// The instances of all files by virtual router.
pub(super) fn same(files: &[NodeFile]) -> Vec<Vec<Seat<'_>>> {
    let routers: Vec<&[Router]> = files.iter().map(|file| &*file.cluster.routers).collect();
    let seat = |instance: Instance| {
        let file = files.get(instance.file)?;
        Some(Seat { instance, file, router: instance.of(&routers)? })
    };
    let sets = identity::same(&routers).into_iter();
    sets.map(|instances| instances.into_iter().filter_map(seat).collect()).collect()
}

/// Which of some things each instance belongs to. Every router stays where its file has it, so that its
/// address is its name.
#[derive(Debug)]
pub(super) struct Places(HashMap<*const Router, usize>);

impl Places {
    /// The group of each instance.
    pub(super) fn of(groups: &[Group<'_>]) -> Self {
        Self::among(groups.iter().map(Group::all))
    }

    /// The number of the list that has each instance.
    pub(super) fn among<'a>(lists: impl Iterator<Item = impl Iterator<Item = &'a Router>>) -> Self {
        let numbered = lists.enumerate();
        let all = numbered.flat_map(|(number, list)| list.map(move |router| (router, number)));
        Self(all.map(|(router, number)| (std::ptr::from_ref(router), number)).collect())
    }

    /// Where `router` is.
    pub(super) fn find(&self, router: &Router) -> Option<usize> {
        self.0.get(&std::ptr::from_ref(router)).copied()
    }

    fn put(&mut self, router: &Router, number: usize) {
        self.0.insert(std::ptr::from_ref(router), number);
    }
}

/// The groups of all files; those of a sync group are one.
pub(super) fn collect<'a>(
    files: &'a [NodeFile],
    directors: &[Director],
    account: &mut Account,
) -> Vec<Group<'a>> {
    let mut groups: Vec<Group<'_>> = same(files).into_iter().filter_map(Group::of).collect();
    for group in &mut groups {
        prefer(group, files, directors, account);
    }
    let mut places = Places::of(&groups);
    let mut groups: Vec<Option<Group<'_>>> = groups.into_iter().map(Some).collect();
    for file in files {
        together(file, &mut groups, &mut places, account);
    }
    let mut groups: Vec<Group<'_>> = groups.into_iter().flatten().collect();
    // Two instances of two files may have one name, and files are named after them. Each title has the
    // number that is tried next.
    let mut titles: HashMap<String, u32> = HashMap::new();
    for group in &mut groups {
        let base = group.title.clone();
        let mut next = titles.get(&base).copied().unwrap_or(1);
        while titles.contains_key(&group.title) {
            next = next.saturating_add(1);
            group.title = format!("{base}-{next}");
        }
        titles.insert(base, next);
        titles.entry(group.title.clone()).or_insert(1);
    }
    groups
}

/// Decides who is preferred: the highest priority; where not all are known, the state.
fn prefer(
    group: &mut Group<'_>,
    files: &[NodeFile],
    directors: &[Director],
    account: &mut Account,
) {
    let of = |director: &Director| group.routers(files.get(director.file?)?).next();
    let known: Vec<(&Director, &Router)> =
        directors.iter().filter_map(|director| Some((director, of(director)?))).collect();
    let priority = Router::effective_priority;
    let role = |router: &Router| member(router).and_then(|m| m.role).map(|role| role.value);
    let best = known.iter().map(|(_, router)| priority(router)).max().unwrap_or(0);
    let at_the_top: Vec<&(&Director, &Router)> =
        known.iter().filter(|(_, router)| priority(router) == best).collect();
    let stranger = directors.iter().find(|director| director.file.is_none());
    // The state says nothing where it has to be BACKUP for nopreempt or preempt_delay, or where the owner is
    // known.
    let is_open = |(director, router): &(&Director, &Router)| {
        let globals = director.file.and_then(|file| Some(&files.get(file)?.cluster.globals));
        let needs_it = |globals: &Globals| {
            router.stays(globals)
                || router.effective_preempt_delay(member(router), globals).is_some()
        };
        role(router) == Some(Role::Backup)
            && priority(router) < OWNER
            && !globals.is_some_and(needs_it)
    };
    let only_backups = known.iter().all(is_open);
    let mut preferred = at_the_top.first().map(|(director, _)| director.name.clone());
    let mut note = String::new();
    if let Some(other) = stranger.filter(|_| only_backups) {
        preferred = Some(other.name.clone());
        note = format!("every known director starts as BACKUP, so {} is preferred", other.name);
    } else if at_the_top.len() > 1 {
        let name = preferred.clone().unwrap_or_default();
        note = format!(
            "{} directors have priority {best}; {name}, named first, is preferred",
            at_the_top.len()
        );
    } else if stranger.is_some()
        && best < OWNER
        && known.iter().all(|(_, router)| role(router) != Some(Role::Master))
    {
        let name = preferred.clone().unwrap_or_default();
        note = format!("the other director's priority is not known; {name} is preferred");
    }
    for (_, router) in &known {
        let Some(member) = member(router) else { continue };
        let at = member.priority.place();
        if !note.is_empty() {
            account.changed(at.or(router.at), codes::PREFERRED_NODE, "node", &note);
        } else if directors.len() > 2 && priority(router) != best {
            let note = "heartbeat prefers one node; the order of the others is lost";
            account.lossy(at, codes::PREFERRED_NODE, "node", &[note]);
        } else {
            account.exact(at, "node");
        }
        let at = member.role.place();
        let is_best = priority(router) == best && stranger.is_none_or(|_| !only_backups);
        match role(router) {
            Some(Role::Master) if !is_best => {
                let note = "state MASTER holds until the first advert; the higher priority decides";
                account.changed(at, codes::PREFERRED_NODE, "node", note);
            }
            Some(_) if !note.is_empty() => {
                account.changed(at, codes::PREFERRED_NODE, "node", &note)
            }
            _ => account.needless(at, "every heartbeat starts without resources"),
        }
        account.changed(
            router.at,
            codes::TABLE_ON_HOLDER,
            "a line of haresources",
            "its resources, and with ldirectord the IPVS table, are only on the node that holds it; \
             every move waits for scripts and a first round of checks",
        );
        // VRRP left the group to those whose files have it; in heartbeat it is every node's.
        if known.len() < files.len() {
            let note = "not every director's file has it; now every one of them may take it";
            account.changed(router.at, codes::FILES_DIFFER, "a line of haresources", note);
        }
    }
    let mut priorities: Vec<u8> = known.iter().map(|(_, router)| priority(router)).collect();
    priorities.sort_unstable_by(|a, b| b.cmp(a));
    group.backup_priority =
        priorities.get(1).or(priorities.first()).copied().unwrap_or(STANDARD_PRIORITY);
    let node = preferred.map(Sourced::implied);
    group.router.members = vec![Member { node, priority: None, role: None }];
}

/// Puts the members of sync groups into one line, when they prefer the same node. The others of a line
/// leave an empty place.
fn together(
    file: &NodeFile,
    groups: &mut [Option<Group<'_>>],
    places: &mut Places,
    account: &mut Account,
) {
    let mut named: HashMap<&str, &Router> = HashMap::new();
    for router in &file.cluster.routers {
        named.entry(&router.name.value).or_insert(router);
    }
    for sync in &file.cluster.sync_groups {
        let routers = sync.members.iter().filter_map(|name| named.get(name.value.as_str()));
        let mut indices: Vec<usize> = routers.filter_map(|router| places.find(router)).collect();
        indices.sort_unstable();
        indices.dedup();
        let node = |index: &usize| Some(&groups.get(*index)?.as_ref()?.router.members);
        let first = indices.first().and_then(node);
        if indices.iter().any(|index| node(index) != first) {
            let note = "its instances prefer different nodes, and a line of haresources has one";
            let instead = "give them the same order of priorities, or do without the group";
            account.impossible(sync.name.at, codes::ONE_LINE, &[note, instead]);
            continue;
        }
        account.exact(sync.name.at, "one line of haresources");
        let mut rest = indices.into_iter();
        let Some(first) = rest.next() else { continue };
        let others: Vec<Group<'_>> =
            rest.filter_map(|index| groups.get_mut(index).and_then(Option::take)).collect();
        let Some(Some(group)) = groups.get_mut(first) else { continue };
        group.has_hooks |= has_counterpart(&sync.hooks);
        for other in others {
            other.all().for_each(|router| places.put(router, first));
            group.seats.extend(other.seats);
            group.has_hooks |= other.has_hooks;
            group.backup_priority = group.backup_priority.min(other.backup_priority);
        }
        group.seats.sort_by_key(|seat| seat.instance);
    }
}

/// Fills the lines: addresses, then what works on them, in the order of their start.
pub(super) fn complete(
    files: &[NodeFile],
    groups: &mut [Group<'_>],
    homes: &Homes,
    account: &mut Account,
) {
    let places = Places::of(groups);
    let daemons: Vec<(usize, Sourced<&SyncDaemon>)> =
        files.iter().filter_map(|file| sync_daemon(file, groups.len(), &places)).collect();
    for (number, group) in groups.iter_mut().enumerate() {
        let mut resources = addresses::resources(files, group, account);
        let at = group.first.at;
        let own = || daemons.iter().filter(|(follows, _)| *follows == number);
        if let Some((_, daemon)) = own().next() {
            let told = |daemon: &SyncDaemon| {
                Some([daemon.interface.clone()?, sync_number(daemon, group)?.to_string()])
            };
            // The line is the same everywhere; each script has its own node's options all the same.
            let first = told(daemon.value);
            let is_common = own().all(|(_, other)| told(other.value) == first);
            let told = first.filter(|_| is_common);
            let arguments: Vec<&str> = told.iter().flatten().map(String::as_str).collect();
            resources.extend(resource(
                SYNC_DAEMON,
                &arguments,
                ResourceKind::SyncDaemon,
                daemon.at,
            ));
        }
        if let Some(configuration) = homes.configuration(number) {
            let kind = ResourceKind::Director { configuration: Some(configuration.clone()) };
            resources.extend(resource("ldirectord", &[&configuration], kind, at));
        }
        if group.has_hooks {
            resources.extend(resource(&group.script(), &[], ResourceKind::Service, at));
        }
        if let Some(recipients) = files.iter().find_map(|file| mail::recipients(file, group)) {
            resources.extend(resource(MAIL, &[&recipients, &group.title], ResourceKind::Mail, at));
        }
        group.router.addresses = resources
            .iter()
            .filter_map(|resource| match &resource.kind {
                ResourceKind::Address { address, .. } => Some(Sourced::implied(address.clone())),
                _ => None,
            })
            .collect();
        group.router.resources = resources;
    }
    for file in files {
        let Some(daemon) = &file.cluster.sync_daemon else { continue };
        if sync_daemon(file, groups.len(), &places).is_some() {
            let note = "a generated script with the same interface and number; it swaps the roles with \
                        the group, and a node that starts without the group starts no backup: run \
                        `ipvsadm --start-daemon backup` with the same options at boot";
            account.changed(daemon.at, codes::SYNC_DAEMON, SYNC_DAEMON, note);
        } else {
            let note = "it follows an instance that is not in the file: keepalived does not start it either";
            account.lossy(daemon.at, codes::SYNC_DAEMON, "", &[note]);
        }
    }
}

/// The sync daemon, and the number of the group that it follows.
fn sync_daemon<'a>(
    file: &'a NodeFile,
    groups: usize,
    places: &Places,
) -> Option<(usize, Sourced<&'a SyncDaemon>)> {
    let daemon = file.cluster.sync_daemon.as_ref()?;
    let follows = match &daemon.value.router {
        None => (groups > 0).then_some(0),
        Some(name) => {
            let router = file.cluster.routers.iter().find(|router| router.name.value == *name);
            places.find(router?)
        }
    };
    Some((follows?, daemon.as_ref()))
}

/// The options of ipvsadm that say what keepalived's daemon does.
fn sync_options(daemon: &SyncDaemon, group: &Group<'_>) -> Vec<String> {
    let rows = [
        ("--mcast-interface", daemon.interface.clone()),
        ("--syncid", sync_number(daemon, group).map(|number| number.to_string())),
        ("--sync-maxlen", daemon.longest.map(|length| length.to_string())),
        ("--mcast-group", daemon.group.map(|group| group.to_string())),
        ("--mcast-port", daemon.port.map(|port| port.to_string())),
        ("--mcast-ttl", daemon.ttl.map(|ttl| ttl.to_string())),
    ];
    let stated = rows.into_iter().filter_map(|(option, value)| Some([option.to_owned(), value?]));
    stated.flatten().collect()
}

/// The number of the daemon: without one of its own it has that of the instance (2.2.7).
fn sync_number(daemon: &SyncDaemon, group: &Group<'_>) -> Option<u8> {
    daemon.identifier.or(group.first.virtual_router_id.map(|number| number.value))
}

/// The scripts of one director that haresources names: notify scripts, one for each group that has
/// any on some director, and what stands for keepalived's own sync daemon and mails.
pub(super) fn scripts(
    file: &NodeFile,
    files: &[NodeFile],
    groups: &[Group<'_>],
    account: &mut Account,
) -> Vec<GeneratedScript> {
    let Cluster { globals, .. } = &file.cluster;
    if !runs_programs(&file.cluster) {
        let at = globals.script_security.place();
        account.needless(at, "there is no program that it is about");
    }
    let user = globals.script_user.as_ref().map(|user| user.value.as_str());
    let mut scripts = Vec::new();
    let mut add = |name: &str, purpose| {
        scripts.push(GeneratedScript { name: format!("resource.d/{name}"), purpose });
    };
    let places = Places::of(groups);
    // A director whose own file says none gets what the others have.
    let mut daemons = std::iter::once(file)
        .chain(files)
        .filter_map(|file| sync_daemon(file, groups.len(), &places));
    let daemon = daemons.next().and_then(|(number, daemon)| Some((groups.get(number)?, daemon)));
    if let Some((group, daemon)) = daemon {
        let options = sync_options(daemon.value, group);
        add(SYNC_DAEMON, Purpose::SyncDaemon { options });
    }
    if files.iter().any(|file| groups.iter().any(|group| mail::recipients(file, group).is_some())) {
        add(MAIL, Purpose::Mail);
    }
    for group in groups.iter().filter(|group| group.has_hooks) {
        let (mut start, mut stop) = (Vec::new(), Vec::new());
        let Cluster { sync_groups, .. } = &file.cluster;
        let own: Vec<&Router> = group.routers(file).collect();
        let of_group = sync_groups.iter().filter(|sync| {
            sync.members.iter().any(|name| own.iter().any(|r| r.name.value == name.value))
        });
        let instances = own.iter().map(|router| ("INSTANCE", &router.name.value, &router.hooks));
        for (kind, name, hooks) in
            instances.chain(of_group.map(|sync| ("GROUP", &sync.name.value, &sync.hooks)))
        {
            for hook in hooks {
                add_hook(hook, (kind, name), user, (&mut start, &mut stop), account);
            }
        }
        add(&group.script(), Purpose::Notify { start, stop });
    }
    scripts
}

/// Whether a start or a stop of a resource does what one of the commands was for.
fn has_counterpart(hooks: &[Sourced<Hook>]) -> bool {
    use HookEvent::{Any, Backup, Master};
    hooks.iter().any(|hook| matches!(hook.value.event, Any | Backup | Master))
}

/// Whether keepalived runs any program, which `enable_script_security` is about.
fn runs_programs(cluster: &Cluster) -> bool {
    let of_servers = || cluster.services.iter().flat_map(|service| &service.servers);
    let is_program = |probe: &Probe| matches!(probe.kind, ProbeKind::Script(_));
    !cluster.trackers.is_empty()
        || cluster.routers.iter().any(|router| !router.hooks.is_empty())
        || cluster.sync_groups.iter().any(|group| !group.hooks.is_empty())
        || cluster.services.iter().any(|service| !service.hooks.is_empty())
        || of_servers().filter_map(|server| server.own.as_ref()).any(|own| !own.hooks.is_empty())
        || of_servers().flat_map(Server::own_probes).any(is_program)
}

fn add_hook(
    hook: &Sourced<Hook>,
    (kind, name): (&str, &str),
    user: Option<&str>,
    (start, stop): (&mut Vec<Vec<String>>, &mut Vec<Vec<String>>),
    account: &mut Account,
) {
    let user = hook.value.user.as_deref().or(user);
    let words = super::scripts::words(&hook.value.command, user);
    let with_state = |state: &str| {
        let more = [kind, name, state].map(str::to_owned);
        words.iter().cloned().chain(more).collect::<Vec<String>>()
    };
    match hook.value.event {
        HookEvent::Master => start.push(words),
        HookEvent::Backup => stop.push(words),
        HookEvent::Any => {
            start.push(with_state("MASTER"));
            stop.push(with_state("BACKUP"));
        }
        HookEvent::Stop => {
            let note = "runs when keepalived ends; a resource's stop runs at every hand-over, too";
            let instead = "use ExecStopPost= of heartbeat's systemd unit";
            account.lossy(hook.at, codes::NOTIFY_SCRIPT, "", &[note, instead]);
            return;
        }
        _ => {
            let note = "heartbeat has start and stop, and no such event";
            account.lossy(hook.at, codes::NOTIFY_SCRIPT, "", &[note]);
            return;
        }
    }
    let note = "a resource at the end of the line: it starts behind the addresses and is waited for, \
                stop also runs it";
    account.changed(hook.at, codes::NOTIFY_SCRIPT, "a script in resource.d", note);
    if matches!(hook.value.event, HookEvent::Any | HookEvent::Backup) {
        let note = "keepalived runs it also when it starts as backup; heartbeat starts nothing on a \
                    node that does not take the group";
        let instead = "run it at boot, before heartbeat starts";
        account.lossy(hook.at, codes::NOTIFY_SCRIPT, "", &[note, instead]);
    }
    if hook.value.event == HookEvent::Any {
        let note = "it gets no priority behind the state: heartbeat has none";
        account.changed(hook.at, codes::NOTIFY_SCRIPT, "a script in resource.d", note);
    }
}

/// The only member of an instance: the director that the file belongs to.
fn member(router: &Router) -> Option<&Member> {
    router.members.first()
}

/// A resource that stands for something at `at`; every place of a router is known.
pub(super) fn resource(
    name: &str,
    arguments: &[&str],
    kind: ResourceKind,
    at: Option<Place>,
) -> Option<Resource> {
    let arguments = arguments.iter().map(|text| Sourced::implied((*text).to_owned())).collect();
    Some(Resource { name: name.to_owned(), arguments, kind, at: at? })
}

/// Names of generated scripts that other programs of lvsha know by them: heartbeat 3 has no script for
/// the sync daemon, and MailTo fails, and with it the group, where a node has no command `mail`.
const SYNC_DAEMON: &str = "lvs-sync-daemon";
pub(super) const MAIL: &str = "mail-to";
/// Priority of a director that owns the addresses (RFC 9568 section 5.2.4).
const OWNER: u8 = 255;
