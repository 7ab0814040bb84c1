//! The log: one line for each report, with the reason and the peer in it.

use tracing::{error, info, warn};

use super::Report;
use crate::run::vrrp::{Notice, State};
use crate::source::words::counted;

/// Writes a report to the log.
pub(super) fn tell(report: &Report) {
    match report {
        Report::Announced { router, count } => {
            info!("({router}) sending gratuitous ARP for {}", counted(*count, "address"));
        }
        Report::Discarded { source, reason, omitted: 0 } => {
            warn!("packet from {source} discarded: {reason}");
        }
        Report::Discarded { source, reason, omitted } => {
            warn!("packet from {source} discarded: {reason} ({omitted} more since the last line)");
        }
        Report::GroupChanged { group, state } => info!("sync group {group}: {state}"),
        Report::Failed { what, why } => error!("{what}: {why}"),
        Report::Leaving { router, cause } => {
            info!("({router}) stopping its resources before it gives up: {cause}");
        }
        Report::Lost { count } => warn!("{count} lines are missing here: the log did not keep up"),
        Report::Noticed { router, notice } => match notice {
            Notice::IntervalDiffers { .. } => info!("({router}) {notice}"),
            Notice::NotCleared { .. } => error!("({router}) {notice}"),
            Notice::AddressesDiffer { .. }
            | Notice::Discarded { .. }
            | Notice::EqualPriority { .. }
            | Notice::LateAdvertisement { .. }
            | Notice::LateTimer { .. }
            | Notice::TooManyAddresses { .. } => warn!("({router}) {notice}"),
        },
        Report::ObjectRefused { object, why } => error!("{object}: {why}"),
        Report::ObjectRepaired { object } => warn!("{object} was gone, put back"),
        Report::PathLost { interface, why } => {
            warn!("path {interface} is lost: {why}; the others go on");
        }
        Report::PathFound { interface } => info!("path {interface} works again"),
        Report::PriorityChanged { router, from, to } => {
            info!("({router}) priority {from} becomes {to}");
        }
        // Told by who asked for it.
        Report::Reloaded => {}
        Report::Stranger { router, source } => {
            warn!("({router}) {source} is none of its unicast peers, and is heard nevertheless");
        }
        Report::Withdrawn { router, .. } => {
            info!(
                "({router}) another director is master: removing the addresses that were left here"
            );
        }
        Report::Transition { router, transition } => {
            let cause = &transition.cause;
            match transition.to {
                State::Master => info!("({router}) transition to MASTER: {cause}"),
                State::Backup => info!("({router}) entering BACKUP: {cause}"),
                State::Fault => error!("({router}) entering FAULT: {cause}"),
                State::Initialize => info!("({router}) stopped: {cause}"),
            }
        }
    }
}
