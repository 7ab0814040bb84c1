//! What stands together in one `virtual_server`.

use super::{Context, LineRule, codes, line, number};
use crate::source::{Diagnostic, Findings};
use crate::syntax::NodeRef;

/// The rules.
pub(super) const RULES: &[LineRule] = &[
    LineRule { within: "", word: "virtual_server", judge: hysteresis },
    LineRule { within: "", word: "virtual_server", judge: flags },
];

fn hysteresis(block: NodeRef<'_>, _: &Context<'_>, findings: &mut Findings) {
    let Some(hysteresis) = number(block, "hysteresis") else { return };
    let quorum = number(block, "quorum").unwrap_or(1);
    if hysteresis > 0 && hysteresis >= quorum {
        let at = line(block, "hysteresis").map_or_else(|| block.place(), NodeRef::place);
        let message = format!("a hysteresis of {hysteresis} needs a quorum above it, not {quorum}");
        findings.push(Diagnostic::new(codes::HYSTERESIS, at, message));
    }
}

/// Flags of a scheduler, or of a protocol, that is not that of the service.
fn flags(block: NodeRef<'_>, _: &Context<'_>, findings: &mut Findings) {
    // Most services have none, and are asked once.
    let is_flag = |node: NodeRef<'_>| FLAGS.iter().any(|flag| node.name() == flag.word);
    if !block.directives().any(is_flag) {
        return;
    }
    let value = |words: &[&str]| {
        let node = words.iter().find_map(|word| line(block, word))?;
        node.word(1).map(|word| word.value().to_ascii_lowercase())
    };
    let scheduler = value(&["lvs_sched", "lb_algo"]).unwrap_or_default();
    let protocol = value(&["protocol"]).unwrap_or_default();
    for Flag { word, scheduler: wanted, protocol: wanted_protocol } in FLAGS {
        let Some(node) = line(block, word) else { continue };
        let message = match (wanted, wanted_protocol) {
            // A value that is not expanded yet may be anything.
            (Some(wanted), _) if scheduler != *wanted && !scheduler.contains('$') => {
                format!("`{word}` is for the scheduler {wanted} only")
            }
            (_, Some(wanted)) if protocol != *wanted && !protocol.contains('$') => {
                format!("`{word}` is for the protocol {} only", wanted.to_ascii_uppercase())
            }
            (Some(_), _) if *word == "hashed" => {
                let message = "`hashed` has no effect";
                let code = codes::WITHOUT_EFFECT;
                findings.push(Diagnostic::new(code, node.place(), message));
                continue;
            }
            _ => continue,
        };
        findings.push(Diagnostic::new(codes::SCHEDULER_FLAG, node.place(), message));
    }
}

/// A word and what it belongs to, in small letters.
struct Flag {
    word: &'static str,
    scheduler: Option<&'static str>,
    protocol: Option<&'static str>,
}

/// Each was tried with 2.2.7.
const FLAGS: &[Flag] = &[
    Flag { word: "hashed", scheduler: Some("sh"), protocol: None },
    Flag { word: "mh-fallback", scheduler: Some("mh"), protocol: None },
    Flag { word: "mh-port", scheduler: Some("mh"), protocol: None },
    Flag { word: "ops", scheduler: None, protocol: Some("udp") },
    Flag { word: "sh-fallback", scheduler: Some("sh"), protocol: None },
    Flag { word: "sh-port", scheduler: Some("sh"), protocol: None },
];
