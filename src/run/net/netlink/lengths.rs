//! Lengths in a datagram (netlink(7)), looked at before neli computes with them: it takes a header's
//! length from the stated one without asking whether there is so much.

/// The messages of a datagram, each with its padding; nothing when one of them, or a message inside
/// a refusal, has less than it says.
pub(super) fn messages(datagram: &[u8]) -> Option<Vec<&[u8]>> {
    let mut rest = datagram;
    let mut messages = Vec::new();
    while !rest.is_empty() {
        let (length, content) = message(rest)?;
        let kind = rest.get(4..).and_then(|rest| rest.first_chunk()).copied();
        let kind = kind.map(u16::from_ne_bytes);
        let is_sound = match kind {
            // `struct nlmsgerr`: a code and the message that it is about, which has no content
            // behind an acknowledgement.
            Some(ERROR) => {
                let about = content.get(CODE..).unwrap_or_default();
                let is_refusal =
                    content.get(..CODE).is_some_and(|code| code.iter().any(|b| *b != 0));
                // Here the padding counts as well.
                let fits =
                    |(length, _): (usize, &[u8])| length.next_multiple_of(ALIGNMENT) <= about.len();
                about.len() >= HEADER && (!is_refusal || message(about).is_some_and(fits))
            }
            Some(DONE) => content.is_empty() || content.len() >= CODE,
            _ => true,
        };
        if !is_sound {
            return None;
        }
        // The last message may lack its padding.
        let (own, behind) = rest.split_at(length.next_multiple_of(ALIGNMENT).min(rest.len()));
        messages.push(own);
        rest = behind;
    }
    Some(messages)
}

/// Length of the first message, and its content.
fn message(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let length = u32::from_ne_bytes(*bytes.first_chunk()?);
    let length = usize::try_from(length).ok()?;
    let content = bytes.get(HEADER..length)?;
    Some((length, content))
}

/// Bytes of `struct nlmsghdr`.
const HEADER: usize = 16;
/// Bytes of the code in `struct nlmsgerr`.
const CODE: usize = 4;
const ALIGNMENT: usize = 4;
/// `NLMSG_ERROR`.
const ERROR: u16 = 2;
/// `NLMSG_DONE`.
const DONE: u16 = 3;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::events::Event;
    use super::messages;

    fn are_sound(datagram: &[u8]) -> bool {
        messages(datagram).is_some()
    }

    fn header(length: u32, kind: u16) -> Vec<u8> {
        let mut bytes = length.to_ne_bytes().to_vec();
        bytes.extend(kind.to_ne_bytes());
        bytes.resize(16, 0);
        bytes
    }

    #[test]
    fn a_message_has_at_least_its_header_and_ends_in_the_datagram() {
        assert!(are_sound(&[]));
        assert!(are_sound(&header(16, 16)));
        assert!(!are_sound(&header(15, 16)));
        assert!(!are_sound(&header(17, 16)));
        assert!(!are_sound(&header(0, 16)));
        assert!(!are_sound(&[16, 0, 0]));
        let two = [header(16, 16), header(0, 16)].concat();
        assert!(!are_sound(&two));
        assert!(Event::read(&two).is_err());
    }

    #[test]
    fn a_refusal_holds_a_whole_message() {
        let refusal = |code: i32, inner: u32| {
            let about = header(inner, 20);
            [header(36, 2), code.to_ne_bytes().to_vec(), about].concat()
        };
        assert!(are_sound(&refusal(0, 0)), "an acknowledgement");
        assert!(are_sound(&refusal(-1, 16)));
        assert!(!are_sound(&refusal(-1, 0)));
        assert!(!are_sound(&refusal(-1, 20)));
        assert!(!are_sound(&header(16, 2)));
    }

    #[test]
    fn what_stands_behind_an_acknowledgement_is_no_message() {
        let acknowledgement = [header(44, 2), vec![0; 28]].concat();
        let datagram = [acknowledgement, header(16, 16)].concat();
        let lengths = messages(&datagram).map(|all| all.iter().map(|m| m.len()).collect());
        assert_eq!(lengths, Some(vec![44, 16]));
        assert!(Event::read(&datagram).is_ok_and(|events| events.is_empty()));
    }

    proptest! {
        #[test]
        fn no_datagram_makes_neli_panic(
            kinds in prop::collection::vec((0..40_u32, 0..24_u16, prop::collection::vec(0..=255_u8, 0..40)), 0..4)
        ) {
            let messages = kinds.iter().map(|(length, kind, content)| {
                let mut bytes = header(*length, *kind);
                bytes.extend(content);
                bytes
            });
            let _ = Event::read(&messages.collect::<Vec<_>>().concat());
        }
    }
}
