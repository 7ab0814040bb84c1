//! Steps to hosts: the rollout of a plan.
//!
//! [`Act`]s are what can be done on a machine; [`script`] says each as a fixed shell script with
//! arguments and standard input; a [`Host`] carries scripts there and back. [`rollout`] decides
//! what is done when, without any I/O; [`run`] performs it.

mod act;
mod ages;
mod facts;
mod gate;
mod host;
mod local;
#[cfg(test)]
pub(crate) mod memory;
mod prepare;
pub mod rollout;
mod run;
pub mod script;
mod ssh;

pub use act::{Act, Entry, EntryState, Reply};
pub use gate::{GateReport, gate, gate_back, living_servers};
pub use host::{Fault, FaultKind, Host};
pub use local::Local;
pub use prepare::{connect, wanted_facts, wanted_look};
pub use run::{Basis, Event, perform, run};
pub use ssh::Remote;
