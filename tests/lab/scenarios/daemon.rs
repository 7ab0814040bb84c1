//! `lvsha daemon` beside keepalived, under an operator's hands, and after a crash of its own.

use std::collections::BTreeMap;
use std::time::Duration;

use super::keepalived::experiment_2;
use super::pair::{self, started};
use super::{heartbeat, holds};
use crate::formula::{ALLOWANCE, Bounds};
use crate::inventory::{LW1, LW2, LW3, LW4, REAL_SERVERS, VIP, port};
use crate::world::{Lab, Machine, Stack, Visitor, Watch, now, pass, until};

/// Between two looks at the kernel's table (docs/compatibility.md), in seconds.
pub(super) const LOOK: f64 = 30.0;
/// A visit that was begun so long ago is over, whatever became of it.
const VISIT: Duration = Duration::from_millis(600);

pub(super) fn one_director_with_keepalived_and_the_other_with_lvsha_are_a_pair(lab: &Lab) {
    let (old, new) = (experiment_2(), experiment_2().on_lvsha());
    for (lw2, stack) in [(&new, &old), (&old, &new)] {
        pair::a_director_is_cut_off_and_returns(lab, &stack.clone().beside(LW2, lw2));
        lab.tidy();
    }
}

pub(super) fn what_somebody_does_to_the_table_is_undone_and_reported(lab: &Lab) {
    let watch = lab.watch_patiently(VIP);
    pair::start(lab, &experiment_2().on_lvsha(), &watch);
    let director = lab.node(LW1);
    serve_both(director);
    let whole = director.table();
    let service = format!("{VIP}:{}", port());
    let [three, four] = [LW3, LW4].map(|host| format!("{}:{}", host.address(), port()));
    let deeds: [(&str, &[&str], &str); 3] = [
        ("emptied", &["--clear"], "add tcp 10.0.0.31:80"),
        (
            "a server deleted",
            &["-d", "-t", &service, "-r", &four],
            "add 10.0.0.30:80 to tcp 10.0.0.31:80",
        ),
        (
            "a weight changed",
            &["-e", "-t", &service, "-r", &three, "-g", "-w", "9"],
            "set 10.0.0.29:80 of tcp 10.0.0.31:80 to weight 3",
        ),
    ];
    let began = now();
    for (what, words, told) in deeds {
        let before = director.journal("lvsha");
        director.run(&[&["ipvsadm"], words].concat());
        let done = now();
        assert_ne!(director.table(), whole, "{what}: the table is as it was");
        let repaired = until(2.0 * LOOK, || {
            // Every look is three programs, and the machine is slow.
            pass(0.2);
            (director.table() == whole).then(now)
        });
        let repaired = repaired.unwrap_or_else(|| panic!("{what}: it stays {}", director.table()));
        holds(lab, what, Bounds::new(0.0, LOOK).and(ALLOWANCE), repaired - done);
        let journal = director.journal("lvsha");
        let news = journal.strip_prefix(&before).expect("a journal grows at its end");
        let is_told = news
            .lines()
            .any(|line| line.contains("somebody changed the table") && line.contains(told));
        assert!(is_told, "{what}: the journal does not say `{told}`:\n{news}");
    }
    watch.page(&["lw3", "lw4"], now(), 5.0);
    nobody_else_answers(&watch, began);
}

pub(super) fn nobody_notices_that_it_was_killed_and_restarted(lab: &Lab) {
    let watch = started(lab, &experiment_2().on_lvsha());
    // Longer than the other director's patience of 3.65 s.
    killed_and_back(lab, &watch, 6.0);
    drop(watch);
    lab.tidy();
    // Here only the active director has a table: it must not lose it before it is master again.
    Stack::heartbeat("experiment-1").on_lvsha().start(lab);
    let watch = lab.watch_patiently(VIP);
    watch.answered_by(LW1, Duration::ZERO, 120.0);
    watch.page(&["lw3", "lw4"], Duration::ZERO, 60.0);
    // The last of its resources.
    let web_server = until(20.0, || {
        let process = main_process(lab.node(LW1), "nginx");
        (process != "0").then_some(process)
    });
    let web_server = web_server.expect("haresources starts the web server");
    killed_and_back(lab, &watch, heartbeat::DEADTIME + 2.0);
    assert_eq!(main_process(lab.node(LW1), "nginx"), web_server, "its resources were restarted");
}

