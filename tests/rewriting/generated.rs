//! Files that are generated from the keyword tables.

use std::collections::HashSet;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use lvsha::syntax::schema::Body;

use super::from_tables::keepalived::{block, line, rows};
use super::from_tables::share;
use super::{assert_same_again, carried, meaning};

proptest! {
    #![proptest_config(share(3, 4))]

    #[test]
    fn whatever_the_tables_allow_says_the_same_again(text in block("")) {
        assert_same_again(text.as_bytes(), "a generated file");
    }
}

/// Every row with a field is read into it, every other one is carried: the tables tell the truth.
#[test]
fn the_tables_say_which_words_have_a_field() {
    let lists = lists();
    let mut runner = TestRunner::deterministic();
    let mut wrong = Vec::new();
    for row in rows().filter(|row| !row.within.starts_with('<') && !lists.contains(row.within)) {
        // A block is tried with what it cannot do without.
        let text = match row.body {
            Body::Block(within) => around(within, ""),
            _ => around(row.within, &line(row).new_tree(&mut runner).unwrap().current()),
        };
        let is_carried = carried(&meaning(text.as_bytes())).contains(&row.word);
        // The one word that is read and forgotten, as keepalived does.
        if row.field.is_empty() != is_carried && row.word != "hashed" {
            wrong.push(format!("{} in {:?}: field {:?}", row.word, row.within, row.field));
        }
    }
    assert!(wrong.is_empty(), "{} rows\n{}", wrong.len(), wrong.join("\n"));
}

/// `line` inside the blocks that lead to `within`, with what they need to be read.
fn around(within: &str, line: &str) -> String {
    within.rsplit('/').filter(|block| !block.is_empty()).fold(line.to_owned(), |text, block| {
        let (head, needed) = match block {
            "virtual_server" => ("virtual_server 10.0.0.1 80", ""),
            "real_server" => ("real_server 10.0.0.2 80", ""),
            "authentication" => ("authentication", "auth_type PASS\nauth_pass x"),
            "auth_hmac" => ("auth_hmac", "key 1 x"),
            "global_defs" | "SSL" | "garp_group" => (block, ""),
            "MISC_CHECK" => (block, "misc_path /bin/true"),
            "url" => (block, "regex x"),
            "HTTP_GET" | "SSL_GET" | "host" => (block, ""),
            other if other.chars().any(char::is_uppercase) => (other, ""),
            named => return format!("{named} name {{\n{text}\n}}\n"),
        };
        let fallback = if block == "virtual_server" { "sorry_server 10.0.0.3 80" } else { "" };
        format!("{head} {{\n{needed}\n{fallback}\n{text}\n}}\n")
    })
}

/// The blocks that hold one item per line.
fn lists() -> HashSet<&'static str> {
    let bodies = rows().filter_map(|row| match row.body {
        Body::Lines(within) => Some(within),
        Body::Block(_) | Body::None => None,
    });
    bodies.collect()
}
