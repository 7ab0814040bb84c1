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
    let registered = rows().filter(|k| !lines.contains(k.within) && !k.within.starts_with('<'));
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
    assert_eq!(rows().filter(|row| row.alias_of.is_some()).count(), 19);
}

/// Words of each block, counted in the program: what it registers, and what the lines of its lists
/// understand.
#[test]
fn every_block_has_all_its_words() {
    for (block, words) in WORDS {
        let rows = rows().filter(|row| row.within == *block).count();
        assert_eq!(rows, *words, "{block:?}");
    }
    let blocks: HashSet<_> = rows().map(|row| row.within).collect();
    assert_eq!(blocks.len(), WORDS.len());
}

const WORDS: &[(&str, usize)] = &[
    ("", 25),
    ("<nexthop>", 7),
    ("<preprocessor>", 20),
    ("SSL", 4),
    ("bfd_instance", 15),
    ("garp_group", 4),
    ("global_defs", 140),
    ("interface_up_down_delays", 1),
    ("linkbeat_interfaces", 4),
    ("static_ipaddress", 15),
    ("static_routes", 49),
    ("static_rules", 36),
    ("track_bfd", 4),
    ("track_file", 3),
    ("track_file/line", 4),
    ("track_group", 1),
    ("track_interface", 3),
    ("track_process", 4),
    ("track_script", 4),
    ("unicast_peer", 3),
    ("virtual_ipaddress", 15),
    ("virtual_routes", 48),
    ("virtual_rules", 35),
    ("virtual_server", 39),
    ("virtual_server/real_server", 26),
    ("virtual_server/real_server/BFD_CHECK", 2),
    ("virtual_server/real_server/DNS_CHECK", 15),
    ("virtual_server/real_server/FILE_CHECK", 2),
    ("virtual_server/real_server/HTTP_GET", 20),
    ("virtual_server/real_server/HTTP_GET/url", 10),
    ("virtual_server/real_server/MISC_CHECK", 10),
    ("virtual_server/real_server/PING_CHECK", 13),
    ("virtual_server/real_server/SMTP_CHECK", 15),
    ("virtual_server/real_server/SMTP_CHECK/host", 13),
    ("virtual_server/real_server/SSL_GET", 21),
    ("virtual_server/real_server/SSL_GET/url", 11),
    ("virtual_server/real_server/TCP_CHECK", 13),
    ("virtual_server/real_server/UDP_CHECK", 17),
    ("virtual_server_group", 2),
    ("vrrp_instance", 70),
    ("vrrp_instance/auth_hmac", 5),
    ("vrrp_instance/authentication", 2),
    ("vrrp_script", 8),
    ("vrrp_sync_group", 15),
    ("vrrp_track_file", 3),
    ("vrrp_track_process", 9),
];