pub(super) fn a_reload_touches_only_what_it_changes_and_clients_get_what_weights_say(lab: &Lab) {
    // Each server has its own weight: 3 and 1.
    let stack = experiment_2().on_lvsha().but("lb_algo rr", "lb_algo wrr");
    let watch = started(lab, &stack);
    let director = lab.node(LW1);
    serve_both(director);
    pass(1.0);
    let began = now();
    pass(4.0);
    let shares = pages(&watch, began);
    assert!(are_as(3, shares), "weights 3 and 1 give {shares:?}");
    lab.note(format!("weights 3 and 1: {} requests to LW3, {} to LW4", shares[0], shares[1]));

    // Somebody is in the middle of a request.
    let visitor = Visitor::begin(VIP.into());
    let (counted, since) = (director.connections(), standing(director));
    let stack = stack.but("weight 3", "weight 2");
    stack.reload(lab);
    let changed = until(10.0, || {
        let weight = director.table().weight(&format!("{}:80", LW3.address()));
        (weight == Some(2)).then(now)
    });
    let changed = changed.unwrap_or_else(|| panic!("not weight 2: {}", director.table()));
    pass(3.0);
    let shares = pages(&watch, changed + Duration::from_millis(100));
    assert!(are_as(2, shares), "weights 2 and 1 give {shares:?}");
    // Counters of connections begin anew with an entry, and a verdict with its checks.
    for (server, count) in counted {
        let later = director.connections().get(&server).copied();
        assert!(later.is_some_and(|later| later >= count), "{server} was replaced: {later:?}");
    }
    for (server, (state, seconds)) in standing(director) {
        let (before, age) = since.get(&server).expect("the same servers");
        assert_eq!(&state, before, "{server}");
        assert!(seconds > *age, "{server} was checked anew: {state} for {seconds} s");
    }
    assert!(["lw3", "lw4"].contains(&visitor.finish().as_str()));

    // A client stays with its server.
    let stack = stack.but("lb_algo wrr", "lb_algo wrr\n    persistence_timeout 60");
    stack.reload(lab);
    let sticky = until(10.0, || director.table().to_string().contains("-p 60").then(now));
    let sticky = sticky.unwrap_or_else(|| panic!("no persistence: {}", director.table()));
    pass(2.0);
    let shares = pages(&watch, sticky + Duration::from_millis(100));
    // But for visits from a port that the kernel remembers.
    let (few, many) = (shares[0].min(shares[1]), shares[0].max(shares[1]));
    assert!(few * 20 <= many && many > 0, "one client gets {shares:?}");
    lab.note(format!("persistent: {} requests to LW3, {} to LW4", shares[0], shares[1]));
    nothing_failed(&watch, began);
    nobody_else_answers(&watch, began);
}

/// The daemon on LW1 ends without a word, systemd starts it again, and `patience` seconds later nothing has happened.
fn killed_and_back(lab: &Lab, watch: &Watch, patience: f64) {
    let director = lab.node(LW1);
    serve_both(director);
    pass(1.0);
    let (table, counted) = (director.table(), director.connections());
    let began = now();
    pass(1.0);
    let process = main_process(director, "lvsha");
    director.run(&["kill", "-KILL", &process]);
    let killed = now();
    let back = until(20.0, || {
        let status = director.try_run(&["lvsha", "ctl", "status"]).ok();
        status.filter(|_| main_process(director, "lvsha") != process).map(|_| now())
    });
    let back = back.expect("systemd starts it again");
    pass(patience);
    nothing_failed(watch, began);
    nobody_else_answers(watch, began);
    assert_eq!(director.table(), table, "another table");
    for (server, count) in counted {
        let later = director.connections().get(&server).copied();
        assert!(later.is_some_and(|later| later > count), "{server} was replaced: {later:?}");
    }
    let status = director.run(&["lvsha", "ctl", "status"]);
    assert!(status.contains("MASTER"), "it is no master:\n{status}");
    let visits = watch.record().pages(began, now()).values().sum::<usize>();
    let away = (back - killed).as_secs_f64();
    lab.note(format!("away for {away:.2} s, and none of {visits} requests failed"));
}

pub(super) fn serve_both(director: Machine) {
    let whole = until(60.0, || {
        REAL_SERVERS.iter().all(|server| director.balances_to(*server)).then_some(())
    });
    whole.unwrap_or_else(|| panic!("both real servers are to serve: {}", director.table()));
}

fn nothing_failed(watch: &Watch, since: Duration) {
    let record = watch.record();
    let pages = record.pages(since, now() - VISIT);
    assert!(!pages.is_empty() && !pages.contains_key(""), "{pages:?}\n{}", record.timeline());
}

fn nobody_else_answers(watch: &Watch, since: Duration) {
    let record = watch.record();
    assert_eq!(record.first_answer(LW2, since), None, "LW2 took over:\n{}", record.timeline());
}

/// Whether LW3 got `times` as many as LW4, to a tenth of all.
fn are_as(times: usize, [three, four]: [usize; 2]) -> bool {
    three.abs_diff(times * four) * 10 <= three + four && four > 0
}

/// How many requests begun after `since` LW3 and LW4 answered.
fn pages(watch: &Watch, since: Duration) -> [usize; 2] {
    let pages = watch.record().pages(since, now() - VISIT);
    ["lw3", "lw4"].map(|page| pages.get(page).copied().unwrap_or_default())
}

pub(super) fn main_process(node: Machine, unit: &str) -> String {
    let shown = node.run(&["systemctl", "show", "--property=MainPID", "--value", unit]);
    shown.trim().to_owned()
}

/// State of each server and for how many seconds, as the daemon tells.
fn standing(node: Machine) -> BTreeMap<String, (String, u64)> {
    let text = node.run(&["lvsha", "ctl", "services", "--json"]);
    let services: serde_json::Value =
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}:\n{text}"));
    let servers = services["services"][0]["servers"].as_array().expect("the servers' list");
    let word = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let pair = |server: &serde_json::Value| {
        let seconds = server["since"].as_u64().expect("whole seconds");
        (word(&server["server"]), (word(&server["state"]), seconds))
    };
    servers.iter().map(pair).collect()
}
