//! `[heartbeat]`: how the directors hear each other in heartbeat's way.

use super::{Key, Keys, Slot, value};
use crate::model::Membership;

impl Keys for Membership {
    const TABLE: &'static str = "heartbeat";

    fn keys() -> &'static [Key<Self>] {
        const KEYS: &[Key<Membership>] = &[
            value!("interval", interval),
            value!("dead_time", dead_time),
            value!("warn_time", warn_time),
            value!("initial_dead_time", initial_dead_time),
            value!("ping_dead_time", ping_dead_time),
            value!("port", port),
            value!("failback", failback),
            value!("paths", paths),
            value!("ping", ping_targets),
            value!("arbitrator", arbitrator),
            value!("manager", manager),
        ];
        KEYS
    }
}
