//! A reload and what was observed before it.

use std::fs;
use std::time::Duration;

use super::Program::Lvsha;
use super::{ADDRESS, Network, instance};

const FAST: &str = "version 3\n advert_int 0.2";
const OVERLAP: Duration = Duration::from_secs(3);

#[test]
fn families_of_one_interface_are_observed_apart() {
    let Some(network) = Network::new(&[Lvsha]) else { return };
    let pair = |priority: u8| {
        let six = instance(100, FAST)
            .replace("VI_1", "VI_6")
            .replace("10.9.0.100/24", "fe80::100/64")
            .replace("virtual_router_id 51", "virtual_router_id 52");
        let six = six.split_once("vrrp_instance").unwrap().1.to_owned();
        format!("{}vrrp_instance{six}", instance(priority, FAST))
    };
    network.ip_in("a", &["addr", "del", "10.9.0.1/24", "dev", "eth0"]);
    let a = network.start(Lvsha, "a", &pair(150));
    a.expect_log("(VI_1) entering FAULT");
    a.expect_log("(VI_6) transition to MASTER");
    fs::write(network.path("a.conf"), pair(140)).unwrap();
    a.signal("HUP");
    a.expect_log("reloaded: 2 virtual routers");
    let status = a.status();
    let state = |number: usize| status["routers"][number]["state"].to_string();
    assert_eq!([state(0), state(1)], ["\"FAULT\"", "\"MASTER\""], "{}", network.logs());
    assert_eq!(status["routers"][1]["counters"]["left_master"], 0);
}

#[test]
fn a_source_address_that_a_reload_brings_ends_the_fault() {
    let Some(network) = Network::new(&[Lvsha]) else { return };
    network.ip_in("a", &["addr", "del", "10.9.0.1/24", "dev", "eth0"]);
    let a = network.start(Lvsha, "a", &instance(150, FAST));
    a.expect_log("entering FAULT");
    let source = instance(150, &format!("{FAST}\n mcast_src_ip 10.9.0.1"));
    fs::write(network.path("a.conf"), source).unwrap();
    a.signal("HUP");
    a.expect_log("transition to MASTER");
    assert_eq!(network.owners(ADDRESS), ["a"]);
}

#[test]
fn a_script_that_is_gone_at_a_reload_is_told_and_not_followed() {
    let Some(network) = Network::new(&[Lvsha]) else { return };
    // With a path search, and securely.
    let with = |script: &str| {
        let configuration = instance(150, &format!("{FAST}\n track_script {{\n lives\n }}"));
        let secure = "global_defs {\n enable_script_security\n script_user root";
        let text = format!("\nvrrp_script lives {{\n script \"{script}\"\n}}\n");
        configuration.replace("global_defs {", secure) + &text
    };
    let a = network.start(Lvsha, "a", &with("true -0"));
    a.expect_log("transition to MASTER");
    fs::write(network.path("a.conf"), with("no-such-program -0")).unwrap();
    a.signal("HUP");
    a.expect_log("script `lives` is not followed: cannot be started");
    a.expect_log("reloaded: 1 virtual router");
    assert_eq!(a.status()["routers"][0]["state"], "MASTER", "{}", network.logs());
    fs::write(network.path("a.conf"), with("false")).unwrap();
    a.signal("HUP");
    a.expect_log("entering FAULT: script lives failed");
}

#[test]
fn scripts_of_a_router_that_a_reload_removes_hear_of_its_end() {
    let Some(network) = Network::new(&[Lvsha]) else { return };
    let story = network.path("story");
    let first = instance(150, FAST);
    let notify = format!("notify \"/bin/sh -c 'echo $2 $3 >> {}' x\"", story.display());
    let second = instance(150, &format!("{FAST}\n {notify}"))
        .replace("VI_1", "VI_2")
        .replace("virtual_router_id 51", "virtual_router_id 52")
        .replace("10.9.0.100/24", "10.9.0.101/24");
    let second = second.split_once("vrrp_instance").unwrap().1.to_owned();
    let a = network.start(Lvsha, "a", &format!("{first}vrrp_instance{second}"));
    network.expect_story("VI_2 MASTER");
    fs::write(network.path("a.conf"), first).unwrap();
    a.signal("HUP");
    network.expect_story("VI_2 STOP");
}

