//! What an operator sees.

use std::time::Instant;

use serde::{Deserialize, Serialize};

use super::{Monitor, Order, Quorum, Standing, State};

/// A service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceStatus {
    /// Its id.
    pub service: String,
    /// `up`, `down`, `unknown`.
    pub state: String,
    /// Seconds in this state.
    pub since: u64,
    /// Scheduler.
    pub scheduler: String,
    /// Whether the fallback serves.
    pub on_fallback: bool,
    /// Its servers.
    pub servers: Vec<ServerStatus>,
}

/// A server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServerStatus {
    /// Address and port.
    pub server: String,
    /// `up`, `down`, `untested`, `disabled`, `drained`, `maintenance`.
    pub state: String,
    /// Seconds since its checks last changed their mind.
    pub since: u64,
    /// Weight in the table; `None` when it is not in there.
    pub weight: Option<u32>,
    /// Why an operator changed something.
    pub reason: Option<String>,
    /// Seconds until the order ends.
    pub expires: Option<u64>,
    /// Its checks.
    pub checks: Vec<CheckStatus>,
}

/// A check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckStatus {
    /// What is asked: `http`.
    pub check: String,
    /// Whom.
    pub target: String,
    /// `up`, `down`, `untested`.
    pub state: String,
    /// Seconds in this state.
    pub since: u64,
    /// The last reply, or the cause of the last failure.
    pub reply: Option<String>,
}

impl Monitor {
    /// Everything, as of `now`.
    pub fn status(&self, now: Instant) -> Vec<ServiceStatus> {
        let seconds = |since: Instant| now.saturating_duration_since(since).as_secs();
        let mut services = Vec::with_capacity(self.services.len());
        for watched in &self.services {
            let key = watched.plan.keys.first();
            let table = key.map(|key| watched.destinations(*key)).unwrap_or_default();
            let pairs = watched.plan.members.iter().zip(&watched.members);
            let servers = pairs.map(|(plan, state)| {
                let key = plan.key(watched.plan.port());
                let order = state.order.as_ref();
                let left = order.and_then(|order| order.expires);
                ServerStatus {
                    server: key.to_string(),
                    state: state.word().to_owned(),
                    since: seconds(state.since),
                    weight: table.get(&key).map(|entry| entry.weight),
                    reason: order.map(|order| order.reason.clone()),
                    expires: left.map(|at| at.saturating_duration_since(now).as_secs()),
                    checks: state
                        .checks
                        .iter()
                        .filter_map(|(id, verdict)| {
                            let question = &self.questions.get(id)?.question;
                            Some(CheckStatus {
                                check: question.ask.name().to_owned(),
                                target: question.target.to_string(),
                                state: word(verdict.standing()).to_owned(),
                                since: seconds(verdict.since()),
                                reply: verdict.reply().map(str::to_owned),
                            })
                        })
                        .collect(),
                }
            });
            services.push(ServiceStatus {
                service: watched.plan.id.clone(),
                state: match watched.quorum {
                    Quorum::Down => "down",
                    Quorum::Unknown => "unknown",
                    Quorum::Up => "up",
                }
                .to_owned(),
                since: seconds(watched.since),
                scheduler: watched.plan.settings.scheduler.clone(),
                on_fallback: watched.quorum == Quorum::Down
                    && watched.plan.rules.fallback.is_some(),
                servers: servers.collect(),
            });
        }
        services
    }
}

impl State {
    fn word(&self) -> &'static str {
        if self.in_maintenance {
            return "maintenance";
        }
        match self.order.as_ref().map(|ordered| ordered.order) {
            Some(Order::Disable) => "disabled",
            Some(Order::Drain) => "drained",
            Some(Order::Weight(_)) | None => word(self.standing),
        }
    }
}

fn word(standing: Standing) -> &'static str {
    match standing {
        Standing::Down => "down",
        Standing::Untested => "untested",
        Standing::Up => "up",
    }
}
