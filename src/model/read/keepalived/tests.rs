use std::time::Duration;

use proptest::prelude::*;

use crate::model::read::{Input, Reading, read};
use crate::model::{
    Broadcast, Forwarding, HookEvent, ProbeKind, Protocol, Role, Service, Target, Track, TrackKind,
};
use crate::source::Sources;
use crate::syntax::Format;

fn reading(text: &str) -> Reading {
    let mut sources = Sources::new();
    let file = sources.add("keepalived.conf", text.as_bytes());
    read(&mut sources, &[Input { file, format: Format::Keepalived }])
}

/// Codes of what was found, in the order of the text.
fn codes(text: &str) -> Vec<&'static str> {
    reading(text).findings.sorted().iter().map(|d| d.code.id()).collect()
}

fn service(text: &str) -> Service {
    reading(text).cluster.services.remove(0)
}

#[test]
fn a_router_is_read_with_all_it_says() {
    let text = r#"
        vrrp_instance VI_1 {
            state MASTER
            interface eth1
            virtual_router_id 51
            priority 100
            advert_int 1.5
            down_timer_adverts 4
            preempt_delay 7
            unicast_src_ip 10.0.0.11
            unicast_peer {
                10.0.0.12
            }
            authentication {
                auth_type PASS
                auth_pass 1111
            }
            virtual_ipaddress {
                10.0.0.31/24 brd + dev eth0 label eth0:1
            }
            track_interface {
                eth0 weight -20
            }
            track_script {
                chk
            }
            notify_master "/bin/notify master" root
            garp_master_delay 3
        }
    "#;
    let router = reading(text).cluster.routers.remove(0);
    assert_eq!(router.virtual_router_id.map(|id| id.value), Some(51));
    assert_eq!(router.interval.map(|t| t.value), Some(Duration::from_millis(1500)));
    assert_eq!(router.down_count.map(|n| n.value), Some(4));
    assert_eq!(router.transport.peers.len(), 1);
    let member = &router.members[0];
    assert_eq!(member.role.map(|role| role.value), Some(Role::Master));
    assert_eq!(member.priority.map(|priority| priority.value), Some(100));
    assert_eq!(member.node, None);
    let address = &router.addresses[0].value;
    assert_eq!((address.prefix, address.broadcast), (Some(24), Some(Broadcast::AllOnes)));
    assert_eq!(address.label.as_deref(), Some("eth0:1"));
    assert_eq!(router.tracks[0].value, Track::new(TrackKind::Interface, "eth0").weighing(-20));
    assert_eq!(router.tracks[1].value, Track::new(TrackKind::Script, "chk"));
    let hook = &router.hooks[0].value;
    assert_eq!(hook.event, HookEvent::Master);
    assert_eq!((hook.command.as_str(), hook.user.as_deref()), ("/bin/notify master", Some("root")));
    assert_eq!(router.authentication.map(|a| a.keys[0].secret.clone()).as_deref(), Some("1111"));
    let delay = router.announcements.master_delay.map(|delay| delay.value);
    assert_eq!(delay, Some(Duration::from_secs(3)));
    assert_eq!(router.carried, []);
}

#[test]
fn a_service_is_read_with_its_servers_and_checks() {
    let text = "
        virtual_server 10.0.0.31 80 {
            delay_loop 6
            lb_algo rr
            lb_kind DR
            protocol tcp
            persistence_timeout 50
            persistence_granularity 255.255.255.0
            sorry_server 127.0.0.1 80
            real_server 10.0.0.29 80 {
                weight 3
                HTTP_GET {
                    url {
                        path /health
                        status_code 200-204 304
                    }
                    retry 2
                    connect_port 8080
                }
            }
            real_server 10.0.0.30 80 {
                TCP_CHECK {
                    connect_timeout 0.5
                }
            }
        }
    ";
    let service = service(text);
    assert_eq!(service.protocol.map(|p| p.value), Some(Protocol::Tcp));
    assert_eq!(service.method.map(|m| m.value), Some(Forwarding::DirectRouting));
    assert_eq!(service.granularity.map(|g| g.value), Some(24));
    assert_eq!(service.fallback.map(|f| f.value.port), Some(Some(80)));
    assert_eq!(service.servers[0].weight.map(|w| w.value), Some(3));
    let probe = &service.servers[0].own_probes()[0];
    // A failure and two retries.
    assert_eq!(probe.checks.failures.map(|n| n.value), Some(3));
    assert_eq!(probe.port.map(|port| port.value), Some(8080));
    let ProbeKind::Http(http) = &probe.kind else { panic!("{:?}", probe.kind) };
    let status: Vec<_> = http.requests[0].status.iter().map(|range| range.value).collect();
    assert_eq!(status, [(200, 204), (304, 304)]);
    let probe = &service.servers[1].own_probes()[0];
    assert_eq!(probe.kind, ProbeKind::Connect);
    assert_eq!(probe.checks.connect_timeout.map(|t| t.value), Some(Duration::from_millis(500)));
}

