//! The sockets of the daemon.

pub mod genetlink;
