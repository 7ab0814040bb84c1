use super::*;

#[test]
fn a_backslash_is_lost_only_where_it_means_something() {
    for (raw, lost) in [
        (r#""\d+\.\s""#, Some('d')),
        (r#""a\.b""#, Some('.')),
        (r#""\bword""#, Some('b')),
        (r#""(a)\1""#, Some('1')),
        (r#""\\d+\\.""#, None),
        (r#""\"status\": \"UP\"""#, None),
        (r"a\ b\x41\n\/", None),
    ] {
        assert_eq!(lost_backslash(raw).map(|(_, sign)| sign), lost, "{raw}");
    }
}

/// All of them as PCRE2 of Debian 12 takes or refuses them.
#[test]
fn what_is_no_expression_is_known() {
    for (expression, is_wrong) in [
        ("([a-z", true),
        ("*foo", true),
        ("(a", true),
        ("a)", true),
        ("a|*", true),
        ("a\\", true),
        ("[z", true),
        ("a++", false),
        ("a*?b+", false),
        ("(?i)foo(?:bar)?", false),
        ("(?<=a)b(?P<x>c)", false),
        ("[]a]b[^]c]", false),
        ("[[:alpha:]]+[[]*", false),
        ("[\\]a]", false),
        ("\\(a\\)", false),
        ("\\Q([\\E", false),
        ("^$", false),
        ("", false),
    ] {
        assert_eq!(problem(expression).is_some(), is_wrong, "{expression}");
    }
}
