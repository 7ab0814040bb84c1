use proptest::prelude::*;

use crate::source::Sources;
use crate::syntax::{Format, Kind, Tree, parse};

fn tree(text: &str) -> (Tree, String) {
    let mut sources = Sources::new();
    let file = sources.add("keepalived.conf", text.as_bytes());
    let tree = parse(&mut sources, file, Format::Keepalived);
    (tree, sources.get(file).text().to_owned())
}

/// Every node as `depth:word,word`, blank ones left out.
fn outline(text: &str) -> Vec<String> {
    let (tree, text) = tree(text);
    assert_eq!(tree.print(&text), text);
    let mut ends: Vec<u32> = Vec::new();
    let mut out = Vec::new();
    for node in tree.walk(&text) {
        while ends.pop_if(|end| *end <= node.span().start && *end != node.span().end).is_some() {}
        if node.kind() != Kind::Blank {
            let words: Vec<_> = node.words().map(|word| word.value().into_owned()).collect();
            let kind = match node.kind() {
                Kind::Directive => "",
                Kind::Junk => "junk ",
                Kind::Stray => "stray ",
                Kind::Blank => "blank ",
            };
            out.push(format!("{}:{kind}{}", ends.len(), words.join(",")));
        }
        if node.has_body() {
            ends.push(node.span().end);
        }
    }
    out
}

#[test]
fn blocks_nest_wherever_the_brace_stands() {
    assert_eq!(outline("a {\n b 1\n}\nc\n"), ["0:a", "1:b,1", "0:c"]);
    assert_eq!(outline("a\n{\n b\n}\n"), ["0:a", "1:b"]);
    assert_eq!(outline("a # one\n\n # two\n { # three\n b\n} # four\nc"), ["0:a", "1:b", "0:c"]);
    assert_eq!(outline("a{b{c 1}d}"), ["0:a", "1:b", "2:c,1", "1:d"]);
    assert_eq!(outline("a ｛\n b\n｝\nc"), ["0:a", "1:b", "0:c"]);
}

#[test]
fn comments_begin_inside_words_but_not_inside_quotes() {
    assert_eq!(outline("a 10#20 30\n"), ["0:a,10"]);
    assert_eq!(outline("a \"x # y\" z ! c\n"), ["0:a,x # y,z"]);
    assert_eq!(outline("a b\\#c\n"), ["0:a,b\\#c"]);
    assert_eq!(outline("a b\\\\#c\n"), ["0:a,b\\\\"]);
}

#[test]
fn a_comment_behind_a_closing_brace_is_in_a_comment() {
    let text = "a {\n b\n} # end\n";
    let (tree, text) = tree(text);
    let at = u32::try_from(text.find("end").unwrap()).unwrap();
    assert!(tree.in_comment(at));
    assert!(!tree.in_comment(at - 4));
}

#[test]
fn quotes_end_words_and_need_no_blanks() {
    assert_eq!(outline("a b\"c d\"e\n"), ["0:a,b,c d,e"]);
    assert_eq!(outline("a “b c” d\n"), ["0:a,b c,d"]);
    assert_eq!(outline("a “b c\n"), ["0:a,“b,c".replace('“', "\"").as_str()]);
    assert_eq!(outline("a \"b c\nd\n"), ["0:a,\"b c", "0:d"]);
}

#[test]
fn odd_blanks_separate_words() {
    assert_eq!(outline("\u{A0}a\u{3000}b\u{A0}{\r\n\u{A0}c 1\r\n}\r\n"), ["0:a,b", "1:c,1"]);
}

#[test]
fn a_top_level_block_closes_what_was_left_open() {
    let text = "vrrp_instance A {\n authentication {\n  auth_type PASS\nvrrp_instance B {\n}\n";
    assert_eq!(
        outline(text),
        ["0:vrrp_instance,A", "1:authentication", "2:auth_type,PASS", "0:vrrp_instance,B"]
    );
    let (tree, text) = tree(text);
    let unclosed: Vec<_> = tree.walk(&text).map(|node| node.is_unclosed()).collect();
    assert_eq!(unclosed, [true, true, false, false]);
}

#[test]
fn stray_braces_are_nodes() {
    assert_eq!(outline("}\na {\n}\n}\n"), ["0:stray }", "0:a", "0:stray }"]);
    assert_eq!(outline("{\n a\n}\n"), ["0:{", "1:a"]);
}

