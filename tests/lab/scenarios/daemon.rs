//! `lvsha daemon` on the file of experiment 2.

use super::keepalived::experiment_2;
use super::pair;
use crate::inventory::LW2;
use crate::world::Lab;

pub(super) fn one_director_with_keepalived_and_the_other_with_lvsha_are_a_pair(lab: &Lab) {
    let (old, new) = (experiment_2(), experiment_2().on_lvsha());
    for (lw2, stack) in [(&new, &old), (&old, &new)] {
        pair::a_director_is_cut_off_and_returns(lab, &stack.clone().beside(LW2, lw2));
        lab.tidy();
    }
}
