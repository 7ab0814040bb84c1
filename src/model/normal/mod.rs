//! What a cluster means, whichever program it was written for: the normal form.
//!
//! Defaults of the program are filled in, addresses are canonical, and everything has a name that
//! does not depend on order: services their target, servers their address and port, routers their
//! number and addresses. Two clusters mean the same when their normal forms are equal.

use std::collections::BTreeMap;

use super::setting::{Said, Settings};
use super::{Cluster, Sourced, SyncDaemon, show_exact_seconds};
use crate::model::Located;
use crate::source::{Place, Sources};
use standard::Standards;

mod carried;
mod difference;
mod heartbeat;
mod objects;
mod probe;
mod router;
mod routing;
pub(super) mod service;
mod standard;

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
    /// The normal form of `cluster`, which was read from `sources`, as `world` reads it.
    ///
    /// For a comparison with the other world (`foreign`) routers that move together are one
    /// object, as heartbeat has it, and what VRRP derives is stated. Within one world everything
    /// counts that the files say.
    pub fn of(cluster: &Cluster, sources: &Sources, world: World, foreign: bool) -> Self {
        let script_user = cluster.globals.script_user.as_ref().map(|user| &user.value);
        let standards = Standards::of(&cluster.globals);
        let view = View { sources, world, foreign, standards, script_user };
        let mut objects = vec![whole(cluster, &view)];
        objects.extend(router::all(cluster, &view));
        objects.extend(service::all(cluster, &view));
        if world == World::Keepalived && !foreign {
            objects.extend(objects::all(cluster, &view));
        }
        objects.iter_mut().for_each(|object| object.veil(sources));
        Self { world, objects }
    }
}

/// What every part of a normal form is made with.
struct View<'a> {
    sources: &'a Sources,
    world: World,
    foreign: bool,
    standards: Standards,
    /// Who runs scripts that name nobody.
    script_user: Option<&'a String>,
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
        self.say(field, value, stated.place());
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

    /// Says every stated setting of the block `within` that is not what holds anyway. Settings are
    /// keepalived's own words.
    fn say_settings(
        &mut self,
        prefix: &str,
        settings: &dyn Settings,
        within: &str,
        view: &View<'_>,
    ) {
        settings.each(&mut |keyword, stated| {
            let secret = matches!(stated.value, Said::Secret(_));
            let value = if secret { HIDDEN.to_owned() } else { said(&stated.value) };
            let field = format!("{prefix}{keyword}");
            // In `global_defs` the prefix is part of the word.
            let word = if within == "global_defs" { &field } else { keyword };
            if view.standards.is_default(within, word, &value) {
                return;
            }
            self.put(&field, value, true, stated.at);
            if let Said::Secret(hidden) = stated.value {
                self.hide(&field, &hidden.0);
            }
        });
    }

    /// Says `value` privately under `field`, or under the next name when that is taken already.
    fn say_next(&mut self, field: &str, value: &str, at: Option<Place>) -> String {
        self.put_next(field, value, true, at)
    }

    fn put_next(&mut self, field: &str, value: &str, private: bool, at: Option<Place>) -> String {
        let name = self.free_name(field);
        self.put(&name, value.to_owned(), private, at);
        name
    }

    /// `field`, `field (2)` and so on. One keyword may stand in a hundred thousand lines: their names
    /// have no gap, so that the first free number is found by halving.
    fn free_name(&self, field: &str) -> String {
        if !self.fields.contains_key(field) {
            return field.to_owned();
        }
        let name = |number: usize| format!("{field} ({number})");
        let is_taken = |number| self.fields.contains_key(&name(number));
        let (mut taken, mut free) = (1, 2);
        while is_taken(free) {
            (taken, free) = (free, free * 2);
        }
        while free - taken > 1 {
            let middle = taken + (free - taken) / 2;
            if is_taken(middle) { taken = middle } else { free = middle }
        }
        name(free)
    }

    /// Adds what is compared and never shown to a field that was said.
    fn hide(&mut self, field: &str, secret: &str) {
        if let Some(field) = self.fields.get_mut(field) {
            field.secret = Some(secret.to_owned());
        }
    }

    /// Hides what stands where a secret is: of a line with a mistake no reader can tell what its
    /// author meant by it. A field that is called as it says is called by its first word.
    fn veil(&mut self, sources: &Sources) {
        let is_secret = |field: &Field| {
            let at = field.at.filter(|_| field.secret.is_none());
            at.is_some_and(|at| sources.get(at.file).is_secret(at.span))
        };
        let secret = self.fields.iter().filter(|(_, field)| is_secret(field));
        let names: Vec<String> = secret.map(|(name, _)| name.clone()).collect();
        for field in names {
            let Some(Field { value, private, at, .. }) = self.fields.remove(&field) else {
                continue;
            };
            let name = match value.as_str() {
                "" => field.split_whitespace().next().unwrap_or_default(),
                _ => field.as_str(),
            };
            let name = self.put_next(name, HIDDEN, private, at);
            self.hide(&name, &format!("{field} {value}"));
        }
        self.parts.iter_mut().for_each(|part| part.veil(sources));
    }

    fn put(&mut self, field: &str, value: String, private: bool, at: Option<Place>) {
        self.fields.insert(field.to_owned(), Field { value, secret: None, private, at });
    }
}

