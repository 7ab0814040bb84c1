use std::net::SocketAddr;
use std::num::NonZeroU32;

use super::*;
use crate::model::{Family, Protocol};
use crate::run::health::pool::Fallback;
use crate::run::health::{Failure, Origin, Reply, WeightChange};
use crate::run::ipvs::test_values::destination;

const SECOND: Duration = Duration::from_secs(1);

fn check(server: &str, fall: u32) -> CheckPlan {
    CheckPlan {
        question: Arc::new(Question {
            ask: Ask::Connect,
            target: SocketAddr::new(server.parse().unwrap(), 80),
            origin: Origin::default(),
            limit: SECOND,
            interval: SECOND * 10,
        }),
        rules: Rules { fall: NonZeroU32::new(fall).unwrap(), rise: NonZeroU32::MIN },
        retry: Some(SECOND),
        warmup: SECOND * 10,
    }
}

fn plan(port: u16, servers: &[&str], fall: u32) -> ServicePlan {
    let address = "10.0.0.31".parse().unwrap();
    let fallback = DestinationKey { address: "10.0.0.1".parse().unwrap(), port: 0 };
    ServicePlan {
        id: format!("web {port}"),
        keys: vec![ServiceKey::Endpoint { protocol: Protocol::Tcp, address, port }],
        settings: ServiceSettings::new("rr", Family::V4),
        rules: PoolRules {
            quorum: 1,
            hysteresis: 0,
            fallback: Some(Fallback { key: fallback, destination: destination(1), stays: false }),
        },
        members: servers
            .iter()
            .map(|server| MemberPlan {
                address: server.parse().unwrap(),
                port: None,
                destination: destination(5),
                quiesces: false,
                serves_untested: false,
                checks: vec![check(server, fall)],
            })
            .collect(),
    }
}

/// A monitor and servers that answer or do not, under a virtual clock.
struct Bench {
    monitor: Monitor,
    now: Instant,
    dead: Vec<&'static str>,
    /// Whether the director itself has nothing to ask with.
    is_short: bool,
    asked: usize,
}

impl Bench {
    fn new(plans: Vec<ServicePlan>, present: &Table) -> Self {
        let now = Instant::now();
        let mut monitor = Monitor::new(100, 1);
        monitor.configure(plans, present, now);
        Self { monitor, now, dead: Vec::new(), is_short: false, asked: 0 }
    }

    /// Lets `time` pass; returns what was told.
    fn wait(&mut self, time: Duration) -> Vec<String> {
        let end = self.now + time;
        while let Some(at) = self.monitor.next_deadline().filter(|at| *at <= end) {
            self.now = self.now.max(at);
            self.monitor.handle_timeout(self.now);
            while let Some((id, question)) = self.monitor.poll_question(self.now) {
                let target = question.target.ip().to_string();
                let is_local = self.is_short;
                let answer = if self.dead.contains(&target.as_str()) || is_local {
                    Err(Failure { is_local, ..Failure::new("connection refused") })
                } else {
                    Ok(Reply::new("connected"))
                };
                self.asked += 1;
                self.monitor.answer(id, answer, self.now);
            }
        }
        self.now = end;
        self.told()
    }

    fn told(&mut self) -> Vec<String> {
        std::iter::from_fn(|| self.monitor.poll_event())
            .map(|event| match event {
                Event::Failing { server, count, of, .. } => format!("{server} {count}/{of}"),
                Event::ServerDown { server, cause, .. } => format!("{server} down: {cause}"),
                Event::ServerUp { server, .. } => format!("{server} up"),
                Event::ServiceDown { service } => format!("{service} down"),
                Event::ServiceUp { service } => format!("{service} up"),
            })
            .collect()
    }

    /// Address and weight of each destination of the first service.
    fn table(&self) -> Vec<(String, u32)> {
        let services = self.monitor.services();
        let first = services.values().next().unwrap();
        first.destinations.iter().map(|(key, d)| (key.to_string(), d.weight)).collect()
    }
}

