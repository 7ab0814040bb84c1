//! The kernel's load balancer: its table as a value, the difference of two, and the way there.
//!
//! - [`Table`]: desired and actual are the same type.
//! - [`diff`] and [`apply`]: pure; `apply(diff(a, b), a) == b` is a property test.
//! - [`wire`]: the generic netlink family `IPVS`, bytes to values and back.
//! - [`batch`]: many requests in one send, errors mapped to the object by sequence number.
//! - [`reconcile`]: when to read, what to write, what to try again, what to report.
//! - [`kernel`]: the thread that carries this out.

pub mod batch;
mod diff;
pub mod kernel;
pub mod reconcile;
mod table;
#[cfg(test)]
pub(super) mod test_values;
pub mod wire;

pub use diff::{Step, apply, apply_step, diff};
pub use table::{
    Daemon, DaemonRole, Destination, DestinationKey, Forwarding, Granularity, Service,
    ServiceFlags, ServiceKey, ServiceSettings, Table, Timeouts, Tunnel, TunnelChecksum,
};
