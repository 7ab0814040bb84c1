//! What routers follow.

use std::path::PathBuf;
use std::time::Duration;

use super::{Planner, finding};
use crate::model::{Router, Sourced, Track, TrackKind};
use crate::run::daemon::plan::{PathPlan, ProcessPlan, ScriptPlan, SourcePlan, Speaker};
use crate::run::daemon::unexecuted::not_executed;
use crate::run::services;
use crate::run::vrrp::{Settings, Tracked};
use crate::source::codes::daemon;

/// Something that is followed, with the weight and the reversal that it states itself.
type Followed = (SourcePlan, i16, bool);

impl Planner<'_> {
    /// The own interface, those that the addresses, routes and rules name, and what the configuration says.
    pub(super) fn tracked(
        &mut self,
        router: &Router,
        interface: &str,
        virtual_link: Option<&str>,
        settings: &Settings,
        paths: &[PathPlan],
    ) -> Vec<Tracked> {
        let family = settings.family;
        let mut addresses = router.addresses.iter().map(|address| &address.value.interface);
        let carries = addresses.any(|own| own.as_deref().is_none_or(|own| own == interface));
        // An interface that only carries advertisements may fail while there is another one.
        let own = if carries || paths.is_empty() {
            let speaker = Speaker {
                virtual_router_id: settings.virtual_router_id,
                family,
                ignores_link: router.delivery.ignore_own_interface.is_some(),
            };
            SourcePlan::Interface { name: interface.to_owned(), speaker: Some(speaker) }
        } else {
            let further = paths.iter().map(|path| path.interface.clone());
            let interfaces = std::iter::once(interface.to_owned()).chain(further).collect();
            SourcePlan::Paths { interfaces, family }
        };
        let mut tracked = vec![self.needed(own)];
        // keepalived follows them also with `dont_track_primary`, and `lo`, too.
        let of_addresses = router.addresses.iter().chain(&router.excluded).filter(|address| {
            !address.value.options.untracked.as_ref().is_some_and(|word| word.value)
        });
        let of_addresses = of_addresses.filter_map(|address| address.value.interface.as_deref());
        let of_routes = router.routes.iter().filter_map(|route| link_of_route(&route.value));
        let of_rules = router.rules.iter().flat_map(|rule| links_of_rule(&rule.value));
        for name in of_addresses.chain(of_routes).chain(of_rules) {
            if name == interface || Some(name) == virtual_link {
                continue;
            }
            let name = name.to_owned();
            let needed = self.needed(SourcePlan::Interface { name, speaker: None });
            // A hundred addresses may stand on one.
            if !tracked.contains(&needed) {
                tracked.push(needed);
            }
        }
        let group = self.memberships.get(router.name.value.as_str());
        let has_weights = group.is_none_or(|group| group.weights.is_some());
        for track in &router.tracks {
            tracked.extend(self.track(track, has_weights));
        }
        tracked
    }

    /// What a router cannot do without.
    fn needed(&mut self, plan: SourcePlan) -> Tracked {
        Tracked { source: self.source(plan), weight: 0, reverse: false }
    }

    /// What a router or a group says that it follows. Without `has_weights` as keepalived has it: what cannot
    /// be a fault instead is not followed.
    pub(super) fn track(&mut self, track: &Sourced<Track>, has_weights: bool) -> Option<Tracked> {
        let followed = match track.value.kind {
            TrackKind::Interface => {
                let name = track.value.name.clone();
                Some((SourcePlan::Interface { name, speaker: None }, 0, false))
            }
            TrackKind::Script => self.script(track),
            TrackKind::File => self.file(&track.value.name),
            TrackKind::Process => self.process(&track.value.name),
            TrackKind::Service => self.service(&track.value.name),
            TrackKind::Bfd => {
                self.findings.push(not_executed("track_bfd", 1, track.at));
                return None;
            }
        };
        let Some((plan, weight, reverse)) = followed else {
            let message = format!("nothing to follow is named `{}`", track.value.name);
            let mut finding = finding(daemon::UNKNOWN_TRACKER, track.at, message);
            if track.value.kind == TrackKind::Service {
                let ids: Vec<String> =
                    self.cluster.services.iter().map(services::plan::id).collect();
                finding = finding.help(format!("name one of {}", ids.join(", ")));
            }
            self.findings.push(finding);
            return None;
        };
        let mut weight = track.value.weight.unwrap_or(weight);
        if weight != 0 && !has_weights {
            let is_fault = match track.value.kind {
                TrackKind::Interface => true,
                // What a file has that states none.
                TrackKind::File => weight == 1,
                TrackKind::Bfd | TrackKind::Process | TrackKind::Script | TrackKind::Service => {
                    false
                }
            };
            self.tell_weight(track, is_fault);
            if !is_fault {
                return None;
            }
            weight = 0;
        }
        let reverse = track.value.reverse.unwrap_or(reverse);
        Some(Tracked { source: self.source(plan), weight, reverse })
    }

    fn tell_weight(&mut self, track: &Sourced<Track>, is_fault: bool) {
        let name = &track.value.name;
        let message = match is_fault {
            true => {
                format!("`{name}` has no weight in a member of a sync group: its loss is a fault")
            }
            false => {
                format!("`{name}` is not followed: it has a weight, in a member of a sync group")
            }
        };
        let finding = finding(daemon::NOT_EXECUTED, track.at, message)
            .help("write `sync_group_tracking_weight` into the group");
        self.findings.push(match track.value.kind {
            TrackKind::Service => finding,
            _ => finding.note("so it is with keepalived"),
        });
    }

    fn script(&mut self, track: &Sourced<Track>) -> Option<Followed> {
        let name = &track.value.name;
        let tracker = self.cluster.trackers.iter().find(|tracker| tracker.name.value == *name)?;
        let command = tracker.command.as_ref()?;
        let interval = tracker.interval.map_or(Duration::from_secs(1), |time| time.value);
        let words = self.split(&command.value, command.at)?;
        let plan = ScriptPlan {
            name: name.clone(),
            command: Sourced { value: words, at: command.at },
            interval,
            timeout: tracker.timeout.map_or(interval, |time| time.value),
            rise: tracker.rise.as_ref().map_or(1, |count| count.value.max(1)),
            fall: tracker.fall.as_ref().map_or(1, |count| count.value.max(1)),
            user: tracker.user.as_ref().map(|user| user.value.clone()),
        };
        let weight = tracker.weight.as_ref().map_or(0, |weight| weight.value);
        Some((SourcePlan::Script(plan), weight, tracker.reverse.unwrap_or(false)))
    }

    fn file(&self, name: &str) -> Option<Followed> {
        let file = self.cluster.tracked_files.iter().find(|file| file.name.value == name)?;
        let path = PathBuf::from(&file.settings.path.as_ref()?.value);
        // keepalived multiplies the number with 1 where nothing is said.
        let weight = file.settings.weight.as_ref().map(|weight| weight.value);
        let reverse = weight.and_then(|weight| weight.reverse).unwrap_or(false);
        let plan = SourcePlan::File { name: name.to_owned(), path };
        Some((plan, weight.map_or(1, |weight| bounded(weight.value)), reverse))
    }

    fn process(&self, name: &str) -> Option<Followed> {
        let process =
            self.cluster.tracked_processes.iter().find(|process| process.name.value == name)?;
        let settings = &process.settings;
        let plan = ProcessPlan {
            name: name.to_owned(),
            command: settings.process.as_ref()?.value.clone(),
            least: settings.quorum.as_ref().map_or(1, |count| count.value),
            most: settings.most.as_ref().map(|count| count.value),
        };
        let weight = settings.weight.as_ref().map(|weight| weight.value);
        let reverse = weight.and_then(|weight| weight.reverse).unwrap_or(false);
        let value = weight.map_or(0, |weight| bounded(weight.value));
        Some((SourcePlan::Process(plan), value, reverse))
    }

    fn service(&self, id: &str) -> Option<Followed> {
        let is_it = |service: &crate::model::Service| services::plan::id(service) == id;
        let plan = SourcePlan::Service { id: id.to_owned() };
        self.cluster.services.iter().any(is_it).then_some((plan, 0, false))
    }

    /// Number of a source; each is observed once, however many follow it.
    pub(super) fn source(&mut self, plan: SourcePlan) -> usize {
        if let Some(known) = self.sources.iter().position(|source| *source == plan) {
            return known;
        }
        self.sources.push(plan);
        self.sources.len() - 1
    }
}

/// The interface that a route needs. keepalived follows none of those behind `nexthop`.
fn link_of_route(words: &[String]) -> Option<&str> {
    if words.iter().any(|word| word == "no_track") {
        return None;
    }
    let mut words = words.iter().map(String::as_str).take_while(|word| *word != "nexthop");
    words.find(|word| matches!(*word, "dev" | "oif"))?;
    words.next()
}

/// The interfaces that a rule names.
fn links_of_rule(words: &[String]) -> impl Iterator<Item = &str> {
    let is_tracked = !words.iter().any(|word| word == "no_track");
    let pairs = words.iter().zip(words.iter().skip(1)).filter(move |_| is_tracked);
    let named = pairs.filter(|(word, _)| matches!(word.as_str(), "dev" | "iif" | "oif"));
    named.map(|(_, name)| name.as_str())
}

/// Weights are -254 to 254; the rest would change nothing more.
fn bounded(weight: i32) -> i16 {
    i16::try_from(weight.clamp(-254, 254)).unwrap_or(0)
}
