//! Times of VRRP that heartbeat is not told.

use std::time::Duration;

use super::stack::has_rhythm;
use crate::model::{Cluster, Member, Router, STANDARD_PRIORITY, show_seconds, up_to_milliseconds};
use crate::site::Site;
use crate::site::keys::Reader;
use crate::source::Diagnostic;
use crate::source::codes::inventory;

/// Warns where a take-over takes another time than the routers say. Lines of haresources have no
/// number and no times of their own.
pub(super) fn check(site: &Site, reader: &mut Reader<'_>) {
    let cluster = &site.cluster;
    let membership = &cluster.membership;
    let is_vrrp = |router: &&Router| router.virtual_router_id.is_some() || has_rhythm(router);
    let mut routers = cluster.routers.iter().filter(is_vrrp);
    let longest = routers.clone().map(|router| takeover(router, cluster)).max();
    let interval = |router: &Router| router.effective_interval(&cluster.globals.routers);
    let shortest = routers.clone().map(interval).min();
    let at = routers.next().and_then(|first| first.name.at);
    let at = at.filter(|at| !site.imported.holds(at.file));
    let (None, Some(before), Some(interval), Some(at)) =
        (membership.dead_time, longest, shortest, at)
    else {
        return;
    };
    let (before, now) = (show_seconds(before), membership.effective_dead_time());
    let message = format!(
        "heartbeat takes over after {} s, and not after {before} s: it has times of its own",
        show_seconds(now)
    );
    let help =
        format!("heartbeat = {{ interval = {}, dead_time = {before} }}", show_seconds(interval));
    reader.report(Diagnostic::new(inventory::NO_EFFECT, at, message).help(help));
}

/// Until the backup with the lowest rank takes over, in whole milliseconds.
fn takeover(router: &Router, cluster: &Cluster) -> Duration {
    let stated = |member: &Member| member.priority.map(|priority| priority.value);
    let priority = router.members.iter().filter_map(stated).min().unwrap_or(STANDARD_PRIORITY);
    up_to_milliseconds(router.takeover(priority, &cluster.globals))
}
