//! `lvsha daemon --check`, what it does not start with, and `lvsha ctl` without a daemon.

use super::{Place, snapshot};

fn check(configuration: &str) -> String {
    Place::new().file("keepalived.conf", configuration).run(&[
        "daemon",
        "--check",
        "--node",
        "lw1",
        "keepalived.conf",
    ])
}

fn instance(lines: &str) -> String {
    format!("vrrp_instance VI_1 {{\n{lines}\n}}\n")
}

#[test]
fn a_good_configuration_is_accepted() {
    snapshot!(check(&instance(
        "    interface eth1\n    virtual_router_id 51\n    no_accept\n    virtual_ipaddress {\n        10.0.0.31/24\n    }"
    )));
}

#[test]
fn a_router_without_anything_is_refused() {
    snapshot!(check(&instance("    state BACKUP")));
}

#[test]
fn an_empty_configuration_is_refused() {
    snapshot!(check("global_defs {\n    router_id lw1\n}\n"));
}

#[test]
fn contradictions_are_refused() {
    snapshot!(check(
        "vrrp_sync_group both {
    group {
        VI_1
        VI_9
    }
}
vrrp_instance VI_1 {
    interface eth1
    virtual_router_id 51
    advert_int 0.5
    virtual_ipaddress {
        10.0.0.31/24
    }
    notify_master \"/usr/local/bin/master 'half\"
}
vrrp_instance VI_2 {
    interface eth1
    virtual_router_id 51
    version 2
    track_script {
        nowhere
    }
    virtual_ipaddress {
        10.0.0.32/24
        2001:db8::32/64
    }
}
vrrp_instance VI_3 {
    interface eth1
    virtual_router_id 51
    virtual_ipaddress {
        10.0.0.33/24
    }
}
vrrp_instance VI_4 {
    interface eth1
    virtual_router_id 51
    virtual_ipaddress {
        10.0.0.34/24
    }
}
vrrp_instance VI_6 {
    interface eth1
    virtual_router_id 6
    version 2
    virtual_ipaddress {
        2001:db8::36/64
    }
}
"
    ));
}

#[test]
fn heartbeats_files_are_a_configuration_too() {
    let place = Place::new()
        .file("ha.d/ha.cf", "keepalive 1\ndeadtime 5\nwarntime 3\nbcast eth1\nnode lw1 lw2\n")
        .file("ha.d/haresources", "lw1 IPaddr::10.0.0.31/24/eth0\n")
        .file("ha.d/authkeys", "auth 1\n1 sha1 sesame\n");
    snapshot!(place.run(&["daemon", "--check", "--node", "lw2", "ha.d"]));
}

#[test]
fn a_node_without_a_router_is_refused() {
    let place = Place::new()
        .file("ha.d/ha.cf", "keepalive 1\ndeadtime 5\nbcast eth1\nnode lw1 lw2\n")
        .file("ha.d/haresources", "lw1 IPaddr::10.0.0.31/24/eth0\n")
        .file("ha.d/authkeys", "auth 1\n1 sha1 sesame\n");
    snapshot!(place.run(&["daemon", "--check", "--node", "lw7", "ha.d"]));
}

#[test]
fn a_missing_configuration_is_named() {
    snapshot!(Place::new().run(&["daemon", "--check", "nowhere.conf"]));
}

#[test]
fn ctl_says_what_to_do_without_a_daemon() {
    snapshot!(Place::new().run(&["ctl", "status", "--control", "none.sock"]));
}
