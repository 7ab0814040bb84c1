use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::site::render::{Effect, File, Role};

fn tree() -> impl Strategy<Value = Tree> {
    let file = (prop::sample::select(vec![0o600_u32, 0o644]), "[ab]{0,2}")
        .prop_map(|(mode, text)| TreeFile { mode, content: text.into_bytes() });
    prop::collection::btree_map("/[a-d]", file, 0..5)
}

proptest! {
    #[test]
    fn what_differs_makes_the_one_of_the_other(found in tree(), wanted in tree()) {
        let mut changed = found.clone();
        apply(&diff(&found, &wanted), &mut changed);
        prop_assert_eq!(&changed, &wanted);
        prop_assert!(diff(&changed, &wanted).is_empty());
    }

    #[test]
    fn every_machine_with_work_is_in_one_batch(
        roles in prop::collection::vec((any::<bool>(), any::<bool>()), 0..12),
        parallel in 0..5_usize,
        canary in any::<bool>(),
    ) {
        let nodes: Vec<NodePlan> = roles.iter().map(|(director, work)| {
            let mut node = plan(&machine(*director, "x"), &Found::default());
            if !work { node.steps.clear(); }
            node
        }).collect();
        let batches = batches(&nodes, parallel, canary);
        let mut all: Vec<usize> = batches.iter().flat_map(|batch| batch.nodes.clone()).collect();
        all.sort_unstable();
        let wanted: Vec<usize> = (0..nodes.len()).filter(|i| !nodes[*i].steps.is_empty()).collect();
        prop_assert_eq!(all, wanted);
        for batch in &batches {
            let has_director = batch.nodes.iter().any(|i| nodes[*i].role == Role::Director);
            prop_assert!(!has_director || batch.nodes.len() == 1);
        }
    }
}

const CONF: &str = "/etc/keepalived/keepalived.conf";

fn machine(is_director: bool, text: &str) -> Machine {
    let file = File {
        path: CONF.to_owned(),
        mode: 0o600,
        text: text.to_owned(),
        secret: true,
        effect: Effect::Reload("keepalived.service"),
        check: None,
    };
    Machine {
        name: if is_director { "lw1" } else { "lw3" }.to_owned(),
        role: if is_director { Role::Director } else { Role::RealServer },
        files: vec![file],
        packages: Vec::new(),
        units: vec![if is_director { "keepalived.service" } else { "lvsha-real-server.service" }],
    }
}

fn found(text: &str) -> Found {
    let unit = || ["keepalived.service".to_owned()].into_iter().collect();
    let file = TreeFile { mode: 0o600, content: text.as_bytes().to_vec() };
    Found {
        files: BTreeMap::from([(CONF.to_owned(), file)]),
        active: unit(),
        enabled: unit(),
        ..Found::default()
    }
}

#[test]
fn what_is_as_it_should_be_needs_nothing() {
    assert!(plan(&machine(true, "a"), &found("a")).steps.is_empty());
}

#[test]
fn a_changed_configuration_is_reloaded_and_a_stopped_unit_is_started() {
    let steps = plan(&machine(true, "b"), &found("a")).steps;
    let [Step::File(change), Step::Reload(unit)] = steps.as_slice() else { panic!("{steps:?}") };
    assert_eq!((change.path(), unit.as_str()), (CONF, "keepalived.service"));
    let stopped = Found { active: Default::default(), ..found("a") };
    let steps = plan(&machine(true, "a"), &stopped).steps;
    assert_eq!(steps, [Step::Start("keepalived.service".to_owned())]);
}

#[test]
fn only_files_that_lvsha_wrote_are_removed() {
    let mut found = found("a");
    let other = TreeFile { mode: 0o644, content: b"x".to_vec() };
    found.files.insert("/etc/ours".to_owned(), other.clone());
    found.files.insert("/etc/theirs".to_owned(), other);
    found.managed.insert("/etc/ours".to_owned(), String::new());
    let plan = plan(&machine(true, "a"), &found);
    let removed: Vec<&str> = plan.files().map(FileChange::path).collect();
    assert_eq!(removed, ["/etc/ours"]);
}

