//! One keepalived.conf for all directors: its conditions (`@NAME`) are judged for each of them.

use std::fs;

use super::Place;

const SHARED: &str = "vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 5
    @lb1 priority 150
    @^lb1 priority 90
    @lb1 unicast_src_ip 10.1.1.1
    @lb2 unicast_src_ip 10.1.1.2
    unicast_peer {
        @lb1 10.1.1.2
        @lb2 10.1.1.1
    }
    virtual_ipaddress {
        10.1.1.100/24
    }
}
@lb2 virtual_server 10.1.1.100 80 {
@lb2 lvs_sched rr
@lb2 lvs_method DR
@lb2 protocol TCP
@lb2 real_server 10.1.1.9 80 {
@lb2 TCP_CHECK {
@lb2 }
@lb2 }
@lb2 }
";

fn site() -> Place {
    Place::new().file("lb1/keepalived.conf", SHARED).file("lb2/keepalived.conf", SHARED)
}

#[test]
fn an_inventory_has_the_rank_of_each_director() {
    let shown = site().run(&["convert", "keepalived-to-inventory", "--from", "."]);
    let members =
        "members = { lb1 = { priority = 150, state = \"backup\" }, lb2 = { priority = 90 } }";
    assert!(shown.contains(members), "{shown}");
    assert!(shown.contains("unicast = true") && !shown.contains("source ="), "{shown}");
    let place = Place::new().file("shared.conf", SHARED);
    let arguments = ["convert", "keepalived-to-inventory", "lb1=shared.conf", "lb2=shared.conf"];
    assert!(place.run(&arguments).contains(members));
}

#[test]
fn a_file_that_a_site_imports_says_to_each_director_its_own() {
    let inventory =
        "stack = \"keepalived\"\nimport = [\"shared.conf\"]\n[directors.lb1]\n[directors.lb2]\n";
    let place = Place::new().file("shared.conf", SHARED).file("site.toml", inventory);
    let shown = place.run(&["render", "site.toml", "--out", "new"]);
    assert!(shown.contains("exit code: 0"), "{shown}");
    for (director, lines) in [
        ("lb1", ["priority 150\n", "unicast_src_ip 10.1.1.1\n"]),
        ("lb2", ["priority 90\n", "unicast_src_ip 10.1.1.2\n"]),
    ] {
        let path = format!("new/{director}/etc/keepalived/keepalived.conf");
        let text = fs::read_to_string(place.0.path().join(path)).unwrap();
        assert!(lines.iter().all(|line| text.contains(line)), "{text}");
    }
}

#[test]
fn heartbeat_hears_the_address_of_each_director() {
    let place = site();
    place.run(&["convert", "keepalived-to-heartbeat", "--from", ".", "--out", "new"]);
    let text = fs::read_to_string(place.0.path().join("new/lb1/ha.d/ha.cf")).unwrap();
    assert!(text.contains("ucast eth0 10.1.1.1\nucast eth0 10.1.1.2\n"), "{text}");
}

#[test]
fn directories_side_by_side_are_two_directors() {
    let shown = site().run(&["diff", "lb1", "lb2"]);
    assert!(shown.contains("10.1.1.100:80") && shown.contains("exit code: 1"), "{shown}");
    let same = site().run(&["diff", "lb1", "lb2", "--config-id", "lb3"]);
    assert!(same.contains("no difference"), "{same}");
}

#[test]
fn directors_of_a_shared_file_do_not_fight() {
    let shown = site().run(&["simulate", "lb1", "lb2", "--kill", "lb1"]);
    assert!(!shown.contains("CONFLICT") && shown.contains("lb2 for"), "{shown}");
}

/// Not as the first director that the file names, whatever the host is called.
#[test]
fn the_daemon_is_the_node_that_it_is_told_to_be() {
    let check = |arguments: &[&str]| {
        site().run(&[&["daemon", "--check", "lb1/keepalived.conf"], arguments].concat())
    };
    let services = "1 virtual service";
    let of_lb2 = check(&["--node", "lb2"]);
    assert!(of_lb2.contains(services), "{of_lb2}");
    assert!(!check(&["--node", "lb1"]).contains(services));
    assert!(!check(&["--node", "lb3"]).contains(services));
    assert!(check(&["--node", "lb3", "--config-id", "lb2"]).contains(services));
}

/// A director without a line of its own has the lines for all, and not those of another one.
#[test]
fn a_site_is_checked_as_its_directors_read_it() {
    let shared = "vrrp_instance A {
    state BACKUP
    interface eth0
    virtual_router_id 5
    priority 100
    @lb1 priority 150
    virtual_ipaddress {
        10.0.0.1/24
    }
}
";
    let place = Place::new()
        .file("site/lb1/keepalived.conf", shared)
        .file("site/lb2/keepalived.conf", shared);
    let shown = place.run(&["check", "--output=short", "site"]);
    assert!(shown.contains("2 files checked: nothing found"), "{shown}");
}

#[test]
fn a_guess_is_told() {
    let place = Place::new().file("shared.conf", SHARED);
    let shown = place.run(&["convert", "keepalived-to-inventory", "shared.conf"]);
    assert!(shown.contains("[LV0555]") && shown.contains("--config-id"), "{shown}");
    let arguments = ["convert", "keepalived-to-inventory", "shared.conf", "--config-id", "lb2"];
    let shown = place.run(&arguments);
    assert!(!shown.contains("[LV0555]") && shown.contains("10.1.1.2"), "{shown}");
}
