use proptest::prelude::*;

use super::{ConfigId, preprocess};
use crate::source::{Findings, Sources, Span};

/// The expanded text of the first of `files`, and the codes of what was found.
fn expand_as(node: &str, files: &[(&str, &str)]) -> (String, Vec<&'static str>) {
    let mut sources = Sources::new();
    let ids: Vec<_> =
        files.iter().map(|(name, text)| sources.add(*name, text.as_bytes())).collect();
    let mut findings = Findings::new();
    let id = ConfigId::Exactly(node.into());
    let expanded = preprocess(&mut sources, ids[0], &id, &mut findings);
    let codes = findings.iter().map(|found| found.code.name()).collect();
    (sources.get(expanded.text).text().to_owned(), codes)
}

/// The words of `text` after expansion, lines apart, when nothing is wrong with it.
fn expand(text: &str) -> String {
    let (text, codes) = expand_as("node1", &[("keepalived.conf", text)]);
    assert_eq!(codes, [""; 0], "{text}");
    lines(&text)
}

fn lines(text: &str) -> String {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("|")
}

/// Each pair was put to keepalived 2.2.7, whose complaints about unknown keywords show what it
/// reads.
#[test]
fn what_keepalived_reads() {
    for (text, read) in [
        ("$A=foo\nk_${A} rest\n$A rest\n$A, x\n", "k_foo rest|foo rest|foo, x"),
        ("$A=1\n$A=2\nk_$A\n", "k_2"),
        ("$A=x\n$B=$A\n$A=y\nb_$B\n", "b_y"),
        ("k6_\\$A\n$A=1\nk6_\\$A\n", "k6_\\$A|k6_\\1"),
        ("$E=\ne_${E}_\n", "e__"),
        (" \t$B=3 \ny_${B}_\n$C=a  b # c\nz_${C}|\n", "y_3_|z_a  b|"),
        ("$_A=1\nw_$_A\n", "w_1"),
        ("$A=1\n(x$A)\n", "(x1)"),
        ("$B= \\\n bar x \\\n baz\n  $B\nk $B\nj ${B}\n", "bar x|baz|k bar x|baz|j bar x|baz"),
        ("$C=a\\\nb\nc_$C\n", "c_a|b"),
        ("$A= \\\n one \\ # c\n # c \\\n two # c\nend $A\n", "end one|two"),
        ("$A= # c \\\n one ! c \\\n two \\\n three\nend $A\n", "end one|two|three"),
        ("$M= \\\n { m1 } \\\n # c \\\n m3\nb $M\n", "b { m1 }|m3"),
        ("$N=\\\n i \\\n $D=d \\\n use_${D}\n$N\n", "i|use_d"),
        ("$M= \\\n m1 \\\n m2\n$N= \\\n n1 \\\n $M\n$N\n", "n1|m1|m2"),
        ("$A= \\\n one \\\n @node2 no \\\n @node1 yes\nend $A\n", "end one|yes"),
        ("~SEQ(i,3) a_${i}\n", "a_1|a_2|a_3"),
        ("~SEQ(i,2,4) b_$i\n", "b_2|b_3|b_4"),
        ("~SEQ(i,2,2,6) c_${i}\n", "c_2|c_4|c_6"),
        ("~SEQ(i,3,1) d_${i}\n", "d_3|d_2|d_1"),
        ("~SEQ(i,0) e_${i}\n", "e_1|e_0"),
        ("~SEQ(i, 1 , -1, 0) n_${i}\n~SEQ(i,-2) m_${i}\n", "n_1|n_0|m_-1|m_-2"),
        ("$N=2\n~SEQ(i,$N) f_${i}\n", "f_1|f_2"),
        ("$L=1,2\n~SEQ(i,$L) f_${i}\n", "f_1|f_2"),
        ("~SEQ(i,2) ~SEQ(j,2) h_${i}_${j}\n", "h_1_1|h_1_2|h_2_1|h_2_2"),
        ("~SEQx(i,9,11) x_${i}\n", "x_9|x_a|x_b"),
        ("~SEQ (i,2)q_${i}\n", "q_1|q_2"),
        ("~SEQ(i,0x10,0x11) r_${i}\n", "r_16|r_17"),
        ("$M= \\\n m_${i} \\\n n_${i}\n~SEQ(i,2) $M\n", "m_1|n_1|m_2|n_2"),
        ("$Q=~SEQ(i,2) q_${i}\n$Q\n", "q_1|q_2"),
        ("~SEQ(i,2) a_${i}\nafter_${i}\n", "a_1|a_2|after_2"),
        ("~LST(v,a, b ,c) l_${v}\n", "l_a|l_b|l_c"),
        ("~LST({p,q},{1,2},{3}) m_${p}_${q}_\n", "m_1_2_|m_3__"),
        ("~LST(v,) n_${v}_\n", "n__"),
        ("~LST({a},{1},{2}) o_${a}\n", "o_1|o_2"),
        ("@node1 at1\n@node2 at2\n@^node1 at3\n@^node2 at4\n  @node1\tat5\n", "at1|at4|at5"),
        ("@node1\n@ x\n@^ y\n", "y"),
        ("@node1 $Z=z\n@node2 $Z=y\nk_${Z}\n@node1 ~SEQ(i,2) s_$i\n", "k_z|s_1|s_2"),
        ("@node1 @^node2 at6\n", "@^node2 at6"),
        ("k9_${_PWD}\nk10_${_INSTANCE}\n${_RANDOM 3 3}_k\n", "k9_/etc/keepalived|k10_node1|3_k"),
        ("$A=1\nk \"a ${A} b\" # $X\n", "k \"a 1 b\""),
        (
            "k \"echo $HOME x\"\nx1 ~SEQ(i,2) y\n~FOO(i)\n",
            "k \"echo $HOME x\"|x1 ~SEQ(i,2) y|~FOO(i)",
        ),
    ] {
        assert_eq!(expand(text), read, "{text}");
    }
}

