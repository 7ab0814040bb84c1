use std::collections::HashSet;
use std::net::IpAddr;
use std::time::Duration;

use proptest::prelude::*;

use crate::model::read::{Input, Reading, read};
use crate::model::{Forwarding, HookEvent, ProbeKind, Protocol, Service, Target};
use crate::source::{Severity, Sources};
use crate::syntax::Format;

fn read_text(text: &str) -> (Sources, Reading) {
    let mut sources = Sources::new();
    let file = sources.add("ldirectord.cf", text.as_bytes());
    let reading = read(&mut sources, &[Input { file, format: Format::Ldirectord }]);
    (sources, reading)
}

fn only_service(text: &str) -> Service {
    let mut services = read_text(text).1.cluster.services;
    assert_eq!(services.len(), 1);
    services.remove(0)
}

fn codes(text: &str) -> Vec<&'static str> {
    read_text(text).1.findings.iter().map(|finding| finding.code.id()).collect()
}

#[test]
fn a_pasted_file_reads_as_its_author_meant() {
    let service = only_service(
        "checktimeout=10 #note\nquiescent=yes #note\nfallback=127.0.0.1:80 #note\n\
         virtual=192.0.2.1:80 #note\nreal=192.0.2.2\u{A0}gate #note\nreal=192.0.2.3:80\u{A0}gate\n\
         fallback=127.0.0.2:80\u{A0}gate #note\nservice=http\nrequest=\"test.html\" #note\n\
         receive=\"Test\u{A0}Page\" #note\nscheduler=rr #note\n#persistent=600\nprotocol=tcp\n",
    );
    assert_eq!(service.quiescent.map(|value| value.value), Some(true));
    assert_eq!(service.servers.len(), 2);
    assert_eq!(service.servers[0].port, None);
    assert_eq!(service.fallback.map(|f| f.value.address), "127.0.0.2".parse().ok());
    assert_eq!(service.scheduler.map(|s| s.value).as_deref(), Some("rr"));
    let ProbeKind::Http(http) = &service.probes[0].kind else { panic!("not http") };
    let request = &http.requests[0];
    assert_eq!(request.path.as_ref().map(|p| p.value.as_str()), Some("/test.html"));
    assert_eq!(request.body.as_ref().map(|p| p.value.expression.as_str()), Some("Test Page"));
}

/// Tried with ldirectord: checkport, else the server's own port, else that of the service's name.
#[test]
fn the_name_of_a_service_implies_a_port() {
    let ports = |text: &str| {
        let service = only_service(text);
        let port = |probes: &[crate::model::Probe]| probes.first()?.port.map(|port| port.value);
        let own: Vec<_> = service.servers.iter().map(|s| port(s.own_probes())).collect();
        (port(&service.probes), own)
    };
    let mark = "virtual=1\n\treal=192.0.2.2 gate\n";
    assert_eq!(ports(&format!("{mark}\tservice=http\n")), (Some(80), vec![None]));
    let connect = format!("{mark}\tservice=smtp\n\tchecktype=connect\n");
    assert_eq!(ports(&connect), (Some(25), vec![None]));
    assert_eq!(ports(&format!("{connect}\tcheckport=26\n")), (Some(26), vec![None]));
    assert_eq!(ports(&format!("{mark}\tchecktype=connect\n")), (None, vec![None]));
    let mixed = format!("{mark}\treal=192.0.2.3:81 gate\n\tservice=http\n");
    assert_eq!(ports(&mixed), (None, vec![Some(80), None]));
    let own = format!("{mark}\treal=192.0.2.3:81 gate \"a\", \"b\"\n\tservice=http\n");
    assert_eq!(ports(&own), (None, vec![Some(80), None]));
    let usual = "virtual=192.0.2.1:80\n\treal=192.0.2.2 gate\n";
    assert_eq!(ports(usual), (None, vec![None]));
    let other = "virtual=192.0.2.1:8080\n\treal=192.0.2.2 gate\n\tservice=http\n";
    assert_eq!(ports(other), (Some(80), vec![None]));
    let program = format!("{mark}\tservice=http\n\tchecktype=external\n\tcheckport=9\n");
    assert_eq!(ports(&program), (None, vec![None]));
}

#[test]
fn an_odd_blank_in_quotes_alone_is_kept() {
    let service = only_service("virtual=192.0.2.1:80\n\treceive=\"a\u{A0}b\"\n");
    let ProbeKind::Http(http) = &service.probes[0].kind else { panic!("not http") };
    let body = http.requests[0].body.as_ref();
    assert_eq!(body.map(|p| p.value.expression.as_str()), Some("a\u{A0}b"));
}

