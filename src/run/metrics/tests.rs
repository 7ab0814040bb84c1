use super::*;
use crate::run::control::GroupStatus;
use crate::run::services::KernelStatus;

fn reading() -> Reading {
    let router = RouterStatus {
        name: "VI_1".to_owned(),
        virtual_router_id: 51,
        interface: "eth1".to_owned(),
        state: "MASTER".to_owned(),
        since: 12.5,
        priority: 254,
        order: "takeover".to_owned(),
        base_priority: 100,
        peers: vec![PeerStatus {
            address: "fe80::1".parse().unwrap(),
            priority: 90,
            silence: 0.25,
            count: 7,
        }],
        counters: [("sent".to_owned(), 12)].into(),
        discarded: [("hop_limit".to_owned(), 2)].into(),
        worst_slip_ms: 1.5,
        ..RouterStatus::default()
    };
    let source = |name: &str, observation: &str| SourceStatus {
        name: name.to_owned(),
        observation: observation.to_owned(),
    };
    let server = |server: &str, state: &str, weight| ServerStatus {
        server: server.to_owned(),
        state: state.to_owned(),
        since: 4,
        weight,
        reason: None,
        expires: None,
        checks: Vec::new(),
    };
    let service = ServiceStatus {
        service: "tcp 10.0.0.31:80".to_owned(),
        state: "down".to_owned(),
        since: 3600,
        scheduler: "rr".to_owned(),
        on_fallback: true,
        servers: vec![
            server("10.0.0.29:80", "down", None),
            server("10.0.0.30:80", "drained", Some(0)),
        ],
    };
    let group = GroupStatus {
        name: "both".to_owned(),
        state: "FAULT".to_owned(),
        members: vec!["VI_1".to_owned()],
    };
    let status = Status {
        node: "lw1".to_owned(),
        uptime: 7200,
        routers: vec![router],
        groups: vec![group],
        sources: vec![source("script \"web\"", "up"), source("file", "-3"), source("x", "unknown")],
        ..Status::default()
    };
    let kernel = KernelStatus { unreachable: None, refused: Vec::new(), repairs: 3 };
    let snapshot = Snapshot { version: 1, services: vec![service], kernel, open_checks: 2 };
    Reading { status, services: Some(snapshot) }
}

#[test]
fn the_numbers_of_routers_services_and_what_they_depend_on() {
    let text = reading().text();
    for line in [
        r#"lvsha_uptime_seconds{node="lw1"} 7200.0"#,
        r#"lvsha_router_state{router="VI_1",interface="eth1",vrid="51",state="MASTER"} 1.0"#,
        r#"lvsha_router_state{router="VI_1",interface="eth1",vrid="51",state="BACKUP"} 0.0"#,
        r#"lvsha_router_priority{router="VI_1",interface="eth1",vrid="51"} 254.0"#,
        r#"lvsha_router_ordered{router="VI_1",interface="eth1",vrid="51"} 1.0"#,
        r#"lvsha_router_state_duration_seconds{router="VI_1",interface="eth1",vrid="51"} 12.5"#,
        r#"lvsha_router_worst_timer_lateness_seconds{router="VI_1",interface="eth1",vrid="51"} 0.0015"#,
        r#"lvsha_router_advertisements_sent_total{router="VI_1",interface="eth1",vrid="51"} 12"#,
        r#"lvsha_router_discarded_packets_total{router="VI_1",interface="eth1",vrid="51",reason="hop_limit"} 2"#,
        r#"lvsha_peer_silence_seconds{router="VI_1",peer="fe80::1"} 0.25"#,
        r#"lvsha_group_state{group="both",state="FAULT"} 1.0"#,
        r#"lvsha_source{source="script \"web\""} 1.0"#,
        r#"lvsha_source{source="file"} -3.0"#,
        r#"lvsha_service_up{service="tcp 10.0.0.31:80"} 0.0"#,
        r#"lvsha_service_servers{service="tcp 10.0.0.31:80",state="drained"} 1.0"#,
        r#"lvsha_server_up{service="tcp 10.0.0.31:80",server="10.0.0.29:80"} 0.0"#,
        r#"lvsha_server_weight{service="tcp 10.0.0.31:80",server="10.0.0.30:80"} 0.0"#,
        r#"lvsha_kernel_repairs_total{node="lw1"} 3"#,
        r#"lvsha_open_checks{node="lw1"} 2.0"#,
    ] {
        assert!(text.lines().any(|told| told == line), "no {line} in\n{text}");
    }
    // What is not known has no number, and neither has a server that an operator took out.
    for nothing in [
        r#"lvsha_source{source="x"}"#,
        r#"lvsha_server_up{service="tcp 10.0.0.31:80",server="10.0.0.30:80"}"#,
        r#"lvsha_server_weight{service="tcp 10.0.0.31:80",server="10.0.0.29:80"}"#,
    ] {
        assert!(!text.contains(nothing), "{nothing} in\n{text}");
    }
    assert!(text.ends_with("# EOF\n"), "{text}");
}

#[test]
fn routers_alone_have_no_services() {
    let text = Reading { services: None, ..reading() }.text();
    assert!(text.contains("lvsha_router_priority") && !text.contains("lvsha_service"), "{text}");
}

/// Whoever writes an alarm looks there.
#[test]
fn every_metric_is_documented() {
    let page = include_str!("../../../docs/metrics.md");
    let text = reading().text();
    let names = text.lines().filter_map(|line| line.strip_prefix("# TYPE "));
    for line in names {
        let (name, kind) = line.split_once(' ').unwrap();
        let name = if kind == "counter" { format!("{name}_total") } else { name.to_owned() };
        let name = if kind == "info" { format!("{name}_info") } else { name };
        assert!(page.contains(&format!("`{name}`")), "docs/metrics.md does not have {name}");
    }
}
