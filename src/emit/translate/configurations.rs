//! ldirectord's configurations: which of them heartbeat starts, and which were read.

use std::path::Path;

use crate::emit::Account;
use crate::model::read::Input;
use crate::model::{Cluster, Resource, Service, Sourced};
use crate::source::codes::conversion;
use crate::source::{FileId, Sources};
use crate::syntax::{DIRECTORY, Format};

/// Says of each service in which configuration of ldirectord it stands, as a resource names it, else
/// as its file is called.
pub fn name_configurations(cluster: &mut Cluster, inputs: &[Input], sources: &Sources) {
    let configurations = Configurations::new(cluster, inputs, sources);
    let resources = || cluster.routers.iter().flat_map(|router| &router.resources);
    let names: Vec<(FileId, String)> = configurations
        .read
        .iter()
        .map(|(file, path)| {
            let named = resources().find(|resource| configurations.file(resource) == Some(*file));
            let base = Path::new(path).file_name().and_then(|name| name.to_str());
            let name = named.and_then(Resource::configuration).or(base);
            (*file, name.unwrap_or(Service::CONFIGURATION).to_owned())
        })
        .collect();
    for service in &mut cluster.services {
        let is_its = |(file, _): &&(FileId, String)| {
            service.target.at.is_some_and(|place| place.file == *file)
        };
        let name = names.iter().find(is_its).map(|(_, name)| name);
        let unusual = name.filter(|name| *name != Service::CONFIGURATION);
        service.configuration = unusual.map(|name| Box::new(Sourced::implied(name.clone())));
    }
}

/// Both sides of `ldirectord::NAME`.
pub(super) struct Configurations {
    /// The files that were read, with their names.
    read: Vec<(FileId, String)>,
    /// Those that a resource names; `None` without haresources, when nobody can tell.
    started: Option<Vec<FileId>>,
}

impl Configurations {
    /// What `inputs` hold of what the groups of `cluster` name.
    pub(super) fn new(cluster: &Cluster, inputs: &[Input], sources: &Sources) -> Self {
        let of = |format| inputs.iter().filter(move |input| input.format == format);
        let name = |input: &Input| (input.file, sources.get(input.file).name().to_owned());
        let read = of(Format::Ldirectord).map(name).collect();
        let mut configurations = Self { read, started: None };
        if of(Format::Haresources).next().is_some() {
            let resources = cluster.routers.iter().flat_map(|router| &router.resources);
            let started = resources.filter_map(|resource| configurations.file(resource));
            configurations.started = Some(started.collect());
        }
        configurations
    }

    /// Speaks for a resource that starts ldirectord.
    pub(super) fn director(&self, resource: &Resource, account: &mut Account) {
        let place = Some(resource.at);
        if self.file(resource).is_some() {
            let note = "the IPVS table and the checks are on every director all the time, not only on the active one";
            account.changed(place, conversion::TABLE_ON_EVERY_NODE, "virtual_server", note);
            return;
        }
        let name = resource.configuration().unwrap_or_default();
        let note = format!("{name} was not read, so nothing of it is written: name that file, too");
        account.impossible(place, conversion::CONFIGURATION_NOT_READ, &[&note]);
    }

    /// Says of every service in a file that no resource names that heartbeat did not run it.
    pub(super) fn unstarted(&self, cluster: &Cluster, account: &mut Account) {
        let Some(started) = &self.started else { return };
        for place in cluster.services.iter().filter_map(|service| service.target.at) {
            if !started.contains(&place.file) {
                account.changed(
                    Some(place),
                    conversion::CONFIGURATION_NOT_STARTED,
                    "virtual_server",
                    "no resource of haresources starts ldirectord with this file: \
                     keep the service only if something else does",
                );
            }
        }
    }

    /// The file that a resource of ldirectord names.
    fn file(&self, resource: &Resource) -> Option<FileId> {
        let name = resource.configuration()?;
        // ldirectord takes names below both of its directories for what stands in them.
        let inside = name.strip_prefix(DIRECTORY).unwrap_or(name);
        let inside = inside.strip_prefix("conf/").unwrap_or(inside);
        let inside = inside.strip_prefix('/').unwrap_or(inside);
        let is_named = |(_, path): &&(FileId, String)| Path::new(path).ends_with(inside);
        self.read.iter().find(is_named).map(|(file, _)| *file)
    }
}
