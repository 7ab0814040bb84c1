//! The machines of an inventory, asked: what plan, deploy, status and the like begin with.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use tokio::task::JoinSet;

use super::Failure;
use super::printer::{Printer, Problem};
use super::site_input::SiteArguments;
use crate::deploy::{Act, Fault, Host, Reply, connect, perform, wanted_facts};
use crate::plan::Found;
use crate::site::render::Machine;
use crate::site::secret::Secret;
use crate::site::{Secrets, Site};

/// Arguments of all commands that connect.
#[derive(Clone, Debug, Serialize, Deserialize, clap::Args)]
pub(super) struct FleetArguments {
    #[command(flatten)]
    pub(super) site: SiteArguments,

    /// Only these machines: names, groups, `directors`, `real_servers`
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    limit: Vec<String>,
}

/// Machines with their hosts, in the same order.
pub(super) struct Fleet {
    pub(super) site: Site,
    pub(super) machines: Vec<Machine>,
    pub(super) hosts: Vec<Host>,
    /// Those that `--limit` leaves out: nothing is done there, but they may be asked.
    pub(super) left_out: Vec<(Machine, Host)>,
}

impl FleetArguments {
    /// Reads the inventory, renders it, and makes a host for each machine.
    pub(super) fn fleet(&self, printer: &Printer) -> Result<Fleet, Failure> {
        self.fleet_with(Secrets::Fetch, printer)
    }

    /// The same for commands that write nothing of the inventory: in an emergency the place of the
    /// secrets may be away. A password for sudo is asked for nevertheless.
    pub(super) fn fleet_without_secrets(&self, printer: &Printer) -> Result<Fleet, Failure> {
        self.fleet_with(Secrets::Leave, printer)
    }

    fn fleet_with(&self, secrets: Secrets, printer: &Printer) -> Result<Fleet, Failure> {
        let site = self.site.load(secrets, printer)?;
        let mut machines = self.site.render(&site)?;
        let mut left_out = Vec::new();
        if !self.limit.is_empty() {
            let mut names = Vec::new();
            for limit in &self.limit {
                let found = site.machines(limit);
                if found.is_empty() {
                    let problem = Problem::new(format!("`{limit}` is neither machine nor group"));
                    let known: Vec<&str> = machines.iter().map(|m| m.name.as_str()).collect();
                    let help = format!("machines are {}", known.join(", "));
                    return Err(problem.help(help).into());
                }
                names.extend(found.into_iter().map(str::to_owned));
            }
            let is_named = |machine: &Machine| names.contains(&machine.name);
            (machines, left_out) = machines.into_iter().partition(is_named);
        }
        let folder = self.folder();
        let mut passwords: BTreeMap<String, Secret> = BTreeMap::new();
        for origin in site.secrets.iter().filter(|origin| opens_sudo(&site, &origin.name)) {
            match origin.fetch(&folder) {
                Ok(secret) => {
                    passwords.insert(origin.name.clone(), secret);
                }
                // sudo may let the user in without one; where it does not, this is why.
                Err(error) => {
                    let name = &origin.name;
                    let words = format!("the secret `{name}`, for sudo, cannot be had: {error}");
                    printer.problem(&Problem::new(words));
                }
            }
        }
        let hosts = connect(&site, &machines, &folder, &passwords);
        let others = connect(&site, &left_out, &folder, &passwords);
        let left_out = left_out.into_iter().zip(others).collect();
        Ok(Fleet { site, machines, hosts, left_out })
    }

    /// Whether nothing but a file is named.
    pub(super) fn is_plain(&self) -> bool {
        self.site.is_plain() && self.limit.is_empty()
    }

    /// The same for a reader who works in another directory.
    pub(super) fn absolute(&self) -> std::io::Result<Self> {
        Ok(Self { site: self.site.absolute()?, limit: self.limit.clone() })
    }

    /// What paths in the inventory are relative to.
    pub(super) fn folder(&self) -> PathBuf {
        self.site.path().parent().unwrap_or(Path::new("")).to_owned()
    }
}