/// It was started with them.
#[test]
fn a_program_whose_options_go_is_started_again() {
    const OPTIONS: &str = "/etc/default/keepalived";
    let mut had = found("a");
    let file = TreeFile { mode: 0o644, content: b"DAEMON_ARGS=\"-x\"\n".to_vec() };
    had.files.insert(OPTIONS.to_owned(), file);
    had.managed.insert(OPTIONS.to_owned(), String::new());
    let steps = plan(&machine(true, "a"), &had).steps;
    let gone = Step::File(FileChange::Remove { path: OPTIONS.to_owned() });
    assert_eq!(steps, [gone, Step::Restart("keepalived.service".to_owned())]);
}

/// Its owner could read the passwords in it, and change what root runs.
#[test]
fn a_file_of_somebody_else_is_written_anew() {
    let theirs = Found { foreign: [CONF.to_owned()].into(), ..found("a") };
    let planned = plan(&machine(true, "a"), &theirs);
    let file = TreeFile { mode: 0o600, content: b"a".to_vec() };
    let written = FileChange::Write { path: CONF.to_owned(), file };
    assert_eq!(planned.steps, [Step::File(written)]);
    let shown = human(&Plan { nodes: vec![planned] });
    assert!(shown.contains(&format!("  give root {CONF} (mode 0600)\n")), "{shown}");
    // What changes anyway is root's afterwards.
    let steps = plan(&machine(true, "b"), &theirs).steps;
    assert!(matches!(steps.as_slice(), [Step::File(_), Step::Reload(_)]), "{steps:?}");
}

#[test]
fn secrets_are_in_no_difference() {
    let conf = |password: &str, key: &str, priority: u8| {
        format!(
            "vrrp_instance V {{\n priority {priority}\n authentication {{\n auth_type PASS\n \
             auth_pass {password}\n }}\n auth_hmac {{\n key 1 hex:{key}\n }}\n}}\n"
        )
    };
    let (old, new) = (&conf("older123", "0011", 1), &conf("newer123", "0022", 2));
    let whole = Plan { nodes: vec![plan(&machine(true, new), &found(old))] };
    let shown = human(&whole);
    assert!(shown.contains("+ priority 2") && !shown.contains("-  auth_pass"), "{shown}");
    let secret = Plan { nodes: vec![plan(&machine(true, &conf("x", "0011", 1)), &found(old))] };
    assert!(human(&secret).contains("auth_pass"), "a change of a secret is a change");
    for secret in ["older", "newer", "0011", "0022"] {
        assert!(!shown.contains(secret), "{shown}");
    }
}

/// The plan of a director for one file, whose text and mode change.
fn of_one_file(path: &str, old: (&str, u32), new: (&str, u32)) -> NodePlan {
    let mut wanted = machine(true, new.0);
    for file in &mut wanted.files {
        (file.path, file.mode, file.secret) = (path.to_owned(), new.1, new.1 & 0o077 == 0);
    }
    let file = TreeFile { mode: old.1, content: old.0.into() };
    plan(&wanted, &Found { files: Tree::from([(path.to_owned(), file)]), ..found("") })
}

#[test]
fn passwords_of_a_configuration_with_another_name_are_masked() {
    let conf = |password: &str, weight: u8| {
        format!(
            "virtual=10.0.0.31:3306\n\treal=10.0.0.29:3306 gate {weight}\n\tservice=mysql\n\
             \tlogin=\"monitor\"\n\tpasswd=\"{password}\"\n"
        )
    };
    let (old, new) = (conf("older123", 1), conf("newer123", 2));
    let node = of_one_file("/etc/ha.d/web.cf", (&old, 0o600), (&new, 0o600));
    let shown = difference(&node, "/etc/ha.d/web.cf").join("\n");
    assert!(shown.contains("gate 2") && !shown.contains("er123"), "{shown}");
}

#[test]
fn a_file_that_only_its_owner_could_read_is_not_shown_when_everybody_may() {
    let path = "/etc/keepalived/check.sh";
    let shown = |old, new| {
        let node = of_one_file(path, ("key=hidden\n", old), ("key=$KEY\n", new));
        difference(&node, path).join("\n")
    };
    assert_eq!(shown(0o700, 0o755), "it holds secrets: its difference is not shown");
    assert_eq!(shown(0o755, 0o755), "-key=hidden\n+key=$KEY");
}

