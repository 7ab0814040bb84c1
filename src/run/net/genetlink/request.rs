//! Requests as bytes: two headers, then attributes, each at a multiple of 4 (netlink(7)).
//!
//! A table has as many requests as it has servers, so they are written one behind the other into one
//! buffer, and lengths are filled in where the end is known.

use neli::consts::genl::{Cmd, NlAttrType};
use neli::consts::nl::NlmF;

use super::Error;

/// What stands in front of a request's attributes.
#[derive(Clone, Copy, Debug)]
pub struct Header<C> {
    /// The family's number.
    pub family: u16,
    /// The family's command.
    pub command: C,
    /// Version of the family's interface.
    pub version: u8,
    /// Flags beside NLM_F_REQUEST.
    pub flags: NlmF,
    /// Returned with every answer.
    pub sequence: u32,
}

/// Appends one request to `datagram`, with the attributes that `write` puts into it.
///
/// # Errors
///
/// [`Error::Encode`] for an attribute that is too long; `datagram` is as before then.
pub fn append<C: Cmd>(
    datagram: &mut Vec<u8>,
    header: Header<C>,
    write: impl FnOnce(&mut Writer<'_>),
) -> Result<(), Error> {
    let start = datagram.len();
    datagram.extend([0; size_of::<u32>()]); // the length
    datagram.extend(header.family.to_ne_bytes());
    datagram.extend((NlmF::REQUEST | header.flags).bits().to_ne_bytes());
    datagram.extend(header.sequence.to_ne_bytes());
    datagram.extend([0; size_of::<u32>()]); // the port: the kernel knows it
    let command: u8 = header.command.into();
    datagram.extend([command, header.version, 0, 0]);
    let mut writer = Writer { bytes: datagram, is_too_long: false };
    write(&mut writer);
    let is_too_long = writer.is_too_long;
    match u32::try_from(datagram.len() - start) {
        Ok(length) if !is_too_long => {
            fill(datagram, start, &length.to_ne_bytes());
            Ok(())
        }
        _ => {
            datagram.truncate(start);
            Err(Error::Encode("an attribute is too long".to_owned()))
        }
    }
}

/// The attributes of one request, or of one attribute.
#[derive(Debug)]
pub struct Writer<'a> {
    bytes: &'a mut Vec<u8>,
    /// Told at the end, once.
    is_too_long: bool,
}

impl Writer<'_> {
    /// Adds an attribute.
    pub fn put(&mut self, kind: impl NlAttrType, payload: &[u8]) {
        self.attribute(kind.into(), |writer| writer.bytes.extend(payload));
    }

    /// Adds a number in the order of this machine.
    pub fn put_u16(&mut self, kind: impl NlAttrType, number: u16) {
        self.put(kind, &number.to_ne_bytes());
    }

    /// Adds a number in the order of this machine.
    pub fn put_u32(&mut self, kind: impl NlAttrType, number: u32) {
        self.put(kind, &number.to_ne_bytes());
    }

    /// Adds a text with the NUL that ends it.
    pub fn put_text(&mut self, kind: impl NlAttrType, text: &str) {
        self.attribute(kind.into(), |writer| {
            writer.bytes.extend(text.as_bytes());
            writer.bytes.push(0);
        });
    }

    /// Adds an attribute of the attributes that `write` puts into it.
    pub fn nest(&mut self, kind: impl NlAttrType, write: impl FnOnce(&mut Self)) {
        self.attribute(kind.into() | NESTED, write);
    }

    fn attribute(&mut self, kind: u16, write: impl FnOnce(&mut Self)) {
        let start = self.bytes.len();
        self.bytes.extend([0; size_of::<u16>()]); // the length
        self.bytes.extend(kind.to_ne_bytes());
        write(self);
        // Its length is told without what fills it up.
        match u16::try_from(self.bytes.len() - start) {
            Ok(length) => fill(self.bytes, start, &length.to_ne_bytes()),
            Err(_) => self.is_too_long = true,
        }
        self.bytes.resize(self.bytes.len().next_multiple_of(ALIGNMENT), 0);
    }
}

/// Writes over what was left free at `start`.
fn fill(bytes: &mut [u8], start: usize, value: &[u8]) {
    let place = bytes.get_mut(start..).and_then(|rest| rest.get_mut(..value.len()));
    if let Some(place) = place {
        place.copy_from_slice(value);
    }
}

/// NLA_F_NESTED.
const NESTED: u16 = 0x8000;
/// NLMSG_ALIGNTO, NLA_ALIGNTO.
const ALIGNMENT: usize = 4;
