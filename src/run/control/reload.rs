//! What became of a reload.

use serde::{Deserialize, Serialize};

/// The answer to the request for a reload.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "reload", rename_all = "snake_case")]
pub enum ReloadAnswer {
    /// The new configuration is followed.
    Done,
    /// It cannot be used, and what runs goes on.
    Refused {
        /// The first error, with its place.
        why: String,
    },
    /// It says what is followed already.
    Unchanged,
    /// It is followed when the resources of routers that it lacks are stopped.
    Waiting {
        /// Their names.
        routers: Vec<String>,
    },
}
