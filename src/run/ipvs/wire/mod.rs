//! The generic netlink family `IPVS`, version 1 (linux/ip_vs.h), bytes to values and back.
//!
//! Requests are encoded with neli; replies are read with [`frames`](crate::run::net::genetlink::messages), which
//! cannot panic. Unknown attributes are ignored: each kernel release adds some.

mod names;
mod reply;
mod request;

#[cfg(test)]
mod tests;

pub use names::{Command, FAMILY, VERSION};
pub use reply::{daemon, destination, service, timeouts};
pub use request::{Question, encode_question, encode_step};
