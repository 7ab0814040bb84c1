//! Interfaces that come, go and change.

use super::*;
use crate::run::daemon::plan::SourcePlan;

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
        self.index.clear();
        let mut wanted = HashMap::new();
        for number in 0..self.plan.routers.len() {
            self.refresh_port(number);
            self.refresh_further(number);
            let Some(router) = self.plan.routers.get(number) else { continue };
            let family = router.settings.family;
            let group = router.transport.group();
            // A peer with the same virtual MAC is heard on the virtual link only: the kernel takes
            // its frames for those of that link.
            let names = [Some(router.interface.as_str()), router.virtual_link.as_deref()];
            for link in names.into_iter().flatten().filter_map(|name| self.kernel.link(name)) {
                let key = (link.index, router.settings.virtual_router_id, family);
                self.index.insert(key, number);
                if link.is_running {
                    wanted.insert((link.index, family, group), link.name.clone());
                }
            }
            for path in &router.paths {
                let Some(link) = self.kernel.link(&path.interface) else { continue };
                let key = (link.index, router.settings.virtual_router_id, family);
                self.index.insert(key, number);
                if link.is_running {
                    let group = path.transport.group();
                    wanted.insert((link.index, family, group), link.name.clone());
                }
            }
        }
        let result = self.receivers.listen(&wanted);
        self.reporter.check("listening", result);
        self.observe_links();
        self.observe_paths();
        self.is_dirty = true;
    }

    /// The way out of a router; a new one only where something changed.
    fn refresh_port(&mut self, number: RouterIndex) {
        let Some(router) = self.plan.routers.get(number) else { return };
        let base = self.kernel.link(&router.interface).filter(|link| link.is_running);
        let source = base.and_then(|base| {
            let primary = self.kernel.primary(base.index, router.settings.family, &self.moving);
            router.source.or(primary)
        });
        let virtual_link = router.virtual_link.as_deref().filter(|_| !router.transmits_on_base);
        let name = virtual_link.unwrap_or(&router.interface);
        let link = base.and_then(|_| self.kernel.link(name));
        let Some(slot) = self.ports.get_mut(number) else { return };
        let (Some(source), Some(link)) = (source, link) else {
            *slot = None;
            return;
        };
        let mac = link.mac.unwrap_or(crate::run::net::frames::MacAddress::BROADCAST);
        let is_same = slot.as_ref().is_some_and(|port| {
            port.link == link.index && port.source == source && port.mac == mac
        });
        if is_same {
            return;
        }
        match Port::open(link.index, &link.name, source, mac) {
            Ok(port) => *slot = Some(port),
            Err(error) => {
                *slot = None;
                let what = format!("({}) sending on {name}", router.settings.name);
                self.reporter.check(&what, Err(error));
            }
        }
        self.director.handle(number, Input::Source(Some(source)), Instant::now());
    }

    /// What the machines follow of links.
    fn observe_links(&mut self) {
        let now = Instant::now();
        for number in 0..self.plan.sources.len() {
            let (name, family) = match self.plan.sources.get(number) {
                Some(SourcePlan::Interface { name, family }) => (name, family),
                Some(SourcePlan::Paths { interfaces, family }) => {
                    let works = interfaces.iter().any(|name| self.has_way(name, *family));
                    let observation = if works { Observation::Up } else { Observation::Down };
                    self.director.observe(number, observation, now);
                    continue;
                }
                _ => continue,
            };
            let is_running = self.kernel.link(name).is_some_and(|link| link.is_running);
            // A router whose every port is closed has no address to send from.
            let can_send = family.is_none_or(|family| {
                let routers = self.plan.routers.iter().zip(&self.ports);
                routers
                    .filter(|(router, _)| {
                        router.interface == *name && router.settings.family == family
                    })
                    .any(|(_, port)| port.is_some())
            });
            let works = is_running && can_send;
            let observation = if works { Observation::Up } else { Observation::Down };
            self.director.observe(number, observation, now);
        }
    }
}
