//! haresources lines to VRRP instances: names, ranks, preemption.

use super::arbitration::Ranks;
use super::media::Media;
use super::resources;
use super::timing::Timing;
use crate::emit::Account;
use crate::model::{Cluster, Failback, Located, Member, ResourceKind, Role, Router, Sourced};
use crate::source::codes::conversion;

/// Gives every group its VRRP settings.
pub(super) fn apply(
    cluster: &mut Cluster,
    timing: &Timing,
    media: &Media,
    ranks: &Ranks,
    account: &mut Account,
) {
    let failback = cluster.membership.failback;
    let stays = matches!(failback.map(|f| f.value), Some(Failback::Off));
    let names: Vec<Sourced<String>> = cluster.nodes.iter().map(|node| node.name.clone()).collect();

    for (number, router) in (1..).zip(&mut cluster.routers) {
        router.name = Sourced { value: format!("VI_{number}"), at: router.at };
        router.version = Some(Sourced::implied(timing.version));
        router.interface = media.interface.clone().or_else(|| interface(router, account));
        router.interval = Some(Sourced::implied(timing.interval));
        router.down_count = Some(Sourced::implied(timing.down_count));
        router.preempt = stays.then(|| Sourced { value: false, at: failback.place() });
        // keepalived refuses peers of another family than the addresses.
        router.unicast = media.unicast == Some(resources::family(router));

        let preferred = router.members.first().and_then(|member| member.node.clone());
        let is_node = |name: &Sourced<String>| names.is_empty() || names.contains(name);
        if let Some(stranger) = preferred.as_ref().filter(|name| !is_node(name)) {
            let note =
                format!("{} is no `node` of ha.cf: the first node is preferred", stranger.value);
            account.lossy(stranger.at, conversion::NOT_UNDERSTOOD, "", &[&note]);
        }
        let mut ranked: Vec<Sourced<String>> = preferred.into_iter().filter(is_node).collect();
        for name in &names {
            if !ranked.contains(name) {
                ranked.push(name.clone());
            }
        }
        if let Some(first) = ranked.first() {
            account.exact(first.at, "priority");
            if ranked.len() > 2 {
                let order: Vec<&str> = ranked.iter().map(|name| name.value.as_str()).collect();
                let note = format!("the order of take-over becomes {}", order.join(", "));
                account.changed(first.at, conversion::MORE_NODES, "priority", &note);
            }
        }
        router.members = ranked
            .into_iter()
            .zip(ranks.iter())
            .enumerate()
            .map(|(rank, (node, priority))| Member {
                node: Some(node),
                priority: Some(Sourced::implied(priority)),
                // nopreempt only works from the state BACKUP (keepalived.conf(5)).
                role: Some(Sourced::implied(if rank == 0 && !stays {
                    Role::Master
                } else {
                    Role::Backup
                })),
            })
            .collect();
    }
    let Some(failback) = failback else { return };
    let (becomes, note) = match failback.value {
        Failback::On => (
            "priority",
            "a returning director waits its dead time, then takes the address itself; \
             heartbeat's holder gave it up first",
        ),
        Failback::Off => (
            "nopreempt",
            "with nopreempt a weighted track_script moves nothing; only a dead director is replaced",
        ),
        Failback::Legacy => ("priority", "legacy is treated as on"),
    };
    account.changed(failback.at, conversion::FAILBACK, becomes, note);
}

/// Where a group's adverts go when the directors heard each other on no network, as on a serial line alone:
/// keepalived refuses an instance without an interface.
fn interface(router: &Router, account: &mut Account) -> Option<Sourced<String>> {
    let mut addresses = router.resources.iter().filter_map(|resource| match &resource.kind {
        ResourceKind::Address { address, .. } => Some((address, resource.at)),
        _ => None,
    });
    // A group without an address is not written.
    addresses.clone().next()?;
    let own = addresses.find_map(|(address, at)| Some((address.interface.clone()?, at)));
    match &own {
        Some((name, _)) => {
            let note =
                format!("adverts go over {name}, which has the address: no path is a network");
            account.changed(router.at, conversion::TRANSPORT, "interface", &note);
        }
        None => account.impossible(router.at, conversion::PATH_LOST, &[NO_INTERFACE, WRITE_ONE]),
    }
    own.map(|(name, at)| Sourced::new(name, at))
}

const NO_INTERFACE: &str = "neither a path nor an address of the group names an interface";
const WRITE_ONE: &str =
    "write `interface` into the vrrp_instance, which keepalived refuses without one";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emit::Mark;
    use crate::model::read::{Input, read};
    use crate::source::Sources;
    use crate::syntax::Format;

    #[test]
    fn an_interface_that_nobody_names_is_asked_for() {
        let found = |haresources: &str| {
            let mut sources = Sources::new();
            let files = [(Format::HaCf, "serial /dev/ttyS0\n"), (Format::Haresources, haresources)];
            let inputs = files.map(|(format, text)| {
                let file = sources.add(format.file_name(), text.as_bytes());
                Input { file, format }
            });
            let reading = read(&mut sources, &inputs);
            let router = &reading.cluster.routers[0];
            let mut account = Account::new(&sources, &reading.trees);
            let found = interface(router, &mut account).map(|found| found.value);
            (found, account.outcome_at(router.at.unwrap()).map(|outcome| outcome.mark))
        };
        let impossible = (None, Some(Mark::Impossible));
        assert_eq!(found("lw1 10.0.0.100/24 10.0.0.101\n"), impossible);
        let of_the_second = (Some("eth1".to_owned()), Some(Mark::Approximate));
        assert_eq!(found("lw1 10.0.0.100/24 10.0.0.101/24/eth1\n"), of_the_second);
        // Nothing is written for a group without an address.
        assert_eq!(found("lw1 httpd\n"), (None, None));
    }
}
