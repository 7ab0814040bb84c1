use std::time::Duration;

use super::*;
use crate::model::Checks;
use crate::model::read::read;
use crate::run::health::Ask;
use crate::source::Severity;

/// The router that the table of `haresources` follows.
fn follows(haresources: &str) -> Option<String> {
    let mut sources = Sources::new();
    let text = "virtual=10.0.0.31:80\n\treal=10.0.0.29:80 gate\n\tservice=http\n";
    let files = [
        (Format::HaCf, "node lw1 lw2\nbcast eth0\n"),
        (Format::Haresources, haresources),
        (Format::Ldirectord, text),
    ];
    let inputs = files.map(|(format, text)| {
        let file = sources.add(format.file_name(), text.as_bytes());
        Input { file, format }
    });
    let reading = read(&mut sources, &inputs);
    plan(&reading.cluster, &sources, &inputs, &mut Findings::new()).follows
}

#[test]
fn the_table_follows_the_only_group_that_starts_ldirectord() {
    let one = "lw1 10.0.0.31/24/eth0 ldirectord\nlw2 10.0.0.32/24/eth0\n";
    assert!(follows(one).is_some_and(|router| router.contains("10.0.0.31")));
    let two = "lw1 10.0.0.31/24/eth0 ldirectord::a.cf\nlw2 10.0.0.32/24/eth0 ldirectord::b.cf\n";
    assert_eq!(follows(two), None);
    assert_eq!(follows("lw1 10.0.0.31/24/eth0\n"), None);
}

#[test]
fn times_that_no_clock_can_hold_are_not_taken() {
    let text = "virtual_server 10.0.0.31 80 {\n delay_loop 9223372036854775807\n \
                delay_before_retry 9223372036854775807\n real_server 10.0.0.29 80 {\n \
                MISC_CHECK {\n misc_path /bin/true\n misc_timeout 9223372036854775807\n }\n }\n}\n";
    let mut sources = Sources::new();
    let file = sources.add("keepalived.conf", text.as_bytes());
    let inputs = [Input { file, format: Format::Keepalived }];
    let cluster = read(&mut sources, &inputs).cluster;
    let plan = plan(&cluster, &sources, &inputs, &mut Findings::new());
    let check = &plan.services[0].members[0].checks[0];
    assert_eq!(
        (check.question.interval, check.question.limit),
        (Checks::INTERVAL, Checks::INTERVAL)
    );
    assert_eq!(check.retry, Some(Duration::from_secs(1)));
}

/// keepalived lets a program run until the next turn of its service, ldirectord as long as a connection.
#[test]
fn a_program_has_the_limit_that_its_file_gives_it() {
    let keepalived = "virtual_server 10.0.0.31 80 {\n delay_loop 10\n connect_timeout 2\n \
                      real_server 10.0.0.29 80 {\n MISC_CHECK {\n misc_path /bin/true\n \
                      delay_loop 4\n }\n }\n}\n";
    let ldirectord = "checktimeout=3\nnegotiatetimeout=20\ncheckinterval=7\nvirtual=10.0.0.31:80\n\
                      \treal=10.0.0.29:80 gate\n\tchecktype=external\n\tcheckcommand=/bin/true\n";
    let limit = |format: Format, text: &str| {
        let mut sources = Sources::new();
        let file = sources.add(format.file_name(), text.as_bytes());
        let inputs = [Input { file, format }];
        let cluster = read(&mut sources, &inputs).cluster;
        let plan = plan(&cluster, &sources, &inputs, &mut Findings::new());
        plan.services[0].members[0].checks[0].question.limit.as_secs()
    };
    assert_eq!(limit(Format::Keepalived, keepalived), 10);
    let stated = keepalived.replace("delay_loop 4", "misc_timeout 5");
    assert_eq!(limit(Format::Keepalived, &stated), 5);
    assert_eq!(limit(Format::Ldirectord, ldirectord), 3);
}

/// The plan of one keepalived.conf, without errors.
fn keepalived(text: &str) -> Plan {
    let mut sources = Sources::new();
    let file = sources.add("keepalived.conf", text.as_bytes());
    let inputs = [Input { file, format: Format::Keepalived }];
    let cluster = read(&mut sources, &inputs).cluster;
    let mut findings = Findings::new();
    let plan = plan(&cluster, &sources, &inputs, &mut findings);
    let errors: Vec<_> = findings
        .sorted()
        .into_iter()
        .filter(|finding| finding.severity == Severity::Error)
        .collect();
    assert!(errors.is_empty(), "{errors:?}");
    plan
}

/// A service with one server, whose block holds this.
fn with_server(server: &str) -> Plan {
    keepalived(&format!(
        "virtual_server 10.0.0.31 80 {{\n delay_loop 60\n lvs_sched rr\n lvs_method NAT\n protocol TCP\n \
         real_server 10.0.0.29 80 {{\n{server}\n}}\n}}\n"
    ))
}

