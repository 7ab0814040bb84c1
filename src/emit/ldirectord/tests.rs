use super::*;
use crate::model::{Family, Probe, ProbeKind, Server, Sourced, Target};

fn service(last: u8, interval: u64, connect: u64) -> Service {
    let target = Target::Endpoint { address: [10, 0, 0, last].into(), port: 80 };
    let mut service = Service::new(Sourced::implied(target));
    let time = |milliseconds| Some(Sourced::implied(Duration::from_millis(milliseconds)));
    let checks = service.checks.make();
    checks.interval = time(interval);
    checks.connect_timeout = time(connect);
    checks.negotiate_timeout = time(3000);
    service
}

fn text(services: Vec<Service>) -> String {
    let cluster = Cluster { services, ..Cluster::default() };
    ldirectord(&View { cluster: &cluster, origin: None, header: &[] })
}

#[test]
fn services_of_different_rhythms_have_a_process_each() {
    let text = text(vec![service(1, 6000, 3000), service(2, 4000, 3000)]);
    assert!(text.starts_with("fork=yes\nchecktimeout=3\nnegotiatetimeout=3\n\n"), "{text}");
    assert!(text.contains("\tcheckinterval=6\n"), "{text}");
    assert!(text.contains("\tcheckinterval=4\n"), "{text}");
}

#[test]
fn one_rhythm_is_said_once_for_one_process() {
    let text = text(vec![service(1, 6000, 3000), service(2, 5500, 3000)]);
    assert_eq!(text.matches("checkinterval=6\n").count(), 1, "5.5 s are rounded up\n{text}");
    assert!(!text.contains("fork"), "{text}");
}

#[test]
fn limits_that_stand_in_for_each_other_stay_together() {
    let text = text(vec![service(1, 6000, 3000), service(2, 6000, 1500)]);
    assert!(text.starts_with("checkinterval=6\n"), "{text}");
    assert_eq!(text.matches("\tnegotiatetimeout=3\n").count(), 2, "{text}");
    assert!(text.contains("\tchecktimeout=3\n"), "{text}");
    assert!(text.contains("\tchecktimeout=2\n"), "1.5 s are rounded up\n{text}");
}

/// A server without a port has the service's, and ldirectord would ask that of the service's name.
#[test]
fn a_port_that_a_check_means_is_stated() {
    let with = |port: u16, kind: ProbeKind| {
        let mut service = service(1, 6000, 3000);
        service.target.value = Target::Endpoint { address: [10, 0, 0, 1].into(), port };
        service.servers.push(Server::new([10, 0, 0, 2].into(), None, None));
        service.probes.push(Probe::new(kind));
        text(vec![service])
    };
    let http = || ProbeKind::Http(Box::default());
    assert!(with(8080, http()).contains("real=10.0.0.2:8080 gate\n"));
    assert!(with(8080, ProbeKind::Connect).contains("real=10.0.0.2:8080 gate\n"));
    assert!(with(80, http()).contains("real=10.0.0.2 gate\n"));
    assert!(with(80, ProbeKind::Connect).contains("real=10.0.0.2 gate\n"));
    assert!(with(8080, ProbeKind::Ping).contains("real=10.0.0.2 gate\n"));
}

/// `service` says the port of servers without one where others have one.
#[test]
fn a_service_is_named_for_the_sake_of_its_port() {
    let mut service = service(1, 6000, 3000);
    service.target.value = Target::Mark { mark: 3, family: Family::V4 };
    service.servers.push(Server::new([10, 0, 0, 2].into(), None, None));
    service.servers.push(Server::new([10, 0, 0, 3].into(), Some(8080), None));
    service.probes.push(Probe::new(ProbeKind::Connect));
    let own = Probe { port: Some(Sourced::implied(587)), ..Probe::new(ProbeKind::Connect) };
    service.servers[0].own_mut().probes.push(own);
    let text = text(vec![service]);
    assert!(text.contains("\tchecktype=connect\n\tservice=submission\n"), "{text}");
}
