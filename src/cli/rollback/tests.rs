use super::*;
use EntryState::{Confirmed, Current, RolledBack};

fn entry(generation: u32, state: EntryState, run: &str) -> Entry {
    let [who, what, when] = ["ada@desk", "deploy", "-"].map(str::to_owned);
    Entry { generation, when, state, who, run: run.to_owned(), what }
}

#[test]
fn the_last_deployment_is_taken_back_where_it_was_made() {
    let director = vec![
        entry(1, Confirmed, "100 a"),
        entry(2, RolledBack, "200 a"),
        entry(3, Current, "300 a"),
    ];
    let real_server = vec![entry(1, Current, "100 a")];
    let histories = [real_server.clone(), director.clone()];
    let run = last_run(&histories);
    assert_eq!(run, Some("300 a"));
    assert_eq!(target(&director, run, None), Some(1));
    assert_eq!(target(&real_server, run, None), Some(1), "untouched by it, it stays as it is");
    assert_eq!(target(&director, run, Some(2)), Some(2));
    assert_eq!(target(&real_server, run, Some(2)), None);
}

#[test]
fn before_the_first_deployment_there_is_nothing() {
    let first = vec![entry(1, Current, "100 a")];
    assert_eq!(target(&first, last_run(std::slice::from_ref(&first)), None), None);
    assert_eq!(target(&[], last_run(&[]), None), None);
}

/// Another stack has other units, and other effects of its files.
#[test]
fn an_older_generation_of_another_stack_is_that_stack_again() {
    let file = |path: &str| crate::site::render::File {
        path: path.to_owned(),
        mode: 0o600,
        text: String::new(),
        secret: true,
        effect: crate::site::render::Effect::Reload("lvsha.service"),
        check: None,
    };
    let today = Machine {
        name: "lw1".to_owned(),
        role: Role::Director,
        files: vec![file("/etc/lvsha/keepalived.conf")],
        packages: vec!["lvsha"],
        units: vec!["lvsha.service"],
    };
    let old = |text: &str| crate::plan::TreeFile { mode: 0o600, content: text.into() };
    let tree: Tree = [
        ("/etc/keepalived/keepalived.conf".to_owned(), old("vrrp_instance V {\n}\n")),
        ("/etc/systemd/system/keepalived.service.d/lvsha.conf".to_owned(), old("[Service]\n")),
    ]
    .into();
    let machine = restored(&today, &tree);
    assert_eq!(
        (machine.units, machine.packages),
        (vec!["keepalived.service"], vec!["keepalived", "ipvsadm"])
    );
    // The unit's settings are read before the unit is told to read its file.
    let effects: Vec<_> = machine.files.iter().map(|file| file.effect).collect();
    use crate::site::render::Effect;
    assert_eq!(effects, [Effect::Units, Effect::Reload("keepalived.service")]);
    assert!(machine.files[1].check.is_some());
}

#[test]
fn gates_ask_for_what_the_older_files_have() {
    let old = |text: &str| crate::plan::TreeFile { mode: 0o600, content: text.into() };
    let tree = |addresses: &str| -> Tree {
        let text = format!("vrrp_instance V {{\nvirtual_ipaddress {{\n{addresses}\n}}\n}}\n");
        [("/etc/keepalived/keepalived.conf".to_owned(), old(&text))].into()
    };
    let mut cluster = Cluster::default();
    let both = ["lw1", "lw2"].map(|name| (name.to_owned(), meaning(name, &tree("10.0.0.31"))));
    judge_by(both.into(), &mut cluster);
    let addresses: Vec<String> = cluster
        .routers
        .iter()
        .flat_map(|router| &router.addresses)
        .map(|address| address.value.address.to_string())
        .collect();
    assert_eq!(addresses, ["10.0.0.31"]);
}

/// lw1 was not confirmed any more when the operator's connection was cut off; lw2 had been.
#[test]
fn a_deployment_that_was_cut_off_is_taken_back_on_all_of_its_machines() {
    use crate::cli::deploy::tests::{CONF, directors, how, memory, printer, put};
    let mut fleet = directors(&["lw1", "lw2"]);
    let old: Vec<Machine> = fleet
        .machines
        .iter()
        .map(|machine| {
            let mut old = machine.clone();
            old.files.iter_mut().for_each(|file| file.text.insert_str(0, "# before\n"));
            old
        })
        .collect();
    let done = block_on(async {
        for (position, host) in fleet.hosts.iter_mut().enumerate() {
            put(host, &old[position], (1, "100 ada@desk 1"), true).await;
            let is_confirmed = fleet.machines[position].name == "lw2";
            put(host, &fleet.machines[position], (2, "200 ada@desk 1"), is_confirmed).await;
        }
        roll_back(&mut fleet, None, &how(), &printer()).await
    });
    assert_eq!(done.unwrap().ok(), Some(ExitCode::Success));
    for name in ["lw1", "lw2"] {
        let memory = memory(&mut fleet, name);
        let content = String::from_utf8(memory.tree()[CONF].content.clone()).unwrap();
        assert!(content.starts_with("# before\n"), "{name} keeps the half of it");
        assert_eq!((memory.found.pending, memory.is_locked()), (None, false));
    }
}

