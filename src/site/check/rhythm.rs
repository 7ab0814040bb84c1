//! Times of VRRP that heartbeat is not told.

use std::time::Duration;

use super::stack::has_rhythm;
use crate::model::{Cluster, Member, Router, Sourced, VrrpVersion, show_seconds};
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

fn interval(router: &Router) -> Duration {
    router.interval.map_or(Duration::from_secs(1), |interval| interval.value)
}

/// Until a backup takes over, in whole milliseconds (RFC 3768 and 9568, section 6.1).
fn takeover(router: &Router, cluster: &Cluster) -> Duration {
    let globals = &cluster.globals;
    let of = |member: &Member| member.priority.map(|Sourced { value, .. }| value);
    let priority = router.members.iter().filter_map(of).min().unwrap_or(STANDARD_PRIORITY);
    let share = f64::from(256 - u16::from(priority)) / 256.0;
    let skew = match router.effective_version(&globals.routers) {
        VrrpVersion::Two => Duration::from_secs_f64(share),
        VrrpVersion::Three => interval(router).mul_f64(share),
    };
    let count = router.effective_down_count(globals);
    let exact = interval(router).saturating_mul(count).saturating_add(skew);
    let rest = exact.subsec_nanos() % 1_000_000;
    let missing = if rest == 0 { 0 } else { 1_000_000 - rest };
    exact.saturating_add(Duration::from_nanos(u64::from(missing)))
}

/// That of a second director whose rank is not said.
const STANDARD_PRIORITY: u8 = 100;
