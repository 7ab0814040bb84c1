//! What a router depends on: interfaces, scripts, files, processes, the quorum of a service.

/// How a router depends on something that is observed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tracked {
    /// Number of what is observed, in the director's list.
    pub source: usize,
    /// 0: a failure is a fault. Positive: added while it works; negative: added while it does not.
    pub weight: i16,
    /// Whether working and failing change places.
    pub reverse: bool,
}

/// What was observed last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Observation {
    /// It does not work.
    Down,
    /// Nothing yet.
    #[default]
    Unknown,
    /// It works.
    Up,
    /// A number (a tracked file): it is multiplied with the weight; without weight 0 is good.
    Value(i32),
}

/// What all observations together mean for a router.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Its priority, 1 to 254, or 255 for an owner.
    pub priority: u8,
    /// The source that makes it fail, if any.
    pub fault: Option<usize>,
    /// Whether everything without weight was observed at least once.
    pub is_known: bool,
}

impl Standing {
    /// Judges a router of the given base priority. `observed` answers for each source.
    pub fn judge(base: u8, tracked: &[Tracked], observed: impl Fn(usize) -> Observation) -> Self {
        let mut sum = i32::from(base);
        let mut fault = None;
        let mut is_known = true;
        for Tracked { source, weight, reverse } in tracked {
            let observation = observed(*source);
            let works = match observation {
                Observation::Down => *reverse,
                Observation::Unknown => {
                    is_known &= *weight != 0;
                    continue;
                }
                Observation::Up => !*reverse,
                Observation::Value(value) if *weight != 0 => {
                    let change = i64::from(value) * i64::from(*weight);
                    let change = if *reverse { -change } else { change };
                    // keepalived: -254 and less is a fault, more than 253 is 253.
                    if change <= -i64::from(FAULT) {
                        fault = fault.or(Some(*source));
                    }
                    let bounded = change.clamp(-i64::from(FAULT), i64::from(LARGEST));
                    sum += i32::try_from(bounded).unwrap_or(0);
                    continue;
                }
                Observation::Value(value) => (value == 0) != *reverse,
            };
            match (*weight, works) {
                (0, false) => fault = fault.or(Some(*source)),
                (0, true) => {}
                (weight @ 1.., true) | (weight @ ..=-1, false) => {
                    sum += i32::from(weight).clamp(-LARGEST, LARGEST);
                }
                (1.., false) | (..=-1, true) => {}
            }
        }
        let priority = match base {
            255 => 255,
            // In the range of u8 after the clamp.
            _ => u8::try_from(sum.clamp(1, 254)).unwrap_or(1),
        };
        Self { priority, fault, is_known }
    }
}

/// Largest change of a priority by one source.
const LARGEST: i32 = 253;

/// A number that lowers the priority by so much is a fault.
const FAULT: i32 = 254;

#[cfg(test)]
mod tests {
    use super::*;
    use Observation::{Down, Unknown, Up, Value};

    #[test]
    fn weights_faults_and_reversals() {
        // weight, reverse, observation: priority from 100, fault, known.
        let rows = [
            (0, false, Up, 100, false, true),
            (0, false, Down, 100, true, true),
            (0, false, Unknown, 100, false, false),
            (0, true, Up, 100, true, true),
            (0, true, Down, 100, false, true),
            (10, false, Up, 110, false, true),
            (10, false, Down, 100, false, true),
            (10, false, Unknown, 100, false, true),
            (10, true, Up, 100, false, true),
            (10, true, Down, 110, false, true),
            (-10, false, Up, 100, false, true),
            (-10, false, Down, 90, false, true),
            (-10, true, Up, 90, false, true),
            (253, false, Up, 254, false, true),
            (-253, false, Down, 1, false, true),
            (2, false, Value(5), 110, false, true),
            (2, true, Value(5), 90, false, true),
            (1, false, Value(-254), 1, true, true),
            (1, false, Value(-253), 1, false, true),
            (0, false, Value(0), 100, false, true),
            (0, false, Value(1), 100, true, true),
            (0, true, Value(1), 100, false, true),
        ];
        for (weight, reverse, observation, priority, fault, is_known) in rows {
            let tracked = [Tracked { source: 7, weight, reverse }];
            let standing = Standing::judge(100, &tracked, |_| observation);
            let expected = Standing { priority, fault: fault.then_some(7), is_known };
            assert_eq!(standing, expected, "{weight} {reverse} {observation:?}");
        }
    }

    #[test]
    fn an_owner_keeps_its_priority() {
        let tracked = [Tracked { source: 0, weight: -50, reverse: false }];
        assert_eq!(Standing::judge(255, &tracked, |_| Down).priority, 255);
    }

    #[test]
    fn many_sources_add_up() {
        let tracked: Vec<Tracked> =
            (0..3).map(|source| Tracked { source, weight: 30, reverse: false }).collect();
        let standing = Standing::judge(100, &tracked, |source| if source < 2 { Up } else { Down });
        assert_eq!(standing.priority, 160);
    }
}
