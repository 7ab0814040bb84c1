//! Whole commands against machines in memory.

use super::*;
use crate::cli::args::Color;
use crate::deploy::Act;
use crate::deploy::memory::{Memory, Trouble, When};
use crate::plan::{TreeFile, plan};
use crate::site::render::{REAL_SERVER_SCRIPT, Templates, render};
use crate::source::Sources;

pub(in crate::cli) const CONF: &str = "/etc/keepalived/keepalived.conf";

/// Without questions, and as fast as it can be.
pub(in crate::cli) fn how() -> How {
    How {
        yes: true,
        parallel: 4,
        canary: false,
        confirm_within: Some(60),
        gate_within: 0,
        settle: 0,
        no_install: false,
        progress: Form::Plain,
    }
}

pub(in crate::cli) fn printer() -> Printer {
    Printer::new(Color::Never, true)
}

/// What would be found on a director with the files that `machine` wants.
pub(in crate::cli) fn found(machine: &Machine) -> Found {
    let file = |file: &crate::site::render::File| {
        (file.path.clone(), TreeFile { mode: file.mode, content: file.content().into_owned() })
    };
    let units = || machine.units.iter().map(|unit| (*unit).to_owned()).collect();
    Found {
        files: machine.files.iter().map(file).collect(),
        active: units(),
        enabled: units(),
        // The first director holds the address, and the real servers have it on `lo`.
        addresses: match machine.name.as_str() {
            "lw1" => ["10.0.0.31".parse().unwrap()].into(),
            _ => [].into(),
        },
        loopback: match machine.role {
            Role::Director => [].into(),
            Role::RealServer => ["127.0.0.1", "10.0.0.31"].map(|one| one.parse().unwrap()).into(),
        },
        ..Found::default()
    }
}

/// The directors of `inventories/lab.toml`, as its files want them; `named` are asked for.
pub(in crate::cli) fn directors(named: &[&str]) -> Fleet {
    directors_of(Stack::Keepalived, named)
}

/// The same with another stack.
fn directors_of(stack: Stack, named: &[&str]) -> Fleet {
    machines_of(stack, named, |machine| machine.role == Role::Director)
}

fn machines_of(stack: Stack, named: &[&str], is_there: fn(&Machine) -> bool) -> Fleet {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("inventories/lab.toml");
    let (secrets, stack) = (crate::site::Secrets::Leave, Some(stack));
    let (site, _) = crate::site::load_for(&mut Sources::new(), &path, secrets, stack).unwrap();
    let machines = render(&site, &Templates::new(None).unwrap()).unwrap();
    let mut fleet = Fleet { site, machines: Vec::new(), hosts: Vec::new(), left_out: Vec::new() };
    for machine in machines.into_iter().filter(is_there) {
        let host = Host::Memory(Box::new(Memory::new(found(&machine))));
        if named.contains(&machine.name.as_str()) {
            fleet.machines.push(machine);
            fleet.hosts.push(host);
        } else {
            fleet.left_out.push((machine, host));
        }
    }
    fleet
}

/// The memory of a machine, whether it is asked for or left out.
pub(in crate::cli) fn memory<'a>(fleet: &'a mut Fleet, name: &str) -> &'a mut Memory {
    let own = fleet.machines.iter().zip(&mut fleet.hosts);
    let others = fleet.left_out.iter_mut().map(|(machine, host)| (&*machine, host));
    let host = own.chain(others).find(|(machine, _)| machine.name == name).unwrap().1;
    match host {
        Host::Memory(memory) => memory,
        other => panic!("{other:?}"),
    }
}

/// Says something else in the files that are there.
fn edit(fleet: &mut Fleet, name: &str, from: &str, to: &str) {
    edit_file(fleet, name, CONF, [from, to]);
}

fn edit_file(fleet: &mut Fleet, name: &str, path: &str, [from, to]: [&str; 2]) {
    let file = memory(fleet, name).found.files.get_mut(path).unwrap();
    let text = String::from_utf8(file.content.clone()).unwrap();
    assert!(text.contains(from), "{text}");
    file.content = text.replace(from, to).into_bytes();
}

/// What a deployment comes to: its exit code, or why it did not begin.
fn ends(fleet: &mut Fleet) -> Result<ExitCode, String> {
    ends_so(fleet, &how())
}

fn ends_so(fleet: &mut Fleet, how: &How) -> Result<ExitCode, String> {
    let done = block_on(deploy(fleet, how, None, "a test", &printer())).unwrap();
    done.map_err(|failure| match failure {
        Failure::Input(problem) => problem.to_string(),
        _ => panic!("it is not the input"),
    })
}

