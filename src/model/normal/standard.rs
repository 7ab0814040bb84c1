//! What holds where nothing is written: the keyword tables know it.

use std::collections::BTreeMap;

use super::said;
use crate::model::{Globals, show_exact_seconds};
use crate::syntax::Format;
use crate::syntax::schema::{self, Argument, Keyword};

/// The values that keepalived's own global settings give to the blocks.
#[derive(Debug, Default)]
pub(super) struct Standards {
    stated: BTreeMap<String, String>,
}

impl Standards {
    /// What `globals` state.
    pub(super) fn of(globals: &Globals) -> Self {
        let mut stated = BTreeMap::new();
        for (prefix, settings) in globals.groups() {
            settings.each(&mut |keyword, value| {
                stated.insert(format!("{prefix}{keyword}"), said(&value.value));
            });
        }
        if let Some(strict) = globals.strict {
            stated.insert("vrrp_strict".to_owned(), super::yes_no(&strict.value));
        }
        Self { stated }
    }

    /// Whether `value` of `keyword` inside the block `within` is what holds without it.
    pub(super) fn is_default(&self, within: &str, keyword: &str, value: &str) -> bool {
        // Strictness changes these, and a router may be strict by itself.
        if keyword.starts_with("garp_lower_prio") {
            return false;
        }
        let row = schema::find(Format::Keepalived, within, keyword);
        row.and_then(|row| self.default(row)).is_some_and(|default| is_same(&default, value))
    }

    /// Whether a router or real server that says nothing mails: `word` of `global_defs` decides,
    /// then `smtp_alert`, then what the program does.
    pub(super) fn mails(&self, word: &str, standard: bool) -> bool {
        let stated = self.stated.get(word).or_else(|| self.stated.get("smtp_alert"));
        stated.map_or(standard, |stated| is_same(stated, "yes"))
    }

    /// The value of a global setting, as it is stated or by itself.
    pub(super) fn global(&self, word: &str) -> Option<String> {
        let stated = self.stated.get(word).cloned();
        stated.or_else(|| {
            let row = schema::find(Format::Keepalived, "global_defs", word)?;
            self.default(row)
        })
    }

    /// The default of a row, which may be the name of a global setting.
    fn default(&self, row: &Keyword) -> Option<String> {
        let default = row.default;
        let is_other = schema::find(Format::Keepalived, "global_defs", default).is_some();
        match default {
            "" => None,
            _ if is_other && default != row.word => self.global(default),
            _ => Some(default.to_owned()),
        }
    }
}

/// Whether `value`, as it is written behind the keyword of `row`, is the row's default.
pub(super) fn is_written_default(row: &Keyword, value: &str) -> bool {
    !row.default.is_empty() && is_same(row.default, &written(row, value))
}

/// A value as it is written behind the keyword of `row`; truth has one spelling.
pub(super) fn written(row: &Keyword, value: &str) -> String {
    match row.arguments {
        [Argument::Boolean | Argument::Optional(Argument::Boolean)] => {
            canonical(if value.is_empty() { "yes" } else { value })
        }
        _ => value.to_owned(),
    }
}

/// Whether two spellings are one value.
fn is_same(one: &str, other: &str) -> bool {
    canonical(one) == canonical(other)
}

/// Truth values and numbers have several spellings.
fn canonical(value: &str) -> String {
    let value = value.strip_suffix(" s").unwrap_or(value).trim_matches('"');
    match value.to_ascii_lowercase().as_str() {
        "on" | "true" | "yes" => "yes".to_owned(),
        "off" | "false" | "no" => "no".to_owned(),
        _ => {
            let seconds =
                value.parse().ok().and_then(|n| std::time::Duration::try_from_secs_f64(n).ok());
            seconds.map_or_else(|| value.to_owned(), show_exact_seconds)
        }
    }
}