#[test]
fn services_and_servers_are_compared_by_meaning() {
    let conf = |weight: u8, more: &str| {
        format!(
            "virtual_server 10.0.0.31 80 {{\n delay_loop 6\n lvs_sched rr\n lvs_method DR\n \
             protocol TCP\n real_server 10.0.0.29 80 {{\n weight {weight}\n }}\n{more}}}\n"
        )
    };
    let more = "real_server 10.0.0.30 80 {\n weight 1\n }\n";
    let plan = plan(&machine(true, &conf(3, more)), &found(&conf(1, "")));
    let lines = ["~ 10.0.0.29:80 weight 1 -> weight 3", "+ 10.0.0.30:80 weight 1"];
    let lines = lines.map(str::to_owned).to_vec();
    assert_eq!(plan.services, [ServiceChange::Changed("10.0.0.31:80".to_owned(), lines)]);
}

#[test]
fn the_holder_comes_last_whatever_its_name() {
    let cluster = {
        use crate::model::{Router, Sourced, VirtualAddress};
        let mut router = Router::new(Sourced::implied("V".to_owned()));
        let address = VirtualAddress::new("10.0.0.31".parse().unwrap());
        router.addresses.push(Sourced::implied(address));
        Cluster { routers: vec![router], ..Cluster::default() }
    };
    let machines: Vec<Machine> = ["a", "b"]
        .into_iter()
        .map(|name| Machine { name: name.to_owned(), ..machine(true, "x") })
        .chain([machine(false, "x")])
        .collect();
    let holder = Found {
        addresses: ["10.0.0.31".parse().unwrap()].into_iter().collect(),
        ..Found::default()
    };
    // As a real server of the other one has it.
    let silent = Found { loopback: holder.addresses.clone(), ..Found::default() };
    let order = |cluster: &Cluster, a: &Found, b: &Found| -> Vec<String> {
        let found = BTreeMap::from([
            ("a".to_owned(), a.clone()),
            ("b".to_owned(), b.clone()),
            ("lw3".to_owned(), Found::default()),
        ]);
        let plan = Plan::new(cluster, &machines, &found);
        plan.nodes.into_iter().map(|node| node.name).collect()
    };
    assert_eq!(order(&cluster, &holder, &Found::default()), ["lw3", "b", "a"]);
    assert_eq!(order(&cluster, &holder, &silent), ["lw3", "b", "a"]);
    // A router that puts it there itself.
    let mut inside = cluster.clone();
    inside.routers[0].addresses[0].value.interface = Some("lo".to_owned());
    assert_eq!(order(&inside, &silent, &holder), ["lw3", "b", "a"]);
}

/// Nobody has one of the new addresses yet.
#[test]
fn the_holder_of_an_address_that_is_replaced_comes_last() {
    let conf = |address: &str| {
        format!(
            "vrrp_instance V {{\nvirtual_router_id 7\nvirtual_ipaddress {{\n{address}\n}}\n}}\n"
        )
    };
    let machines = ["lw1", "lw2"]
        .map(|name| Machine { name: name.to_owned(), ..machine(true, &conf("10.0.0.99")) });
    let mut holder = found(&conf("10.0.0.31"));
    holder.addresses.insert("10.0.0.31".parse().unwrap());
    let facts =
        BTreeMap::from([("lw1".to_owned(), holder), ("lw2".to_owned(), found(&conf("10.0.0.31")))]);
    let cluster = meaning("lw1", &plan(&machines[0], &Found::default()).after);
    let plan = Plan::new(&cluster, &machines, &facts);
    let names: Vec<&str> = plan.nodes.iter().map(|node| node.name.as_str()).collect();
    assert_eq!(names, ["lw2", "lw1"]);
    assert!(human(&plan).contains("lw1 (director, holds the addresses)"), "{}", human(&plan));
}

