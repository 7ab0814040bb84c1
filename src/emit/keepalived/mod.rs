//! keepalived.conf of one node.
//!
//! Protocol, scheduler, forwarding method, delay_loop and prefix lengths are always written:
//! keepalived's defaults for them are errors under `-t`, or not what people expect (UDP, NAT, /32).

use std::io::{self, Write};

use super::Target;
use crate::model::Cluster;

mod globals;
mod probe;
mod router;
mod service;
mod text;

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
}

/// Writes the file; `header` lines come first, as comments.
///
/// # Errors
/// Only those of `out`.
pub fn write(view: &View<'_>, header: &[String], out: &mut dyn Write) -> io::Result<()> {
    let mut text = Text::new(out);
    for line in header {
        text.line(format_args!("# {line}"));
    }
    globals::write(view, &mut text);
    for tracker in &view.cluster.trackers {
        text.gap();
        router::tracker(tracker, &mut text);
    }
    for group in &view.cluster.sync_groups {
        text.gap();
        router::sync_group(group, &mut text);
    }
    for router in &view.cluster.routers {
        text.gap();
        router::write(router, view, &mut text);
    }
    for service in &view.cluster.services {
        text.gap();
        service::write(service, view, &mut text);
    }
    text.finish()
}

#[cfg(test)]
mod tests;
