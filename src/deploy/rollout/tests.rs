//! Every act with every trouble: each machine ends in the old or in the new state.

use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::deploy::memory::{Memory, Trouble, When};
use crate::deploy::{Basis, Event, Host, run};
use crate::model::{Cluster, Node as Director, Router, Sourced, VirtualAddress};
use crate::plan::{Found, Plan, Tree, TreeFile, human};
use crate::site::render::{Check, Effect, File, Role};

const CONF: &str = "/etc/keepalived/keepalived.conf";
const UNIT: &str = "keepalived.service";
const SCRIPT: &str = "/usr/local/sbin/lvsrs";

fn cluster() -> Cluster {
    let mut router = Router::new(Sourced::implied("V".to_owned()));
    let address = VirtualAddress::new("10.0.0.31".parse().unwrap());
    router.addresses.push(Sourced::implied(address));
    let nodes = ["lw1", "lw2"]
        .map(|name| Director { name: Sourced::implied(name.to_owned()), address: None });
    Cluster { nodes: nodes.into(), routers: vec![router], ..Cluster::default() }
}

fn machine(name: &str, role: Role, text: &str, script: Option<&str>) -> Machine {
    let script = script.map(|text| File {
        path: SCRIPT.to_owned(),
        mode: 0o755,
        text: text.to_owned(),
        secret: false,
        effect: Effect::None,
        check: None,
    });
    let file = File {
        path: CONF.to_owned(),
        mode: 0o600,
        text: text.to_owned(),
        secret: true,
        effect: Effect::Reload(UNIT),
        check: Some(Check { command: &["keepalived", "-t", "-f", "{}"], accepts: &[0] }),
    };
    Machine {
        name: name.to_owned(),
        role,
        files: std::iter::once(file).chain(script).collect(),
        packages: vec!["keepalived"],
        units: vec![UNIT],
    }
}

fn found(text: &str, holds: bool, missing: bool) -> Found {
    let unit: BTreeSet<String> = [UNIT.to_owned()].into_iter().collect();
    let file = TreeFile { mode: 0o600, content: text.as_bytes().to_vec() };
    Found {
        files: BTreeMap::from([(CONF.to_owned(), file)]),
        active: unit.clone(),
        enabled: unit,
        addresses: holds.then(|| "10.0.0.31".parse().unwrap()).into_iter().collect(),
        missing: if missing { vec!["keepalived".to_owned()] } else { Vec::new() },
        ..Found::default()
    }
}

fn options() -> Options {
    Options {
        parallel: 4,
        canary: false,
        confirm_within: 60,
        gate_timeout: Duration::ZERO,
        settle: Duration::ZERO,
        patience: Duration::from_millis(5),
        pause: Duration::from_millis(1),
        install: true,
        who: "ada@desk".to_owned(),
        what: "test".to_owned(),
        run: "run-1".to_owned(),
    }
}

struct World {
    machines: Vec<Machine>,
    plan: Plan,
    hosts: Vec<Memory>,
}

/// One real server and two directors, of which the first in name holds the address.
fn world() -> World {
    world_of("old", "new", None)
}

/// With a script on the real server, before and after.
fn world_of(old: &str, new: &str, script: Option<(&str, &str)>) -> World {
    let all = [("lw1", Role::Director), ("lw2", Role::Director), ("rs", Role::RealServer)];
    let own = |name: &str| script.filter(|_| name == "rs");
    let wanted =
        |(name, role): &(&str, Role)| machine(name, *role, new, own(name).map(|(_, after)| after));
    let machines: Vec<Machine> = all.iter().map(wanted).collect();
    let facts = |(name, _): &(&str, Role)| {
        let mut found = found(old, *name == "lw1", *name == "rs");
        let file = |(before, _): (&str, &str)| TreeFile { mode: 0o755, content: before.into() };
        found.files.extend(own(name).map(|script| (SCRIPT.to_owned(), file(script))));
        ((*name).to_owned(), found)
    };
    let found: BTreeMap<String, Found> = all.iter().map(facts).collect();
    let plan = Plan::new(&cluster(), &machines, &found);
    let by_name = |name: &str| machines.iter().find(|m| m.name == name).unwrap().clone();
    let machines = plan.nodes.iter().map(|node| by_name(&node.name)).collect();
    let hosts = plan.nodes.iter().map(|node| Memory::new(found[&node.name].clone())).collect();
    World { machines, plan, hosts }
}

