//! `lvsha convert`: read, translate, write, account.

mod example;
mod to_heartbeat;
mod to_inventory;
mod to_keepalived;
mod told;

use clap::{Args, Subcommand};

use super::printer::Printer;
use super::{ExitCode, Failure};

/// Convert between formats, with an account of every directive
#[derive(Args, Debug)]
pub(super) struct Arguments {
    /// From what to what
    #[command(subcommand)]
    direction: Direction,
}

/// From what to what.
#[derive(Debug, Subcommand)]
enum Direction {
    /// heartbeat and ldirectord to one keepalived.conf per director
    ///
    /// The result goes to stdout (one node) or to a directory (all nodes, with --out); the account
    /// of every directive goes to stderr. A terminal shows no keys and passwords.
    HeartbeatToKeepalived(to_keepalived::Arguments),
    /// keepalived to heartbeat and ldirectord: the whole /etc/ha.d of each director
    ///
    /// Name one keepalived.conf, or a directory with one directory per director. heartbeat names
    /// every director, so those that no file is of are named with --peer. The account of every
    /// directive goes to stderr. A terminal shows no keys and passwords.
    KeepalivedToHeartbeat(to_heartbeat::Arguments),
    /// heartbeat and ldirectord to an inventory: the whole cluster in one TOML file
    HeartbeatToInventory(to_inventory::Arguments),
    /// keepalived.conf of one or more directors to an inventory
    ///
    /// What the files say alike is said once; what differs becomes a setting of the node.
    KeepalivedToInventory(to_inventory::KeepalivedArguments),
}

pub(super) fn run(arguments: &Arguments, printer: &Printer) -> Result<ExitCode, Failure> {
    match &arguments.direction {
        Direction::HeartbeatToKeepalived(arguments) => to_keepalived::run(arguments, printer),
        Direction::KeepalivedToHeartbeat(arguments) => to_heartbeat::run(arguments, printer),
        Direction::HeartbeatToInventory(arguments) => to_inventory::run(arguments, None, printer),
        Direction::KeepalivedToInventory(arguments) => {
            let to_inventory::KeepalivedArguments { common, conditions } = arguments;
            to_inventory::run(common, Some(conditions), printer)
        }
    }
}