#[test]
fn targets_are_addresses_marks_and_groups() {
    let target = |head: &str| service(&format!("virtual_server {head} {{\n}}\n")).target.value;
    assert!(matches!(target("10.0.0.1 80"), Target::Endpoint { port: 80, .. }));
    assert!(matches!(target("2001:db8::1"), Target::Endpoint { port: 0, .. }));
    assert!(matches!(target("fwmark 7"), Target::Mark { mark: 7, .. }));
    assert_eq!(target("group web"), Target::Group("web".into()));
}

#[test]
fn a_family_of_a_mark_follows_its_servers() {
    let text = "virtual_server fwmark 7 {\n real_server 2001:db8::2 {\n }\n}\n";
    let Target::Mark { family, .. } = service(text).target.value else { panic!() };
    assert_eq!(family, crate::model::Family::V6);
}

#[test]
fn the_last_value_counts_and_the_first_is_inert() {
    let text = "vrrp_instance A {\n priority 100\n priority 90\n}\n";
    let mut cluster = reading(text).cluster;
    let member = cluster.routers.remove(0).members.remove(0);
    assert_eq!(member.priority.map(|priority| priority.value), Some(90));
    assert_eq!(cluster.inert.len(), 1);
}

#[test]
fn commands_are_read_as_a_shell_would() {
    for (line, command, user) in [
        ("/bin/x", "/bin/x", None),
        ("\"/bin/x a b\" nobody :adm", "/bin/x a b", Some("nobody :adm")),
        ("'/bin/x a b'", "/bin/x a b", None),
        ("\"/bin/x \"'a b'c root", "/bin/x a bc", Some("root")),
    ] {
        let text = format!("vrrp_instance A {{\n notify {line}\n}}\n");
        let hook = reading(&text).cluster.routers.remove(0).hooks.remove(0).value;
        assert_eq!((hook.command.as_str(), hook.user.as_deref()), (command, user), "{line}");
    }
}

#[test]
fn a_page_pasted_with_odd_blanks_and_notes_is_read_as_meant() {
    let text = "vrrp_instance VI_1 ｛ #定义\n\u{A0}\u{A0}state\u{A0}BACKUP #角色\nvirtual_router_id\u{3000}５１ #标识\n\
        priority 100 #优先级\ninterface eth1\nvirtual_ipaddress { #地址\n10.0.0.31/24\n｝\n}\n";
    let reading = reading(text);
    let router = &reading.cluster.routers[0];
    assert_eq!(router.virtual_router_id.map(|id| id.value), Some(51));
    assert_eq!(router.addresses.len(), 1);
    let own = reading.findings.iter().filter(|d| d.code.id().starts_with("LV05")).count();
    assert_eq!(own, 0);
}

#[test]
fn what_has_no_definition_is_neither_judged_nor_lost() {
    let text = "vrrp_instance A {\n interface eth0\n virtual_router_id 1\n priority $P\n \
        virtual_ipaddress {\n ${V}\n }\n}\n";
    let reading = reading(text);
    let codes: Vec<_> = reading.findings.iter().map(|d| d.code.id()).collect();
    assert_eq!(codes, ["LV0545", "LV0545"]);
    let carried: Vec<_> =
        reading.cluster.routers[0].carried.iter().map(|c| c.keyword.as_str()).collect();
    assert_eq!(carried, ["priority", "virtual_ipaddress"]);
    assert_eq!(reading.cluster.routers[0].carried[1].text, "virtual_ipaddress {\n${V}\n}");
}

#[test]
fn keywords_after_a_missing_brace_are_not_told_one_by_one() {
    assert_eq!(codes("vrrp_instance A\n interface eth0\n priority 100\n}\n"), ["LV0506"]);
}

