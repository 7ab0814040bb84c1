//! Scenarios: short programs that read like the sentence they prove.

mod keepalived;

use crate::world::Lab;

/// A name, what it does, and about how many seconds of processor time it costs.
pub(crate) struct Scenario {
    pub(crate) name: &'static str,
    pub(crate) weight: u32,
    pub(crate) run: fn(&Lab),
}

macro_rules! scenarios {
    ($($room:ident :: $name:ident $weight:literal),* $(,)?) => {
        /// Every scenario there is.
        pub(crate) const ALL: &[Scenario] = &[$(Scenario {
            name: concat!(stringify!($room), "::", stringify!($name)),
            weight: $weight,
            run: $room::$name,
        }),*];
    };
}

scenarios! {
    keepalived::requests_alternate_between_the_real_servers 10,
    keepalived::a_director_that_is_cut_off_is_replaced_and_returns 20,
}
