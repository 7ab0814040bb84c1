//! Netlink messages and attributes in a datagram: strict, borrowed, never a panic (linux/netlink.h).

use thiserror::Error;

#[cfg(test)]
mod tests;

/// The messages of one datagram. Stops after the first that is malformed.
#[derive(Clone, Debug)]
pub struct Frames<'a> {
    rest: &'a [u8],
}

impl<'a> Frames<'a> {
    /// The messages of `datagram`.
    pub fn new(datagram: &'a [u8]) -> Self {
        Self { rest: datagram }
    }

    fn cut(&mut self) -> Result<Frame<'a>, Malformed> {
        let (kind, flags, sequence, body, rest) = split_message(self.rest)?;
        self.rest = rest;
        let content = match kind {
            NOOP => Content::Noop,
            ERROR => match -integer(body).ok_or(Malformed::Message)? {
                0 => Content::Acknowledged,
                error => Content::Failed(error),
            },
            // Kernels before 4.19 end a dump without an error number.
            DONE => Content::Done(integer(body).map_or(0, |error| -error)),
            OVERRUN => Content::Overrun,
            _ => {
                let (&command, attributes) = body.split_first().ok_or(Malformed::Message)?;
                // Version and two reserved bytes follow the command (linux/genetlink.h).
                Content::Reply {
                    command,
                    attributes: attributes.get(3..).ok_or(Malformed::Message)?,
                }
            }
        };
        Ok(Frame { kind, interrupted: flags & DUMP_INTERRUPTED != 0, sequence, content })
    }
}

impl<'a> Iterator for Frames<'a> {
    type Item = Result<Frame<'a>, Malformed>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let frame = self.cut();
        if frame.is_err() {
            self.rest = &[];
        }
        Some(frame)
    }
}

/// One message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame<'a> {
    /// Message type: a family's number, or one of netlink's own.
    pub kind: u16,
    /// Whether the table changed while it was dumped, so that the dump is to be repeated.
    pub interrupted: bool,
    /// Sequence number of the request that this answers.
    pub sequence: u32,
    /// What it says.
    pub content: Content<'a>,
}

/// What a message says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content<'a> {
    /// The request was carried out.
    Acknowledged,
    /// The dump is over, with an error number or 0.
    Done(i32),
    /// The request was refused with this error number (positive).
    Failed(i32),
    /// Nothing.
    Noop,
    /// Data was lost.
    Overrun,
    /// An object of a generic netlink family.
    Reply {
        /// The family's command.
        command: u8,
        /// Attributes of the object.
        attributes: &'a [u8],
    },
}

/// The attributes in `bytes`. Stops after the first that is malformed.
#[derive(Clone, Debug)]
pub struct Attributes<'a> {
    rest: &'a [u8],
}

impl<'a> Attributes<'a> {
    /// The attributes of a message or of a nested attribute.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    fn cut(&mut self) -> Result<Attribute<'a>, Malformed> {
        let header = self.rest.first_chunk::<4>().ok_or(Malformed::Attribute)?;
        let [length_0, length_1, kind_0, kind_1] = *header;
        let length = usize::from(u16::from_ne_bytes([length_0, length_1]));
        let payload = self.rest.get(4..length).ok_or(Malformed::Attribute)?;
        self.rest = self.rest.get(align(length)..).unwrap_or_default();
        // The upper two bits say "nested" and "network order"; kernels differ in setting them.
        let kind = u16::from_ne_bytes([kind_0, kind_1]) & KIND_MASK;
        Ok(Attribute { kind, payload })
    }
}

impl<'a> Iterator for Attributes<'a> {
    type Item = Result<Attribute<'a>, Malformed>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let attribute = self.cut();
        if attribute.is_err() {
            self.rest = &[];
        }
        Some(attribute)
    }
}

/// One attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attribute<'a> {
    /// Its number within the family, without flags.
    pub kind: u16,
    /// Its bytes, without padding.
    pub payload: &'a [u8],
}

