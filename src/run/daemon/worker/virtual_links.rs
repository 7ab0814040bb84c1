//! Links with the MAC address of a virtual router (`use_vmac`).

use std::collections::{BTreeMap, HashSet};
use std::io;

use crate::run::daemon::Plan;
use crate::run::daemon::kernel::Kernel;
use crate::run::daemon::plan::RouterPlan;
use crate::run::daemon::report::Reporter;
use crate::run::net::frames::MacAddress;
use crate::run::net::interface::{
    Setting, base_link_settings, ipv6_setting, move_reverse_path_filter, restore,
    virtual_link_settings, write,
};
use crate::run::net::netlink::{Link, Netlink, VirtualLink};
use crate::run::vrrp::Family;

/// The links that this daemon made, and the settings that it changed for them.
#[derive(Debug, Default)]
pub(super) struct VirtualLinks {
    /// By index.
    made: BTreeMap<u32, Made>,
    /// Each with the index of the link that it belongs to.
    changed: Vec<(u32, Setting, String)>,
    /// What was changed for the reverse path filter of all interfaces, once.
    filters: Option<Vec<(Setting, String)>>,
    /// Links of such names that are something else, and what could not be made: told once.
    refused: HashSet<(String, u32)>,
    /// Links that could not be brought up: told once.
    down: HashSet<u32>,
}

/// A link that this daemon made.
#[derive(Debug)]
struct Made {
    name: String,
    /// Whether it takes addresses of IPv6, once that was said.
    has_ipv6: Option<bool>,
}

impl VirtualLinks {
    /// Makes what is missing; a link that a process which was killed left is taken over.
    pub(super) fn create(
        &mut self,
        plan: &Plan,
        kernel: &mut Kernel,
        netlink: &mut Netlink,
        reporter: &mut Reporter,
    ) {
        self.forget_gone(kernel);
        let mut fresh = Vec::new();
        for router in &plan.routers {
            let Some(wanted) = wanted(router, kernel) else { continue };
            if self.own(router, kernel).is_some() {
                continue;
            }
            let name = &wanted.name;
            let existing = kernel.link(name);
            if let Err(why) = take_or_make(&wanted, existing, netlink) {
                if self.refused.insert((name.clone(), wanted.parent)) {
                    let what = format!("creating {name} on {}", router.interface);
                    reporter.check(&what, Err(why));
                }
                continue;
            }
            self.refused.remove(&(name.clone(), wanted.parent));
            fresh.push(router);
        }
        if !fresh.is_empty() {
            self.read_again(kernel, netlink, reporter);
            if fresh.iter().any(|router| router.settings.family == Family::V4) {
                self.move_filter(reporter);
            }
            for router in fresh {
                self.prepare(router, kernel, reporter);
            }
        }
        for router in &plan.routers {
            self.switch_ipv6(router, kernel, reporter);
        }
        self.bring_up(plan, kernel, netlink, reporter);
    }

