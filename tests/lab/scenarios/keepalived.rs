//! Experiment 2: keepalived on both directors, TCP checks, direct routing.

use super::pair::{self, INTERVAL};
use crate::formula::Bounds;
use crate::world::{Lab, Stack, keepalived_pair};

pub(super) fn requests_alternate_between_the_real_servers(lab: &Lab) {
    pair::requests_alternate(lab, &experiment_2());
}

pub(super) fn a_director_that_is_cut_off_is_replaced_and_returns(lab: &Lab) {
    pair::a_director_is_cut_off_and_returns(lab, &experiment_2());
}

pub(super) fn real_servers_die_and_return_and_the_fallback_answers_when_all_are_dead(lab: &Lab) {
    pair::real_servers_die_and_return(lab, &experiment_2());
}

pub(super) fn a_pulled_cable_moves_the_address(lab: &Lab) {
    pair::a_cable_is_pulled(lab, &experiment_2());
}

pub(super) fn a_director_that_stood_still_gives_way_and_wins_again(lab: &Lab) {
    // It goes on as a master, and its next advertisement decides.
    pair::a_director_stands_still(lab, &experiment_2(), Bounds::new(0.0, INTERVAL));
}

pub(super) fn a_slow_link_moves_nothing(lab: &Lab) {
    pair::a_link_is_slow(lab, &experiment_2());
}

pub(super) fn ipv6_addresses_move_and_are_balanced_too(lab: &Lab) {
    pair::ipv6_addresses_move(lab, &ipv6());
}

pub(super) fn experiment_2() -> Stack {
    Stack::keepalived("keepalived", keepalived_pair("experiment-2"))
}

pub(super) fn ipv6() -> Stack {
    Stack::keepalived("keepalived", keepalived_pair("ipv6"))
}
