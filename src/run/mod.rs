//! Model to running state: the director daemon.
//!
//! - [`net`]: the kernel's network; the only sockets.
//! - [`vrrp`]: who is master; machines without sockets and clocks.

pub mod net;
pub mod vrrp;
