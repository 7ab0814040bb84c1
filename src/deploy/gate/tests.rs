use super::*;
use crate::deploy::FaultKind;
use crate::model::read::test_values::keepalived as cluster;

const OLD_STATE: &str = "lw1 has taken its old state back, as it does when nobody confirms in time; \
    a longer `--confirm-within` gives it more";

fn machine(name: &str) -> Machine {
    Machine {
        name: name.to_owned(),
        role: Role::Director,
        files: Vec::new(),
        packages: Vec::new(),
        units: Vec::new(),
    }
}

fn node(name: &str) -> Node {
    Node { name: crate::model::Sourced::implied(name.to_owned()), address: None }
}

fn service(port: u16, protocol: &str) -> Service {
    let servers = "real_server 10.0.0.29 80 {\n}\nreal_server 10.0.0.30 80 {\n}\n";
    let text = format!("virtual_server 10.0.0.31 {port} {{\nprotocol {protocol}\n{servers}}}\n");
    cluster(&text).services.remove(0)
}

#[test]
fn living_servers_are_counted_in_the_kernels_own_words() {
    let table: Vec<String> = "IP Virtual Server version 1.2.1 (size=4096)\n\
        Prot LocalAddress:Port Scheduler Flags\n  -> RemoteAddress:Port Forward Weight\n\
        TCP  0A00001F:0050 rr\n  -> 0A00001D:0050      Route   1      0          0\n  \
        -> 0A00001E:0050      Route   0      0          0\nTCP  0A00001F:01BB rr\n  \
        -> 7F000001:0050      Local   1      0          0\nTCP  0A00001F:0035 rr\n\
        UDP  0A00001F:0035 rr\n  -> 0A00001D:0035      Route   1      0          0\n"
        .lines()
        .map(str::to_owned)
        .collect();
    let rows = [
        (80, "TCP", Some(1)),
        // Nothing but its fallback.
        (443, "TCP", Some(0)),
        (53, "TCP", Some(0)),
        (53, "UDP", Some(1)),
        (8080, "TCP", None),
    ];
    for (port, protocol, living) in rows {
        let found = living_servers(&table, &service(port, protocol));
        assert_eq!(found, living, "{protocol} {port}");
    }
}

/// The director that is changed first cannot take an address, nor have a service, of which the holder
/// does not know yet.
#[test]
fn a_holder_that_is_not_changed_yet_need_not_have_what_is_new() {
    let text = "vrrp_instance V {\nvirtual_ipaddress {\n10.0.0.31\n10.0.0.32\n}\n}\n\
        virtual_server 10.0.0.31 80 {\nreal_server 10.0.0.29 80 {\n}\n}\n";
    let mut cluster = cluster(text);
    cluster.nodes = vec![node("lw1"), node("lw2")];
    let holder = Found {
        addresses: ["10.0.0.31".parse().unwrap()].into_iter().collect(),
        table: vec!["TCP  0A000063:0050 rr".to_owned()],
        ..Found::default()
    };
    let found: BTreeMap<String, Found> =
        [("lw1".to_owned(), holder), ("lw2".to_owned(), Found::default())].into();
    let judge = |name: &str, is_last| {
        gate(&GateReport {
            before: &BTreeMap::new(),
            cluster: &cluster,
            machine: &machine(name),
            found: &found,
            silent: &BTreeMap::new(),
            is_last,
        })
    };
    assert_eq!(judge("lw2", false), Ok(()));
    assert!(judge("lw2", true).unwrap_err().contains("no real server of 10.0.0.31:80"));
    assert!(judge("lw1", false).unwrap_err().contains("no real server of 10.0.0.31:80"));
    let mut complete = found.clone();
    complete.get_mut("lw1").unwrap().table.clear();
    let report = GateReport {
        before: &BTreeMap::new(),
        cluster: &cluster,
        machine: &machine("lw1"),
        found: &complete,
        silent: &BTreeMap::new(),
        is_last: true,
    };
    assert_eq!(gate(&report), Err("nobody holds 10.0.0.32".to_owned()));
}

