//! Keys that an inventory may have, and that change nothing in this one.

use super::own;
use crate::model::{Cluster, Failback, Located, ResourceKind, Router};
use crate::site::document::{Entry, Item, Literal};
use crate::site::keys::{self, Reader, Words as _};
use crate::site::{Site, Stack, write};
use crate::source::codes::inventory;
use crate::source::{Diagnostic, Place, Span};

/// Reports each key of `entries`, and each word of an imported keepalived.conf, that the site's stack
/// has no use for.
pub(in crate::site) fn check(site: &Site, entries: &[Entry], reader: &mut Reader<'_>) {
    let stack = site.stack();
    let imported = imported(site);
    let is_lost = |row: &&Row| row.stacks.contains(&stack) && !(row.said)(&site.cluster);
    for row in ROWS.iter().filter(is_lost) {
        let key = row.path.last().copied().unwrap_or_default();
        let message = format!("`{key}` changes nothing with `stack = \"{}\"`", stack.word());
        let mut found = Vec::new();
        collect(entries, row.path, &mut found);
        for director in &site.directors {
            collect(&director.overrides, row.path, &mut found);
        }
        for entry in found {
            report(message.clone(), row.help, entry.key_span, reader);
        }
        let mut found = Vec::new();
        collect(&imported, row.path, &mut found);
        let is_other = |at: &Place| at.file != reader.file && !site.imported.holds(at.file);
        let places = found.into_iter().filter_map(|entry| origin(&entry.item)).filter(is_other);
        let mut places = places.collect::<Vec<_>>().into_iter();
        if let Some(first) = places.next() {
            let finding = Diagnostic::new(inventory::NO_EFFECT, first, message).help(row.help);
            // It may be said of every server.
            let occurrences = u32::try_from(places.len()).unwrap_or(u32::MAX).saturating_add(1);
            reader.report(Diagnostic { occurrences, ..finding });
        }
    }
    if stack == Stack::Heartbeat {
        failback(site, reader);
    }
    if let Some(at) = site.ssh.host.place() {
        let message = "`host` in `[ssh]` is the host of no machine".to_owned();
        let help = "write it in the `ssh` table of the machine that it leads to";
        report(message, help, at.span, reader);
    }
}

/// What imported files say, as keys; nothing where there are none.
fn imported(site: &Site) -> Vec<Entry> {
    let imports = site.directors.iter().map(|director| &director.import).chain([&site.import]);
    if imports.into_iter().all(Vec::is_empty) {
        return Vec::new();
    }
    keys::write(&site.cluster, &write::names(site))
}

/// Where it was said, or the first thing in it.
fn origin(item: &Item) -> Option<Place> {
    let inside = || match &item.value {
        Literal::Table(entries) => entries.iter().find_map(|entry| origin(&entry.item)),
        Literal::List(items) => items.iter().find_map(origin),
        _ => None,
    };
    item.origin.or_else(inside)
}

/// heartbeat has one `auto_failback` for all lines: what `[heartbeat]` says, else what all routers agree on.
fn failback(site: &Site, reader: &mut Reader<'_>) {
    let routers = &site.cluster.routers;
    let stays = |router: &Router| router.preempt.is_some_and(|preempt| !preempt.value);
    let all_stay = match site.cluster.membership.failback {
        Some(stated) => stated.value == Failback::Off,
        None => routers.iter().all(stays),
    };
    for preempt in routers.iter().filter_map(|router| router.preempt) {
        if let (true, Some(at)) = (preempt.value == all_stay, own(preempt.at, reader)) {
            let word = if all_stay { "off" } else { "on" };
            let message =
                format!("`preempt` changes nothing: `auto_failback {word}` holds for all routers");
            let help = "say the same in all routers, and in `failback` of `[heartbeat]`";
            report(message, help, at.span, reader);
        }
    }
}

fn report(message: String, help: &str, span: Span, reader: &mut Reader<'_>) {
    let at = reader.place(span);
    reader.report(Diagnostic::new(inventory::NO_EFFECT, at, message).help(help));
}

/// The keys at the end of `path`; `*` is every name of a table and every place of a list.
fn collect<'a>(entries: &'a [Entry], path: &[&str], found: &mut Vec<&'a Entry>) {
    let Some((first, rest)) = path.split_first() else { return };
    for entry in entries.iter().filter(|entry| *first == "*" || entry.key == *first) {
        if rest.is_empty() {
            found.push(entry);
        } else {
            inside(&entry.item, rest, found);
        }
    }
}

fn inside<'a>(item: &'a Item, path: &[&str], found: &mut Vec<&'a Entry>) {
    match &item.value {
        Literal::Table(entries) => collect(entries, path, found),
        Literal::List(items) => {
            if let Some((&"*", rest)) = path.split_first() {
                items.iter().for_each(|item| inside(item, rest, found));
            }
        }
        _ => {}
    }
}

/// A key without use.
struct Row {
    path: &'static [&'static str],
    /// Who has no use for it.
    stacks: &'static [Stack],
    /// Whether the inventory says the same in the stack's own way.
    said: fn(&Cluster) -> bool,
    /// What does the same there.
    help: &'static str,
}

/// For keys that nothing else stands for.
fn never(_: &Cluster) -> bool {
    false
}

/// Whether a resource starts it, from which the cluster knows of it.
fn has_sync_daemon(cluster: &Cluster) -> bool {
    let mut resources = cluster.routers.iter().flat_map(|router| &router.resources);
    resources.any(|resource| resource.kind == ResourceKind::SyncDaemon)
}

