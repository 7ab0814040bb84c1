//! Lengths in a datagram (netlink(7)), looked at before neli computes with them: it takes a header's
//! length from the stated one without asking whether there is so much.

/// Whether every message, and every message inside a refusal, has room for what it says.
pub(super) fn are_sound(datagram: &[u8]) -> bool {
    let mut rest = datagram;
    while !rest.is_empty() {
        let Some((length, content)) = message(rest) else { return false };
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
            return false;
        }
        rest = rest.get(length.next_multiple_of(ALIGNMENT)..).unwrap_or_default();
    }
    true
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
    use super::are_sound;

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
