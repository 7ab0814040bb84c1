//! keepalived.conf of one node.
//!
//! A cluster that was read from keepalived.conf is written as it is ([`Manner::Exact`]). For one
//! that comes from elsewhere protocol, scheduler, forwarding method, delay_loop and prefix lengths
//! are always written ([`Manner::Complete`]): keepalived's defaults for them are errors under
//! `-t`, or not what people expect (UDP, NAT, /32).

use std::io::{self, Write};

use super::Target;
use crate::model::Cluster;

mod address;
mod fixed;
mod globals;
mod group;
mod probe;
mod router;
mod service;
mod text;
mod tracker;

use text::Text;

/// What surrounds the model when it is written.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    /// The cluster.
    pub cluster: &'a Cluster,
    /// The node that the file is for.
    pub node: &'a str,
    /// The keepalived that reads it.
    pub target: Target,
    /// How much is said.
    pub manner: Manner,
}

/// How much is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// What the model says, and what keepalived defaults badly.
    Complete,
    /// What the model says, neither more nor less: reading the text gives the same model.
    Exact,
}

impl View<'_> {
    /// Whether nothing is said that the model does not say.
    fn is_exact(&self) -> bool {
        self.manner == Manner::Exact
    }

    /// What is said where the model says nothing.
    fn or_complete<T>(&self, default: T) -> Option<T> {
        (!self.is_exact()).then_some(default)
    }
}

/// Writes the file; `header` lines come first, as comments.
///
/// # Errors
/// Only those of `out`.
pub fn write(view: &View<'_>, header: &[String], out: &mut dyn Write) -> io::Result<()> {
    let cluster = view.cluster;
    let mut text = Text::new(out);
    for line in header {
        text.line(format_args!("# {line}"));
    }
    // Names stand before their use, and includes before what they may define.
    text.carried(&cluster.carried);
    text.settings("", &cluster.globals.outside);
    globals::write(view, &mut text);
    text.block_of_any("SSL", |text| text.settings("", &cluster.tls_client));
    fixed::write(cluster, &mut text);
    tracker::write(cluster, &mut text);
    for group in &cluster.sync_groups {
        text.gap();
        group::sync(group, &mut text);
    }
    for router in &cluster.routers {
        text.gap();
        router::write(router, view, &mut text);
    }
    for group in &cluster.service_groups {
        text.gap();
        group::service(group, &mut text);
    }
    for service in &cluster.services {
        text.gap();
        service::write(service, view, &mut text);
    }
    text.finish()
}

#[cfg(test)]
mod tests;