struct Ended {
    rollout: Rollout,
    hosts: Vec<Memory>,
    events: Vec<Event>,
}

fn play(world: World) -> Ended {
    let World { machines, plan, hosts } = world;
    let generations = vec![1; hosts.len()];
    let mut rollout = Rollout::new(plan.nodes, &machines, &generations, options());
    let mut events = Vec::new();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let names = machines.iter().map(|machine| machine.name.clone());
    let before = names.zip(hosts.iter().map(|memory| memory.found.clone())).collect();
    let basis = std::sync::Arc::new(Basis { machines, cluster: cluster(), before });
    let hosts = hosts.into_iter().map(|memory| Host::Memory(Box::new(memory))).collect();
    let hosts =
        runtime.unwrap().block_on(run(&mut rollout, hosts, &basis, |event| events.push(event)));
    let hosts = hosts
        .into_iter()
        .map(|host| match host {
            Host::Memory(memory) => *memory,
            other => panic!("{other:?}"),
        })
        .collect();
    Ended { rollout, hosts, events }
}

fn content(memory: &Memory) -> String {
    let tree: Tree = memory.tree();
    String::from_utf8(tree[CONF].content.clone()).unwrap()
}

#[test]
fn without_trouble_everything_is_new_and_nothing_is_locked() {
    let ended = play(world());
    assert!(ended.rollout.failure().is_none());
    for memory in &ended.hosts {
        assert_eq!(content(memory), "new");
        assert!(!memory.is_locked() && memory.found.pending.is_none());
    }
    // The standby is through its gate before the holder is touched.
    let position = |node: &str, task: &str| {
        let same = |event: &Event| matches!(event, Event::Done { node: n, task: t, .. } if n == node && *t == task);
        ended.events.iter().position(same).unwrap()
    };
    assert!(position("rs", "confirm") < position("lw2", "activate"));
    assert!(position("lw2", "confirm") < position("lw1", "activate"));
    // Only the real server needs its package first.
    assert!(position("lw1", "check") < position("rs", "stage"));
}

#[test]
fn what_the_last_machine_refuses_is_put_in_place_nowhere() {
    let mut world = world();
    let holder = world.hosts.len() - 1;
    let check = play(self::world()).hosts[holder].acts.iter().position(|act| *act == "check");
    let trouble = Trouble::Refuse;
    world.hosts[holder].when = Some(When { act: check.unwrap(), trouble });
    let ended = play(world);
    let (node, task, _) = ended.rollout.failure().unwrap();
    assert_eq!((node, task), (Some("lw1"), "check"));
    for memory in &ended.hosts {
        assert!(!memory.acts.contains(&"activate") && !memory.is_locked(), "{:?}", memory.acts);
    }
    assert!(ended.rollout.states().all(|(_, state)| *state == State::Untouched));
}