/// Two directors with these ranks in their files; one of them holds the address.
fn ranked(holder: &str, inventory: [u8; 2], before: [u8; 2], after: [u8; 2]) -> Plan {
    use crate::model::{Member, Router, Sourced, VirtualAddress};
    let names = ["lw1", "lw2"];
    let conf = |priority: u8| {
        format!(
            "vrrp_instance V {{\n interface eth1\n virtual_router_id 1\n priority {priority}\n}}\n"
        )
    };
    let mut router = Router::new(Sourced::implied("V".to_owned()));
    let address = VirtualAddress::new("10.0.0.31".parse().unwrap());
    router.addresses.push(Sourced::implied(address));
    router.members = names
        .iter()
        .zip(inventory)
        .map(|(name, priority)| {
            let node = Some(Sourced::implied((*name).to_owned()));
            Member { node, priority: Some(Sourced::implied(priority)), role: None }
        })
        .collect();
    let cluster = Cluster { routers: vec![router], ..Cluster::default() };
    let machine = |(name, priority): (&&str, u8)| Machine {
        name: (*name).to_owned(),
        ..machine(true, &conf(priority))
    };
    let machines: Vec<Machine> = names.iter().zip(after).map(machine).collect();
    let facts = |(name, priority): (&&str, u8)| {
        let held = if *name == holder { vec!["10.0.0.31".parse().unwrap()] } else { Vec::new() };
        let found = Found { addresses: held.into_iter().collect(), ..found(&conf(priority)) };
        ((*name).to_owned(), found)
    };
    Plan::new(&cluster, &machines, &names.iter().zip(before).map(facts).collect())
}

#[test]
fn a_change_of_ranks_moves_addresses() {
    let said = |plan: &Plan| human(plan).lines().last().unwrap().to_owned();
    let swapped = ranked("lw1", [100, 150], [150, 100], [100, 150]);
    assert!(said(&swapped).ends_with("; addresses move"), "{}", human(&swapped));
    assert!(
        human(&swapped).contains("reload keepalived.service: another director comes before it")
    );
    // A rollback: the inventory has the ranks that go.
    let back = ranked("lw2", [100, 150], [100, 150], [150, 100]);
    assert!(said(&back).ends_with("; addresses move"), "{}", human(&back));
    for (holder, before, after) in [
        ("lw1", [150, 100], [150, 90]),
        // lw2 holds it for a reason that the plan does not touch.
        ("lw2", [150, 100], [150, 90]),
        ("lw2", [150, 100], [100, 150]),
    ] {
        let plan = ranked(holder, after, before, after);
        assert!(said(&plan).ends_with("; no address moves"), "{holder}: {}", human(&plan));
    }
}

#[test]
fn a_saved_plan_knows_units_and_packages() {
    let plan = |found: Found| {
        Plan::new(
            &Cluster::default(),
            &[machine(true, "b")],
            &BTreeMap::from([("lw1".to_owned(), found)]),
        )
    };
    let kept = plan(found("a")).fingerprint();
    assert_eq!(plan(found("a")).fingerprint(), kept);
    let stopped = Found { active: Default::default(), ..found("a") };
    let missing = Found { missing: vec!["keepalived".to_owned()], ..found("a") };
    assert!([stopped, missing].into_iter().all(|found| plan(found).fingerprint() != kept));
}

#[test]
fn services_of_two_protocols_at_one_address_are_two() {
    let conf = |tcp: u8, udp: u8| {
        let service = |protocol: &str, weight: u8| {
            format!(
                "virtual_server 10.0.0.31 53 {{\n protocol {protocol}\n lvs_method DR\n \
                 real_server 10.0.0.29 53 {{\n weight {weight}\n }}\n}}\n"
            )
        };
        service("TCP", tcp) + &service("UDP", udp)
    };
    let changed = plan(&machine(true, &conf(2, 3)), &found(&conf(1, 1))).services;
    let change = |name: &str, weight: u8| {
        let line = format!("~ 10.0.0.29:53 weight 1 -> weight {weight}");
        ServiceChange::Changed(name.to_owned(), vec![line])
    };
    assert_eq!(changed, [change("10.0.0.31:53", 2), change("udp 10.0.0.31:53", 3)]);
}

