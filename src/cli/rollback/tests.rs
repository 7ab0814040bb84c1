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
    let both = ["lw1", "lw2"].map(|name| meaning(name, &tree("10.0.0.31")));
    judge_by(both.into(), &mut cluster);
    let addresses: Vec<String> = cluster
        .routers
        .iter()
        .flat_map(|router| &router.addresses)
        .map(|address| address.value.address.to_string())
        .collect();
    assert_eq!(addresses, ["10.0.0.31"]);
}
