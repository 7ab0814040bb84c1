//! Whole threads over a table in memory: real servers on the loopback, no kernel.

use std::sync::{Mutex, PoisonError};

use tokio::io::AsyncReadExt as _;
use tokio::net::TcpListener;

use super::*;
use crate::model::read::{Input, read};
use crate::run::health::pool;
use crate::run::ipvs::batch::Refusal;
use crate::run::ipvs::{Step, apply_step};
use crate::run::services::plan;
use crate::source::{Findings, Sources};
use crate::syntax::Format;

/// A table that the test can look at.
#[derive(Clone, Debug, Default)]
struct Shared(Arc<Mutex<Table>>);

impl Shared {
    fn table(&self) -> Table {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Address and weight of every destination.
    fn entries(&self) -> Vec<(String, u32)> {
        let table = self.table();
        let all = table.services.values().flat_map(|service| &service.destinations);
        all.map(|(key, destination)| (key.to_string(), destination.weight)).collect()
    }
}

impl Backend for Shared {
    fn read(&mut self) -> Result<Table, String> {
        Ok(self.table())
    }

    fn apply(&mut self, steps: &[Step]) -> Result<Vec<Refusal>, String> {
        let mut table = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        steps.iter().for_each(|step| apply_step(step, &mut table));
        Ok(Vec::new())
    }
}

fn planned(text: &str) -> Plan {
    let mut sources = Sources::new();
    let file = sources.add("keepalived.conf", text.as_bytes());
    let inputs = [Input { file, format: Format::Keepalived }];
    let cluster = read(&mut sources, &inputs).cluster;
    let mut findings = Findings::new();
    let plan = plan::plan(&cluster, &sources, &inputs, &mut findings);
    assert!(findings.is_empty(), "{:?}", findings.sorted());
    plan
}

/// A service with servers at these ports of the loopback.
fn config(ports: &[u16], more: &str) -> String {
    let server = |port| {
        format!(
            "real_server 127.0.0.1 {port} {{ \n TCP_CHECK {{ \n connect_timeout 20 \n }} \n }}\n"
        )
    };
    let servers: String = ports.iter().map(|port| server(*port)).collect();
    format!(
        "virtual_server 192.0.2.31 80 {{ \n delay_loop 0.05 \n retry 0 \n lb_algo rr \n lb_kind NAT \n \
         protocol TCP \n sorry_server 127.0.0.1 9 \n {more} \n {servers} }}\n"
    )
}

async fn open() -> (TcpListener, u16) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    (listener, port)
}

/// Waits until the story tells `wanted`.
async fn until(story: &mut mpsc::UnboundedReceiver<Told>, wanted: impl Fn(&Told) -> bool) {
    let told = async {
        while let Some(told) = story.recv().await {
            if wanted(&told) {
                return;
            }
        }
        panic!("the thread has ended");
    };
    tokio::time::timeout(Duration::from_secs(60), told).await.expect("it never happens");
}

fn changed(told: &Told) -> bool {
    matches!(told, Told::Kernel(reconcile::Event::Changed(_)))
}

fn configure<const N: usize>(plan: Plan, roles: [(&str, bool); N]) -> Command {
    let roles = roles.map(|(router, is_master)| (router.to_owned(), is_master));
    Command::Configure { plan: Box::new(plan), roles: BTreeMap::from(roles) }
}

async fn status(services: &Services) -> Snapshot {
    let (answer, snapshot) = oneshot::channel();
    assert!(services.send(Command::Status(answer)));
    snapshot.await.unwrap()
}

#[tokio::test]
async fn servers_come_and_go_and_the_table_follows() {
    let ((first, port_1), (_second, port_2)) = (open().await, open().await);
    let (tell, mut story) = mpsc::unbounded_channel();
    let kernel = Shared::default();
    let folder = tempfile::tempdir().unwrap();
    let memory = folder.path().join("ours");
    let plan = planned(&config(&[port_1, port_2], ""));
    let services = start_over(kernel.clone(), plan, Some(memory.clone()), tell).unwrap();
    let server = |port| (format!("127.0.0.1:{port}"), 1);
    let both = {
        let mut both = vec![server(port_1), server(port_2)];
        both.sort_by_key(|(key, _)| key.rsplit(':').next().unwrap().parse::<u16>().unwrap());
        both
    };
    while kernel.entries() != both {
        until(&mut story, changed).await;
    }
    assert_eq!(std::fs::read_to_string(&memory).unwrap(), "tcp 192.0.2.31:80\n");
    let snapshot = status(&services).await;
    assert_eq!(snapshot.services.first().map(|service| service.state.as_str()), Some("up"));
    // One dies.
    drop(first);
    while kernel.entries() != [server(port_2)] {
        until(&mut story, changed).await;
    }
    let snapshot = status(&services).await;
    let dead = snapshot.services.iter().flat_map(|service| &service.servers);
    let dead: Vec<_> = dead.filter(|server| server.state == "down").collect();
    let [dead] = dead.as_slice() else { panic!("{snapshot:?}") };
    let reply = dead.checks.first().and_then(|check| check.reply.clone());
    assert_eq!(reply.as_deref(), Some("connection refused"));
    // The operator takes the other one out: nobody is left but the fallback.
    let order = Ordered {
        order: crate::run::health::pool::Order::Disable,
        reason: "new disk".to_owned(),
        expires: None,
    };
    let target = Target { service: None, server: format!("127.0.0.1:{port_2}") };
    let (answer, about) = oneshot::channel();
    services.send(Command::Order(target, Some(order), answer));
    assert_eq!(about.await.unwrap().len(), 1);
    while kernel.entries() != [("127.0.0.1:9".to_owned(), 1)] {
        until(&mut story, changed).await;
    }
    tokio::task::spawn_blocking(move || services.stop()).await.unwrap();
    assert_eq!(kernel.table(), Table::default());
}