impl Fleet {
    /// The facts of all machines, asked at the same time; those that do not answer are problems.
    /// Machines that need nothing and have nothing of ours are out of it from then on.
    pub(super) async fn facts(&mut self) -> (BTreeMap<String, Found>, Vec<(String, Fault)>) {
        let acts = self.machines.iter().map(wanted_facts).collect();
        let replies = self.ask(acts).await;
        let mut found = BTreeMap::new();
        let mut faults = Vec::new();
        for (machine, reply) in self.machines.iter().zip(replies) {
            match reply {
                Ok(Reply::Facts(facts)) => {
                    found.insert(machine.name.clone(), *facts);
                }
                Ok(_) => {}
                // It may have something from an earlier deployment.
                Err(fault) if machine.files.is_empty() => {
                    let help = "it needs nothing any more; `managed = false` leaves it alone";
                    faults.push((machine.name.clone(), fault.help(help)));
                }
                Err(fault) => faults.push((machine.name.clone(), fault)),
            }
        }
        self.forget_idle(&mut found);
        (found, faults)
    }

    /// Real servers behind address translation need nothing.
    fn forget_idle(&mut self, found: &mut BTreeMap<String, Found>) {
        let is_idle = |machine: &Machine, found: &Found| {
            let units = machine.role.units().iter();
            machine.files.is_empty()
                && found.managed.is_empty()
                && units.copied().all(|unit| !found.active.contains(unit))
        };
        let machines = std::mem::take(&mut self.machines);
        let hosts = std::mem::take(&mut self.hosts);
        for (machine, host) in machines.into_iter().zip(hosts) {
            if found.get(&machine.name).is_some_and(|facts| is_idle(&machine, facts)) {
                found.remove(&machine.name);
            } else {
                self.machines.push(machine);
                self.hosts.push(host);
            }
        }
    }

    /// What some of the machines that `--limit` leaves out are like, by their names.
    pub(super) async fn look_aside(
        &mut self,
        is_asked: impl Fn(&Machine) -> bool,
    ) -> Vec<(String, Result<Found, Fault>)> {
        let (asked, others): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.left_out).into_iter().partition(|(own, _)| is_asked(own));
        let (machines, hosts): (Vec<Machine>, Vec<Host>) = asked.into_iter().unzip();
        let (hosts, replies) = perform(hosts, machines.iter().map(wanted_facts).collect()).await;
        let answers = machines.iter().zip(replies).filter_map(|(machine, reply)| match reply {
            Ok(Reply::Facts(facts)) => Some((machine.name.clone(), Ok(*facts))),
            Ok(_) => None,
            Err(fault) => Some((machine.name.clone(), Err(fault))),
        });
        let answers = answers.collect();
        self.left_out = machines.into_iter().zip(hosts).chain(others).collect();
        answers
    }

    /// One act for each machine, all at the same time.
    pub(super) async fn ask(&mut self, acts: Vec<Act>) -> Vec<Result<Reply, Fault>> {
        let hosts = std::mem::take(&mut self.hosts);
        let (hosts, replies) = perform(hosts, acts).await;
        self.hosts = hosts;
        replies
    }

    /// Closes all connections.
    pub(super) async fn close(&mut self) {
        let mut closing = JoinSet::new();
        let others = std::mem::take(&mut self.left_out).into_iter().map(|(_, host)| host);
        for mut host in std::mem::take(&mut self.hosts).into_iter().chain(others) {
            closing.spawn(async move { host.disconnect().await });
        }
        closing.join_all().await;
    }
}

/// Whether a machine's sudo asks for this secret.
fn opens_sudo(site: &Site, name: &str) -> bool {
    let of_directors = site.directors.iter().map(|director| &director.ssh);
    let of_servers = site.real_servers.iter().map(|server| &server.ssh);
    let mut all = std::iter::once(&site.ssh).chain(of_directors).chain(of_servers);
    all.any(|ssh| ssh.sudo_secret.as_ref().is_some_and(|secret| secret.value == name))
}

/// Shows why machines did not answer.
pub(super) fn show_faults(faults: &[(String, Fault)], printer: &Printer) {
    for (name, fault) in faults {
        let problem = Problem::new(format!("{name}: {fault}"));
        printer.problem(&match &fault.help {
            Some(help) => problem.help(help.clone()),
            None => problem,
        });
    }
}

/// Runs a command that connects.
pub(super) fn block_on<T>(future: impl Future<Output = T>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| {
        Problem::new(format!("cannot open what connections are waited for with: {error}"))
            .help("`ulimit -n` shows how many files a program may open")
    })?;
    Ok(runtime.block_on(future))
}

/// `user@host`, for locks and histories.
pub(super) fn who() -> String {
    let user = ["SUDO_USER", "USER", "LOGNAME"].iter().find_map(|name| std::env::var(name).ok());
    let host = rustix::system::uname().nodename().to_string_lossy().into_owned();
    format!("{}@{host}", user.unwrap_or_else(|| "root".to_owned()))
}
