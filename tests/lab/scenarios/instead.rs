//! `lvsha daemon` instead of the program that a file was written for: the same drill, and the same behaviour.

use super::drill;
use super::keepalived::experiment_2;
use super::same::list;
use crate::world::Lab;

pub(super) fn of_keepalived_with_the_same_file(lab: &Lab) {
    let before = drill::known(lab, &experiment_2());
    let differences = before.differences(&drill::known(lab, &experiment_2().on_lvsha()));
    assert!(differences.is_empty(), "nobody says this:\n{}", list(&differences));
}
