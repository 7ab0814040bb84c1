use std::collections::BTreeSet;
use std::net::IpAddr;

use proptest::prelude::*;

use super::*;
use crate::model::{Family, Protocol};
use crate::run::ipvs::test_values::{destination, table};
use crate::run::ipvs::{Daemon, DaemonRole, DestinationKey, Service, ServiceSettings, apply_step};

/// A kernel in memory: refuses what the real one refuses.
#[derive(Default)]
struct Memory {
    table: Table,
    missing_schedulers: BTreeSet<String>,
    not_ready: BTreeSet<IpAddr>,
    is_away: bool,
    writes: usize,
    reads: usize,
}

impl Memory {
    fn apply(&mut self, steps: &[Step]) -> Result<Vec<Refusal>, String> {
        if self.is_away {
            return Err("away".to_owned());
        }
        let mut refusals = Vec::new();
        for (index, step) in steps.iter().enumerate() {
            match self.verdict(step) {
                0 => {
                    self.writes += 1;
                    apply_step(step, &mut self.table);
                }
                errno => refusals.push(Refusal { index, errno }),
            }
        }
        Ok(refusals)
    }

    /// ip_vs_ctl.c's checks, as far as they matter here.
    fn verdict(&self, step: &Step) -> i32 {
        let service = step.service().and_then(|key| self.table.services.get(&key));
        let known = step
            .destination()
            .is_some_and(|key| service.is_some_and(|s| s.destinations.contains_key(&key)));
        match step {
            Step::AddService(_, settings) | Step::EditService(_, settings)
                if self.missing_schedulers.contains(&settings.scheduler) =>
            {
                libc::ENOENT
            }
            Step::AddService(..) if service.is_some() => libc::EEXIST,
            Step::AddService(..) => 0,
            Step::EditService(..) | Step::DeleteService(_) if service.is_none() => libc::ESRCH,
            Step::EditService(..) | Step::DeleteService(_) => 0,
            _ if step.destination().is_some() && service.is_none() => libc::ESRCH,
            Step::AddDestination(_, key, _) if self.not_ready.contains(&key.address) => {
                libc::EINVAL
            }
            Step::AddDestination(..) if known => libc::EEXIST,
            Step::EditDestination(..) | Step::DeleteDestination(..) if !known => libc::ENOENT,
            Step::StartDaemon(role, _) if self.table.daemons.contains_key(role) => libc::EEXIST,
            Step::StopDaemon(role) if !self.table.daemons.contains_key(role) => libc::ESRCH,
            _ => 0,
        }
    }
}

/// The machine and its kernel under a virtual clock.
struct Bench {
    machine: Reconciler,
    kernel: Memory,
    now: Instant,
    events: Vec<Event>,
}

impl Bench {
    fn new(settings: Settings, kernel: Table) -> Self {
        Self {
            machine: Reconciler::new(settings, Owned::default()),
            kernel: Memory { table: kernel, ..Memory::default() },
            now: Instant::now(),
            events: Vec::new(),
        }
    }

    /// A new life of the machine that remembers these services, by port, and sync threads.
    fn remember(&mut self, ports: &[u16], daemons: &[DaemonRole]) {
        let services = ports.iter().map(|port| key(*port)).collect();
        let daemons = daemons.iter().copied().collect();
        self.machine = Reconciler::new(Settings::default(), Owned { services, daemons });
    }

    fn owned(&self) -> Vec<ServiceKey> {
        self.machine.owned().services.iter().copied().collect()
    }

    fn want(&mut self, table: &Table) -> Vec<Event> {
        self.machine.handle(Input::Desired(table.clone()), self.now);
        self.carry_out()
    }

    /// Jumps from deadline to deadline until `time` has passed.
    fn wait(&mut self, time: Duration) -> Vec<Event> {
        let end = self.now + time;
        let mut told = Vec::new();
        let mut turns = 0;
        while let Some(at) = self.machine.next_deadline().filter(|at| *at <= end) {
            turns += 1;
            assert!(turns < 1000, "the machine never comes to rest");
            self.now = self.now.max(at);
            self.machine.handle_timeout(self.now);
            told.extend(self.carry_out());
        }
        self.now = end;
        told
    }