#[test]
fn every_act_with_every_trouble_ends_in_the_old_or_the_new_state() {
    let troubles = [
        Trouble::Unreachable,
        Trouble::CutBefore,
        Trouble::CutAfter,
        Trouble::Refuse,
        Trouble::Gone,
        Trouble::Reboot,
    ];
    let lengths: Vec<usize> = play(world()).hosts.iter().map(|host| host.acts.len()).collect();
    let mut played = 0;
    for (position, length) in lengths.iter().enumerate() {
        for act in 0..*length {
            for trouble in troubles {
                let mut world = world();
                world.hosts[position].when = Some(When { act, trouble });
                let mut ended = play(world);
                let case = format!("{trouble:?} at act {act} of machine {position}");
                let was = ended.hosts[position].acts.get(act).copied().unwrap_or("");
                ended.hosts.iter_mut().for_each(Memory::expire);
                let contents: Vec<String> = ended.hosts.iter().map(content).collect();
                match ended.rollout.failure() {
                    // A lost answer to an unlock, or to a question that is asked again.
                    None => assert!(contents.iter().all(|c| c == "new"), "{case}: {contents:?}"),
                    Some((node, _, fault)) => {
                        // A machine that vanished after its confirmation keeps what it has.
                        let vanished = trouble == Trouble::Gone;
                        for (other, content) in contents.iter().enumerate() {
                            let is_kept = vanished && other == position;
                            assert!(content == "old" || is_kept, "{case} ({was}): {contents:?}");
                        }
                        assert!(node.is_some() && !fault.message.is_empty(), "{case}");
                    }
                }
                for (other, host) in ended.hosts.iter().enumerate() {
                    let reachable =
                        other != position || !matches!(was, "unlock") && trouble != Trouble::Gone;
                    assert!(
                        !host.is_locked() || !reachable,
                        "{case}: machine {other} stays locked"
                    );
                    assert_eq!(host.found.pending, None, "{case}");
                }
                played += 1;
            }
        }
    }
    assert!(played > 100, "only {played} cases were played");
}

#[test]
fn two_operators_exclude_each_other() {
    let mut world = world();
    let act = Act::Lock { who: "grace@home".to_owned(), run: "other".to_owned(), generation: 1 };
    world.hosts[1].perform(&act).unwrap();
    let ended = play(world);
    let (node, task, fault) = ended.rollout.failure().unwrap();
    assert_eq!((node, task), (Some("lw2"), "lock"));
    assert!(fault.message.contains("grace@home"), "{fault}");
    assert!(ended.hosts.iter().all(|memory| content(memory) == "old"));
    // The others are free again, and the other operator keeps the lock.
    let locked: Vec<bool> = ended.hosts.iter().map(Memory::is_locked).collect();
    assert_eq!(locked, [false, true, false]);
}

#[test]
fn a_closed_gate_takes_everything_back() {
    let mut world = world();
    // After the change of the standby both directors hold the address.
    world.hosts[1].found.addresses.insert("10.0.0.31".parse().unwrap());
    let ended = play(world);
    let (node, task, fault) = ended.rollout.failure().unwrap();
    assert_eq!((node, task), (Some("lw2"), "gate"));
    assert!(fault.message.contains("both hold 10.0.0.31"), "{fault}");
    assert!(ended.hosts.iter().all(|memory| content(memory) == "old"));
    let states: Vec<&State> = ended.rollout.states().map(|(_, state)| state).collect();
    assert_eq!(states, [&State::RolledBack, &State::RolledBack, &State::Untouched]);
}

#[test]
fn an_interruption_at_each_moment_leaves_the_old_state() {
    for moment in 0..40 {
        let World { machines, plan, mut hosts } = world();
        let mut rollout = Rollout::new(plan.nodes, &machines, &[1, 1, 1], options());
        let mut handled = 0;
        while !rollout.is_finished() {
            if handled == moment {
                rollout.abort("interrupted");
            }
            let Some((position, task)) = rollout.poll(Duration::ZERO) else {
                assert!(rollout.is_finished(), "stuck at {handled}");
                break;
            };
            let result = match task {
                Task::Act(act) | Task::Fresh(act) => {
                    hosts[position].perform(&act).map(|_| Vec::new())
                }
                Task::Gate => Ok(Vec::new()),
            };
            rollout.handle(position, result, Duration::ZERO);
            handled += 1;
        }
        let wanted = if rollout.failure().is_some() { "old" } else { "new" };
        assert!(hosts.iter().all(|memory| content(memory) == wanted), "at {moment}");
        assert!(hosts.iter().all(|memory| !memory.is_locked()), "at {moment}");
    }
}