/// A kernel without its module: keepalived runs, the address is there, and no service answers.
#[test]
fn a_holder_without_ipvs_is_no_director() {
    let text = "vrrp_instance V {\nvirtual_ipaddress {\n10.0.0.31\n}\n}\n\
        virtual_server 10.0.0.31 80 {\nreal_server 10.0.0.29 80 {\n}\n}\n";
    let mut cluster = cluster(text);
    cluster.nodes = vec![node("lw1")];
    let machine = machine("lw1");
    let holder = Found {
        addresses: ["10.0.0.31".parse().unwrap()].into_iter().collect(),
        generation: 2,
        pending: Some(2),
        ..Found::default()
    };
    let judge = |before: Found, now: &Found| {
        gate(&GateReport {
            before: &[("lw1".to_owned(), before)].into(),
            cluster: &cluster,
            machine: &machine,
            found: &[("lw1".to_owned(), now.clone())].into(),
            silent: &BTreeMap::new(),
            is_last: true,
        })
    };
    // Where no director ever had a table, nobody may be allowed to see it.
    assert_eq!(judge(Found { generation: 1, ..Found::default() }, &holder), Ok(()));
    let table = vec!["IP Virtual Server version 1.2.1 (size=4096)".to_owned()];
    let before = Found { generation: 1, table, ..Found::default() };
    assert!(judge(before.clone(), &holder).unwrap_err().contains("no IPVS"));

    // What the dead-man switch took back is no success, although it looks like the old one.
    let back =
        Found { generation: 1, pending: None, table: before.table.clone(), ..holder.clone() };
    assert_eq!(judge(before.clone(), &back), Err(OLD_STATE.to_owned()));
    let meanwhile = Found { generation: 1, ..holder };
    let told = judge(before, &meanwhile).unwrap_err();
    assert_eq!(told, "generation 2 is being taken back by lw1");
}

#[test]
fn only_a_director_that_was_not_asked_may_hold_the_address_unseen() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("inventories/lab.toml");
    let mut sources = crate::source::Sources::new();
    let (site, _) = crate::site::load(&mut sources, &path, crate::site::Secrets::Leave).unwrap();
    let machine = machine("lw2");
    let judge_with = |silent: &[&str], answered: &[(&str, Found)]| {
        let own = |(name, found): &(&str, Found)| ((*name).to_owned(), found.clone());
        let found = answered.iter().map(own).collect();
        let fault = |name: &&str| {
            ((*name).to_owned(), Fault::new(FaultKind::Connection, "no route to host"))
        };
        gate(&GateReport {
            before: &BTreeMap::new(),
            cluster: &site.cluster,
            machine: &machine,
            found: &found,
            silent: &silent.iter().map(fault).collect(),
            is_last: false,
        })
    };
    let judge = |answered: &[(&str, Found)]| judge_with(&[], answered);
    let holder = Found {
        addresses: ["10.0.0.31".parse().unwrap()].into_iter().collect(),
        ..Found::default()
    };
    let idle = Found::default;
    assert_eq!(judge(&[("lw2", idle())]), Ok(()), "lw1 is left out and may be the holder");
    let silent = Err("lw1 does not say what it holds: no route to host".to_owned());
    assert_eq!(judge_with(&["lw1"], &[("lw2", idle())]), silent);
    assert_eq!(judge_with(&["lw1"], &[("lw2", holder.clone())]), silent, "both may be holders");
    assert_eq!(judge(&[("lw1", holder.clone()), ("lw2", idle())]), Ok(()));
    assert_eq!(judge(&[("lw1", idle()), ("lw2", idle())]), Err("nobody holds 10.0.0.31".into()));
    let silent = Found { loopback: holder.addresses.clone(), ..Found::default() };
    assert_eq!(
        judge(&[("lw1", holder.clone()), ("lw2", silent)]),
        Ok(()),
        "on lo it answers nobody"
    );
    let both = judge(&[("lw1", holder.clone()), ("lw2", holder)]);
    assert_eq!(both, Err("lw1 and lw2 both hold 10.0.0.31".into()));
}

/// `docs/deploy.md` advises it before a server leaves; and one application of a hundred that is down is no reason to
/// deploy nothing.
#[test]
fn a_service_without_servers_closes_the_gate_only_where_it_had_some() {
    let conf = |weight: u8| {
        format!(
            "vrrp_instance V {{\nvirtual_ipaddress {{\n10.0.0.31\n}}\n}}\n\
             virtual_server 10.0.0.31 80 {{\nprotocol TCP\nsorry_server 10.0.0.9 80\n\
             real_server 10.0.0.29 80 {{\nweight {weight}\n}}\n}}\n"
        )
    };
    let holder = |server: &str| Found {
        addresses: ["10.0.0.31".parse().unwrap()].into_iter().collect(),
        table: std::iter::once("TCP  0A00001F:0050 rr".to_owned())
            .chain((!server.is_empty()).then(|| format!("  -> {server} Route 1 0 0")))
            .collect(),
        ..Found::default()
    };
    let (own, other, fallback) = ("0A00001D:0050", "0A00001E:0050", "0A000009:0050");
    let elsewhere = Found { table: vec!["TCP  0A000063:0050 rr".to_owned()], ..holder("") };
    let judge = |weight: u8, before: &Found, now: &Found| {
        let mut cluster = cluster(&conf(weight));
        let name = crate::model::Sourced::implied("lw1".to_owned());
        cluster.nodes = vec![Node { name, address: None }];
        let of = |found: &Found| BTreeMap::from([("lw1".to_owned(), found.clone())]);
        let machine = Machine {
            name: "lw1".to_owned(),
            role: Role::Director,
            files: Vec::new(),
            packages: Vec::new(),
            units: Vec::new(),
        };
        gate(&GateReport {
            before: &of(&Found { generation: 1, ..before.clone() }),
            cluster: &cluster,
            machine: &machine,
            found: &of(&Found { generation: 2, ..now.clone() }),
            silent: &BTreeMap::new(),
            is_last: true,
        })
        .is_ok()
    };
    assert!(judge(1, &holder(own), &holder(own)));
    assert!(!judge(1, &holder(own), &holder("")), "the deployment took it away");
    assert!(!judge(1, &holder(other), &holder("")), "its servers are others now");
    assert!(judge(0, &holder(own), &holder("")), "drained");
    assert!(!judge(0, &holder(own), &elsewhere), "drained, and not there at all");
    assert!(judge(1, &holder(""), &holder("")), "none lived before");
    assert!(judge(1, &holder(fallback), &holder(fallback)), "a fallback is no real server");
    assert!(!judge(1, &elsewhere, &holder("")), "the service is new");
}