#[test]
fn scripts_of_a_router_that_a_reload_adds_hear_of_its_start() {
    let Some(network) = Network::new(&[Lvsha]) else { return };
    let first = instance(150, FAST);
    let notify =
        format!("notify \"/bin/sh -c 'echo $2 $3 >> {}' x\"", network.path("story").display());
    // An owner is master at once: before anybody could be told that the reload is over.
    let second = instance(255, &format!("{FAST}\n {notify}"))
        .replace("VI_1", "VI_2")
        .replace("virtual_router_id 51", "virtual_router_id 52")
        .replace("10.9.0.100/24", "10.9.0.101/24");
    let second = second.split_once("vrrp_instance").unwrap().1.to_owned();
    let a = network.start(Lvsha, "a", &first);
    a.expect_log("(VI_1) transition to MASTER");
    fs::write(network.path("a.conf"), format!("{first}vrrp_instance{second}")).unwrap();
    a.signal("HUP");
    network.expect_story("VI_2 MASTER");
}

#[test]
fn a_group_that_a_reload_leaves_as_it_is_tells_nothing_again() {
    let Some(network) = Network::new(&[Lvsha]) else { return };
    let notify = |more: &str| {
        let story = network.path("story");
        format!("{more}notify \"/bin/sh -c 'echo $2 $3 >> {}' x\"", story.display())
    };
    let group = format!("vrrp_sync_group alone {{\n group {{\n VI_1\n }}\n {}\n}}\n", notify(""));
    let with_group = format!("{group}{}", instance(150, FAST));
    let a = network.start(Lvsha, "a", &with_group);
    network.expect_story("alone MASTER");
    let second = instance(150, &notify(&format!("{FAST}\n ")))
        .replace("VI_1", "VI_2")
        .replace("virtual_router_id 51", "virtual_router_id 52")
        .replace("10.9.0.100/24", "10.9.0.101/24");
    let second = second.split_once("vrrp_instance").unwrap().1.to_owned();
    fs::write(network.path("a.conf"), format!("{with_group}vrrp_instance{second}")).unwrap();
    a.signal("HUP");
    // What the reload itself had to tell was told before.
    network.expect_story("VI_2 MASTER");
    let story = fs::read_to_string(network.path("story")).unwrap();
    assert_eq!(story.matches("alone MASTER").count(), 1, "{story}");
}

#[test]
fn a_group_that_a_reload_takes_a_router_from_goes_on() {
    let Some(network) = Network::new(&[Lvsha]) else { return };
    let group =
        |members: &str| format!("vrrp_sync_group both {{\n group {{\n {members}\n }}\n}}\n");
    let first = instance(150, FAST);
    let second = first
        .replace("VI_1", "VI_2")
        .replace("virtual_router_id 51", "virtual_router_id 52")
        .replace("10.9.0.100/24", "10.9.0.101/24");
    let second = second.split_once("vrrp_instance").unwrap().1.to_owned();
    let whole = format!("{}{first}vrrp_instance{second}", group("VI_1\n VI_2"));
    let a = network.start(Lvsha, "a", &whole);
    a.expect_log("sync group both: MASTER");
    fs::write(network.path("a.conf"), format!("{}{first}", group("VI_1"))).unwrap();
    a.signal("HUP");
    // What becomes of the old routers is told before that.
    a.expect_log("reloaded: 1 virtual router");
    let log = network.logs();
    assert!(log.contains("(VI_2) stopped") && !log.contains("sync group both: INIT"), "{log}");
    assert_eq!(a.status()["groups"][0]["state"], "MASTER");
    a.stop();
    assert!(network.logs().contains("sync group both: INIT"), "{}", network.logs());
}

#[test]
fn services_follow_a_router_that_a_reload_renames() {
    let Some(network) = Network::new(&[Lvsha]) else { return };
    let service = "virtual_server 10.9.0.100 80 {\n delay_loop 1\n lb_algo rr\n lb_kind NAT\n protocol TCP\n \
                   ha_suspend\n real_server 10.9.0.1 8000 {\n TCP_CHECK {\n connect_timeout 1\n }\n }\n}\n";
    let server = "10.9.0.1:8000 of tcp 10.9.0.100:80";
    let old = format!("{}{service}", instance(150, FAST));
    let a = network.start(Lvsha, "a", &old);
    a.expect_log("(VI_1) transition to MASTER");
    a.expect_log(server);
    fs::write(network.path("a.conf"), old.replace("VI_1", "web")).unwrap();
    a.signal("HUP");
    a.expect_log("reloaded: 1 virtual router");
    // From now on it answers, and only who asks hears of it.
    let program = "import signal,socket\nsignal.alarm(60)\n\
                   s=socket.create_server(('10.9.0.1',8000))\nwhile True: s.accept()";
    let space = network.space("a");
    let mut listener = std::process::Command::new("ip")
        .args(["netns", "exec", &space, "python3", "-c", program])
        .spawn()
        .unwrap();
    a.expect_log(&format!("{server} is up"));
    listener.kill().unwrap();
    listener.wait().unwrap();
}

