use proptest::prelude::*;

use super::*;
use crate::model::{Family, Protocol};
use crate::run::ipvs::test_values::{destination, table};

fn service(destinations: &[(&str, u32)]) -> Service {
    Service {
        settings: ServiceSettings::new("rr", Family::V4),
        destinations: destinations
            .iter()
            .map(|(address, weight)| {
                let key = DestinationKey { address: address.parse().unwrap(), port: 80 };
                (key, destination(*weight))
            })
            .collect(),
    }
}

fn one(service: Service) -> Table {
    let address = "10.0.0.31".parse().unwrap();
    let key = ServiceKey::Endpoint { protocol: Protocol::Tcp, address, port: 80 };
    Table { services: [(key, service)].into(), ..Table::default() }
}

#[test]
fn the_fallback_comes_before_the_last_server_goes() {
    let before = one(service(&[("10.0.0.29", 1)]));
    let after = one(service(&[("10.0.0.1", 1)]));
    let steps: Vec<_> = diff(&before, &after).iter().map(Step::to_string).collect();
    assert_eq!(
        steps,
        [
            "add 10.0.0.1:80 to tcp 10.0.0.31:80 with weight 1",
            "remove 10.0.0.29:80 from tcp 10.0.0.31:80"
        ]
    );
}

#[test]
fn a_weight_changes_in_place() {
    let before = one(service(&[("10.0.0.29", 1), ("10.0.0.30", 1)]));
    let after = one(service(&[("10.0.0.29", 0), ("10.0.0.30", 1)]));
    let steps: Vec<_> = diff(&before, &after).iter().map(Step::to_string).collect();
    assert_eq!(steps, ["set 10.0.0.29:80 of tcp 10.0.0.31:80 to weight 0"]);
}

#[test]
fn what_a_desired_table_leaves_open_is_no_difference() {
    let full = Daemon {
        interface: "eth1".to_owned(),
        sync_id: 50,
        longest: Some(1472),
        group: Some("224.0.0.81".parse().unwrap()),
        port: Some(8848),
        ttl: Some(1),
    };
    let open = Daemon { longest: None, group: None, port: None, ttl: None, ..full.clone() };
    let actual = Table {
        daemons: [(DaemonRole::Master, full)].into(),
        timeouts: Some(Timeouts { tcp: 900, tcp_fin: 120, udp: 300 }),
        ..Table::default()
    };
    let desired = Table {
        daemons: [(DaemonRole::Master, open.clone())].into(),
        timeouts: Some(Timeouts { tcp: 900, tcp_fin: 0, udp: 0 }),
        ..Table::default()
    };
    assert_eq!(diff(&actual, &desired), []);
    assert_eq!(diff(&actual, &Table { timeouts: None, ..desired.clone() }), []);
    let other = Daemon { sync_id: 51, ..open };
    let desired = Table { daemons: [(DaemonRole::Master, other)].into(), ..desired };
    let steps: Vec<_> = diff(&actual, &desired).iter().map(Step::to_string).collect();
    assert_eq!(steps, ["stop the master sync daemon", "start the master sync daemon on eth1"]);
}

#[test]
fn what_the_kernel_makes_of_a_sync_thread_is_no_difference() {
    let wanted = Daemon { longest: Some(500), port: Some(0), ttl: Some(0), ..Daemon::default() };
    let made = |longest| Daemon {
        longest: Some(longest),
        group: Some("224.0.0.81".parse().unwrap()),
        port: Some(8848),
        ttl: Some(1),
        ..Daemon::default()
    };
    // A backup receives at least 1024 bytes, whatever it is told.
    assert!(wanted.is_met_by(&made(1024), DaemonRole::Backup));
    assert!(wanted.is_met_by(&made(500), DaemonRole::Master));
    assert!(!wanted.is_met_by(&made(1024), DaemonRole::Master));
    let longest = |longest| Daemon { longest: Some(longest), ..wanted.clone() };
    assert!(longest(0).is_met_by(&made(1472), DaemonRole::Master));
    // The headers of IP and UDP have to go into a packet, too.
    assert!(longest(u16::MAX).is_met_by(&made(65_507), DaemonRole::Master));
}

proptest! {
    #[test]
    fn the_steps_lead_there(actual in table(), desired in table()) {
        prop_assert_eq!(&apply(&diff(&actual, &desired), &actual), &desired);
    }

    #[test]
    fn nothing_is_done_twice(actual in table(), desired in table()) {
        prop_assert_eq!(diff(&actual, &actual), []);
        let reached = apply(&diff(&actual, &desired), &actual);
        prop_assert_eq!(diff(&reached, &desired), []);
    }

    /// The kernel refuses an addition of what exists and a change of what does not.
    #[test]
    fn each_step_is_possible_when_its_turn_comes(actual in table(), desired in table()) {
        let mut now = actual.clone();
        for step in diff(&actual, &desired) {
            let service = step.service().and_then(|key| now.services.get(&key));
            let known = step.destination()
                .is_some_and(|key| service.is_some_and(|s| s.destinations.contains_key(&key)));
            match &step {
                Step::AddService(..) => prop_assert!(service.is_none()),
                Step::EditService(..) | Step::DeleteService(_) => prop_assert!(service.is_some()),
                Step::AddDestination(..) => prop_assert!(service.is_some() && !known),
                Step::EditDestination(..) | Step::DeleteDestination(..) => prop_assert!(known),
                Step::StartDaemon(role, _) => prop_assert!(!now.daemons.contains_key(role)),
                Step::StopDaemon(role) => prop_assert!(now.daemons.contains_key(role)),
                Step::SetTimeouts(_) => {}
            }
            apply_step(&step, &mut now);
        }
    }
}