fn has_changed(fleet: &mut Fleet, name: &str) -> bool {
    memory(fleet, name).acts.contains(&"activate")
}

const ALONE: &str =
    "lw1, which `--limit` leaves out, would not understand lw2: both would hold the addresses";

#[test]
fn a_director_is_not_changed_so_that_the_one_left_out_does_not_understand_it() {
    for from in ["virtual_router_id 51", "10.0.0.31", "advert_int 1"] {
        let mut fleet = directors(&["lw2"]);
        let to = from.replace("51", "52").replace("0.31", "0.32").replace("int 1", "int 2");
        edit(&mut fleet, "lw2", from, &to);
        assert_eq!(ends(&mut fleet), Err(ALONE.to_owned()), "{from}");
        assert!(!has_changed(&mut fleet, "lw2"), "{from}");
    }
}

/// Two inventories that share a real server would each take away what the other one has written.
#[test]
fn a_machine_of_another_cluster_is_left_to_it() {
    let theirs = ["lb1", "lb2"].map(str::to_owned);
    let mut fleet = machines_of(Stack::Keepalived, &["lw3"], |_| true);
    memory(&mut fleet, "lw3").found.directors = theirs.clone().into();
    // What needs no change takes nothing from anybody.
    assert_eq!(ends(&mut fleet), Ok(ExitCode::Success));
    edit_file(&mut fleet, "lw3", REAL_SERVER_SCRIPT, ["10.0.0.31", "10.0.0.99"]);
    let told = "lw3 is in the cluster of lb1, lb2, which would lose what it has there";
    assert_eq!(ends(&mut fleet), Err(told.to_owned()));
    assert!(!has_changed(&mut fleet, "lw3"));
    // One of the two is another machine now.
    memory(&mut fleet, "lw3").found.directors = ["lb1", "lw2"].map(str::to_owned).into();
    assert_eq!(ends(&mut fleet), Ok(ExitCode::Success));
    assert!(has_changed(&mut fleet, "lw3"));
}

/// It would take everything over 30 s after the deployment has ended well.
#[test]
fn a_director_of_heartbeat_is_not_changed_so_that_the_one_left_out_does_not_hear_it() {
    let mut fleet = directors_of(Stack::Heartbeat, &["lw2"]);
    edit_file(&mut fleet, "lw2", "/etc/ha.d/ha.cf", ["bcast eth1", "bcast eth2"]);
    let how = How { confirm_within: None, ..how() };
    assert_eq!(ends_so(&mut fleet, &how), Err(ALONE.to_owned()));
    assert!(!has_changed(&mut fleet, "lw2"));
}

#[test]
fn a_director_is_changed_alone_where_the_other_one_goes_along_or_is_dead_or_understands_it() {
    let mut both = directors(&["lw1", "lw2"]);
    for name in ["lw1", "lw2"] {
        edit(&mut both, name, "virtual_router_id 51", "virtual_router_id 52");
    }
    assert_eq!(ends(&mut both), Ok(ExitCode::Success));
    let mut alone = directors(&["lw2"]);
    edit(&mut alone, "lw2", "virtual_router_id 51", "virtual_router_id 52");
    memory(&mut alone, "lw1").when = Some(When { act: 0, trouble: Trouble::Gone });
    assert_eq!(ends(&mut alone), Ok(ExitCode::Success));
    assert!(has_changed(&mut alone, "lw2"));
    let mut understood = directors(&["lw2"]);
    edit(&mut understood, "lw2", "priority 100", "priority 90");
    assert_eq!(ends(&mut understood), Ok(ExitCode::Success));
    assert_eq!(
        memory(&mut understood, "lw1").acts,
        [] as [&str; 0],
        "nothing is asked for nothing"
    );
}

/// It lives, and keeps its answers to itself.
#[test]
fn a_director_that_refuses_to_answer_is_not_dead() {
    let mut fleet = directors(&["lw2"]);
    edit(&mut fleet, "lw2", "virtual_router_id 51", "virtual_router_id 52");
    memory(&mut fleet, "lw1").when = Some(When { act: 0, trouble: Trouble::Refuse });
    assert_eq!(ends(&mut fleet), Err(ALONE.to_owned()));
}