#[test]
fn two_files_may_use_the_same_names() {
    let text = "vrrp_instance A {\n interface eth0\n virtual_router_id 1\n virtual_ipaddress {\n 10.0.0.1/24\n }\n}\n";
    let mut sources = Sources::new();
    let inputs = ["a", "b"]
        .map(|name| Input { file: sources.add(name, text.as_bytes()), format: Format::Keepalived });
    let reading = read(&mut sources, &inputs);
    assert!(reading.findings.is_empty(), "{:?}", reading.findings);
}

#[test]
fn depth_costs_no_stack() {
    let deep = "real_server 10.0.0.2 80 {".repeat(100_000);
    assert!(reading(&deep).findings.count(crate::source::Severity::Error) > 0);
    assert!(!reading(&"{".repeat(200_000)).findings.is_empty());
}

proptest! {
    #[test]
    fn no_text_makes_the_reader_panic(text in any::<String>()) {
        reading(&text);
    }

    #[test]
    fn no_fragments_make_the_reader_panic(
        parts in prop::collection::vec(prop::sample::select(FRAGMENTS), 0..80),
    ) {
        let text = parts.join(" ");
        let places = reading(&text);
        // Every place lies in the text.
        let length = u32::try_from(text.len()).unwrap();
        prop_assert!(places.findings.iter().all(|d| d.at.is_none_or(|at| at.span.end <= length)));
    }
}

const FRAGMENTS: &[&str] = &[
    "{\n",
    "}\n",
    "\n",
    "\n",
    "\"",
    "#",
    "$X",
    "@a",
    "include",
    "global_defs {\n",
    "vrrp_instance A {\n",
    "vrrp_sync_group G {\n",
    "vrrp_script S {\n",
    "virtual_server 10.0.0.1 80 {\n",
    "virtual_server fwmark",
    "real_server 10.0.0.2 80 {\n",
    "real_server",
    "TCP_CHECK {\n",
    "HTTP_GET {\n",
    "url {\n",
    "MISC_CHECK {\n",
    "path",
    "misc_path",
    "status_code",
    "200-",
    "track_script {\n",
    "track_interface {\n",
    "virtual_ipaddress {\n",
    "10.0.0.1/24",
    "10.0.0.1/",
    "dev",
    "eth0",
    "brd",
    "weight",
    "-300",
    "99999999999999999999",
    "1.5",
    "state",
    "MASTER",
    "priority",
    "notify_master",
    "'a b",
    "group {\n",
    "unicast_peer {\n",
    "authentication {\n",
    "auth_pass",
    "lvs_sync_daemon",
    "id",
    "notification_email {\n",
    "virtual_rules {\n",
    "from",
    "测试",
    "\u{A0}",
];

#[test]
fn a_granularity_makes_a_service_persistent() {
    let with = |address: &str, line: &str| {
        let service = service(&format!("virtual_server {address} 80 {{\n{line}\n}}"));
        let [time, mask] = [
            service.persistence.map(|time| time.value),
            service.granularity.map(|g| g.value.into()),
        ];
        (time, mask)
    };
    let line = "persistence_granularity 255.255.255.0";
    assert_eq!(with("10.0.0.31", line), (Some(360), Some(24)));
    let stated = format!("{line}\npersistence_timeout 50");
    assert_eq!(with("10.0.0.31", &stated), (Some(50), Some(24)));
    assert_eq!(with("fd00::1", "persistence_granularity 64"), (Some(360), Some(64)));
    // The mask 0.0.0.24 has no length.
    assert_eq!(with("10.0.0.31", "persistence_granularity 24"), (Some(360), None));
    assert_eq!(with("10.0.0.31", ""), (None, None));
}

#[test]
fn of_many_missing_names_the_first_have_a_near_one() {
    let script = |number: u32| format!("vrrp_script chk_nginx_{number} {{\nscript /bin/true\n}}\n");
    let router = |number: u32| {
        format!(
            "vrrp_instance R{number} {{\ninterface eth0\nvirtual_router_id {number}\n\
             track_script {{\nchkk_nginx_{number}\n}}\nvirtual_ipaddress {{\n10.0.0.{number}/24\n}}\n}}\n"
        )
    };
    let text: String = (1..=120).map(script).chain((1..=120).map(router)).collect();
    let found = reading(&text).findings.sorted();
    let missing: Vec<_> = found.iter().filter(|finding| finding.code.id() == "LV0521").collect();
    let helped = missing.iter().filter(|finding| finding.help.is_some()).count();
    // Comparing each with all takes time with the square of their number.
    assert_eq!((missing.len(), helped), (120, 100));
}