fn entries(expected: &[(&str, u32)]) -> Vec<(String, u32)> {
    expected.iter().map(|(key, weight)| ((*key).to_owned(), *weight)).collect()
}

#[test]
fn a_server_without_checks_serves_at_once_and_is_no_news() {
    let mut without = plan(80, &["10.0.0.29", "10.0.0.30"], 1);
    without.members.iter_mut().for_each(|member| member.checks.clear());
    let mut bench = Bench::new(vec![without], &Table::default());
    assert_eq!(bench.table(), entries(&[("10.0.0.29:80", 5), ("10.0.0.30:80", 5)]));
    // Nobody asked the servers; that the service has enough of them is what a hook waits for.
    assert_eq!(bench.told(), ["web 80 up"]);
}

#[test]
fn a_server_gets_traffic_after_its_first_success() {
    let mut bench = Bench::new(vec![plan(80, &["10.0.0.29"], 1)], &Table::default());
    assert_eq!(bench.table(), []);
    assert_eq!(bench.wait(SECOND), ["10.0.0.29:80 up", "web 80 up"]);
    assert_eq!(bench.table(), entries(&[("10.0.0.29:80", 5)]));
}

#[test]
fn when_all_die_the_fallback_serves_on_the_services_port_and_leaves_again() {
    let mut bench = Bench::new(vec![plan(80, &["10.0.0.29", "10.0.0.30"], 3)], &Table::default());
    bench.wait(SECOND);
    bench.dead = vec!["10.0.0.29", "10.0.0.30"];
    let told = bench.wait(SECOND * 14);
    assert!(told.contains(&"10.0.0.29:80 2/3".to_owned()), "{told:?}");
    assert!(told.contains(&"10.0.0.30:80 down: connection refused".to_owned()), "{told:?}");
    assert_eq!(told.last().map(String::as_str), Some("web 80 down"));
    assert_eq!(bench.table(), entries(&[("10.0.0.1:80", 1)]));
    bench.dead.clear();
    bench.wait(SECOND * 11);
    assert_eq!(bench.table(), entries(&[("10.0.0.29:80", 5), ("10.0.0.30:80", 5)]));
}

#[test]
fn a_table_that_serves_is_taken_over_and_a_dead_server_in_it_found_out() {
    let first = Bench::new(vec![plan(80, &["10.0.0.29", "10.0.0.30"], 2)], &Table::default());
    let mut services = first.monitor.services();
    let service = services.values_mut().next().unwrap();
    for host in ["10.0.0.29", "10.0.0.30"] {
        let key = DestinationKey { address: host.parse().unwrap(), port: 80 };
        service.destinations.insert(key, destination(5));
    }
    let present = Table { services, ..Table::default() };
    let mut bench = Bench::new(vec![plan(80, &["10.0.0.29", "10.0.0.30"], 2)], &present);
    assert_eq!(bench.told(), ["web 80 up"]);
    assert_eq!(bench.monitor.services(), present.services);
    bench.dead = vec!["10.0.0.29"];
    bench.wait(SECOND * 12);
    assert_eq!(bench.table(), entries(&[("10.0.0.30:80", 5)]));
}

