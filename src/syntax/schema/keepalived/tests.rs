use std::collections::HashSet;

use crate::syntax::Format;
use crate::syntax::schema::{Body, Keyword, find_anywhere, keywords};

fn rows() -> impl Iterator<Item = &'static Keyword> {
    keywords(Format::Keepalived).iter().flat_map(|rows| rows.iter())
}

fn line_blocks() -> HashSet<&'static str> {
    let bodies = rows().filter_map(|row| match row.body {
        Body::Lines(within) => Some(within),
        Body::Block(_) | Body::None => None,
    });
    bodies.collect()
}

#[test]
fn every_registered_pair_has_a_row() {
    let lines = line_blocks();
    let registered = rows().filter(|k| !lines.contains(k.within) && k.within != "<preprocessor>");
    assert_eq!(registered.count(), 531);
}

#[test]
fn no_word_stands_twice_in_a_block() {
    let mut seen = HashSet::new();
    for row in rows() {
        assert!(seen.insert((row.within, row.word)), "{} in {:?}", row.word, row.within);
    }
}

#[test]
fn every_alias_and_every_block_leads_somewhere() {
    let blocks: HashSet<_> = rows().map(|row| row.within).collect();
    for row in rows() {
        let target = row.alias_of.map(|word| find_anywhere(Format::Keepalived, word));
        assert!(target.is_none_or(|rows| !rows.is_empty()), "{}", row.word);
        match row.body {
            Body::Block(within) => assert!(blocks.contains(within), "{within}"),
            Body::Lines(within) => {
                assert!(within == "names" || blocks.contains(within), "{within}")
            }
            Body::None => {}
        }
        assert!(!row.meaning.is_empty(), "{}", row.word);
    }
    assert_eq!(rows().filter(|row| row.alias_of.is_some()).count(), 20);
}
