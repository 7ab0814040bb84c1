//! lvsha: the configuration of Linux Virtual Server directors, read, judged, converted, deployed,
//! executed.
//!
//! The folders are the data flow; each imports only from those above it (`tests/house.rs` checks):
//!
//! - [`source`]: text with a name. Files, spans, diagnostics and their renderers.
//! - [`syntax`]: text to tree. The only place that knows pest; keyword tables as data.
//! - [`model`]: tree to meaning, without I/O and without a clock.
//! - [`emit`]: model to text, and the account of what could not be said.
//! - [`site`]: the inventory, and the files of each node that follow from it.
//! - [`plan`]: what must be done on each node, pure.
//! - [`deploy`]: doing it, over SSH or here.
//! - [`run`]: model to running state. The director daemon: VRRP, IPVS, health checks; the only
//!   `unsafe`.
//! - [`sim`]: the same machines under a virtual clock and a lossy network.
//! - [`cli`]: one file per subcommand: read, call, print.

pub mod cli;
pub mod deploy;
pub mod emit;
pub mod model;
pub mod plan;
pub mod run;
pub mod sim;
pub mod site;
pub mod source;
pub mod syntax;
