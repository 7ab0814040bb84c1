//! Several ways of the same advertisements, as heartbeat's media: what is heard on any of them counts.

use super::*;

/// When something was heard on which link, and which paths are lost.
#[derive(Debug, Default)]
pub(super) struct Paths {
    heard: HashMap<u32, Instant>,
    lost: HashSet<String>,
}

impl Worker {
    /// Opens the further ways out of a router; one that is open and fits stays.
    pub(super) fn refresh_further(&mut self, number: RouterIndex) {
        let Some(router) = self.plan.routers.get(number) else { return };
        let family = router.settings.family;
        for (place, path) in router.paths.iter().enumerate() {
            let link = self.kernel.link(&path.interface).filter(|link| link.is_running);
            let way = link.and_then(|link| {
                Some((link, self.kernel.primary(link.index, family, &self.moving)?))
            });
            let slot = self.further.get_mut(number).and_then(|ports| ports.get_mut(place));
            let Some(slot) = slot else { continue };
            let old = slot.as_ref().map(|port| (port.link, port.source));
            if old == way.map(|(link, source)| (link.index, source)) {
                continue;
            }
            let no_mac = crate::run::net::frames::MacAddress::BROADCAST;
            *slot = way.and_then(|(link, source)| {
                Port::open(link.index, &link.name, source, link.mac.unwrap_or(no_mac)).ok()
            });
        }
    }

    /// Sends an advertisement on the further paths. One that does not take it is told of elsewhere.
    pub(super) fn advertise_further(&self, index: RouterIndex, priority: u8) {
        let (Some(plan), Some(machine), Some(ports)) =
            (self.plan.routers.get(index), self.director.machine(index), self.further.get(index))
        else {
            return;
        };
        for (path, port) in plan.paths.iter().zip(ports) {
            if let Some(port) = port {
                let _ = port.advertise(&path.transport, plan.custom, machine, priority);
            }
        }
    }

    /// Where advertisements of a router go on a link.
    pub(super) fn transport_on(&self, index: RouterIndex, link: u32) -> Option<&Transport> {
        let router = self.plan.routers.get(index)?;
        let name = self.kernel.by_index(link).map(|link| link.name.as_str());
        let further = router.paths.iter().find(|path| Some(path.interface.as_str()) == name);
        Some(further.map_or(&router.transport, |path| &path.transport))
    }

    /// Whether a packet is the own one, come back by a further path.
    pub(super) fn is_own(&self, index: RouterIndex, source: IpAddr) -> bool {
        let ports = self.further.get(index).into_iter().flatten().flatten();
        ports.into_iter().any(|port| port.source == source)
    }

    /// Whether advertisements of a family can leave and arrive by an interface.
    pub(super) fn has_way(&self, name: &str, family: Family) -> bool {
        let link = self.kernel.link(name).filter(|link| link.is_running);
        link.is_some_and(|link| {
            self.kernel.primary(link.index, family, &self.moving).is_some()
                && !self.receivers.is_deaf(link.index, family)
        })
    }

    /// An advertisement for a router came by a link: its other paths are to bring the same.
    pub(super) fn heard_on(&mut self, link: u32, index: RouterIndex) {
        let Some(router) = self.plan.routers.get(index).filter(|r| !r.paths.is_empty()) else {
            return;
        };
        let now = Instant::now();
        self.paths.heard.insert(link, now);
        let limit = router.settings.interval * u32::from(router.settings.down_count);
        let further = router.paths.iter().map(|path| path.interface.as_str());
        let names = std::iter::once(router.interface.as_str()).chain(further);
        let mut lost = Vec::new();
        let mut found = Vec::new();
        for link in names.filter_map(|name| self.kernel.link(name)) {
            let heard = self.paths.heard.entry(link.index).or_insert(now);
            let silence = now.duration_since(*heard);
            let is_lost = self.paths.lost.contains(&link.name);
            if silence >= limit && !is_lost {
                lost.push((
                    link.name.clone(),
                    format!("nothing heard for {} ms", silence.as_millis()),
                ));
            } else if silence.is_zero() && is_lost {
                found.push(link.name.clone());
            }
        }
        self.tell_of_paths(lost, found);
    }

    /// Tells of paths whose link went down. One that is up again has to be heard, too.
    pub(super) fn observe_paths(&mut self) {
        let routers = self.plan.routers.iter().filter(|router| !router.paths.is_empty());
        let names = routers.flat_map(|router| {
            let further = router.paths.iter().map(|path| &path.interface);
            std::iter::once(&router.interface).chain(further)
        });
        let is_running = |name: &str| self.kernel.link(name).is_some_and(|link| link.is_running);
        let lost: BTreeSet<&String> = names.filter(|name| !is_running(name)).collect();
        let lost = lost.into_iter().filter(|name| !self.paths.lost.contains(*name));
        let lost = lost.map(|name| (name.clone(), "its link is down".to_owned())).collect();
        self.tell_of_paths(lost, Vec::new());
    }

    fn tell_of_paths(&mut self, lost: Vec<(String, String)>, found: Vec<String>) {
        for (interface, why) in lost {
            self.paths.lost.insert(interface.clone());
            self.reporter.tell(Report::PathLost { interface, why });
        }
        for interface in found {
            self.paths.lost.remove(&interface);
            self.reporter.tell(Report::PathFound { interface });
        }
    }
}
