//! Model to running state: the director daemon.
//!
//! - [`daemon`]: plan, threads, scripts.
//! - [`control`]: how a running daemon is asked.
//! - [`services`]: virtual services: planned, checked, kept in the kernel.
//! - `account`: users and groups of this machine.
//! - `command`: programs of the user, as the daemon starts them.
//! - `group`: programs that were started, with all that they start.
//! - [`health`]: which real servers live; machines and probes.
//! - [`ipvs`]: the kernel's table as a value, the difference of two, the way there.
//! - [`metrics`]: what a monitoring system asks of it.
//! - [`net`]: the kernel's network: sockets of VRRP and netlink; the only unsafe code.
//! - `newest`: a channel that holds the newest value only.
//! - [`random`]: numbers that are the same for the same seed.
//! - `tasks`: what is left to do when everything ends.
//! - `tracked_file`: the number in a file that somebody writes for the director.
//! - `trust`: which programs may be run as root.
//! - [`vrrp`]: who is master; machines without sockets and clocks.

mod account;
mod command;
pub mod control;
pub mod daemon;
mod group;
pub mod health;
pub mod ipvs;
pub mod metrics;
pub mod net;
mod newest;
pub mod random;
pub mod services;
mod tasks;
mod tracked_file;
mod trust;
pub mod vrrp;