    fn carry_out(&mut self) -> Vec<Event> {
        let mut events = Vec::new();
        while let Some(output) = self.machine.poll_output() {
            let input = match output {
                Output::Apply(steps) => Input::Applied(self.kernel.apply(&steps)),
                Output::Read if self.kernel.is_away => Input::Read(Err("away".to_owned())),
                Output::Read => {
                    self.kernel.reads += 1;
                    Input::Read(Ok(self.kernel.table.clone()))
                }
                Output::Event(event) => {
                    events.push(event);
                    continue;
                }
            };
            self.machine.handle(input, self.now);
        }
        self.events.extend(events.iter().cloned());
        events
    }
}

const PERIOD: Duration = Duration::from_secs(30);

fn key(port: u16) -> ServiceKey {
    let address = "10.0.0.31".parse().unwrap();
    ServiceKey::Endpoint { protocol: Protocol::Tcp, address, port }
}

fn service(scheduler: &str, servers: &[&str]) -> Service {
    let at = |server: &&str| DestinationKey { address: server.parse().unwrap(), port: 80 };
    Service {
        settings: ServiceSettings::new(scheduler, Family::V4),
        destinations: servers.iter().map(|server| (at(server), destination(1))).collect(),
    }
}

fn web(servers: &[&str]) -> Table {
    Table { services: [(key(80), service("rr", servers))].into(), ..Table::default() }
}

#[test]
fn a_restart_adopts_what_fits_and_leaves_strangers_alone() {
    let mut existing = web(&["10.0.0.29", "10.0.0.30"]);
    existing.services.insert(key(25), service("lc", &["10.0.0.7"]));
    let mut bench = Bench::new(Settings::default(), existing.clone());
    let events = bench.want(&web(&["10.0.0.29", "10.0.0.30"]));
    assert_eq!(events, [Event::Adopted { services: 1, unchanged: 1, foreign: 1 }]);
    assert_eq!((bench.kernel.writes, &bench.kernel.table), (0, &existing));
    // The slow clock looks and finds nothing to do.
    assert_eq!(bench.wait(PERIOD * 10), []);
    assert_eq!((bench.kernel.writes, bench.kernel.reads), (0, 11));
}

#[test]
fn strangers_go_when_the_operator_says_so() {
    let mut existing = web(&["10.0.0.29"]);
    existing.services.insert(key(25), service("lc", &["10.0.0.7"]));
    let settings = Settings { remove_foreign: true, ..Settings::default() };
    let mut bench = Bench::new(settings, existing);
    bench.want(&web(&["10.0.0.29"]));
    assert_eq!(bench.kernel.table, web(&["10.0.0.29"]));
}

#[test]
fn a_service_of_an_earlier_life_is_removed_when_it_is_no_longer_wanted() {
    let mut existing = web(&["10.0.0.29"]);
    existing.services.insert(key(25), service("lc", &["10.0.0.7"]));
    let mut bench = Bench::new(Settings::default(), existing);
    bench.remember(&[25, 80], &[]);
    bench.want(&web(&["10.0.0.29"]));
    assert_eq!(bench.kernel.table, web(&["10.0.0.29"]));
    assert_eq!(bench.owned(), [key(80)]);
}

#[test]
fn what_is_gone_belongs_to_whoever_makes_it_next() {
    let mut bench = Bench::new(Settings::default(), Table::default());
    // Somebody else has removed what an earlier life made.
    bench.remember(&[25, 80], &[]);
    bench.want(&web(&["10.0.0.29"]));
    assert_eq!(bench.owned(), [key(80)]);
    bench.kernel.table.services.insert(key(25), service("lc", &["10.0.0.7"]));
    let expected = bench.kernel.table.clone();
    bench.wait(PERIOD);
    assert_eq!(bench.kernel.table, expected);
    // And so does what is removed by us.
    bench.want(&Table::default());
    assert_eq!(bench.owned(), []);
}

