//! Model to running state: what `lvsha daemon` keeps true on a director.
//!
//! Protocol and control logic is without I/O: machines with `handle(input, now)` and outputs that are
//! fetched, so that a test needs neither a clock nor a kernel. Sockets live in [`net`] only.

pub mod health;
pub mod ipvs;
pub mod net;
pub mod services;
