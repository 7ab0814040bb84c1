//! Priorities, and ping targets as weighted tracking scripts.
//!
//! ipfail moves everything when the peer reaches strictly more ping targets. A script per target
//! with weight -W reproduces it when W is larger than the gap between two priorities, so that one
//! target less puts a director below the other, and small enough that losing all m targets keeps
//! the priority above zero: `gap < W <= (lowest - 1) / m`.

use std::time::Duration;

use crate::emit::Account;
use crate::model::{Cluster, Failback, Located, PingTarget, Sourced, Track, TrackKind, Tracker};
use crate::source::Place;
use crate::source::codes::conversion;

/// Priorities by rank, best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ranks {
    first: u8,
    second: u8,
    step: u8,
}

impl Ranks {
    /// Priority of the director that takes over first; the dead time depends on it.
    pub(super) fn second(self) -> u8 {
        self.second
    }

    /// Priorities in order; after the second each is lower by one step, down to 1.
    pub(super) fn iter(self) -> impl Iterator<Item = u8> {
        let Self { first, second, step } = self;
        std::iter::once(first).chain(std::iter::successors(Some(second), move |p| {
            Some(p.saturating_sub(step).max(1))
        }))
    }
}

/// The priorities for this cluster: a wide gap, or with arbitration a narrow one high up.
pub(super) fn ranks(cluster: &Cluster) -> Ranks {
    if is_active(cluster) { ARBITRATED } else { PLAIN }
}

/// Writes the tracking scripts, or says why there are none.
pub(super) fn apply(cluster: &mut Cluster, account: &mut Account) {
    let membership = &cluster.membership;
    let targets = membership.ping_targets.clone();
    let arbitrator = membership.arbitrator.place();
    if !is_active(cluster) {
        let failback = failback(cluster);
        for target in &targets {
            match failback {
                _ if membership.arbitrator.is_none() => account.needless(
                    target.at,
                    "without ipfail heartbeat takes no action on ping targets",
                ),
                Failback::Legacy => account.needless(target.at, LEGACY),
                _ => account.lossy(target.at, conversion::ARBITRATION, "", &[NOPREEMPT]),
            }
        }
        account.needless(deadping_at(cluster), "no ping target is acted upon");
        match failback {
            _ if targets.is_empty() => {
                account.needless(arbitrator, "there is no ping target to act upon");
            }
            Failback::Legacy => account.needless(arbitrator, LEGACY),
            _ => account.lossy(arbitrator, conversion::ARBITRATION, "", &[NOPREEMPT]),
        }
        return;
    }

    let interval =
        Duration::from_secs(membership.effective_interval().as_secs_f64().ceil().max(1.0) as u64);
    let dead =
        membership.ping_dead_time.map_or(membership.effective_dead_time(), |time| time.value);
    let fall = (dead.as_secs_f64() / interval.as_secs_f64()).ceil().max(1.0) as u32;
    let mut named: Vec<(String, &Sourced<PingTarget>)> = Vec::new();
    for target in &targets {
        if named.iter().any(|(_, known)| known.value == target.value) {
            account.needless(target.at, "this ping target stands there twice");
            continue;
        }
        let base = script_name(target.value.group.as_deref(), &target.value.hosts);
        let numbered = (2..).map(|number: u32| format!("{base}-{number}"));
        // keepalived ignores a second script of one name, and names differ in signs that it does not take.
        let mut names = std::iter::once(base.clone()).chain(numbered);
        let name = names.find(|name| named.iter().all(|(known, _)| known != name));
        named.push((name.unwrap_or(base), target));
    }
    let weight = weight(named.len());
    for (name, target) in named {
        let place = target.at;
        cluster.trackers.push(Tracker {
            command: Some(Sourced {
                value: ping_command(&target.value.hosts, interval),
                at: place,
            }),
            interval: Some(Sourced::implied(interval)),
            timeout: Some(Sourced::implied(interval)),
            rise: Some(Sourced::implied(1)),
            fall: Some(Sourced::implied(fall)),
            ..Tracker::new(Sourced { value: name.clone(), at: place })
        });
        for router in &mut cluster.routers {
            let track = Track::new(TrackKind::Script, name.clone()).weighing(-weight);
            router.tracks.push(Sourced { value: track, at: place });
        }
        let note = format!(
            "a director that reaches fewer targets loses {weight} points of priority and with them its master role"
        );
        account.changed(place, conversion::ARBITRATION, "vrrp_script", &note);
    }
    account.changed(
        arbitrator,
        conversion::ARBITRATION,
        "track_script",
        "ipfail compared both directors' lists; keepalived compares priorities, with the same result",
    );
    let note = format!(
        "{} s become {fall} failures, one every {} s",
        dead.as_secs_f64(),
        interval.as_secs()
    );
    account.changed(deadping_at(cluster), conversion::ARBITRATION, "fall", &note);
}

