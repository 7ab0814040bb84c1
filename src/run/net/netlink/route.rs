//! Route messages (rtnetlink(7), RTM_NEWROUTE).

use std::io;
use std::net::IpAddr;

use super::address_from;
use super::message::Message;
use crate::run::net::genetlink::messages::Attributes;
use crate::run::net::routes::{Hint, Hop, Prefix, Route, RouteKey};
use crate::run::vrrp::Family;

/// Which routes are asked for; the kernel leaves out the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RouteFilter {
    /// Their family.
    pub family: Family,
    /// Their table.
    pub table: u32,
    /// Who made them.
    pub protocol: u8,
}

/// Asks for the routes of a filter.
pub(super) fn request(filter: &RouteFilter) -> Message {
    let mut message = Message::new([family(filter.family), 0, 0, 0, 0, filter.protocol, 0, 0]);
    message.extend(&0_u32.to_ne_bytes());
    message.put_number(TABLE, filter.table);
    message
}

/// Adds a route; a link that is not there is an error.
pub(super) fn addition(route: &Route, link: impl Fn(&str) -> Option<u32>) -> io::Result<Message> {
    let mut message = header(route, route.scope, route.hops.as_slice());
    if let Some(source) = route.source {
        message.put_address(PREFERRED_SOURCE, source);
    }
    if let Some(realms) = route.realms {
        message.put_number(FLOW, realms);
    }
    if let Some(preference) = route.preference {
        message.put(PREFERENCE, &[preference]);
    }
    if let Some(copies) = route.copies_time_to_live {
        message.put(TTL_PROPAGATE, &[u8::from(copies)]);
    }
    if !route.hints.is_empty() {
        let mut hints = Message::default();
        for (kind, hint) in &route.hints {
            match hint {
                Hint::Number(number) => hints.put_number(*kind, *number),
                Hint::Text(text) => hints.put_text(*kind, text),
            }
        }
        message.put_nested(METRICS, &hints);
    }
    let index = |hop: &Hop| match &hop.link {
        None => Ok(None),
        Some(name) => match link(name) {
            Some(index) => Ok(Some(index)),
            None => Err(io::Error::new(io::ErrorKind::NotFound, format!("no interface {name}"))),
        },
    };
    match route.hops.as_slice() {
        [] => {}
        [hop] => {
            put_gateway(&mut message, hop, route.destination.family());
            if let Some(index) = index(hop)? {
                message.put_number(OUTPUT, index);
            }
        }
        hops => {
            let mut all = Message::default();
            for hop in hops {
                let mut attributes = Message::default();
                put_gateway(&mut attributes, hop, route.destination.family());
                if let Some(realms) = hop.realms {
                    attributes.put_number(FLOW, realms);
                }
                // struct rtnexthop: length, flags, weight less one, link.
                let length = u16::try_from(8 + attributes.bytes().len()).unwrap_or(u16::MAX);
                let weight = u8::try_from(hop.weight.saturating_sub(1)).unwrap_or(u8::MAX);
                let [low, high] = length.to_ne_bytes();
                all.extend(&[low, high, if hop.is_on_link { ON_LINK } else { 0 }, weight]);
                all.extend(&index(hop)?.unwrap_or(0).to_ne_bytes());
                all.extend(attributes.bytes());
            }
            message.put(MULTIPATH, all.bytes());
        }
    }
    Ok(message)
}

/// Removes a route.
pub(super) fn removal(route: &Route) -> Message {
    // Of any scope.
    header(route, NOWHERE, &[])
}

/// What tells a route of the kernel apart; `None` for one that is not of these families.
pub(super) fn read(bytes: &[u8]) -> Option<RouteKey> {
    let header = bytes.first_chunk::<12>()?;
    let [family, destination_length, source_length, type_of_service, table, protocol, ..] = *header;
    let family = family_of(family)?;
    let mut key = RouteKey {
        destination: Prefix { length: destination_length, ..Prefix::all(family) },
        from: None,
        table: u32::from(table),
        metric: 0,
        type_of_service,
        protocol,
    };
    for attribute in Attributes::new(bytes.get(12..)?).map_while(Result::ok) {
        match attribute.kind {
            DESTINATION => key.destination.address = address_from(attribute.payload)?,
            SOURCE => {
                let address = address_from(attribute.payload)?;
                key.from = Some(Prefix { address, length: source_length });
            }
            PRIORITY => key.metric = attribute.u32().ok()?,
            TABLE => key.table = attribute.u32().ok()?,
            _ => {}
        }
    }
    Some(key)
}

