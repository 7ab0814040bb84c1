use super::*;

#[test]
fn an_age_is_told_as_a_moment_and_in_its_two_largest_units() {
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(100_000);
    let told = |seconds| since(Duration::from_secs(seconds), now);
    assert_eq!(told(0), "since Fri, 02 Jan 1970 03:46:40 GMT (0 s)");
    assert_eq!(told(90_061), "since Thu, 01 Jan 1970 02:45:39 GMT (1 d 1 h)");
    // A machine that claims to be older than time itself is not worth a panic.
    assert!(told(u64::MAX).starts_with("since Thu, 01 Jan 1970 00:00:00 GMT"));
}

/// Two directors with one address and a service of two servers, of which the second has this weight; the first
/// director holds the address, and has this table.
fn told(weight: u8, table: &[&str], other: &[&str]) -> (String, bool) {
    let text = format!(
        "vrrp_instance V {{\nvirtual_ipaddress {{\n10.0.0.31\n}}\n}}\n\
         virtual_server 10.0.0.31 80 {{\nprotocol TCP\nreal_server 10.0.0.29 80 {{\n}}\n\
         real_server 10.0.0.30 80 {{\nweight {weight}\n}}\n}}\n"
    );
    let mut cluster = crate::model::read::test_values::keepalived(&text);
    cluster.nodes = ["lw1", "lw2"]
        .map(|name| crate::model::Node {
            name: crate::model::Sourced::implied(name.to_owned()),
            address: None,
        })
        .into();
    let has = |lines: &[&str]| lines.iter().map(|line| (*line).to_owned()).collect();
    let holder = Found {
        addresses: ["10.0.0.31".parse().unwrap()].into(),
        table: has(table),
        ..Found::default()
    };
    let standby = Found { table: has(other), ..Found::default() };
    let found = [("lw1".to_owned(), holder), ("lw2".to_owned(), standby)].into();
    addresses(&cluster, &found)
}

#[test]
fn a_drained_server_is_as_it_should_be() {
    let one = ["TCP  0A00001F:0050 rr", "  -> 0A00001D:0050 Route 1 0 0"];
    let line = |words: &str| format!("10.0.0.31 is held by lw1\n    10.0.0.31:80: {words}\n");
    assert_eq!(told(0, &one, &[]), (line("1 of 1 real servers are up, 1 drained"), false));
    assert_eq!(told(1, &one, &[]), (line("1 of 2 real servers are up"), true));
}

#[test]
fn a_holder_whose_kernel_does_not_balance_is_told() {
    let header = ["IP Virtual Server version 1.2.1 (size=4096)"];
    let (text, is_wrong) = told(1, &[], &header);
    assert!(
        is_wrong && text.contains("10.0.0.31:80: the kernel of its holder has no IPVS"),
        "{text}"
    );
    let (text, is_wrong) = told(1, &[], &[]);
    assert!(!is_wrong && !text.contains("IPVS"), "{text}");
}

#[test]
fn what_a_deployment_would_do_is_told() {
    use crate::cli::deploy::tests::{directors, found};
    let fleet = directors(&["lw1"]);
    let machine = fleet.machines.first().unwrap();
    let mut facts = found(machine);
    facts.enabled.clear();
    facts.active.insert("lvsha.service".to_owned());
    facts.missing = vec!["ipvsadm".to_owned()];
    let node = crate::plan::plan(machine, &facts);
    assert_eq!(
        beside_files(&node, &facts),
        [
            "lvsha.service is not to run here",
            "ipvsadm is not installed",
            "keepalived.service does not start at boot"
        ]
    );
}