/// A signal may come while the file is still written, or after a brace was lost.
#[test]
fn a_file_that_cannot_be_read_takes_nothing_away() {
    const OTHER: &str = "10.9.0.101";
    let Some(network) = Network::new(&[Lvsha]) else { return };
    let both = format!("{ADDRESS}/24\n        {OTHER}/24");
    let whole = instance(150, FAST).replace(&format!("{ADDRESS}/24"), &both);
    let a = network.start(Lvsha, "a", &whole);
    a.expect_log("transition to MASTER");
    let place = network.path("a.conf").display().to_string();
    for (text, why) in [
        // The last address is a whole one, and another.
        (whole.split_once("01/24").unwrap().0.to_owned(), ":4:1: error[LV0503]"),
        (format!("{whole}}}\n"), ":15:1: error[LV0504]"),
        (whole.replace("priority 150", "prority 150"), ":7:5: error[LV0501]"),
        (whole.replace("priority 150", "priority"), ":7:5: error[LV0508]"),
        (whole.replace("priority 150", "priority high"), ":7:14: error[LV0509]"),
        (format!("{whole}include more.conf\n"), ":15:9: warning[LV0541]"),
    ] {
        fs::write(network.path("a.conf"), text).unwrap();
        a.signal("HUP");
        a.expect_log(&format!("reload refused, nothing has changed: {place}{why}"));
        assert_eq!([network.owners(ADDRESS), network.owners(OTHER)], [["a"], ["a"]], "{why}");
    }
    // What only keepalived minds is told, and done.
    let alone = "vrrp_sync_group alone {\n group {\n VI_1\n }\n}\n";
    fs::write(network.path("a.conf"), format!("{alone}{whole}")).unwrap();
    a.signal("HUP");
    a.expect_log("warning[LV0969]");
    a.expect_log("reloaded: 1 virtual router");
}

#[test]
fn an_address_of_the_other_family_comes_and_goes_on_a_virtual_link() {
    const SIX: &str = "2001:db8::100";
    let Some(network) = Network::new(&[Lvsha]) else { return };
    let plain = instance(150, &format!("{FAST}\n use_vmac"));
    let lines = format!("{FAST}\n use_vmac\n virtual_ipaddress_excluded {{\n {SIX}/64\n }}");
    let a = network.start(Lvsha, "a", &plain);
    network.expect_owners(ADDRESS, &["a"], OVERLAP);
    // The link was made without IPv6.
    let with_six = instance(150, &lines);
    let rows: [(&String, &[&str]); 3] = [(&with_six, &["a"]), (&plain, &[]), (&with_six, &["a"])];
    for (configuration, owners) in rows {
        fs::write(network.path("a.conf"), configuration).unwrap();
        a.signal("HUP");
        network.expect_owners(SIX, owners, OVERLAP);
    }
    assert_eq!(network.owners(ADDRESS), ["a"], "{}", network.logs());
}

/// As `systemctl reload` hears of it, which asks in this way.
#[test]
fn who_asks_for_a_reload_is_told_what_became_of_it() {
    let Some(network) = Network::new(&[Lvsha]) else { return };
    let a = network.start(Lvsha, "a", &instance(150, FAST));
    a.expect_log("transition to MASTER");
    assert_eq!(a.ctl_ends(&["reload"]), (Some(0), "nothing has changed\n".to_owned()));
    fs::write(network.path("a.conf"), instance(140, FAST)).unwrap();
    assert_eq!(a.ctl_ends(&["reload"]), (Some(0), "reloaded\n".to_owned()));
    assert_eq!(a.status()["routers"][0]["priority"], 140, "{}", network.logs());
    fs::write(network.path("a.conf"), instance(130, &format!("{FAST}\n priorty 20"))).unwrap();
    let (code, said) = a.ctl_ends(&["reload"]);
    assert_eq!(code, Some(1), "{said}");
    let place =
        format!("reload refused, nothing has changed: {}:", network.path("a.conf").display());
    assert!(said.contains(&place) && said.contains("priorty"), "{said}");
    assert_eq!(a.status()["routers"][0]["priority"], 140, "{}", network.logs());
}