    /// The link of a router: on its interface, with its MAC. One that others made never is, nor is another
    /// router's.
    pub(super) fn own<'k>(&self, router: &RouterPlan, kernel: &'k Kernel) -> Option<&'k Link> {
        let link = kernel.link(router.virtual_link.as_deref()?)?;
        let parent = kernel.link(&router.interface)?;
        let is_its = link.parent == Some(parent.index) && link.mac == Some(mac_of(router));
        Some(link).filter(|link| is_its && self.made.contains_key(&link.index))
    }

    /// The links that a router speaks and hears on, as far as they are there.
    pub(super) fn links_of<'k>(
        &self,
        router: &RouterPlan,
        kernel: &'k Kernel,
    ) -> impl Iterator<Item = &'k Link> + use<'k> {
        kernel.link(&router.interface).into_iter().chain(self.own(router, kernel))
    }

    /// The kernel removes a link with the one below it, and settings with their link.
    fn forget_gone(&mut self, kernel: &Kernel) {
        self.made
            .retain(|index, made| kernel.by_index(*index).is_some_and(|l| l.name == made.name));
        self.changed.retain(|(index, ..)| kernel.by_index(*index).is_some());
        self.refused.retain(|(_, parent)| kernel.by_index(*parent).is_some());
        self.down.retain(|index| kernel.by_index(*index).is_some());
    }

    /// Writes the settings of a new link and of the one below it.
    fn prepare(&mut self, router: &RouterPlan, kernel: &Kernel, reporter: &mut Reporter) {
        let Some(name) = router.virtual_link.as_deref() else { return };
        let (Some(link), Some(parent)) = (kernel.link(name), kernel.link(&router.interface)) else {
            return;
        };
        for setting in virtual_link_settings(name) {
            self.set(link.index, setting, reporter);
        }
        for setting in base_link_settings(&router.interface) {
            self.set(parent.index, setting, reporter);
        }
        self.made.insert(link.index, Made { name: link.name.clone(), has_ipv6: None });
    }

    /// A reload may bring the first address of IPv6, or take the last one.
    fn switch_ipv6(&mut self, router: &RouterPlan, kernel: &Kernel, reporter: &mut Reporter) {
        let Some(link) = self.own(router, kernel) else { return };
        let has_ipv6 = takes_ipv6(router);
        let Some(made) = self.made.get_mut(&link.index) else { return };
        if made.has_ipv6.replace(has_ipv6) != Some(has_ipv6) {
            self.set(link.index, ipv6_setting(&link.name, has_ipv6), reporter);
        }
    }

    /// A macvlan cannot be up before the link below it (ENETDOWN).
    fn bring_up(
        &mut self,
        plan: &Plan,
        kernel: &mut Kernel,
        netlink: &mut Netlink,
        reporter: &mut Reporter,
    ) {
        let mut is_changed = false;
        for router in &plan.routers {
            let is_possible = kernel.link(&router.interface).is_some_and(|link| link.is_running);
            let link = self.own(router, kernel).filter(|link| is_possible && !link.is_running);
            let Some(link) = link else { continue };
            let result = netlink.bring_up(link.index);
            // One that fails is tried again each second.
            if result.is_ok() {
                self.down.remove(&link.index);
            } else if self.down.insert(link.index) {
                reporter.check(&format!("bringing up {}", link.name), result);
            }
            is_changed = true;
        }
        if is_changed {
            self.read_again(kernel, netlink, reporter);
        }
    }

    /// Removes the links that no router of a plan uses any more. Before others are made: a link of another name
    /// cannot be up beside one with the same MAC (EADDRINUSE).
    pub(super) fn remove_unused(
        &mut self,
        plan: &Plan,
        kernel: &mut Kernel,
        netlink: &mut Netlink,
        reporter: &mut Reporter,
    ) {
        let known: &Kernel = kernel;
        let used = plan.routers.iter().filter_map(|router| self.own(router, known));
        let used: HashSet<u32> = used.map(|link| link.index).collect();
        let before = self.made.len();
        self.remove(|index| used.contains(&index), netlink, reporter);
        if self.made.len() < before {
            self.read_again(kernel, netlink, reporter);
        }
    }

    fn remove(
        &mut self,
        stays: impl Fn(u32) -> bool,
        netlink: &mut Netlink,
        reporter: &mut Reporter,
    ) {
        self.made.retain(|index, made| {
            if stays(*index) {
                return true;
            }
            reporter.check(&format!("removing {}", made.name), netlink.delete_link(*index));
            false
        });
    }

    /// Removes every link and puts the settings back.
    pub(super) fn remove_all(&mut self, netlink: &mut Netlink, reporter: &mut Reporter) {
        self.remove(|_| false, netlink, reporter);
        for (_, setting, before) in self.changed.drain(..).rev() {
            // Those of the links themselves went with them.
            let _ = restore(&setting, &before);
        }
        // The one of all first, so that no interface is without in between.
        for (setting, before) in self.filters.take().into_iter().flatten().rev() {
            let _ = restore(&setting, &before);
        }
    }

    /// Without it the kernel drops every packet for a virtual link whose way back leads over the one below.
    fn move_filter(&mut self, reporter: &mut Reporter) {
        if self.filters.is_none() {
            let mut moved = Vec::new();
            let result = move_reverse_path_filter(&mut moved);
            self.filters = Some(moved);
            reporter.check("net.ipv4.conf.all.rp_filter = 0, for virtual links", result);
        }
    }

    fn set(&mut self, link: u32, setting: Setting, reporter: &mut Reporter) {
        let mut changed = self.changed.iter_mut();
        let known = changed.find(|(of, known, _)| *of == link && known.is_about(&setting));
        if known.as_ref().is_some_and(|(_, known, _)| *known == setting) {
            return;
        }
        match (write(&setting), known) {
            // What it was before the first change is what comes back.
            (Ok(_), Some((_, known, _))) => *known = setting,
            (Ok(before), None) => self.changed.push((link, setting, before)),
            // A kernel without IPv6 has no settings for it.
            (Err(error), _) if error.kind() == std::io::ErrorKind::NotFound => {}
            (Err(error), _) => reporter.check(&format!("{setting}"), Err(error)),
        }
    }

    fn read_again(&self, kernel: &mut Kernel, netlink: &mut Netlink, reporter: &mut Reporter) {
        reporter.check("reading links", kernel.refresh(netlink));
    }
}

