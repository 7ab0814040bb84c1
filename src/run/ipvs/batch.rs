//! Many requests in one send, without I/O.
//!
//! The kernel carries out the messages of one datagram in order while `send` runs, and reports each
//! error with its sequence number. Only the last message of a datagram asks for an acknowledgement:
//! an acknowledgement each would cost a quarter more and fill the receive buffer. What was not
//! reported when the last one's answer arrives was carried out.

use super::Step;
use super::wire::encode_step;
use crate::run::net::genetlink::Error;
use crate::run::net::genetlink::messages::{Content, Frames};

#[cfg(test)]
mod tests;

/// A refused step: its place in the list and the error number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Index into the steps.
    pub index: usize,
    /// Error number (positive).
    pub errno: i32,
}

/// The way of a list of steps into the kernel.
#[derive(Debug)]
pub struct Batch<'a> {
    steps: &'a [Step],
    family: u16,
    /// Sequence number of step 0; step n has n more.
    first: u32,
    /// Steps that were sent.
    sent: usize,
    /// Steps whose outcome is known.
    settled: usize,
    refusals: Vec<Refusal>,
}

impl<'a> Batch<'a> {
    /// `steps` for the family's number, counted from the sequence number `first` on.
    pub fn new(steps: &'a [Step], family: u16, first: u32) -> Self {
        Self { steps, family, first, sent: 0, settled: 0, refusals: Vec::new() }
    }

    /// The next datagram, when the last one is settled and something is left.
    ///
    /// # Errors
    ///
    /// A step that cannot be encoded.
    pub fn poll_transmit(&mut self) -> Result<Option<Vec<u8>>, Error> {
        if self.settled < self.sent || self.sent == self.steps.len() {
            return Ok(None);
        }
        let window = self.steps.iter().enumerate().skip(self.sent).take(WINDOW);
        let last = self.steps.len().min(self.sent + WINDOW) - 1;
        let mut datagram = Vec::with_capacity(WINDOW * TYPICAL_REQUEST);
        for (index, step) in window {
            let sequence = self.sequence(index);
            encode_step(&mut datagram, self.family, sequence, index == last, step)?;
        }
        self.sent = last + 1;
        Ok(Some(datagram))
    }

    /// Takes a datagram of answers.
    ///
    /// # Errors
    ///
    /// A malformed answer; the outcome of the datagram on its way is unknown then.
    pub fn handle(&mut self, datagram: &[u8]) -> Result<(), Error> {
        for frame in Frames::new(datagram) {
            let frame = frame?;
            // Anything that is not of this datagram answers an earlier question.
            let index =
                usize::try_from(frame.sequence.wrapping_sub(self.first)).unwrap_or(usize::MAX);
            if index < self.settled || index >= self.sent {
                continue;
            }
            match frame.content {
                Content::Failed(errno) => self.refusals.push(Refusal { index, errno }),
                Content::Acknowledged => {}
                Content::Overrun => return Err(Error::Interrupted),
                Content::Done(_) | Content::Noop | Content::Reply { .. } => continue,
            }
            if index + 1 == self.sent {
                self.settled = self.sent;
            }
        }
        Ok(())
    }

    /// Whether every step has its outcome.
    pub fn is_finished(&self) -> bool {
        self.settled == self.steps.len()
    }

    /// Whether an answer is awaited.
    pub fn is_waiting(&self) -> bool {
        self.settled < self.sent
    }

    /// Steps that were refused, in order.
    pub fn into_refusals(self) -> Vec<Refusal> {
        self.refusals
    }

    /// Sequence number of a step; they may wrap around.
    fn sequence(&self, index: usize) -> u32 {
        // Longer lists than sequence numbers would need 400 GB of steps.
        self.first.wrapping_add(u32::try_from(index).unwrap_or(u32::MAX))
    }
}

/// Requests per datagram: errors of all of them fit into the smallest receive buffer.
pub const WINDOW: usize = 128;
/// Bytes of a request, to reserve memory once.
const TYPICAL_REQUEST: usize = 140;
