use super::*;
use crate::source::{Severity, Sources};
use crate::syntax::{Builder, Head, Kind};

/// The findings about `bytes`, as `id line:column count verdict`.
fn found(format: Format, bytes: &[u8]) -> Vec<String> {
    diagnostics(format, bytes)
        .1
        .iter()
        .map(|d| {
            let at = d.at.unwrap();
            format!("{} {:?} x{} {}", d.code, at.span.range(), d.occurrences, d.verdict)
        })
        .collect()
}

fn diagnostics(format: Format, bytes: &[u8]) -> (Sources, Vec<Diagnostic>) {
    let mut sources = Sources::new();
    let id = sources.add(format.file_name(), bytes);
    let file = sources.get(id);
    // A tree that knows the comments only: from `#` to the end of the line.
    let mut builder = Builder::new(id, file.text());
    let mut start = 0;
    for line in file.text().split_inclusive('\n') {
        let end = start + length(line);
        let comment = line
            .find('#')
            .map_or(Span::default(), |at| Span::new(start + u32::try_from(at).unwrap(), end));
        builder.leaf(Kind::Blank, &Head { span: Span::new(start, end), words: vec![], comment });
        start = end;
    }
    let tree = builder.finish();
    let mut findings = Findings::new();
    oddities(file, &tree, format, &mut findings);
    (sources, findings.sorted())
}

/// `bytes` after the edits of all findings.
fn fixed(format: Format, bytes: &[u8]) -> String {
    let (sources, diagnostics) = diagnostics(format, bytes);
    let mut edits: Vec<&Edit> =
        diagnostics.iter().filter_map(|d| d.fix.as_ref()).flat_map(|fix| &fix.edits).collect();
    edits.sort_by_key(|edit| std::cmp::Reverse(edit.at));
    let mut text = sources.iter().next().unwrap().text().to_owned();
    for edit in edits {
        text.replace_range(edit.at.span.range(), &edit.text);
    }
    text
}

#[test]
fn plain_text_has_no_oddity() {
    let text = b"vrrp_instance VI_1 {\n\tpriority 100 # fine\n}\n";
    assert!(found(Format::Keepalived, text).is_empty());
}

#[test]
fn blanks_of_a_web_page_are_one_finding_with_a_fix_for_each() {
    let text = "vrrp_instance V {\n\u{A0}\u{A0}priority\u{A0}100\n\u{3000}state MASTER\n}\n";
    assert_eq!(found(Format::Keepalived, text.as_bytes()), ["LV0001 18..22 x3 refuses"]);
    assert_eq!(
        fixed(Format::Keepalived, text.as_bytes()),
        "vrrp_instance V {\n  priority 100\n state MASTER\n}\n"
    );
}

#[test]
fn comments_may_hold_anything() {
    let text = "node a # 主节点，\u{A0}“x”\u{200B}\n".as_bytes();
    assert!(found(Format::HaCf, text).is_empty());
    assert!(found(Format::HaCf, b"node a # caf\xe9\n").is_empty());
}

#[test]
fn letters_of_any_language_are_no_oddity() {
    assert!(found(Format::Keepalived, "router_id 北京\n".as_bytes()).is_empty());
}

#[test]
fn full_width_text_is_reported_outside_quotes_only() {
    let text = "virtual＝10.0.0.1：80\n\treceive=\"测试，“好”\"\n";
    assert_eq!(found(Format::Ldirectord, text.as_bytes()), ["LV0002 7..10 x2 refuses"]);
    assert_eq!(
        fixed(Format::Ldirectord, text.as_bytes()),
        "virtual=10.0.0.1:80\n\treceive=\"测试，“好”\"\n"
    );
}

#[test]
fn an_odd_blank_inside_quotes_is_reported_and_left_alone() {
    let text = "\treceive=\"Test\u{A0}Page\"\n".as_bytes();
    let (_, list) = diagnostics(Format::Ldirectord, text);
    let [blank] = &list[..] else { panic!("one finding") };
    assert_eq!((blank.code.id(), blank.verdict), ("LV0001", Verdict::Accepts));
    assert_eq!(blank.fix, None);
    assert!(blank.notes.iter().any(|note| note.contains("byte for byte")), "{:?}", blank.notes);
}

#[test]
fn typographic_quotes_are_reported_and_their_inside_is_not() {
    let text = "\treceive=“测，试”\n".as_bytes();
    assert_eq!(found(Format::Ldirectord, text), ["LV0003 9..12 x2 refuses"]);
    assert_eq!(fixed(Format::Ldirectord, text), "\treceive=\"测，试\"\n");
}

#[test]
fn a_quote_that_never_closes_opens_nothing() {
    let text = "\trequest=\"index，html\n".as_bytes();
    assert_eq!(found(Format::Ldirectord, text), ["LV0002 15..18 x1 accepts"]);
}

