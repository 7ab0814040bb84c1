//! Model to text: one writer per format, the translations between the two worlds, and the account
//! of what could not be said.

pub mod account;
pub mod keepalived;
pub mod scripts;
mod target;
pub mod translate;

pub use account::{Account, Mark, Outcome};
pub use target::{Feature, Target};
