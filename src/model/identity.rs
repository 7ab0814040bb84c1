//! Which instances of the directors' files are one virtual router: keepalived goes by the number on
//! the wire, and every file may call its instance as it likes.

use std::collections::{HashMap, HashSet};

use super::{Family, Router, VirtualAddress};

/// An instance: the number of its file, and its own in there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instance {
    /// Index of the file.
    pub file: usize,
    /// Index among its routers.
    pub number: usize,
}

impl Instance {
    /// The router that it is.
    pub fn of<'a>(self, files: &[&'a [Router]]) -> Option<&'a Router> {
        files.get(self.file)?.get(self.number)
    }
}

/// The instances of all files by virtual router, in the order of the first of each. None has two of
/// one file. A number that each file has once tells enough.
pub fn same(files: &[&[Router]]) -> Vec<Vec<Instance>> {
    let twice = twice(files);
    let sure = |router: &Router| !twice.contains(&Key::of(router));
    // What tells instances apart that have one key, the surest first.
    sets(
        files,
        &[
            Way { key: Key::of, is_like: &|one, other| sure(one) || share_an_address(one, other) },
            Way {
                key: Key::of,
                is_like: &|one, other| one.interface.is_some() && one.interface == other.interface,
            },
            Way { key: Key::of, is_like: &|one, other| one.name == other.name },
        ],
    )
}

/// The same for files that need not be of directors which share everything: two pairs may have one
/// number on two networks. Where the number does not tell, the name does.
pub fn same_of_many(files: &[&[Router]]) -> Vec<Vec<Instance>> {
    sets(
        files,
        &[
            Way { key: Key::of, is_like: &share_an_address },
            Way { key: Key::of, is_like: &|one, other| one.name == other.name },
            Way { key: Key::of_name, is_like: &|_, _| true },
        ],
    )
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
            None => Self::of_name(router),
        }
    }

    fn of_name(router: &Router) -> Self {
        Self::Name(router.name.value.clone())
    }
}

/// How an instance is found among those of other files.
struct Way<'a> {
    /// What both have in common.
    key: fn(&Router) -> Key,
    /// Whether they are one for that.
    is_like: &'a dyn Fn(&Router, &Router) -> bool,
}

/// Puts the instances of each file to those of the files before it, by one way after the other.
fn sets(files: &[&[Router]], ways: &[Way<'_>]) -> Vec<Vec<Instance>> {
    let mut sets: Vec<Vec<Instance>> = Vec::new();
    let mut by_key: HashMap<Key, Vec<usize>> = HashMap::new();
    for (file, routers) in files.iter().enumerate() {
        let mut found: Vec<Option<usize>> = vec![None; routers.len()];
        let mut taken = HashSet::new();
        for Way { key, is_like } in ways {
            for (router, set) in routers.iter().zip(&mut found).filter(|(_, set)| set.is_none()) {
                let candidates = by_key.get(&key(router)).map_or(&[][..], Vec::as_slice);
                let is_it = |candidate: &&usize| {
                    let mut others = sets.get(**candidate).into_iter().flatten();
                    !taken.contains(*candidate)
                        && others.any(|other| {
                            other.of(files).is_some_and(|other| is_like(router, other))
                        })
                };
                *set = candidates.iter().find(is_it).copied();
                taken.extend(*set);
            }
        }
        for (number, (router, set)) in routers.iter().zip(found).enumerate() {
            let set = set.unwrap_or_else(|| {
                sets.push(Vec::new());
                sets.len() - 1
            });
            if let Some(set) = sets.get_mut(set) {
                set.push(Instance { file, number });
            }
            for key in [Key::of(router), Key::of_name(router)] {
                let known = by_key.entry(key).or_default();
                if !known.contains(&set) {
                    known.push(set);
                }
            }
        }
    }
    sets
}

/// Keys that one file has several times: a number belongs to an interface, and may be another
/// router's on the next one.
fn twice(files: &[&[Router]]) -> HashSet<Key> {
    let mut found = HashSet::new();
    for routers in files {
        let mut seen = HashSet::new();
        found.extend(routers.iter().map(Key::of).filter(|key| !seen.insert(key.clone())));
    }
    found
}

fn share_an_address(one: &Router, other: &Router) -> bool {
    let has = |wanted: &VirtualAddress| addresses(other).any(|a| a.address == wanted.address);
    addresses(one).any(has)
}

fn addresses(router: &Router) -> impl Iterator<Item = &VirtualAddress> {
    router.addresses.iter().chain(&router.excluded).map(|address| &address.value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::read::test_values::keepalived;

    fn instance(name: &str, number: u8, address: &str) -> String {
        format!(
            "vrrp_instance {name} {{\n interface eth0\n virtual_router_id {number}\n \
             virtual_ipaddress {{\n {address}\n }}\n}}\n"
        )
    }

    fn named(found: fn(&[&[Router]]) -> Vec<Vec<Instance>>, files: &[String]) -> Vec<Vec<String>> {
        let files: Vec<_> = files.iter().map(|text| keepalived(text).routers).collect();
        let files: Vec<&[Router]> = files.iter().map(Vec::as_slice).collect();
        let name = |instance: Instance| instance.of(&files).unwrap().name.value.clone();
        found(&files).into_iter().map(|set| set.into_iter().map(name).collect()).collect()
    }

    #[test]
    fn the_number_counts_and_not_the_name() {
        let first = instance("A", 1, "10.0.0.1") + &instance("B", 2, "10.0.0.2");
        let second = instance("B", 1, "10.0.0.1") + &instance("A", 2, "10.0.0.2");
        let files = [first, second];
        for found in [same, same_of_many] {
            assert_eq!(named(found, &files), [["A", "B"], ["B", "A"]]);
        }
    }

    #[test]
    fn two_pairs_may_have_one_number() {
        let files = [instance("web", 1, "10.0.0.1"), instance("db", 1, "10.9.0.1")];
        assert_eq!(named(same_of_many, &files), [["web"], ["db"]]);
        assert_eq!(named(same, &files), [["web", "db"]]);
    }

    #[test]
    fn a_name_counts_where_the_numbers_say_nothing() {
        let files = [instance("A", 1, "10.0.0.1"), instance("A", 2, "10.0.0.1")];
        assert_eq!(named(same_of_many, &files), [["A", "A"]]);
    }
}