#[test]
fn time_limits_stand_in_for_each_other() {
    let limits = |global: &str, own: &str| {
        let checks = only_service(&format!("{global}virtual=192.0.2.1:80\n{own}")).checks;
        let seconds =
            |limit: Option<crate::model::Sourced<Duration>>| limit.map(|l| l.value.as_secs());
        (seconds(checks.connect_timeout), seconds(checks.negotiate_timeout))
    };
    assert_eq!(limits("", "\n"), (Some(5), Some(30)));
    assert_eq!(limits("checktimeout=3\n", "\n"), (Some(3), Some(3)));
    assert_eq!(limits("negotiatetimeout=4\n", "\n"), (Some(4), Some(4)));
    assert_eq!(limits("checktimeout=3\nnegotiatetimeout=4\n", "\n"), (Some(3), Some(4)));
    assert_eq!(limits("checktimeout=3\n", "\tnegotiatetimeout=7\n"), (Some(7), Some(7)));
    assert_eq!(limits("negotiatetimeout=4\n", "\tchecktimeout=2\n"), (Some(2), Some(2)));
}

#[test]
fn globals_hold_for_all_services_wherever_they_stand() {
    let text = "virtual=192.0.2.1:80\n\treal=192.0.2.2:80 gate\n\nfailurecount=3\nfallbackcommand=/bin/x\n";
    let service = only_service(text);
    let failures = service.checks.failures.expect("global");
    assert_eq!(failures.value, 3);
    assert_eq!(failures.at.map(|at| at.span.of(text)), Some("3"));
    let events: Vec<_> = service.hooks.iter().map(|hook| hook.value.event).collect();
    assert_eq!(events, [HookEvent::QuorumDown, HookEvent::QuorumUp]);
}

#[test]
fn a_mark_does_not_find_the_global_fallback() {
    let service =
        only_service("fallback=127.0.0.1:80\nvirtual=7\n\treal=192.0.2.2 gate\n\tservice=http\n");
    assert!(matches!(service.target.value, Target::Mark { mark: 7, .. }));
    assert_eq!(service.fallback, None);
    assert_eq!(service.protocol, None);
}

#[test]
fn the_port_chooses_protocol_and_service() {
    let dns = only_service("virtual=192.0.2.1:domain\n\treal=192.0.2.2:53 gate\n");
    assert_eq!(dns.protocol.map(|p| p.value), Some(Protocol::Udp));
    assert!(matches!(dns.probes[0].kind, ProbeKind::Dns(_)));
    let other = only_service("virtual=192.0.2.1:8080\n\treal=192.0.2.2:8080 gate\n");
    assert_eq!(other.probes[0].kind, ProbeKind::AlwaysUp);
}

#[test]
fn ranges_stand_for_every_address() {
    let service = only_service("virtual=192.0.2.1:80\n\treal=192.0.2.254->192.0.3.1:80 masq 7\n");
    let addresses: Vec<IpAddr> = service.servers.iter().map(|server| server.address).collect();
    let expected = ["192.0.2.254", "192.0.2.255", "192.0.3.0", "192.0.3.1"];
    assert_eq!(addresses, expected.map(|address| address.parse::<IpAddr>().expect("address")));
    assert!(service.servers.iter().all(|s| s.weight.is_some_and(|w| w.value == 7)));
    assert!(
        service
            .servers
            .iter()
            .all(|s| s.method.is_some_and(|m| m.value == Forwarding::Masquerading))
    );
}

#[test]
fn a_real_server_may_have_texts_of_its_own() {
    let service = only_service(
        "virtual=192.0.2.1:80\n\treal=192.0.2.2:80 gate 2 \"/own\", \"mine\" l:5 u:10\n\treal=192.0.2.3:80 gate\n",
    );
    let [own, other] = service.servers.as_slice() else { panic!("two servers") };
    assert!(other.own.is_none());
    let ProbeKind::Http(http) = &own.own_probes()[0].kind else { panic!("not http") };
    assert_eq!(http.requests[0].path.as_ref().map(|p| p.value.as_str()), Some("/own"));
    assert_eq!(own.thresholds().1.map(|l| l.value), Some(5));
    assert_eq!(own.thresholds().0.map(|u| u.value), Some(10));
}