/// keepalived drops advertisements with other addresses than its own, and becomes master beside the
/// living one.
#[test]
fn directors_that_would_not_understand_each_other_are_changed_together() {
    let text = |addresses: &str| {
        format!(
            "vrrp_instance V {{\nvirtual_router_id 7\nvirtual_ipaddress {{\n{addresses}\n}}\n}}\n"
        )
    };
    let world = world_of(&text("10.0.0.31"), &text("10.0.0.31\n10.0.0.32"), None);
    assert!(human(&world.plan).contains("lw2, lw1: one right after the other"));
    let ended = play(world);
    assert!(ended.rollout.failure().is_none(), "{:?}", ended.rollout.failure());
    let position = |node: &str, task: &str| {
        let same = |event: &Event| matches!(event, Event::Done { node: n, task: t, .. } if n == node && *t == task);
        ended.events.iter().position(same).unwrap()
    };
    assert!(position("lw2", "activate") < position("lw1", "activate"));
    assert!(position("lw1", "activate") < position("lw2", "gate"));
    // None is kept before all of them work with each other.
    assert!(position("lw1", "gate") < position("lw2", "confirm"));
}

/// The connection of whoever deploys may be gone between two confirmations.
#[test]
fn of_directors_that_are_changed_together_none_is_kept_before_all_are_judged() {
    let text = |id: u8| {
        format!(
            "vrrp_instance V {{\nvirtual_router_id {id}\nvirtual_ipaddress {{\n10.0.0.31\n}}\n}}\n"
        )
    };
    let world = || world_of(&text(7), &text(8), None);
    let acts = play(world()).hosts.pop().unwrap().acts;
    // The gates of lw2 and of lw1, in this order: the second one is not passed.
    let looks: Vec<usize> = (0..acts.len()).filter(|act| acts[*act] == "look").collect();
    assert_eq!(looks.len(), 2, "{acts:?}");
    let mut world = world();
    let last = world.hosts.len() - 1;
    world.hosts[last].when = Some(When { act: looks[1], trouble: Trouble::Gone });
    let ended = play(world);
    assert!(ended.rollout.failure().is_some());
    let confirmed = |memory: &Memory| memory.acts.contains(&"confirm");
    assert!(!confirmed(&ended.hosts[1]), "{:?}", ended.hosts[1].acts);
}

/// What happens at a gate, by the time since the activation: lw2's with `looks`, the others' at once.
/// Says what became of it, how often lw2 was looked at, and when it was confirmed.
fn settling(looks: impl Fn(Duration) -> bool) -> (Rollout, usize, Option<Duration>) {
    let World { machines, plan, mut hosts } = world();
    let options = Options {
        gate_timeout: Duration::from_secs(5),
        settle: Duration::from_secs(2),
        pause: Duration::from_millis(500),
        ..options()
    };
    let mut rollout = Rollout::new(plan.nodes, &machines, &[1, 1, 1], options);
    let (mut now, mut activated, mut confirmed) = (Duration::ZERO, Duration::ZERO, None);
    let mut count = 0;
    while !rollout.is_finished() {
        let Some((position, task)) = rollout.poll(now) else {
            now = rollout.next_deadline().unwrap();
            continue;
        };
        let is_standby = machines[position].name == "lw2";
        match &task {
            Task::Act(Act::Activate { .. }) if is_standby => activated = now,
            Task::Fresh(Act::Confirm { .. }) if is_standby => confirmed = Some(now - activated),
            Task::Gate => count += usize::from(is_standby),
            _ => {}
        }
        let result = match task {
            Task::Act(act) | Task::Fresh(act) => hosts[position].perform(&act).map(|_| Vec::new()),
            Task::Gate if !is_standby || looks(now - activated) => Ok(Vec::new()),
            Task::Gate => Err(Fault::new(FaultKind::Refused, "nobody holds 10.0.0.31")),
        };
        rollout.handle(position, result, now);
    }
    let wanted = if rollout.failure().is_some() { "old" } else { "new" };
    assert!(hosts.iter().all(|memory| content(memory) == wanted));
    (rollout, count, confirmed)
}

