//! Model to running state: the director daemon.
//!
//! - [`vrrp`]: who is master; machines without sockets and clocks.

pub mod vrrp;
