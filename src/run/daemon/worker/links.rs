//! Interfaces that come, go and change.

use super::*;
use crate::run::daemon::plan::{SourcePlan, Speaker};
use crate::run::daemon::ports::WayIn;

impl Worker {
    /// Opens what can be opened now, and tells the machines what works.
    pub(super) fn refresh_links(&mut self) {
        // Also of a parent that came late or again: the kernel took the link with the old one.
        self.virtual_links.create(
            &self.plan,
            &mut self.kernel,
            &mut self.netlink,
            &mut self.reporter,
        );
        self.look_at_owned();
        let mut failed = Vec::new();
        for number in 0..self.plan.routers.len() {
            self.refresh_mtu(number);
            failed.extend(self.refresh_port(number));
            self.refresh_further(number);
        }
        failed.extend(self.listen());
        for (what, error) in self.unopened.take(failed, Instant::now()) {
            self.reporter.check(&what, Err(error));
        }
        self.observe_links();
        self.observe_paths();
        self.is_dirty = true;
    }

    /// Listens for every router, and notes which one a packet is for.
    fn listen(&mut self) -> Vec<(String, io::Error)> {
        self.index.clear();
        let mut wanted = HashMap::new();
        for (number, router) in (0..).zip(&self.plan.routers) {
            let family = router.settings.family;
            let group = router.transport.group();
            // A peer with the same virtual MAC is heard on the virtual link only: the kernel takes
            // its frames for those of that link.
            let own = self.virtual_links.links_of(router, &self.kernel);
            let own = own.map(|link| (link, group));
            let further = router.paths.iter().filter_map(|path| {
                Some((self.kernel.link(&path.interface)?, path.transport.group()))
            });
            for (link, group) in own.chain(further) {
                let key = (link.index, router.settings.virtual_router_id, family);
                self.index.insert(key, number);
                if link.is_running {
                    wanted.insert(WayIn { link: link.index, family, group }, link);
                }
            }
        }
        self.receivers.listen(&wanted)
    }

    /// Tells a router how long its packets may be: those of a link that takes the least of them.
    fn refresh_mtu(&mut self, number: RouterIndex) {
        let Some(router) = self.plan.routers.get(number) else { return };
        let further = router.paths.iter().map(|path| path.interface.as_str());
        let names = std::iter::once(router.interface.as_str()).chain(further);
        let known = names.filter_map(|name| Some(self.kernel.link(name)?.mtu));
        if let Some(mtu) = known.filter(|mtu| *mtu > 0).min() {
            self.director.handle(number, Input::Mtu(mtu), Instant::now());
        }
    }

    /// The way out of a router; a new one only where something changed. Says what was tried in vain.
    fn refresh_port(&mut self, number: RouterIndex) -> Option<(String, io::Error)> {
        let router = self.plan.routers.get(number)?;
        let base = self.kernel.link(&router.interface).filter(|link| link.is_running);
        let source = base.and_then(|base| {
            let primary = self.kernel.primary(base.index, router.settings.family, &self.moving);
            router.source.or(primary)
        });
        let own = self.virtual_links.own(router, &self.kernel);
        let slot = self.ports.get_mut(number)?;
        let (Some(source), Some(base)) = (source, base) else {
            *slot = None;
            return None;
        };
        // Also who sends elsewhere has no place for its addresses without it.
        if router.virtual_link.is_some() && !own.is_some_and(|link| link.is_running) {
            *slot = None;
            let what = format!("({}) its virtual link", router.settings.name);
            return Some((what, io::Error::other("it is missing, or down")));
        }
        let link = own.filter(|_| !router.transmits_on_base).unwrap_or(base);
        let mac = link.mac.unwrap_or(crate::run::net::frames::MacAddress::BROADCAST);
        let is_same = slot.as_ref().is_some_and(|port| {
            port.link == link.index && port.source == source && port.mac == mac
        });
        if is_same {
            return None;
        }
        let failed = match Port::open(link.index, &link.name, source, mac) {
            Ok(port) => {
                *slot = Some(port);
                None
            }
            Err(error) => {
                *slot = None;
                Some((format!("({}) sending on {}", router.settings.name, link.name), error))
            }
        };
        self.director.handle(number, Input::Source(Some(source)), Instant::now());
        failed
    }

    /// What the machines follow of links.
    fn observe_links(&mut self) {
        let mut observations = Vec::new();
        for (number, source) in (0..).zip(&self.plan.sources) {
            let works = match source {
                SourcePlan::Interface { name, speaker } => {
                    let is_running = self.kernel.link(name).is_some_and(|link| link.is_running);
                    match speaker {
                        Some(speaker) if is_running => self.can_speak(name, speaker),
                        Some(speaker) => speaker.ignores_link,
                        None => is_running,
                    }
                }
                SourcePlan::Paths { interfaces, family } => {
                    interfaces.iter().any(|name| self.has_way(name, *family))
                }
                SourcePlan::File { .. }
                | SourcePlan::Pings { .. }
                | SourcePlan::Process(_)
                | SourcePlan::Resources { .. }
                | SourcePlan::Script(_)
                | SourcePlan::Service { .. } => continue,
            };
            observations.push((number, if works { Observation::Up } else { Observation::Down }));
        }
        // A parent that is gone takes hundreds of links along.
        self.director.observe_all(observations, Instant::now());
    }

    /// Whether a router on an interface has a way out, and hears the others: who is deaf would be a second
    /// master, and who is mute as well. Another router there may have what this one lacks.
    fn can_speak(&self, name: &str, speaker: &Speaker) -> bool {
        let identity = (name, speaker.virtual_router_id, speaker.family);
        let routers = self.plan.routers.iter().zip(&self.ports);
        let mut routers = routers.filter(|(router, _)| router.identity() == identity);
        routers.all(|(router, port)| {
            let mut links = self.virtual_links.links_of(router, &self.kernel);
            port.is_some() && !links.any(|link| self.receivers.is_deaf(link.index, speaker.family))
        })
    }
}
