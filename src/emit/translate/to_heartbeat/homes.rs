//! Where services go: ldirectord runs with a group, so each service belongs to one.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::net::IpAddr;

use super::groups::{Group, Places};
use super::{NodeFile, codes};
use crate::emit::Account;
use crate::model::{Service, Target};

/// Which group a service goes with.
#[derive(Debug, Default)]
pub(super) struct Homes {
    /// Groups by their addresses.
    addresses: HashMap<IpAddr, usize>,
    /// Titles of the groups.
    titles: Vec<String>,
    /// Groups that any file has services for.
    pub(super) used: BTreeSet<usize>,
}

impl Homes {
    /// The ldirectord configuration of group `number`; `None` when it has no services.
    pub(super) fn configuration(&self, number: usize) -> Option<String> {
        self.used.contains(&number).then(|| self.name(number))
    }

    /// One configuration has the usual name; two processes need two.
    pub(super) fn name(&self, number: usize) -> String {
        match self.titles.get(number).filter(|_| self.used.len() > 1) {
            Some(title) => format!("ldirectord-{title}.cf"),
            None => "ldirectord.cf".to_owned(),
        }
    }

    /// What the service takes, by the group that it goes with: that of its address. A mark, or an
    /// address of nobody, is [lost](Parts::lost) somewhere: with its neighbours, else with the first
    /// group.
    pub(super) fn parts(&self, service: &Service, file: &NodeFile) -> Parts {
        let home = |target: &Target| match target {
            Target::Endpoint { address, .. } => self.addresses.get(address).copied(),
            _ => None,
        };
        let targets = file.cluster.targets(service);
        let elsewhere = targets.iter().find_map(home).unwrap_or(0);
        let mut parts = Parts::default();
        // A group without members has to be spoken for, too.
        if targets.is_empty() {
            parts.by_group.insert(elsewhere, Vec::new());
        }
        for target in targets {
            let number = home(&target);
            if number.is_none() {
                parts.lost.push((target.clone(), elsewhere));
            }
            parts.by_group.entry(number.unwrap_or(elsewhere)).or_default().push(target);
        }
        parts
    }

    /// Speaks for what has no group of its own, where there are several.
    pub(super) fn speak(&self, service: &Service, parts: &Parts, account: &mut Account) {
        for (target, number) in parts.lost.iter().filter(|_| self.titles.len() > 1) {
            let what = match target {
                Target::Endpoint { address, .. } => format!("no group has the address {address}"),
                Target::Mark { mark, .. } => format!("mark {mark} has no address"),
                Target::Group(name) => format!("no group has the address {name}"),
            };
            let title = self.titles.get(*number).map_or("", String::as_str);
            let note = format!("{what}: it goes with {title}, and only its holder has the service");
            let instead =
                "if its packets come to another group, move the service to that one's file";
            let at = service.target.at;
            account.lossy(at, codes::TABLE_ON_HOLDER, "virtual", &[&note, instead]);
        }
    }
}

/// A service in parts.
#[derive(Debug, Default)]
pub(super) struct Parts {
    /// What it takes, by the number of the group.
    pub(super) by_group: BTreeMap<usize, Vec<Target>>,
    /// What belongs to no group, and where it went.
    lost: Vec<(Target, usize)>,
}

/// Finds the group of every service.
pub(super) fn homes(files: &[NodeFile], groups: &[Group<'_>]) -> Homes {
    let titles = groups.iter().map(|group| group.title.clone()).collect();
    let mut homes = Homes { titles, ..Homes::default() };
    let places = Places::of(groups);
    for router in files.iter().flat_map(|file| &file.cluster.routers) {
        let Some(number) = places.find(router) else { continue };
        for address in router.addresses.iter().chain(&router.excluded) {
            homes.addresses.insert(address.value.address, number);
        }
    }
    let mut used = BTreeSet::new();
    for file in files {
        for service in &file.cluster.services {
            used.extend(homes.parts(service, file).by_group.into_keys());
        }
    }
    homes.used = used;
    homes
}
