//! `lvsha diff`: what differs, where, and the exit code.

use super::{Place, snapshot};

#[test]
fn help_of_diff() {
    snapshot!(Place::new().run(&["diff", "--help"]));
}

#[test]
fn the_same_meaning_in_another_format_is_no_difference() {
    let service = "virtual=10.0.0.31:80\n\treal=10.0.0.29:80 masq\n\tchecktype=connect\n\
                   \tscheduler=wlc\n";
    let place = Place::new().file("ldirectord.cf", service);
    let convert = ["convert", "heartbeat-to-keepalived", "ldirectord.cf", "--node", "lw1"];
    place.run(&[&convert[..], &["--out", "new"]].concat());
    let told = place.run(&["diff", "ldirectord.cf", "new/lw1/keepalived.conf"]);
    assert!(told.contains("exit code: 0") && told.contains("no difference"), "{told}");
}

/// The same lines for both programs, which do not do the same with a page that is elsewhere.
#[test]
fn redirections_differ_from_one_program_to_the_other() {
    snapshot!(place().run(&["diff", "ldirectord.cf", "same/keepalived.conf"]));
}

#[test]
fn differences_are_grouped_and_have_both_places() {
    snapshot!(place().run(&["diff", "ldirectord.cf", "other/keepalived.conf"]));
}

#[test]
fn differences_are_data_as_well() {
    let arguments = ["diff", "same/keepalived.conf", "other/keepalived.conf", "--output", "json"];
    snapshot!(place().run(&arguments));
}

#[test]
fn a_password_is_compared_and_not_shown() {
    snapshot!(two_passwords("PASS"));
}

/// A block that the model has no room for is compared as text.
#[test]
fn a_password_in_a_block_that_is_not_understood_is_not_shown() {
    snapshot!(two_passwords("pass"));
}

/// What is said of two files with passwords of their own, which are not in it.
fn two_passwords(kind: &str) -> String {
    let router = |password: &str| {
        format!(
            "vrrp_instance A {{\n    interface eth0\n    virtual_router_id 1\n    authentication {{\n        \
             auth_type {kind}\n        auth_pass {password}\n    }}\n    virtual_ipaddress {{\n        \
             10.0.0.1/24\n    }}\n}}\n"
        )
    };
    let place = Place::new()
        .file("a/keepalived.conf", router("swordfis"))
        .file("b/keepalived.conf", router("blowfish"));
    let shown = place.run(&["diff", "a", "b"]);
    assert!(!shown.contains("fis"), "{shown}");
    shown
}

#[test]
fn data_name_the_line_that_the_user_wrote() {
    let router = |priority: u32| {
        format!(
            "$PLACE=\\\ninterface eth0\\\nvirtual_router_id 1\n\nvrrp_instance A {{\n    $PLACE\n    \
             priority {priority}\n    virtual_ipaddress {{\n        10.0.0.1/24\n    }}\n}}\n"
        )
    };
    let place =
        Place::new().file("a/keepalived.conf", router(100)).file("b/keepalived.conf", router(101));
    let output = place.command(&["diff", "a", "b", "--output", "json"]).output().unwrap();
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    // The definition takes three lines, which the expanded text does not have.
    let at = report.pointer("/differences/0/left/place/line");
    assert_eq!(at.and_then(serde_json::Value::as_u64), Some(7), "{report:#}");
}

#[test]
fn several_directors_are_one_too_many() {
    let place = Place::new()
        .file("all/lw1/keepalived.conf", "vrrp_instance A {\n}\n")
        .file("all/lw2/keepalived.conf", "vrrp_instance A {\n}\n")
        .file("keepalived.conf", "vrrp_instance A {\n}\n");
    snapshot!(place.run(&["diff", "all", "keepalived.conf"]));
}

/// A service in ldirectord's words, in keepalived's, and another one.
fn place() -> Place {
    let ldirectord = "\
checkinterval=6
checktimeout=3
failurecount=2
quiescent=no

virtual=10.0.0.31:80
    real=10.0.0.29:80 gate 3
    real=10.0.0.30:80 gate
    fallback=127.0.0.1:80
    scheduler=rr
    service=http
    receive=\"Test Page\"
";
    let server = |host: u8, weight: u8| {
        format!(
            "    real_server 10.0.0.{host} 80 {{\n        weight {weight}\n        HTTP_GET {{\n            \
             url {{\n                path /\n                regex \"Test Page\"\n            }}\n            \
             connect_timeout 3\n            retry 1\n        }}\n    }}\n"
        )
    };
    let head = "virtual_server 10.0.0.31 80 {\n    delay_loop 6\n    lvs_sched rr\n    lvs_method DR\n    \
                protocol TCP\n    alpha\n    sorry_server 127.0.0.1 80\n";
    let same = format!("{head}{}{}}}\n", server(30, 1), server(29, 3));
    let other = format!(
        "{}{}{}}}\n",
        head.replace("lvs_sched rr", "lvs_sched wrr"),
        server(30, 2),
        server(28, 1)
    );
    Place::new()
        .file("ldirectord.cf", ldirectord)
        .file("same/keepalived.conf", same)
        .file("other/keepalived.conf", other)
}

