//! The code table: every diagnostic that lvsha can make, as data.
//!
//! One row per code: its identity, how bad it is, what the real program does with such a text,
//! and the page that `lvsha explain` prints. A test proves that each row is triggered by a file
//! under `tests/`.
//!
//! Numbers by family: `LV00xx` the characters of any file, `LV01xx` ha.cf, `LV02xx` haresources,
//! `LV03xx` authkeys, `LV04xx` ldirectord.cf, `LV05xx` keepalived.conf, `LV06xx` several files
//! together and (`LV069x`) comments for lvsha, `LV07xx` conversion, `LV08xx` inventories, `LV09xx`
//! inputs and options, of these `LV095x` what the daemon does not start with. Advice about files
//! that the real program accepts: `LV20xx` heartbeat, `LV21xx` haresources, `LV22xx` ldirectord,
//! `LV23xx` keepalived.

use std::fmt;
use std::hash::{Hash, Hasher};

use serde::Serialize;

pub mod authkeys;
pub mod characters;
pub mod comments;
pub mod conversion;
pub mod daemon;
pub mod ha_cf;
pub mod ha_cf_advice;
pub mod haresources;
pub mod haresources_advice;
pub mod inputs;
pub mod inventory;
pub mod keepalived;
pub mod keepalived_advice;
pub mod keepalived_quirks;
pub mod ldirectord;
pub mod ldirectord_advice;
pub mod nodes;
pub mod preprocessor;
pub mod services;
pub mod to_heartbeat;

/// A row of the code table.
#[derive(Clone, Copy, Debug)]
pub struct Code(&'static Row);

impl Code {
    /// Every code, family by family.
    pub fn all() -> impl Iterator<Item = Code> {
        FAMILIES.iter().flat_map(|family| family.iter().copied())
    }

    /// Finds a code by its number (`LV0001`, case-insensitive) or its name (`odd-blank`).
    pub fn find(text: &str) -> Option<Code> {
        Self::all().find(|code| code.id().eq_ignore_ascii_case(text) || code.name() == text)
    }

    /// `LV0001`.
    pub fn id(self) -> &'static str {
        self.0.id
    }

    /// Short name in words, `odd-blank`.
    pub fn name(self) -> &'static str {
        self.0.name
    }

    /// How bad it is.
    pub fn severity(self) -> Severity {
        self.0.severity
    }

    /// What the program the file was written for does with it.
    pub fn verdict(self) -> Verdict {
        self.0.verdict
    }

    /// One line that says what the code stands for.
    pub fn title(self) -> &'static str {
        self.0.title
    }

    /// Whether only the daemon finds it: `lvsha check` does not ask what the daemon can do.
    pub fn is_of_daemon(self) -> bool {
        daemon::ROWS.contains(&self) || self.is_of_services()
    }

    /// Whether it is about virtual services and their probes, as the daemon does them.
    pub fn is_of_services(self) -> bool {
        services::ROWS.contains(&self)
    }

    /// The page of `lvsha explain`, plain text in paragraphs.
    pub fn page(self) -> &'static str {
        self.0.page
    }
}

impl PartialEq for Code {
    fn eq(&self, other: &Self) -> bool {
        self.id() == other.id()
    }
}

impl Eq for Code {}

impl Hash for Code {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.id().hash(state);
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The real program refuses the file, or does something else than the text says.
    Error,
    /// It works, but not as well or as safely as its author believes.
    Warning,
    /// Worth knowing.
    Info,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Info => "info",
        })
    }
}

/// What the program that a file was written for does when it starts with this text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It starts (for keepalived: `keepalived -t` exits 0).
    Accepts,
    /// It does not (for keepalived: `keepalived -t` exits with another code, or crashes).
    Refuses,
    /// It depends on the place; the diagnostic's note says which.
    Depends,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Accepts => "accepts",
            Self::Refuses => "refuses",
            Self::Depends => "depends",
        })
    }
}

/// One row; made by the [`codes!`] macro only.
#[derive(Debug)]
struct Row {
    id: &'static str,
    name: &'static str,
    severity: Severity,
    verdict: Verdict,
    title: &'static str,
    page: &'static str,
}

/// Declares the rows of one family: `CONSTANT = "LVnnnn" "name" Severity Verdict "title" "page";`.
macro_rules! codes {
    ($($constant:ident = $id:literal $name:literal $severity:ident $verdict:ident $title:literal
        $page:literal;)*) => {
        $(
            #[doc = $title]
            pub const $constant: super::Code = super::Code(&super::Row {
                id: $id,
                name: $name,
                severity: super::Severity::$severity,
                verdict: super::Verdict::$verdict,
                title: $title,
                page: $page,
            });
        )*
        pub(super) const ROWS: &[super::Code] = &[$($constant),*];
    };
}
use codes;

const FAMILIES: &[&[Code]] = &[
    characters::ROWS,
    ha_cf::ROWS,
    haresources::ROWS,
    authkeys::ROWS,
    ldirectord::ROWS,
    keepalived::ROWS,
    keepalived_quirks::ROWS,
    comments::ROWS,
    conversion::ROWS,
    to_heartbeat::ROWS,
    inputs::ROWS,
    inventory::ROWS,
    nodes::ROWS,
    daemon::ROWS,
    services::ROWS,
    ha_cf_advice::ROWS,
    haresources_advice::ROWS,
    ldirectord_advice::ROWS,
    keepalived_advice::ROWS,
    preprocessor::ROWS,
];

#[cfg(test)]
mod tests;