#[test]
fn a_byte_order_mark_is_one_only_at_the_start() {
    let text = "\u{FEFF}# comment\nkeepalive 2\u{FEFF}\n".as_bytes();
    assert_eq!(found(Format::HaCf, text), ["LV0004 0..3 x1 refuses", "LV0008 24..27 x1 refuses"]);
    assert_eq!(fixed(Format::HaCf, text), "# comment\nkeepalive 2\n");
}

#[test]
fn carriage_returns_at_line_ends_are_one_finding() {
    let text = b"node a\r\nnode b\r\n# c\r\r\n";
    assert_eq!(found(Format::HaCf, text), ["LV0005 6..7 x3 accepts"]);
    assert_eq!(fixed(Format::HaCf, text), "node a\nnode b\n# c\n");
    assert_eq!(found(Format::HaCf, b"node\ra\n"), ["LV0008 4..5 x1 accepts"]);
}

#[test]
fn a_carriage_return_breaks_what_the_programs_compare_whole() {
    let refuses = |format, text: &[u8]| found(format, text).iter().any(|f| f.ends_with("refuses"));
    assert!(refuses(Format::Ldirectord, b"quiescent = yes\r\n"));
    assert!(!refuses(Format::Ldirectord, b"checktimeout=3\r\n"));
    assert!(refuses(Format::Haresources, b"lw1 \\\r\n  httpd\r\n"));
    assert!(!refuses(Format::Haresources, b"lw1 httpd\r\n"));
}

#[test]
fn heartbeat_looks_at_resources_only_later() {
    let text = "lw1 IPaddr::10.0.0.1\u{A0}httpd\n".as_bytes();
    assert_eq!(found(Format::Haresources, text), ["LV0001 20..22 x1 accepts"]);
    let text = "lw1\u{A0}httpd\n".as_bytes();
    assert_eq!(found(Format::Haresources, text), ["LV0001 3..5 x1 refuses"]);
}

#[test]
fn a_key_may_hold_any_byte_but_its_method_may_not() {
    let verdicts = |text: &str| found(Format::Authkeys, text.as_bytes());
    assert_eq!(verdicts("1 sha1 ab\u{A0}c\n"), ["LV0001 9..11 x1 accepts"]);
    assert_eq!(verdicts("1 sha1\u{A0}abc\n"), ["LV0001 6..8 x1 refuses"]);
    assert_eq!(verdicts("auth\u{A0}1\n"), ["LV0001 4..6 x1 refuses"]);
}

#[test]
fn nul_invalid_and_invisible_characters_are_told_apart() {
    let text = b"node a\0b\nping \xc4\xe3\nno\xe2\x80\x8bde c\n";
    assert_eq!(
        found(Format::HaCf, text),
        ["LV0006 6..7 x1 accepts", "LV0007 14..22 x1 refuses", "LV0008 25..28 x1 refuses"]
    );
    let (_, list) = diagnostics(Format::HaCf, text);
    // Worth knowing elsewhere, but here heartbeat does not start.
    assert_eq!(list[1].severity(), Severity::Error);
    assert_eq!(list[1].fix, None);
}

#[test]
fn long_lines_are_measured_in_bytes_of_the_file() {
    let long = |bytes: usize| [b"# ".to_vec(), vec![b'x'; bytes - 3], b"\n".to_vec()].concat();
    assert!(found(Format::Keepalived, &long(1023)).is_empty());
    // The rest of the line is its line feed, an empty line.
    assert_eq!(found(Format::Keepalived, &long(1024)), ["LV0009 0..1023 x1 accepts"]);
    assert_eq!(found(Format::Keepalived, &long(1025)), ["LV0009 0..1024 x1 refuses"]);
    assert!(found(Format::Ldirectord, &long(1024)).is_empty());
    // 600 bytes of GBK are 2400 bytes of escape characters in memory.
    let gbk = [b"# ".to_vec(), vec![0xC4; 600], b"\n".to_vec()].concat();
    assert!(found(Format::Keepalived, &gbk).is_empty());
}

#[test]
fn every_kind_says_something_about_every_format() {
    for oddity in Oddity::ALL {
        assert_eq!(Oddity::ALL.get(oddity as usize), Some(&oddity));
        for format in Format::ALL {
            assert!(!effects::effect(oddity, format).ends_with('.'));
        }
    }
}

#[test]
fn long_lines_full_of_oddities_take_linear_time() {
    // Quadratic work on this line would be 10^9 steps.
    let many = 1 << 15;
    for line in [
        "a\u{A0}".repeat(many),
        format!("1 sha1 {}", "x\u{200B}".repeat(many)),
        format!("{}real=1{}", " ".repeat(many), "。x".repeat(many)),
        format!("x {{{}node y{}", " ".repeat(many), "\u{A0}x".repeat(many)),
    ] {
        for format in Format::ALL {
            assert!(!found(format, line.as_bytes()).is_empty());
        }
    }
}

proptest::proptest! {
    #[test]
    fn a_look_at_few_lines_finds_a_long_one(text in "[a\n]{0,40}", limit in 1_usize..9) {
        let each = text.split_inclusive('\n').all(|line| line.len() <= limit);
        proptest::prop_assert_eq!(all_fit(text.as_bytes(), limit), each);
    }
}