#[tokio::test]
async fn the_sync_daemon_follows_its_router() {
    let text = "global_defs {\n lvs_sync_daemon eth1 VI_1 id 7\n}\n\
                vrrp_instance VI_1 {\n interface eth1\n virtual_router_id 51\n priority 100\n \
                virtual_ipaddress {\n 192.0.2.31/24\n }\n}\n";
    let (tell, mut story) = mpsc::unbounded_channel();
    let kernel = Shared::default();
    let services = start_over(kernel.clone(), planned(text), None, tell).unwrap();
    let roles = || kernel.table().daemons.keys().copied().collect::<Vec<_>>();
    let role = |is_master| Command::Role { router: "VI_1".to_owned(), is_master };
    services.send(role(false));
    while roles() != [DaemonRole::Backup] {
        until(&mut story, changed).await;
    }
    services.send(role(true));
    while roles() != [DaemonRole::Master] {
        until(&mut story, changed).await;
    }
    // The router has another name now, and the daemon another number.
    let renamed = planned(&text.replace("VI_1", "web").replace("id 7", "id 8"));
    services.send(configure(renamed, [("web", true)]));
    let numbers =
        || kernel.table().daemons.into_iter().map(|(role, daemon)| (role, daemon.sync_id));
    while !numbers().eq([(DaemonRole::Master, 8)]) {
        until(&mut story, changed).await;
    }
    tokio::task::spawn_blocking(move || services.stop()).await.unwrap();
    assert_eq!(roles(), []);
}

#[tokio::test]
async fn a_reload_changes_the_difference_only() {
    let ((_first, port_1), (_second, port_2)) = (open().await, open().await);
    let (tell, mut story) = mpsc::unbounded_channel();
    let kernel = Shared::default();
    let plan = planned(&config(&[port_1], ""));
    let services = start_over(kernel.clone(), plan.clone(), None, tell).unwrap();
    // Told, and not only there: the story goes on with what the reload does.
    let first = format!("add 127.0.0.1:{port_1} to tcp 192.0.2.31:80 with weight 1");
    let is_first = |told: &Told| match told {
        Told::Kernel(reconcile::Event::Changed(steps)) => {
            steps.iter().any(|step| step.to_string() == first)
        }
        _ => false,
    };
    until(&mut story, is_first).await;
    // The same once more: nothing is written, also not by the order of the events.
    services.send(configure(plan, []));
    services.send(configure(planned(&config(&[port_1, port_2], "")), []));
    let is_addition = |told: &Told| match told {
        Told::Kernel(reconcile::Event::Changed(steps)) => {
            let told: Vec<_> = steps.iter().map(Step::to_string).collect();
            let expected = format!("add 127.0.0.1:{port_2} to tcp 192.0.2.31:80 with weight 1");
            assert_eq!(told, [expected]);
            true
        }
        _ => false,
    };
    until(&mut story, is_addition).await;
    services.send(Command::Stop);
}

/// Else each reload would leave as many checks open as the cap allows.
#[tokio::test]
async fn a_check_that_a_reload_takes_away_is_not_waited_for() {
    let (server, port) = open().await;
    let (tell, _story) = mpsc::unbounded_channel();
    // The server greets nobody: the check is open for all of its time.
    let silent = |seconds: u32| {
        let check = format!("SMTP_CHECK {{ \n connect_timeout {seconds} \n }}");
        planned(&config(&[port], "").replace("TCP_CHECK { \n connect_timeout 20 \n }", &check))
    };
    let services = start_over(Shared::default(), silent(300), None, tell).unwrap();
    let (mut first, _) = server.accept().await.unwrap();
    services.send(configure(silent(301), []));
    let (_second, _) = server.accept().await.unwrap();
    let end = tokio::time::timeout(Duration::from_secs(60), first.read(&mut [0; 1])).await;
    assert_eq!(end.expect("the first check is still open").unwrap_or(0), 0);
    services.send(Command::Stop);
}

