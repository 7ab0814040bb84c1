//! Model to text: one writer per format, the translations between the two worlds, and the account
//! of what could not be said.

pub mod account;
mod convert;
pub mod differences;
pub mod heartbeat;
pub mod keepalived;
pub mod ldirectord;
mod origin;
pub mod report;
pub mod scripts;
mod target;
pub mod translate;

pub use account::{Account, Mark, Outcome};
pub use convert::{Conversion, NodeInput, ToHeartbeat};
pub use origin::Origin;
pub use target::{Feature, Target};
