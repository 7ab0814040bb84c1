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

/// heartbeat's pair, with a check that the daemon cannot make yet.
fn of_heartbeat() -> Place {
    Place::new()
        .file(
            "ha.d/ha.cf",
            "keepalive 1\ndeadtime 10\nbcast eth1\nauto_failback on\nnode lw1\nnode lw2\n",
        )
        .file(
            "ha.d/haresources",
            "lw1 10.0.0.31/24/eth1 ldirectord\nlw2 2001:db8:0:0:0:0:0:31/64/eth1\n",
        )
        .file("ha.d/authkeys", "auth 1\n1 sha1 fk3Lq8\n")
        .file(
            "ha.d/ldirectord.cf",
            "virtual=10.0.0.31:3306\n\treal=10.0.0.29:3306 gate\n\tservice=mysql\n\t\
             login=\"probe\"\n\tpasswd=\"x\"\n\tdatabase=\"test\"\n\trequest=\"SELECT 1\"\n\t\
             scheduler=wlc\n\tprotocol=tcp\n",
        )
}

/// Who holds which address is the same, and what the daemon says of checks is not asked.
#[test]
fn an_inventory_of_heartbeat_is_tried_as_the_files_that_it_renders() {
    let place = of_heartbeat();
    let refused = place.run(&["daemon", "--check", "--node", "lw1", "ha.d"]);
    assert!(refused.contains("LV0980"), "{refused}");
    place.run(&["convert", "heartbeat-to-inventory", "ha.d", "--out", "site.toml"]);
    let played = |configuration: &str| {
        let arguments = ["simulate", configuration, "--kill", "lw1", "--start", "lw1"];
        let output = place.command(&arguments).output().unwrap();
        assert!(output.status.success(), "{configuration}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    let history = played("ha.d");
    assert!(history.contains("lw2 for"), "{history}");
    assert_eq!(history, played("site.toml"));
}

#[test]
fn the_help_for_what_cannot_run_can_be_typed() {
    let text = "vrrp_instance VI_1 {\n    interface eth1\n    virtual_ipaddress {\n        \
                10.0.0.31/24\n    }\n}\n";
    let place = Place::new()
        .file("site one/lw1/keepalived.conf", text)
        .file("site one/lw2/keepalived.conf", text);
    let shown = place.run(&["simulate", "site one", "--config-id", "lw1"]);
    let (_, help) = shown.split_once("help: see `").unwrap();
    let words = shell_words::split(help.split_once('`').unwrap().0).unwrap();
    let typed: Vec<&str> = words.iter().map(String::as_str).skip(1).collect();
    let again = place.run(&typed);
    assert!(again.contains("exit code: 1") && again.contains("LV0950"), "{again}");
    snapshot!(shown);
}

/// keepalived goes by the number; each file may call its instance as it likes.
#[test]
fn instances_of_other_names_are_one_router() {
    let place = Place::with_other_names();
    snapshot!(place.run(&["simulate", "lw1", "lw2", "--kill", "lw1"]));
}
