//! The order of a group's resources.

use super::{groups, is_address};
use crate::model::rules::View;
use crate::model::{Resource, ResourceKind};
use crate::source::{Diagnostic, Findings, codes};

pub(super) fn check(view: &View<'_>, findings: &mut Findings) {
    for router in groups(view) {
        let resources = &router.resources;
        let diagnostics = [
            before_its_address(resources),
            sync_behind_director(resources),
            director_without_address(resources),
        ];
        findings.extend(diagnostics.into_iter().flatten());
    }
}

/// A service in front of the first address.
fn before_its_address(resources: &[Resource]) -> Option<Diagnostic> {
    let first = resources.iter().position(is_address)?;
    let needs_address =
        |r: &&Resource| matches!(r.kind, ResourceKind::Service | ResourceKind::Director { .. });
    let early = resources.iter().take(first).find(needs_address)?;
    let message = format!("`{}` starts before the address of its group", early.name);
    let diagnostic = Diagnostic::new(codes::haresources_advice::ORDER, early.at, message);
    Some(match resources.get(first) {
        Some(address) => diagnostic.context(address.at, "the address is here"),
        None => diagnostic,
    })
}

/// The sync daemon behind the director that it should serve from the start.
fn sync_behind_director(resources: &[Resource]) -> Option<Diagnostic> {
    let director = resources.iter().position(is_director)?;
    let mut behind = resources.iter().skip(director);
    let late = behind.find(|resource| resource.kind == ResourceKind::SyncDaemon)?;
    let message = format!("`{}` starts after ldirectord", late.name);
    Some(Diagnostic::new(codes::haresources_advice::ORDER, late.at, message))
}

fn director_without_address(resources: &[Resource]) -> Option<Diagnostic> {
    let director = resources.iter().find(|resource| is_director(resource))?;
    if resources.iter().any(is_address) {
        return None;
    }
    let message = "ldirectord without any address in its group";
    Some(Diagnostic::new(codes::haresources_advice::ORDER, director.at, message))
}

fn is_director(resource: &Resource) -> bool {
    matches!(resource.kind, ResourceKind::Director { .. })
}