#[test]
fn no_program_is_started_beside_one_that_does_not_hear_it() {
    let mut fleet = directors(&["lw2"]);
    memory(&mut fleet, "lw2").found.active.clear();
    let left = &mut memory(&mut fleet, "lw1").found;
    left.active = ["heartbeat.service".to_owned()].into();
    let words = "lw1, which `--limit` leaves out, runs heartbeat, which does not hear keepalived: \
                 both would hold the addresses";
    assert_eq!(ends(&mut fleet), Err(words.to_owned()));
    assert!(!has_changed(&mut fleet, "lw2"));
}

/// The lock is one and the same then, and both lay their files into one place.
#[test]
fn two_names_of_one_machine_are_not_deployed_to() {
    let mut fleet = directors(&["lw1", "lw2"]);
    for (name, host) in [("lw1", "lw1.example.com"), ("lw2", "director-two")] {
        edit(&mut fleet, name, "advert_int 1", "advert_int 2");
        let found = &mut memory(&mut fleet, name).found;
        (found.host, found.identity) = (host.to_owned(), Some(format!("boot {host}")));
    }
    assert_eq!(ends(&mut fleet), Ok(ExitCode::Success));
    let mut swapped = directors(&["lw1", "lw2"]);
    memory(&mut swapped, "lw2").found.host = "LW1.example.com".to_owned();
    let words = "lw2 leads to a machine that calls itself lw1";
    assert_eq!(ends(&mut swapped), Err(words.to_owned()));
    let mut one = directors(&["lw1", "lw2"]);
    for name in ["lw1", "lw2"] {
        memory(&mut one, name).found.identity = Some("boot 1:2".to_owned());
    }
    let words = "lw1 and lw2 are one machine: each would get the other's files";
    assert_eq!(ends(&mut one), Err(words.to_owned()));
}

/// A file in the place of the link would start it.
#[test]
fn a_unit_that_is_masked_stays_so() {
    let mut fleet = directors_of(Stack::Lvsha, &["lw1", "lw2"]);
    let unit = "/etc/systemd/system/lvsha.service".to_owned();
    let found = &mut memory(&mut fleet, "lw2").found;
    found.files.remove(&unit);
    found.links.insert(unit, "/dev/null".to_owned());
    let words = "lvsha.service is masked on lw2: somebody wants it not to run";
    assert_eq!(ends(&mut fleet), Err(words.to_owned()));
    assert!(!has_changed(&mut fleet, "lw1"));
}

/// Its advertisements go to those that it names, so a director that it does not name is never told.
#[test]
fn a_director_does_not_start_where_the_one_left_out_does_not_know_it() {
    let unicast = |own: u8, peer: u8| {
        format!(
            "virtual_router_id 51\n unicast_src_ip 10.0.0.{own}\n unicast_peer {{\n 10.0.0.{peer}\n }}"
        )
    };
    let words = "lw1, which `--limit` leaves out, does not know lw2: both would hold the addresses";
    for (peer, wanted) in [(26, Err(words.to_owned())), (28, Ok(ExitCode::Success))] {
        let mut fleet = directors(&["lw2"]);
        edit(&mut fleet, "lw1", "virtual_router_id 51", &unicast(27, peer));
        let lw2 = memory(&mut fleet, "lw2");
        (lw2.found.files, lw2.found.active) = Default::default();
        let own = fleet.machines.iter_mut().flat_map(|machine| &mut machine.files);
        for file in own.filter(|file| file.path == CONF) {
            file.text = file.text.replace("virtual_router_id 51", &unicast(28, 27));
        }
        assert_eq!(ends(&mut fleet), wanted, "{peer}");
        assert_eq!(has_changed(&mut fleet, "lw2"), wanted.is_ok());
    }
}

/// What is said of packets that nobody takes, where only `named` take part; `change` is what comes before.
fn undelivered(named: &[&str], change: impl Fn(&mut Fleet)) -> Vec<String> {
    let mut fleet = machines_of(Stack::Keepalived, named, |_| true);
    change(&mut fleet);
    let said = block_on(async {
        let (found, _) = fleet.facts().await;
        let plan = Plan::new(&fleet.site.cluster, &fleet.machines, &found);
        deliveries::lost(&mut fleet, &plan).await
    });
    said.unwrap()
}

#[test]
fn a_real_server_that_gives_an_address_up_alone_is_told() {
    let leaves = |fleet: &mut Fleet| {
        let mut managed = BTreeMap::new();
        for machine in fleet.machines.iter_mut().filter(|machine| machine.name == "lw4") {
            managed.extend(machine.files.drain(..).map(|file| (file.path, String::new())));
            machine.units.clear();
        }
        memory(fleet, "lw4").found.managed = managed;
    };
    let line = |director: &str| {
        format!(
            "{director}, which `--limit` leaves out, sends lw4 packets for 10.0.0.31, which it gives \
             up: they are lost"
        )
    };
    assert_eq!(undelivered(&["lw4"], leaves), ["lw1", "lw2"].map(line));
    let other = |fleet: &mut Fleet| {
        leaves(fleet);
        for name in ["lw1", "lw2"] {
            edit(fleet, name, "real_server 10.0.0.30", "real_server 10.0.0.39");
        }
    };
    assert_eq!(undelivered(&["lw4"], other), [""; 0]);
}

