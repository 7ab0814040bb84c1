//! The kernel's network: the only sockets of the daemon, and the only unsafe code of lvsha.
//!
//! - [`ping`]: one ICMP echo.
//! - [`readiness`]: waiting for sockets.
//! - [`socket`]: raw IP sockets for advertisements.
//! - [`frames`]: ARP and neighbour advertisements as bytes, and the socket that sends them.
//! - [`genetlink`]: generic netlink: families by name, messages, attributes.
//! - [`netlink`]: links and addresses, read, changed and watched.
//! - [`addresses`]: which addresses are on which link, wanted and found; pure.
//! - [`interface`]: names, virtual MACs, the settings under /proc/sys that these need.
//! - [`thread`]: memory lock, real-time priority, capabilities of the calling thread.

#![expect(unsafe_code, reason = "system calls that no library wraps; each says why it is sound")]

pub mod addresses;
pub mod frames;
pub mod genetlink;
pub mod interface;
pub mod netlink;
pub mod ping;
pub mod readiness;
pub mod socket;
pub mod thread;