#[tokio::test]
async fn under_heartbeat_only_the_active_node_has_the_table() {
    let (_server, port) = open().await;
    let (tell, mut story) = mpsc::unbounded_channel();
    let kernel = Shared::default();
    let mut plan = planned(&config(&[port], ""));
    // A daemon before this one has left its table; who is master is not known yet.
    let services = plan.services.iter().map(|service| {
        let service_value = crate::run::ipvs::Service {
            settings: service.settings.clone(),
            destinations: BTreeMap::new(),
        };
        (*service.keys.first().unwrap(), service_value)
    });
    let left = Table { services: services.collect(), ..Table::default() };
    *kernel.0.lock().unwrap() = left.clone();
    plan.follows = Some("VI_1".to_owned());
    let services = start_over(kernel.clone(), plan, None, tell).unwrap();
    until(&mut story, |told| matches!(told, Told::Health(Event::ServiceUp { .. }))).await;
    assert_eq!(kernel.table(), left);
    let role = |is_master| Command::Role { router: "VI_1".to_owned(), is_master };
    services.send(role(true));
    while kernel.entries() != [(format!("127.0.0.1:{port}"), 1)] {
        until(&mut story, changed).await;
    }
    services.send(role(false));
    while kernel.table() != Table::default() {
        until(&mut story, changed).await;
    }
    services.send(Command::Stop);
}

#[tokio::test]
async fn a_file_in_the_maintenance_directory_takes_its_server_out_as_long_as_it_is_there() {
    let (_server, port) = open().await;
    let (tell, mut story) = mpsc::unbounded_channel();
    let kernel = Shared::default();
    let folder = tempfile::tempdir().unwrap();
    let mut plan = planned(&config(&[port], ""));
    plan.maintenance = Some(folder.path().to_owned());
    let services = start_over(kernel.clone(), plan.clone(), None, tell).unwrap();
    let server = [(format!("127.0.0.1:{port}"), 1)];
    let fallback = [("127.0.0.1:9".to_owned(), 1)];
    let file = folder.path().join(format!("127.0.0.1:{port}"));
    for _ in 0..2 {
        while kernel.entries() != server {
            until(&mut story, changed).await;
        }
        std::fs::write(&file, "").unwrap();
        while kernel.entries() != fallback {
            until(&mut story, changed).await;
        }
        std::fs::remove_file(&file).unwrap();
    }
    while kernel.entries() != server {
        until(&mut story, changed).await;
    }
    // A directory that nobody asks for any more keeps nobody out.
    std::fs::write(&file, "").unwrap();
    while kernel.entries() != fallback {
        until(&mut story, changed).await;
    }
    plan.maintenance = None;
    services.send(configure(plan, []));
    while kernel.entries() != server {
        until(&mut story, changed).await;
    }
    services.send(Command::Stop);
}

#[tokio::test]
async fn omega_tells_of_the_end_and_orders_outlive_it() {
    let (_listener, port) = open().await;
    let folder = tempfile::tempdir().unwrap();
    let (story_of_hooks, memory) = (folder.path().join("story"), folder.path().join("ours"));
    let hook = format!(
        "omega \n quorum_down \"/bin/sh -c 'echo $LVSHA_SERVICE >> {}'\"",
        story_of_hooks.display()
    );
    let life = || {
        let (tell, story) = mpsc::unbounded_channel();
        let plan = planned(&config(&[port], &hook));
        (start_over(Shared::default(), plan, Some(memory.clone()), tell).unwrap(), story)
    };
    let (services, mut story) = life();
    until(&mut story, |told| matches!(told, Told::Health(Event::ServiceUp { .. }))).await;
    let target = Target { service: None, server: format!("127.0.0.1:{port}") };
    let order = pool::Order::Weight(7);
    let order = Ordered { order, reason: "half of it".to_owned(), expires: None };
    let (answer, about) = oneshot::channel();
    assert!(services.send(Command::Order(target, Some(order), answer)));
    assert_eq!(about.await.unwrap().len(), 1);
    services.stop();
    let told = std::fs::read_to_string(&story_of_hooks).unwrap();
    assert_eq!(told, "tcp 192.0.2.31:80\n");

    let (services, mut story) = life();
    until(&mut story, |told| matches!(told, Told::Health(Event::ServerUp { .. }))).await;
    let snapshot = status(&services).await;
    let reason = snapshot.services[0].servers[0].reason.as_deref();
    assert_eq!(reason, Some("half of it"));
    services.stop();
}

