//! Model to running state: the director daemon.
//!
//! - [`daemon`]: plan, threads, scripts.
//! - [`control`]: how a running daemon is asked.
//! - [`net`]: the kernel's network; the only sockets.
//! - [`vrrp`]: who is master; machines without sockets and clocks.

pub mod control;
pub mod daemon;
pub mod net;
pub mod vrrp;