/// What keepalived does not replace, and what is said about it.
#[test]
fn what_stays_as_it_is() {
    let long = format!("$A={}\nk_${{A}}${{A}}${{A}}\n", "a".repeat(400));
    for (text, code) in [
        ("$A=1\nx \"$A\"\n", "use-not-seen"),
        ("$A=1\n$B=2\n$A$B\n", "use-not-seen"),
        ("$UNDEFINED x\n", "undefined-name"),
        ("a ${UNDEFINED} x\n", "undefined-name"),
        ("a ${_ENV HOME} x\n", "undefined-name"),
        ("$G =x\n", "blank-in-definition"),
        ("$A=$A x\n$A\n", "self-reference"),
        ("$A=$B\n$B=${A}\nx $A\n", "self-reference"),
        ("$A= \\\n x \\\n $A\nx $A\n", "self-reference"),
        (&long, "expanded-line-too-long"),
        ("$M= \\\n a \\\n b\nx $M y\n", "several-lines-inside-a-line"),
        ("$M= \\\n a \\\n\nx\n", "empty-line-in-definition"),
        ("$C=@node1\n$C x\n", "condition-in-definition"),
        ("~SEQ(i,1,0,3) x\n", "invalid-sequence"),
        ("~SEQ(i,1,-1,3) x\n", "invalid-sequence"),
        ("~SEQ(i,a) x\n", "invalid-sequence"),
        ("~SEQ(i) x\n", "invalid-sequence"),
        ("~SEQ(i,2 x\n", "invalid-sequence"),
        ("~LST(v) x\n", "invalid-sequence"),
        ("~LST(v,a b) x\n", "invalid-sequence"),
        ("~LST({a,b},{1,2) x\n", "invalid-sequence"),
        ("~SEQ(i,1,4000000000)\n", "runaway-expansion"),
        ("@node2 }\n", "conditional-brace"),
        ("include nothing.conf\n", "include-without-file"),
        ("include keepalived.conf\nx\n", "include-cycle"),
    ] {
        let (_, codes) = expand_as("node1", &[("keepalived.conf", text)]);
        assert_eq!(codes, [code], "{text}");
    }
}

#[test]
fn names_of_empty_values_cannot_multiply_for_ever() {
    let mut text = "$A0=\n".to_owned();
    for n in 1..60 {
        text.push_str(&format!("$A{n}=${{A{0}}}${{A{0}}}\n", n - 1));
    }
    text.push_str("x ${A59}\n");
    let (_, codes) = expand_as("node1", &[("keepalived.conf", &text)]);
    assert_eq!(codes, ["runaway-expansion"]);
}