fn has_paths(cluster: &Cluster) -> bool {
    !cluster.membership.paths.is_empty()
}

const ROWS: &[Row] = &[
    Row {
        path: &["routers", "*", "down_count"],
        stacks: &[Stack::Heartbeat],
        said: |cluster| cluster.membership.dead_time.is_some(),
        help: "write `dead_time` in `[heartbeat]`",
    },
    Row {
        path: &["routers", "*", "follows"],
        stacks: &[Stack::Heartbeat],
        said: never,
        help: "write `ping` and `arbitrator` in `[heartbeat]`",
    },
    Row {
        path: &["routers", "*", "hooks"],
        stacks: &[Stack::Heartbeat],
        said: never,
        help: "name a script in `resources`: it starts and stops with the addresses",
    },
    Row {
        path: &["routers", "*", "interval"],
        stacks: &[Stack::Heartbeat],
        said: |cluster| cluster.membership.interval.is_some(),
        help: "write `interval` and `dead_time` in `[heartbeat]`",
    },
    Row {
        path: &["routers", "*", "keepalived"],
        stacks: &[Stack::Heartbeat],
        said: never,
        help: KEEPALIVED,
    },
    Row {
        path: &["routers", "*", "mail"],
        stacks: &[Stack::Heartbeat],
        said: never,
        help: "name `MailTo::ADDRESS` in `resources`",
    },
    Row {
        path: &["routers", "*", "multicast_group"],
        stacks: &[Stack::Heartbeat],
        said: has_paths,
        help: PATHS,
    },
    Row {
        path: &["routers", "*", "own_interface"],
        stacks: &[Stack::Heartbeat],
        said: never,
        help: "heartbeat has no virtual MAC address: it tells the neighbours the holder's own",
    },
    Row {
        path: &["routers", "*", "peers"],
        stacks: &[Stack::Heartbeat],
        said: has_paths,
        help: PATHS,
    },
    Row {
        path: &["routers", "*", "preempt_delay"],
        stacks: &[Stack::Heartbeat],
        said: never,
        help: "write `failback = \"off\"` in `[heartbeat]`, and hand over by `hb_takeover`",
    },
    Row {
        path: &["routers", "*", "routes"],
        stacks: &[Stack::Heartbeat],
        said: never,
        help: "name a script in `resources` that sets them",
    },
    Row {
        path: &["routers", "*", "rules"],
        stacks: &[Stack::Heartbeat],
        said: never,
        help: "name a script in `resources` that sets them",
    },
    Row {
        path: &["routers", "*", "unicast"],
        stacks: &[Stack::Heartbeat],
        said: has_paths,
        help: PATHS,
    },
    Row {
        path: &["services", "*", "configuration"],
        stacks: &[Stack::Keepalived, Stack::Lvsha],
        said: never,
        help: "take it out: all services stand in one file",
    },
    Row {
        path: &["services", "*", "keepalived"],
        stacks: &[Stack::Heartbeat],
        said: never,
        help: KEEPALIVED,
    },
    Row {
        path: &["services", "*", "probe", "keepalived"],
        stacks: &[Stack::Heartbeat],
        said: never,
        help: KEEPALIVED,
    },
    Row {
        path: &["services", "*", "servers", "*", "hooks"],
        stacks: &[Stack::Heartbeat],
        said: never,
        help: "ldirectord runs no command for a single server: take them out",
    },
    Row {
        path: &["services", "*", "servers", "*", "keepalived"],
        stacks: &[Stack::Heartbeat],
        said: never,
        help: KEEPALIVED,
    },
    Row {
        path: &["services", "*", "servers", "*", "probe", "keepalived"],
        stacks: &[Stack::Heartbeat],
        said: never,
        help: KEEPALIVED,
    },
    Row {
        path: &["services", "*", "servers", "*", "tunnel"],
        stacks: &[Stack::Heartbeat],
        said: never,
        help: TUNNEL,
    },
    Row {
        path: &["services", "*", "tunnel"],
        stacks: &[Stack::Heartbeat],
        said: never,
        help: TUNNEL,
    },
    Row {
        path: &["settings", "keepalived"],
        stacks: &[Stack::Heartbeat],
        said: never,
        help: KEEPALIVED,
    },
    Row {
        path: &["settings", "startup_delay"],
        stacks: &[Stack::Heartbeat],
        said: |cluster| cluster.membership.initial_dead_time.is_some(),
        help: "write `initial_dead_time` in `[heartbeat]`",
    },
    Row {
        path: &["static"],
        stacks: &[Stack::Heartbeat],
        said: never,
        help: "set them in the network configuration of the system",
    },
    Row {
        path: &["sync_daemon"],
        stacks: &[Stack::Heartbeat],
        said: has_sync_daemon,
        help: "write `LVSSyncDaemonSwap::master` in `resources`",
    },
    Row {
        path: &["sync_groups"],
        stacks: &[Stack::Heartbeat],
        said: never,
        help: "put the addresses into one router: they move together",
    },
];

const KEEPALIVED: &str = "these are words of keepalived: take them out";
const PATHS: &str = "write `paths` in `[heartbeat]`, such as `\"ucast eth1 10.0.0.28\"`: otherwise it \
                     sends by broadcast";
const TUNNEL: &str = "ldirectord tunnels in IP only: take it out";
