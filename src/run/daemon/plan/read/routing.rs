//! Routes and rules of routers, and everything that stays.

use super::super::addresses::planned;
use super::super::routing::{self, Refusal};
use super::{Planner, finding};
use crate::model::Sourced;
use crate::run::daemon::plan::FixedPlan;
use crate::run::net::routes::{Hop, Route, UNICAST};
use crate::run::net::rules::Rule;
use crate::run::vrrp::Family;
use crate::source::Place;
use crate::source::codes::daemon;

impl Planner<'_> {
    /// What is there as long as the daemon.
    pub(super) fn fixed(&mut self) -> FixedPlan {
        let fixed = &self.cluster.fixed;
        let default = self.cluster.globals.interfaces.default.as_ref();
        let default = default.map_or(DEFAULT_INTERFACE, |interface| interface.value.as_str());
        let addresses = fixed.addresses.iter().map(|address| {
            let mut planned = planned(&address.value);
            planned.interface.get_or_insert_with(|| default.to_owned());
            planned
        });
        FixedPlan {
            addresses: addresses.collect(),
            routes: self.routes(&fixed.routes, Family::V4, None),
            rules: self.rules(&fixed.rules, Family::V4),
        }
    }

    /// Routes that can be made. One that names neither gateway nor link leads to `interface`.
    pub(super) fn routes(
        &mut self,
        lines: &[Sourced<Vec<String>>],
        family: Family,
        interface: Option<&String>,
    ) -> Vec<Route> {
        let mut routes = Vec::new();
        for line in lines {
            match routing::route(&line.value, family) {
                Ok(mut route) => {
                    if route.hops.is_empty() && route.kind == UNICAST {
                        let link = interface.cloned();
                        route
                            .hops
                            .extend(link.map(|link| Hop { link: Some(link), ..Hop::default() }));
                    }
                    routes.push(route);
                }
                Err(refusal) => self.tell_refusal("route", &refusal, line.at),
            }
        }
        routes
    }

    /// Rules that can be made.
    pub(super) fn rules(&mut self, lines: &[Sourced<Vec<String>>], family: Family) -> Vec<Rule> {
        let mut rules = Vec::new();
        for line in lines {
            match routing::rule(&line.value, family) {
                Ok(rule) => rules.push(rule),
                Err(refusal) => self.tell_refusal("rule", &refusal, line.at),
            }
        }
        rules
    }

    fn tell_refusal(&mut self, what: &str, refusal: &Refusal, at: Option<Place>) {
        let message = format!("the daemon does not make this {what}: {refusal}");
        self.findings.push(finding(daemon::NOT_EXECUTED, at, message));
    }
}

/// What keepalived puts static addresses on that name no interface.
const DEFAULT_INTERFACE: &str = "eth0";