/// What belongs to no router and no service.
fn whole(cluster: &Cluster, view: &View<'_>) -> Object {
    let mut object = Object::new("cluster", vec![String::new()], None);
    let alerts = &cluster.alerts;
    // MailTo is heartbeat's way to say whom keepalived writes to; within heartbeat it is a resource.
    let by_resource = if view.foreign { heartbeat::mailed(cluster) } else { Vec::new() };
    let stated = alerts.recipients.iter().map(|stated| (stated.value.as_str(), stated.at));
    let recipients: Vec<(&str, Option<Place>)> = stated.chain(by_resource).collect();
    if let Some((_, at)) = recipients.first().copied() {
        let mut names: Vec<&str> = recipients.into_iter().map(|(name, _)| name).collect();
        names.sort_unstable();
        if view.foreign {
            names.dedup();
        }
        object.say("mail to", names.join(", "), at);
    }
    object.say_stated("mail from", alerts.sender.as_ref(), Clone::clone);
    object.say_stated("mail server", alerts.server.as_ref(), Clone::clone);
    let limit = alerts.timeout.filter(|time| time.value != MAIL_TIME);
    object.say_stated("mail time limit", limit.as_ref(), |time| seconds(*time));
    if let Some(daemon) = &cluster.sync_daemon {
        let interface = daemon.value.interface.as_deref().unwrap_or("ipvsadm's default");
        // keepalived takes the number of the router that it follows, ipvsadm 0.
        let followed = daemon.value.router.as_ref().filter(|_| view.world == World::Keepalived);
        let followed = cluster.routers.iter().find(|router| Some(&router.name.value) == followed);
        let of_router = followed.and_then(|router| router.virtual_router_id);
        let identifier = daemon.value.identifier.or(of_router.map(|number| number.value));
        let identifier = identifier.unwrap_or(0);
        object.say("sync daemon", format!("on {interface}, number {identifier}"), daemon.at);
        if !view.foreign {
            object.say("sync daemon's packets", packets(&daemon.value), daemon.at);
        }
    }
    match view.world {
        World::Heartbeat => heartbeat::whole(cluster, view, &mut object),
        World::Keepalived => globals(cluster, view, &mut object),
    }
    carried::say(&cluster.carried, "", view, &mut object);
    object
}

/// What a whole keepalived states.
fn globals(cluster: &Cluster, view: &View<'_>, object: &mut Object) {
    let globals = &cluster.globals;
    for (prefix, settings) in globals.groups() {
        object.say_settings(prefix, settings, "global_defs", view);
    }
    for (field, stated) in
        [("router_id", &globals.router_id), ("script_user", &globals.script_user)]
    {
        if let Some(stated) = stated {
            object.say_privately(field, stated.value.clone(), stated.at);
        }
    }
    for (field, stated) in
        [("script security", globals.script_security), ("strict", globals.strict)]
    {
        if let Some(stated) = stated.filter(|stated| stated.value) {
            object.say_privately(field, "yes", stated.at);
        }
    }
    if let Some(delay) = globals.startup_delay.filter(|delay| !delay.value.is_zero()) {
        object.say_privately("startup delay", seconds(delay.value), delay.at);
    }
    object.say_settings("", &globals.outside, "", view);
    object.say_settings("SSL ", &cluster.tls_client, "SSL", view);
    carried::say(&globals.carried, "global_defs", view, object);
    objects::fixed(&cluster.fixed, view, object);
    for group in &cluster.service_groups {
        carried::say(&group.carried, "virtual_server_group", view, object);
    }
}

/// How the sync daemon sends, and whom it follows.
fn packets(daemon: &SyncDaemon) -> String {
    let SyncDaemon { interface: _, router, identifier: _, longest, port, ttl, group } = daemon;
    let number = |word: &str, number: Option<String>| {
        number.map_or(String::new(), |number| format!(" {word} {number}"))
    };
    let parts = [
        number("follows", router.clone()),
        number("maxlen", longest.map(|n| n.to_string())),
        number("port", port.map(|n| n.to_string())),
        number("ttl", ttl.map(|n| n.to_string())),
        number("group", group.map(|n| n.to_string())),
    ];
    parts.concat().trim_start().to_owned()
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

/// How long keepalived waits for a mail server.
const MAIL_TIME: std::time::Duration = std::time::Duration::from_secs(30);

/// In the place of a secret.
const HIDDEN: &str = "****";

#[cfg(test)]
mod tests;
