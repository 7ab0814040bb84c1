//! Numbers of what routers follow.

use super::{Context, LineRule, keepalived, line, number};
use crate::source::{Diagnostic, Findings};
use crate::syntax::NodeRef;
use crate::syntax::schema::Version;

/// The rules.
pub(super) const RULES: &[LineRule] = &[
    LineRule { within: "vrrp_script", word: "interval", judge: whole_seconds },
    LineRule { within: "vrrp_script", word: "timeout", judge: whole_seconds },
    LineRule { within: "", word: "vrrp_track_process", judge: quorum },
];

/// Decimals came with a later release; before it `2.0` is no number either (tried).
fn whole_seconds(node: NodeRef<'_>, context: &Context<'_>, findings: &mut Findings) {
    let version = context.targets.keepalived.version;
    let Some(word) = node.word(1).filter(|word| word.raw().contains('.')) else { return };
    // What is no number at all has a finding already.
    if version >= DECIMALS || word.value().parse::<f64>().is_err() {
        return;
    }
    let message = format!("keepalived {version} counts whole seconds here");
    let default = if node.name() == "interval" { "1 s" } else { "the interval" };
    findings.push(
        Diagnostic::new(keepalived::NOT_A_NUMBER, word.place(), message)
            .note(format!("keepalived ignores the line and takes {default}"))
            .help(format!("write a whole number; decimals need keepalived {DECIMALS}")),
    );
}

/// More processes may run than have to.
fn quorum(block: NodeRef<'_>, _: &Context<'_>, findings: &mut Findings) {
    let (Some(most), Some(least)) = (number(block, "quorum_max"), number(block, "quorum")) else {
        return;
    };
    if let Some(node) = line(block, "quorum_max").filter(|_| most < least) {
        let message = format!("at most {most} processes are fewer than the quorum of {least}");
        let finding = Diagnostic::new(keepalived::OUT_OF_RANGE, node.place(), message);
        findings.push(finding.note("keepalived ignores the second one of the two lines"));
    }
}

/// The first release with fractions of a second.
const DECIMALS: Version = Version::new(2, 3, 2);