#[test]
fn a_reload_disturbs_nothing_that_stays_and_a_dead_server_stays_dead() {
    let servers = ["10.0.0.29", "10.0.0.30"];
    let mut bench = Bench::new(vec![plan(80, &servers, 1)], &Table::default());
    bench.dead = vec!["10.0.0.30"];
    bench.wait(SECOND);
    let before = bench.table();
    let deadline = bench.monitor.next_deadline();
    // A third server, and another number of failures for all: other checks by their rules only.
    bench.monitor.configure(
        vec![plan(80, &["10.0.0.29", "10.0.0.30", "10.0.0.33"], 4)],
        &Table::default(),
        bench.now,
    );
    assert_eq!((bench.told(), bench.table()), (Vec::new(), before));
    assert_ne!(bench.monitor.next_deadline(), deadline, "the new server is asked soon");
    assert_eq!(bench.wait(SECOND), ["10.0.0.33:80 up"]);
    // Another question for the dead one: it has to earn its way back.
    let mut other = plan(80, &servers, 1);
    for member in &mut other.members {
        for check in &mut member.checks {
            Arc::make_mut(&mut check.question).limit = SECOND * 2;
        }
    }
    bench.monitor.configure(vec![other], &Table::default(), bench.now);
    assert_eq!(bench.table(), entries(&[("10.0.0.29:80", 5)]));
    assert_eq!(bench.wait(SECOND * 30), Vec::<String>::new());
}

#[test]
fn equal_questions_of_two_services_are_asked_once() {
    let plans = vec![plan(80, &["10.0.0.29"], 1), plan(443, &["10.0.0.29"], 3)];
    let mut bench = Bench::new(plans, &Table::default());
    let told = bench.wait(SECOND);
    assert_eq!((bench.asked, told.len()), (1, 4), "{told:?}");
    bench.dead = vec!["10.0.0.29"];
    // Up to the first failure; the others follow a second apart.
    assert!((0..30).any(|_| !bench.wait(SECOND / 2).is_empty()));
    // Each service counts for itself.
    let states: Vec<_> = bench.monitor.status(bench.now).iter().map(|s| s.state.clone()).collect();
    assert_eq!(states, ["up", "down"]);
    // A service that joins later knows at once what the others know.
    let plans =
        vec![plan(80, &["10.0.0.29"], 1), plan(443, &["10.0.0.29"], 3), plan(9, &["10.0.0.29"], 1)];
    bench.monitor.configure(plans, &Table::default(), bench.now);
    assert_eq!(bench.told(), ["10.0.0.29:9 down: connection refused", "web 9 down"]);
}

#[test]
fn orders_hold_over_a_reload_and_end_by_themselves() {
    let servers = ["10.0.0.29", "10.0.0.30"];
    let mut bench = Bench::new(vec![plan(80, &servers, 1)], &Table::default());
    bench.wait(SECOND);
    let expires = Some(bench.now + SECOND * 60);
    let order = Ordered { order: Order::Drain, reason: "new disk".to_owned(), expires };
    let target = Target { service: None, server: "10.0.0.29".to_owned() };
    assert_eq!(bench.monitor.order(&target, Some(&order), bench.now).len(), 1);
    let drained = entries(&[("10.0.0.29:80", 0), ("10.0.0.30:80", 5)]);
    assert_eq!(bench.table(), drained);
    bench.monitor.configure(vec![plan(80, &servers, 2)], &Table::default(), bench.now);
    assert_eq!(bench.table(), drained);
    let status = bench.monitor.status(bench.now);
    let server = status.first().and_then(|service| service.servers.first()).unwrap();
    assert_eq!((server.state.as_str(), server.reason.as_deref()), ("drained", Some("new disk")));
    assert_eq!(server.expires, Some(60));
    bench.wait(SECOND * 60);
    assert_eq!(bench.table(), entries(&[("10.0.0.29:80", 5), ("10.0.0.30:80", 5)]));
}

#[test]
fn a_maintenance_file_takes_a_server_out_at_once() {
    let mut bench = Bench::new(vec![plan(80, &["10.0.0.29", "10.0.0.30"], 9)], &Table::default());
    bench.wait(SECOND);
    bench.monitor.set_maintenance(["10.0.0.29:80".to_owned()].into(), bench.now);
    assert_eq!(bench.table(), entries(&[("10.0.0.30:80", 5)]));
    bench.monitor.set_maintenance(BTreeSet::new(), bench.now);
    assert_eq!(bench.table(), entries(&[("10.0.0.29:80", 5), ("10.0.0.30:80", 5)]));
}

