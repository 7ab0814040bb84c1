//! Counters of services and destinations.

use serde::Serialize;

use super::names::StatsAttribute;
use crate::run::net::genetlink::messages::{Attribute, Malformed};

/// Counters since the object was made, and rates of the last seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Statistics {
    /// Connections.
    pub connections: u64,
    /// Packets from clients.
    pub packets_in: u64,
    /// Packets to clients; only masquerading sees them.
    pub packets_out: u64,
    /// Bytes from clients.
    pub bytes_in: u64,
    /// Bytes to clients.
    pub bytes_out: u64,
    /// New connections each second.
    pub connection_rate: u64,
    /// Packets from clients each second.
    pub packet_rate_in: u64,
    /// Packets to clients each second.
    pub packet_rate_out: u64,
    /// Bytes from clients each second.
    pub byte_rate_in: u64,
    /// Bytes to clients each second.
    pub byte_rate_out: u64,
}

impl Statistics {
    /// Reads either form: in the older one all but the bytes are 32 bits wide.
    pub(super) fn read(nested: Attribute<'_>) -> Result<Self, Malformed> {
        let mut statistics = Self::default();
        for attribute in nested.nested() {
            let attribute = attribute?;
            if let Some(field) = statistics.field(attribute.kind) {
                *field = wide(attribute)?;
            }
        }
        Ok(statistics)
    }

    fn field(&mut self, kind: u16) -> Option<&mut u64> {
        Some(match StatsAttribute::from(kind) {
            StatsAttribute::Conns => &mut self.connections,
            StatsAttribute::InPkts => &mut self.packets_in,
            StatsAttribute::OutPkts => &mut self.packets_out,
            StatsAttribute::InBytes => &mut self.bytes_in,
            StatsAttribute::OutBytes => &mut self.bytes_out,
            StatsAttribute::Cps => &mut self.connection_rate,
            StatsAttribute::InPps => &mut self.packet_rate_in,
            StatsAttribute::OutPps => &mut self.packet_rate_out,
            StatsAttribute::InBps => &mut self.byte_rate_in,
            StatsAttribute::OutBps => &mut self.byte_rate_out,
            StatsAttribute::UnrecognizedConst(_) => return None,
        })
    }
}

fn wide(attribute: Attribute<'_>) -> Result<u64, Malformed> {
    if attribute.payload.len() == 4 { attribute.u32().map(u64::from) } else { attribute.u64() }
}