#[test]
fn included_lines_stand_where_the_include_was() {
    let files = [
        (
            "dir/keepalived.conf",
            "a\ninclude sub/{y,x}*.conf # both\nb_$V\ninclude sub/none*.conf\n",
        ),
        ("dir/sub/x1.conf", "x1"),
        ("dir/sub/x2.conf", "x2\ninclude deep/z.conf\n"),
        ("dir/sub/deep/z.conf", "$V=z\nz\n"),
        ("dir/sub/y.conf", "@node1 y\n"),
    ];
    let (text, codes) = expand_as("node1", &files);
    assert_eq!((lines(&text).as_str(), codes), ("a|y|x1|x2|z|b_z", vec!["include-of-nothing"]));
    let (text, _) = expand_as("node1", &[("a", "$F=b\ninclude $F\nend"), ("b", "b")]);
    assert_eq!(lines(&text), "b|end");
}

/// Of a pair of backslashes at the end of a comment nothing is left, and a blank behind one hides it.
#[test]
fn a_comment_without_a_backslash_ends_a_definition() {
    for comment in ["# c", "# c \\\\", "# c \\ "] {
        let text = format!("$A= \\\n one \\\n {comment}\ntwo\nend $A\n");
        let (text, codes) = expand_as("node1", &[("k", &text)]);
        assert_eq!(
            (lines(&text).as_str(), codes),
            ("two|end one", vec!["empty-line-in-definition"])
        );
    }
}

#[test]
fn circles_of_includes_are_read_once() {
    let files = [("a", "1\ninclude b\n2\n"), ("b", "3\ninclude ./a\n4\n")];
    let (text, codes) = expand_as("node1", &files);
    assert_eq!((lines(&text).as_str(), codes), ("1|3|4|2", vec!["include-cycle"]));
}

#[test]
fn a_file_without_signs_is_not_touched() {
    let mut sources = Sources::new();
    let file = sources.add("k", b"notification_email {\n a@b.c # include x, ~SEQ\n}\n");
    let id = ConfigId::Guess(Vec::new());
    let expanded = preprocess(&mut sources, file, &id, &mut Findings::new());
    assert_eq!(expanded.text, file);
}

#[test]
fn the_node_is_guessed_from_the_conditions() {
    let guess = |candidates: &[&str], text: &str| {
        let mut sources = Sources::new();
        let file = sources.add("k", text.as_bytes());
        let id = ConfigId::Guess(candidates.iter().map(|&id| id.to_owned()).collect());
        let mut findings = Findings::new();
        let expanded = preprocess(&mut sources, file, &id, &mut findings);
        (lines(sources.get(expanded.text).text()), findings.iter().count())
    };
    let text = "@lb1 one\n@lb2 two\n@^lb1 three\n";
    assert_eq!(guess(&["host", "lb2"], text), ("two|three".to_owned(), 0));
    assert_eq!(guess(&["host"], text), ("one".to_owned(), 1));
    assert_eq!(guess(&["host"], "@^lb1 three\n"), ("three".to_owned(), 0));
}

/// A director is never taken for another one, not even for the only one that the file names.
#[test]
fn a_node_has_the_lines_of_its_own_name() {
    let on = |name: &str, text: &str| {
        let mut sources = Sources::new();
        let file = sources.add("k", text.as_bytes());
        let id = ConfigId::Node(name.to_owned());
        let expanded = preprocess(&mut sources, file, &id, &mut Findings::new());
        lines(sources.get(expanded.text).text())
    };
    assert_eq!(on("lb2", "@lb1 one\n@lb2 two\n@^lb1 three\n"), "two|three");
    assert_eq!(on("lb2", "@lb1 one\n@^lb1 three\n"), "three");
    assert_eq!(on("lb1.example", "@lb1 one\n@lb2 two\n"), "one");
    assert_eq!(on("lb1.example", "@lb1 one\n@lb1.example two\n"), "two");
}

