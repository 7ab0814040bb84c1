use std::time::Duration;

use super::*;
use crate::model::Checks;
use crate::model::read::read;

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
