//! What a router depends on: interfaces, scripts, files, processes, the quorum of a service.

/// How a router depends on something that is observed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tracked {
    /// Number of what is observed, in the director's list.
    pub source: usize,
    /// 0: a failure is a fault. Positive: added while it works; negative: added while it does not.
    pub weight: i16,
    /// Without weight: working and failing change places. With one: it is subtracted instead of added.
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
        let mut sum = i64::from(base);
        let mut fault = None;
        let mut is_known = true;
        for Tracked { source, weight, reverse } in tracked {
            let observation = observed(*source);
            let (works, value) = match observation {
                Observation::Down => (false, None),
                Observation::Unknown => {
                    is_known &= *weight != 0;
                    continue;
                }
                Observation::Up => (true, None),
                Observation::Value(value) => (value == 0, Some(value)),
            };
            let weight = i64::from(*weight);
            let change = match value {
                _ if weight == 0 && works == *reverse => {
                    fault = fault.or(Some(*source));
                    0
                }
                Some(value) => i64::from(value) * weight,
                // A positive one counts while it works, a negative one while it does not.
                None if (weight > 0) == works => weight.clamp(-LARGEST, LARGEST),
                None => 0,
            };
            let change = if *reverse { -change } else { change };
            // keepalived: -254 and less of a number is a fault, more than 253 is 253.
            if change <= -FAULT {
                fault = fault.or(Some(*source));
            }
            sum += change.clamp(-FAULT, LARGEST);
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
const LARGEST: i64 = 253;

/// A number that lowers the priority by so much is a fault.
const FAULT: i64 = 254;

#[cfg(test)]
mod tests {
    use super::*;
    use Observation::{Down, Unknown, Up, Value};

    #[test]
    fn weights_faults_and_reversals() {
        // weight, reverse, observation: priority from 100, fault, known; those with weight and reversal as
        // keepalived 2.2.7 has them.
        let rows = [
            (0, false, Up, 100, false, true),
            (0, false, Down, 100, true, true),
            (0, false, Unknown, 100, false, false),
            (0, true, Up, 100, true, true),
            (0, true, Down, 100, false, true),
            (10, false, Up, 110, false, true),
            (10, false, Down, 100, false, true),
            (10, false, Unknown, 100, false, true),
            (10, true, Up, 90, false, true),
            (10, true, Down, 100, false, true),
            (-10, false, Up, 100, false, true),
            (-10, false, Down, 90, false, true),
            (-10, true, Up, 100, false, true),
            (-20, true, Down, 120, false, true),
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