#[test]
fn a_sync_thread_of_an_earlier_life_is_stopped_when_another_is_wanted() {
    let daemon = Daemon { interface: "eth1".to_owned(), ..Daemon::default() };
    let only = |role| Table { daemons: [(role, daemon.clone())].into(), ..Table::default() };
    let mut bench = Bench::new(Settings::default(), only(DaemonRole::Master));
    bench.remember(&[], &[DaemonRole::Master]);
    bench.want(&only(DaemonRole::Backup));
    assert_eq!(bench.kernel.table, only(DaemonRole::Backup));
    assert_eq!(bench.machine.owned().daemons, [DaemonRole::Backup].into());
}

#[test]
fn an_unchanged_reload_writes_nothing_and_a_change_reads_nothing() {
    let mut bench = Bench::new(Settings::default(), Table::default());
    bench.want(&web(&["10.0.0.29"]));
    let writes = bench.kernel.writes;
    assert_eq!(bench.want(&web(&["10.0.0.29"])), []);
    assert_eq!((bench.kernel.writes, bench.kernel.reads), (writes, 1));
    bench.want(&web(&["10.0.0.29", "10.0.0.30"]));
    assert_eq!((bench.kernel.writes, bench.kernel.reads), (writes + 1, 1));
}

#[test]
fn a_flushed_table_is_repaired_within_a_period_and_reported() {
    let mut bench = Bench::new(Settings::default(), Table::default());
    let wanted = web(&["10.0.0.29", "10.0.0.30"]);
    bench.want(&wanted);
    bench.kernel.table = Table::default();
    let events = bench.wait(PERIOD);
    assert_eq!(bench.kernel.table, wanted);
    assert!(
        matches!(events.as_slice(), [Event::Repaired(steps)] if steps.len() == 3),
        "{events:?}"
    );
}

#[test]
fn an_edit_by_another_program_is_noticed_by_our_own_next_write() {
    let mut bench = Bench::new(Settings::default(), Table::default());
    bench.want(&web(&["10.0.0.29", "10.0.0.30"]));
    bench.kernel.table = Table::default();
    let wanted = web(&["10.0.0.29"]);
    bench.want(&wanted);
    // The removal of what is gone is no error, and the next look finds the rest missing.
    bench.wait(PERIOD);
    assert_eq!(bench.kernel.table, wanted);
}

#[test]
fn a_missing_scheduler_is_one_report_and_is_tried_again() {
    let mut wanted = web(&["10.0.0.29"]);
    wanted.services.insert(key(25), service("mh", &["10.0.0.7", "10.0.0.8"]));
    let mut bench = Bench::new(Settings::default(), Table::default());
    bench.kernel.missing_schedulers.insert("mh".to_owned());
    let events = bench.want(&wanted);
    let refused: Vec<_> =
        events.iter().filter(|event| matches!(event, Event::Refused { .. })).collect();
    let [Event::Refused { step, errno, retry }] = refused.as_slice() else { panic!("{events:?}") };
    assert_eq!((*errno, *retry), (libc::ENOENT, Duration::from_secs(1)));
    let expected = "the kernel has no scheduler `mh`: `modprobe ip_vs_mh`";
    assert_eq!(explain(step, *errno), expected);
    // The other service does not wait for it.
    assert!(bench.kernel.table.services.contains_key(&key(80)));
    // 1, 2, 4, 8 s: four more refusals within 16 s, each reported.
    let again = bench.wait(Duration::from_secs(16));
    assert_eq!(again.len(), 4, "{again:?}");
    bench.kernel.missing_schedulers.clear();
    let events = bench.wait(Duration::from_secs(60));
    assert_eq!(bench.kernel.table, wanted);
    assert!(events.iter().any(|event| matches!(event, Event::Recovered(Step::AddService(..)))));
}

#[test]
fn a_destination_whose_address_is_not_ready_comes_later() {
    let mut bench = Bench::new(Settings::default(), Table::default());
    bench.kernel.not_ready.insert("10.0.0.29".parse().unwrap());
    let wanted = web(&["10.0.0.29", "10.0.0.30"]);
    let events = bench.want(&wanted);
    assert!(events.iter().any(|event| matches!(event, Event::Refused { errno: libc::EINVAL, .. })));
    assert_eq!(bench.kernel.table, web(&["10.0.0.30"]));
    bench.kernel.not_ready.clear();
    bench.wait(Duration::from_secs(1));
    assert_eq!(bench.kernel.table, wanted);
}