/// `(shown, label)`: what the user wrote for the first `part` of the expanded text, and the text
/// that the first label points at.
fn origin(text: &str, part: &str) -> (String, Option<String>) {
    let mut sources = Sources::new();
    let file = sources.add("keepalived.conf", text.as_bytes());
    let id = ConfigId::Exactly("node1".into());
    let expanded = preprocess(&mut sources, file, &id, &mut Findings::new()).text;
    let start = sources.get(expanded).text().find(part).unwrap();
    let end = start + part.len();
    let span = Span::new(u32::try_from(start).unwrap(), u32::try_from(end).unwrap());
    let code = crate::source::codes::preprocessor::UNDEFINED;
    let finding = crate::source::Diagnostic::new(code, expanded.at(span), "m");
    let resolved = sources.resolve_diagnostic(&finding);
    let text_of = |at: crate::source::Place| at.span.of(sources.get(at.file).text()).to_owned();
    let label = resolved.context.first().map(|label| text_of(label.at));
    (text_of(resolved.at.unwrap()), label)
}

#[test]
fn every_place_leads_back_to_what_was_written() {
    for (text, part, shown, label) in [
        ("$A=1\nplain words\n", "words", "words", None),
        ("$A=ab\nx_${A}_y z\n", "x_ab_y", "x_${A}_y", None),
        ("$A=ab\nx $A\n", "ab", "$A", Some("ab")),
        ("$M= \\\n one two \\\n three four\nx $M\n", "four", "$M", Some("four")),
        ("$B=in\n$A=x ${B} y\nuse $A\n", "in", "$A", Some("in")),
        ("~SEQ(i,7,8) r_${i} $M\n", "r_8", "r_${i}", None),
        ("~SEQ(i,7,8) r ${i}\n", "8", "${i}", Some("~SEQ(i,7,8)")),
        ("~LST(v,ab,cd) r ${v}\n", "cd", "${v}", Some("cd")),
        ("@node1 state MASTER\n", "MASTER", "MASTER", None),
    ] {
        let (got, trail) = origin(text, part);
        assert_eq!(got, shown, "{text}");
        assert!(label.is_none() || trail.as_deref() == label, "{text}: {trail:?}");
    }
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in any::<String>()) {
        expand_as("a", &[("keepalived.conf", &text)]);
    }

    #[test]
    fn no_mixture_of_forms_makes_it_panic_or_hang(
        parts in prop::collection::vec(prop::sample::select(FRAGMENTS), 0..40),
    ) {
        let text = parts.concat();
        expand_as("a", &[("keepalived.conf", &text), ("b", &text)]);
    }
}

const FRAGMENTS: &[&str] = &[
    "\n",
    "\n",
    "\n",
    " ",
    "\\",
    "\\\n",
    "#",
    "!",
    "\"",
    "{",
    "}",
    "(",
    ")",
    ",",
    "@a ",
    "@^a ",
    "@b ",
    "$A=",
    "$B=",
    "$A",
    "$B",
    "${A}",
    "${B}",
    "$",
    "${",
    "${_PWD}",
    "${_RANDOM 1 2}",
    "${_HASH}",
    "~SEQ(A,2) ",
    "~SEQ(",
    "~SEQx(B,1,2,9)",
    "~LST(A,x,y) ",
    "~LST({A,B},{1,2})",
    "include b\n",
    "include keepalived.conf\n",
    "includea {b,*}\n",
    "x",
    "-1",
    "0",
    "测",
    "\u{A0}",
];

/// Every use is held against every definition: of a long file only the first ones get an advice.
#[test]
fn only_the_first_undefined_uses_get_a_near_name() {
    let uses: String = (0..150).map(|number| format!("word{number} $NANE{number:03}\n")).collect();
    let mut sources = Sources::new();
    let file = sources.add("keepalived.conf", format!("$NAME042=x\n{uses}").as_bytes());
    let mut findings = Findings::new();
    preprocess(&mut sources, file, &ConfigId::default(), &mut findings);
    let texts: Vec<String> = findings.iter().map(|finding| format!("{finding:?}")).collect();
    assert_eq!(texts.len(), 150);
    assert!(texts[42].contains("did you mean `$NAME042`?"), "{}", texts[42]);
    assert!(!texts[142].contains("did you mean"), "{}", texts[142]);
}
