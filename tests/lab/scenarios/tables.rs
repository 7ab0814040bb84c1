//! The kernel's table as `lvsha daemon` fills it, beside keepalived's of the same file. ipvsadm prints both.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::inventory::{DIRECTORS, Host, LW1, LW2, LW3, LW4, VIP, VIP6};
use crate::world::{Lab, Stack, data, now, pass, until};

pub(super) fn every_service_is_as_keepalived_puts_it_there(lab: &Lab) {
    let text = format!("{}{}", data("tables", "services.conf"), matrix());
    let first = Stack::keepalived("keepalived", [text.clone(), text]);
    // The same file, read by one program on each director. Neither elects: both tables are in force.
    let first = first.clone().beside(LW2, &first.on_lvsha());
    first.start(lab);
    equal(lab, "after the start");

    let second = CHANGES.iter().fold(first, |stack, (from, to)| stack.but(from, to));
    second.reload(lab);
    equal(lab, "after a reload");

    // What keepalived does not change at a reload (docs/compatibility.md).
    second.but("uthreshold 100", "uthreshold 200").reload(lab);
    let thresholds = |host: Host| {
        let shown = lab.node(host).run(&["ipvsadm", "--list", "--numeric", "--thresholds"]);
        let line = shown.lines().find(|line| line.contains("10.0.0.29:7108"));
        line.unwrap_or_default().split_whitespace().nth(2).unwrap_or_default().to_owned()
    };
    let changed = until(20.0, || {
        pass(0.2);
        (thresholds(LW2) == "200").then_some(())
    });
    assert!(changed.is_some(), "lvsha leaves the threshold at {}", thresholds(LW2));
    assert_eq!(thresholds(LW1), "100", "keepalived changes it: the document is wrong");
}

/// Waits until both directors show the same table, and go on doing so.
fn equal(lab: &Lab, when: &str) {
    let views = || DIRECTORS.map(|host| view(lab, host));
    let start = now();
    let stays = until(20.0, || {
        pass(1.0);
        let [keepalived, lvsha] = views();
        if keepalived != lvsha {
            return None;
        }
        // Longer than a round of checks.
        pass(2.0);
        (views() == [keepalived.clone(), lvsha]).then_some(keepalived)
    });
    let [keepalived, lvsha] = views();
    let Some(table) = stays else {
        let only = |one: &str, other: &str| {
            let other: BTreeSet<&str> = other.lines().collect();
            one.lines().filter(|line| !other.contains(line)).fold(
                String::new(),
                |mut text, line| {
                    let _ = writeln!(text, "  {line}");
                    text
                },
            )
        };
        panic!(
            "{when} the tables differ; only with keepalived:\n{}only with lvsha:\n{}",
            only(&keepalived, &lvsha),
            only(&lvsha, &keepalived)
        );
    };
    let of = |verb: &str| table.lines().filter(|line| line.starts_with(verb)).count();
    assert_eq!(of("-A "), SERVICES, "{when} keepalived itself lacks services:\n{table}");
    let (servers, seconds) = (of("-a "), (now() - start).as_secs_f64());
    lab.note(format!(
        "{when} {SERVICES} services with {servers} servers are equal ({seconds:.1} s)"
    ));
}

/// What ipvsadm says: as it would be restored, and with the thresholds, which are not part of that.
fn view(lab: &Lab, host: Host) -> String {
    let node = lab.node(host);
    let saved = node.run(&["ipvsadm", "--save", "--numeric"]);
    saved + &node.run(&["ipvsadm", "--list", "--numeric", "--thresholds"])
}

/// Every scheduler with every method and family, two servers each.
fn matrix() -> String {
    let families = [
        (VIP.to_string(), [LW3, LW4].map(|host| host.address().to_string())),
        (VIP6.to_string(), [LW3, LW4].map(|host| host.address6().to_string())),
    ];
    let mut text = String::new();
    let mut port = 2000;
    for (address, [three, four]) in families {
        for method in METHODS {
            for scheduler in SCHEDULERS {
                port += 1;
                // Only with NAT is a port translated.
                let inner = if method == "NAT" { 80 } else { port };
                let _ = writeln!(
                    text,
                    "virtual_server {address} {port} {{\nlvs_sched {scheduler}\nlvs_method {method}\nprotocol TCP\n\
                     real_server {three} {inner} {{\nweight 3\n}}\nreal_server {four} {inner} {{\n}}\n}}"
                );
            }
        }
    }
    text
}

/// What an operator changes, each wherever it stands.
const CHANGES: &[(&str, &str)] = &[
    ("lvs_sched rr", "lvs_sched wrr"),
    ("weight 3", "weight 5"),
    ("persistence_timeout 60", "persistence_timeout 90"),
    ("persistence_granularity 64", ""),
    ("flag-1", "flag-2"),
    ("sh-port", ""),
    // A server and a service go, others come.
    ("real_server 10.0.0.30 7100", "real_server 10.0.0.28 7100"),
    ("virtual_server fwmark 42", "virtual_server fwmark 43"),
];

const METHODS: [&str; 3] = ["DR", "NAT", "TUN"];
/// Those of Debian's kernel: it is built without `twos`.
const SCHEDULERS: [&str; 13] =
    ["rr", "wrr", "lc", "wlc", "lblc", "lblcr", "sh", "mh", "dh", "fo", "ovf", "sed", "nq"];
/// Those of the matrix, the single ones of the file, and its group of eight.
const SERVICES: usize = 2 * METHODS.len() * SCHEDULERS.len() + 19 + 8;
