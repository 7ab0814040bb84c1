//! `lvsha simulate`: the history of failures that somebody asks for.

use super::{Place, snapshot};

/// Two directors, of which the first is the better one.
pub(super) fn pair() -> Place {
    let director = |priority: u8| {
        format!(
            "vrrp_instance VI_1 {{\n    interface eth1\n    virtual_router_id 51\n    \
             priority {priority}\n    virtual_ipaddress {{\n        10.0.0.31/24\n    }}\n}}\n"
        )
    };
    Place::new()
        .file("lw1/keepalived.conf", director(150))
        .file("lw2/keepalived.conf", director(100))
}

#[test]
fn failures_come_in_the_order_in_which_they_are_typed() {
    snapshot!(
        pair().run(&["simulate", "lw1", "lw2", "--kill", "lw1", "--start", "lw1", "--kill", "lw2"])
    );
}

/// heartbeat's HOWTO says deadtime 30: nobody is master before.
#[test]
fn failures_come_after_what_the_one_before_led_to() {
    let place = Place::new()
        .file(
            "ha.cf",
            "keepalive 2\ndeadtime 30\nbcast eth1\nauto_failback on\nnode lw1\nnode lw2\n",
        )
        .file("haresources", "lw1 10.0.0.31/24/eth1\n");
    snapshot!(place.run(&["simulate", ".", "--kill", "lw1", "--start", "lw1"]));
}

#[test]
fn directors_that_do_not_hear_each_other_both_hold_the_address() {
    snapshot!(pair().run(&[
        "simulate",
        "lw1",
        "lw2",
        "--cut",
        "lw1/lw2@10",
        "--mend",
        "lw1/lw2@20.5"
    ]));
}

#[test]
fn one_way_is_enough_for_a_conflict() {
    snapshot!(pair().run(&["simulate", "lw1", "lw2", "--cut", "lw1>lw2"]));
}

#[test]
fn failures_of_nobody_are_refused() {
    let failures = [["--kill", "lw3"], ["--cut", "lw1"], ["--stop", "lw1@soon"]];
    let got =
        failures.map(|failure| pair().run(&[&["simulate", "lw1", "lw2"], &failure[..]].concat()));
    snapshot!(got.join("\n"));
}

/// RFC 9568 section 5.2.3: a number is one router's on its link and in its family only.
#[test]
fn routers_of_two_families_and_links_may_have_one_number() {
    let router = |name: &str, interface: &str, priority: u8, address: &str| {
        format!(
            "vrrp_instance {name} {{\n    interface {interface}\n    virtual_router_id 51\n    \
             priority {priority}\n    virtual_ipaddress {{\n        {address}\n    }}\n}}\n"
        )
    };
    let director = |priority: u8| {
        [
            router("FOUR", "eth1", priority, "10.0.0.31/24"),
            router("SIX", "eth1", priority, "fe80::31/64"),
            router("OUT", "eth2", priority, "10.0.1.31/24"),
        ]
        .concat()
    };
    let place = Place::new()
        .file("lw1/keepalived.conf", director(150))
        .file("lw2/keepalived.conf", director(100));
    snapshot!(place.run(&["simulate", "lw1", "lw2", "--kill", "lw1"]));
}