/// What another deployment has put on the other machines is not its business.
#[test]
fn a_deployment_that_was_cut_off_takes_nothing_else_back() {
    let rolled_back = vec![entry(1, Current, "100 a"), entry(2, RolledBack, "300 a")];
    let other = vec![entry(1, Confirmed, "100 a"), entry(2, Current, "200 a")];
    let histories = [rolled_back, other];
    assert_eq!(run_of(&histories, &[Some(2), None]), Some("300 a"));
    let is_of_it = |entries: &Vec<Entry>| current(entries).is_some_and(|own| own.run == "300 a");
    assert!(!histories.iter().any(is_of_it));
}

/// The directors of the lab with a first generation, and a second one that nobody has confirmed.
fn cut_off() -> Fleet {
    use crate::cli::deploy::tests::{directors, put};
    let mut fleet = directors(&["lw1", "lw2"]);
    let done = block_on(async {
        for (machine, host) in fleet.machines.iter().zip(&mut fleet.hosts) {
            let mut old = machine.clone();
            old.files.iter_mut().for_each(|file| file.text.insert_str(0, "# before\n"));
            put(host, &old, (1, "100 ada@desk 1"), true).await;
            put(host, machine, (2, "200 ada@desk 1"), false).await;
        }
    });
    done.unwrap();
    fleet
}

/// What a whole command ends with.
fn ends(fleet: &mut Fleet) -> Result<ExitCode, String> {
    use crate::cli::deploy::tests::{how, printer};
    block_on(roll_back(fleet, None, &how(), &printer())).unwrap().map_err(|failure| match failure {
        Failure::Input(problem) => problem.to_string(),
        _ => panic!("it is not the input"),
    })
}

#[test]
fn what_a_machine_remarks_when_it_is_taken_back_is_no_success() {
    use crate::cli::deploy::tests::memory;
    let mut fleet = cut_off();
    assert_eq!(ends(&mut fleet), Ok(ExitCode::Success));
    let mut fleet = cut_off();
    let remark = "the old state is back, but restart keepalived.service failed";
    memory(&mut fleet, "lw2").remarks = vec![remark.to_owned()];
    assert_eq!(ends(&mut fleet), Ok(ExitCode::Remote));
    for name in ["lw1", "lw2"] {
        assert_eq!(memory(&mut fleet, name).found.pending, None, "{name}");
    }
}

/// It would wait for ever where nothing takes it back by itself.
#[test]
fn a_machine_that_refuses_keeps_no_other_one_from_being_taken_back() {
    use crate::cli::deploy::tests::memory;
    use crate::deploy::memory::{Trouble, When};
    let mut fleet = cut_off();
    // lw1 holds the address, so it is the first one; what is asked before are its facts.
    let lw1 = memory(&mut fleet, "lw1");
    lw1.when = Some(When { act: lw1.acts.len() + 1, trouble: Trouble::Refuse });
    assert_eq!(ends(&mut fleet), Ok(ExitCode::Remote));
    assert_eq!(memory(&mut fleet, "lw1").found.pending, Some(2));
    assert_eq!(memory(&mut fleet, "lw2").found.pending, None);
}

/// Nobody can tell from outside whether it still runs.
#[test]
fn a_deployment_that_holds_its_locks_is_left_alone() {
    use crate::cli::deploy::tests::memory;
    let mut fleet = cut_off();
    memory(&mut fleet, "lw2").found.lock = Some("grace@home".to_owned());
    let words = "lw2 is locked by grace@home, whose deployment may run still";
    assert_eq!(ends(&mut fleet), Err(words.to_owned()));
    for name in ["lw1", "lw2"] {
        assert_eq!(memory(&mut fleet, name).found.pending, Some(2), "{name}");
    }
}

/// The last deployment had swapped the ranks.
#[test]
fn ranks_of_the_older_files_say_that_addresses_move() {
    use crate::cli::deploy::tests::{CONF, directors, found};
    use crate::plan::Plan;
    let mut fleet = directors(&["lw1", "lw2"]);
    let mut facts = std::collections::BTreeMap::new();
    let mut clusters = Vec::new();
    for machine in &fleet.machines {
        let mut now = found(machine);
        clusters.push((machine.name.clone(), meaning(&machine.name, &now.files)));
        now.addresses.clear();
        if machine.name == "lw1" {
            let file = now.files.get_mut(CONF).unwrap();
            let text = String::from_utf8(file.content.clone()).unwrap();
            file.content = text.replace("priority 150", "priority 90").into_bytes();
        } else {
            now.addresses.insert("10.0.0.31".parse().unwrap());
        }
        facts.insert(machine.name.clone(), now);
    }
    judge_by(clusters, &mut fleet.site.cluster);
    let plan = Plan::new(&fleet.site.cluster, &fleet.machines, &facts);
    let moving: Vec<&str> =
        plan.nodes.iter().filter(|node| node.moves_addresses()).map(|n| n.name.as_str()).collect();
    assert_eq!(moving, ["lw2"]);
}