/// A reload is a signal: right behind it the program still has its old state.
#[test]
fn a_gate_opens_when_it_stays_open() {
    let second = Duration::from_secs(1);
    let (rollout, looks, confirmed) = settling(|_| true);
    assert!(rollout.failure().is_none());
    assert_eq!((looks, confirmed), (5, Some(2 * second)));
    // It drops the address a second after it was told to read its file.
    let (rollout, _, confirmed) = settling(|since| since < second);
    assert_eq!(rollout.failure().map(|(node, task, _)| (node, task)), Some((Some("lw2"), "gate")));
    assert_eq!(confirmed, None);
    // What was closed in between begins anew.
    let (rollout, _, confirmed) = settling(|since| since != second);
    assert!(rollout.failure().is_none());
    assert_eq!(confirmed, Some(3 * second + second / 2));
}

/// Whoever does not answer may hold the address as well.
#[test]
fn a_gate_is_closed_while_a_director_that_was_asked_does_not_answer() {
    let acts = play(world()).hosts.pop().unwrap().acts;
    let look = acts.iter().position(|act| *act == "look").unwrap();
    let mut world = world();
    let holder = world.hosts.len() - 1;
    world.hosts[holder].when = Some(When { act: look, trouble: Trouble::Unreachable });
    let ended = play(world);
    let (node, task, fault) = ended.rollout.failure().unwrap();
    assert_eq!((node, task), (Some("lw2"), "gate"));
    assert_eq!(fault.message, "lw1 does not say what it holds: no route to host");
}

/// What is said at the end of lw2, which is not reached any more from its confirmation on: that one ends with `kind`.
fn vanishing(kind: FaultKind) -> String {
    let World { machines, plan, mut hosts } = world();
    let mut rollout = Rollout::new(plan.nodes, &machines, &[1, 1, 1], options());
    let (mut now, mut is_gone) = (Duration::ZERO, false);
    while !rollout.is_finished() {
        let Some((position, task)) = rollout.poll(now) else {
            now = rollout.next_deadline().unwrap();
            continue;
        };
        let is_own = machines[position].name == "lw2";
        let kind = if is_gone { FaultKind::Connection } else { kind };
        is_gone |= is_own && matches!(task, Task::Fresh(Act::Confirm { .. }));
        let result = match task {
            _ if is_own && is_gone => Err(Fault::new(kind, "no route to host")),
            Task::Act(act) | Task::Fresh(act) => hosts[position].perform(&act).map(|_| Vec::new()),
            Task::Gate => Ok(Vec::new()),
        };
        rollout.handle(position, result, now);
    }
    let mut remarks = rollout.remarks().iter();
    remarks.find(|said| said.starts_with("lw2: ")).cloned().unwrap_or_default()
}

/// Whoever is told that it takes itself back waits for that, while it may have another password than the others.
#[test]
fn a_machine_whose_confirmation_may_have_arrived_is_not_said_to_take_itself_back() {
    let said = vanishing(FaultKind::Lost);
    let wanted =
        "lw2: no route to host; it may keep the change: `lvsha rollback` when it answers again";
    assert_eq!(said, wanted);
    // It was not reached at all.
    let said = vanishing(FaultKind::Connection);
    assert_eq!(said, "lw2: no route to host; it rolls itself back within 60 s");
}

/// Two directors that stop at the same time are an outage.
#[test]
fn machines_are_taken_back_in_the_order_that_undoes_the_way_there() {
    // Directors send packets to a new real server until they are back.
    assert_eq!(ways_back(&fail_at_the_end(world)), ["lw1", "lw2", "rs"]);
    // It gave an address up, behind the directors; they send it packets for that one when they are back.
    let wanted = |addresses: &str| format!("#!/bin/sh\nwanted=\"{addresses}\"\n");
    let (both, one) = (wanted("10.0.0.31/32@lo 10.0.0.32/32@lo"), wanted("10.0.0.31/32@lo"));
    let loses = || world_of("old", "new", Some((&both, &one)));
    let ended = fail_at_the_end(loses);
    assert_eq!(ways_back(&ended), ["rs", "lw1", "lw2"]);
    assert!(ended.hosts.iter().all(|memory| content(memory) == "old"));
}

