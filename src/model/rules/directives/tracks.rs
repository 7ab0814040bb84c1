//! Lines about what routers and their groups follow: `NAME [weight N [reverse|noreverse]]`.

use super::{Context, LineRule, keepalived};
use crate::source::{Diagnostic, Findings};
use crate::syntax::NodeRef;

/// Makes a rule for each list, of a router and of a group.
macro_rules! lists {
    ($($word:literal;)*) => {
        &[$(
            LineRule { within: "vrrp_instance", word: $word, judge: options },
            LineRule { within: "vrrp_sync_group", word: $word, judge: options },
        )*]
    };
}

/// The rules.
pub(super) const RULES: &[LineRule] = lists! {
    "track_bfd";
    "track_file";
    "track_interface";
    "track_process";
    "track_script";
};

/// Words that keepalived looks for in one place only; in all five lists alike (tried).
fn options(list: NodeRef<'_>, _: &Context<'_>, findings: &mut Findings) {
    for item in list.directives() {
        let mut has_weight = false;
        for word in item.arguments() {
            let message = match word.raw() {
                "weight" if has_weight => "the line has a weight already",
                "weight" => {
                    has_weight = true;
                    continue;
                }
                "reverse" if !has_weight => "`reverse` stands behind a weight only",
                // At interfaces it is no word at all, which has a finding already.
                "noreverse" if !has_weight && list.name() != "track_interface" => {
                    "`noreverse` stands behind a weight only"
                }
                _ => continue,
            };
            let finding = Diagnostic::new(keepalived::UNKNOWN_OPTION, word.place(), message);
            findings.push(match word.raw() {
                "weight" => finding.note("keepalived takes the first one"),
                direction => finding
                    .note("keepalived ignores the word")
                    .help(format!("write `weight N {direction}`")),
            });
        }
    }
}
