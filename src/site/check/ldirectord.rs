//! What an inventory says of its services in keepalived's way, and heartbeat's programs do not do.

use crate::model::{
    Checks, Cluster, Hook, HookEvent, Located, Probe, Server, Service, Sourced, Target,
};
use crate::site::keys::Reader;
use crate::site::{Site, one_check};
use crate::source::codes::inventory;
use crate::source::{Diagnostic, Place};

/// Refuses services and checks that no line of ldirectord.cf says, also those of an imported
/// keepalived.conf, and tells what is lost of others.
pub(super) fn check(site: &Site, cluster: &Cluster, reader: &mut Reader<'_>) {
    for service in &cluster.services {
        group(service, reader);
        probes(service, site, reader);
        quorum(service, site, reader);
        fallback_command(service, site, reader);
    }
}

fn group(service: &Service, reader: &mut Reader<'_>) {
    if let (Target::Group(name), Some(at)) = (&service.target.value, service.target.at) {
        let message = format!("ldirectord has no groups of addresses such as `{name}`");
        let finding = Diagnostic::new(inventory::WRONG_VALUE, at, message);
        reader.report(finding.help("write a service for each address"));
    }
}

/// One check for all servers of a service; a server has no more than texts of its own.
fn probes(service: &Service, site: &Site, reader: &mut Reader<'_>) {
    let mut service = service.clone();
    one_check::lift(&mut service);
    let mut refuse = |at: Option<Place>, message: &str, help: &str| {
        if let Some(at) = stated(at.or(service.target.at), site) {
            let finding = Diagnostic::new(inventory::WRONG_VALUE, at, message);
            reader.report(finding.help(help));
        }
    };
    let place = |probe: &Probe| probe.chosen_by.first().copied();
    if let Some(second) = service.probes.get(1) {
        refuse(place(second), "ldirectord makes one check of a server", SCRIPT);
    }
    let first = service.probes.first();
    if let Some((why, help)) = first.and_then(one_check::unaskable) {
        refuse(first.and_then(place), why, help);
    }
    // The same words at each of a hundred servers help nobody.
    if let Some((server, probe)) = one_check::unsaid(&service).next() {
        let message = "ldirectord checks all servers of a service in the same way";
        let help = match server.own_probes() {
            [_] => {
                "write one `probe` in the service; a server may only have another `path` and `body`"
            }
            _ => SCRIPT,
        };
        refuse(place(probe).or(server.at), message, help);
    }
    let is_timed = |server: &&Server| {
        let own = server.own.as_ref().is_some_and(|own| *own.checks != Checks::default());
        own || server.own_probes().iter().any(|probe| *probe.checks != Checks::default())
    };
    let timed = service.servers.iter().find(is_timed).and_then(|server| server.at);
    if let Some(at) = stated(timed, site) {
        let message = "`checks` of a server change nothing with `stack = \"heartbeat\"`";
        let finding = Diagnostic::new(inventory::NO_EFFECT, at, message);
        reader.report(finding.help("write them into the service: they hold for all its servers"));
    }
    let common = service.quiescent.is_some_and(|quiescent| quiescent.value);
    let differs = service.servers.iter().filter_map(Server::quiescent);
    let differs = differs.filter(|own| own.value != common).find_map(|own| own.at);
    if let Some(at) = stated(differs, site) {
        let message = "`quiescent` of a server changes nothing with `stack = \"heartbeat\"`";
        let finding = Diagnostic::new(inventory::NO_EFFECT, at, message);
        reader.report(finding.help("write it in the service: it holds for all its servers"));
    }
}

fn quorum(service: &Service, site: &Site, reader: &mut Reader<'_>) {
    let quorum = service.quorum.filter(|quorum| quorum.value > 1);
    if let Some(at) = stated(quorum.place(), site) {
        let message = "`quorum` changes nothing with `stack = \"heartbeat\"`: the fallback serves \
                       when no server is left";
        reader.report(Diagnostic::new(inventory::NO_EFFECT, at, message).help("take it out"));
    }
}

/// ldirectord has one command and says behind it what happened.
fn fallback_command(service: &Service, site: &Site, reader: &mut Reader<'_>) {
    let hook = |event| service.hooks.iter().find(|hook| hook.value.event == event);
    let (down, up) = (hook(HookEvent::QuorumDown), hook(HookEvent::QuorumUp));
    let command = |hook: Option<&Sourced<Hook>>| hook.map(|hook| hook.value.command.clone());
    if command(down) == command(up) {
        return;
    }
    let place = up.or(down).place();
    if let Some(at) = stated(place, site) {
        let message = match down {
            Some(_) => {
                "ldirectord runs `quorum-down` at both events, with `start` or `stop` behind it"
            }
            None => "`quorum-up` changes nothing with `stack = \"heartbeat\"`",
        };
        let help = "write one program as `quorum-down` and as `quorum-up`: `start` means that no \
                    server is left";
        reader.report(Diagnostic::new(inventory::NO_EFFECT, at, message).help(help));
    }
}

/// A place in the inventory or in a keepalived.conf: what heartbeat's own files say is written as it
/// stands there.
fn stated(at: Option<Place>, site: &Site) -> Option<Place> {
    at.filter(|at| !site.imported.holds(at.file))
}

const SCRIPT: &str = "write one probe of `type = \"script\"` with a program that asks all of it";