/// The link that a router needs, once there is one to put it on.
fn wanted(router: &RouterPlan, kernel: &Kernel) -> Option<VirtualLink> {
    let name = router.virtual_link.clone()?;
    let parent = kernel.link(&router.interface)?.index;
    Some(VirtualLink { name, parent, mac: mac_of(router) })
}

fn mac_of(router: &RouterPlan) -> MacAddress {
    let is_ipv6 = router.settings.family == Family::V6;
    MacAddress::virtual_router(router.settings.virtual_router_id, is_ipv6)
}

/// Whether an address of IPv6 stands on a router's own link, be it one that is not advertised.
fn takes_ipv6(router: &RouterPlan) -> bool {
    let own = [Some(router.interface.as_str()), router.virtual_link.as_deref()];
    let mut addresses = router.addresses.iter().filter(|planned| {
        planned.interface.is_none() || own.contains(&planned.interface.as_deref())
    });
    router.settings.family == Family::V6 || addresses.any(|planned| planned.address.is_ipv6())
}

fn take_or_make(
    wanted: &VirtualLink,
    existing: Option<&Link>,
    netlink: &mut Netlink,
) -> io::Result<()> {
    let Some(link) = existing else { return netlink.create_virtual_link(wanted) };
    if link.mac == Some(wanted.mac) && link.parent == Some(wanted.parent) {
        return Ok(());
    }
    Err(io::Error::other("a link of this name is something else"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::read::test_values::keepalived;
    use crate::source::Findings;

    #[test]
    fn a_link_takes_ipv6_where_an_address_on_it_wants_it() {
        let excluded = |line: &str| format!("virtual_ipaddress_excluded {{\n {line}\n }}");
        let rows = [
            ("10.0.0.31/24", String::new(), false),
            ("10.0.0.31/24", excluded("10.0.0.32/24"), false),
            ("10.0.0.31/24", excluded("2001:db8::31/64"), true),
            ("10.0.0.31/24", excluded("2001:db8::31/64 dev eth1"), true),
            ("10.0.0.31/24", excluded("2001:db8::31/64 dev vrrp.51"), true),
            ("10.0.0.31/24", excluded("2001:db8::31/64 dev eth0"), false),
            ("fe80::31/64", String::new(), true),
        ];
        for (address, lines, expected) in rows {
            let text = format!(
                "vrrp_instance VI_1 {{\n interface eth1\n virtual_router_id 51\n use_vmac\n \
                 virtual_ipaddress {{\n {address}\n }}\n {lines}\n}}\n"
            );
            let plan =
                crate::run::daemon::plan::plan(&keepalived(&text), "lw1", &mut Findings::new());
            assert_eq!(
                plan.routers.iter().map(takes_ipv6).collect::<Vec<_>>(),
                [expected],
                "{text}"
            );
        }
    }
}
