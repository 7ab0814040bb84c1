//! Runs the ordered resources of routers (haresources): a task for each router that has some.

use std::collections::HashMap;
use std::path::Path;
use std::time::{Duration, Instant};

use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tracing::{error, info, warn};

use super::plan::{ResourcePlan, ScriptPolicy};
use super::report::{Order, ResourceNews};
use super::succession::Succession;
use super::{Plan, script};
use crate::run::tasks::finish_all;
use crate::run::vrrp::{ResourceInput, ResourceOutput, Resources, Verb};

/// A queue and a task for each router with resources.
#[derive(Debug, Default)]
pub(super) struct ResourceTasks {
    queues: HashMap<String, mpsc::UnboundedSender<Wish>>,
    /// Whether a router is master, also of those without resources: they may get some.
    masters: HashMap<String, bool>,
    tasks: Vec<JoinHandle<()>>,
}

/// What a task is told.
#[derive(Debug)]
enum Wish {
    /// Other resources, or the same under another name.
    Configure { router: String, resources: Vec<ResourcePlan>, policy: ScriptPolicy },
    /// None is to run, and the end of the last is to be told: the router waits for it.
    Leave,
    /// Whether they are to run.
    Run(bool),
    /// None is to run, also none that an earlier life of the daemon started.
    Clear,
}

impl ResourceTasks {
    /// Needs a tokio runtime.
    pub(super) fn new(plan: &Plan, orders: &mpsc::UnboundedSender<Order>) -> Self {
        let mut tasks = Self::default();
        tasks.configure(plan, &Succession::default(), orders);
        tasks
    }

    /// Another plan: what both have in common from the left goes on running.
    pub(super) fn configure(
        &mut self,
        plan: &Plan,
        succession: &Succession,
        orders: &mpsc::UnboundedSender<Order>,
    ) {
        self.masters = succession.carry(std::mem::take(&mut self.masters));
        self.queues = succession.carry(std::mem::take(&mut self.queues));
        let with_resources = |name: &String| {
            let router = plan.routers.iter().find(|router| router.settings.name == *name);
            router.is_some_and(|router| !router.resources.is_empty())
        };
        // Who loses its queue stops everything and ends.
        self.queues.retain(|name, _| with_resources(name));
        for router in plan.routers.iter().filter(|router| !router.resources.is_empty()) {
            let name = router.settings.name.clone();
            let queue = self.queues.entry(name.clone()).or_insert_with(|| {
                let (sender, wishes) = mpsc::unbounded_channel();
                let task = Task::new(name.clone(), orders.clone());
                self.tasks.push(tokio::spawn(task.run(wishes)));
                let is_master = self.masters.get(&name).copied().unwrap_or(false);
                let _ = sender.send(Wish::Run(is_master));
                sender
            });
            // The task ends only with this queue, here and below.
            let _ = queue.send(Wish::Configure {
                router: name,
                resources: router.resources.clone(),
                policy: plan.scripts.clone(),
            });
        }
    }

    /// Follows a router's role.
    pub(super) fn changed(&mut self, router: &str, is_master: bool) {
        self.masters.insert(router.to_owned(), is_master);
        self.send(router, Wish::Run(is_master));
    }

    /// The router gives up when they are stopped.
    pub(super) fn leave(&mut self, router: &str) {
        self.send(router, Wish::Leave);
    }

    /// Another director is master: what an earlier life of this one left running is stopped.
    pub(super) fn clear(&mut self, router: &str) {
        self.masters.insert(router.to_owned(), false);
        self.send(router, Wish::Clear);
    }

    fn send(&self, router: &str, wish: Wish) {
        if let Some(queue) = self.queues.get(router) {
            let _ = queue.send(wish);
        }
    }

    /// Waits until everything is stopped, but not for ever.
    pub(super) async fn finish(self) {
        drop(self.queues);
        finish_all(self.tasks, AT_THE_END).await;
    }
}

struct Task {
    router: String,
    resources: Vec<ResourcePlan>,
    /// What is to come when everything behind the common part is stopped.
    next: Option<Vec<ResourcePlan>>,
    policy: ScriptPolicy,
    /// Whether the router waits for the end of them, and was not told of it.
    is_leaving: bool,
    orders: mpsc::UnboundedSender<Order>,
}

impl Task {
    fn new(router: String, orders: mpsc::UnboundedSender<Order>) -> Self {
        let policy = ScriptPolicy::default();
        Self { router, resources: Vec::new(), next: None, policy, is_leaving: false, orders }
    }