/// The first one may not have heard anybody yet when the second one gives its addresses up.
#[test]
fn a_director_that_was_taken_back_is_judged_before_the_next_one_stops() {
    let ended = fail_at_the_end(world);
    let last = |wanted: Event| ended.events.iter().rposition(|event| *event == wanted).unwrap();
    let done =
        |node: &str, task| last(Event::Done { node: node.to_owned(), task, remarks: Vec::new() });
    let begins = |node: &str, task| last(Event::Begins { node: node.to_owned(), task });
    assert!(begins("lw1", "roll back") < begins("lw1", "gate"));
    assert!(done("lw1", "gate") < begins("lw2", "roll back"));
    // Nobody stops behind it.
    assert!(begins("lw2", "gate") < begins("lw1", "roll back"));
}

/// The first one would become master beside the others, for as long as a gate may take.
#[test]
fn directors_that_were_changed_together_are_taken_back_without_a_gate_between() {
    let text = |id: u8| {
        format!(
            "vrrp_instance V {{\nvirtual_router_id {id}\nvirtual_ipaddress {{\n10.0.0.31\n}}\n}}\n"
        )
    };
    let ended = fail_at_the_end(|| world_of(&text(7), &text(8), None));
    assert_eq!(ways_back(&ended), ["lw1", "lw2", "rs"]);
    let back = |event: &Event| matches!(event, Event::Begins { task: "roll back", .. });
    let first = ended.events.iter().position(back).unwrap();
    let gate = |event: &Event| matches!(event, Event::Begins { task: "gate", .. });
    assert!(!ended.events[first..].iter().any(gate), "{:?}", &ended.events[first..]);
    assert!(ended.hosts.iter().all(|memory| content(memory) == text(7)));
}

/// What it finds keeps nothing as it should not be.
#[test]
fn a_gate_that_stays_closed_on_the_way_back_is_a_remark() {
    let looks = |ended: &Ended| ended.hosts[1].acts.iter().rposition(|act| *act == "look");
    let act = looks(&fail_at_the_end(world)).unwrap();
    let ended = fail_at_the_end(|| {
        let mut world = world();
        world.hosts[1].when = Some(When { act, trouble: Trouble::Unreachable });
        world
    });
    assert!(ended.hosts.iter().all(|memory| content(memory) == "old"));
    let states: Vec<&State> = ended.rollout.states().map(|(_, state)| state).collect();
    assert_eq!(states, [&State::RolledBack; 3]);
    let wanted = "lw1: the old state is back, but lw2 does not say what it holds: no route to host";
    assert!(
        ended.rollout.remarks().iter().any(|said| said == wanted),
        "{:?}",
        ended.rollout.remarks()
    );
}

/// The state of a machine is what was asked for, and still not what it should be.
#[test]
fn what_a_machine_remarks_on_its_way_back_is_kept_for_the_end() {
    let ended = fail_at_the_end(world);
    let said = |node: &str| format!("{node}: the old state is back, but reload failed");
    assert_eq!(ended.rollout.remarks(), ["lw1", "lw2", "rs"].map(said));
}

/// Plays it so that the last machine refuses to be confirmed.
fn fail_at_the_end(world: impl Fn() -> World) -> Ended {
    let mut failing = world();
    let last = failing.hosts.len() - 1;
    let confirmation = play(world()).hosts[last].acts.iter().position(|act| *act == "confirm");
    let act = confirmation.unwrap();
    failing.hosts[last].when = Some(When { act, trouble: Trouble::Refuse });
    for memory in &mut failing.hosts {
        memory.remarks = vec!["the old state is back, but reload failed".to_owned()];
    }
    play(failing)
}

/// Who was taken back one behind the other: the next one only when the one before had come to its end.
fn ways_back(ended: &Ended) -> Vec<&str> {
    let mut running = None;
    let mut backs = Vec::new();
    for event in &ended.events {
        match event {
            Event::Begins { node, task: "roll back" } => {
                assert!(running.is_none_or(|running| running == node), "{running:?} and {node}");
                running = Some(node.as_str());
            }
            Event::Done { node, task: "roll back", .. } => {
                running = None;
                backs.push(node.as_str());
            }
            _ => {}
        }
    }
    backs
}
