//! Messages about routing rules (linux/fib_rules.h).

use super::address_from;
use super::message::Message;
use super::route::{family, family_of};
use crate::run::net::genetlink::messages::{Attribute, Attributes, Malformed};
use crate::run::net::routes::Prefix;
use crate::run::net::rules::Rule;
use crate::run::vrrp::Family;

/// Asks for all rules of a family.
pub(super) fn request(of: Family) -> Message {
    Message::new([family(of), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])
}

/// Adds or removes a rule.
pub(super) fn message(rule: &Rule) -> Message {
    let length = |prefix: Option<Prefix>| prefix.map_or(0, |prefix| prefix.length);
    // Tables above 255 stand in the attribute only. Two bytes are reserved.
    let table = u8::try_from(rule.table).unwrap_or(0);
    let (to, from) = (length(rule.to), length(rule.from));
    let mut message = Message::new([
        family(rule.family),
        to,
        from,
        rule.type_of_service,
        table,
        0,
        0,
        rule.action,
    ]);
    let flags = if rule.is_inverted { INVERTED } else { 0 };
    message.extend(&flags.to_ne_bytes());
    message.put_number(PRIORITY, rule.priority);
    message.put(PROTOCOL, &[rule.protocol]);
    let prefixes = [(SOURCE, rule.from), (DESTINATION, rule.to)];
    for (kind, prefix) in prefixes.into_iter().filter_map(|(kind, p)| Some((kind, p?))) {
        if prefix.length > 0 {
            message.put_address(kind, prefix.address);
        }
    }
    if let Some((mark, mask)) = rule.mark {
        message.put_number(MARK, mark);
        message.put_number(MARK_MASK, mask);
    }
    let numbers = [
        (TABLE, (rule.table > 0).then_some(rule.table)),
        (GO_TO, rule.target),
        (FLOW, rule.realms),
        (SUPPRESS_GROUP, rule.without_group),
        (SUPPRESS_PREFIX, rule.shortest_prefix),
    ];
    for (kind, number) in numbers.into_iter().filter_map(|(kind, n)| Some((kind, n?))) {
        message.put_number(kind, number);
    }
    for (kind, name) in [(INPUT, &rule.input), (OUTPUT, &rule.output)] {
        if let Some(name) = name {
            message.put_text(kind, name);
        }
    }
    if let Some(tunnel) = rule.tunnel {
        message.put(TUNNEL, &tunnel.to_be_bytes());
    }
    if let Some((first, last)) = rule.users {
        message.put(USERS, &[first.to_ne_bytes(), last.to_ne_bytes()].concat());
    }
    if rule.is_of_vrf {
        message.put(VRF, &[1]);
    }
    if let Some(transport) = rule.transport {
        message.put(TRANSPORT, &[transport]);
    }
    let ports = [(SOURCE_PORTS, rule.source_ports), (DESTINATION_PORTS, rule.destination_ports)];
    for (kind, (first, last)) in ports.into_iter().filter_map(|(kind, p)| Some((kind, p?))) {
        message.put(kind, &[first.to_ne_bytes(), last.to_ne_bytes()].concat());
    }
    message
}

/// A rule of the kernel; `None` for one that is not of these families, or not understood.
pub(super) fn read(bytes: &[u8]) -> Option<Rule> {
    let header = bytes.first_chunk::<12>()?;
    let [number, to, from, type_of_service, table, _, _, action, f0, f1, f2, f3] = *header;
    let of = family_of(number)?;
    let flags = u32::from_ne_bytes([f0, f1, f2, f3]);
    let mut rule = Rule {
        type_of_service,
        action,
        table: u32::from(table),
        is_inverted: flags & INVERTED != 0,
        protocol: 0,
        ..Rule::new(of)
    };
    for attribute in Attributes::new(bytes.get(12..)?) {
        let attribute = attribute.ok()?;
        let prefix = |length| {
            let address = address_from(attribute.payload)?;
            Some(Prefix { address, length })
        };
        match attribute.kind {
            SOURCE => rule.from = prefix(from),
            DESTINATION => rule.to = prefix(to),
            _ => take(&mut rule, &attribute).ok()?,
        }
    }
    Some(rule)
}

