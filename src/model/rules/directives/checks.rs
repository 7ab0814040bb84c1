//! What stands together in a checker of a real server.

use std::net::IpAddr;

use super::{Context, LineRule, address, advice, codes, keepalived, line, number};
use crate::source::{Diagnostic, Findings};
use crate::syntax::NodeRef;
use crate::syntax::schema::Version;

/// The rules.
pub(super) const RULES: &[LineRule] = &[
    LineRule { within: "virtual_server", word: "real_server", judge: link_local },
    LineRule { within: "virtual_server/real_server", word: "UDP_CHECK", judge: reply_length },
    LineRule { within: "virtual_server/real_server/SMTP_CHECK", word: "host", judge: host },
];

/// An address that every link has, asked through none of them.
fn link_local(server: NodeRef<'_>, _: &Context<'_>, findings: &mut Findings) {
    let own = address(server, 1);
    let is_asking = |node: &NodeRef<'_>| node.has_body() && ASKING.contains(&&*node.name());
    for check in server.directives().filter(is_asking) {
        through(check, own, findings);
        // The old way to write it; one without an address asks where the check itself does.
        for host in check.directives().filter(|node| node.has_body() && node.name() == "host") {
            through(host, None, findings);
        }
    }
}

fn through(check: NodeRef<'_>, own: Option<IpAddr>, findings: &mut Findings) {
    let node = line(check, "connect_ip");
    let asked = node.map_or(own, |node| address(node, 1));
    let Some(IpAddr::V6(asked)) = asked.filter(|_| line(check, "bind_if").is_none()) else {
        return;
    };
    let may_hide = check.directives().any(|node| node.name().starts_with('$'));
    if asked.is_unicast_link_local() && !may_hide {
        let message = format!("{asked} is on every link, and no `bind_if` names the one meant");
        let at = node.unwrap_or(check).place();
        findings.push(
            Diagnostic::new(keepalived::MISSING_KEYWORD, at, message)
                .note("keepalived leaves the check out")
                .help("add `bind_if INTERFACE`"),
        );
    }
}

/// A check inside of a check (tried with 2.2.7; whether a later release does so is not known).
fn host(block: NodeRef<'_>, context: &Context<'_>, findings: &mut Findings) {
    if !block.has_body() || context.targets.keepalived.version > Version::new(2, 2, 7) {
        return;
    }
    let message = "`host` makes a check of its own, beside that of the SMTP_CHECK around it";
    findings.push(
        Diagnostic::new(advice::CHECK_INSIDE_CHECK, block.place(), message)
            .help("write its lines into the SMTP_CHECK, or another SMTP_CHECK for it"),
    );
    if line(block, "connect_timeout").is_none() {
        let message = "the check of this `host` has a time limit of 0 s: it always fails";
        findings.push(
            Diagnostic::new(advice::CHECK_WITHOUT_TIME, block.place(), message)
                .note("the connect_timeout outside of it is not taken")
                .help("add `connect_timeout 5` to it"),
        );
    }
}

/// The lengths of an answer, which are only looked at together with its content.
fn reply_length(block: NodeRef<'_>, _: &Context<'_>, findings: &mut Findings) {
    let (least, most) = ("min_reply_length", "max_reply_length");
    let largest = number(block, most).or(line(block, most).is_none().then_some(LONGEST_REPLY));
    if let (Some(shortest), Some(largest)) = (number(block, least), largest)
        && shortest > largest
    {
        let at = line(block, least).map_or_else(|| block.place(), NodeRef::place);
        let message = format!("no reply has at least {shortest} and at most {largest} bytes");
        findings.push(
            Diagnostic::new(keepalived::OUT_OF_RANGE, at, message)
                .help(format!("write a larger `{most}`")),
        );
        return;
    }
    let has_pattern = line(block, "require_reply").is_some_and(|node| node.arguments().len() > 0);
    if has_pattern {
        return;
    }
    for word in [least, most] {
        if let Some(node) = line(block, word) {
            let message = format!("`{word}` has no effect without a pattern behind require_reply");
            findings.push(Diagnostic::new(codes::WITHOUT_EFFECT, node.place(), message));
        }
    }
}

/// Bytes of an answer when nothing is said.
const LONGEST_REPLY: u32 = 255;

/// Checks that send something to an address.
const ASKING: &[&str] =
    &["DNS_CHECK", "HTTP_GET", "PING_CHECK", "SMTP_CHECK", "SSL_GET", "TCP_CHECK", "UDP_CHECK"];
