//! What is asked and answered. The JSON form is an interface: fields are added, never changed.

use std::collections::BTreeMap;
use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use super::{OrderRequest, StanceRequest};

/// A request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "snake_case")]
pub enum Request {
    /// An operator's order for a real server; answered with the servers that it is about.
    Order(OrderRequest),
    /// Read the configuration again; answered with a [`ReloadAnswer`](super::ReloadAnswer).
    Reload,
    /// What an operator wants of routers; answered with the routers that it is about.
    Stance(StanceRequest),
    /// Virtual services and their servers: a [`Snapshot`](crate::run::services::Snapshot).
    Services,
    /// Everything that [`Status`] holds.
    Status,
}

/// The daemon at one moment.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Status {
    /// Version of this form.
    pub version: u32,
    /// The node that it runs on.
    pub node: String,
    /// Process id.
    pub process: u32,
    /// Seconds since its start.
    pub uptime: u64,
    /// The virtual routers.
    pub routers: Vec<RouterStatus>,
    /// The sync groups.
    pub groups: Vec<GroupStatus>,
    /// What the routers depend on.
    pub sources: Vec<SourceStatus>,
}

/// A virtual router.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RouterStatus {
    /// Its name.
    pub name: String,
    /// VRID.
    pub virtual_router_id: u8,
    /// Protocol version, 2 or 3.
    pub vrrp: u8,
    /// Interface of its advertisements.
    pub interface: String,
    /// `INIT`, `FAULT`, `BACKUP` or `MASTER`.
    pub state: String,
    /// Seconds since it is in that state.
    pub since: f64,
    /// Why it is.
    pub cause: String,
    /// Priority now.
    pub priority: u8,
    /// What an operator ordered: empty, `standby` or `takeover`.
    #[serde(default)]
    pub order: String,
    /// Priority as configured.
    pub base_priority: u8,
    /// Its addresses, with prefix length.
    pub addresses: Vec<String>,
    /// The routers that it heard.
    pub peers: Vec<PeerStatus>,
    /// Counters by name.
    pub counters: BTreeMap<String, u64>,
    /// Discarded packets by reason; only reasons that occurred.
    pub discarded: BTreeMap<String, u64>,
    /// How late the own timer was at worst, in milliseconds.
    pub worst_slip_ms: f64,
}

/// Another router.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PeerStatus {
    /// Its address.
    pub address: IpAddr,
    /// Priority in its last advertisement.
    pub priority: u8,
    /// Seconds since that.
    pub silence: f64,
    /// Advertisements from it.
    pub count: u64,
}

/// A sync group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupStatus {
    /// Its name.
    pub name: String,
    /// State of all members, or the lowest one.
    pub state: String,
    /// Names of its routers.
    pub members: Vec<String>,
}

/// Something that is observed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceStatus {
    /// Its name.
    pub name: String,
    /// `up`, `down`, `unknown` or a number.
    pub observation: String,
}