#[test]
fn a_stated_number_of_retries_leaves_their_pause_as_it_is() {
    let rows = [
        ("TCP_CHECK {\n retry 3\n}", 4, 1),
        ("TCP_CHECK {\n}", 2, 1),
        ("HTTP_GET {\n url {\n path /\n}\n retry 2\n}", 3, 3),
        ("DNS_CHECK {\n retry 2\n}", 3, 60),
        ("TCP_CHECK {\n retry 3\n delay_before_retry 7\n}", 4, 7),
    ];
    for (check, fall, pause) in rows {
        let plan = with_server(check);
        let check = &plan.services[0].members[0].checks[0];
        let found = (check.rules.fall.get(), check.retry.map(|retry| retry.as_secs()));
        assert_eq!(found, (fall, Some(pause)), "{check:?}");
    }
}

#[test]
fn a_type_of_record_may_be_in_small_letters() {
    let plan = with_server("DNS_CHECK {\n type aaaa\n}");
    let check = &plan.services[0].members[0].checks[0];
    assert!(matches!(&check.question.ask, Ask::Dns(ask) if ask.record == "AAAA"), "{check:?}");
}

#[test]
fn each_page_of_a_server_shows_its_own_name() {
    let page = |host: &str| format!("url {{\n path /\n virtualhost {host}\n}}\n");
    let pages = format!(
        "SSL_GET {{\n enable_sni\n virtualhost c.example\n{}{}url {{\n path /\n}}\n}}",
        page("a.example"),
        page("10.0.0.9")
    );
    let plan = with_server(&pages);
    let Ask::Http(ask) = &plan.services[0].members[0].checks[0].question.ask else { panic!() };
    let names: Vec<_> = ask.exchanges.iter().map(|page| page.server_name.as_deref()).collect();
    assert_eq!(names, [Some("a.example"), None, None]);
    let of_all = ask.tls.as_ref().and_then(|tls| tls.server_name.as_deref());
    assert_eq!(of_all, Some("c.example"));
}

#[test]
fn a_service_for_every_port_is_persistent() {
    let service = |head: &str, more: &str| {
        let text = format!(
            "virtual_server_group G {{\n 10.0.0.31\n}}\nvirtual_server {head} {{\n lvs_sched rr\n \
             lvs_method DR\n protocol TCP\n{more}\n real_server 10.0.0.29 {{\n}}\n}}\n"
        );
        keepalived(&text).services[0].settings.persistence
    };
    assert_eq!(service("10.0.0.31", ""), Some(360));
    assert_eq!(service("group G", ""), Some(360));
    assert_eq!(service("10.0.0.31", "persistence_timeout 50"), Some(50));
    assert_eq!(service("fwmark 3", ""), None);
    assert_eq!(service("10.0.0.31 80", ""), None);
}

#[test]
fn marks_of_a_group_have_the_family_of_the_servers() {
    let text = "virtual_server_group G {\n fwmark 40\n}\nvirtual_server group G {\n lvs_sched rr\n \
                lvs_method DR\n protocol TCP\n real_server fd00::29 {\n}\n}\n";
    let plan = keepalived(text);
    assert_eq!(plan.services[0].keys, [ServiceKey::Mark { family: Family::V6, mark: 40 }]);
}

#[test]
fn commands_are_found_by_the_port_that_counts() {
    let text = |method: &str, port: u16| {
        format!(
            "virtual_server 10.0.0.31 443 {{\n lvs_sched rr\n lvs_method {method}\n protocol TCP\n \
             real_server 10.0.0.29 {port} {{\n notify_down /bin/true\n}}\n}}\n"
        )
    };
    for (method, port, expected) in
        [("DR", 8443, None), ("NAT", 8443, Some(8443)), ("NAT", 0, None)]
    {
        let plan = keepalived(&text(method, port));
        assert_eq!(plan.services[0].members[0].port, expected, "{method} {port}");
        let hooks = &plan.hooks[&plan.services[0].id];
        let places: Vec<_> = hooks.servers.keys().map(|(_, port)| *port).collect();
        assert_eq!(places, [expected], "{method} {port}");
    }
}

/// ldirectord gives a connection `checktimeout`, and only the negotiation `negotiatetimeout`.
#[test]
fn plain_connections_of_a_combined_check_have_a_limit_of_their_own() {
    let text = "checktimeout=3\nnegotiatetimeout=20\nvirtual=10.0.0.31:80\n\treal=10.0.0.29:80 gate\n\
                \tservice=http\n\tchecktype=4\n";
    let mut sources = Sources::new();
    let file = sources.add("ldirectord.cf", text.as_bytes());
    let inputs = [Input { file, format: Format::Ldirectord }];
    let cluster = read(&mut sources, &inputs).cluster;
    let plan = plan(&cluster, &sources, &inputs, &mut Findings::new());
    let question = &plan.services[0].members[0].checks[0].question;
    let Ask::Combined { connects, limit, .. } = question.ask else { panic!("{question:?}") };
    assert_eq!((connects, limit.as_secs(), question.limit.as_secs()), (4, 3, 20));
}