#[test]
fn a_repair_is_told_from_a_retry() {
    let mut wanted = web(&["10.0.0.29"]);
    wanted.services.insert(key(25), service("mh", &["10.0.0.7"]));
    let mut bench = Bench::new(Settings::default(), Table::default());
    bench.kernel.missing_schedulers.insert("mh".to_owned());
    bench.want(&wanted);
    bench.wait(PERIOD);
    bench.kernel.missing_schedulers.clear();
    bench.kernel.table = Table::default();
    let events = bench.wait(PERIOD * 3);
    let mut counts: Vec<_> = events
        .iter()
        .map(|event| match event {
            Event::Recovered(_) => ("recovered", 1),
            Event::Repaired(steps) => ("repaired", steps.len()),
            Event::Changed(steps) => ("changed", steps.len()),
            other => panic!("{other:?}"),
        })
        .collect();
    counts.sort_unstable();
    // The service on port 25 and its server; the service on port 80 and its server.
    assert_eq!(counts, [("changed", 2), ("recovered", 1), ("repaired", 2)]);
}

#[test]
fn a_kernel_without_ipvs_is_asked_again() {
    let mut bench = Bench::new(Settings::default(), Table::default());
    bench.kernel.is_away = true;
    let wanted = web(&["10.0.0.29"]);
    let events = bench.want(&wanted);
    let retry = Duration::from_secs(1);
    assert_eq!(events, [Event::Unreachable { cause: "away".to_owned(), retry }]);
    bench.wait(Duration::from_secs(100));
    bench.kernel.is_away = false;
    bench.wait(Duration::from_secs(60));
    assert_eq!(bench.kernel.table, wanted);
    assert!(bench.machine.is_settled());
}

#[test]
fn a_wish_that_comes_while_the_last_is_carried_out_is_not_lost() {
    let now = Instant::now();
    let mut machine = Reconciler::new(Settings::default(), Owned::default());
    machine.handle(Input::Desired(web(&["10.0.0.29"])), now);
    assert_eq!(machine.poll_output(), Some(Output::Read));
    machine.handle(Input::Read(Ok(Table::default())), now);
    let _ = machine.poll_output();
    assert!(matches!(machine.poll_output(), Some(Output::Apply(_))));
    machine.handle(Input::Desired(web(&["10.0.0.30"])), now);
    assert_eq!(machine.poll_output(), None);
    machine.handle(Input::Applied(Ok(Vec::new())), now);
    assert!(matches!(machine.poll_output(), Some(Output::Event(Event::Changed(_)))));
    let Some(Output::Apply(steps)) = machine.poll_output() else { panic!("nothing is applied") };
    let told: Vec<_> = steps.iter().map(Step::to_string).collect();
    assert_eq!(
        told,
        [
            "add 10.0.0.30:80 to tcp 10.0.0.31:80 with weight 1",
            "remove 10.0.0.29:80 from tcp 10.0.0.31:80"
        ]
    );
    // A timeout that nobody armed changes nothing, nor does an answer nobody asked for.
    machine.handle_timeout(now + PERIOD * 3);
    machine.handle(Input::Read(Ok(Table::default())), now);
    assert_eq!(machine.poll_output(), None);
}

proptest! {
    /// Whatever others do to the table: a period later ours is right, and theirs is untouched.
    #[test]
    fn the_table_is_right_a_period_later(
        start in table(), first in table(), vandal in table(), second in table(),
    ) {
        let mut bench = Bench::new(Settings::default(), start.clone());
        bench.want(&first);
        bench.kernel.table = vandal.clone();
        bench.wait(PERIOD);
        bench.want(&second);
        bench.wait(PERIOD);
        let mut expected = second.clone();
        let ever_ours = |key: &ServiceKey| {
            first.services.contains_key(key) || second.services.contains_key(key)
        };
        for (key, service) in vandal.services.iter().filter(|(key, _)| !ever_ours(key)) {
            expected.services.insert(*key, service.clone());
        }
        let daemons_ours = |role: &DaemonRole| {
            first.daemons.contains_key(role) || second.daemons.contains_key(role)
        };
        for (role, daemon) in vandal.daemons.iter().filter(|(role, _)| !daemons_ours(role)) {
            expected.daemons.insert(*role, daemon.clone());
        }
        prop_assert_eq!(&bench.kernel.table, &expected);
        prop_assert!(bench.machine.is_settled());
    }
}

