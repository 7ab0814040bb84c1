//! What an operator orders.

use serde::{Deserialize, Serialize};

use crate::run::health::pool::Order;
use crate::run::vrrp::Stance;

/// An order for a real server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderRequest {
    /// The server: `10.0.0.29:80`, or `10.0.0.29` for every port.
    pub server: String,
    /// The service by its name in the status; `None` means every one that the server is in.
    pub service: Option<String>,
    /// What to do.
    pub action: Action,
    /// Why.
    #[serde(default)]
    pub reason: String,
    /// Seconds after which the order ends by itself.
    pub seconds: Option<u64>,
}

/// The answer to an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderAnswer {
    /// The servers that it is about, once for each service.
    pub servers: Vec<String>,
}

/// What to do with a real server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Treat it as dead.
    Disable,
    /// No new connections.
    Drain,
    /// Take every order back.
    Enable,
    /// This weight instead of the configured one.
    Weight(u32),
}

impl Action {
    /// The order; none takes back the last one.
    pub fn order(self) -> Option<Order> {
        match self {
            Self::Disable => Some(Order::Disable),
            Self::Drain => Some(Order::Drain),
            Self::Enable => None,
            Self::Weight(weight) => Some(Order::Weight(weight)),
        }
    }
}

/// What an operator wants of virtual routers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StanceRequest {
    /// What.
    pub stance: StanceWord,
    /// Of which routers.
    pub routers: Routers,
}

/// What a router is to do, beside its configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StanceWord {
    /// What is configured.
    Normal,
    /// Give up, and leave it to another director as long as there is one.
    Standby,
    /// Take over from any other director.
    Takeover,
}

impl StanceWord {
    /// For the machines.
    pub fn stance(self) -> Stance {
        match self {
            Self::Normal => Stance::Normal,
            Self::Standby => Stance::Standby,
            Self::Takeover => Stance::TakeOver,
        }
    }
}

/// Which routers are meant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Routers {
    /// All of them.
    All,
    /// Those for which another director is the preferred one (hb_standby foreign).
    Foreign,
    /// Those for which this director is the preferred one (hb_standby local).
    Local,
    /// These.
    Named(Vec<String>),
}

/// The answer to a [`StanceRequest`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StanceAnswer {
    /// The routers that it is about.
    pub routers: Vec<String>,
}

impl OrderRequest {
    /// It in a few words, for the log.
    pub fn describe(&self) -> String {
        let action = match self.action {
            Action::Disable => "disable".to_owned(),
            Action::Drain => "drain".to_owned(),
            Action::Enable => "enable".to_owned(),
            Action::Weight(weight) => format!("weight {weight}"),
        };
        let time = self.seconds.map(|seconds| format!(" for {seconds} s")).unwrap_or_default();
        let reason = &self.reason;
        if reason.is_empty() { action + &time } else { format!("{action}{time}: {reason}") }
    }
}