#[test]
fn another_way_of_forwarding_is_said_with_what_it_takes() {
    let conf = |method: &str| {
        format!(
            "virtual_server 10.0.0.31 80 {{\n lvs_method {method}\n real_server 10.0.0.29 80 {{\n }}\n}}\n"
        )
    };
    let whole = Plan { nodes: vec![plan(&machine(true, &conf("NAT")), &found(&conf("DR")))] };
    let shown = human(&whole);
    assert!(shown.contains("~ service 10.0.0.31:80: ~ method dr -> nat"), "{shown}");
    assert!(shown.contains("warning: real servers must send their answers through"), "{shown}");
}

#[test]
fn a_real_server_gives_its_addresses_up_behind_the_directors() {
    let unit = || ["lvsha-real-server.service".to_owned()].into_iter().collect();
    let bare = Machine { files: Vec::new(), units: Vec::new(), ..machine(false, "") };
    let left = Found {
        active: unit(),
        enabled: unit(),
        managed: BTreeMap::from([(CONF.to_owned(), String::new())]),
        ..found("a")
    };
    let machines = [bare, machine(true, "b")];
    let facts = BTreeMap::from([("lw3".to_owned(), left), ("lw1".to_owned(), found("a"))]);
    let plan = Plan::new(&Cluster::default(), &machines, &facts);
    let names: Vec<&str> = plan.nodes.iter().map(|node| node.name.as_str()).collect();
    assert_eq!(names, ["lw1", "lw3"]);
    let stop = Step::Stop("lvsha-real-server.service".to_owned());
    let gone = Step::File(FileChange::Remove { path: CONF.to_owned() });
    assert_eq!(plan.nodes[1].steps, [stop, gone]);
    assert_eq!(batches(&plan.nodes, 4, true).len(), 2);
}

#[test]
fn a_real_server_that_keeps_some_addresses_waits_for_the_directors_with_the_others() {
    const SCRIPT: &str = "/usr/local/sbin/lvsrs";
    let text = |wanted: &str| format!("#!/bin/sh\nwanted=\"{wanted}\"\n");
    let order = |old: &str, new: &str| -> Vec<String> {
        let mut server = machine(false, &text(new));
        for file in &mut server.files {
            (file.path, file.mode) = (SCRIPT.to_owned(), 0o755);
        }
        let file = TreeFile { mode: 0o755, content: text(old).into() };
        let left = Found { files: Tree::from([(SCRIPT.to_owned(), file)]), ..found("") };
        let facts = BTreeMap::from([("lw3".to_owned(), left), ("lw1".to_owned(), found("a"))]);
        let plan = Plan::new(&Cluster::default(), &[server, machine(true, "b")], &facts);
        plan.nodes.iter().map(|node| node.name.clone()).collect()
    };
    let (one, both) = ("10.0.0.31/32@lo", "10.0.0.31/32@lo 10.0.0.32/32@lo");
    assert_eq!(order(both, one), ["lw1", "lw3"]);
    assert_eq!(order(one, both), ["lw3", "lw1"]);
    // With tunnels it is the same address at another place.
    assert_eq!(order(one, "10.0.0.31/32@tunl0"), ["lw3", "lw1"]);
}

/// Its unit has set them once and is active ever after, whoever flushes `lo`.
#[test]
fn a_real_server_that_lost_an_address_is_told_to_set_it_again() {
    const SCRIPT: &str = "/usr/local/sbin/lvsrs";
    const UNIT: &str = "lvsha-real-server.service";
    let text = "#!/bin/sh\nwanted=\"10.0.0.31/32@lo 10.0.0.32/32@tunl0\"\n";
    let mut server = machine(false, text);
    for file in &mut server.files {
        (file.path, file.mode) = (SCRIPT.to_owned(), 0o755);
    }
    let has = |loopback: &[&str], others: &[&str]| {
        let file = TreeFile { mode: 0o755, content: text.into() };
        let unit: std::collections::BTreeSet<String> = [UNIT.to_owned()].into();
        let set = |words: &[&str]| words.iter().map(|word| word.parse().unwrap()).collect();
        Found {
            files: Tree::from([(SCRIPT.to_owned(), file)]),
            active: unit.clone(),
            enabled: unit,
            loopback: set(loopback),
            addresses: set(others),
            ..Found::default()
        }
    };
    let planned = |found: &Found| plan(&server, found);
    let whole = has(&["127.0.0.1", "10.0.0.31"], &["10.0.0.29", "10.0.0.32"]);
    assert_eq!(planned(&whole).steps, []);
    let lost = planned(&has(&["127.0.0.1"], &["10.0.0.29", "10.0.0.32"]));
    assert_eq!(lost.steps, [Step::Reload(UNIT.to_owned())]);
    let shown = human(&Plan { nodes: vec![lost] });
    assert!(shown.contains("reload lvsha-real-server.service: it has lost 10.0.0.31\n"), "{shown}");
    // Without a word about any of them nothing is known.
    assert_eq!(planned(&has(&[], &[])).steps, []);
    let stopped = Found { active: Default::default(), ..has(&["127.0.0.1"], &[]) };
    assert_eq!(planned(&stopped).steps, [Step::Start(UNIT.to_owned())]);
}