#[test]
fn a_real_server_that_is_sent_packets_for_an_address_that_it_lacks_is_told() {
    let begins = |fleet: &mut Fleet| {
        for name in ["lw1", "lw2"] {
            edit(fleet, name, "real_server 10.0.0.30", "real_server 10.0.0.39");
        }
    };
    assert_eq!(undelivered(&["lw1", "lw2"], begins), [""; 0]);
    let lacks = |fleet: &mut Fleet| {
        begins(fleet);
        let address = "10.0.0.31".parse().unwrap();
        memory(fleet, "lw4").found.loopback.remove(&address);
    };
    let line = "directors begin to send lw4 packets for 10.0.0.31; `--limit` leaves it out, and it does \
                not have it";
    assert_eq!(undelivered(&["lw1", "lw2"], lacks), [line]);
    assert_eq!(undelivered(&["lw1", "lw2", "lw3", "lw4"], lacks), [""; 0], "it takes part");
}

/// It may take itself back in the next minute, and then there is something to do.
#[test]
fn a_deployment_that_was_cut_off_is_not_nothing_to_do() {
    let mut fleet = directors(&["lw1", "lw2"]);
    let lw1 = memory(&mut fleet, "lw1");
    (lw1.found.generation, lw1.found.pending) = (4, Some(4));
    let words = "generation 4 of lw1 waits to be confirmed";
    assert_eq!(ends(&mut fleet), Err(words.to_owned()));
    let facts: BTreeMap<String, Found> =
        [("lw1".to_owned(), memory(&mut fleet, "lw1").found.clone())].into();
    let shown = human(&Plan::new(&fleet.site.cluster, &fleet.machines, &facts));
    let line = "lw1: generation 4 waits to be confirmed: another deployment runs, or was cut off";
    assert!(
        shown.starts_with(line) && shown.ends_with("nothing else to do on 1 node\n"),
        "{shown}"
    );
}

/// The clock of whoever deployed before may be ahead; `lvsha rollback` takes back the greatest name.
#[test]
fn a_deployment_is_later_than_those_that_the_machines_know() {
    let named = |known: &[&str]| name_of_run("ada@desk", known.iter().copied());
    let (first, later) = (named(&[]), named(&["9000000000 grace@home 7", "old", "1 eve@desk 1"]));
    assert!(first < later && later.starts_with("9000000001 ada@desk "), "{first} {later}");
    assert!(named(&["1 eve@desk 1"]) >= first);
}

/// The first of two that are changed together waits for the gates of both.
#[test]
fn the_way_back_begins_behind_all_gates() {
    let fleet = directors(&["lw1", "lw2"]);
    let patient = How { confirm_within: None, gate_within: 30, settle: 2, ..how() };
    let [one, two] = [1, 2].map(|gates| confirm_within(&fleet, &patient, gates));
    assert_eq!((one, two), (60, 90));
    let hurried = How { confirm_within: Some(4), ..patient };
    assert_eq!(gate_within(&fleet, &hurried, 2), 2);
    assert_eq!(settle(&hurried, 4), Duration::from_secs(1));
}

/// Puts `machine` in place on its host as generation `number` of `run`, perhaps without a confirmation.
pub(in crate::cli) async fn put(
    host: &mut Host,
    machine: &Machine,
    (number, run): (u32, &str),
    is_confirmed: bool,
) {
    let Host::Memory(memory) = &host else { panic!("{host:?}") };
    let steps = Box::new(plan(machine, &memory.found));
    let (who, what, run) = ("ada@desk".to_owned(), "a test".to_owned(), run.to_owned());
    let mut acts = vec![
        Act::Lock { who: who.clone(), run: run.clone(), generation: number },
        Act::Stage { plan: steps, run: run.clone() },
        Act::Activate { generation: number, confirm_within: 60, who, what, run },
    ];
    acts.extend(is_confirmed.then_some(Act::Confirm { generation: number }));
    acts.push(Act::Unlock { run: None });
    for act in acts {
        host.perform(&act).await.unwrap();
    }
}