#[test]
fn a_director_is_back_when_it_runs_what_it_ran_and_one_holds_what_was_held() {
    let mut cluster =
        cluster("vrrp_instance V {\nvirtual_ipaddress {\n10.0.0.31\n10.0.0.32\n}\n}\n");
    cluster.nodes = ["lw1", "lw2"]
        .map(|name| Node { name: crate::model::Sourced::implied(name.to_owned()), address: None })
        .into();
    let machine = Machine {
        name: "lw1".to_owned(),
        role: Role::Director,
        files: Vec::new(),
        packages: Vec::new(),
        units: vec!["lvsha.service"],
    };
    let found = |unit: &str, held: &[&str]| Found {
        active: [unit.to_owned()].into(),
        addresses: held.iter().map(|address| address.parse().unwrap()).collect(),
        ..Found::default()
    };
    let (old, new) = ("keepalived.service", "lvsha.service");
    // 10.0.0.32 came with the deployment.
    let before = [("lw1", found(old, &["10.0.0.31"])), ("lw2", found(old, &[]))];
    let map = |found: &[(&str, Found)]| -> BTreeMap<String, Found> {
        found.iter().map(|(name, found)| ((*name).to_owned(), found.clone())).collect()
    };
    let judge = |now: &[(&str, Found)]| {
        gate_back(&GateReport {
            before: &map(&before),
            cluster: &cluster,
            machine: &machine,
            found: &map(now),
            silent: &BTreeMap::new(),
            is_last: false,
        })
    };
    let (holder, idle) = (found(old, &["10.0.0.31"]), found(old, &[]));
    assert_eq!(judge(&[("lw1", idle.clone()), ("lw2", holder.clone())]), Ok(()));
    assert_eq!(judge(&[("lw1", idle.clone())]), Ok(()), "lw2 is left out and may be the holder");
    let nobody = judge(&[("lw1", idle.clone()), ("lw2", idle)]);
    assert_eq!(nobody, Err("nobody holds 10.0.0.31".to_owned()));
    let both = judge(&[("lw1", holder.clone()), ("lw2", holder.clone())]);
    assert_eq!(both, Err("lw1 and lw2 both hold 10.0.0.31".to_owned()));
    let other = judge(&[("lw1", found(new, &[])), ("lw2", holder)]);
    assert_eq!(other, Err("keepalived.service does not run on lw1".to_owned()));
}

#[test]
fn a_real_server_has_what_its_script_sets() {
    let script = crate::site::render::File {
        path: REAL_SERVER_SCRIPT.to_owned(),
        mode: 0o755,
        text: "#!/bin/sh\nwanted=\"10.0.0.31/32@lo\"\n".to_owned(),
        secret: false,
        effect: crate::site::render::Effect::None,
        check: None,
    };
    let machine = Machine { role: Role::RealServer, files: vec![script], ..machine("lw3") };
    let judge = |loopback: &[&str]| {
        let loopback = loopback.iter().map(|address| address.parse().unwrap()).collect();
        let own = Found { loopback, ..Found::default() };
        gate(&GateReport {
            before: &BTreeMap::new(),
            cluster: &Cluster::default(),
            machine: &machine,
            found: &[("lw3".to_owned(), own)].into(),
            silent: &BTreeMap::new(),
            is_last: true,
        })
    };
    assert_eq!(judge(&["127.0.0.1", "10.0.0.31"]), Ok(()));
    assert_eq!(judge(&["127.0.0.1"]), Err("lw3 does not have 10.0.0.31".to_owned()));
    assert_eq!(judge(&[]), Ok(()), "it does not say what it has");
}
