//! Experiment 1: heartbeat with ldirectord as one of its resources, direct routing.

use std::time::Duration;

use super::{drill, holds};
use crate::behaviour::Aspect;
use crate::formula::{ALLOWANCE, SCRIPTS, detection, heartbeat_takeover};
use crate::world::{Lab, Stack};

/// The times of data/experiment-1, in seconds.
pub(super) const KEEPALIVE: f64 = 2.0;
pub(super) const DEADTIME: f64 = 30.0;
pub(super) const CHECK_INTERVAL: f64 = 5.0;
/// One round of Perl's HTTP client through both servers under emulation.
const ROUND: Duration = Duration::from_secs(2);

pub(super) fn real_servers_die_and_return_and_the_fallback_answers_when_all_are_dead(lab: &Lab) {
    let (mut behaviour, watch) = drill::glance(lab, &Stack::heartbeat("experiment-1"));
    drill::servers_die_and_return(lab, &mut behaviour, &watch);
    for aspect in [Aspect::ServerLeaves, Aspect::ServerReturns] {
        let bounds = detection(CHECK_INTERVAL, 0, 0.0).and(ROUND + ALLOWANCE);
        holds(lab, &format!("{aspect:?}"), bounds, behaviour.measured(aspect));
    }
}

pub(super) fn a_director_that_crashes_is_replaced_and_takes_the_address_back(lab: &Lab) {
    let stack = Stack::heartbeat("experiment-1");
    let (mut behaviour, watch) = drill::glance(lab, &stack);
    drill::the_director_crashes_and_returns(lab, &stack, &mut behaviour, &watch);
    let bounds = heartbeat_takeover(KEEPALIVE, DEADTIME).and(SCRIPTS);
    holds(lab, "take-over", bounds, behaviour.measured(Aspect::TakeOver));
}