#[test]
fn a_refused_destination_of_a_refused_service_waits_for_the_service() {
    let mut bench = Bench::new(Settings::default(), Table::default());
    bench.kernel.not_ready.insert("10.0.0.30".parse().unwrap());
    bench.kernel.missing_schedulers.insert("mh".to_owned());
    bench.want(&web(&["10.0.0.29", "10.0.0.30"]));
    let services = [(key(80), service("mh", &["10.0.0.29", "10.0.0.30"]))].into();
    bench.want(&Table { services, ..Table::default() });
    // Looks at the table and tries again, but never without a pause.
    bench.wait(PERIOD * 4);
    bench.kernel.missing_schedulers.clear();
    bench.kernel.not_ready.clear();
    bench.wait(PERIOD * 4);
    assert_eq!(bench.kernel.table.services[&key(80)].settings.scheduler, "mh");
    assert_eq!(bench.kernel.table.services[&key(80)].destinations.len(), 2);
}

#[test]
fn a_refused_change_of_a_service_holds_back_none_of_its_servers() {
    let mut bench = Bench::new(Settings::default(), Table::default());
    bench.want(&web(&["10.0.0.29", "10.0.0.30"]));
    bench.kernel.missing_schedulers.insert("mh".to_owned());
    let other = |servers: &[&str]| {
        let services = [(key(80), service("mh", servers))].into();
        Table { services, ..Table::default() }
    };
    bench.want(&other(&["10.0.0.29", "10.0.0.30"]));
    // Refused several times, it waits for a while; a server that dies meanwhile does not.
    bench.wait(PERIOD + Duration::from_secs(2));
    bench.want(&other(&["10.0.0.29"]));
    assert_eq!(bench.kernel.table, web(&["10.0.0.29"]));
    // Neither does one that comes late, and whose time comes before the service's.
    bench.kernel.not_ready.insert("10.0.0.30".parse().unwrap());
    bench.want(&other(&["10.0.0.29", "10.0.0.30"]));
    bench.kernel.not_ready.clear();
    bench.wait(Duration::from_secs(1));
    assert_eq!(bench.kernel.table, web(&["10.0.0.29", "10.0.0.30"]));
}

#[test]
fn wishes_do_not_count_as_failures_while_the_kernel_is_away() {
    let mut bench = Bench::new(Settings::default(), Table::default());
    bench.kernel.is_away = true;
    let servers = ["10.0.0.29", "10.0.0.30"];
    let mut told = bench.want(&web(&servers));
    for number in 0..9 {
        told.extend(bench.want(&web(&servers[..number % 2])));
    }
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(bench.machine.next_deadline(), Some(bench.now + Duration::from_secs(1)));
    bench.kernel.is_away = false;
    bench.want(&web(&servers));
    bench.wait(Duration::from_secs(1));
    assert_eq!(bench.kernel.table, web(&servers));
}

#[test]
fn a_kernel_that_is_away_is_left_in_peace_although_it_had_refused_something() {
    let mut bench = Bench::new(Settings::default(), Table::default());
    bench.kernel.missing_schedulers.insert("mh".to_owned());
    let mut wanted = Table::default();
    wanted.services.insert(key(80), service("mh", &["10.0.0.29"]));
    bench.want(&wanted);
    bench.wait(Duration::from_secs(2));
    bench.kernel.is_away = true;
    bench.events.clear();
    bench.wait(Duration::from_secs(100));
    let unreachable = |event: &&Event| matches!(event, Event::Unreachable { .. });
    let told = bench.events.iter().filter(unreachable).count();
    assert!((1..10).contains(&told), "{told} times");
}
