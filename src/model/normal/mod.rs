//! What a cluster means, whichever program it was written for: the normal form.
//!
//! Defaults of the program are filled in, addresses are canonical, and everything has a name that
//! does not depend on order: services their target, servers their address and port, routers their
//! number and addresses. Two clusters mean the same when their normal forms are equal.

use std::collections::BTreeMap;

use super::setting::{Said, Settings};
use super::{Cluster, Sourced, show_exact_seconds};
use crate::source::Place;

mod difference;
mod probe;
mod router;
mod service;

pub use difference::{Difference, Side, differences};

/// The program whose defaults hold where a file says nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum World {
    /// heartbeat and ldirectord.
    Heartbeat,
    /// keepalived.
    Keepalived,
}

/// A cluster in its normal form.
#[derive(Clone, Debug, PartialEq)]
pub struct Normal {
    /// Whose defaults were filled in.
    pub world: World,
    /// What stands side by side: the whole, routers, services.
    pub objects: Vec<Object>,
}

/// Something with a name.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Object {
    /// Its kind and name for people, `service tcp 10.0.0.31:80`.
    pub title: String,
    /// Names by which it is found on the other side; one in common is enough.
    pub keys: Vec<String>,
    /// Where it is defined.
    pub at: Option<Place>,
    /// What is said about it, defaults included.
    pub fields: BTreeMap<String, Field>,
    /// What belongs to it.
    pub parts: Vec<Object>,
}

/// One value in canonical form.
#[derive(Clone, Debug)]
pub struct Field {
    /// The value for people; never a secret.
    pub value: String,
    /// What is compared but never shown.
    secret: Option<String>,
    /// Whether it only means something in its own world: between two worlds it is no difference.
    pub private: bool,
    /// Where it is said; `None` for a default.
    pub at: Option<Place>,
}

/// Equal wherever they stand.
impl PartialEq for Field {
    fn eq(&self, other: &Self) -> bool {
        (&self.value, &self.secret) == (&other.value, &other.secret)
    }
}

impl Normal {
    /// The normal form of `cluster`, as `world` reads it.
    ///
    /// For a comparison with the other world (`foreign`) routers that move together are one
    /// object, as heartbeat has it, and what VRRP derives is stated.
    pub fn of(cluster: &Cluster, world: World, foreign: bool) -> Self {
        let mut objects = vec![whole(cluster, world)];
        objects.extend(router::all(cluster, world, foreign));
        objects.extend(service::all(cluster, world));
        Self { world, objects }
    }
}

impl Object {
    fn new(title: impl Into<String>, keys: Vec<String>, at: Option<Place>) -> Self {
        Self { title: title.into(), keys, at, ..Self::default() }
    }

    /// Says `value` of `field`, from `at`.
    fn say(&mut self, field: &str, value: impl Into<String>, at: Option<Place>) {
        self.put(field, value.into(), false, at);
    }

    /// The same for what means nothing in the other world.
    fn say_privately(&mut self, field: &str, value: impl Into<String>, at: Option<Place>) {
        self.put(field, value.into(), true, at);
    }

    /// Says a stated value, or the default.
    fn say_or<T: Clone>(
        &mut self,
        field: &str,
        stated: Option<&Sourced<T>>,
        default: T,
        show: impl Fn(&T) -> String,
    ) {
        let value = stated.map_or_else(|| show(&default), |stated| show(&stated.value));
        self.say(field, value, stated.and_then(|stated| stated.at));
    }

    /// Says a stated value; nothing when there is none.
    fn say_stated<T>(
        &mut self,
        field: &str,
        stated: Option<&Sourced<T>>,
        show: impl Fn(&T) -> String,
    ) {
        if let Some(stated) = stated {
            self.say(field, show(&stated.value), stated.at);
        }
    }

    /// Says every stated setting under its keyword.
    fn say_settings(&mut self, prefix: &str, settings: &dyn Settings, private: bool) {
        settings.each(&mut |keyword, stated| {
            let secret = matches!(stated.value, Said::Secret(_));
            let value = if secret { HIDDEN.to_owned() } else { said(&stated.value) };
            self.put(&format!("{prefix}{keyword}"), value, private, stated.at);
            if let Said::Secret(hidden) = stated.value {
                self.hide(&format!("{prefix}{keyword}"), &hidden.0);
            }
        });
    }