#[test]
fn an_answer_to_a_question_of_the_old_configuration_is_ignored() {
    let mut bench = Bench::new(vec![plan(80, &["10.0.0.29"], 1)], &Table::default());
    let later = bench.now + SECOND * 5;
    let (id, _) = bench.monitor.poll_question(later).unwrap();
    bench.monitor.configure(vec![plan(80, &["10.0.0.30"], 1)], &Table::default(), later);
    bench.monitor.answer(id, Ok(Reply::new("late")), later);
    assert_eq!((bench.table(), bench.monitor.running()), (Vec::new(), 0));
}

#[test]
fn an_answer_that_changes_nothing_leaves_the_table_alone() {
    let mut bench = Bench::new(vec![plan(80, &["10.0.0.29"], 1)], &Table::default());
    bench.wait(SECOND);
    assert!(bench.monitor.take_changed());
    bench.wait(SECOND * 60);
    assert!(bench.asked > 4);
    assert!(!bench.monitor.take_changed());
}

#[test]
fn a_table_on_its_fallback_is_taken_over_until_checks_have_decided() {
    let servers = ["10.0.0.29", "10.0.0.30"];
    let mut first = Bench::new(vec![plan(80, &servers, 1)], &Table::default());
    first.dead = servers.to_vec();
    first.wait(SECOND * 2);
    let on_fallback = entries(&[("10.0.0.1:80", 1)]);
    assert_eq!(first.table(), on_fallback);
    let present = Table { services: first.monitor.services(), ..Table::default() };
    for dead in [servers.to_vec(), Vec::new()] {
        let mut bench = Bench::new(vec![plan(80, &servers, 1)], &present);
        assert_eq!(bench.table(), on_fallback);
        assert_eq!(bench.told(), [""; 0], "nobody was asked yet");
        bench.dead = dead;
        let told = bench.wait(SECOND * 2);
        // What checks have found is told as at any other start.
        if bench.dead.is_empty() {
            assert!(told.contains(&"web 80 up".to_owned()), "{told:?}");
            assert_eq!(bench.table(), entries(&[("10.0.0.29:80", 5), ("10.0.0.30:80", 5)]));
        } else {
            assert!(told.contains(&"web 80 down".to_owned()), "{told:?}");
            assert_eq!(bench.table(), on_fallback);
        }
    }
}

#[test]
fn a_weight_that_a_check_wants_counts_for_the_quorum() {
    let mut web = plan(80, &["10.0.0.29", "10.0.0.30"], 1);
    web.rules.quorum = 5;
    let mut bench = Bench::new(vec![web], &Table::default());
    bench.dead.push("10.0.0.30");
    let told = bench.wait(SECOND * 2);
    assert!(told.contains(&"web 80 up".to_owned()), "{told:?}");
    // The verdict stays: only the weight of the one that lives is another.
    let later = bench.now + SECOND * 20;
    let asked = std::iter::from_fn(|| {
        let (id, question) = bench.monitor.poll_question(later)?;
        Some((id, question.target.ip().to_string()))
    });
    let (id, _) = asked.into_iter().find(|(_, server)| server == "10.0.0.29").unwrap();
    let weight = Some(WeightChange::Set(1));
    bench.monitor.answer(id, Ok(Reply { text: "exit code 3".into(), weight }), later);
    assert_eq!(bench.told(), ["web 80 down"]);
}

