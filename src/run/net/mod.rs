//! The kernel's network: the only sockets of the daemon, and the only unsafe code of lvsha.
//!
//! - [`alarm`]: waiting for a moment.
//! - [`descriptors`]: how many may be open.
//! - [`readiness`]: waiting for sockets.
//! - [`socket`]: raw IP sockets for advertisements.
//! - [`filter`]: packets to addresses that are not accepted (nftables).
//! - [`frames`]: ARP and neighbour advertisements as bytes, and the socket that sends them.
//! - [`genetlink`]: generic netlink: families by name, messages, attributes.
//! - [`netlink`]: links, addresses, routes and rules, read, changed and watched.
//! - [`objects`]: all that is put into the kernel, wanted and found, and the steps between; pure.
//!   [`addresses`], [`routes`] and [`rules`] are what it consists of.
//! - [`interface`]: names, virtual MACs, the settings under /proc/sys that these need.
//! - [`thread`]: memory lock, real-time priority, capabilities of the calling thread.

#![expect(unsafe_code, reason = "system calls that no library wraps; each says why it is sound")]

pub mod addresses;
pub mod alarm;
pub mod descriptors;
pub mod filter;
pub mod frames;
pub mod genetlink;
pub mod interface;
pub mod netlink;
pub mod objects;
pub mod readiness;
pub mod routes;
pub mod rules;
pub mod socket;
pub mod thread;
