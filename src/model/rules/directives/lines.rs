//! Lines that do something else than they say, each by itself.

use super::{Context, LineRule, codes, is_off, keepalived};
use crate::source::{Diagnostic, Findings};
use crate::syntax::NodeRef;
use crate::syntax::schema::Version;

/// The rules.
pub(super) const RULES: &[LineRule] = &[
    LineRule { within: "global_defs", word: "include_check", judge: include_check },
    LineRule { within: "vrrp_instance", word: "virtual_rules", judge: routing_rules },
    LineRule { within: "", word: "static_rules", judge: routing_rules },
    LineRule { within: "vrrp_instance", word: "virtual_routes", judge: routes },
    LineRule { within: "", word: "static_routes", judge: routes },
    LineRule { within: "global_defs", word: "vrrp_skip_check_adv_addr", judge: always_on },
    LineRule { within: "global_defs", word: "vrrp_strict", judge: always_on },
    LineRule { within: "vrrp_instance", word: "skip_check_adv_addr", judge: always_on },
    LineRule { within: "", word: "interface_up_down_delays", judge: up_delay },
    LineRule { within: "vrrp_instance", word: "debug", judge: idle },
    LineRule { within: "vrrp_script", word: "init_fail", judge: idle },
];

/// The manual's word for the first kind of check is not the program's.
fn include_check(node: NodeRef<'_>, _: &Context<'_>, findings: &mut Findings) {
    for word in node.arguments() {
        let sign = word.raw().find(|c: char| c.is_ascii_alphabetic()).unwrap_or(0);
        if word.raw().get(sign..) == Some("readable") {
            let at = word.part(sign, word.raw().len());
            findings.push(
                Diagnostic::new(codes::MANUAL, at, "keepalived knows this kind as `read`").fix(
                    at,
                    "read",
                    "write `read`",
                ),
            );
        }
    }
}

fn routing_rules(block: NodeRef<'_>, _: &Context<'_>, findings: &mut Findings) {
    for rule in block.directives() {
        let mut words = rule.words().peekable();
        while let Some(word) = words.next() {
            match word.raw() {
                "ip_proto" => findings.push(
                    Diagnostic::new(
                        codes::MANUAL,
                        word.place(),
                        "keepalived knows this word as `ipproto`",
                    )
                    .fix(word.place(), "ipproto", "write `ipproto`"),
                ),
                "sport" | "dport" => {
                    let Some(port) = words.peek() else { continue };
                    if port.raw().parse::<u16>().is_ok() {
                        let range = format!("{0}-{0}", port.raw());
                        let message = format!("`{}` takes a range only", word.raw());
                        findings.push(Diagnostic::new(codes::MANUAL, port.place(), message).fix(
                            port.place(),
                            range.clone(),
                            format!("write `{range}`"),
                        ));
                    }
                }
                // It takes the next word with it, whatever that is (tried with 2.2.7).
                "inet" | "inet6" => {
                    let Some(next) = words.next() else { continue };
                    let message = format!("`{}` swallows `{}`", word.raw(), next.raw());
                    findings.push(
                        Diagnostic::new(codes::ROUTING_WORD, next.place(), message)
                            .help(format!("write `{}` at the end of the line", word.raw())),
                    );
                }
                _ => {}
            }
        }
    }
}

fn routes(block: NodeRef<'_>, _: &Context<'_>, findings: &mut Findings) {
    for route in block.directives() {
        let found = route.words().skip_while(|word| word.raw() != "as").take(2);
        let found: Vec<_> = found.collect();
        if let [first] = found.as_slice() {
            let message = "`as` needs a value";
            findings.push(Diagnostic::new(keepalived::MISSING_ARGUMENT, first.place(), message));
        }
        if let [first, second] = found.as_slice() {
            findings.push(
                Diagnostic::new(
                    codes::ROUTING_WORD,
                    first.place(),
                    format!("`as {}` is about labels of MPLS", second.value()),
                )
                .help("delete it with what belongs to it"),
            );
        }
    }
}

fn always_on(node: NodeRef<'_>, context: &Context<'_>, findings: &mut Findings) {
    // Tried with 2.2.7; whether a later release reads the value is not known.
    if !is_off(node) || context.targets.keepalived.version > Version::new(2, 2, 7) {
        return;
    }
    let message = format!("`{}` turns the setting on, whatever stands behind it", node.name());
    findings.push(
        Diagnostic::new(codes::ALWAYS_ON, node.place(), message)
            .help("delete the line: off is the default"),
    );
}

/// The manual says that a missing second time is that of going down.
fn up_delay(block: NodeRef<'_>, _: &Context<'_>, findings: &mut Findings) {
    for delay in block.directives().filter(|node| node.words().len() == 2) {
        let message = format!("{} comes up without any delay", delay.name());
        findings.push(
            Diagnostic::new(codes::UP_DELAY, delay.place(), message)
                .help("write the delay of coming up, too"),
        );
    }
}

fn idle(node: NodeRef<'_>, _: &Context<'_>, findings: &mut Findings) {
    let why = match &*node.name() {
        "init_fail" => "the first result of a script that is followed counts at once",
        _ => "nothing reads it",
    };
    let message = format!("`{}` has no effect: {why}", node.name());
    findings.push(Diagnostic::new(codes::WITHOUT_EFFECT, node.place(), message));
}
