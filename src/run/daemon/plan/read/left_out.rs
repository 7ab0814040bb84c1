//! What the daemon understands but does not do: it is told, so that nobody relies on it.

use super::Planner;
use crate::model::setting::Settings;
use crate::model::{Digest, OwnInterface, Router};
use crate::run::daemon::unexecuted::not_executed;
use crate::run::vrrp::Version;
use crate::source::codes::daemon;
use crate::source::{Diagnostic, Place};

impl Planner<'_> {
    pub(super) fn tell_what_is_not_executed(&mut self, router: &Router) {
        let mut found: Vec<(&str, Place)> = Vec::new();
        let groups: [&dyn Settings; 3] = [&router.announcements, &router.conduct, &router.delivery];
        for group in groups {
            group.each(&mut |keyword, said| {
                if !EXECUTED.contains(&keyword) {
                    found.extend(said.at.map(|place| (keyword, place)));
                }
            });
        }
        let shared = router
            .own_interface
            .as_deref()
            .filter(|own| matches!(own.value, OwnInterface::SharedMac(_)));
        found.extend(shared.and_then(|own| Some(("use_ipvlan", own.at?))));
        let addresses = router.addresses.iter().chain(&router.excluded);
        let own_link = addresses.filter_map(|own| own.value.options.virtual_mac.as_ref());
        found.extend(own_link.filter_map(|word| Some(("use_vmac", word.at?))));
        let ttls = router.transport.peers.iter().filter_map(|peer| {
            let least = peer.value.least_ttl.map(|_| "min_ttl");
            let largest = peer.value.largest_ttl.map(|_| "max_ttl");
            Some(least.into_iter().chain(largest).zip(std::iter::repeat(peer.at?)))
        });
        found.extend(ttls.flatten());
        let carried = router.carried.iter().map(|carried| (carried.keyword.as_str(), carried.at));
        for (keyword, place) in found.into_iter().chain(carried) {
            self.findings.push(not_executed(keyword, 1, Some(place)));
        }
    }

    /// Peers drop what is said without, and what they say is not understood: a second master.
    pub(super) fn refuse_unspoken_authentication(&mut self, router: &Router, version: Version) {
        let mut keys = router.authentication.iter().flat_map(|own| &own.keys);
        let unspoken = keys.find(|key| match key.digest {
            Digest::HmacSha256 => true,
            // keepalived ignores it in version 3, too.
            Digest::Header => version == Version::Two,
            _ => false,
        });
        if let Some(key) = unspoken {
            let what = match key.digest {
                Digest::Header => "auth_type AH",
                _ => "auth_hmac",
            };
            let name = &router.name.value;
            let message = format!("`{name}` would understand no peer: `{what}` is not spoken here");
            let finding = Diagnostic::new(daemon::UNSPOKEN_AUTHENTICATION, key.at, message);
            self.findings.push(finding.help("write `auth_type PASS` on all directors, or none"));
        }
    }
}

/// Settings of a router that the daemon executes, or that change nothing here.
const EXECUTED: [&str; 17] = [
    "check_unicast_src",
    "debug",
    "dont_track_primary",
    "garp_lower_prio_delay",
    "garp_lower_prio_repeat",
    "garp_master_delay",
    "garp_master_refresh",
    "garp_master_refresh_repeat",
    "garp_master_repeat",
    "linkbeat_use_polling",
    "lower_prio_no_advert",
    "native_ipv6",
    "notify_priority_changes",
    "skip_check_adv_addr",
    "strict_mode",
    "v3_checksum_as_v2",
    "vmac_xmit_base",
];
