//! What only heartbeat can say: ping arbitration without failback, ordered resources.

use std::net::IpAddr;

use super::Planner;
use crate::model::{Failback, Member, Path, ResourceKind, Router};
use crate::run::daemon::plan::{PathPlan, ResourcePlan, SourcePlan, Transport};
use crate::run::net::socket::group_of;
use crate::run::vrrp::{Arbitration, Family, Settings, Tracked};
use crate::source::Diagnostic;
use crate::source::codes::daemon;

impl Planner<'_> {
    /// heartbeat's media beside `interface`, each as it is said: to everybody on the link, or to the
    /// directors one by one. A serial line carries no VRRP.
    pub(super) fn paths(&self, interface: &str, family: Family) -> Vec<PathPlan> {
        let mut paths: Vec<PathPlan> = Vec::new();
        for path in &self.cluster.membership.paths {
            let Some(name) = path.value.interface().filter(|name| *name != interface) else {
                continue;
            };
            let peer = match &path.value {
                // ha.cf is the same on both nodes and names both; a host name is not resolved.
                Path::Unicast { peer, .. } => peer.parse().ok(),
                Path::Broadcast { .. } | Path::Multicast { .. } | Path::Serial { .. } => None,
            };
            let known = paths.iter_mut().find(|known| known.interface == name);
            match (known, peer) {
                (None, peer) => paths.push(PathPlan {
                    interface: name.to_owned(),
                    transport: match peer {
                        Some(peer) => Transport::Unicast(vec![peer]),
                        None => Transport::Multicast(group_of(family)),
                    },
                }),
                (Some(PathPlan { transport: Transport::Unicast(peers), .. }), Some(peer)) => {
                    peers.push(peer);
                }
                (Some(_), _) => {}
            }
        }
        paths
    }

    /// With ipfail and `auto_failback off` the director that reaches more ping nodes takes over,
    /// which no weight can say: a backup without preemption does not look at priorities. With
    /// failback on, the weights that the conversion writes do the same.
    pub(super) fn arbitrated(
        &mut self,
        router: &Router,
        mut settings: Settings,
        mut tracked: Vec<Tracked>,
    ) -> (Settings, Vec<Tracked>) {
        let membership = &self.cluster.membership;
        let stays = matches!(membership.failback.map(|f| f.value), Some(Failback::Off));
        // Host names are not resolved.
        let targets: Vec<Vec<IpAddr>> = membership
            .ping_targets
            .iter()
            .map(|target| target.value.hosts.iter().filter_map(|host| host.parse().ok()).collect())
            .filter(|hosts: &Vec<IpAddr>| !hosts.is_empty())
            .collect();
        let rank = router.members.iter().position(|member| {
            member.node.as_ref().is_some_and(|node| node.value.eq_ignore_ascii_case(self.node))
        });
        let Some(rank) = rank.filter(|_| stays && membership.arbitrator.is_some()) else {
            return (settings, tracked);
        };
        if targets.is_empty() {
            return (settings, tracked);
        }
        let directors = u8::try_from(router.members.len()).unwrap_or(u8::MAX);
        let preference = directors.saturating_sub(1 + u8::try_from(rank).unwrap_or(u8::MAX));
        let arbitration = Arbitration { directors, preference };
        settings.priority = arbitration.priority(0);
        settings.arbitration = Some(arbitration);
        let dead_time =
            membership.ping_dead_time.map_or(membership.effective_dead_time(), |time| time.value);
        let source = self.source(SourcePlan::Pings { targets, dead_time });
        tracked.push(Tracked { source, weight: i16::from(directors), reverse: false });
        (settings, tracked)
    }

    /// A director that is preempted gives the address up at once, and the better one would start the storage
    /// while it is still in use here.
    pub(super) fn refuse_storage_that_moves_at_once(&mut self, router: &Router) {
        let mut resources = router.resources.iter();
        let Some(storage) = resources.find(|resource| resource.kind == ResourceKind::Storage)
        else {
            return;
        };
        let globals = &self.cluster.globals;
        let stays = |member: &Member| router.stays_for(Some(member), globals);
        let preempts = !(router.stays(globals) && router.members.iter().all(stays));
        let membership = &self.cluster.membership;
        let is_arbitrated = membership.arbitrator.is_some() && !membership.ping_targets.is_empty();
        let help = match (preempts, is_arbitrated) {
            (true, _) => {
                "write `auto_failback off` into ha.cf, or `preempt = false` into the inventory"
            }
            (false, true) => "take `ipfail` out of ha.cf: it moves the address by preemption here",
            (false, false) => return,
        };
        if router.members.len() > 1 {
            let message = format!(
                "a better director takes `{}` before `{}` is stopped",
                router.name.value, storage.name
            );
            let finding = Diagnostic::new(daemon::PREEMPTED_STORAGE, storage.at, message);
            self.findings.push(finding.help(help));
        }
    }

    /// A resource that does not start is a fault of the router.
    pub(super) fn with_resources(
        &mut self,
        router: &Router,
        resources: &[ResourcePlan],
        mut tracked: Vec<Tracked>,
    ) -> (Vec<Tracked>, Option<usize>) {
        if resources.is_empty() {
            return (tracked, None);
        }
        let source = self.source(SourcePlan::Resources { router: router.name.value.clone() });
        tracked.push(Tracked { source, weight: 0, reverse: false });
        (tracked, Some(source))
    }
}

/// The scripts of a haresources line. Addresses, ldirectord and the sync daemon are the daemon's
/// own work.
pub(super) fn resources(router: &Router) -> Vec<ResourcePlan> {
    let scripts = router.resources.iter().filter(|resource| match resource.kind {
        ResourceKind::Helper
        | ResourceKind::Mail
        | ResourceKind::Service
        | ResourceKind::SourceAddress
        | ResourceKind::Storage => true,
        ResourceKind::Address { .. }
        | ResourceKind::Announcement
        | ResourceKind::Director { .. }
        | ResourceKind::SyncDaemon => false,
    });
    scripts
        .map(|resource| ResourcePlan {
            name: resource.name.clone(),
            arguments: resource.arguments.iter().map(|argument| argument.value.clone()).collect(),
        })
        .collect()
}