/// Scripts work only with ipfail, and only when a lower priority has consequences. With `legacy`
/// ipfail itself does nothing.
fn is_active(cluster: &Cluster) -> bool {
    let membership = &cluster.membership;
    membership.arbitrator.is_some()
        && !membership.ping_targets.is_empty()
        && failback(cluster) == Failback::On
}

/// heartbeat's own default is `legacy`.
fn failback(cluster: &Cluster) -> Failback {
    cluster.membership.failback.map_or(Failback::Legacy, |failback| failback.value)
}

fn deadping_at(cluster: &Cluster) -> Option<Place> {
    cluster.membership.ping_dead_time.place()
}

/// The largest weight that fits `targets` of them, at most 60.
fn weight(targets: usize) -> i16 {
    let room = usize::from(ARBITRATED.second - 1) / targets.max(1);
    let least = usize::from(ARBITRATED.first - ARBITRATED.second) + 1;
    // Between 11 and 60, so the conversion cannot fail.
    i16::try_from(room.clamp(least, 60)).unwrap_or(60)
}

/// `ping_10_0_0_1`: keepalived's names are single words.
fn script_name(group: Option<&str>, hosts: &[String]) -> String {
    let base = group.unwrap_or_else(|| hosts.first().map_or("", String::as_str));
    let word: String =
        base.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    format!("ping_{word}")
}

/// One ping; a group lives when any member answers.
///
/// The members are asked at once: one after the other, the first dead one would use up the time that
/// the script has. The pipe ends at the first answer, which alone says `ttl=`; a `wait` for all
/// would take as long as the deadest.
fn ping_command(hosts: &[String], limit: Duration) -> String {
    let limit = limit.as_secs();
    match hosts {
        [host] => format!("/usr/bin/ping -n -q -c 1 -W {limit} {host}"),
        _ => {
            let one = |host: &String| format!("/usr/bin/ping -n -c 1 -W {limit} {host} &");
            let all: Vec<String> = hosts.iter().map(one).collect();
            format!("/bin/sh -c '({}) | grep -q ttl='", all.join(" "))
        }
    }
}

const PLAIN: Ranks = Ranks { first: 150, second: 100, step: 10 };
const ARBITRATED: Ranks = Ranks { first: 210, second: 200, step: 10 };
const LEGACY: &str =
    "ipfail does nothing without auto_failback on or off, so no address moves in keepalived either";
const NOPREEMPT: &str = "auto_failback off becomes nopreempt, and then a lowered priority moves nothing: ping arbitration is lost";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_target_less_puts_a_director_below_the_next() {
        for targets in 1..=18 {
            let weight = weight(targets);
            assert!(weight > i16::from(ARBITRATED.first - ARBITRATED.second), "{targets}");
            let left = i16::from(ARBITRATED.second) - weight * i16::try_from(targets).unwrap();
            assert!(left >= 1, "{targets}: all targets lost leaves {left}");
        }
    }

    #[test]
    fn priorities_descend_and_never_reach_zero() {
        let got: Vec<u8> = PLAIN.iter().take(4).collect();
        assert_eq!(got, [150, 100, 90, 80]);
        assert!(PLAIN.iter().take(100).all(|priority| priority >= 1));
    }

    #[test]
    fn a_ping_group_is_one_command() {
        let hosts = ["10.0.0.1".to_owned(), "10.0.0.2".to_owned()];
        let command = ping_command(&hosts, Duration::from_secs(2));
        assert_eq!(
            command,
            "/bin/sh -c '(/usr/bin/ping -n -c 1 -W 2 10.0.0.1 & \
             /usr/bin/ping -n -c 1 -W 2 10.0.0.2 &) | grep -q ttl='"
        );
        assert_eq!(script_name(Some("net one"), &hosts), "ping_net_one");
    }
}
