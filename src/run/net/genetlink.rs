//! Generic netlink: families found by name, questions and their answers.

use std::io;
use std::time::Duration;

use neli::consts::genl::{CtrlAttr, CtrlCmd};
use neli::consts::nl::{GenlId, NlmF};
use thiserror::Error;

use self::messages::{Attributes, Content, Frames, Malformed};
use self::request::{Header, append};
use self::socket::NetlinkSocket;

pub mod messages;
pub mod request;
pub(super) mod socket;
#[cfg(test)]
mod tests;

/// Why a conversation with the kernel failed as a whole.
#[derive(Debug, Error)]
pub enum Error {
    /// A request could not be written down: a text longer than an attribute.
    #[error("a request cannot be encoded: {0}")]
    Encode(String),
    /// The kernel has no such family: its module is not loaded.
    #[error("the kernel does not know the generic netlink family `{0}`")]
    NoFamily(String),
    /// What the operating system refused, or the time limit.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The kernel refused a read.
    #[error("the kernel refuses to tell: {}", io::Error::from_raw_os_error(*.0))]
    Refused(i32),
    /// The kernel's answer cannot be read.
    #[error("the kernel's answer cannot be read: {0}")]
    Malformed(#[from] Malformed),
    /// Replies were lost, or the table changed while it was read: ask again.
    #[error("the table changed while it was read")]
    Interrupted,
}

/// A socket and the number of one family.
#[derive(Debug)]
pub struct Connection {
    socket: NetlinkSocket,
    family: u16,
    sequence: u32,
    buffer: Vec<u8>,
}

impl Connection {
    /// Opens a socket and asks for the family `name`; the kernel loads its module if it can.
    ///
    /// # Errors
    ///
    /// [`Error::NoFamily`] when there is none.
    pub fn open(name: &str, limit: Duration) -> Result<Self, Error> {
        let socket = NetlinkSocket::open(rustix::net::netlink::GENERIC, limit)?;
        let mut connection =
            Self { socket, family: 0, sequence: 0, buffer: vec![0; RECEIVE_BUFFER] };
        connection.family = connection.resolve(name)?;
        Ok(connection)
    }

    /// The family's number.
    pub fn family(&self) -> u16 {
        self.family
    }

    /// The next sequence number.
    pub fn next_sequence(&mut self) -> u32 {
        self.sequence = self.sequence.wrapping_add(1);
        self.sequence
    }

    /// The first of `count` sequence numbers in a row.
    pub fn reserve(&mut self, count: usize) -> u32 {
        let first = self.next_sequence();
        let further = u32::try_from(count.saturating_sub(1)).unwrap_or(u32::MAX);
        self.sequence = self.sequence.wrapping_add(further);
        first
    }

    /// Sends a datagram of whole requests.
    ///
    /// # Errors
    ///
    /// What the operating system refuses.
    pub fn send(&self, datagram: &[u8]) -> Result<(), Error> {
        Ok(self.socket.send(datagram)?)
    }

    /// One datagram of answers.
    ///
    /// # Errors
    ///
    /// [`Error::Interrupted`] when answers were lost.
    pub fn receive(&mut self) -> Result<&[u8], Error> {
        match self.socket.receive(&mut self.buffer) {
            Ok(datagram) => Ok(datagram),
            Err(error) if error.raw_os_error() == Some(libc::ENOBUFS) => Err(Error::Interrupted),
            Err(error) => Err(error.into()),
        }
    }

    /// Sends one request and hands every object of its answer to `take`, to the end of the dump.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`] when the kernel does; [`Error::Interrupted`] when the answer is not whole.
    pub fn ask<E: From<Error>>(
        &mut self,
        sequence: u32,
        datagram: &[u8],
        mut take: impl FnMut(u8, Attributes<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        self.send(datagram)?;
        let mut interrupted = false;
        loop {
            let answer = self.receive()?;
            for frame in Frames::new(answer) {
                let frame = frame.map_err(Error::from)?;
                // Answers to an earlier request that was given up.
                if frame.sequence != sequence {
                    continue;
                }
                interrupted |= frame.interrupted;
                match frame.content {
                    Content::Acknowledged | Content::Done(0) if interrupted => {
                        return Err(Error::Interrupted.into());
                    }
                    Content::Acknowledged | Content::Done(0) => return Ok(()),
                    Content::Done(error) | Content::Failed(error) => {
                        return Err(Error::Refused(error).into());
                    }
                    Content::Noop => {}
                    Content::Overrun => interrupted = true,
                    Content::Reply { command, attributes } => {
                        take(command, Attributes::new(attributes))?;
                    }
                }
            }
        }
    }

    fn resolve(&mut self, name: &str) -> Result<u16, Error> {
        let sequence = self.next_sequence();
        let header = Header {
            family: u16::from(GenlId::Ctrl),
            command: CtrlCmd::Getfamily,
            version: CONTROL_VERSION,
            flags: NlmF::ACK,
            sequence,
        };
        let mut datagram = Vec::new();
        append(&mut datagram, header, |request| request.put_text(CtrlAttr::FamilyName, name))?;
        let mut found = None;
        let asked = self.ask(sequence, &datagram, |_, attributes| {
            for attribute in attributes {
                let attribute = attribute?;
                if attribute.kind == u16::from(CtrlAttr::FamilyId) {
                    found = Some(attribute.u16()?);
                }
            }
            Ok::<(), Error>(())
        });
        match asked {
            Err(Error::Refused(libc::ENOENT)) => Err(Error::NoFamily(name.to_owned())),
            Err(error) => Err(error),
            // Numbers below nlctrl's are netlink's own.
            Ok(()) => found
                .filter(|id| *id >= u16::from(GenlId::Ctrl))
                .ok_or_else(|| Error::NoFamily(name.to_owned())),
        }
    }
}

/// Version of nlctrl's interface.
const CONTROL_VERSION: u8 = 2;
/// The kernel fills at most 32 KiB per datagram of a dump.
const RECEIVE_BUFFER: usize = 64 * 1024;
