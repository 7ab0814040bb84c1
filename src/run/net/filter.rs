//! `no_accept`: packets to these addresses are for nobody on this director (RFC 9568 section 6.1,
//! Accept_Mode).
//!
//! A table of nftables, made by netlink: no program is needed. It is there as long as the daemon, whoever is
//! master, since a backup has no such address anyway. Its chain comes after IPVS, which takes the packets of
//! virtual services before, so that a director that accepts nothing for itself goes on to balance.

use std::collections::BTreeSet;
use std::io;
use std::net::IpAddr;
use std::time::Duration;

use rustix::net::netlink::NETFILTER;

use super::genetlink::messages::{Content, Frames};
use super::genetlink::socket::NetlinkSocket;
use super::netlink::message::Message;
use crate::run::vrrp::Family;

/// Refuses packets to exactly these addresses from now on, all at once; none removes the table.
/// `priority` is that of the chain, where another one than the usual is wanted.
///
/// # Errors
/// When the kernel has no nftables, or this user may not change them.
pub fn refuse(addresses: &BTreeSet<IpAddr>, priority: Option<i32>) -> io::Result<()> {
    let mut batch = Batch::begin();
    for family in [Family::V4, Family::V6] {
        let own: Vec<IpAddr> =
            addresses.iter().copied().filter(|address| Family::of(*address) == family).collect();
        // Made, removed, made again: whatever was there, and no error if nothing was.
        batch.table(family, NEW_TABLE);
        batch.table(family, DELETE_TABLE);
        if own.is_empty() {
            continue;
        }
        batch.table(family, NEW_TABLE);
        batch.set(family, &own);
        batch.chain(family, priority.unwrap_or(BEHIND_IPVS));
        if family == Family::V6 {
            batch.rule(family, &neighbour_discovery());
        }
        batch.rule(family, &drop_what_is_for_the_set(family));
    }
    batch.send()
}

/// Messages that take effect together.
#[derive(Debug)]
struct Batch {
    bytes: Vec<u8>,
    /// Sequence number of the last message.
    count: u32,
}

impl Batch {
    fn begin() -> Self {
        let mut batch = Self { bytes: Vec::new(), count: 0 };
        batch.append(BATCH_BEGIN, 0, &frame());
        batch
    }

    fn table(&mut self, family: Family, command: u16) {
        let mut message = header(family);
        message.put_text(TABLE_NAME, TABLE);
        self.push(command, message);
    }

    fn set(&mut self, family: Family, addresses: &[IpAddr]) {
        let mut message = header(family);
        message.put_text(SET_TABLE, TABLE);
        message.put_text(SET_NAME, SET);
        message.put_big(SET_FLAGS, 0);
        // Only programs that print sets look at the type: 7 is an IPv4 address, 8 an IPv6 address.
        message.put_big(SET_KEY_TYPE, if family == Family::V4 { 7 } else { 8 });
        message.put_big(SET_KEY_LENGTH, if family == Family::V4 { 4 } else { 16 });
        message.put_big(SET_ID, 1);
        self.push(NEW_SET, message);
        // An attribute has at most 64 KiB.
        for addresses in addresses.chunks(1000) {
            let mut elements = Message::default();
            for address in addresses {
                let mut value = Message::default();
                value.put_address(DATA_VALUE, *address);
                let mut element = Message::default();
                element.put_nested(ELEMENT_KEY, &value);
                elements.put_nested(LIST_ELEMENT, &element);
            }
            let mut message = header(family);
            message.put_text(ELEMENTS_TABLE, TABLE);
            message.put_text(ELEMENTS_SET, SET);
            message.put_nested(ELEMENTS, &elements);
            self.push(NEW_ELEMENTS, message);
        }
    }

    fn chain(&mut self, family: Family, priority: i32) {
        let mut hook = Message::default();
        hook.put_big(HOOK_NUMBER, LOCAL_INPUT);
        hook.put(HOOK_PRIORITY, &priority.to_be_bytes());
        let mut message = header(family);
        message.put_text(CHAIN_TABLE, TABLE);
        message.put_text(CHAIN_NAME, CHAIN);
        message.put_nested(CHAIN_HOOK, &hook);
        message.put_big(CHAIN_POLICY, ACCEPT);
        message.put_text(CHAIN_TYPE, "filter");
        self.push(NEW_CHAIN, message);
    }

    fn rule(&mut self, family: Family, expressions: &[Message]) {
        let mut list = Message::default();
        for expression in expressions {
            list.put_nested(LIST_ELEMENT, expression);
        }
        let mut message = header(family);
        message.put_text(RULE_TABLE, TABLE);
        message.put_text(RULE_CHAIN, CHAIN);
        message.put_nested(RULE_EXPRESSIONS, &list);
        self.push(NEW_RULE, message);
    }

