//! The sockets of the daemon.

pub mod frames;
pub mod genetlink;
pub mod socket;