#[test]
fn definitions_and_uses_hide_their_braces() {
    assert_eq!(outline("$X=a { b\nc\n"), ["0:$X=,a { b", "0:c"]);
    assert_eq!(
        outline("$X= \\\n a { \\\n\n # c \\\n }\nd\n"),
        ["0:$X=, \\\n a { \\\n\n # c \\\n }", "0:d"]
    );
    assert_eq!(outline("a x${Y}z {\n b\n}\n"), ["0:a,x${Y}z", "1:b"]);
    assert_eq!(outline("~LST({A, B}, {1, 2}) $X\n"), ["0:~LST({A, B}, {1, 2}),$X"]);
    assert_eq!(outline("include /etc/k/{a,b}.conf # c\n"), ["0:include,/etc/k/{a,b}.conf"]);
}

#[test]
fn alternative_heads_open_one_block() {
    let text = "@a vrrp_instance X {\n@b vrrp_instance X {\n state MASTER\n}\nend\n";
    assert_eq!(
        outline(text),
        ["0:@a,vrrp_instance,X", "1:@b,vrrp_instance,X", "1:state,MASTER", "0:end"]
    );
}

#[test]
fn secrets_are_never_shown() {
    for text in
        ["auth_pass hush\n", "@a auth_pass hush\n", "auth_pass a!hush\n", "@a auth_pass a#hush\n"]
    {
        let mut sources = Sources::new();
        let file = sources.add("keepalived.conf", text.as_bytes());
        parse(&mut sources, file, Format::Keepalived);
        let whole = crate::source::Span::new(0, u32::try_from(text.len()).unwrap());
        assert!(!sources.get(file).shown(whole).contains("hush"));
    }
}

#[test]
fn depth_costs_no_stack() {
    let text = "{".repeat(200_000);
    let (tree, text) = tree(&text);
    assert_eq!(tree.print(&text), text);
    assert_eq!(tree.walk(&text).filter(|node| node.is_unclosed()).count(), 200_000);
}

#[test]
fn long_lines_are_read_in_linear_time() {
    for part in ["a", "a ", "\"", "“", "“a ", "${", "~SEQ(", "\\", "$", "# ", "a{", "a}"] {
        let text = part.repeat(100_000 / part.len());
        let (tree, text) = tree(&text);
        assert_eq!(tree.print(&text), text, "{part}");
    }
}

#[test]
fn pieces_are_cut_where_nothing_spans_them() {
    let definition = format!("$X= \\\n{}last\n", "line { \\\n\n# c\n".repeat(30_000));
    let text = format!("{definition}after {{\n}}\n").repeat(2);
    let (tree, text) = tree(&text);
    assert_eq!(tree.print(&text), text);
    assert_eq!(tree.top(&text).filter(|node| node.kind() != Kind::Blank).count(), 4);
}

proptest! {
    #[test]
    fn any_text_is_printed_unchanged(text in any::<String>()) {
        let (tree, text) = tree(&text);
        prop_assert_eq!(tree.print(&text), text);
    }

    #[test]
    fn fragments_are_printed_unchanged(parts in prop::collection::vec(prop::sample::select(FRAGMENTS), 0..60)) {
        let (tree, text) = tree(&parts.concat());
        prop_assert_eq!(tree.print(&text), text.clone());
        // No byte is left out, and nothing is junk.
        prop_assert!(tree.walk(&text).all(|node| node.kind() != Kind::Junk));
    }
}

const FRAGMENTS: &[&str] = &[
    "{",
    "}",
    "\n",
    " ",
    "\t",
    "\"",
    "'",
    "#",
    "!",
    "\\",
    "\\\n",
    "\r\n",
    "\r",
    "$",
    "$X=",
    "${",
    "${X}",
    "~SEQ(",
    ")",
    "@a ",
    "@b ",
    "include ",
    "｛",
    "｝",
    "＃",
    "“",
    "”",
    "\u{A0}",
    "\0",
    "global_defs",
    "vrrp_instance A",
    "virtual_server 10.0.0.1 80",
    "real_server 10.0.0.2 80",
    "TCP_CHECK",
    "track_script",
    "state MASTER",
    "priority 100",
    "notify_master \"/bin/x y\"",
    "测试",
];
