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
fn what_keepalived_does_not_understand_is_left_out_and_told() {
    snapshot!(check(&instance(
        "    state MASTR\n    interface eth1\n    virtual_router_id 51\n    prority 150\n    \
         virtual_ipaddress {\n        10.0.0.31/24\n    }"
    )));
}

/// The first failover would be the first that anybody hears of it.
#[test]
fn notify_scripts_that_cannot_be_run_are_told() {
    let with = |hooks: &str| {
        instance(&format!(
            "    interface eth1\n    virtual_router_id 51\n{hooks}    virtual_ipaddress {{\n        \
             10.0.0.31/24\n    }}"
        ))
    };
    let hooks = "    notify_master \"/no/such/script\"\n    notify_backup \"/no/such/script\"\n    \
                 notify \"/bin/true\" nosuchuser\n    notify_stop \"/bin/true\"\n";
    snapshot!(check(&with(hooks)));
}

#[test]
fn guards_that_are_not_executed_are_told() {
    let shown = check(&format!(
        "global_defs {{\n    lvs_flush_on_stop\n}}\n{}",
        instance(
            "    interface eth1\n    virtual_router_id 51\n    unicast_src_ip 10.0.0.1\n    unicast_peer {\n        \
             10.0.0.2 min_ttl 255 max_ttl 255\n    }\n    virtual_ipaddress {\n        10.0.0.31/24\n    }"
        )
    ));
    for word in ["lvs_flush_on_stop", "max_ttl", "min_ttl"] {
        let told = format!("the daemon does not execute `{word}`");
        assert!(shown.contains(&told), "{shown}");
    }
    // Its own services go in any case.
    let own = check("global_defs {\n    lvs_flush_on_stop VS\n}\n");
    assert!(!own.contains("does not execute `lvs_flush_on_stop`"), "{own}");
}

#[test]
fn authentication_that_is_not_spoken_is_refused() {
    snapshot!(check(&instance(
        "    interface eth1\n    virtual_router_id 51\n    authentication {\n        \
         auth_type AH\n        auth_pass 1111\n    }\n    virtual_ipaddress {\n        \
         10.0.0.31/24\n    }"
    )));
}

#[test]
fn a_virtual_link_for_two_routers_is_refused() {
    let own = |name: &str, interface: &str, address: &str| {
        let lines = format!(
            "    interface {interface}\n    virtual_router_id 51\n    use_vmac own0\n    \
             virtual_ipaddress {{\n        {address}/24\n    }}"
        );
        instance(&lines).replace("VI_1", name)
    };
    let both = [own("VI_1", "eth1", "10.0.0.31"), own("VI_2", "eth2", "10.1.0.31")].concat();
    snapshot!(check(&both));
}

#[test]
fn storage_that_a_better_director_takes_is_refused() {
    let place = Place::new()
        .file("ha.d/ha.cf", "keepalive 1\ndeadtime 5\nbcast eth1\nauto_failback on\nnode lw1 lw2\n")
        .file("ha.d/haresources", "lw1 drbddisk::r0 10.0.0.31/24/eth0 httpd\n")
        .file("ha.d/authkeys", "auth 1\n1 sha1 sesame\n");
    snapshot!(place.run(&["daemon", "--check", "--node", "lw1", "ha.d"]));
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

/// The numbers of its routers are those of the files that it renders: nothing in it says them.
#[test]
fn an_inventory_of_heartbeat_is_a_configuration_too() {
    let site = "stack = \"heartbeat\"\n\n[directors.lw1]\n\n[directors.lw2]\n\n[heartbeat]\n\
                dead_time = 10\ninitial_dead_time = 60\n\n[routers.web]\ninterface = \"eth1\"\n\
                addresses = [\"10.0.0.31/24\"]\n";
    let place = Place::new().file("site.toml", site);
    let shown = place.run(&["daemon", "--check", "--node", "lw2", "site.toml"]);
    assert!(shown.contains("exit code: 0") && shown.contains("1 virtual router"), "{shown}");
    assert!(shown.contains("10.0.0.31/24"), "{shown}");
    assert!(shown.contains("lw2/etc/ha.d/ha.cf:"), "{shown}");
    assert!(shown.contains("note: `lvsha render` writes this file"), "{shown}");
}

#[test]
fn a_node_without_a_router_is_refused() {
    let place = Place::new()
        .file("ha.d/ha.cf", "keepalive 1\ndeadtime 5\nbcast eth1\nnode lw1 lw2\n")
        .file("ha.d/haresources", "lw1 IPaddr::10.0.0.31/24/eth0\n")
        .file("ha.d/authkeys", "auth 1\n1 sha1 sesame\n");
    snapshot!(place.run(&["daemon", "--check", "--node", "lw7", "ha.d"]));
}

/// What a broken inventory does not name may stand behind the break.
#[test]
fn a_broken_inventory_is_told_before_a_missing_director() {
    let told = |text: &str, node: &str| {
        let place = Place::new().file("site.toml", text);
        place.run(&["daemon", "--check", "--node", node, "site.toml"])
    };
    snapshot!(
        [
            told("cluster = \"x\n[directors\n", "lw1"),
            told("[directors.lw1]\n[directors.lw2]\n", "lw3"),
            told("[directors.lw1]\n[directors.lw2]\n", "lw1"),
        ]
        .join("\n")
    );
}

#[test]
fn a_missing_configuration_is_named() {
    snapshot!(Place::new().run(&["daemon", "--check", "nowhere.conf"]));
}

#[test]
fn ctl_says_what_to_do_without_a_daemon() {
    snapshot!(Place::new().run(&["ctl", "status", "--control", "none.sock"]));
}

#[test]
fn a_script_that_cannot_be_run_is_told() {
    snapshot!(check(
        "global_defs {
    enable_script_security
    script_user root
}
vrrp_script answers {
    script /nonexistent/answers
}
vrrp_script lives {
    script \"true\"
}
vrrp_instance VI_1 {
    interface eth1
    virtual_router_id 51
    virtual_ipaddress {
        10.0.0.31/24
    }
    track_script {
        answers
        lives
    }
}
"
    ));
}