    async fn run(mut self, mut wishes: mpsc::UnboundedReceiver<Wish>) {
        let mut machine = Resources::new(0);
        let mut is_open = true;
        loop {
            if let Some(next) = self.next.take_if(|_| machine.is_within()) {
                machine.handle(ResourceInput::Resize(next.len()), Instant::now());
                self.resources = next;
            }
            while let Some(output) = machine.poll_output() {
                if let ResourceOutput::Run { resource, verb } = output {
                    // One after the other: what comes meanwhile waits.
                    let success = self.execute(resource, verb).await;
                    // A newer wish counts before the next step.
                    while let Ok(wish) = wishes.try_recv() {
                        self.take(wish, &mut machine);
                    }
                    machine.handle(ResourceInput::Finished { success }, Instant::now());
                } else {
                    self.tell(output);
                }
            }
            if self.next.is_some() && machine.is_within() {
                continue;
            }
            if self.is_leaving && machine.is_idle() {
                self.is_leaving = false;
                self.send(ResourceNews::Stopped);
            }
            if !is_open && machine.is_idle() {
                return;
            }
            let timer = async {
                match machine.next_deadline().filter(|_| is_open) {
                    Some(deadline) => tokio::time::sleep_until(deadline.into()).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                wish = wishes.recv(), if is_open => {
                    is_open = wish.is_some();
                    self.take(wish.unwrap_or(Wish::Run(false)), &mut machine);
                }
                () = timer => machine.handle_timeout(Instant::now()),
            }
        }
    }

    fn take(&mut self, wish: Wish, machine: &mut Resources) {
        match wish {
            Wish::Run(wanted) => {
                self.is_leaving = false;
                machine.handle(ResourceInput::Want(wanted), Instant::now());
            }
            Wish::Leave => {
                self.is_leaving = true;
                machine.handle(ResourceInput::Want(false), Instant::now());
            }
            Wish::Clear => {
                self.is_leaving = false;
                machine.handle(ResourceInput::Clear, Instant::now());
            }
            Wish::Configure { router, resources, policy } => {
                let is_renamed = self.router != router;
                self.router = router;
                self.policy = policy;
                // What was told of the old plan in the meantime may have been of no router in the new one.
                self.send(match machine.has_failed() {
                    true => ResourceNews::Failed,
                    false => ResourceNews::Able,
                });
                if is_renamed && machine.is_idle() {
                    self.send(ResourceNews::Stopped);
                }
                let common = self.resources.iter().zip(&resources).take_while(|(a, b)| a == b);
                let common = common.count();
                machine.handle(ResourceInput::Resize(common), Instant::now());
                self.next = Some(resources);
            }
        }
    }

    async fn execute(&self, number: usize, verb: Verb) -> bool {
        let Some(resource) = self.resources.get(number) else { return false };
        let place = FOLDERS.iter().map(|folder| Path::new(folder).join(&resource.name));
        let Some(program) = place.into_iter().find(|path| path.is_file()) else {
            warn!("({}) no script `{}` in {}", self.router, resource.name, FOLDERS.join(", "));
            return false;
        };
        let mut command = vec![program.to_string_lossy().into_owned()];
        command.extend(resource.arguments.iter().cloned());
        let word = match verb {
            Verb::Status => "status",
            Verb::Start => "start",
            Verb::Stop => "stop",
        };
        command.push(word.to_owned());
        if verb == Verb::Status {
            let text = script::ask(&command, &self.policy, STATUS_LIMIT).await;
            return text.is_ok_and(|text| says_running(&text));
        }
        info!("({}) {} {word}", self.router, resource.name);
        let result = script::execute(&command, None, &self.policy, LIMIT).await;
        if let Err(error) = &result {
            warn!("({}) {} {word}: {error}", self.router, resource.name);
        }
        result.is_ok()
    }

    fn tell(&self, output: ResourceOutput) {
        let name = |number: usize| self.resources.get(number).map_or("", |r| r.name.as_str());
        match output {
            ResourceOutput::Failed { resource } => {
                error!("({}) {} does not start: giving up", self.router, name(resource));
                self.send(ResourceNews::Failed);
                // In front of the first there is nothing that another director would have to wait for.
                if resource == 0 {
                    self.send(ResourceNews::Stopped);
                }
            }
            ResourceOutput::Recovered => self.send(ResourceNews::Able),
            ResourceOutput::StopFailed { resource } => {
                error!("({}) {} does not stop", self.router, name(resource));
            }
            ResourceOutput::Run { .. } => {}
        }
    }

    fn send(&self, news: ResourceNews) {
        // The worker is gone only when everything ends.
        let _ = self.orders.send(Order::Resources { router: self.router.clone(), news });
    }
}

/// heartbeat looks at the words, not at the exit code.
fn says_running(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    let is_running = text.contains("running") || text.split_whitespace().any(|word| word == "ok");
    is_running && !text.contains("not running")
}

/// Where heartbeat looks for resource scripts, in this order.
const FOLDERS: [&str; 2] = ["/etc/ha.d/resource.d", "/etc/init.d"];

const STATUS_LIMIT: Duration = Duration::from_secs(20);

/// For a start or a stop.
const LIMIT: Duration = Duration::from_secs(120);

/// How long the end of the daemon waits for the resources of all routers.
const AT_THE_END: Duration = Duration::from_secs(120);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::daemon::succession::tests::plan;

