//! Plans from configurations.

use std::time::Duration;

use super::*;
use crate::model::read::Input;
use crate::model::read::test_values::keepalived;
use crate::run::vrrp::{Authentication, Password, Version};
use crate::source::{Findings, Sources};
use crate::syntax::Format;

fn planned(text: &str) -> (Plan, Vec<String>) {
    let mut findings = Findings::new();
    let plan = plan(&keepalived(text), "lw1", &mut findings);
    let codes = findings.iter().map(|finding| finding.code.id().to_owned()).collect();
    (plan, codes)
}

fn instance(lines: &str) -> (Plan, Vec<String>) {
    planned(&format!(
        "vrrp_instance VI_1 {{
            interface eth1
            virtual_router_id 51
            virtual_ipaddress {{
                10.0.0.31/24 dev eth0 label eth0:0
            }}
            {lines}
        }}"
    ))
}

fn router(lines: &str) -> RouterPlan {
    let (mut plan, codes) = instance(lines);
    assert_eq!(codes, [""; 0], "{lines}");
    plan.routers.remove(0)
}

#[test]
fn defaults_are_those_of_keepalived() {
    let router = router("");
    let settings = &router.settings;
    assert_eq!(settings.version, Version::Two);
    assert_eq!(settings.priority, 100);
    assert_eq!(settings.interval, Duration::from_secs(1));
    assert_eq!(settings.down_count, 3);
    assert!(settings.preempt);
    assert_eq!(router.transport, Transport::Multicast("224.0.0.18".parse().unwrap()));
    assert_eq!(router.schedule, Schedule::default());
    let [address] = router.addresses.as_slice() else { panic!("one address") };
    assert_eq!(address.interface.as_deref(), Some("eth0"));
    assert_eq!(address.details.label.as_deref(), Some("eth0:0"));
}

#[test]
fn the_word_master_sets_the_default_priority_and_cancels_nopreempt() {
    assert_eq!(router("state MASTER").settings.priority, 255);
    let stays = router("state MASTER\n nopreempt\n preempt_delay 5\n priority 150").settings;
    assert!(stays.preempt);
    assert_eq!(stays.preempt_delay, Duration::ZERO);
    let waits = router("state BACKUP\n nopreempt\n priority 150").settings;
    assert!(!waits.preempt);
}

#[test]
fn only_version_2_has_a_password() {
    let with = "authentication {\n auth_type PASS\n auth_pass 1111\n }\n";
    let password = Authentication::Password(Password::new("1111"));
    assert_eq!(router(with).settings.authentication, password);
    let three = router(&format!("{with} version 3")).settings;
    assert_eq!(three.authentication, Authentication::None);
    assert!(three.answers_lower);
}

#[test]
fn unicast_peers_replace_the_group() {
    let router = router("unicast_src_ip 10.0.0.1\n unicast_peer {\n 10.0.0.2\n }");
    assert_eq!(router.transport, Transport::Unicast(vec!["10.0.0.2".parse().unwrap()]));
    assert_eq!(router.source, Some("10.0.0.1".parse().unwrap()));
}

#[test]
fn whoever_sends_to_this_director_is_heard_unless_the_source_is_checked() {
    let peers = "unicast_peer {\n 10.0.0.2\n }";
    assert!(!router(peers).checks_source);
    assert!(router(&format!("check_unicast_src\n {peers}")).checks_source);
    let one = "vrrp_instance VI_1 {\n interface eth1\n virtual_router_id 51\n unicast_peer {\n \
               10.0.0.2\n }\n virtual_ipaddress {\n 10.0.0.31\n }\n}\n";
    let (plan, _) = planned(&format!("global_defs {{\n vrrp_check_unicast_src\n}}\n{one}"));
    assert!(plan.routers[0].checks_source);
    // heartbeat's media name both directors.
    let line = "lw1 IPaddr::10.0.0.31/24/eth0\n";
    assert!(heartbeat(HA_CF, line, "lw1").routers[0].checks_source);
}

#[test]
fn the_own_interface_is_followed_unless_it_is_not() {
    let own = |ignores_link| {
        let speaker = Speaker { virtual_router_id: 51, family: Family::V4, ignores_link };
        SourcePlan::Interface { name: "eth1".to_owned(), speaker: Some(speaker) }
    };
    let (plan, _) = instance("track_interface {\n eth2 weight -20\n }");
    assert_eq!(plan.sources.first(), Some(&own(false)));
    assert_eq!(followed(&plan), ["interface eth1", "interface eth0", "interface eth2"]);
    let weights: Vec<i16> = plan.routers[0].tracked.iter().map(|tracked| tracked.weight).collect();
    assert_eq!(weights, [0, 0, -20]);
    // Who has no way out, or none in, is at fault nevertheless.
    let (plan, _) = instance("dont_track_primary");
    assert_eq!(plan.sources.first(), Some(&own(true)));
    assert_eq!(followed(&plan), ["interface eth1", "interface eth0"]);
}

