//! Scripts that only ping become ping targets, on which ipfail acts.

use std::collections::HashMap;

use super::groups::{Group, Places};
use super::{NodeFile, codes};
use crate::emit::Account;
use crate::model::{
    Carried, Located, Membership, PingTarget, Router, Sourced, Track, TrackKind, Tracker,
    show_seconds,
};

/// Turns the scripts that some router follows with a negative weight into ping targets.
pub(super) fn apply(
    files: &[NodeFile],
    groups: &[Group<'_>],
    membership: &mut Membership,
    account: &mut Account,
) {
    let places = Places::of(groups);
    for file in files {
        // What follows each script, and whether the router pays no heed to its weight.
        let mut followers: HashMap<&str, Vec<(&Sourced<Track>, bool)>> = HashMap::new();
        for router in &file.cluster.routers {
            let group = places.find(router).and_then(|number| groups.get(number));
            let has_no_effect = weights_count_for_nothing(router, file, group);
            let scripts =
                router.tracks.iter().filter(|track| track.value.kind == TrackKind::Script);
            for track in scripts {
                followers.entry(&track.value.name).or_default().push((track, has_no_effect));
            }
        }
        for tracker in &file.cluster.trackers {
            let weight = |track: &Sourced<Track>| {
                track.value.weight_of_script(&file.cluster.trackers).unwrap_or(0)
            };
            let (mut tracks, mut ignored) = (Vec::new(), Vec::new());
            for (track, has_no_effect) in
                followers.get(tracker.name.value.as_str()).into_iter().flatten()
            {
                let is_weighted = weight(track) != 0;
                let list = if is_weighted && *has_no_effect { &mut ignored } else { &mut tracks };
                list.push(*track);
            }
            for track in &ignored {
                account.needless(track.at, IGNORED);
            }
            let hosts = tracker.command.as_ref().and_then(|command| pinged(&command.value));
            // heartbeat counts the targets that answer; it has nothing that an answer takes away from.
            let is_loss = |track: &&Sourced<Track>| {
                weight(track) < 0 && !track.value.is_reversed(&file.cluster.trackers)
            };
            let negative = tracks.iter().all(is_loss);
            match hosts {
                _ if tracks.is_empty() && !ignored.is_empty() => {
                    speak_of_needless(tracker, IGNORED, account);
                }
                _ if tracks.is_empty() && !is_followed(tracker, file) => {
                    speak_of_needless(tracker, NOBODY, account);
                }
                Some(hosts) if !tracks.is_empty() && negative => {
                    make_target(tracker, hosts, &tracks, membership, account);
                }
                _ => speak_of_lost(tracker, &tracks, account),
            }
        }
    }
}

/// Whether keepalived pays no heed to what changes the priority of `router`.
fn weights_count_for_nothing(router: &Router, file: &NodeFile, group: Option<&Group<'_>>) -> bool {
    if file.cluster.sync_groups.iter().any(|sync| sync.ignores_weights_of(router)) {
        return true;
    }
    // One director that preempts is enough for a lower priority to matter to the others.
    router.stays(&file.cluster.globals) && group.is_none_or(Group::stays)
}

/// Makes a ping target of a script, and speaks for it.
fn make_target(
    tracker: &Tracker,
    hosts: Vec<String>,
    tracks: &[&Sourced<Track>],
    membership: &mut Membership,
    account: &mut Account,
) {
    let group = (hosts.len() > 1).then(|| tracker.name.value.clone());
    let target = PingTarget { group, hosts };
    let word = if target.group.is_some() { "ping_group" } else { "ping" };
    if !membership.ping_targets.iter().any(|known| known.value == target) {
        membership.ping_targets.push(Sourced::implied(target));
    }
    let program = Sourced::implied(IPFAIL.to_owned());
    membership.arbitrator.get_or_insert(program);
    let note = "the director that reaches fewer targets gives everything up, whatever the weight";
    account.changed(tracker.name.at, codes::PING_ARBITRATION, word, note);
    account.exact(tracker.command.place(), word);
    for track in tracks {
        account.changed(track.at, codes::PING_ARBITRATION, "respawn ipfail", note);
    }
    // heartbeat pings with each heartbeat and waits for the dead time, or for deadping.
    let interval = tracker.interval.map_or(1.0, |interval| interval.value.as_secs_f64());
    let fall = tracker.fall.map_or(1, |fall| fall.value);
    let wanted = std::time::Duration::from_secs_f64(interval * f64::from(fall));
    let least = membership.effective_interval() * 2 + std::time::Duration::from_millis(1);
    let dead = wanted.max(least).max(membership.ping_dead_time.map_or(least, |time| time.value));
    membership.ping_dead_time = Some(Sourced::implied(dead));
    let note = format!(
        "a ping each {interval} s that may fail {fall} times becomes one each {} s and {} s of silence",
        show_seconds(membership.effective_interval()),
        show_seconds(dead)
    );
    for at in [
        tracker.interval.place(),
        tracker.fall.place(),
        tracker.rise.place(),
        tracker.timeout.place(),
    ] {
        account.changed(at, codes::PING_ARBITRATION, "deadping", &note);
    }
}

fn speak_of_lost(tracker: &Tracker, tracks: &[&Sourced<Track>], account: &mut Account) {
    let note = "heartbeat follows no scripts";
    let instead = "let the script call `hb_standby` when it fails, from cron or a systemd timer";
    account.impossible(tracker.name.at, codes::NOT_FOLLOWED, &[note, instead]);
    for track in tracks {
        account.impossible(track.at, codes::NOT_FOLLOWED, &[note, instead]);
    }
}

/// A script that nobody follows to any effect needs nothing in its place.
fn speak_of_needless(tracker: &Tracker, why: &str, account: &mut Account) {
    let Tracker { name, command, interval, timeout, weight, rise, fall, user, .. } = tracker;
    for at in [
        name.at,
        command.place(),
        interval.place(),
        timeout.place(),
        weight.place(),
        rise.place(),
        fall.place(),
        user.place(),
        tracker.starts_down.place(),
    ] {
        account.needless(at, why);
    }
}

/// Whether a sync group follows the script: those of instances are known. Lines that the model does not
/// hold may follow it, too.
fn is_followed(tracker: &Tracker, file: &NodeFile) -> bool {
    let is_it = |track: &Sourced<Track>| {
        track.value.kind == TrackKind::Script && track.value.name == tracker.name.value
    };
    let may_be = |carried: &Carried| {
        carried.keyword == "track_script" || carried.keyword.starts_with(['@', '$', '~'])
    };
    file.cluster
        .sync_groups
        .iter()
        .any(|group| group.tracks.iter().any(is_it) || group.carried.iter().any(may_be))
        || file.cluster.routers.iter().any(|router| router.carried.iter().any(may_be))
}

/// The hosts of a command that does nothing but ping: one ping, or several of which one has to be
/// answered.
fn pinged(command: &str) -> Option<Vec<String>> {
    let words = shell_words::split(command).ok()?;
    if let [shell, option, inside] = words.as_slice()
        && matches!(shell.rsplit('/').next(), Some("sh" | "bash" | "dash"))
        && option == "-c"
    {
        // All at once, of which the first answer ends the pipe, or one after the other.
        let at_once = inside.trim().strip_prefix('(').and_then(|rest| rest.split_once(')'));
        let at_once = at_once.filter(|(_, behind)| behind.trim() == FIRST_ANSWER);
        let parts: Vec<&str> = match at_once {
            Some((pings, _)) => pings.split_terminator('&').collect(),
            None => inside.split("||").collect(),
        };
        return parts.into_iter().map(|one| one_ping(&shell_words::split(one).ok()?)).collect();
    }
    one_ping(&words).map(|host| vec![host])
}

fn one_ping(words: &[String]) -> Option<String> {
    let (program, arguments) = words.split_first()?;
    if !matches!(program.rsplit('/').next(), Some("ping" | "ping4" | "ping6" | "fping")) {
        return None;
    }
    // Something behind a redirection or a second command would be no plain ping.
    let is_host =
        |word: &str| word.chars().all(|c| c.is_ascii_alphanumeric() || ".:-_".contains(c));
    let host = arguments.last().filter(|host| is_host(host) && !host.starts_with('-'))?;
    let others = arguments.iter().rev().skip(1);
    let mut plain = others.clone().all(|word| word.starts_with('-') || word.parse::<f64>().is_ok());
    // A number behind an option is its value, alone it would be a host.
    plain &= !host.chars().all(|c| c.is_ascii_digit());
    plain.then(|| host.clone())
}

const NOBODY: &str = "no instance follows it, so nothing depends on it";
const IGNORED: &str = "keepalived ignores it here: the weight moves nothing";
/// What is behind pings that all run at once (`ping_group` becomes this).
const FIRST_ANSWER: &str = "| grep -q ttl=";
/// Where Debian's heartbeat has the program, and the user that may talk to heartbeat.
const IPFAIL: &str = "hacluster /usr/libexec/heartbeat/ipfail";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_pings_are_ping_targets() {
        let hosts = |command| pinged(command).unwrap_or_default();
        assert_eq!(hosts("/usr/bin/ping -n -q -c 1 -W 1 10.0.0.1"), ["10.0.0.1"]);
        assert_eq!(hosts("ping -c1 gateway.example"), ["gateway.example"]);
        assert_eq!(
            hosts("/bin/sh -c '/usr/bin/ping -c 1 10.0.0.1 || /usr/bin/ping -c 1 10.0.0.2'"),
            ["10.0.0.1", "10.0.0.2"]
        );
        assert_eq!(
            hosts(
                "/bin/sh -c '(/bin/ping -c 1 10.0.0.1 & /bin/ping -c 1 10.0.0.2 &) | grep -q ttl='"
            ),
            ["10.0.0.1", "10.0.0.2"]
        );
        assert!(hosts("/bin/sh -c '(ping -c 1 10.0.0.1 & pidof x &) | grep -q ttl='").is_empty());
        assert!(hosts("/bin/sh -c 'ping -c 1 10.0.0.1 && pidof nginx'").is_empty());
        assert!(hosts("/usr/bin/killall -0 nginx").is_empty());
        assert!(hosts("ping -c 1").is_empty());
    }
}
