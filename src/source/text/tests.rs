use proptest::prelude::*;

use super::*;

proptest! {
    #[test]
    fn encode_is_the_inverse_of_decode(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let text = decode(&bytes);
        prop_assert_eq!(&*encode(&text), &bytes[..]);
    }

    #[test]
    fn escape_characters_in_the_input_survive(text in "[a\u{10FF80}\u{10FFFF}\u{F4000}]{0,20}") {
        let decoded = decode(text.as_bytes());
        prop_assert_eq!(&*encode(&decoded), text.as_bytes());
    }

    #[test]
    fn ordinary_text_is_untouched(text in "\\PC{0,100}") {
        prop_assume!(!text.chars().any(is_escaped_byte));
        prop_assert_eq!(decode(text.as_bytes()), text);
    }
}

#[test]
fn invalid_bytes_are_visible_to_people() {
    assert_eq!(printable(&decode(b"caf\xe9 x")), "caf\u{FFFD} x");
}