#[test]
fn the_interfaces_of_addresses_are_followed_unless_they_are_not() {
    let with = |own: &str, lines: &str| {
        followed(
            &planned(&format!(
                "vrrp_instance VI_1 {{
            interface eth1
            virtual_router_id 51
            virtual_ipaddress {{
                {own}
            }}
            {lines}
        }}"
            ))
            .0,
        )
    };
    let excluded = "virtual_ipaddress_excluded {\n 10.0.0.33/24 dev eth2\n }";
    // As keepalived 2.2.7 does.
    let routes = "virtual_routes {\n 10.1.0.0/16 dev eth3\n 10.2.0.0/16 dev eth4 no_track\n \
                  10.3.0.0/16 via 10.0.0.9\n }";
    let rules = "virtual_rules {\n from 10.1.0.0/16 iif eth3 oif eth4 table 7 priority 1000\n \
                 to 10.2.0.0/16 iif eth5 table 7 priority 1001 no_track\n iif eth1 table 7 priority 1002\n }";
    let rows: [(&str, &str, &[&str]); 8] = [
        ("10.0.0.31/24", "", &["interface eth1"]),
        ("10.0.0.31/24 dev eth1", "dont_track_primary", &["interface eth1"]),
        ("10.0.0.31/24 dev eth0 no_track", "", &["interface eth1"]),
        ("10.0.0.31/24 dev lo\n 10.0.0.32/24 dev lo", "", &["interface eth1", "interface lo"]),
        ("10.0.0.31/24 dev vrrp.51", "use_vmac", &["interface eth1"]),
        ("10.0.0.31/24", excluded, &["interface eth1", "interface eth2"]),
        ("10.0.0.31/24", routes, &["interface eth1", "interface eth3"]),
        ("10.0.0.31/24", rules, &["interface eth1", "interface eth3", "interface eth4"]),
    ];
    for (own, lines, expected) in rows {
        assert_eq!(with(own, lines), expected, "{own} {lines}");
    }
}

/// What the only router follows, in its order.
fn followed(plan: &Plan) -> Vec<String> {
    let tracked = plan.routers[0].tracked.iter();
    tracked.filter_map(|tracked| Some(plan.sources.get(tracked.source)?.name())).collect()
}

#[test]
fn a_script_that_cannot_be_run_is_told_and_not_followed() {
    let scripts = ["/nonexistent/answers", "no-such-program -0", "/etc/passwd", "true"];
    let text: String = (0..)
        .zip(scripts)
        .map(|(number, script)| format!("vrrp_script s{number} {{\n script \"{script}\"\n}}\n"))
        .collect();
    let (plan, _) = planned(&format!(
        "global_defs {{\n script_user root\n}}\n{text}
        vrrp_instance VI_1 {{
            interface eth1
            virtual_router_id 51
            virtual_ipaddress {{
                10.0.0.31/24
            }}
            track_script {{
                s0
                s1
                s2 weight 5
                s3 weight 7
            }}
        }}"
    ));
    assert_eq!(plan.sources.len(), 5);
    let loaded = crate::run::daemon::Loaded { plan, findings: Findings::new(), unread: None };
    let loaded = loaded.on_this_machine();
    assert_eq!(followed(&loaded.plan), ["interface eth1", "script s3"]);
    assert_eq!(loaded.plan.sources.len(), 2);
    let codes: Vec<String> = loaded.findings.iter().map(|f| f.code.id().to_owned()).collect();
    assert_eq!(codes, ["LV0962"; 3]);
}

#[test]
fn a_virtual_mac_has_a_link_of_its_own() {
    assert_eq!(router("use_vmac").virtual_link.as_deref(), Some("vrrp.51"));
    assert_eq!(router("use_vmac own0").virtual_link.as_deref(), Some("own0"));
    assert!(!router("use_vmac").transmits_on_base);
    assert!(router("use_vmac\n vmac_xmit_base").transmits_on_base);
    // As keepalived has it: a peer may be behind a router.
    assert!(router("use_vmac\n unicast_peer {\n 192.0.2.9\n }").transmits_on_base);
}

