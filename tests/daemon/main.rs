//! `lvsha daemon` in network namespaces, beside itself and beside the real keepalived.
//!
//! Each test has namespaces of its own, joined by a bridge, and an observer on it that sees who owns
//! an address all the time. Root and `ip` are needed, and for some the tree of `tests/peers/build`;
//! without them the tests say that they were skipped; with `LVSHA_REQUIRE_PEERS=1` that is a failure.

// A test that cannot run programs has nothing better to do than to stop.
#![expect(clippy::unwrap_used)]

mod accept;
mod addresses;
mod alone;
#[path = "../data/mod.rs"]
mod data;
mod flood;
mod giving_up;
mod judge;
mod links;
mod network;
mod pings;
mod reload;
mod routing;
mod standard;
mod telling;
mod with_keepalived;

use network::{Network, Program};

/// A keepalived.conf with one router; `lines` are added. Real-time, since the machine has other
/// work: who sleeps for three intervals has to step down.
fn instance(priority: u8, lines: &str) -> String {
    format!(
        "global_defs {{
    vrrp_rt_priority 10
}}
vrrp_instance VI_1 {{
    interface eth0
    virtual_router_id 51
    priority {priority}
    virtual_ipaddress {{
        {ADDRESS}/24
    }}
    {lines}
}}
"
    )
}

/// The address that moves.
const ADDRESS: &str = "10.9.0.100";
