//! `lvsha ctl`: ask a running daemon.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::time::Duration;

use clap::Subcommand;

use super::duration::{rough, rough_seconds};
use super::printer::{Printer, Problem};
use super::{ExitCode, Failure};
use crate::run::control::{
    Action, AskError, DEFAULT_SOCKET, NOT_A_REQUEST, Request, RouterStatus, StanceWord, Status, ask,
};

mod metrics;
mod reload;
mod services;
mod stance;

/// Ask a running daemon, and tell it what to do with routers and real servers
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    question: Question,

    /// Socket of the daemon
    #[arg(long, global = true, value_name = "PATH", default_value = DEFAULT_SOCKET)]
    control: PathBuf,
}

#[derive(Debug, Subcommand)]
enum Question {
    /// Treat a real server as dead
    Disable(services::Order),
    /// Give a real server no new connections; it keeps those it has
    Drain(services::Order),
    /// Take back what was ordered for a real server
    Enable(services::Whom),
    /// Which services and real servers are up, since when and why
    Services {
        /// One JSON object
        #[arg(long)]
        json: bool,
    },
    /// Numbers for a monitoring system, as OpenMetrics text; `lvsha daemon --metrics` serves them by HTTP
    Metrics,
    /// Do as configured again, after `standby` or `takeover`
    Normal(stance::Which),
    /// Read the configuration again, and say what becomes of it
    Reload,
    /// Give routers up, and leave them to another director as long as there is one (hb_standby)
    Standby(stance::Which),
    /// Who is master, since when and why
    Status {
        /// One JSON object
        #[arg(long)]
        json: bool,
    },
    /// Take routers over from any other director (hb_takeover)
    Takeover(stance::Which),
    /// Give a real server another weight
    Weight {
        #[command(flatten)]
        order: services::Order,

        /// The weight
        #[arg(value_name = "WEIGHT", value_parser = clap::value_parser!(u32).range(..=65_535))]
        weight: u32,
    },
}

pub(super) fn run(arguments: &Arguments, printer: &Printer) -> Result<ExitCode, Failure> {
    let control = &arguments.control;
    let json = match &arguments.question {
        Question::Disable(order) => {
            return services::order(control, order, Action::Disable, printer);
        }
        Question::Drain(order) => return services::order(control, order, Action::Drain, printer),
        Question::Enable(whom) => return services::enable(control, whom, printer),
        Question::Services { json } => return services::show(control, *json, printer),
        Question::Metrics => return metrics::show(control, printer),
        Question::Normal(which) => {
            return stance::order(control, which, StanceWord::Normal, printer);
        }
        Question::Reload => return reload::order(control, printer),
        Question::Standby(which) => {
            return stance::order(control, which, StanceWord::Standby, printer);
        }
        Question::Status { json } => *json,
        Question::Takeover(which) => {
            return stance::order(control, which, StanceWord::Takeover, printer);
        }
        Question::Weight { order, weight } => {
            return services::order(control, order, Action::Weight(*weight), printer);
        }
    };
    let (status, text) =
        ask::<Status>(control, &Request::Status).map_err(|error| unreachable(&error))?;
    printer.result(&if json { text } else { human(&status) })?;
    Ok(ExitCode::Success)
}

fn unreachable(error: &AskError) -> Problem {
    let problem = Problem::new(error.to_string());
    match error {
        AskError::Connect { error, .. } if error.kind() == std::io::ErrorKind::PermissionDenied => {
            problem.help("ask as the user that the daemon runs as, for example with `sudo`")
        }
        AskError::Connect { .. } => {
            problem.help("start `lvsha daemon`, or name its socket with `--control PATH`")
        }
        // Of another version: its own word for what it cannot read.
        AskError::Refused(why) if why.starts_with(NOT_A_REQUEST) => problem
            .help("it may be older than this program: restart it, one director after the other"),
        AskError::Exchange(_) | AskError::Refused(_) | AskError::Unreadable(_) => problem,
    }
}

/// A line for each router, and what is unusual below it.
fn human(status: &Status) -> String {
    let mut out = String::new();
    // Writing to a string cannot fail.
    let _ = writeln!(out, "{}, up {}", status.node, rough(Duration::from_secs(status.uptime)));
    for router in &status.routers {
        self::router(&mut out, router);
    }
    for group in &status.groups {
        let _ = writeln!(
            out,
            "sync group {}: {} ({})",
            group.name,
            group.state,
            group.members.join(", ")
        );
    }
    for source in status.sources.iter().filter(|source| source.observation != "up") {
        let _ = writeln!(out, "{}: {}", source.name, source.observation);
    }
    out
}

fn router(out: &mut String, router: &RouterStatus) {
    let RouterStatus { name, state, interface, virtual_router_id, priority, .. } = router;
    let _ = writeln!(
        out,
        "{name}  {state} for {}  {interface} vrid {virtual_router_id} v{} priority {priority}",
        rough_seconds(router.since),
        router.vrrp
    );
    let _ = writeln!(out, "    because: {}", router.cause);
    if !router.order.is_empty() {
        let _ = writeln!(out, "    an operator ordered: {}", router.order);
    }
    let _ = writeln!(out, "    addresses: {}", router.addresses.join(", "));
    for peer in &router.peers {
        let _ = writeln!(
            out,
            "    heard {} with priority {}, {} times, last {} ago",
            peer.address,
            peer.priority,
            peer.count,
            rough_seconds(peer.silence)
        );
    }
    for (reason, count) in &router.discarded {
        let _ = writeln!(out, "    discarded, {}: {count}", reason.replace('_', " "));
    }
    let late = router.counters.get("late_timers").copied().unwrap_or(0);
    if late > 0 {
        let _ = writeln!(
            out,
            "    own timer late: {late} times, {:.1} ms at worst",
            router.worst_slip_ms
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::control::PeerStatus;

    #[test]
    fn a_daemon_that_does_not_know_the_question_is_older() {
        let help = |why: &str| {
            let problem = unreachable(&AskError::Refused(why.to_owned()));
            problem.unread().help.map(ToOwned::to_owned)
        };
        let told = help("not a request: unknown variant `reload`").unwrap_or_default();
        assert!(told.contains("restart it"), "{told}");
        assert_eq!(help("there is no virtual router `VI_9`"), None);
    }

    #[test]
    fn the_status_says_who_why_and_what_is_unusual() {
        let router = RouterStatus {
            name: "VI_1".to_owned(),
            virtual_router_id: 51,
            vrrp: 3,
            interface: "eth1".to_owned(),
            state: "BACKUP".to_owned(),
            since: 90.0,
            cause: "start".to_owned(),
            priority: 100,
            addresses: vec!["10.0.0.31/24".to_owned()],
            peers: vec![PeerStatus {
                address: "10.0.0.1".parse().unwrap(),
                priority: 200,
                silence: 0.4,
                count: 90,
            }],
            discarded: [("hop_limit".to_owned(), 2)].into(),
            ..RouterStatus::default()
        };
        let status = Status {
            node: "lw2".to_owned(),
            uptime: 7200,
            routers: vec![router],
            ..Status::default()
        };
        let expected = "lw2, up 2 h\n\
            VI_1  BACKUP for 1 min 30 s  eth1 vrid 51 v3 priority 100\n    \
            because: start\n    \
            addresses: 10.0.0.31/24\n    \
            heard 10.0.0.1 with priority 200, 90 times, last 0.4 s ago\n    \
            discarded, hop limit: 2\n";
        assert_eq!(human(&status), expected);
    }
}
