//! Which instances of the directors' files are one virtual router.

use std::collections::HashSet;

use super::NodeFile;
use crate::model::{Family, Router, VirtualAddress};
use crate::source::Place;

/// An instance of one file.
#[derive(Debug)]
pub(super) struct Identity {
    at: Option<Place>,
    // Directors may share a file whose conditions make several instances of one place.
    key: Key,
    name: String,
}

impl Identity {
    pub(super) fn of(router: &Router) -> Self {
        Self { at: router.at, key: Key::of(router), name: router.name.value.clone() }
    }

    pub(super) fn is(&self, router: &Router) -> bool {
        self.at == router.at && self.name == router.name.value && self.key == Key::of(router)
    }
}

/// What instances of several files have in common: the number on the wire, else the name, which
/// may differ from node to node where there is a number.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Key {
    Name(String),
    Number(u8, Family),
}

impl Key {
    fn of(router: &Router) -> Self {
        let family = addresses(router).next().map_or(Family::V4, |first| Family::of(first.address));
        match router.virtual_router_id {
            Some(number) => Self::Number(number.value, family),
            None => Self::Name(router.name.value.clone()),
        }
    }
}

/// The instances of all files by virtual router, in the order of the first of each. None has two of
/// one file.
pub(super) fn same(files: &[NodeFile]) -> Vec<Vec<&Router>> {
    let twice = twice(files);
    let mut sets: Vec<(Key, Vec<&Router>)> = Vec::new();
    for file in files {
        let mut own: Vec<(Key, &Router, Option<usize>)> =
            file.cluster.routers.iter().map(|router| (Key::of(router), router, None)).collect();
        let mut taken = HashSet::new();
        for likeness in LIKENESSES {
            for (key, router, set) in own.iter_mut().filter(|(.., set)| set.is_none()) {
                let is_like = |other: &Router| !twice.contains(key) || likeness(router, other);
                let found = sets.iter().enumerate().position(|(index, (known, routers))| {
                    known == key
                        && !taken.contains(&index)
                        && routers.iter().any(|other| is_like(other))
                });
                if let Some(index) = found {
                    taken.insert(index);
                    *set = Some(index);
                }
            }
        }
        for (key, router, set) in own {
            match set.and_then(|index| sets.get_mut(index)) {
                Some((_, routers)) => routers.push(router),
                None => sets.push((key, vec![router])),
            }
        }
    }
    sets.into_iter().map(|(_, routers)| routers).collect()
}

/// Keys that one file has several times: a number belongs to an interface, and may be another
/// router's on the next one.
fn twice(files: &[NodeFile]) -> HashSet<Key> {
    let mut found = HashSet::new();
    for file in files {
        let mut seen = HashSet::new();
        let keys = file.cluster.routers.iter().map(Key::of);
        found.extend(keys.filter(|key| !seen.insert(key.clone())));
    }
    found
}

fn addresses(router: &Router) -> impl Iterator<Item = &VirtualAddress> {
    router.addresses.iter().chain(&router.excluded).map(|address| &address.value)
}

/// What tells instances apart that have one key, the surest first.
const LIKENESSES: [fn(&Router, &Router) -> bool; 3] = [
    |one, other| {
        let has = |wanted: &VirtualAddress| addresses(other).any(|a| a.address == wanted.address);
        addresses(one).any(has)
    },
    |one, other| one.interface.is_some() && one.interface == other.interface,
    |one, other| one.name == other.name,
];
