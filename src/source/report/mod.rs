//! How diagnostics are shown: separate from what they are.

mod short;
mod verdict;

pub use short::short;
pub use verdict::verdict;
