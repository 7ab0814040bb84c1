//! The steps from one table to another.

use std::collections::BTreeMap;
use std::fmt;

use super::{
    Daemon, DaemonRole, Destination, DestinationKey, Service, ServiceKey, ServiceSettings, Table,
    Timeouts,
};

#[cfg(test)]
mod tests;

/// One change of the kernel's table: one netlink request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Adds a destination.
    AddDestination(ServiceKey, DestinationKey, Destination),
    /// Adds a service without destinations.
    AddService(ServiceKey, ServiceSettings),
    /// Removes a destination.
    DeleteDestination(ServiceKey, DestinationKey),
    /// Removes a service and its destinations.
    DeleteService(ServiceKey),
    /// Changes a destination in place: connections live on.
    EditDestination(ServiceKey, DestinationKey, Destination),
    /// Changes a service in place: connections live on.
    EditService(ServiceKey, ServiceSettings),
    /// Sets the timeouts of connection entries.
    SetTimeouts(Timeouts),
    /// Starts a sync thread.
    StartDaemon(DaemonRole, Daemon),
    /// Stops a sync thread.
    StopDaemon(DaemonRole),
}

/// What makes `desired` out of `actual`; nothing when it is already so.
///
/// Services go first that are not wanted any more: they may stand in the way of nobody, but their
/// removal frees memory before more is taken. Within a service additions come before removals, so that
/// it is never empty in between.
pub fn diff(actual: &Table, desired: &Table) -> Vec<Step> {
    let mut steps = Vec::new();
    for (role, daemon) in &actual.daemons {
        if !desired.daemons.get(role).is_some_and(|wanted| wanted.is_met_by(daemon, *role)) {
            steps.push(Step::StopDaemon(*role));
        }
    }
    steps.extend(
        missing(&actual.services, &desired.services).map(|(key, _)| Step::DeleteService(*key)),
    );
    for (key, wanted) in &desired.services {
        service_steps(*key, actual.services.get(key), wanted, &mut steps);
    }
    if let Some(wanted) = desired.timeouts
        && actual.timeouts.is_none_or(|actual| actual.merged(wanted) != actual)
    {
        steps.push(Step::SetTimeouts(wanted));
    }
    for (role, wanted) in &desired.daemons {
        if !actual.daemons.get(role).is_some_and(|daemon| wanted.is_met_by(daemon, *role)) {
            steps.push(Step::StartDaemon(*role, wanted.clone()));
        }
    }
    steps
}

/// The table after `steps`: what the kernel does, as a plain model.
pub fn apply(steps: &[Step], table: &Table) -> Table {
    let mut table = table.clone();
    for step in steps {
        apply_step(step, &mut table);
    }
    table
}

/// One step on a table. A step without its object changes nothing.
pub fn apply_step(step: &Step, table: &mut Table) {
    match step {
        Step::AddDestination(service, key, destination)
        | Step::EditDestination(service, key, destination) => {
            if let Some(service) = table.services.get_mut(service) {
                service.destinations.insert(*key, *destination);
            }
        }
        Step::AddService(key, settings) => {
            let service = Service { settings: settings.clone(), destinations: BTreeMap::new() };
            table.services.insert(*key, service);
        }
        Step::DeleteDestination(service, key) => {
            if let Some(service) = table.services.get_mut(service) {
                service.destinations.remove(key);
            }
        }
        Step::DeleteService(key) => {
            table.services.remove(key);
        }
        Step::EditService(key, settings) => {
            if let Some(service) = table.services.get_mut(key) {
                service.settings = settings.clone();
            }
        }
        Step::SetTimeouts(wanted) => {
            table.timeouts = Some(table.timeouts.map_or(*wanted, |actual| actual.merged(*wanted)));
        }
        Step::StartDaemon(role, daemon) => {
            table.daemons.insert(*role, daemon.clone());
        }
        Step::StopDaemon(role) => {
            table.daemons.remove(role);
        }
    }
}

impl Step {
    /// The service that it touches.
    pub fn service(&self) -> Option<ServiceKey> {
        match self {
            Self::AddDestination(key, ..)
            | Self::AddService(key, _)
            | Self::DeleteDestination(key, _)
            | Self::DeleteService(key)
            | Self::EditDestination(key, ..)
            | Self::EditService(key, _) => Some(*key),
            Self::SetTimeouts(_) | Self::StartDaemon(..) | Self::StopDaemon(_) => None,
        }
    }

    /// Whether it takes something away.
    pub fn is_removal(&self) -> bool {
        matches!(self, Self::DeleteDestination(..) | Self::DeleteService(_) | Self::StopDaemon(_))
    }

    /// The destination that it touches.
    pub fn destination(&self) -> Option<DestinationKey> {
        match self {
            Self::AddDestination(_, key, _)
            | Self::DeleteDestination(_, key)
            | Self::EditDestination(_, key, _) => Some(*key),
            _ => None,
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AddDestination(service, key, destination) => {
                write!(f, "add {key} to {service} with weight {}", destination.weight)
            }
            Self::AddService(key, settings) => write!(f, "add {key} {}", settings.scheduler),
            Self::DeleteDestination(service, key) => write!(f, "remove {key} from {service}"),
            Self::DeleteService(key) => write!(f, "remove {key}"),
            Self::EditDestination(service, key, destination) => {
                write!(f, "set {key} of {service} to weight {}", destination.weight)
            }
            Self::EditService(key, settings) => write!(f, "set {key} to {}", settings.scheduler),
            Self::SetTimeouts(Timeouts { tcp, tcp_fin, udp }) => {
                write!(f, "set the timeouts to {tcp} {tcp_fin} {udp}")
            }
            Self::StartDaemon(role, daemon) => {
                write!(f, "start the {role} sync daemon on {}", daemon.interface)
            }
            Self::StopDaemon(role) => write!(f, "stop the {role} sync daemon"),
        }
    }
}

/// The steps of one service, additions before removals.
fn service_steps(
    key: ServiceKey,
    actual: Option<&Service>,
    wanted: &Service,
    steps: &mut Vec<Step>,
) {
    let none = BTreeMap::new();
    match actual {
        None => steps.push(Step::AddService(key, wanted.settings.clone())),
        Some(actual) if actual.settings != wanted.settings => {
            steps.push(Step::EditService(key, wanted.settings.clone()));
        }
        Some(_) => {}
    }
    let actual = actual.map_or(&none, |actual| &actual.destinations);
    for (at, destination) in &wanted.destinations {
        match actual.get(at) {
            None => steps.push(Step::AddDestination(key, *at, *destination)),
            Some(actual) if actual != destination => {
                steps.push(Step::EditDestination(key, *at, *destination));
            }
            Some(_) => {}
        }
    }
    let gone = missing(actual, &wanted.destinations);
    steps.extend(gone.map(|(at, _)| Step::DeleteDestination(key, *at)));
}

/// Entries of `all` that `kept` lacks.
fn missing<'a, K: Ord, A, B>(
    all: &'a BTreeMap<K, A>,
    kept: &'a BTreeMap<K, B>,
) -> impl Iterator<Item = (&'a K, &'a A)> {
    all.iter().filter(|(key, _)| !kept.contains_key(key))
}
