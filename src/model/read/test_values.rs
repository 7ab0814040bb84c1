//! Clusters for tests that are about something else than reading.

use super::{Input, read};
use crate::model::Cluster;
use crate::source::Sources;
use crate::syntax::Format;

/// What a keepalived.conf with this text means.
pub(crate) fn keepalived(text: &str) -> Cluster {
    let mut sources = Sources::new();
    let file = sources.add("keepalived.conf", text.as_bytes());
    read(&mut sources, &[Input { file, format: Format::Keepalived }]).cluster
}
