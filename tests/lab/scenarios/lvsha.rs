//! Experiment 2 under `lvsha daemon` on both directors: what keepalived goes through, with the same file.

use super::keepalived::{experiment_2, ipv6};
use super::pair::{self, ADVERTS, INTERVAL, PRIORITIES};
use crate::formula::{Bounds, vrrp_takeover};
use crate::world::Lab;

pub(super) fn requests_alternate_between_the_real_servers(lab: &Lab) {
    pair::requests_alternate(lab, &experiment_2().on_lvsha());
}

pub(super) fn a_director_that_is_cut_off_is_replaced_and_returns(lab: &Lab) {
    pair::a_director_is_cut_off_and_returns(lab, &experiment_2().on_lvsha());
}

pub(super) fn real_servers_die_and_return_and_the_fallback_answers_when_all_are_dead(lab: &Lab) {
    pair::real_servers_die_and_return(lab, &experiment_2().on_lvsha());
}

pub(super) fn a_pulled_cable_moves_the_address(lab: &Lab) {
    pair::a_cable_is_pulled(lab, &experiment_2().on_lvsha());
}

pub(super) fn a_director_that_stood_still_gives_way_and_wins_again(lab: &Lab) {
    // Who has slept too long to know steps down first, and wins like a director that starts.
    let dead = vrrp_takeover(INTERVAL, ADVERTS, PRIORITIES[0]).most.as_secs_f64();
    pair::a_director_stands_still(lab, &experiment_2().on_lvsha(), Bounds::new(0.0, dead));
}

pub(super) fn a_slow_link_moves_nothing(lab: &Lab) {
    pair::a_link_is_slow(lab, &experiment_2().on_lvsha());
}

pub(super) fn ipv6_addresses_move_and_are_balanced_too(lab: &Lab) {
    pair::ipv6_addresses_move(lab, &ipv6().on_lvsha());
}
