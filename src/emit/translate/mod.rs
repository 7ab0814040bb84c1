//! heartbeat + ldirectord meaning to VRRP + keepalived meaning, model to model.
//!
//! Each step takes what the old world says, puts what the new world says in its place, and speaks
//! for every directive in the account. The rules are those of the mapping tables in
//! `docs/mapping.md`.

use std::collections::HashMap;
use std::net::IpAddr;

pub(crate) use self::authentication::derived as derived_key;
use self::configurations::Configurations;
pub use self::configurations::name_configurations;
use super::{Account, Target};
use crate::model::read::Input;
use crate::model::{Cluster, Sourced};
use crate::source::Sources;

mod alerts;
mod arbitration;
mod authentication;
mod configurations;
mod dropped;
mod duplicates;
mod identity;
mod media;
mod ports;
mod probes;
mod resources;
mod routers;
mod services;
mod timing;
pub mod to_heartbeat;

pub use dropped::CommandLine;
pub use timing::Timing;

/// What the caller wants.
#[derive(Clone, Debug)]
pub struct Options {
    /// The keepalived that will read the result.
    pub target: Target,
    /// Addresses of directors on the path between them, by lower-cased name: needed for unicast.
    pub addresses: HashMap<String, IpAddr>,
}

/// What does not fit into the model: files and options beside keepalived.conf.
#[derive(Clone, Debug, Default)]
pub struct Extras {
    /// Scripts that the configuration names, by file name.
    pub scripts: Vec<GeneratedScript>,
    /// keepalived's command line options.
    pub command_line: CommandLine,
}

/// A script that is written beside keepalived.conf.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GeneratedScript {
    /// File name below [`SCRIPT_DIRECTORY`].
    pub name: String,
    /// What it does.
    pub purpose: Purpose,
}

/// What a generated script does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Starts resources in order and stops them in reverse order.
    Resources(Vec<Vec<String>>),
    /// Fetches a page and searches it, for versions without `regex`.
    Fetch {
        /// Path or URL.
        path: String,
        /// Whether over TLS.
        tls: bool,
        /// Host header; the server's address when absent.
        host: Option<String>,
        /// Regular expression that the body must match.
        expression: String,
    },
    /// Has a shell run a line, with the script's arguments behind it.
    Shell(String),
}

/// Where the written files expect to be installed.
pub const SCRIPT_DIRECTORY: &str = "/etc/keepalived";

/// Turns a cluster of heartbeat and ldirectord into one of keepalived.
pub fn heartbeat_to_keepalived(
    cluster: &mut Cluster,
    sources: &Sources,
    inputs: &[Input],
    options: &Options,
    account: &mut Account,
) -> Extras {
    let mut extras = Extras::default();
    let configurations = Configurations::new(cluster, inputs, sources);
    for node in &cluster.nodes {
        account.exact(node.name.at, "router_id");
    }
    let ranks = arbitration::ranks(cluster);
    let timing = timing::apply(cluster, options.target, &ranks, account);
    let media = media::choose(cluster, options, account);
    routers::apply(cluster, &timing, &media, &ranks, account);
    resources::apply(cluster, &configurations, &mut extras, account);
    identity::apply(cluster, account);
    arbitration::apply(cluster, account);
    authentication::apply(cluster, options.target, account);
    // What is said first of a service gives it its code.
    configurations.unstarted(cluster, account);
    services::apply(cluster, options.target, &mut extras, account);
    alerts::apply(cluster, options.target, sources, account);
    dropped::apply(cluster, sources, &mut extras.command_line, account);
    secure_scripts(cluster);
    extras
}

/// `keepalived -t` refuses scripts of unknown users once any script is named.
fn secure_scripts(cluster: &mut Cluster) {
    let service_runs_scripts = |service: &crate::model::Service| {
        !service.hooks.is_empty()
            || service.probes.iter().any(probes::is_script)
            || service
                .servers
                .iter()
                .any(|server| server.own_probes().iter().any(probes::is_script))
    };
    let any = !cluster.trackers.is_empty()
        || cluster.routers.iter().any(|router| !router.hooks.is_empty())
        || cluster.services.iter().any(service_runs_scripts);
    if any {
        cluster.globals.script_user = Some(Sourced::implied("root".to_owned()));
        cluster.globals.script_security = Some(Sourced::implied(true));
    }
}
