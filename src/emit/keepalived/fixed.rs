//! What does not move.

use super::address;
use super::text::{Text, word};
use crate::model::{Cluster, show_exact_seconds};

pub(super) fn write(cluster: &Cluster, text: &mut Text<'_>) {
    let fixed = &cluster.fixed;
    text.block_of_any("linkbeat_interfaces", |text| {
        for method in &fixed.link_methods {
            let (interface, method) = &method.value;
            let method = method.as_ref().map(|method| format!(" {method}")).unwrap_or_default();
            text.line(format_args!("{}{method}", word(interface)));
        }
    });
    text.block_of_any("interface_up_down_delays", |text| {
        for delay in fixed.link_delays.iter().map(|delay| &delay.value) {
            let up = delay.up.map(|up| format!(" {up}")).unwrap_or_default();
            text.line(format_args!("{} {}{up}", word(&delay.interface), delay.down));
        }
    });
    for pacing in &fixed.pacing {
        text.block("garp_group", |text| {
            let seconds = |time: std::time::Duration| show_exact_seconds(time);
            text.maybe("garp_interval", pacing.garp_interval.map(|time| seconds(time.value)));
            text.maybe("gna_interval", pacing.gna_interval.map(|time| seconds(time.value)));
            text.block_of_any("interfaces", |text| {
                pacing.interfaces.iter().for_each(|name| text.line(word(&name.value)));
            });
        });
    }
    for group in &cluster.track_groups {
        text.block(format_args!("track_group {}", word(&group.name.value)), |text| {
            text.block_of_any("group", |text| {
                group.settings.members.iter().for_each(|name| text.line(word(&name.value)));
            });
            text.carried(&group.carried);
        });
    }
    address::list("static_ipaddress", &fixed.addresses, false, text);
    address::words("static_routes", &fixed.routes, text);
    address::words("static_rules", &fixed.rules, text);
}