/// It would answer ARP for the virtual addresses, and take the traffic of all.
#[test]
fn settings_that_somebody_changed_in_the_kernel_are_set_again() {
    const SETTINGS: &str = "/etc/sysctl.d/90-lvsha.conf";
    let text = "# Silence.\nnet.ipv4.conf.all.arp_ignore = 1\nnet.ipv4.conf.lo.arp_ignore = 1\n";
    let mut server = machine(false, text);
    for file in &mut server.files {
        (file.path, file.effect) = (SETTINGS.to_owned(), Effect::Sysctl);
    }
    server.units.clear();
    let steps = |value: &str| {
        let mut has = found("");
        let file = TreeFile { mode: 0o600, content: text.into() };
        (has.files, has.active) = ([(SETTINGS.to_owned(), file)].into(), Default::default());
        has.enabled.clear();
        has.settings = [("net.ipv4.conf.all.arp_ignore".to_owned(), value.to_owned())].into();
        plan(&server, &has).steps
    };
    assert_eq!(steps("1"), []);
    assert_eq!(steps("0"), [Step::Sysctl(SETTINGS.to_owned())]);
}

#[test]
fn the_canary_is_the_first_real_server_alone() {
    let server = |text: &str| plan(&machine(false, text), &found("a"));
    let nodes = [server("b"), server("b"), server("b"), plan(&machine(true, "b"), &found("a"))];
    let sizes = |canary| {
        let batches = batches(&nodes, 4, canary);
        batches.iter().map(|batch| batch.nodes.clone()).collect::<Vec<_>>()
    };
    assert_eq!(sizes(true), [vec![0], vec![1, 2], vec![3]]);
    assert_eq!(sizes(false), [vec![0, 1, 2], vec![3]]);
}

#[test]
fn services_count_whatever_their_configuration_is_called() {
    let tree = |weight: u32| {
        let text = format!("virtual=10.0.0.31:80\n\treal=10.0.0.29:80 gate {weight}\n");
        let file = TreeFile { mode: 0o644, content: text.into_bytes() };
        Tree::from([("/etc/ha.d/web.cf".to_owned(), file)])
    };
    let inner = vec!["~ 10.0.0.29:80 weight 1 -> weight 2".to_owned()];
    let changed = ServiceChange::Changed("10.0.0.31:80".to_owned(), inner);
    assert_eq!(changes("lw1", &tree(1), &tree(2)), [changed]);
}

/// keepalived.conf is nobody's but the administrator's when the new program is lvsha; what it says ends.
#[test]
fn a_file_that_a_running_program_reads_counts_whoever_wrote_it() {
    let conf = |id: u8, servers: &str| {
        format!(
            "vrrp_instance V {{\nvirtual_router_id {id}\nvirtual_ipaddress {{\n10.0.0.31\n}}\n}}\n\
             virtual_server 10.0.0.31 80 {{\nprotocol TCP\n{servers}}}\n"
        )
    };
    let server = "real_server 10.0.0.29 80 {\n}\n";
    let mut wanted = machine(true, &conf(8, server));
    wanted.files[0].path = "/etc/lvsha/keepalived.conf".to_owned();
    wanted.units = vec!["lvsha.service"];
    let mut by_hand = found(&conf(7, server));
    let changed = plan(&wanted, &by_hand);
    assert!(changed.speaks_anew, "another VRID");
    assert_eq!(changed.services, [], "the same service");
    assert!(changed.files().all(|change| change.path() != CONF), "{:?}", changed.steps);
    // A file that no program reads says nothing to anybody.
    by_hand.active.clear();
    let fresh = plan(&wanted, &by_hand);
    assert!(!fresh.speaks_anew);
    assert_eq!(fresh.services, [ServiceChange::Added("10.0.0.31:80".to_owned())]);
}

