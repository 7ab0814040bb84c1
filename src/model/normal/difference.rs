//! What two normal forms do not have in common.

use std::collections::{HashMap, HashSet};

use super::{Field, Normal, Object};
use crate::source::Place;

/// One difference between two clusters.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// Titles from the outermost object inwards: `service tcp 10.0.0.31:80`, `server 10.0.0.29:80`.
    pub path: Vec<String>,
    /// What differs; `None` when the object itself is on one side only.
    pub field: Option<String>,
    /// What the first cluster says.
    pub left: Option<Side>,
    /// What the second one says.
    pub right: Option<Side>,
}

/// One side of a difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Side {
    /// The value for people; empty for a whole object.
    pub value: String,
    /// Where it is said; `None` for a default.
    pub at: Option<Place>,
}

/// Every difference, in the order of the first cluster and then of the second.
pub fn differences(left: &Normal, right: &Normal) -> Vec<Difference> {
    let mut found = Vec::new();
    let comparison = Comparison { foreign: left.world != right.world };
    comparison.objects(&left.objects, &right.objects, &[], &mut found);
    found
}

struct Comparison {
    /// Whether the two come from different worlds, so that private fields do not count.
    foreign: bool,
}

impl Comparison {
    fn objects(
        &self,
        left: &[Object],
        right: &[Object],
        path: &[String],
        found: &mut Vec<Difference>,
    ) {
        let partners = partners(left, right);
        for (object, partner) in left.iter().zip(&partners) {
            let inner = below(path, object);
            match partner.and_then(|number| right.get(number)) {
                Some(other) => {
                    self.fields(object, other, &inner, found);
                    self.objects(&object.parts, &other.parts, &inner, found);
                }
                None => found.push(whole(inner, Some(object.at), None)),
            }
        }
        let met: HashSet<usize> = partners.into_iter().flatten().collect();
        for (_, object) in right.iter().enumerate().filter(|(number, _)| !met.contains(number)) {
            found.push(whole(below(path, object), None, Some(object.at)));
        }
    }

    fn fields(&self, left: &Object, right: &Object, path: &[String], found: &mut Vec<Difference>) {
        let counts = |field: &&Field| !(self.foreign && field.private);
        let names =
            left.fields.keys().chain(right.fields.keys().filter(|n| !left.fields.contains_key(*n)));
        for name in names {
            let ours = left.fields.get(name).filter(counts);
            let theirs = right.fields.get(name).filter(counts);
            if ours == theirs || is_detail_of_another(name, left, right) {
                continue;
            }
            let side = |field: &Field, object: &Object| Side {
                value: field.value.clone(),
                at: field.at.or(object.at),
            };
            let mut second = theirs.map(|field| side(field, right));
            // Equal for people and yet not the same: only what is hidden differs.
            if let (Some(ours), Some(second)) = (ours, &mut second)
                && ours.value == second.value
            {
                second.value = "another one".to_owned();
            }
            found.push(Difference {
                path: path.to_vec(),
                field: Some(name.clone()),
                left: ours.map(|field| side(field, left)),
                right: second,
            });
        }
    }
}

/// The number of the object of `right` that each of `left` is compared with, by each of its keys.
fn partners(left: &[Object], right: &[Object]) -> Vec<Option<usize>> {
    let mut by_key: HashMap<&str, Vec<usize>> = HashMap::new();
    for (number, object) in right.iter().enumerate() {
        for key in &object.keys {
            by_key.entry(key).or_default().push(number);
        }
    }
    let mut seen: HashSet<&str> = HashSet::new();
    let mut keys = left.iter().flat_map(|object| &object.keys);
    let twins =
        !keys.all(|key| seen.insert(key)) || by_key.values().any(|numbers| numbers.len() > 1);
    let mut partners = vec![None; left.len()];
    let mut taken = HashSet::new();
    // Two configurations of ldirectord may hold one service each: equal ones belong together.
    for only_equal in [true, false].into_iter().filter(|only_equal| twins || !only_equal) {
        let open = left.iter().zip(&mut partners).filter(|(_, partner)| partner.is_none());
        for (object, partner) in open {
            let named = object.keys.iter().filter_map(|key| by_key.get(key.as_str())).flatten();
            let mut free = named.copied().filter(|number| !taken.contains(number));
            let equal = |number: &usize| right.get(*number).is_some_and(|o| same(object, o));
            *partner = if only_equal { free.find(equal) } else { free.next() };
            taken.extend(*partner);
        }
    }
    partners
}

/// Whether both say the same, wherever they stand.
fn same(left: &Object, right: &Object) -> bool {
    left.fields == right.fields
        && left.parts.len() == right.parts.len()
        && left.parts.iter().zip(&right.parts).all(|(left, right)| same(left, right))
}

/// Whether the field is a detail of a check that is of another kind on the other side: then only
/// the kinds are compared, the time limit and the failures.
fn is_detail_of_another(name: &str, left: &Object, right: &Object) -> bool {
    let Some(rest) = name.strip_prefix("check ") else { return false };
    let number = rest.split(' ').next().filter(|word| word.bytes().all(|b| b.is_ascii_digit()));
    let head = number.map_or_else(|| "check".to_owned(), |number| format!("check {number}"));
    let detail = name.strip_prefix(&head).unwrap_or_default();
    let (left, right) = (left.fields.get(&head), right.fields.get(&head));
    // Where there is no second check, the line about it says so once.
    let has_both = number.is_none() || left.is_some() && right.is_some();
    let is_compared =
        detail.is_empty() || has_both && [" time limit", " failures"].contains(&detail);
    left != right && !is_compared
}

fn below(path: &[String], object: &Object) -> Vec<String> {
    path.iter().chain([&object.title]).cloned().collect()
}

fn whole(
    path: Vec<String>,
    left: Option<Option<Place>>,
    right: Option<Option<Place>>,
) -> Difference {
    let side = |at| Side { value: String::new(), at };
    Difference { path, field: None, left: left.map(side), right: right.map(side) }
}
