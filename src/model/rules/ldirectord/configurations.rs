//! What several configurations of ldirectord have in common that heartbeat starts.

use std::collections::{HashMap, HashSet};
use std::ffi::OsStr;
use std::path::Path;

use super::super::View;
use super::{codes, services};
use crate::model::{Protocol, Resource, Target};
use crate::source::{Diagnostic, Findings, Place};

/// LD040: the kernel's table holds a service once, whoever writes it.
pub(super) fn same_service(view: &View<'_>, findings: &mut Findings) {
    let resources = view.cluster.routers.iter().flat_map(|router| &router.resources);
    let names = resources.filter_map(Resource::configuration);
    let started: HashSet<&OsStr> = names.filter_map(|name| Path::new(name).file_name()).collect();
    // Files that nothing starts are copies, or are started by something that is not known.
    if started.len() < 2 {
        return;
    }
    let is_started = |at: &Place| {
        let name = Path::new(view.sources.get(at.file).name()).file_name();
        name.is_some_and(|name| started.contains(name))
    };
    let mut first: HashMap<(Option<Protocol>, &Target), Place> = HashMap::new();
    for (service, at) in services(view).filter(|(_, at)| is_started(at)) {
        let protocol = service.protocol.map(|protocol| protocol.value);
        let earlier = *first.entry((protocol, &service.target.value)).or_insert(at);
        // Within one file ldirectord itself refuses the second.
        if earlier.file != at.file {
            findings.push(
                Diagnostic::new(codes::SAME_SERVICE, at, "another configuration has this service")
                    .context(earlier, "the first is here")
                    .note("where both run, each removes the real servers of the other at its start")
                    .help("put all of its real servers into one configuration"),
            );
        }
    }
}
