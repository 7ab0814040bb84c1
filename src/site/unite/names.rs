//! One name for the instances of one virtual router: an inventory goes by names, keepalived by numbers.

use std::collections::{HashMap, HashSet};

use crate::model::identity::{self, Instance};
use crate::model::{Cluster, Router};
use crate::source::Place;

/// An instance that has another name in the inventory than in its file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::site) struct Renamed {
    /// Where the file names it.
    pub(in crate::site) at: Option<Place>,
    /// Its name there.
    pub(in crate::site) old: String,
    /// Its name in the inventory.
    pub(in crate::site) new: String,
}

/// Calls each virtual router on every node as the first file calls it, unless another one has that name.
pub(in crate::site) fn name_routers(nodes: &mut [(String, Cluster)]) -> Vec<Renamed> {
    let mut renamed = Vec::new();
    for (instance, new) in names(nodes) {
        let Some((_, cluster)) = nodes.get_mut(instance.file) else { continue };
        let Some(router) = cluster.routers.get_mut(instance.number) else { continue };
        let old = std::mem::replace(&mut router.name.value, new.clone());
        renamed.push((instance.file, Renamed { at: router.name.at, old, new }));
    }
    for (file, (_, cluster)) in nodes.iter_mut().enumerate() {
        let of_file = renamed.iter().filter(|(of, _)| *of == file);
        let new: HashMap<&str, &str> =
            of_file.map(|(_, one)| (one.old.as_str(), one.new.as_str())).collect();
        follow(cluster, &new);
    }
    renamed.into_iter().map(|(_, renamed)| renamed).collect()
}

/// The instances that need another name, each with it.
fn names(nodes: &[(String, Cluster)]) -> Vec<(Instance, String)> {
    let files: Vec<&[Router]> = nodes.iter().map(|(_, cluster)| &*cluster.routers).collect();
    let mut taken: HashSet<String> = HashSet::new();
    let mut found = Vec::new();
    for set in identity::same_of_many(&files) {
        let name_of = |instance: &Instance| Some(instance.of(&files)?.name.value.as_str());
        let own: Vec<&str> = set.iter().filter_map(name_of).collect();
        let Some(first) = own.first() else { continue };
        let numbered = (2..).map(|number: u32| format!("{first}-{number}"));
        let mut candidates = own.iter().map(|name| (*name).to_owned()).chain(numbered);
        let Some(name) = candidates.find(|name| !taken.contains(name)) else { continue };
        let others = set.iter().filter(|instance| name_of(instance) != Some(name.as_str()));
        found.extend(others.map(|instance| (*instance, name.clone())));
        taken.insert(name);
    }
    found
}

/// Lets what names a router use its new name.
fn follow(cluster: &mut Cluster, new: &HashMap<&str, &str>) {
    let follow = |name: &mut String| {
        if let Some(new) = new.get(name.as_str()) {
            (*new).clone_into(name);
        }
    };
    for sync in &mut cluster.sync_groups {
        sync.members.iter_mut().for_each(|member| follow(&mut member.value));
    }
    if let Some(router) = cluster.sync_daemon.as_mut().and_then(|it| it.value.router.as_mut()) {
        follow(router);
    }
}