#[test]
fn routers_of_one_number_on_several_interfaces_have_links_of_their_own() {
    let virtual_mac = |name: &str, interface: &str, word: &str, address: &str| {
        format!(
            "vrrp_instance {name} {{\n interface {interface}\n virtual_router_id 51\n {word}\n \
             version 3\n virtual_ipaddress {{\n {address}\n }}\n}}\n"
        )
    };
    let links = |rows: &[(&str, &str, &str)]| -> (Vec<String>, Vec<String>) {
        let rows = rows.iter().zip(1..).map(|((interface, word, address), number)| {
            virtual_mac(&format!("VI_{number}"), interface, word, address)
        });
        let (plan, codes) = planned(&rows.collect::<String>());
        (plan.routers.into_iter().filter_map(|router| router.virtual_link).collect(), codes)
    };
    let none = || Vec::<String>::new();
    let both = [("eth1", "use_vmac", "10.0.0.1"), ("eth2", "use_vmac", "10.0.0.2")];
    assert_eq!(links(&both), (vec!["vrrp.51".to_owned(), "vrrp1.51".to_owned()], none()));
    // A name that somebody states is not free, wherever it stands.
    let stated = [("eth1", "use_vmac", "10.0.0.1"), ("eth2", "use_vmac vrrp.51", "10.0.0.2")];
    assert_eq!(links(&stated), (vec!["vrrp1.51".to_owned(), "vrrp.51".to_owned()], none()));
    let families = [("eth1", "use_vmac", "10.0.0.1"), ("eth1", "use_vmac", "fe80::31")];
    assert_eq!(links(&families), (vec!["vrrp.51".to_owned(), "vrrp6.51".to_owned()], none()));
    let twice = [("eth1", "use_vmac own0", "10.0.0.1"), ("eth2", "use_vmac own0", "10.0.0.2")];
    assert_eq!(links(&twice).1, ["LV0966"]);
}

#[test]
fn announcements_follow_the_configuration() {
    let schedule = router("garp_master_repeat 2\n garp_master_delay 1\n garp_master_refresh 60");
    let expected = Schedule {
        repeat: 2,
        delay: Duration::from_secs(1),
        conflict_repeat: 2,
        conflict_delay: Duration::from_secs(1),
        refresh: Duration::from_secs(60),
        ..Schedule::default()
    };
    assert_eq!(schedule.schedule, expected);
}

#[test]
fn a_route_without_a_link_leads_to_the_routers_own() {
    let found = router("virtual_routes {\n 10.1.0.0/16\n blackhole 10.2.0.0/16\n }").routes;
    let links: Vec<Vec<&str>> = found.iter().map(|route| route.links().collect()).collect();
    assert_eq!(links, [vec!["eth1"], vec![]]);
}

#[test]
fn what_is_not_done_is_told() {
    let (plan, codes) =
        instance("virtual_routes {\n 10.1.0.0/16 via 10.0.0.9\n 10.2.0.0/16 encap ip id 7\n }");
    assert_eq!(codes, ["LV0959"]);
    assert_eq!(plan.routers[0].routes.len(), 1, "the others are made");
}

#[test]
fn who_would_understand_no_peer_does_not_start() {
    let header = "authentication {\n auth_type AH\n auth_pass 1111\n }";
    let (plan, codes) = instance(header);
    assert_eq!((plan.routers.len(), codes), (0, vec!["LV0963".to_owned()]));
    let three = router(&format!("version 3\n {header}"));
    assert_eq!(three.settings.authentication, Authentication::None, "it means nothing there");
}

#[test]
fn the_link_local_address_leads() {
    let (plan, codes) = planned(
        "vrrp_instance VI_6 {
            interface eth1
            virtual_router_id 6
            virtual_ipaddress {
                2001:db8::31/64
                fe80::31/64
            }
        }",
    );
    assert_eq!(codes, [""; 0]);
    let settings = &plan.routers[0].settings;
    assert_eq!(settings.version, Version::Three);
    assert_eq!(settings.addresses[0], "fe80::31".parse::<IpAddr>().unwrap());
}

