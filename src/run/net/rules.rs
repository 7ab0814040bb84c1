//! Routing rules as the kernel knows them (ip-rule(8)).

use std::fmt;

use super::routes::{KEEPALIVED, Prefix};
use crate::run::vrrp::Family;

/// A rule: which packets look into which table. Every field tells rules apart.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rule {
    /// Family of the packets.
    pub family: Family,
    /// Rank; the lowest is asked first.
    pub priority: u32,
    /// Source of the packets.
    pub from: Option<Prefix>,
    /// Destination of the packets.
    pub to: Option<Prefix>,
    /// Whether it is for all other packets.
    pub is_inverted: bool,
    /// Their type of service.
    pub type_of_service: u8,
    /// Their firewall mark and the bits of it that count.
    pub mark: Option<(u32, u32)>,
    /// Link that they came by; links go by name here.
    pub input: Option<String>,
    /// Link that their socket is bound to.
    pub output: Option<String>,
    /// What happens (`FR_ACT_*`).
    pub action: u8,
    /// The table; 0 is none.
    pub table: u32,
    /// Rank of the rule to go on with.
    pub target: Option<u32>,
    /// Routes with shorter prefixes do not count.
    pub shortest_prefix: Option<u32>,
    /// Routes by links of this group do not count.
    pub without_group: Option<u32>,
    /// Identity of the tunnel that they came by.
    pub tunnel: Option<u64>,
    /// First and last user number.
    pub users: Option<(u32, u32)>,
    /// Whether the table is that of the VRF.
    pub is_of_vrf: bool,
    /// Transport protocol.
    pub transport: Option<u8>,
    /// First and last source port.
    pub source_ports: Option<(u16, u16)>,
    /// First and last destination port.
    pub destination_ports: Option<(u16, u16)>,
    /// Realms; IPv4.
    pub realms: Option<u32>,
    /// Who made it.
    pub protocol: u8,
}

impl Rule {
    /// A rule that matches everything and names no table.
    pub fn new(family: Family) -> Self {
        Self {
            family,
            priority: 0,
            from: None,
            to: None,
            is_inverted: false,
            type_of_service: 0,
            mark: None,
            input: None,
            output: None,
            action: TO_TABLE,
            table: 0,
            target: None,
            shortest_prefix: None,
            without_group: None,
            tunnel: None,
            users: None,
            is_of_vrf: false,
            transport: None,
            source_ports: None,
            destination_ports: None,
            realms: None,
            protocol: KEEPALIVED,
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.priority)?;
        if let Some(from) = self.from {
            write!(f, " from {from}")?;
        }
        if let Some(to) = self.to {
            write!(f, " to {to}")?;
        }
        match self.table {
            0 => Ok(()),
            table => write!(f, " table {table}"),
        }
    }
}

/// `FR_ACT_TO_TBL`: look into a table.
pub const TO_TABLE: u8 = 1;
/// `FR_ACT_GOTO`: go on with another rule.
pub const GO_TO: u8 = 2;
/// `FR_ACT_NOP`: nothing.
pub const NOTHING: u8 = 3;
