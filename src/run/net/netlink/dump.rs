//! The answer to a request for everything of a kind.

use std::io;

use neli::consts::nl::{NlmF, Nlmsg};
use neli::nl::{NlPayload, Nlmsghdr};
use neli::types::Buffer;

use super::refusal;

/// What has come of an answer.
#[derive(Debug, Default)]
pub(super) struct Dump {
    /// Number of the request.
    pub(super) sequence: u32,
    /// Type and bytes of each message.
    pub(super) found: Vec<(u16, Vec<u8>)>,
    /// Whether something changed meanwhile, so that some of it may be missing.
    pub(super) is_interrupted: bool,
    pub(super) is_over: bool,
}

impl Dump {
    /// Takes a message; what answers another request is passed over.
    ///
    /// # Errors
    /// What the kernel says instead of an answer, or at its end.
    pub(super) fn take(&mut self, reply: &Nlmsghdr<u16, Buffer>) -> io::Result<()> {
        if *reply.nl_seq() != self.sequence {
            return Ok(());
        }
        // On any message of the answer, also on the last one.
        self.is_interrupted |= reply.nl_flags().contains(NlmF::DUMP_INTR);
        self.is_over |= *reply.nl_type() == u16::from(Nlmsg::Done);
        match reply.nl_payload() {
            // Kernels before 4.19 end it without a number.
            NlPayload::Ack(_) | NlPayload::Empty => Ok(()),
            NlPayload::DumpExtAck(end) => match *end.error() {
                code if code < 0 => Err(io::Error::from_raw_os_error(-code)),
                _ => Ok(()),
            },
            NlPayload::Err(error) => Err(refusal(error)),
            NlPayload::Payload(payload) => {
                if !self.is_over {
                    self.found.push((*reply.nl_type(), payload.as_ref().to_vec()));
                }
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;

    /// A message with these flags that answers request 7.
    fn message(kind: u16, flags: NlmF, content: &[u8]) -> Vec<u8> {
        let length = u32::try_from(16 + content.len()).unwrap();
        let mut bytes = length.to_ne_bytes().to_vec();
        bytes.extend(kind.to_ne_bytes());
        bytes.extend(flags.bits().to_ne_bytes());
        bytes.extend([7_u32.to_ne_bytes(), 0_u32.to_ne_bytes()].concat());
        bytes.extend(content);
        bytes
    }

    /// What is found and whether it is whole, or the error number.
    fn taken(messages: &[Vec<u8>]) -> Result<(usize, bool, bool), Option<i32>> {
        let mut dump = Dump { sequence: 7, ..Dump::default() };
        for reply in parse(&messages.concat()).unwrap() {
            dump.take(&reply).map_err(|error| error.raw_os_error())?;
        }
        Ok((dump.found.len(), dump.is_interrupted, dump.is_over))
    }

    #[test]
    fn an_answer_that_is_not_whole_is_known_by_a_flag_or_by_its_end() {
        let (part, mark) = (NlmF::MULTI, NlmF::MULTI | NlmF::DUMP_INTR);
        let link = |flags| message(16, flags, &[0; 16]);
        let end = |flags, code: i32| message(3, flags, &code.to_ne_bytes());
        let rows = [
            (vec![link(part), link(part), end(part, 0)], Ok((2, false, true))),
            (vec![link(part), message(3, part, &[])], Ok((1, false, true))),
            (vec![link(part), link(mark), end(part, 0)], Ok((2, true, true))),
            (vec![link(part), end(mark, 0)], Ok((1, true, true))),
            (vec![link(part)], Ok((1, false, false))),
            (vec![link(part), end(part, -libc::ENOENT)], Err(Some(libc::ENOENT))),
        ];
        for (messages, expected) in rows {
            assert_eq!(taken(&messages), expected, "{messages:?}");
        }
        let mut other = link(mark);
        other[8] ^= 1;
        assert_eq!(taken(&[other]), Ok((0, false, false)), "an earlier request's");
    }
}
