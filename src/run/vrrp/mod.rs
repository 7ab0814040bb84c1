//! VRRP without sockets and clocks: packets, and machines that time and packets drive.
//!
//! - [`packet`]: bytes to [`Advertisement`] and back, versions 2 and 3, both families.
//! - [`Settings`]: what one virtual router on this director is to do.
//! - [`Machine`]: one virtual router (RFC 9568 section 6.4, RFC 3768 section 6.4).
//! - [`Director`]: all routers of this director, with their sync groups and what they track.
//! - [`Resources`]: what is started after the addresses, in order.
//! - [`Announcer`]: when which address is announced to the neighbours.
//!
//! Every machine has the same five entrances: `start(now)`, `handle(input, now)`,
//! `poll_output()`, `next_deadline()` and `handle_timeout(now)`. Outputs are to be polled after
//! each call until there are none; a deadline may have changed after each call; a timeout that
//! comes too early does nothing. Requirement ids (`A45`) are those of `tests/vrrp/LEDGER.toml`.

mod announcer;
mod authentication;
mod counters;
mod director;
mod machine;
pub mod packet;
mod resources;
mod settings;
mod timing;
mod tracking;

pub use announcer::{Announcer, Gratuitous, Schedule};
pub use authentication::{Authentication, Password};
pub use counters::Counters;
pub use director::{Departure, Director, Group, Member, RouterIndex, Source};
pub use machine::{Cause, Input, Machine, Notice, Output, Peer, Stance, State, Transition};
pub use packet::{Advertisement, ChecksumCustom, Envelope, Malformed, Reason, Version};
pub use resources::{ResourceInput, ResourceOutput, Resources, Verb};
pub use settings::{Arbitration, Settings};

pub use crate::model::Family;
pub use timing::Timing;
pub use tracking::{Observation, Standing, Tracked};
