//! The program that will read a file: its version, and what it was built with.

use super::{Keyword, Version};

mod facts;

pub use facts::{BUILD_WORDS, QUIRKS, Quirk, SINCE, SINCE_WITHIN, refuses_dns_name};

/// The first release that knows a word in its block; nothing when all do.
pub fn since(row: &Keyword) -> Option<Version> {
    let within = SINCE_WITHIN.iter().find(|fact| (fact.0, fact.1) == (row.within, row.word));
    let anywhere = || SINCE.iter().find(|(word, _)| *word == row.word);
    let known = within.map(|fact| fact.2).or_else(|| anywhere().map(|(_, version)| *version));
    known.or(row.since)
}

/// The programs that a user's files are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Targets {
    /// keepalived.
    pub keepalived: Keepalived,
    /// heartbeat.
    pub heartbeat: Version,
    /// Whether the user named keepalived's version, so that its habits are worth a word.
    pub is_stated: bool,
}

/// A build of keepalived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keepalived {
    /// Its version.
    pub version: Version,
    /// Options that it was built without, as bits of [`BuildOption`].
    lacks: u16,
}

/// What a keepalived may be built without (`keepalived -v` lists what it has).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum BuildOption {
    /// VRRP_AUTH.
    Auth,
    /// BFD.
    Bfd,
    /// DBUS.
    Dbus,
    /// IPTABLES.
    Iptables,
    /// JSON.
    Json,
    /// NFTABLES.
    Nftables,
    /// REGEX.
    Regex,
    /// SNMP_VRRP, SNMP_CHECKER.
    Snmp,
    /// VRRP_VMAC.
    Vmac,
}

/// Debian 12: keepalived 2.2.7 with everything but iptables, heartbeat 3.0.6.
impl Default for Targets {
    fn default() -> Self {
        let mut keepalived = Keepalived { version: Version::new(2, 2, 7), lacks: 0 };
        keepalived.set(BuildOption::Iptables, false);
        Self { keepalived, heartbeat: Version::new(3, 0, 6), is_stated: false }
    }
}

impl Targets {
    /// Takes one `PROGRAM=VERSION[,no-OPTION|,with-OPTION...]` as a user types it.
    ///
    /// # Errors
    /// One sentence about what is wrong with it.
    pub fn set(&mut self, text: &str) -> Result<(), String> {
        let mut parts = text.split(',');
        let first = parts.next().unwrap_or_default();
        let form = "write for example `keepalived=2.2.7` or `keepalived=2.2.7,no-regex`";
        let Some((program, version)) = first.split_once('=') else {
            return Err(format!("`{first}` names no program and version: {form}"));
        };
        let Some(version) = Version::parse(version) else {
            return Err(format!("`{version}` is no version: {form}"));
        };
        match program {
            "keepalived" => {
                self.keepalived.version = version;
                self.is_stated = true;
                parts.try_for_each(|option| self.keepalived.set_by_name(option))
            }
            "heartbeat" => {
                self.heartbeat = version;
                match parts.next() {
                    Some(option) => Err(format!("heartbeat has no build option `{option}`")),
                    None => Ok(()),
                }
            }
            _ => Err(format!("`{program}` is no program with versions that differ: {form}")),
        }
    }
}

impl Keepalived {
    /// Whether it was built with `option`.
    pub fn has(self, option: BuildOption) -> bool {
        self.lacks & option.bit() == 0
    }

    /// Whether it is old enough, and young enough, for a habit.
    pub fn is_between(self, from: Version, until: Version) -> bool {
        from <= self.version && self.version < until
    }

    fn set(&mut self, option: BuildOption, is_there: bool) {
        if is_there {
            self.lacks &= !option.bit();
        } else {
            self.lacks |= option.bit();
        }
    }

    fn set_by_name(&mut self, text: &str) -> Result<(), String> {
        let without = text.strip_prefix("no-");
        let name = without.or_else(|| text.strip_prefix("with-")).unwrap_or_default();
        let Some(option) = BuildOption::ALL.into_iter().find(|option| option.name() == name) else {
            let names: Vec<_> = BuildOption::ALL.into_iter().map(BuildOption::name).collect();
            let names = names.join(", ");
            return Err(format!("`{text}` is no build option: write `no-` or `with-` and {names}"));
        };
        self.set(option, without.is_none());
        Ok(())
    }
}

impl BuildOption {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Auth,
        Self::Bfd,
        Self::Dbus,
        Self::Iptables,
        Self::Json,
        Self::Nftables,
        Self::Regex,
        Self::Snmp,
        Self::Vmac,
    ];

    /// The name that is typed.
    pub fn name(self) -> &'static str {
        match self {
            Self::Auth => "auth",
            Self::Bfd => "bfd",
            Self::Dbus => "dbus",
            Self::Iptables => "iptables",
            Self::Json => "json",
            Self::Nftables => "nftables",
            Self::Regex => "regex",
            Self::Snmp => "snmp",
            Self::Vmac => "vmac",
        }
    }

    fn bit(self) -> u16 {
        1 << self as u16
    }
}

#[cfg(test)]
mod tests;
