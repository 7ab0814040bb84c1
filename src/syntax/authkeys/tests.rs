use crate::source::{Sources, Span};
use crate::syntax::{self, Format, Kind};

fn lines(text: &str) -> Vec<(Kind, Vec<String>)> {
    let mut sources = Sources::new();
    let file = sources.add("authkeys", text.as_bytes());
    let tree = syntax::parse(&mut sources, file, Format::Authkeys);
    tree.walk(sources.get(file).text())
        .map(|n| (n.kind(), n.words().map(|w| w.raw().to_owned()).collect()))
        .collect()
}

/// The text as people are shown it.
fn shown(text: &str) -> String {
    let mut sources = Sources::new();
    let file = sources.add("authkeys", text.as_bytes());
    syntax::parse(&mut sources, file, Format::Authkeys);
    let length = u32::try_from(text.len()).expect("a short text");
    sources.get(file).shown(Span::new(0, length))
}

#[test]
fn numbers_need_no_blank_behind_auth_and_before_the_method() {
    let line = |words: &[&str]| (Kind::Directive, words.iter().map(|w| (*w).to_owned()).collect());
    assert_eq!(
        lines("auth1\n1sha1 k # c\n2 crc # c\n3 md5 #k\n"),
        [
            line(&["auth", "1"]),
            line(&["1", "sha1", "k"]),
            line(&["2", "crc"]),
            line(&["3", "md5", "#k"])
        ]
    );
    assert_eq!(lines("aut 1").first().map(|l| l.0), Some(Kind::Junk));
    assert_eq!(lines("authkey 1").first().map(|l| l.0), Some(Kind::Junk));
}

#[test]
fn keys_are_hidden_wherever_they_stand() {
    for text in [
        "1 sha1 SECRET\n",
        "1 sha1SECRET\n",
        "1 SECRET\n",
        "1 SHA256 SECRET more SECRET # SECRET\n",
        "SECRET\n",
        "sha1 SECRET\n",
        "#1 sha1 SECRET\n",
        "#1sha1 SECRET\n",
        "auth 1 SECRET\n",
        "auth SECRET\n",
        "auth SECRET more SECRET # SECRET\n",
        "auth 1 # md5 SECRET\n",
        "-1 md5 SECRET\n",
    ] {
        assert!(!shown(text).contains("SECRET"), "{}", shown(text));
    }
    assert_eq!(shown("1 sha1 SECRET\n"), "1 sha1 ******\n");
    assert_eq!(shown("1 sha1\u{a0}\tSECRET\n"), "1 sha1\u{a0}\t******\n");
    assert_eq!(shown("1 sha1SECRET\n"), "1 sha1******\n");
    assert_eq!(shown("2 crc \n"), "2 crc \n");
    assert_eq!(shown("# the first key is for the pair\n"), "# the first key is for the pair\n");
}
