//! The daemon's machines under a virtual clock and a network that loses, doubles and delays.
//!
//! - [`World`]: directors, links, time; one step after the other.
//! - [`Invariants`]: what must hold after every step.
//! - [`Scenario`]: random histories from a seed, and those that people ask for.
//! - [`Outcome`]: who held what, when, and for how long nobody did.
//!
//! A history is a function of its seed: the same seed gives the same packets at the same time.

mod invariants;
mod outcome;
mod scenario;
#[cfg(test)]
mod tests;
mod world;

pub use crate::run::random::Random;
pub use invariants::Invariants;
pub use outcome::{Holding, Outcome};
pub use scenario::{Failure, Scenario, history};
pub use world::{Action, Change, NodeSpec, Record, World};