/// struct rtmsg, and the attributes that tell routes apart.
fn header(route: &Route, scope: u8, hops: &[Hop]) -> Message {
    let from = route.from.map_or(0, |from| from.length);
    // Tables above 255 stand in the attribute only.
    let table = u8::try_from(route.table).unwrap_or(0);
    let mut message = Message::new([
        family(route.destination.family()),
        route.destination.length,
        from,
        route.type_of_service,
        table,
        route.protocol,
        scope,
        route.kind,
    ]);
    let is_on_link = matches!(hops, [hop] if hop.is_on_link);
    let flags = if is_on_link { u32::from(ON_LINK) } else { 0 };
    message.extend(&flags.to_ne_bytes());
    message.put_number(TABLE, route.table);
    if route.destination.length > 0 {
        message.put_address(DESTINATION, route.destination.address);
    }
    if let Some(from) = route.from {
        message.put_address(SOURCE, from.address);
    }
    if let Some(metric) = route.metric {
        message.put_number(PRIORITY, metric);
    }
    message
}

/// A gateway of the other family has an attribute of its own (RFC 5549).
fn put_gateway(message: &mut Message, hop: &Hop, of: Family) {
    match hop.gateway {
        None => {}
        Some(gateway) if Family::of(gateway) == of => message.put_address(GATEWAY, gateway),
        Some(gateway) => {
            let [low, high] = u16::from(family(Family::of(gateway))).to_ne_bytes();
            let octets = match gateway {
                IpAddr::V4(gateway) => gateway.octets().to_vec(),
                IpAddr::V6(gateway) => gateway.octets().to_vec(),
            };
            message.put(VIA, &[&[low, high], octets.as_slice()].concat());
        }
    }
}

pub(super) fn family(family: Family) -> u8 {
    let number = match family {
        Family::V4 => libc::AF_INET,
        Family::V6 => libc::AF_INET6,
    };
    // 2 and 10.
    u8::try_from(number).unwrap_or(0)
}

/// The family with a number of the kernel (`AF_INET`, `AF_INET6`).
pub(super) fn family_of(number: u8) -> Option<Family> {
    [Family::V4, Family::V6].into_iter().find(|known| family(*known) == number)
}

// RTA_* and flags (linux/rtnetlink.h).
const DESTINATION: u16 = 1;
const SOURCE: u16 = 2;
const OUTPUT: u16 = 4;
const GATEWAY: u16 = 5;
const PRIORITY: u16 = 6;
const PREFERRED_SOURCE: u16 = 7;
const METRICS: u16 = 8;
const MULTIPATH: u16 = 9;
const FLOW: u16 = 11;
const TABLE: u16 = 15;
const VIA: u16 = 18;
const PREFERENCE: u16 = 20;
const TTL_PROPAGATE: u16 = 26;
/// RTNH_F_ONLINK.
const ON_LINK: u8 = 4;
/// RT_SCOPE_NOWHERE.
const NOWHERE: u8 = 255;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::net::routes::KEEPALIVED;

    #[test]
    fn what_is_written_is_found_again() {
        let rows = [
            ("10.1.0.0/16", None, 254, None),
            ("0.0.0.0/0", None, 1000, Some(7)),
            ("2001:db8::/32", Some("2001:db8:1::/48"), 254, Some(5)),
        ];
        for (destination, from, table, metric) in rows {
            let route = Route {
                from: from.and_then(Prefix::parse),
                table,
                metric,
                ..Route::to(Prefix::parse(destination).unwrap())
            };
            assert_eq!(read(removal(&route).bytes()), Some(route.key()));
            assert_eq!(route.key().protocol, KEEPALIVED);
        }
    }

    #[test]
    fn a_link_that_is_not_there_is_an_error() {
        let hop = Hop { link: Some("eth7".to_owned()), ..Hop::default() };
        let route = Route { hops: vec![hop], ..Route::to(Prefix::all(Family::V4)) };
        let error = addition(&route, |_| None).unwrap_err();
        assert_eq!(error.to_string(), "no interface eth7");
        assert!(addition(&route, |_| Some(3)).is_ok());
    }

    #[test]
    fn cut_messages_are_no_routes() {
        let route = Route::to(Prefix::parse("10.1.0.0/16").unwrap());
        let message = removal(&route);
        for length in 0..12 {
            assert_eq!(read(&message.bytes()[..length]), None);
        }
    }
}