#[test]
fn what_several_checks_want_of_a_weight_is_added() {
    let mut web = plan(80, &["10.0.0.29"], 1);
    // Two checks of one server; the monitor does not care which address they ask.
    web.members[0].checks.push(check("10.0.0.39", 1));
    let mut bench = Bench::new(vec![web], &Table::default());
    bench.wait(SECOND * 2);
    let later = bench.now + SECOND * 20;
    let asked: BTreeMap<String, QuestionId> = std::iter::from_fn(|| {
        let (id, question) = bench.monitor.poll_question(later)?;
        Some((question.target.ip().to_string(), id))
    })
    .collect();
    let weights = [("10.0.0.29", WeightChange::Set(12)), ("10.0.0.39", WeightChange::Add(-3))];
    for (server, weight) in weights {
        let reply = Reply { text: "exit code 14".into(), weight: Some(weight) };
        bench.monitor.answer(asked[server], Ok(reply), later);
    }
    // 5, and 7 more, and 3 less.
    assert_eq!(bench.table(), entries(&[("10.0.0.29:80", 9)]));
}

#[test]
fn a_suspended_service_is_asked_nothing_until_it_is_needed() {
    let now = Instant::now();
    let mut monitor = Monitor::new(16, 7);
    monitor.configure(vec![plan(80, &["10.0.0.29"], 1)], &Table::default(), now);
    monitor.suspend(["web 80".to_owned()].into(), now);
    let mut time = now;
    for _ in 0..10 {
        time = monitor.next_deadline().unwrap().max(time);
        assert!(monitor.poll_question(time).is_none());
    }
    monitor.suspend(BTreeSet::new(), time);
    assert!(monitor.poll_question(time).is_some(), "at once");
}

#[test]
fn a_maintenance_file_holds_over_a_reload() {
    let servers = ["10.0.0.29", "10.0.0.30"];
    let mut bench = Bench::new(vec![plan(80, &servers, 1)], &Table::default());
    bench.wait(SECOND);
    bench.monitor.set_maintenance(["10.0.0.29:80".to_owned()].into(), bench.now);
    bench.monitor.configure(vec![plan(80, &servers, 2)], &Table::default(), bench.now);
    // The directory is looked at again, and holds what it held.
    bench.monitor.set_maintenance(["10.0.0.29:80".to_owned()].into(), bench.now);
    bench.wait(SECOND);
    assert_eq!(bench.table(), entries(&[("10.0.0.30:80", 5)]));
}

#[test]
fn servers_that_a_reload_adds_can_be_ordered_without_the_others() {
    let mut bench = Bench::new(vec![plan(80, &["10.0.0.29"], 1)], &Table::default());
    bench.wait(SECOND);
    let both = plan(80, &["10.0.0.29", "10.0.0.30"], 1);
    bench.monitor.configure(vec![both], &Table::default(), bench.now);
    let order = Ordered { order: Order::Disable, reason: "disk".to_owned(), expires: None };
    for server in ["10.0.0.29", "10.0.0.30"] {
        let target = Target { service: None, server: server.to_owned() };
        bench.monitor.order_added(&target, &order, bench.now);
    }
    bench.wait(SECOND);
    assert_eq!(bench.table(), entries(&[("10.0.0.29:80", 5)]));
}

#[test]
fn what_the_director_lacks_is_no_verdict_on_a_server() {
    let mut bench = Bench::new(vec![plan(80, &["10.0.0.29", "10.0.0.30"], 1)], &Table::default());
    bench.dead = vec!["10.0.0.30"];
    bench.wait(SECOND);
    let (table, asked) = (bench.table(), bench.asked);
    bench.is_short = true;
    bench.dead.clear();
    assert_eq!(bench.wait(SECOND * 60), [""; 0]);
    assert_eq!(bench.table(), table);
    // Each about once a second, after its turn has come.
    assert!(bench.asked - asked > 80, "{}", bench.asked - asked);
    bench.is_short = false;
    assert_eq!(bench.wait(SECOND * 2), ["10.0.0.30:80 up"]);
    // The next question has its usual time.
    let asked = bench.asked;
    bench.wait(SECOND * 100);
    assert!(bench.asked - asked < 30, "{}", bench.asked - asked);
}