/// A restart moves addresses, and systemd takes how it ends and restarts a unit from what it has read last.
#[test]
fn of_a_unit_only_what_the_program_was_started_with_restarts_it() {
    const FILE: &str = "/etc/systemd/system/lvsha.service";
    let steps = |before: &str, after: &str| {
        let mut wanted = machine(true, "");
        wanted.units = vec!["lvsha.service"];
        wanted.files[0].path = FILE.to_owned();
        wanted.files[0].text = after.to_owned();
        wanted.files[0].effect = Effect::Restart("lvsha.service");
        let mut was = found("");
        let file = TreeFile { mode: 0o644, content: before.into() };
        was.files = [(FILE.to_owned(), file)].into();
        was.active = ["lvsha.service".to_owned()].into_iter().collect();
        was.enabled.clone_from(&was.active);
        plan(&wanted, &was).steps
    };
    let old = "[Service]\nExecStart=lvsha daemon a.conf\nRestart=on-failure\n";
    let restart = Step::Restart("lvsha.service".to_owned());
    let later = steps(old, &old.replace("Restart=", "# as keepalived\nKillMode=process\nRestart="));
    assert!(later.contains(&Step::Units) && !later.contains(&restart), "{later:?}");
    for other in [old.replace("a.conf", "b.conf"), format!("{old}RestartMode=direct\n")] {
        assert!(steps(old, &other).contains(&restart), "{other}");
    }
}

/// Told one by one: whom the master does not know yet hears nothing of it, and would be a second one.
#[test]
fn a_third_director_starts_when_the_others_know_it_and_stops_while_they_do() {
    let conf = |own: u8, peers: &[u8]| {
        let peers: Vec<String> = peers.iter().map(|peer| format!("10.0.0.{peer}")).collect();
        format!(
            "vrrp_instance V {{\nvirtual_router_id 7\nunicast_src_ip 10.0.0.{own}\n\
             unicast_peer {{\n{}\n}}\nvirtual_ipaddress {{\n10.0.0.31\n}}\n}}\n",
            peers.join("\n")
        )
    };
    let pair = [String::new(), conf(27, &[28]), conf(28, &[27])];
    let three = [conf(26, &[27, 28]), conf(27, &[26, 28]), conf(28, &[26, 27])];
    let planned = |old: &[String; 3], new: &[String; 3]| {
        let names = ["lw0", "lw1", "lw2"];
        let named = |(name, text): (&str, &String)| Machine {
            name: name.to_owned(),
            ..machine(true, text)
        };
        let machines: Vec<Machine> = names.into_iter().zip(new).map(named).collect();
        let was = names.iter().zip(old).map(|(name, text)| ((*name).to_owned(), found(text)));
        let mut was: BTreeMap<String, Found> = was.collect();
        let address = "10.0.0.31".parse().unwrap();
        was.get_mut("lw1").unwrap().addresses.insert(address);
        let whole = meaning("lw1", &of_one_file(CONF, (&pair[1], 0o600), ("", 0o600)).before);
        Plan::new(&whole, &machines, &was)
    };
    let order = |old, new| -> Vec<String> {
        planned(old, new).nodes.into_iter().map(|node| node.name).collect()
    };
    assert_eq!(order(&pair, &three), ["lw2", "lw1", "lw0"]);
    let shown = human(&planned(&pair, &three));
    assert!(shown.contains("lw0: behind the other directors, which must know"), "{shown}");
    assert_eq!(order(&three, &pair), ["lw0", "lw2", "lw1"]);
    let none = [const { String::new() }; 3];
    assert_eq!(order(&none, &three), ["lw0", "lw2", "lw1"], "nobody is there to know it");
}
