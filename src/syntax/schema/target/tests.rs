use super::*;
use crate::syntax::Format;
use crate::syntax::schema::{find, find_anywhere};

#[test]
fn a_target_is_typed_as_program_version_and_options() {
    let mut targets = Targets::default();
    assert!(!targets.keepalived.has(BuildOption::Iptables), "Debian's has none");
    targets.set("keepalived=2.4.3,no-regex,with-iptables").unwrap();
    assert_eq!(targets.keepalived.version, Version::new(2, 4, 3));
    assert!(!targets.keepalived.has(BuildOption::Regex));
    assert!(targets.keepalived.has(BuildOption::Iptables));
    assert!(targets.keepalived.has(BuildOption::Json));
    targets.set("heartbeat=2.1.4").unwrap();
    assert_eq!(targets.heartbeat, Version::new(2, 1, 4));
}

#[test]
fn a_wrong_target_says_what_to_type() {
    for wrong in ["keepalived", "keepalived=new", "nginx=1.0", "keepalived=2.2.7,regex"] {
        let message = Targets::default().set(wrong).unwrap_err();
        assert!(message.contains("write"), "{wrong}: {message}");
    }
}

#[test]
fn every_fact_is_about_a_known_word() {
    let since = SINCE.iter().map(|(word, _)| word);
    for word in since.chain(BUILD_WORDS.iter().map(|(word, _)| word)) {
        assert!(!find_anywhere(Format::Keepalived, word).is_empty(), "{word}");
    }
    for (within, word, _) in SINCE_WITHIN {
        assert!(find(Format::Keepalived, within, word).is_some(), "{word} in {within}");
    }
    for quirk in QUIRKS {
        assert!(find(Format::Keepalived, quirk.within, quirk.word).is_some(), "{}", quirk.word);
        assert!(quirk.from < quirk.until, "{}", quirk.word);
    }
}

#[test]
fn a_word_may_be_older_in_one_block_than_in_another() {
    let since = |within, word| since(find(Format::Keepalived, within, word).unwrap());
    assert_eq!(since("vrrp_instance", "track_file"), Some(Version::new(2, 0, 0)));
    assert_eq!(since("", "track_file"), Some(Version::new(2, 1, 0)));
    assert_eq!(since("vrrp_instance", "priority"), None);
}
