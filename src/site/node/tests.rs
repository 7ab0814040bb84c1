use super::*;
use crate::model::Appended;

#[test]
fn standard_priorities_fall_and_stay_legal() {
    let all: Vec<u8> = (0..30).map(standard_priority).collect();
    assert_eq!(all[..3], [150, 140, 130]);
    assert!(all[..24].windows(2).all(|pair| pair[0] > pair[1]), "{all:?}");
    assert!(all.iter().all(|priority| *priority >= 1));
}

#[test]
fn probes_inherit_from_their_server_and_then_from_the_service() {
    let seconds = |seconds| Some(Sourced::implied(std::time::Duration::from_secs(seconds)));
    let target = crate::model::Target::Endpoint { address: [10, 0, 0, 31].into(), port: 80 };
    let mut service = Service::new(Sourced::implied(target));
    *service.checks.make() = Checks {
        connect_timeout: seconds(7),
        failures: Some(Sourced::implied(5)),
        ..Checks::default()
    };
    service.probes.push(Probe::new(ProbeKind::Connect));
    for (last, own_probe) in [(1, true), (2, false), (3, false)] {
        let mut server = crate::model::Server::new([10, 0, 0, last].into(), Some(80), None);
        if last < 3 {
            *server.own_mut().checks.make() = Checks {
                connect_timeout: seconds(2),
                retry_delay: seconds(9),
                ..Checks::default()
            };
        }
        if own_probe {
            server.own_mut().probes.push(Probe::new(ProbeKind::Ping));
        }
        service.servers.push(server);
    }
    inherit_checks(&mut service);
    let said = |probe: &Probe| {
        let checks = &probe.checks;
        let seconds = |time: Option<Sourced<std::time::Duration>>| time.map(|t| t.value.as_secs());
        (
            seconds(checks.connect_timeout),
            checks.failures.map(|count| count.value),
            seconds(checks.retry_delay),
        )
    };
    for server in &service.servers[..2] {
        assert_eq!(said(&server.own_probes()[0]), (Some(2), Some(5), Some(9)));
    }
    assert!(service.servers[2].own_probes().is_empty());
    assert_eq!(said(&service.probes[0]), (Some(7), Some(5), None));
}

/// The limit of connections is none of a program, unless it is ldirectord's.
#[test]
fn a_program_inherits_no_limit_of_connections() {
    let seconds = |seconds| Some(Sourced::implied(std::time::Duration::from_secs(seconds)));
    let target = crate::model::Target::Endpoint { address: [10, 0, 0, 31].into(), port: 80 };
    let mut service = Service::new(Sourced::implied(target));
    *service.checks.make() = Checks { connect_timeout: seconds(7), ..Checks::default() };
    for appended in [Appended::Nothing, Appended::VirtualAndReal] {
        service.probes.push(Probe::new(ProbeKind::Script(Box::new(crate::model::Script {
            command: Sourced::implied("/bin/true".to_owned()),
            appended,
            dynamic_weight: None,
            user: None,
        }))));
    }
    inherit_checks(&mut service);
    let limits: Vec<_> = service.probes.iter().map(|probe| probe.checks.connect_timeout).collect();
    assert_eq!(limits, [None, seconds(7)]);
}
