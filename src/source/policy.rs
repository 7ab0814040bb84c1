//! What the user wants to hear: findings that are left out, mere warnings, or errors.

use std::collections::HashMap;
use std::str::FromStr;

use super::codes::{Code, Severity};
use super::diagnostic::Diagnostic;
use super::findings::{Silenced, Silencer};

/// The user's choices for codes and for whole severities. A code that is named beats its severity.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    codes: HashMap<Code, Level>,
    severities: HashMap<Severity, Level>,
}

/// What becomes of a finding; of two choices for the same code the stricter one counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// It is left out.
    Allow,
    /// It is a warning.
    Warn,
    /// It is an error.
    Deny,
}

/// What a choice is about: a code by number or name, or all findings of a severity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Selector {
    /// One code.
    Code(Code),
    /// `warnings` or `infos`.
    Severity(Severity),
}

impl FromStr for Selector {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "warnings" => Ok(Self::Severity(Severity::Warning)),
            "infos" => Ok(Self::Severity(Severity::Info)),
            _ => Code::find(text).map(Self::Code).ok_or_else(|| {
                format!("no code `{text}`; `lvsha explain --list` shows all, or write `warnings`")
            }),
        }
    }
}

impl Policy {
    /// Adds choices.
    pub fn set(&mut self, selectors: &[Selector], level: Level) {
        for selector in selectors {
            let known = match selector {
                Selector::Code(code) => self.codes.entry(*code).or_insert(level),
                Selector::Severity(severity) => self.severities.entry(*severity).or_insert(level),
            };
            *known = level.max(*known);
        }
    }

    /// Gives each finding the severity that the user wants, and takes away what is allowed.
    pub fn apply(&self, findings: Vec<Diagnostic>) -> (Vec<Diagnostic>, Vec<Silenced>) {
        let mut silenced = Vec::new();
        let mut kept = Vec::with_capacity(findings.len());
        for mut diagnostic in findings {
            let level = self.codes.get(&diagnostic.code);
            let level = level.or_else(|| self.severities.get(&diagnostic.severity));
            match level {
                Some(Level::Allow) => {
                    silenced.push(Silenced { diagnostic, by: Silencer::Option });
                    continue;
                }
                Some(Level::Warn) => diagnostic.severity = Severity::Warning,
                Some(Level::Deny) => diagnostic.severity = Severity::Error,
                None => {}
            }
            kept.push(diagnostic);
        }
        (kept, silenced)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::codes::{characters, keepalived_advice};

    /// What becomes of one warning and one info.
    fn judged(choices: &[(&str, Level)]) -> Vec<String> {
        let mut policy = Policy::default();
        for (selector, level) in choices {
            policy.set(&[selector.parse().unwrap()], *level);
        }
        let codes = [characters::CARRIAGE_RETURN, keepalived_advice::NO_PREFIX];
        let findings = codes.map(|code| Diagnostic::general(code, "x")).to_vec();
        let (kept, _) = policy.apply(findings);
        kept.iter().map(|d| format!("{} {}", d.code, d.severity)).collect()
    }

    #[test]
    fn a_named_code_beats_its_severity() {
        assert_eq!(judged(&[]), ["LV0005 warning", "LV2310 info"]);
        let ci = [("warnings", Level::Deny)];
        assert_eq!(judged(&ci), ["LV0005 error", "LV2310 info"]);
        let but = [("warnings", Level::Deny), ("carriage-return", Level::Allow)];
        assert_eq!(judged(&but), ["LV2310 info"]);
        assert_eq!(judged(&[("infos", Level::Allow)]), ["LV0005 warning"]);
    }

    #[test]
    fn the_stricter_of_two_choices_counts() {
        let both = [("LV2310", Level::Deny), ("LV2310", Level::Allow)];
        assert_eq!(judged(&both), ["LV0005 warning", "LV2310 error"]);
    }
}