    fn push(&mut self, command: u16, message: Message) {
        let kind = SUBSYSTEM << 8 | command;
        let flags = match command {
            NEW_RULE => CREATE | APPEND,
            DELETE_TABLE => 0,
            _ => CREATE,
        };
        self.append(kind, flags | ACKNOWLEDGE, &message);
    }

    fn append(&mut self, kind: u16, flags: u16, message: &Message) {
        self.count += 1;
        let length = u32::try_from(message.bytes().len() + 16).unwrap_or(u32::MAX);
        self.bytes.extend(length.to_ne_bytes());
        self.bytes.extend(kind.to_ne_bytes());
        self.bytes.extend((flags | REQUEST).to_ne_bytes());
        self.bytes.extend(self.count.to_ne_bytes());
        self.bytes.extend(0_u32.to_ne_bytes()); // the port: the kernel knows it
        self.bytes.extend(message.bytes());
    }

    /// Sends all of it and waits for every answer.
    fn send(mut self) -> io::Result<()> {
        let last = self.count;
        self.append(BATCH_END, 0, &frame());
        let socket = NetlinkSocket::open(NETFILTER, LIMIT)?;
        socket.send(&self.bytes)?;
        let mut buffer = vec![0; 1 << 16];
        loop {
            let datagram = socket.receive(&mut buffer)?;
            for frame in Frames::new(datagram) {
                let frame = frame.map_err(io::Error::other)?;
                match frame.content {
                    Content::Failed(error) => return Err(io::Error::from_raw_os_error(error)),
                    Content::Acknowledged if frame.sequence == last => return Ok(()),
                    _ => {}
                }
            }
        }
    }
}

/// struct nfgenmsg: family, version, nothing.
fn header(family: Family) -> Message {
    let family = match family {
        Family::V4 => PROTOCOL_IPV4,
        Family::V6 => PROTOCOL_IPV6,
    };
    Message::new([family, 0, 0, 0])
}

/// The header of a batch's begin and end, which names the subsystem.
fn frame() -> Message {
    let [high, low] = SUBSYSTEM.to_be_bytes();
    Message::new([0, 0, high, low])
}

/// Destination address, lookup in the set, drop.
fn drop_what_is_for_the_set(family: Family) -> [Message; 3] {
    // Offset and length of the destination in the header of the network layer.
    let (offset, length) = match family {
        Family::V4 => (16, 4),
        Family::V6 => (24, 16),
    };
    let mut lookup = Message::default();
    lookup.put_text(LOOKUP_SET, SET);
    lookup.put_big(LOOKUP_SOURCE, REGISTER);
    lookup.put_big(LOOKUP_SET_ID, 1);
    [payload(NETWORK_HEADER, offset, length), expression("lookup", &lookup), verdict(DROP)]
}

/// ICMPv6 of the types 133 to 137, without which nobody finds the director's other addresses either
/// (RFC 4861): accepted before everything else.
fn neighbour_discovery() -> [Message; 5] {
    let mut meta = Message::default();
    meta.put_big(META_DESTINATION, REGISTER);
    meta.put_big(META_KEY, TRANSPORT_PROTOCOL);
    let mut compare = Message::default();
    compare.put_big(COMPARE_SOURCE, REGISTER);
    compare.put_big(COMPARE_OPERATION, EQUAL);
    compare.put_nested(COMPARE_DATA, &byte(ICMP_V6));
    let mut range = Message::default();
    range.put_big(RANGE_SOURCE, REGISTER);
    range.put_big(RANGE_OPERATION, EQUAL);
    range.put_nested(RANGE_FROM, &byte(133));
    range.put_nested(RANGE_TO, &byte(137));
    [
        expression("meta", &meta),
        expression("cmp", &compare),
        payload(TRANSPORT_HEADER, 0, 1),
        expression("range", &range),
        verdict(ACCEPT),
    ]
}

/// Loads bytes of a packet.
fn payload(base: u32, offset: u32, length: u32) -> Message {
    let mut payload = Message::default();
    payload.put_big(PAYLOAD_DESTINATION, REGISTER);
    payload.put_big(PAYLOAD_BASE, base);
    payload.put_big(PAYLOAD_OFFSET, offset);
    payload.put_big(PAYLOAD_LENGTH, length);
    expression("payload", &payload)
}

fn verdict(code: u32) -> Message {
    let mut verdict = Message::default();
    verdict.put_big(VERDICT_CODE, code);
    let mut data = Message::default();
    data.put_nested(DATA_VERDICT, &verdict);
    let mut immediate = Message::default();
    immediate.put_big(IMMEDIATE_DESTINATION, VERDICT_REGISTER);
    immediate.put_nested(IMMEDIATE_DATA, &data);
    expression("immediate", &immediate)
}

