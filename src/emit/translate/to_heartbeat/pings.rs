//! Scripts that only ping become ping targets, on which ipfail acts.

use super::{NodeFile, codes};
use crate::emit::Account;
use crate::model::{Membership, PingTarget, Router, Sourced, Tracker, show_seconds};

/// Turns the scripts that some router follows with a negative weight into ping targets.
pub(super) fn apply(files: &[NodeFile], membership: &mut Membership, account: &mut Account) {
    for file in files {
        for tracker in &file.cluster.trackers {
            let used = super::groups::script_tracks(&file.cluster.routers);
            let mut weights = used
                .filter(|(_, name, _)| **name == tracker.name.value)
                .map(|(at, _, weight)| (at, weight.or(tracker_weight(tracker))));
            let hosts = tracker.command.as_ref().and_then(|command| pinged(&command.value));
            let follows = weights.clone().next().is_some();
            let negative = weights.all(|(_, weight)| weight.is_some_and(|weight| weight < 0));
            match hosts {
                Some(hosts) if follows && negative => {
                    ping(tracker, hosts, file, membership, account)
                }
                _ => lost(tracker, &file.cluster.routers, account),
            }
        }
    }
}

fn ping(
    tracker: &Tracker,
    hosts: Vec<String>,
    file: &NodeFile,
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
    account.exact(tracker.command.as_ref().and_then(|command| command.at), word);
    for (at, name, _) in super::groups::script_tracks(&file.cluster.routers) {
        if *name == tracker.name.value {
            account.changed(at, codes::PING_ARBITRATION, "respawn ipfail", note);
        }
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
        tracker.interval.and_then(|interval| interval.at),
        tracker.fall.and_then(|fall| fall.at),
        tracker.rise.and_then(|rise| rise.at),
        tracker.timeout.and_then(|timeout| timeout.at),
    ] {
        account.changed(at, codes::PING_ARBITRATION, "deadping", &note);
    }
}

fn lost(tracker: &Tracker, routers: &[Router], account: &mut Account) {
    let note = "heartbeat follows no scripts";
    let instead = "let the script call `hb_standby` when it fails, from cron or a systemd timer";
    account.impossible(tracker.name.at, codes::NOT_FOLLOWED, &[note, instead]);
    for (at, name, _) in super::groups::script_tracks(routers) {
        if *name == tracker.name.value {
            account.impossible(at, codes::NOT_FOLLOWED, &[note, instead]);
        }
    }
}

fn tracker_weight(tracker: &Tracker) -> Option<i16> {
    tracker.weight.map(|weight| weight.value)
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
