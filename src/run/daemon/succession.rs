//! Which router of an old plan a router of a new one was.

use std::collections::{HashMap, HashSet};

use super::Plan;
use super::hooks::Subject;

/// What routers and groups of an old plan are called in a new one. Whoever remembers something by name
/// carries it over at a reload: a router that only has another name tells nothing, since nothing
/// happened to it.
#[derive(Debug, Default)]
pub struct Succession {
    /// New names of routers by their old ones.
    routers: HashMap<String, String>,
    groups: HashSet<String>,
}

impl Succession {
    /// Compares two plans.
    pub fn new(old: &Plan, new: &Plan) -> Self {
        let by_identity: HashMap<_, _> = new
            .routers
            .iter()
            .map(|router| (router.identity(), router.settings.name.as_str()))
            .collect();
        let mut routers = HashMap::new();
        let mut inherited = HashSet::new();
        for router in &old.routers {
            if let Some(name) = by_identity.get(&router.identity()) {
                inherited.insert(*name);
                routers.insert(router.settings.name.clone(), (*name).to_owned());
            }
        }
        // Another router under the name of one that is gone: that one has told its end, which is as
        // much as is known of this one.
        let names = old.routers.iter().map(|router| router.settings.name.clone());
        let gone: HashSet<String> = names.filter(|name| !routers.contains_key(name)).collect();
        let names = new.routers.iter().map(|router| &router.settings.name);
        let others =
            names.filter(|name| !inherited.contains(name.as_str()) && gone.contains(*name));
        routers.extend(others.map(|name| (name.clone(), name.clone())));
        let groups = new.groups.iter().map(|group| group.name.clone()).collect();
        Self { routers, groups }
    }

    /// The name of now; `None` for what is gone.
    pub(super) fn of_subject(&self, subject: Subject, name: &str) -> Option<&str> {
        match subject {
            Subject::Group => self.groups.get(name).map(String::as_str),
            Subject::Instance => self.of_router(name),
        }
    }

    /// The name of now of a router; `None` for one that is gone.
    pub fn of_router(&self, name: &str) -> Option<&str> {
        self.routers.get(name).map(String::as_str)
    }

    /// What is remembered of routers, under their names of now and without those that are gone.
    pub(super) fn carry<M, V>(&self, known: M) -> M
    where
        M: IntoIterator<Item = (String, V)> + FromIterator<(String, V)>,
    {
        let renamed = |(name, value): (String, V)| Some((self.of_router(&name)?.to_owned(), value));
        known.into_iter().filter_map(renamed).collect()
    }

    /// The same of routers and groups.
    pub(super) fn carry_subjects<M, V>(&self, known: M) -> M
    where
        M: IntoIterator<Item = ((Subject, String), V)> + FromIterator<((Subject, String), V)>,
    {
        let renamed = |((subject, name), value): ((Subject, String), V)| {
            Some(((subject, self.of_subject(subject, &name)?.to_owned()), value))
        };
        known.into_iter().filter_map(renamed).collect()
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::model::read::test_values::keepalived;
    use crate::source::Findings;

    /// A plan with routers of these names and numbers, and a group of the first.
    pub(in crate::run::daemon) fn plan(routers: &[(&str, u8)]) -> Plan {
        let group = routers.first().map_or_else(String::new, |(name, _)| {
            format!("vrrp_sync_group of_{name} {{\n group {{\n {name}\n }}\n}}\n")
        });
        let routers = routers.iter().map(|(name, number)| {
            format!(
                "vrrp_instance {name} {{\n interface eth1\n virtual_router_id {number}\n \
                 virtual_ipaddress {{\n 10.0.0.{number}/24\n }}\n}}\n"
            )
        });
        let text = group + &routers.collect::<String>();
        super::super::plan::plan(&keepalived(&text), "lw1", &mut Findings::new())
    }

    #[test]
    fn what_is_known_of_a_router_follows_its_identity() {
        let old: &[_] = &[("a", 1), ("b", 2), ("c", 3), ("d", 4)];
        let same = "a=a b=b c=c d=d";
        let rows: [(&[(&str, u8)], &str); 5] = [
            (old, same),
            (&[("a", 2), ("b", 1), ("c", 3), ("d", 4)], "a=b b=a c=c d=d"),
            // The name of one that is gone, and the name of one that has another.
            (&[("e", 1), ("a", 5), ("b", 6)], "b=b e=a"),
            (&[("b", 1)], "b=a"),
            (&[], ""),
        ];
        for (new, expected) in rows {
            let succession = Succession::new(&plan(old), &plan(new));
            let known = old.iter().map(|(name, _)| ((*name).to_owned(), *name));
            let carried = succession.carry(known.collect::<BTreeMap<_, _>>());
            let told: Vec<String> =
                carried.iter().map(|(now, before)| format!("{now}={before}")).collect();
            assert_eq!(told.join(" "), expected, "{new:?}");
        }
    }

    #[test]
    fn groups_that_are_gone_are_forgotten() {
        let succession = Succession::new(&plan(&[("a", 1)]), &plan(&[("a", 1), ("b", 2)]));
        let known = ["of_a", "of_b"].map(|name| ((Subject::Group, name.to_owned()), ()));
        let carried = succession.carry_subjects(HashMap::from(known));
        assert_eq!(carried, HashMap::from([((Subject::Group, "of_a".to_owned()), ())]));
    }
}
