use super::*;
use crate::model::read::{Input, Reading, read};
use crate::source::Sources;
use crate::syntax::Format;

fn reading(text: &str) -> Reading {
    let mut sources = Sources::new();
    let file = sources.add("authkeys", text.as_bytes());
    read(&mut sources, &[Input { file, format: Format::Authkeys }])
}

fn authentication(text: &str) -> (Option<u8>, Vec<(u8, Digest, String)>) {
    let found = reading(text).cluster.authentication.unwrap_or_default();
    let keys = found.keys.into_iter().map(|key| (key.number, key.digest, key.secret)).collect();
    (found.active.map(|number| number.value), keys)
}

#[test]
fn the_active_key_is_the_last_that_meets_its_auth_line() {
    let active = |text| authentication(text).0;
    assert_eq!(active("auth 1\n1 crc\n"), Some(1));
    assert_eq!(active("auth 1\n1 crc\nauth 2\n2 crc\n"), Some(2));
    assert_eq!(active("auth 1\n1 crc\n2 crc\nauth 2\n"), Some(1));
    // heartbeat refuses this one; it is read as meant.
    assert_eq!(active("1 crc\nauth 1\n"), Some(1));
}

#[test]
fn the_key_is_the_third_word_and_the_last_line_of_a_number_wins() {
    let (_, keys) = authentication("auth 1\n1 md5 a\n1sha1 my secret # c\n2 crc\n");
    let sha1 = (1, Digest::Sha1, "my".to_owned());
    assert_eq!(keys, [sha1, (2, Digest::Crc, String::new())]);
}

#[test]
fn a_glued_key_and_a_method_in_capitals_are_read_as_meant() {
    let (_, keys) = authentication("auth 1\n1 sha1KEY\n2 SHA1 KEY\n");
    let key = |number| (number, Digest::Sha1, "KEY".to_owned());
    assert_eq!(keys, [key(1), key(2)]);
}

#[test]
fn no_finding_holds_a_part_of_a_key() {
    for text in [
        "auth 1\n1 sha1SECRET\n",
        "auth 1\n1 SECRET\n",
        "auth 1\n1 crc SECRET\n",
        "auth SECRET\n1 sha1 SECRET SECRET\nSECRET\nSECRET 1 sha1\n",
        "auth 1\n77 sha1 SECRET\n1 sha256 SECRET\n1 SHA1 SECRET",
    ] {
        let shown = format!("{:?}", reading(text).findings);
        assert!(!shown.contains("SECRET"), "{shown}");
    }
}
