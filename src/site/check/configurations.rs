//! ldirectord's configurations: names, and both sides of `ldirectord::NAME`.

use super::own;
use crate::model::{Cluster, Located, Resource, Router, Service};
use crate::site::keys::Reader;
use crate::source::Diagnostic;
use crate::source::codes::inventory;

/// Every configuration has a name that can be a file's, services, and a resource that starts it.
pub(super) fn check(cluster: &Cluster, reader: &mut Reader<'_>) {
    names(cluster, reader);
    without_service(cluster, reader);
    without_resource(cluster, reader);
}

fn names(cluster: &Cluster, reader: &mut Reader<'_>) {
    for named in cluster.services.iter().filter_map(|service| service.configuration.as_ref()) {
        if let (false, Some(at)) = (is_file_name(&named.value), own(named.at, reader)) {
            let message = format!("`{}` cannot be the name of a configuration", named.value);
            reader.report(
                Diagnostic::new(inventory::WRONG_VALUE, at, message)
                    .help("write a name below /etc/ha.d, such as `web.cf`"),
            );
        }
    }
}

fn without_service(cluster: &Cluster, reader: &mut Reader<'_>) {
    for router in &cluster.routers {
        for name in started(router) {
            let is_known = cluster.services.iter().any(|service| service.configuration() == name);
            if let (false, Some(at)) = (is_known, own(router.name.at, reader)) {
                let message = format!("no service is in `{name}`, which this router starts");
                reader.report(
                    Diagnostic::new(inventory::CONFIGURATION, at, message)
                        .help(format!("write `configuration = \"{name}\"` in its services")),
                );
            }
        }
    }
}

/// Each missing resource once, at the first service that waits for it.
fn without_resource(cluster: &Cluster, reader: &mut Reader<'_>) {
    // A first router without resources of its own starts all of them.
    if cluster.routers.first().is_none_or(|router| router.resources.is_empty()) {
        return;
    }
    let mut known: Vec<&str> = cluster.routers.iter().flat_map(started).collect();
    for service in &cluster.services {
        let name = service.configuration();
        if known.contains(&name) || !is_file_name(name) {
            continue;
        }
        known.push(name);
        let place = service.configuration.place();
        if let Some(at) = own(place.or(service.target.at), reader) {
            let message = format!("no router starts `{name}`, which this service is in");
            let resource = match name {
                Service::CONFIGURATION => "ldirectord".to_owned(),
                name => format!("ldirectord::{name}"),
            };
            reader.report(
                Diagnostic::new(inventory::CONFIGURATION, at, message)
                    .help(format!("add `\"{resource}\"` to `resources` of a router")),
            );
        }
    }
}

fn started(router: &Router) -> impl Iterator<Item = &str> {
    router.resources.iter().filter_map(Resource::configuration)
}

/// Whether it can be a path, and a word of haresources.
fn is_file_name(name: &str) -> bool {
    let mut parts = name.strip_prefix('/').unwrap_or(name).split('/');
    parts.all(|part| {
        !matches!(part, "" | "." | "..")
            && !part.contains(|c: char| c.is_whitespace() || c.is_control() || c == ':')
    })
}
