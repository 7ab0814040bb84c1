use std::time::Duration;

use super::*;
use crate::model::{Sourced, Target};

fn service(probes: [Probe; 2]) -> Service {
    let target = Target::Endpoint { address: [10, 0, 0, 31].into(), port: 80 };
    let mut service = Service::new(Sourced::implied(target));
    for (host, probe) in (1..).zip(probes) {
        let mut server = Server::new([10, 0, 1, host].into(), Some(8000 + u16::from(host)), None);
        server.own_mut().probes.push(probe);
        service.servers.push(server);
    }
    service
}

fn page(path: &str, failures: u32) -> Probe {
    let path = Some(Sourced::implied(path.to_owned()));
    let requests = vec![HttpRequest { path, ..HttpRequest::default() }];
    let interval = Some(Sourced::implied(Duration::from_secs(2)));
    let failures = Some(Sourced::implied(failures));
    Probe {
        checks: Checks { interval, failures, ..Checks::default() }.into(),
        ..Probe::new(ProbeKind::Http(Box::new(Http { requests, ..Http::default() })))
    }
}

#[test]
fn times_that_differ_stay_at_the_servers() {
    let mut service = service([page("/", 3), page("/", 4)]);
    lift(&mut service);
    assert_eq!(service.probes.len(), 1);
    assert_eq!(service.checks.interval.map(|time| time.value), Some(Duration::from_secs(2)));
    assert_eq!(service.checks.failures, None);
    let own = |server: &Server| server.own.as_ref().and_then(|own| own.checks.failures);
    let failures: Vec<_> = service.servers.iter().filter_map(own).map(|own| own.value).collect();
    assert_eq!(failures, [3, 4]);
    assert_eq!(unsaid(&service).count(), 0);
}

/// checkport is that of all servers.
#[test]
fn a_port_of_its_own_is_only_that_of_the_server() {
    let at = |host: u16, port: u16| Probe {
        port: Some(Sourced::implied(port)),
        ..page("/", if host == 1 { 3 } else { 4 })
    };
    let mut same = service([at(1, 8001), at(2, 8002)]);
    lift(&mut same);
    assert_eq!(same.probes.first().map(|probe| probe.port), Some(None));
    let mut other = service([at(1, 8001), at(2, 9000)]);
    other.probes = vec![page("/all", 3)];
    lift(&mut other);
    let servers: Vec<_> = unsaid(&other).map(|(server, _)| server.port).collect();
    assert_eq!(servers, [Some(8002)]);
}
