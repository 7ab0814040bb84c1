//! Scenarios: short programs that read like the sentence they prove.

mod drill;
mod heartbeat;
mod keepalived;
mod nodes;
mod same;

use std::time::Duration;

use crate::formula::Bounds;
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
    heartbeat::a_director_that_crashes_is_replaced_and_takes_the_address_back 60,
    heartbeat::real_servers_die_and_return_and_the_fallback_answers_when_all_are_dead 50,
    keepalived::a_director_that_is_cut_off_is_replaced_and_returns 20,
    keepalived::a_director_that_stood_still_gives_way_and_wins_again 20,
    keepalived::a_pulled_cable_moves_the_address 20,
    keepalived::a_slow_link_moves_nothing 25,
    keepalived::ipv6_addresses_move_and_are_balanced_too 20,
    keepalived::real_servers_die_and_return_and_the_fallback_answers_when_all_are_dead 30,
    keepalived::requests_alternate_between_the_real_servers 10,
    nodes::a_kernel_that_has_ip_vs_can_be_the_back_end 55,
    nodes::a_person_has_a_shell_with_the_nodes_and_their_cables 8,
    nodes::every_node_takes_ssh_connections_and_has_lvsha 10,
    nodes::nobody_answers_for_the_address_while_no_director_runs 5,
    same::a_broken_conversion_to_heartbeat_is_noticed 100,
    same::a_broken_conversion_to_keepalived_is_noticed 100,
    same::heartbeat_from_keepalived_behaves_as_keepalived_did_but_for_what_the_report_says 140,
    same::keepalived_from_heartbeat_behaves_as_heartbeat_did_but_for_what_the_report_says 140,
}

/// A measured time lies within its bounds; either way the report has the line.
fn holds(lab: &Lab, what: &str, bounds: Bounds, measured: Duration) {
    let line = format!(
        "{what}: {:.3} s, {:.3} to {:.3} s by the formula and the allowance",
        measured.as_secs_f64(),
        bounds.least.as_secs_f64(),
        bounds.most.as_secs_f64()
    );
    assert!(bounds.hold(measured), "{line}");
    lab.note(line);
}