impl<'a> Attribute<'a> {
    /// One byte.
    ///
    /// # Errors
    ///
    /// Another length than the type's, here and below.
    pub fn u8(&self) -> Result<u8, Malformed> {
        self.array().map(|[byte]| byte)
    }

    /// 16 bits in host order.
    pub fn u16(&self) -> Result<u16, Malformed> {
        self.array().map(u16::from_ne_bytes)
    }

    /// 16 bits in network order.
    pub fn be16(&self) -> Result<u16, Malformed> {
        self.array().map(u16::from_be_bytes)
    }

    /// 32 bits in host order.
    pub fn u32(&self) -> Result<u32, Malformed> {
        self.array().map(u32::from_ne_bytes)
    }

    /// Exactly `N` bytes.
    pub fn array<const N: usize>(&self) -> Result<[u8; N], Malformed> {
        self.payload.try_into().map_err(|_| Malformed::Length(self.kind))
    }

    /// Text up to its NUL, if it has one; other bytes than UTF-8 are refused.
    pub fn text(&self) -> Result<&'a str, Malformed> {
        let text = self.payload.split(|byte| *byte == 0).next().unwrap_or_default();
        std::str::from_utf8(text).map_err(|_| Malformed::Text(self.kind))
    }

    /// The attributes in it.
    pub fn nested(&self) -> Attributes<'a> {
        Attributes::new(self.payload)
    }
}

/// A reply that is not what the kernel's headers say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Malformed {
    /// An attribute's length does not fit.
    #[error("an attribute is cut off")]
    Attribute,
    /// An attribute has another size than its type.
    #[error("attribute {0} has the wrong length")]
    Length(u16),
    /// A message's length does not fit.
    #[error("a message is cut off")]
    Message,
    /// An object without an attribute that it always has.
    #[error("attribute {0} is missing")]
    Missing(u16),
    /// Text that is not UTF-8.
    #[error("attribute {0} is not text")]
    Text(u16),
    /// A number that stands for nothing known.
    #[error("attribute {0} has an unknown value")]
    Value(u16),
}

/// Type, flags, sequence number, body and what follows.
type Split<'a> = (u16, u16, u32, &'a [u8], &'a [u8]);

fn split_message(bytes: &[u8]) -> Result<Split<'_>, Malformed> {
    let header = bytes.first_chunk::<16>().ok_or(Malformed::Message)?;
    // Length, type, flags, sequence number, port: 4 + 2 + 2 + 4 + 4 bytes in host order.
    let [l0, l1, l2, l3, t0, t1, f0, f1, s0, s1, s2, s3, ..] = *header;
    let length = usize::try_from(u32::from_ne_bytes([l0, l1, l2, l3])).unwrap_or(usize::MAX);
    let body = bytes.get(16..length).ok_or(Malformed::Message)?;
    let rest = bytes.get(align(length)..).unwrap_or_default();
    let flags = u16::from_ne_bytes([f0, f1]);
    Ok((u16::from_ne_bytes([t0, t1]), flags, u32::from_ne_bytes([s0, s1, s2, s3]), body, rest))
}

fn integer(bytes: &[u8]) -> Option<i32> {
    // The most negative number has no positive counterpart and is no error number either.
    bytes.first_chunk::<4>().map(|bytes| i32::from_ne_bytes(*bytes).max(-i32::MAX))
}

/// Messages and attributes start at multiples of 4.
fn align(length: usize) -> usize {
    length.saturating_add(3) & !3
}

const NOOP: u16 = 1;
const ERROR: u16 = 2;
const DONE: u16 = 3;
const OVERRUN: u16 = 4;
/// NLM_F_DUMP_INTR.
const DUMP_INTERRUPTED: u16 = 0x10;
/// NLA_TYPE_MASK.
const KIND_MASK: u16 = 0x3fff;
