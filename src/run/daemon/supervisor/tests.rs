//! How the daemon ends when one of its threads does. The thread that speaks VRRP is the test.

use super::*;
use crate::run::services::Services;

/// Nothing is planned: what is left are the two threads.
fn supervisor(orders: mpsc::UnboundedSender<Order>, balancing: Balancing) -> Supervisor {
    let plan = Plan::default();
    Supervisor {
        node: "lw1".to_owned(),
        hooks: Hooks::new(&plan),
        resources: ResourceTasks::new(&plan, &orders),
        trackers: Trackers::start(&plan, &orders),
        pipes: Pipes::open(&plan),
        mailer: None,
        states: BTreeMap::new(),
        quorums: HashMap::new(),
        real_time: None,
        load: Box::new(|| Err("nobody reloads here".to_owned())),
        plan,
        orders,
        balancing,
        coming: None,
    }
}

/// The next order, from somebody who gives one.
async fn next(orders: &mut mpsc::UnboundedReceiver<Order>) -> Option<Order> {
    // Much more than it takes: without an order the addresses stay for good.
    tokio::time::timeout(Duration::from_secs(60), orders.recv()).await.expect("no order is given")
}

#[tokio::test]
async fn without_the_thread_of_the_services_the_addresses_are_given_up() {
    let (services, life) = Services::idle();
    let (balancing, told) = Balancing::over(services);
    let (reporter, reports) = channel();
    let (orders, mut given) = mpsc::unbounded_channel();
    let signals = Signals::new().unwrap();
    let running = supervisor(orders, balancing).run(signals, reports, told, Doors::default());
    let worker = async {
        drop(life);
        let order = next(&mut given).await;
        assert!(matches!(order, Some(Order::Stop)), "{order:?}");
        // Its end is the end of the daemon, which until then waits for the addresses to go.
        drop(reporter);
    };
    let (ended, ()) = tokio::join!(running, worker);
    assert_eq!(ended.unwrap(), Ended::Broken);
    // Once is enough.
    assert!(given.recv().await.is_none());
}

#[tokio::test]
async fn without_the_thread_that_speaks_vrrp_the_daemon_is_broken() {
    let (services, _life) = Services::idle();
    let (balancing, told) = Balancing::over(services);
    let (reporter, reports) = channel();
    let (orders, mut given) = mpsc::unbounded_channel();
    let signals = Signals::new().unwrap();
    drop(reporter);
    let ended = supervisor(orders, balancing).run(signals, reports, told, Doors::default()).await;
    assert_eq!(ended.unwrap(), Ended::Broken);
    assert!(given.recv().await.is_none(), "nobody is there to take an order");
}

/// The request may come seconds after the connection, and a reload between them.
#[tokio::test]
async fn an_order_is_about_names_and_not_about_what_stands_in_their_place() {
    let (orders, mut given) = mpsc::unbounded_channel();
    let rows = [("mail".to_owned(), None), ("web".to_owned(), None)];
    let ask = |names: &[&str]| {
        let routers = Routers::Named(names.iter().map(|name| (*name).to_owned()).collect());
        StanceRequest { stance: crate::run::control::StanceWord::Standby, routers }
    };
    // The thread that speaks VRRP has a plan without `mail` by now.
    let worker = async {
        while let Some(Order::Stance { mut routers, done, .. }) = given.recv().await {
            routers.retain(|name| name == "web");
            let _ = done.send(routers);
        }
    };
    let operator = async {
        let answer = stand(&ask(&["web"]), &rows, &orders).await;
        assert!(matches!(&answer, Answer::Json(text) if text.contains("web")), "{answer:?}");
        let answer = stand(&ask(&["mail", "web"]), &rows, &orders).await;
        let told = "`mail` is gone since a reload; ordered: web";
        assert!(matches!(&answer, Answer::Refused(why) if why == told), "{answer:?}");
        drop(orders);
    };
    tokio::join!(worker, operator);
}

/// A service that went down, then out of the plan, and came back is one of which nothing is known.
#[tokio::test]
async fn a_service_that_was_removed_speaks_for_none_of_its_name() {
    let (services, _life) = Services::idle();
    let (balancing, _told) = Balancing::over(services);
    let (_reporter, mut reports) = channel();
    let (orders, mut given) = mpsc::unbounded_channel();
    let mut supervisor = supervisor(orders, balancing);
    let id = "tcp 10.0.0.31:80".to_owned();
    supervisor.take(&Told::Health(Event::ServiceDown { service: id.clone() }));
    let following = Plan { sources: vec![SourcePlan::Service { id }], ..Plan::default() };
    let worker = async {
        match next(&mut given).await {
            Some(Order::Reload { done, .. }) => done.send(()).unwrap(),
            order => panic!("{order:?}"),
        }
        next(&mut given).await
    };
    let (told, ()) = tokio::join!(worker, supervisor.follow_plan(following, &mut reports));
    let is_up = matches!(told, Some(Order::Observe { source: 0, observation: Observation::Up }));
    assert!(is_up, "{told:?}");
}