    /// Adds what is compared and never shown to a field that was said.
    fn hide(&mut self, field: &str, secret: &str) {
        if let Some(field) = self.fields.get_mut(field) {
            field.secret = Some(secret.to_owned());
        }
    }

    fn put(&mut self, field: &str, value: String, private: bool, at: Option<Place>) {
        self.fields.insert(field.to_owned(), Field { value, secret: None, private, at });
    }
}

/// What belongs to no router and no service.
fn whole(cluster: &Cluster, world: World) -> Object {
    let mut object = Object::new("cluster", vec![String::new()], None);
    let alerts = &cluster.alerts;
    let mut recipients: Vec<&str> = alerts.recipients.iter().map(|r| r.value.as_str()).collect();
    recipients.sort_unstable();
    if !recipients.is_empty() {
        let at = alerts.recipients.first().and_then(|recipient| recipient.at);
        object.say("mail to", recipients.join(", "), at);
    }
    object.say_stated("mail from", alerts.sender.as_ref(), Clone::clone);
    object.say_stated("mail server", alerts.server.as_ref(), Clone::clone);
    object.say_stated("mail time limit", alerts.timeout.as_ref(), |time| seconds(*time));
    if let Some(daemon) = &cluster.sync_daemon {
        let interface = daemon.value.interface.as_deref().unwrap_or("ipvsadm's default");
        let identifier = daemon.value.identifier.map_or_else(|| "0".to_owned(), |n| n.to_string());
        object.say("sync daemon", format!("on {interface}, number {identifier}"), daemon.at);
    }
    for (prefix, settings) in cluster.globals.groups() {
        object.say_settings(prefix, settings, true);
    }
    let globals = &cluster.globals;
    for (field, stated) in
        [("router_id", &globals.router_id), ("script_user", &globals.script_user)]
    {
        if let Some(stated) = stated {
            object.say_privately(field, stated.value.clone(), stated.at);
        }
    }
    if world == World::Heartbeat {
        let membership = &cluster.membership;
        for node in &cluster.nodes {
            object.say_privately(&format!("node {}", node.name.value), "member", node.name.at);
        }
        let initial = membership.effective_initial_dead_time();
        let at = membership.initial_dead_time.and_then(|time| time.at);
        object.say_privately("initial dead time", seconds(initial), at);
        if let Some(time) = membership.warn_time {
            object.say("late warning", seconds(time.value), time.at);
        }
        for place in &membership.fencing {
            object.say("fencing", "configured", Some(*place));
        }
        if let Some(manager) = membership.manager.filter(|manager| manager.value) {
            object.say("another manager", "on", manager.at);
        }
    } else if let Some(delay) = globals.startup_delay {
        object.say_privately("startup delay", seconds(delay.value), delay.at);
    }
    object
}

/// Seconds with their unit.
fn seconds(time: std::time::Duration) -> String {
    format!("{} s", show_exact_seconds(time))
}

fn yes_no(value: &bool) -> String {
    if *value { "yes".to_owned() } else { "no".to_owned() }
}

/// A value of a settings table as a text that is equal when the value is.
fn said(value: &Said<'_>) -> String {
    match value {
        Said::Address(address) => address.to_string(),
        Said::Boolean(value) | Said::Flag(value) => yes_no(value),
        Said::Command(command) => match &command.user {
            Some(user) => format!("{} (as {user})", command.line),
            None => command.line.clone(),
        },
        Said::Milliseconds(time) | Said::Seconds(time) => seconds(**time),
        Said::Number(number) => number.to_string(),
        Said::OptionalNumber(number) => number.map_or_else(|| "yes".to_owned(), |n| n.to_string()),
        Said::OptionalWord(word) => word.as_ref().map_or_else(|| "yes".to_owned(), Clone::clone),
        Said::Secret(_) => HIDDEN.to_owned(),
        Said::Signed(number) => number.to_string(),
        Said::Weight(weight) => match weight.reverse {
            Some(true) => format!("{} reverse", weight.value),
            _ => weight.value.to_string(),
        },
        Said::Word(word) => (*word).clone(),
        Said::Words(words) => words.join(" "),
    }
}

/// In the place of a secret.
const HIDDEN: &str = "****";

#[cfg(test)]
mod tests;
