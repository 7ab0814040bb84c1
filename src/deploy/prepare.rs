//! From an inventory to hosts and first questions.

use std::collections::BTreeMap;
use std::path::Path;

use super::{Act, Host, Local, Remote};
use crate::site::render::{Machine, Role, main_files};
use crate::site::secret::Secret;
use crate::site::{Site, Ssh};

/// The host of each machine; nothing is connected yet. Files that the inventory names are below
/// `folder`.
pub fn connect(
    site: &Site,
    machines: &[Machine],
    folder: &Path,
    secrets: &BTreeMap<String, Secret>,
) -> Vec<Host> {
    machines.iter().map(|machine| host(site, &machine.name, folder, secrets)).collect()
}

fn host(site: &Site, name: &str, folder: &Path, secrets: &BTreeMap<String, Secret>) -> Host {
    let director = site.director(name).map(|director| (&director.ssh, director.address));
    let server = || {
        let server = site.real_servers.iter().find(|server| server.name.value == name);
        server.map(|server| (&server.ssh, server.address))
    };
    let (own, address) = director.or_else(server).unwrap_or((&site.ssh, None));
    let ssh: Ssh = own.or(&site.ssh);
    if ssh.local.is_some_and(|local| local.value) {
        return Host::Local(Local::new());
    }
    let destination = match (&ssh.host, address) {
        (Some(host), _) => host.value.clone(),
        (None, Some(address)) => address.value.to_string(),
        (None, None) => name.to_owned(),
    };
    let password = ssh.sudo_secret.as_ref().and_then(|name| secrets.get(&name.value)).cloned();
    Host::Remote(Box::new(Remote::new(&destination, ssh, folder, password)))
}

/// What is asked about a machine before a plan is made. Of a director also what programs of other
/// stacks read, which lvsha may not have written: the other directors hear what it says.
pub fn wanted_facts(machine: &Machine) -> Act {
    let mut paths: Vec<String> = machine.files.iter().map(|file| file.path.clone()).collect();
    if machine.role == Role::Director {
        let others = main_files().filter(|(main, _)| paths.iter().all(|path| path != main));
        let others: Vec<String> = others.map(|(main, _)| main.to_owned()).collect();
        paths.extend(others);
    }
    Act::Facts { paths, units: own(machine.role.units()), packages: own(&machine.packages) }
}

/// What is asked about a machine before a gate is passed.
pub fn wanted_look(machine: &Machine) -> Act {
    Act::Look { units: own(machine.role.units()) }
}

fn own(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}
