//! The daemon: a plan, two threads, the kernel.
//!
//! ```text
//!   thread "vrrp"                                    main thread
//!   +---------------------------------+   Report    +--------------------------------+
//!   | worker: sockets, timers,        | ----------> | supervisor: signals, log,      |
//!   | Director and Announcers,        |             | hooks, tracked scripts,        |
//!   | addresses in the kernel         | <---------- | control socket, reload         |
//!   +---------------------------------+    Order    +--------------------------------+
//! ```
//!
//! Nothing that can take long happens on the left: no file, no script, no log. Reports that nobody
//! acts on are dropped, and counted, before they make it wait.

mod hooks;
mod kernel;
mod load;
mod metrics;
mod pipes;
pub mod plan;
mod ports;
mod processes;
mod report;
mod resources;
mod script;
mod services;
mod status;
mod story;
mod succession;
mod supervisor;
mod trackers;
mod unexecuted;
mod unread;
mod worker;

pub use load::{Loaded, load, load_routers, of_site, routers_of_site};
pub use plan::{Plan, RouterPlan};
pub use report::{Order, Report, ResourceNews};
pub use supervisor::{Ended, Options, StartError, run};
