//! The lab: a whole cluster as real machines, with the real programs inside. See README.md beside this file.
//!
//! One binary with two lives. On the developer's machine it boots an emulated computer and prints what comes out
//! ([`host`]); started again inside (`lab inside NAME...`) it makes the nodes ([`world`]) and runs the scenarios.

// A scenario that cannot go on has nothing better to do than to stop; the harness prints its reason.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]
#![expect(clippy::print_stdout, clippy::print_stderr)]

mod behaviour;
mod formula;
mod host;
mod inventory;
mod message;
mod scenarios;
mod world;

use std::env;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match arguments.split_first() {
        Some((first, names)) if first == "inside" => world::main(names),
        _ => host::main(&arguments),
    }
}
