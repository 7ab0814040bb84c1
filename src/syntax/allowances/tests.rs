use super::*;
use crate::source::{Silencer, Sources};
use crate::syntax::{Format, parse};

/// What the comments of a keepalived.conf silence: code, first and last line, reason.
fn allowed(text: &str) -> (Vec<String>, Vec<String>) {
    let mut sources = Sources::new();
    let file = sources.add("keepalived.conf", text.as_bytes());
    let tree = parse(&mut sources, file, Format::Keepalived);
    let file = sources.get(file);
    let mut findings = Findings::new();
    allowances(file, &tree, &mut findings);
    let mut unused: Vec<_> = findings.unused_allowances().collect();
    unused.sort_by_key(|allowance| allowance.at);
    let shown = unused.into_iter().map(|allowance| {
        let line = |at| file.lines().line_of(at) + 1;
        let last = line(allowance.holds.end.saturating_sub(1));
        let first = line(allowance.holds.start);
        format!("{} {first}-{last} {}", allowance.code, allowance.reason)
    });
    (shown.collect(), findings.iter().map(|finding| finding.message.clone()).collect())
}

#[test]
fn a_comment_holds_for_its_line_the_block_below_or_the_file() {
    let text = "\
! lvsha: allow LV2310 in the whole file
global_defs {
}
# lvsha: allow LV0515
vrrp_instance a {
    # lvsha: allow LV0509, LV0514 both
    priority x
    state MASTER # lvsha: allow contradictory-preemption asked for
}
";
    let (allowed, problems) = allowed(text);
    let expected = [
        "LV2310 1-10 in the whole file",
        "LV0515 5-9 ",
        "LV0509 7-7 both",
        "LV0514 7-7 both",
        "LV2303 8-8 asked for",
    ];
    assert_eq!(allowed, expected);
    assert!(problems.is_empty(), "{problems:?}");
}

#[test]
fn what_is_not_understood_is_said() {
    let text = "# lvsha: ignore LV0001\n# lvsha: allow LV9999 x\n# lvsha: allow\n# lvsha:\n";
    let (allowed, problems) = allowed(text);
    assert!(allowed.is_empty(), "{allowed:?}");
    let expected = [
        "lvsha has no request `ignore`",
        "there is no finding `LV9999`",
        "no code stands behind `allow`",
        "nothing stands behind `lvsha:`",
    ];
    assert_eq!(problems, expected);
}

#[test]
fn a_comment_that_only_speaks_of_it_is_a_comment() {
    let (allowed, problems) = allowed("# see lvsha: allow LV0001\nglobal_defs {\n}\n");
    assert!(allowed.is_empty() && problems.is_empty(), "{allowed:?} {problems:?}");
}

#[test]
fn a_silenced_finding_is_kept_apart_with_its_reason() {
    let mut sources = Sources::new();
    let text = "global_defs {\n}\nvrrp_instance a { # lvsha: allow LV2310 known\n}\n";
    let file = sources.add("keepalived.conf", text.as_bytes());
    let tree = parse(&mut sources, file, Format::Keepalived);
    let mut findings = Findings::new();
    allowances(sources.get(file), &tree, &mut findings);
    let code = crate::source::codes::keepalived_advice::NO_PREFIX;
    for at in [0, 16, 62] {
        findings.push_once_per_file(Diagnostic::new(code, file.at(Span::new(at, at + 1)), "x"));
    }
    // The other two places are still found: they count as one.
    assert_eq!(findings.iter().map(|finding| finding.occurrences).collect::<Vec<_>>(), [2]);
    let by: Vec<_> = findings.silenced().iter().map(|silenced| &silenced.by).collect();
    assert_eq!(by, [&Silencer::Comment { reason: "known".into() }]);
    assert_eq!(findings.unused_allowances().count(), 0);
}
