//! The inside: the bridge, the nodes on it, what is done to them and what is seen of them.

mod artefacts;
mod command;
mod measure;
mod network;
mod node;
mod port;
mod stack;
mod table;
mod watch;

use std::any::Any;
use std::net::IpAddr;
use std::panic::{self, AssertUnwindSafe};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Mutex;
use std::thread;
use std::time::Duration;

use crate::inventory::{self, CLIENT, DIRECTORS, Host, NODES, REAL_SERVERS};
use crate::message::Message;
use crate::scenarios;
pub(crate) use command::{run, try_run_within};
pub(crate) use measure::{Look, Program, Writes};
pub(crate) use node::Machine;
use port::Port;
pub(crate) use stack::{Stack, converted, converted_to_heartbeat, data, keepalived_pair, rendered};
pub(crate) use table::Table;
pub(crate) use watch::{Visitor, Watch};

/// Makes the cluster and runs the scenarios with these names, one after the other.
pub(crate) fn main(names: &[String]) -> ExitCode {
    let lab = Lab { port: Mutex::new(Port::open()), capture: Mutex::default() };
    // The outside read the same file before it sent it along.
    inventory::take(Path::new("/lab/lab.toml")).unwrap();
    // A person reads sentences, and looks into a broken cluster with the same shell.
    if names.iter().any(|name| name == "--shell") {
        if let Err(reason) = lab.boot() {
            println!("lab: {reason}");
        }
        return ExitCode::SUCCESS;
    }
    let send = |message: &Message| lab.port.lock().unwrap().send(message);
    if let Err(reason) = lab.boot() {
        send(&Message::Broken { reason });
        return ExitCode::FAILURE;
    }
    send(&Message::Up { seconds: now().as_secs_f64() });
    // The message and place of a panic are the scenario's result, not this program's.
    let said = std::sync::Arc::new(Mutex::new(String::new()));
    let hook = std::sync::Arc::clone(&said);
    panic::set_hook(Box::new(move |info| hook.lock().unwrap().push_str(&format!("{info}\n"))));
    for name in names {
        let mut all = scenarios::ALL.iter().chain(scenarios::MEASUREMENTS);
        let Some(scenario) = all.find(|scenario| scenario.name == name) else {
            continue;
        };
        send(&Message::Started { name: name.clone() });
        let start = now();
        said.lock().unwrap().clear();
        let result = panic::catch_unwind(AssertUnwindSafe(|| {
            lab.begin(name);
            (scenario.run)(&lab);
        }));
        let failure = result.err().map(|cause| why(&said.lock().unwrap(), cause.as_ref()));
        if let Some(failure) = &failure {
            artefacts::save(name, failure);
        }
        lab.end();
        let seconds = (now() - start).as_secs_f64();
        send(&Message::Ended { name: name.clone(), seconds, failure });
    }
    send(&Message::Finished);
    ExitCode::SUCCESS
}

fn why(said: &str, cause: &(dyn Any + Send)) -> String {
    if said.is_empty() {
        cause
            .downcast_ref::<&str>()
            .map_or("no reason was given".to_owned(), |text| (*text).to_owned())
    } else {
        said.trim_end().to_owned()
    }
}

/// Time since the machine's boot. Journals and captures of all nodes use the same clock.
pub(crate) fn now() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
    // The monotonic clock starts at zero: neither part is negative.
    Duration::new(time.tv_sec.unsigned_abs(), time.tv_nsec.unsigned_abs() as u32)
}

/// Lets time pass; on the emulated machine this costs nothing.
pub(crate) fn pass(seconds: f64) {
    thread::sleep(Duration::from_secs_f64(seconds));
}

/// Asks every 20 ms until the answer is something, and gives up after `limit` seconds.
pub(crate) fn until<T>(limit: f64, mut ask: impl FnMut() -> Option<T>) -> Option<T> {
    let deadline = now() + Duration::from_secs_f64(limit);
    loop {
        if let Some(answer) = ask() {
            return Some(answer);
        }
        if now() >= deadline {
            return None;
        }
        thread::sleep(Duration::from_millis(20));
    }
}

/// The cluster: two directors, two real servers and a client on one bridge.
pub(crate) struct Lab {
    port: Mutex<Port>,
    capture: Mutex<Option<artefacts::Capture>>,
}

impl Lab {
    fn boot(&self) -> Result<(), String> {
        network::bridge()?;
        for host in NODES.iter().copied() {
            network::connect(host)?;
            Machine(host).power_on()?;
        }
        network::client()?;
        for host in NODES.iter().copied() {
            Machine(host).wait()?;
        }
        REAL_SERVERS.iter().for_each(|host| self.node(*host).become_real_server());
        Ok(())
    }

    pub(crate) fn node(&self, host: Host) -> Machine {
        Machine(host)
    }

    /// Runs a program on the client, which has the key for every node: `/lab/key`.
    pub(crate) fn client(&self, words: &[&str]) -> String {
        let namespace = format!("--net=/run/netns/{}", CLIENT.name);
        run(&[&["nsenter", &namespace], words].concat())
    }

    /// A number for `make bench-lab`, or why there is none.
    pub(crate) fn measured(&self, work: &str, by: &str, result: Result<f64, String>) {
        let (work, by) = (work.to_owned(), by.to_owned());
        self.port.lock().unwrap().send(&Message::Measured { work, by, result });
    }

    /// A line for the report: a measured number.
    pub(crate) fn note(&self, text: impl Into<String>) {
        self.port.lock().unwrap().send(&Message::Note { text: text.into() });
    }

    /// Watches the virtual address, and asks for a page there, every 10 ms from now on.
    pub(crate) fn watch(&self, address: impl Into<IpAddr>) -> Watch {
        Watch::start(address.into(), watch::PERIOD)
    }

    /// The same for minutes: a page every 50 ms.
    pub(crate) fn watch_patiently(&self, address: impl Into<IpAddr>) -> Watch {
        Watch::start(address.into(), 5 * watch::PERIOD)
    }

    /// The cluster as it was after the boot: everything runs, no director's software is there.
    pub(crate) fn tidy(&self) {
        for host in NODES.iter().copied() {
            network::heal(host);
            self.node(host).revive();
            self.node(host).forget_deployments();
        }
        DIRECTORS.iter().for_each(|host| self.node(*host).clear());
        REAL_SERVERS.iter().for_each(|host| self.node(*host).become_real_server());
    }

    fn begin(&self, name: &str) {
        self.tidy();
        *self.capture.lock().unwrap() = artefacts::Capture::start(name);
    }

    fn end(&self) {
        // Ends tcpdump.
        self.capture.lock().unwrap().take();
    }
}