#[test]
fn a_broken_line_reads_as_one() {
    let service =
        only_service("virtual=192.0.2.1:80\n\treal=192.0.2.2:80\n gate 5\n\tservice=http\n");
    assert_eq!(service.servers[0].weight.map(|w| w.value), Some(5));
    assert_eq!(codes("virtual=192.0.2.1:80\n\treal=192.0.2.2:80\ngate\n").first(), Some(&"LV0457"));
}

#[test]
fn a_password_is_nowhere_in_model_or_findings() {
    let (_, reading) =
        read_text("virtual=192.0.2.1:110\n\tlogin=\"me\"\n\tpasswd=hunter2\n\tsecret='hunter2'\n");
    assert!(!format!("{:?}", reading.cluster).contains("hunter2"));
    assert!(!format!("{:?}", reading.findings).contains("hunter2"));
}

/// Nothing a user wrote may vanish: each directive has a value in the model that remembers it, or
/// is listed as carried or inert, or is named by an error.
#[test]
fn every_directive_of_every_case_is_represented() {
    let cases = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases/ldirectord.cf");
    let mut lost = Vec::new();
    for case in std::fs::read_dir(cases).expect("cases") {
        let path = case.expect("case").path().join("ldirectord.cf");
        let mut sources = Sources::new();
        let file = sources.add("ldirectord.cf", &std::fs::read(&path).expect("file"));
        let reading = read(&mut sources, &[Input { file, format: Format::Ldirectord }]);
        let errors = reading.findings.iter().filter(|f| f.severity() == Severity::Error);
        let mut places: HashSet<(u32, u32)> = HashSet::new();
        for finding in errors {
            places.extend(finding.at.map(|at| (at.span.start, at.span.end)));
            let edits = finding.fix.iter().flat_map(|fix| &fix.edits);
            places.extend(edits.map(|edit| (edit.at.span.start, edit.at.span.end)));
        }
        places.extend(spans_in(&format!("{:?}", reading.cluster)));
        let text = sources.get(file).text();
        for node in reading.trees[0].1.walk(text).filter(|node| !node.name().is_empty()) {
            let line = node.place().span;
            // The whole line: edits stand at its start.
            let start = node.span().start;
            let is_inside = |(from, to): &(u32, u32)| start <= *from && *to <= line.end.max(*from);
            let found = places.iter().any(|place| is_inside(place) && place.0 <= line.end);
            if !found {
                lost.push(format!("{}: `{}` is lost", path.display(), line.of(text)));
            }
        }
    }
    assert!(lost.is_empty(), "{lost:#?}");
}

/// All spans in the debug text of something: every value of the model shows where it is from.
fn spans_in(debug: &str) -> Vec<(u32, u32)> {
    let number =
        |text: &str| text.chars().take_while(char::is_ascii_digit).collect::<String>().parse().ok();
    debug
        .split("Span { start: ")
        .skip(1)
        .filter_map(|text| Some((number(text)?, number(text.split("end: ").nth(1)?)?)))
        .collect()
}

proptest! {
    #[test]
    fn no_text_upsets_the_reader(text in "\\PC*") {
        read_text(&text);
    }

    #[test]
    fn no_line_upsets_the_reader(
        lines in prop::collection::vec(
            ("[ \t]{0,6}", proptest::sample::select(WORDS), "( ?[=＝] ?)?",
             "([0-9a-z.:\"'#,/ \\[\\]{}@\t\u{A0}=-]{0,24}|(10\\.0\\.0\\.[0-9]{1,3}(->|:|::| )){1,3}(gate|masq)?( [0-9\"a,:lu]{0,8}){0,4})",
             "(\n|\r\n|\n\n| # x\n)"), 0..20)
    ) {
        let text: String = lines.into_iter().map(|(a, b, c, d, e)| a + b + &c + &d + &e).collect();
        let (sources, reading) = read_text(&text);
        // Every place must lie in the text, or showing it would be empty.
        for finding in reading.findings.iter() {
            let at = finding.at.expect("a place");
            prop_assert!(sources.get(at.file).text().get(at.span.range()).is_some());
        }
    }
}

const WORDS: &[&str] = &[
    "virtual",
    "virtual6",
    "real",
    "real6",
    "fallback",
    "service",
    "checktype",
    "request",
    "receive",
    "netmask",
    "protocol",
    "checkport",
    "checktimeout",
    "autoreload",
    "quiescent",
    "emailalert",
    "fallbackcommand",
    "emailalertstatus",
    "passwd",
    "scheduler",
    "supervised",
    "gate",
    "timeout",
    "Real",
    "smtp",
    "logfile",
    "",
];
