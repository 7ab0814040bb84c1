//! Routers in words: what the daemon would do, for those who check before they start it.

use std::fmt::{self, Display, Formatter};
use std::net::IpAddr;
use std::time::Duration;

use super::{Plan, PlannedAddress, RouterPlan, Transport};
use crate::model::show_seconds;

impl Plan {
    /// Its routers and sync groups, with every default filled in; no password.
    pub fn routers_in_words(&self) -> String {
        let mut lines: Vec<String> = self.routers.iter().map(ToString::to_string).collect();
        lines.extend(self.groups.iter().map(|group| {
            let members = group.members.iter().filter_map(|number| self.routers.get(*number));
            let names: Vec<&str> = members.map(|router| router.settings.name.as_str()).collect();
            format!("sync group {}: {}\n", group.name, names.join(", "))
        }));
        lines.concat()
    }
}

impl Display for RouterPlan {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let settings = &self.settings;
        writeln!(
            f,
            "router {} vrid {}, VRRP {} on {}, {}",
            settings.name,
            settings.virtual_router_id,
            settings.version.number(),
            self.interface,
            self.transport
        )?;
        for path in &self.paths {
            writeln!(f, "  also on {}, {}", path.interface, path.transport)?;
        }
        let preemption = match (settings.preempt, settings.preempt_delay) {
            (false, _) => "does not preempt".to_owned(),
            (true, Duration::ZERO) => "preempts".to_owned(),
            (true, delay) => format!("preempts after {} s", show_seconds(delay)),
        };
        writeln!(
            f,
            "  priority {}, every {} s, the master is dead after {} intervals, {preemption}",
            settings.priority,
            show_seconds(settings.interval),
            settings.down_count
        )?;
        if !settings.startup_delay.is_zero() {
            writeln!(f, "  silent for {} s after the start", show_seconds(settings.startup_delay))?;
        }
        if let Some(link) = &self.virtual_link {
            writeln!(f, "  virtual MAC address on {link}")?;
        }
        let addresses: Vec<String> = self.addresses.iter().map(ToString::to_string).collect();
        writeln!(f, "  addresses {}", addresses.join(", "))
    }
}

impl Display for Transport {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Multicast(group) => write!(f, "to the group {group}"),
            Self::Unicast(peers) => {
                let peers: Vec<String> = peers.iter().map(IpAddr::to_string).collect();
                write!(f, "to {}", peers.join(", "))
            }
        }
    }
}

impl Display for PlannedAddress {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.prefix)?;
        match &self.interface {
            Some(interface) => write!(f, " dev {interface}"),
            None => Ok(()),
        }
    }
}
