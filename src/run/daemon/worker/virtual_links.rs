//! Links with the MAC address of a virtual router (`use_vmac`).

use crate::run::daemon::Plan;
use crate::run::daemon::kernel::Kernel;
use crate::run::daemon::report::Reporter;
use crate::run::net::frames::MacAddress;
use crate::run::net::interface::{
    Setting, base_link_settings, restore, virtual_link_settings, write,
};
use crate::run::net::netlink::{Netlink, VirtualLink};
use crate::run::vrrp::Family;

/// The links that this daemon made, and the settings that it changed for them.
#[derive(Debug, Default)]
pub(super) struct VirtualLinks {
    made: Vec<(String, u32)>,
    changed: Vec<(Setting, String)>,
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
        let mut is_changed = false;
        for router in &plan.routers {
            let Some(name) = &router.virtual_link else { continue };
            let Some(parent) = kernel.link(&router.interface) else { continue };
            let is_ipv6 = router.settings.family == Family::V6;
            let mac = MacAddress::virtual_router(router.settings.virtual_router_id, is_ipv6);
            let wanted = VirtualLink { name: name.clone(), parent: parent.index, mac };
            let existing = kernel.link(name);
            let fits = existing
                .is_some_and(|link| link.mac == Some(mac) && link.parent == Some(parent.index));
            if existing.is_none() {
                let result = netlink.create_virtual_link(&wanted);
                let is_made = result.is_ok();
                reporter.check(&format!("creating {name} on {}", router.interface), result);
                if !is_made {
                    continue;
                }
            } else if !fits {
                let why = std::io::Error::other("a link of this name is something else");
                reporter.check(&format!("creating {name} on {}", router.interface), Err(why));
                continue;
            }
            let base = base_link_settings(&router.interface);
            for setting in virtual_link_settings(name, is_ipv6).into_iter().chain(base) {
                self.set(setting, reporter);
            }
            is_changed = true;
        }
        if !is_changed {
            return;
        }
        self.read_again(kernel, netlink, reporter);
        for router in &plan.routers {
            let link = router.virtual_link.as_deref().and_then(|name| kernel.link(name));
            let Some(link) = link else { continue };
            let result = netlink.bring_up(link.index);
            reporter.check(&format!("bringing up {}", link.name), result);
            if !self.made.iter().any(|(name, _)| *name == link.name) {
                self.made.push((link.name.clone(), link.index));
            }
        }
        self.read_again(kernel, netlink, reporter);
    }

    /// Removes the links that no router uses any more.
    pub(super) fn remove_unused(
        &mut self,
        plan: &Plan,
        netlink: &mut Netlink,
        reporter: &mut Reporter,
    ) {
        let is_used =
            |name: &str| plan.routers.iter().any(|r| r.virtual_link.as_deref() == Some(name));
        self.made.retain(|(name, index)| {
            if is_used(name) {
                return true;
            }
            reporter.check(&format!("removing {name}"), netlink.delete_link(*index));
            false
        });
    }

    /// Removes every link and puts the settings back.
    pub(super) fn remove_all(&mut self, netlink: &mut Netlink, reporter: &mut Reporter) {
        self.remove_unused(&Plan::default(), netlink, reporter);
        for (setting, before) in self.changed.drain(..).rev() {
            // Those of the links themselves went with them.
            let _ = restore(&setting, &before);
        }
    }

    fn set(&mut self, setting: Setting, reporter: &mut Reporter) {
        if self.changed.iter().any(|(known, _)| *known == setting) {
            return;
        }
        match write(&setting) {
            Ok(before) => self.changed.push((setting, before)),
            // A kernel without IPv6 has no settings for it.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => reporter.check(&format!("{setting}"), Err(error)),
        }
    }

    fn read_again(&self, kernel: &mut Kernel, netlink: &mut Netlink, reporter: &mut Reporter) {
        reporter.check("reading links", kernel.refresh(netlink));
    }
}