fn byte(value: u8) -> Message {
    let mut data = Message::default();
    data.put(DATA_VALUE, &[value]);
    data
}

fn expression(name: &str, data: &Message) -> Message {
    let mut expression = Message::default();
    expression.put_text(EXPRESSION_NAME, name);
    expression.put_nested(EXPRESSION_DATA, data);
    expression
}

/// Names of the table, its chain and its set.
const TABLE: &str = "lvsha";
const CHAIN: &str = "no_accept";
const SET: &str = "addresses";

/// IPVS takes packets of LOCAL_IN at 98 and 99 (`NF_IP_PRI_NAT_SRC` less 2 and 1).
const BEHIND_IPVS: i32 = 110;

/// For an answer of the kernel, which comes before the request returns.
const LIMIT: Duration = Duration::from_secs(2);

// linux/netlink.h
const REQUEST: u16 = 0x1;
const ACKNOWLEDGE: u16 = 0x4;
const CREATE: u16 = 0x400;
const APPEND: u16 = 0x800;

// linux/netfilter/nfnetlink.h
const SUBSYSTEM: u16 = 10;
const BATCH_BEGIN: u16 = 0x10;
const BATCH_END: u16 = 0x11;

// linux/netfilter.h
const PROTOCOL_IPV4: u8 = 2;
const PROTOCOL_IPV6: u8 = 10;
const LOCAL_INPUT: u32 = 1;
const DROP: u32 = 0;
const ACCEPT: u32 = 1;

// linux/netfilter/nf_tables.h: messages
const NEW_TABLE: u16 = 0;
const DELETE_TABLE: u16 = 2;
const NEW_CHAIN: u16 = 3;
const NEW_RULE: u16 = 6;
const NEW_SET: u16 = 9;
const NEW_ELEMENTS: u16 = 12;
// ... their attributes
const TABLE_NAME: u16 = 1;
const CHAIN_TABLE: u16 = 1;
const CHAIN_NAME: u16 = 3;
const CHAIN_HOOK: u16 = 4;
const CHAIN_POLICY: u16 = 5;
const CHAIN_TYPE: u16 = 7;
const HOOK_NUMBER: u16 = 1;
const HOOK_PRIORITY: u16 = 2;
const RULE_TABLE: u16 = 1;
const RULE_CHAIN: u16 = 2;
const RULE_EXPRESSIONS: u16 = 4;
const SET_TABLE: u16 = 1;
const SET_NAME: u16 = 2;
const SET_FLAGS: u16 = 3;
const SET_KEY_TYPE: u16 = 4;
const SET_KEY_LENGTH: u16 = 5;
const SET_ID: u16 = 10;
const ELEMENTS_TABLE: u16 = 1;
const ELEMENTS_SET: u16 = 2;
const ELEMENTS: u16 = 3;
const ELEMENT_KEY: u16 = 1;
const LIST_ELEMENT: u16 = 1;
// ... and expressions
const EXPRESSION_NAME: u16 = 1;
const EXPRESSION_DATA: u16 = 2;
const DATA_VALUE: u16 = 1;
const DATA_VERDICT: u16 = 2;
const VERDICT_CODE: u16 = 1;
const PAYLOAD_DESTINATION: u16 = 1;
const PAYLOAD_BASE: u16 = 2;
const PAYLOAD_OFFSET: u16 = 3;
const PAYLOAD_LENGTH: u16 = 4;
const NETWORK_HEADER: u32 = 1;
const TRANSPORT_HEADER: u32 = 2;
const LOOKUP_SET: u16 = 1;
const LOOKUP_SOURCE: u16 = 2;
const LOOKUP_SET_ID: u16 = 4;
const META_DESTINATION: u16 = 1;
const META_KEY: u16 = 2;
const TRANSPORT_PROTOCOL: u32 = 16;
const COMPARE_SOURCE: u16 = 1;
const COMPARE_OPERATION: u16 = 2;
const COMPARE_DATA: u16 = 3;
const RANGE_SOURCE: u16 = 1;
const RANGE_OPERATION: u16 = 2;
const RANGE_FROM: u16 = 3;
const RANGE_TO: u16 = 4;
const EQUAL: u32 = 0;
const IMMEDIATE_DESTINATION: u16 = 1;
const IMMEDIATE_DATA: u16 = 2;
const REGISTER: u32 = 1;
const VERDICT_REGISTER: u32 = 0;
const ICMP_V6: u8 = 58;
