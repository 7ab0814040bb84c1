//! Requests as bytes: a fixed header, then attributes, each at a multiple of 4 (netlink(7)).

use std::net::IpAddr;

use neli::types::Buffer;

/// A request without the netlink header.
#[derive(Clone, Debug, Default)]
pub(in crate::run::net) struct Message(Vec<u8>);

impl Message {
    /// A request that begins with this header, whose length is a multiple of 4.
    pub(in crate::run::net) fn new(header: impl Into<Vec<u8>>) -> Self {
        Self(header.into())
    }

    /// Adds an attribute.
    pub(in crate::run::net) fn put(&mut self, kind: u16, payload: &[u8]) {
        // All payloads here are numbers, addresses, names, and nests of some hundred bytes.
        let length = u16::try_from(payload.len() + 4).unwrap_or(u16::MAX);
        self.0.extend(length.to_ne_bytes());
        self.0.extend(kind.to_ne_bytes());
        self.0.extend(payload);
        self.0.resize(self.0.len().next_multiple_of(4), 0);
    }

    pub(in crate::run::net) fn put_address(&mut self, kind: u16, address: IpAddr) {
        match address {
            IpAddr::V4(address) => self.put(kind, &address.octets()),
            IpAddr::V6(address) => self.put(kind, &address.octets()),
        }
    }

    pub(in crate::run::net) fn put_number(&mut self, kind: u16, number: u32) {
        self.put(kind, &number.to_ne_bytes());
    }

    /// Adds a number in network order, as the packet filter has all of them.
    pub(in crate::run::net) fn put_big(&mut self, kind: u16, number: u32) {
        self.put(kind, &number.to_be_bytes());
    }

    /// Adds a text with the NUL that ends it.
    pub(in crate::run::net) fn put_text(&mut self, kind: u16, text: &str) {
        self.put(kind, &[text.as_bytes(), &[0]].concat());
    }

    /// Adds an attribute of attributes.
    pub(in crate::run::net) fn put_nested(&mut self, kind: u16, inner: &Self) {
        self.put(kind | NESTED, &inner.0);
    }

    /// Adds bytes that stand between attributes.
    pub(in crate::run::net) fn extend(&mut self, bytes: &[u8]) {
        self.0.extend(bytes);
        self.0.resize(self.0.len().next_multiple_of(4), 0);
    }

    pub(in crate::run::net) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl From<Message> for Buffer {
    fn from(message: Message) -> Self {
        Self::from(message.0)
    }
}

/// NLA_F_NESTED.
const NESTED: u16 = 0x8000;