#[tokio::test]
async fn an_order_is_about_servers_that_a_reload_adds() {
    let ((_first, port_1), (_second, port_2)) = (open().await, open().await);
    let (tell, mut story) = mpsc::unbounded_channel();
    let plan = planned(&config(&[port_1], ""));
    let services = start_over(Shared::default(), plan, None, tell).unwrap();
    until(&mut story, |told| matches!(told, Told::Health(Event::ServerUp { .. }))).await;
    let give = async |server: String, order| {
        let order = Ordered { order, reason: "disk".to_owned(), expires: None };
        let target = Target { service: None, server };
        let (answer, about) = oneshot::channel();
        services.send(Command::Order(target, Some(order), answer));
        about.await.unwrap().len()
    };
    assert_eq!(give("127.0.0.1".to_owned(), pool::Order::Disable).await, 1);
    services.send(configure(planned(&config(&[port_1, port_2], "")), []));
    let snapshot = status(&services).await;
    let servers = snapshot.services.iter().flat_map(|service| &service.servers);
    let reasons: Vec<_> = servers.map(|server| server.reason.as_deref()).collect();
    assert_eq!(reasons, [Some("disk"), Some("disk")]);
    services.send(Command::Stop);
}

/// A table whose thread does not outlive this many reads.
struct Mortal(u32);

impl Backend for Mortal {
    fn read(&mut self) -> Result<Table, String> {
        self.0 = self.0.checked_sub(1).expect("a mistake");
        Ok(Table::default())
    }

    fn apply(&mut self, _steps: &[Step]) -> Result<Vec<Refusal>, String> {
        Ok(Vec::new())
    }
}

#[tokio::test]
async fn the_end_of_either_thread_is_noticed() {
    // The first read is the services' thread's own, the second one that of the table's.
    for reads in [0, 1] {
        let (tell, _story) = mpsc::unbounded_channel();
        let plan = planned(&config(&[9], ""));
        let mut services = start_over(Mortal(reads), plan, None, tell).unwrap();
        tokio::time::timeout(Duration::from_secs(60), services.ended()).await.expect("unnoticed");
    }
}

#[tokio::test]
async fn what_a_reload_removes_is_not_remembered() {
    let (_server, port) = open().await;
    let (tell, mut story) = mpsc::unbounded_channel();
    let kernel = Shared::default();
    let folder = tempfile::tempdir().unwrap();
    let memory = folder.path().join("ours");
    let plan = planned(&config(&[port], ""));
    let services = start_over(kernel.clone(), plan, Some(memory.clone()), tell).unwrap();
    while kernel.entries().is_empty() {
        until(&mut story, changed).await;
    }
    services.send(configure(Plan::default(), []));
    while kernel.table() != Table::default() {
        until(&mut story, changed).await;
    }
    services.stop();
    assert_eq!(std::fs::read_to_string(&memory).unwrap(), "");
}

#[tokio::test]
async fn a_killed_master_that_comes_back_as_backup_sends_no_longer() {
    let text = "global_defs {\n lvs_sync_daemon eth1 VI_1 id 7\n}\n\
                vrrp_instance VI_1 {\n interface eth1\n virtual_router_id 51\n priority 100\n \
                virtual_ipaddress {\n 192.0.2.31/24\n }\n}\n";
    let folder = tempfile::tempdir().unwrap();
    let memory = folder.path().join("ours");
    std::fs::write(&memory, "sync master\n").unwrap();
    let (tell, mut story) = mpsc::unbounded_channel();
    let kernel = Shared::default();
    let plan = planned(text);
    let daemon = plan.sync.clone().unwrap().daemon;
    kernel.0.lock().unwrap().daemons.insert(DaemonRole::Master, daemon);
    let services = start_over(kernel.clone(), plan, Some(memory.clone()), tell).unwrap();
    let roles = || kernel.table().daemons.keys().copied().collect::<Vec<_>>();
    // Nobody has told yet who is master: what runs goes on.
    until(&mut story, |told| matches!(told, Told::Kernel(_))).await;
    assert_eq!(roles(), [DaemonRole::Master]);
    services.send(Command::Role { router: "VI_1".to_owned(), is_master: false });
    while roles() != [DaemonRole::Backup] {
        until(&mut story, changed).await;
    }
    assert_eq!(std::fs::read_to_string(&memory).unwrap(), "sync backup\n");
    services.stop();
}

#[test]
fn checks_leave_descriptors_to_the_rest_of_the_daemon() {
    let most = [64, 1024, 4096, 524_288, u64::MAX].map(most_open);
    assert_eq!(most, [16, 384, 1920, 4096, 4096]);
}
