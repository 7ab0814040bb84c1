//! Reads authkeys into the model.

use crate::model::Cluster;
use crate::source::{Findings, SourceFile};
use crate::syntax::Tree;

/// Adds what `tree` says to `cluster`.
pub(super) fn read(
    _file: &SourceFile,
    _tree: &Tree,
    _cluster: &mut Cluster,
    _findings: &mut Findings,
) {
}