    #[tokio::test]
    async fn resources_stay_with_a_router_that_has_another_name() {
        let with_resources = |name, arguments: &[&str]| {
            let mut plan = plan(&[(name, 51)]);
            let arguments = arguments.iter().map(|word| (*word).to_owned()).collect();
            plan.routers[0].resources = vec![ResourcePlan { name: "web".to_owned(), arguments }];
            plan
        };
        let (orders, _) = mpsc::unbounded_channel();
        let (old, new) = (with_resources("VI_1", &[]), with_resources("web", &["fast"]));
        let mut tasks = ResourceTasks::new(&old, &orders);
        tasks.changed("VI_1", true);
        let queue = tasks.queues["VI_1"].clone();
        tasks.configure(&new, &Succession::new(&old, &new), &orders);
        assert!(tasks.queues["web"].same_channel(&queue));
        assert_eq!(tasks.masters, HashMap::from([("web".to_owned(), true)]));
        assert_eq!(tasks.queues.len(), 1);
    }

    /// The next news of resources.
    async fn news(orders: &mut mpsc::UnboundedReceiver<Order>) -> (String, ResourceNews) {
        match tokio::time::timeout(Duration::from_secs(60), orders.recv()).await {
            Ok(Some(Order::Resources { router, news })) => (router, news),
            other => panic!("{other:?}"),
        }
    }

    /// A plan whose only router has resources without a script, which do not start.
    fn broken(name: &str, resources: &[&str]) -> Plan {
        let mut plan = plan(&[(name, 51)]);
        let resource =
            |name: &&str| ResourcePlan { name: (*name).to_owned(), arguments: Vec::new() };
        plan.routers[0].resources = resources.iter().map(resource).collect();
        plan
    }

    #[tokio::test]
    async fn a_reload_does_not_end_the_fault_of_a_resource() {
        use ResourceNews::{Able, Failed, Stopped};
        let (orders, mut given) = mpsc::unbounded_channel();
        let (old, new) = (broken("VI_1", &["lvsha-none"]), broken("web", &["lvsha-none"]));
        let mut tasks = ResourceTasks::new(&old, &orders);
        assert_eq!(news(&mut given).await, ("VI_1".to_owned(), Able));
        tasks.changed("VI_1", true);
        assert_eq!(news(&mut given).await, ("VI_1".to_owned(), Failed));
        // It was the first: there is nothing to wait for.
        assert_eq!(news(&mut given).await, ("VI_1".to_owned(), Stopped));
        tasks.changed("VI_1", false);
        tasks.configure(&old, &Succession::new(&old, &old), &orders);
        assert_eq!(news(&mut given).await, ("VI_1".to_owned(), Failed));
        tasks.configure(&new, &Succession::new(&old, &new), &orders);
        assert_eq!(news(&mut given).await, ("web".to_owned(), Failed));
    }

    #[tokio::test]
    async fn the_end_of_resources_is_told_to_whom_it_may_concern() {
        let (orders, mut given) = mpsc::unbounded_channel();
        let plan = broken("VI_1", &["lvsha-none"]);
        let mut tasks = ResourceTasks::new(&plan, &orders);
        assert_eq!(news(&mut given).await.1, ResourceNews::Able);
        tasks.leave("VI_1");
        assert_eq!(news(&mut given).await.1, ResourceNews::Stopped);
        // One that is backup was not asked.
        tasks.changed("VI_1", false);
        tasks.configure(&plan, &Succession::new(&plan, &plan), &orders);
        assert_eq!(news(&mut given).await.1, ResourceNews::Able);
        assert!(given.try_recv().is_err());
    }

    #[test]
    fn the_words_of_a_status_count() {
        assert!(says_running("httpd is running...\n"));
        assert!(says_running("OK\n"));
        assert!(!says_running("httpd is not running\n"));
        assert!(!says_running("stopped"));
        assert!(!says_running("broken"));
    }
}