#[test]
fn an_inventory_is_refused_as_what_it_is() {
    let place = place().file("site.toml", "name = \"web\"\n");
    snapshot!(place.run(&["diff", "same/keepalived.conf", "site.toml"]));
}

#[test]
fn routes_rules_and_commands_of_groups_count_across_formats() {
    let route = "10.9.0.0/16 via 10.0.0.254 dev eth0";
    let conf = format!(
        "static_routes {{\n    {route}\n}}\nvrrp_sync_group G {{\n    group {{\n        V\n    }}\n    \
         notify_master \"/etc/fw up\"\n}}\nvrrp_instance V {{\n    interface eth0\n    \
         virtual_router_id 51\n    virtual_ipaddress {{\n        10.0.0.31/24\n    }}\n    \
         virtual_routes {{\n        {route}\n    }}\n    virtual_rules {{\n        \
         from 10.0.0.31 lookup 100 priority 1000\n    }}\n}}\n"
    );
    let place = place()
        .file("a/keepalived.conf", &conf)
        .file("b/ha.cf", "bcast eth0\nnode lw1 lw2\n")
        .file("b/haresources", "lw1 10.0.0.31/24/eth0\n");
    snapshot!(place.run(&["diff", "a", "b"]));
    // A file of services says nothing about the others.
    let same = place.0.path().join("same/keepalived.conf");
    let text = std::fs::read_to_string(&same).unwrap();
    let all = place.file("all/keepalived.conf", conf + &text);
    let told = all.run(&["diff", "ldirectord.cf", "all/keepalived.conf"]);
    assert!(!told.contains("route"), "{told}");
}

/// keepalived lets it run until the next turn of the service; `connect_timeout` is about connections.
#[test]
fn the_limit_of_a_program_is_none_of_connections() {
    let file = |limit: &str| {
        format!(
            "virtual_server 10.0.0.31 80 {{\n    delay_loop 10\n    connect_timeout 2\n    lb_algo wlc\n    \
             lb_kind DR\n    protocol TCP\n    real_server 10.0.0.5 80 {{\n        weight 1\n        \
             MISC_CHECK {{\n            misc_path \"/bin/true\"\n{limit}        }}\n    }}\n}}\n"
        )
    };
    let place = Place::new()
        .file("a/keepalived.conf", file(""))
        .file("b/keepalived.conf", file("            misc_timeout 10\n"));
    let shown = place.run(&["diff", "a", "b"]);
    assert!(shown.contains("exit code: 0"), "{shown}");
}

/// Of a second check, too, the limits are compared where its kind is another one.
#[test]
fn limits_of_every_check_are_compared() {
    let service = |second: &str| {
        format!(
            "virtual_server 10.0.0.31 80 {{\n protocol TCP\n lvs_sched rr\n lvs_method DR\n \
             real_server 10.0.0.29 80 {{\n TCP_CHECK {{\n }}\n {second}\n }}\n}}\n"
        )
    };
    let left = service("TCP_CHECK {\n connect_timeout 4\n retry 7\n }");
    let right = service("SMTP_CHECK {\n connect_timeout 9\n retry 2\n }");
    let place = Place::new().file("a.conf", &left).file("b.conf", &right);
    let told = place.run(&["diff", "a.conf", "b.conf"]);
    for field in ["check 2: ", "check 2 time limit: ", "check 2 failures: "] {
        assert!(told.contains(field), "no {field:?}: {told}");
    }
}

/// keepalived takes the host's name where none is written, and `render` writes it.
#[test]
fn the_name_of_the_node_is_no_difference_to_none() {
    let text = |id: &str| {
        format!(
            "global_defs {{\n{id}\n}}\nvrrp_instance V {{\ninterface eth0\n\
        virtual_router_id 51\npriority 100\nvirtual_ipaddress {{\n10.0.0.1/24\n}}\n}}\n"
        )
    };
    let place = Place::new()
        .file("old/keepalived.conf", text(""))
        .file("lw1/etc/keepalived/keepalived.conf", text("router_id lw1"))
        .file("lw2/keepalived.conf", text("router_id lw2"))
        .file("lw3/keepalived.conf", text("router_id other"));
    let told = |other: &str| place.run(&["diff", "lw1", other]);
    for same in ["old", "lw2"] {
        assert!(told(same).contains("no difference"), "{}", told(same));
    }
    assert!(told("lw3").contains("~ router_id: lw1 -> other"), "{}", told("lw3"));
}
