//! Scenarios: short programs that read like the sentence they prove.

mod access;
mod daemon;
mod deploy;
mod desk;
mod drill;
mod faults;
mod fill;
mod heartbeat;
mod instead;
mod keepalived;
mod lvsha;
mod nodes;
mod pair;
mod same;
mod soak;
mod tables;

use std::time::Duration;

use crate::formula::Bounds;
use crate::world::Lab;

/// A name, what it does, and about how many seconds of processor time it costs.
pub(crate) struct Scenario {
    pub(crate) name: &'static str,
    pub(crate) weight: u32,
    pub(crate) run: fn(&Lab),
}

impl Scenario {
    /// Scenarios with the same name of a group run on one machine, because they ask for the same drills.
    pub(crate) fn group(&self) -> &'static str {
        match self.name.split_once("::") {
            Some(("same" | "instead", _)) => "drills",
            _ => self.name,
        }
    }
}

macro_rules! scenarios {
    ($(#[$about:meta])* $table:ident: $($room:ident :: $name:ident $weight:literal),* $(,)?) => {
        $(#[$about])*
        pub(crate) const $table: &[Scenario] = &[$(Scenario {
            name: concat!(stringify!($room), "::", stringify!($name)),
            weight: $weight,
            run: $room::$name,
        }),*];
    };
}

scenarios! {
    /// Every scenario there is.
    ALL:
    access::sudo_jump_hosts_other_ports_and_talkative_shells_are_no_obstacle 60,
    daemon::a_reload_touches_only_what_it_changes_and_clients_get_what_weights_say 15,
    daemon::nobody_notices_that_it_was_killed_and_restarted 35,
    daemon::one_director_with_keepalived_and_the_other_with_lvsha_are_a_pair 20,
    daemon::what_somebody_does_to_the_table_is_undone_and_reported 50,
    deploy::a_host_key_that_is_unknown_or_another_is_refused_with_what_to_type 10,
    deploy::an_inventory_becomes_a_cluster_and_a_second_deployment_does_nothing 60,
    deploy::changes_are_reloaded_unseen_by_visitors_and_can_be_taken_back 115,
    deploy::heartbeats_stack_is_deployed_verified_and_changed_without_a_restart 145,
    deploy::lvshas_own_daemon_is_deployed_verified_and_changed_without_a_restart 90,
    deploy::priorities_are_swapped_and_direct_routing_becomes_address_translation 100,
    faults::a_machine_that_refuses_has_its_old_state_and_says_why 60,
    faults::a_machine_that_vanishes_takes_the_change_back_by_itself 30,
    faults::what_was_edited_by_hand_is_shown_and_saved 25,
    heartbeat::a_director_that_crashes_is_replaced_and_takes_the_address_back 65,
    heartbeat::real_servers_die_and_return_and_the_fallback_answers_when_all_are_dead 35,
    instead::of_heartbeat_with_the_files_converted_to_keepalived 140,
    instead::of_heartbeat_with_the_same_files 30,
    instead::of_keepalived_with_the_file_converted_to_heartbeat 45,
    instead::of_keepalived_with_the_inventory_that_rendered_its_files 45,
    instead::of_keepalived_with_the_same_file 25,
    keepalived::a_director_that_is_cut_off_is_replaced_and_returns 10,
    keepalived::a_director_that_stood_still_gives_way_and_wins_again 15,
    keepalived::a_pulled_cable_moves_the_address 10,
    keepalived::a_slow_link_moves_nothing 15,
    keepalived::ipv6_addresses_move_and_are_balanced_too 5,
    keepalived::real_servers_die_and_return_and_the_fallback_answers_when_all_are_dead 20,
    keepalived::requests_alternate_between_the_real_servers 10,
    lvsha::a_director_that_is_cut_off_is_replaced_and_returns 10,
    lvsha::a_director_that_stood_still_gives_way_and_wins_again 15,
    lvsha::a_pulled_cable_moves_the_address 10,
    lvsha::a_slow_link_moves_nothing 15,
    lvsha::ipv6_addresses_move_and_are_balanced_too 5,
    lvsha::real_servers_die_and_return_and_the_fallback_answers_when_all_are_dead 15,
    lvsha::requests_alternate_between_the_real_servers 10,
    nodes::a_kernel_that_has_ip_vs_can_be_the_back_end 40,
    nodes::a_person_has_a_shell_with_the_nodes_and_their_cables 5,
    nodes::every_node_takes_ssh_connections_and_has_lvsha 5,
    nodes::nobody_answers_for_the_address_while_no_director_runs 5,
    same::a_broken_conversion_to_heartbeat_is_noticed 60,
    same::a_broken_conversion_to_keepalived_is_noticed 70,
    same::heartbeat_from_keepalived_behaves_as_keepalived_did_but_for_what_the_report_says 115,
    same::keepalived_from_heartbeat_behaves_as_heartbeat_did_but_for_what_the_report_says 35,
    tables::every_service_is_as_keepalived_puts_it_there 30,
}

scenarios! {
    /// What takes long, or tells numbers: `-- --measure [NAME]`, as `make bench-lab` and `make soak` ask for it.
    MEASUREMENTS:
    fill::by_lvsha_and_keepalived 200,
    fill::by_ipvsadm 150,
    soak::half_an_hour_of_random_drills 900,
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