fn take(rule: &mut Rule, attribute: &Attribute<'_>) -> Result<(), Malformed> {
    let ports = || {
        let [a, b, c, d] = attribute.array()?;
        Ok(Some((u16::from_ne_bytes([a, b]), u16::from_ne_bytes([c, d]))))
    };
    let text = || attribute.text().map(|text| Some(text.to_owned()));
    match attribute.kind {
        PRIORITY => rule.priority = attribute.u32()?,
        TABLE => rule.table = attribute.u32()?,
        PROTOCOL => rule.protocol = attribute.u8()?,
        MARK => rule.mark = Some((attribute.u32()?, rule.mark.map_or(u32::MAX, |(_, mask)| mask))),
        MARK_MASK => rule.mark = Some((rule.mark.map_or(0, |(mark, _)| mark), attribute.u32()?)),
        INPUT => rule.input = text()?,
        OUTPUT => rule.output = text()?,
        GO_TO => rule.target = Some(attribute.u32()?),
        FLOW => rule.realms = Some(attribute.u32()?),
        // The kernel says "no limit" where nothing was said.
        SUPPRESS_PREFIX => rule.shortest_prefix = Some(attribute.u32()?).filter(|n| *n != u32::MAX),
        SUPPRESS_GROUP => rule.without_group = Some(attribute.u32()?).filter(|n| *n != u32::MAX),
        TUNNEL => rule.tunnel = Some(u64::from_be_bytes(attribute.array()?)),
        USERS => {
            let [a, b, c, d, e, f, g, h] = attribute.array()?;
            let (first, last) =
                (u32::from_ne_bytes([a, b, c, d]), u32::from_ne_bytes([e, f, g, h]));
            rule.users = Some((first, last));
        }
        VRF => rule.is_of_vrf = attribute.u8()? != 0,
        TRANSPORT => rule.transport = Some(attribute.u8()?),
        SOURCE_PORTS => rule.source_ports = ports()?,
        DESTINATION_PORTS => rule.destination_ports = ports()?,
        _ => {}
    }
    Ok(())
}

// FRA_* (linux/fib_rules.h).
const DESTINATION: u16 = 1;
const SOURCE: u16 = 2;
const INPUT: u16 = 3;
const GO_TO: u16 = 4;
const PRIORITY: u16 = 6;
const MARK: u16 = 10;
const FLOW: u16 = 11;
const TUNNEL: u16 = 12;
const SUPPRESS_GROUP: u16 = 13;
const SUPPRESS_PREFIX: u16 = 14;
const TABLE: u16 = 15;
const MARK_MASK: u16 = 16;
const OUTPUT: u16 = 17;
const VRF: u16 = 19;
const USERS: u16 = 20;
const PROTOCOL: u16 = 21;
const TRANSPORT: u16 = 22;
const SOURCE_PORTS: u16 = 23;
const DESTINATION_PORTS: u16 = 24;
/// FIB_RULE_INVERT.
const INVERTED: u32 = 2;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    prop_compose! {
        fn rules()(
            is_ipv6: bool,
            numbers in prop::array::uniform4(1..100_000_u32),
            lengths in (1..33_u8, 1..33_u8),
            options in prop::array::uniform8(any::<bool>()),
            ports: (u16, u16),
        ) -> Rule {
            let family = if is_ipv6 { Family::V6 } else { Family::V4 };
            let all = Prefix::all(family);
            let [priority, table, mark, other] = numbers;
            let [has_from, has_to, is_inverted, has_mark, has_input, has_users, has_ports, has_group] = options;
            Rule {
                priority,
                table,
                from: has_from.then_some(Prefix { length: lengths.0, ..all }),
                to: has_to.then_some(Prefix { length: lengths.1, ..all }),
                is_inverted,
                mark: has_mark.then_some((mark, other)),
                input: has_input.then(|| "eth0".to_owned()),
                users: has_users.then_some((mark, other)),
                transport: has_ports.then_some(6),
                source_ports: has_ports.then_some(ports),
                without_group: has_group.then_some(other),
                tunnel: has_group.then_some(u64::from(mark)),
                ..Rule::new(family)
            }
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(rule in rules()) {
            prop_assert_eq!(read(message(&rule).bytes()), Some(rule));
        }
    }
}