#[test]
fn members_of_a_group_wait_for_each_other_and_follow_what_it_follows() {
    let instance = |name: &str, id: u8| {
        format!(
            "vrrp_instance {name} {{\n interface eth{id}\n virtual_router_id {id}\n \
             virtual_ipaddress {{\n 10.0.{id}.1\n }}\n}}\n"
        )
    };
    let (plan, codes) = planned(&format!(
        "{}{}vrrp_sync_group both {{\n group {{\n a\n b\n }}\n track_interface {{\n eth9\n }}\n}}\n",
        instance("a", 1),
        instance("b", 2)
    ));
    assert_eq!(codes, [""; 0]);
    assert_eq!(plan.groups[0].members, [0, 1]);
    assert!(plan.routers.iter().all(|router| router.settings.is_grouped));
    assert!(plan.routers.iter().all(|router| router.tracked.len() == 2));
}

#[test]
fn members_of_a_group_follow_with_weights_where_it_allows_them() {
    let followed_by = |group: &str| {
        let (plan, codes) = planned(&format!(
            "vrrp_script web {{\n script \"/bin/true\"\n weight -20\n}}
            vrrp_script dns {{\n script \"/bin/true\"\n}}
            track_file number {{\n file /tmp/number\n}}
            track_file other {{\n file /tmp/other\n weight 2\n}}
            vrrp_track_process proxy {{\n process haproxy\n weight 30\n}}
            vrrp_sync_group both {{\n group {{\n VI_1\n }}\n {group}\n
                track_interface {{\n eth9 weight -5\n }}\n}}
            vrrp_instance VI_1 {{
                interface eth1
                virtual_router_id 51
                virtual_ipaddress {{
                    10.0.0.31/24
                }}
                track_interface {{\n eth2 weight -60\n eth3\n }}
                track_script {{\n web\n dns\n }}
                track_file {{\n number\n other\n }}
                track_process {{\n proxy\n }}
            }}"
        ));
        let weights = plan.routers[0].tracked.iter().map(|tracked| tracked.weight);
        let told: Vec<String> = followed(&plan)
            .into_iter()
            .zip(weights)
            .map(|(name, weight)| format!("{name} {weight}"))
            .collect();
        (told, plan.sources.len(), codes)
    };
    let (told, _, codes) = followed_by("sync_group_tracking_weight");
    assert_eq!(codes, [""; 0]);
    let all = [
        "interface eth1 0",
        "interface eth2 -60",
        "interface eth3 0",
        "script web -20",
        "script dns 0",
        "file number 1",
        "file other 2",
        "process proxy 30",
        "interface eth9 -5",
    ];
    assert_eq!(told, all);
    let (told, sources, codes) = followed_by("");
    assert_eq!(codes, ["LV0959"; 5]);
    let some = [
        "interface eth1 0",
        "interface eth2 0",
        "interface eth3 0",
        "script dns 0",
        "file number 0",
        "interface eth9 -5",
    ];
    assert_eq!(told, some);
    assert_eq!(sources, some.len(), "what is not followed is not looked at");
}

#[test]
fn pipes_are_told_priorities_by_the_nearest_word() {
    let tells = |global: &str, group: &str, own: &str| {
        let (plan, codes) = planned(&format!(
            "global_defs {{\n {global}\n}}
            vrrp_sync_group both {{\n group {{\n VI_1\n }}\n {group}\n}}
            vrrp_instance VI_1 {{
                interface eth1
                virtual_router_id 51
                {own}
                virtual_ipaddress {{
                    10.0.0.31/24
                }}
            }}"
        ));
        assert_eq!(codes, [""; 0]);
        plan.routers[0].tells_priorities
    };
    let (on, off) = ("notify_priority_changes true", "notify_priority_changes false");
    assert!(!tells("", "", ""));
    assert!(tells("vrrp_notify_priority_changes true", "", ""));
    assert!(tells("", on, "") && tells("", "", on));
    assert!(!tells("vrrp_notify_priority_changes true", off, ""));
    assert!(!tells("vrrp_notify_priority_changes true", on, off));
}

fn heartbeat(ha_cf: &str, haresources: &str, node: &str) -> Plan {
    let loaded = heartbeats_files(ha_cf, haresources, node);
    assert_eq!(loaded.findings.count(crate::source::Severity::Error), 0);
    loaded.plan
}

fn heartbeats_files(ha_cf: &str, haresources: &str, node: &str) -> crate::run::daemon::Loaded {
    let mut sources = Sources::new();
    let inputs = [
        Input { file: sources.add("ha.cf", ha_cf.as_bytes()), format: Format::HaCf },
        Input {
            file: sources.add("haresources", haresources.as_bytes()),
            format: Format::Haresources,
        },
    ];
    crate::run::daemon::load(&mut sources, &inputs, &Default::default(), node, &Default::default())
}

const HA_CF: &str = "keepalive 1
deadtime 5
warntime 3
bcast eth1
node lw1 lw2
";

#[test]
fn heartbeats_times_become_intervals() {
    let plan = heartbeat(HA_CF, "lw1 IPaddr::10.0.0.31/24/eth0\n", "lw2");
    let settings = &plan.routers[0].settings;
    let down = settings.timing(settings.priority, settings.interval).down_interval();
    assert!(down > Duration::from_secs(4) && down <= Duration::from_millis(5500), "{down:?}");
    assert_eq!(settings.warn_after, Some(Duration::from_secs(3)));
    assert!(settings.preempt);
}

#[test]
fn groups_with_crossed_preference_have_crossed_priorities() {
    let text = "lw1 IPaddr::10.0.0.31/24/eth0\nlw2 IPaddr::10.0.0.32/24/eth0\n";
    let priorities = |node: &str| -> Vec<u8> {
        heartbeat(HA_CF, text, node).routers.iter().map(|r| r.settings.priority).collect()
    };
    let (first, second) = (priorities("lw1"), priorities("lw2"));
    assert!(first[0] > second[0] && first[1] < second[1], "{first:?} {second:?}");
}

#[test]
fn ordered_resources_are_the_daemons_work_and_hooks_are_not() {
    let line = "lw1 IPaddr::10.0.0.31/24/eth0 httpd Filesystem::/dev/sdb1::/srv::ext4\n";
    let ha_cf = format!("{HA_CF}auto_failback off\n");
    let router = &heartbeat(&ha_cf, line, "lw1").routers[0];
    let names: Vec<&str> = router.resources.iter().map(|r| r.name.as_str()).collect();
    assert_eq!(names, ["httpd", "Filesystem"]);
    assert_eq!(router.resources[1].arguments, ["/dev/sdb1", "/srv", "ext4"]);
    assert_eq!(router.hooks, []);
    let source = router.resource_source.unwrap();
    assert!(router.tracked.iter().any(|tracked| tracked.source == source && tracked.weight == 0));
}

#[test]
fn storage_is_refused_where_a_better_director_does_not_wait() {
    let line = "lw1 10.0.0.31/24/eth0 drbddisk::r0 Filesystem::/dev/drbd0::/srv::ext4 httpd\n";
    let ipfail = "ping 10.0.0.254\nrespawn hacluster /usr/lib/heartbeat/ipfail\n";
    let rows = [
        ("", true),
        ("auto_failback on\n", true),
        ("auto_failback off\n", false),
        (&format!("auto_failback off\n{ipfail}"), true),
    ];
    for (lines, is_refused) in rows {
        // Also on the director that would only preempt: it is one pair.
        for node in ["lw1", "lw2"] {
            let loaded = heartbeats_files(&format!("{HA_CF}{lines}"), line, node);
            let is_it = |found: &&crate::source::Diagnostic| found.code.id() == "LV0964";
            let count = loaded.findings.iter().filter(is_it).count();
            assert_eq!(count, usize::from(is_refused), "{node} {lines}");
        }
        let without = heartbeat(&format!("{HA_CF}{lines}"), "lw1 10.0.0.31/24/eth0 httpd\n", "lw1");
        assert_eq!(without.routers.len(), 1);
    }
}

#[test]
fn ping_arbitration_without_failback_ranks_by_what_is_reached() {
    let ha_cf = format!(
        "{HA_CF}auto_failback off\nping 10.0.0.254\nping 10.0.0.253\n\
         respawn hacluster /usr/lib/heartbeat/ipfail\n"
    );
    let line = "lw1 IPaddr::10.0.0.31/24/eth0\n";
    for (node, preference) in [("lw1", 1), ("lw2", 0)] {
        let plan = heartbeat(&ha_cf, line, node);
        let router = &plan.routers[0];
        let arbitration = router.settings.arbitration.unwrap();
        assert_eq!((arbitration.directors, arbitration.preference), (2, preference));
        assert!(!router.settings.preempt);
        // What the tracker makes of the number is what the arbitration means.
        for reached in 0..3 {
            let standing = crate::run::vrrp::Standing::judge(
                router.settings.priority,
                &router.tracked,
                |source| match plan.sources.get(source) {
                    Some(SourcePlan::Pings { targets, .. }) => {
                        assert_eq!(targets.len(), 2);
                        crate::run::vrrp::Observation::Value(reached)
                    }
                    _ => crate::run::vrrp::Observation::Up,
                },
            );
            let reached = usize::try_from(reached).unwrap();
            assert_eq!(standing.priority, arbitration.priority(reached));
        }
    }
}