#[test]
fn what_a_file_of_keepalived_asks_for_in_vain_is_told() {
    snapshot!(check(
        "net_namespace other
global_defs {
    router_id lw1
    vrrp_version 2
    vrrp_garp_master_repeat 2
    vrrp_higher_prio_send_advert true
    startup_script /usr/local/bin/before
    lvs_timeouts tcp 900
    nftables_ipvs
    lvs_notify_fifo /run/servers
    vrrp_notify_fifo /run/routers
    enable_snmp_checker
    checker_cpu_affinity 1
}
static_routes {
    10.9.0.0/16 via 10.0.0.254
}
SSL {
    password half-secret
    ca /etc/ssl/authorities.pem
}
vrrp_track_process web {
    process nginx
    quorum 2
    delay 3
}
vrrp_script answers {
    script /usr/local/bin/answers
    init_fail
}
virtual_server_group all {
    fd00::/64 80
}
virtual_server 10.0.0.31 443 {
    lb_algo rr
    lb_kind DR
    protocol TCP
    alpha
    omega
    ha_suspend
    smtp_alert false
    hysteresis 0
    real_server 10.0.0.29 443 {
        snmp_name three
        smtp_alert true
        SSL_GET {
            enable_sni
            url {
                path /
                status_code 200
                regex ok
                regex_options caseless ungreedy
            }
        }
    }
    real_server 10.0.0.30 443 {
        SSL_GET {
            url {
                path /
                regex ok
                regex_options caseless
                regex_min_offset 5
            }
        }
    }
}
"
    ));
}

#[test]
fn what_files_of_heartbeat_ask_for_in_vain_is_told() {
    let place = Place::new()
        .file(
            "ha.d/ha.cf",
            "logfacility local0
keepalive 1
deadtime 10
initdead 60
bcast eth1
bcast eth2
serial /dev/ttyS0
stonith_host * suicide lw2
hopfudge 1
node lw1 lw2
",
        )
        .file("ha.d/haresources", "lw1 IPaddr::10.0.0.31/24/eth1 ldirectord::ldirectord.cf\n")
        .file("ha.d/authkeys", "auth 1\n1 sha1 half-secret\n")
        .file(
            "ha.d/ldirectord.cf",
            "checkinterval=5
callback=\"/usr/local/bin/spread\"
logfile=\"/var/log/ldirectord.log\"
readdquiescent=no
cleanstop=no
virtual=10.0.0.31:80
\treal=10.0.0.29:80 gate
\tservice=http
\tscheduler=rr
\tprotocol=tcp
\temailalertfreq=60
",
        );
    snapshot!(place.run(&["daemon", "--check", "--node", "lw1", "ha.d"]));
}

#[test]
fn a_check_without_a_configuration_says_what_it_reads() {
    let output = Place::new().command(&["daemon", "--check", "--node", "lw1"]).output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    // Whether this machine has any is its own business.
    assert!(told.contains("reading /etc/") || told.contains("there is no /etc/"), "{told}");
}
