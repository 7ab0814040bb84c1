use proptest::prelude::*;

use super::*;

/// A message with header, as the kernel writes it on this machine.
fn message(kind: u16, flags: u16, sequence: u32, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(16 + body.len()).unwrap();
    let mut bytes = length.to_ne_bytes().to_vec();
    bytes.extend(kind.to_ne_bytes());
    bytes.extend(flags.to_ne_bytes());
    bytes.extend(sequence.to_ne_bytes());
    bytes.extend(0_u32.to_ne_bytes());
    bytes.extend(body);
    bytes.resize(bytes.len().next_multiple_of(4), 0);
    bytes
}

#[test]
fn a_datagram_with_an_error_an_acknowledgement_and_the_end_of_a_dump() {
    let mut datagram = message(ERROR, 0, 7, &(-3_i32).to_ne_bytes());
    datagram.extend(message(ERROR, 0, 8, &0_i32.to_ne_bytes()));
    datagram.extend(message(DONE, 2 | DUMP_INTERRUPTED, 9, &0_i32.to_ne_bytes()));
    let frames: Vec<_> = Frames::new(&datagram).map(Result::unwrap).collect();
    let told: Vec<_> =
        frames.iter().map(|frame| (frame.sequence, frame.interrupted, frame.content)).collect();
    assert_eq!(
        told,
        [
            (7, false, Content::Failed(3)),
            (8, false, Content::Acknowledged),
            (9, true, Content::Done(0)),
        ]
    );
}

#[test]
fn a_message_that_claims_more_than_there_is_ends_the_datagram() {
    let mut datagram = message(ERROR, 0, 7, &0_i32.to_ne_bytes());
    let mut cut = message(ERROR, 0, 8, &0_i32.to_ne_bytes());
    cut.pop();
    datagram.extend(cut);
    let frames: Vec<_> = Frames::new(&datagram).collect();
    assert_eq!(frames.len(), 2);
    assert_eq!(frames.last(), Some(&Err(Malformed::Message)));
}

#[test]
fn attributes_have_the_size_of_their_type() {
    // Length 6, kind 5 with the "nested" bit, two bytes, two of padding.
    let bytes = [6, 0, 5, 0x80, 1, 2, 0, 0];
    let attribute = Attributes::new(&bytes).next().unwrap().unwrap();
    assert_eq!(attribute.kind, 5);
    assert_eq!(attribute.be16(), Ok(0x0102));
    assert_eq!(attribute.u32(), Err(Malformed::Length(5)));
    let cut: Vec<_> = Attributes::new(&[9, 0, 5, 0, 1]).collect();
    assert_eq!(cut, [Err(Malformed::Attribute)]);
    // A length below the header's own would never end.
    let stuck: Vec<_> = Attributes::new(&[0, 0, 5, 0, 1, 1, 1, 1]).collect();
    assert_eq!(stuck, [Err(Malformed::Attribute)]);
}

proptest! {
    #[test]
    fn any_bytes_end_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        // Each message takes at least its header, each attribute at least 4 bytes.
        prop_assert!(Frames::new(&bytes).count() <= bytes.len() / 16 + 1);
        prop_assert!(Attributes::new(&bytes).count() <= bytes.len() / 4 + 1);
    }
}
