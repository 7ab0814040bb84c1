//! The virtual services of a director: planned from the model, kept in the kernel, checked, reported.
//!
//! ```text
//!   thread "services"                          thread "ipvs"
//!   +---------------------------------+ Table  +---------------------------+
//!   | Monitor, probes, hooks, mail    | -----> | Reconciler over the       | <--> kernel
//!   | commands of operators and VRRP  | <----- | generic netlink socket    |
//!   +---------------------------------+ Event  +---------------------------+
//! ```
//!
//! Neither thread is VRRP's: a check, a script or a slow kernel delays no advertisement.

mod hooks;
mod mail;
mod maintenance;
pub mod plan;
mod worker;

pub use hooks::{ServerHooks, ServiceHooks};
pub(in crate::run) use mail::Mailer;
pub use mail::{MailPlan, router_plan as mail_plan};
pub use plan::{Plan, SyncPlan};
pub use worker::{Command, KernelStatus, Services, Snapshot, Told, start};