#[test]
fn a_reload_that_replaces_the_servers_is_no_failure_of_the_service() {
    let mut bench = Bench::new(vec![plan(80, &["10.0.0.29"], 1)], &Table::default());
    bench.wait(SECOND);
    bench.monitor.configure(vec![plan(80, &["10.0.0.30"], 1)], &Table::default(), bench.now);
    assert_eq!(bench.told(), [""; 0]);
    assert_eq!(bench.table(), entries(&[]), "no fallback either");
    assert_eq!(bench.wait(SECOND), ["10.0.0.30:80 up"]);
    bench.dead.push("10.0.0.39");
    bench.monitor.configure(vec![plan(80, &["10.0.0.39"], 1)], &Table::default(), bench.now);
    let told = bench.wait(SECOND);
    assert_eq!(told, ["10.0.0.39:80 down: connection refused", "web 80 down"]);
    assert_eq!(bench.table(), entries(&[("10.0.0.1:80", 1)]));
}

#[test]
fn two_equal_checks_of_a_server_take_an_answer_once_each() {
    let mut web = plan(80, &["10.0.0.29"], 3);
    let again = web.members[0].checks[0].clone();
    web.members[0].checks.push(again);
    let mut bench = Bench::new(vec![web], &Table::default());
    bench.wait(SECOND);
    bench.dead.push("10.0.0.29");
    let told = bench.wait(SECOND * 20);
    let [first, second] = ["10.0.0.29:80 1/3", "10.0.0.29:80 2/3"];
    let down = "10.0.0.29:80 down: connection refused";
    assert_eq!(told, [first, first, second, second, down, "web 80 down"]);
}

#[test]
fn a_confirmation_may_take_longer_than_the_interval() {
    let mut web = plan(80, &["10.0.0.29"], 2);
    web.members[0].checks[0].retry = Some(SECOND * 30);
    let mut bench = Bench::new(vec![web], &Table::default());
    bench.wait(SECOND);
    bench.dead.push("10.0.0.29");
    assert_eq!(bench.wait(SECOND * 12), ["10.0.0.29:80 1/2"]);
    assert_eq!(bench.wait(SECOND * 15), [""; 0]);
    assert_eq!(bench.wait(SECOND * 20).len(), 2);
}

#[test]
fn a_weight_that_was_set_holds_until_the_changed_check_answers() {
    let mut bench = Bench::new(vec![plan(80, &["10.0.0.29"], 1)], &Table::default());
    bench.wait(SECOND);
    let later = bench.now + SECOND * 20;
    let (id, _) = bench.monitor.poll_question(later).unwrap();
    let weight = Some(WeightChange::Set(2));
    bench.monitor.answer(id, Ok(Reply { text: "exit code 4".into(), weight }), later);
    let mut changed = plan(80, &["10.0.0.29"], 1);
    let check = &mut changed.members[0].checks[0];
    check.question = Arc::new(Question { limit: SECOND * 2, ..(*check.question).clone() });
    bench.monitor.configure(vec![changed], &Table::default(), later);
    assert_eq!(bench.table(), entries(&[("10.0.0.29:80", 2)]));
}

#[test]
fn services_of_two_families_have_each_a_netmask_of_its_own() {
    use crate::run::ipvs::Granularity;
    let mut web = plan(80, &["10.0.0.29"], 1);
    let address = "2001:db8::31".parse().unwrap();
    let six = ServiceKey::Endpoint { protocol: Protocol::Tcp, address, port: 80 };
    web.keys.push(six);
    web.settings.granularity = Granularity::prefix(Family::V4, 24);
    let bench = Bench::new(vec![web], &Table::default());
    let services = bench.monitor.services();
    assert_eq!(services[&six].settings.granularity, Granularity::single(Family::V6));
    let four = services.iter().find(|(key, _)| **key != six).unwrap().1;
    assert_eq!(four.settings.granularity, Granularity::prefix(Family::V4, 24));
}
