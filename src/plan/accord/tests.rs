use super::*;
use crate::plan::TreeFile;

/// A keepalived.conf with these global settings and these lines in its router.
fn tree(globals: &str, router: &str) -> Tree {
    // Of two lines that say the same only one counts.
    let interface = if router.starts_with("interface") { "" } else { "interface eth1" };
    let text = format!(
        "global_defs {{\n{globals}\n}}\nvrrp_instance V {{\n{interface}\nvirtual_router_id 7\n\
         {router}\nvirtual_ipaddress {{\n10.0.0.31\n}}\n}}\n"
    );
    let file = TreeFile { mode: 0o600, content: text.into_bytes() };
    Tree::from([("/etc/keepalived/keepalived.conf".to_owned(), file)])
}

/// What makes each of two directors deaf to the other while only one of them has it, and what does not.
#[test]
fn what_others_do_not_take_is_told_from_what_they_do() {
    let unicast = |source: u8, peers: &[u8]| {
        let peers: Vec<String> = peers.iter().map(|peer| format!("10.0.0.{peer}")).collect();
        format!("unicast_src_ip 10.0.0.{source}\nunicast_peer {{\n{}\n}}", peers.join("\n"))
    };
    let of_two = unicast(27, &[28]);
    let [renumbered, other, more] =
        [unicast(26, &[28]), unicast(27, &[29]), unicast(27, &[28, 29])];
    // Global settings and lines of the router, before and after.
    let rows = [
        ("nothing", ["", ""], ["", "priority 90"], false),
        ("interval", ["", ""], ["", "advert_int 2"], true),
        ("the same interval", ["", ""], ["", "advert_int 1"], false),
        ("interface", ["", ""], ["", "interface eth2"], true),
        ("version", ["", ""], ["", "version 3"], true),
        ("version of all", ["", ""], ["vrrp_version 3", ""], true),
        ("version said elsewhere", ["vrrp_version 3", ""], ["", "version 3"], false),
        ("group of all", ["", ""], ["vrrp_mcast_group4 224.0.0.99", ""], true),
        ("the usual group", ["", ""], ["vrrp_mcast_group4 224.0.0.18", ""], false),
        ("another family's group", ["", ""], ["vrrp_mcast_group6 ff02::99", ""], false),
        ("from multicast", ["", ""], ["", of_two.as_str()], true),
        ("source", ["", of_two.as_str()], ["", renumbered.as_str()], true),
        ("peer", ["", of_two.as_str()], ["", other.as_str()], true),
        ("one peer more", ["", of_two.as_str()], ["", more.as_str()], false),
        ("checksum", ["", "version 3\nv3_checksum_as_v2"], ["", "version 3"], true),
        (
            "checksum of all",
            ["vrrp_version 3\nv3_checksum_as_v2 true", ""],
            ["vrrp_version 3", ""],
            true,
        ),
        (
            "checksum said elsewhere",
            ["v3_checksum_as_v2 true", "version 3"],
            ["", "version 3\nv3_checksum_as_v2"],
            false,
        ),
        ("checksum of version 2", ["", "v3_checksum_as_v2"], ["", ""], false),
        ("source of multicast", ["", ""], ["", "mcast_src_ip 10.0.0.26"], false),
    ];
    for (what, before, after, is_anew) in rows {
        let [before, after] = [before, after].map(|[globals, router]| tree(globals, router));
        let is_told_otherwise = accord("lw1", &before, &after, true).speaks_anew;
        assert_eq!(is_told_otherwise, is_anew, "{what}");
    }
}

/// Only where advertisements go to those that are known does it matter who is.
#[test]
fn who_begins_or_ends_a_router_that_is_spoken_one_by_one_joins_or_leaves() {
    let conf = |text: &str| {
        let file = TreeFile { mode: 0o600, content: text.as_bytes().to_vec() };
        Tree::from([("/etc/keepalived/keepalived.conf".to_owned(), file)])
    };
    let unicast = tree("", "unicast_src_ip 10.0.0.26\nunicast_peer {\n10.0.0.27\n}");
    let (multicast, none) = (tree("", ""), conf(""));
    let rows = [
        ("begins", &none, &unicast, true, Presence::Joins),
        ("ends", &unicast, &none, true, Presence::Leaves),
        ("stays", &unicast, &unicast, true, Presence::Stays),
        ("starts", &unicast, &unicast, false, Presence::Joins),
        ("was stopped", &unicast, &none, false, Presence::Stays),
        ("from multicast", &multicast, &unicast, true, Presence::Stays),
        ("begins for all", &none, &multicast, true, Presence::Stays),
        ("ends for all", &multicast, &none, true, Presence::Stays),
    ];
    for (what, before, after, is_running, wanted) in rows {
        assert_eq!(accord("lw1", before, after, is_running).presence, wanted, "{what}");
    }
}

#[test]
fn a_master_tells_those_that_are_its_peers() {
    let unicast = |source: u8, peer: u8| {
        tree("", &format!("unicast_src_ip 10.0.0.{source}\nunicast_peer {{\n10.0.0.{peer}\n}}"))
    };
    let rows = [
        ("each other", unicast(26, 27), unicast(27, 26), true),
        ("another peer", unicast(26, 27), unicast(27, 28), false),
        ("multicast", tree("", ""), unicast(27, 28), true),
        ("another router", unicast(26, 27), Tree::new(), true),
    ];
    for (what, own, other, wanted) in &rows {
        assert_eq!(is_told(("lw1", own), ("lw2", other)), *wanted, "{what}");
    }
}

/// heartbeat drops what is signed with a key that it does not know, and takes everything over 30 s later.
#[test]
fn directors_of_heartbeat_hear_each_other_by_a_key_and_a_path_that_both_have() {
    let tree = |paths: &str, keys: &str| {
        let file = |text: String| TreeFile { mode: 0o600, content: text.into_bytes() };
        let ha_cf = format!("{paths}\nnode lw1 lw2\n");
        Tree::from([
            ("/etc/ha.d/ha.cf".to_owned(), file(ha_cf)),
            ("/etc/ha.d/authkeys".to_owned(), file(keys.to_owned())),
        ])
    };
    let (first, second) = ("auth 1\n1 sha1 one\n", "auth 2\n2 sha1 two\n");
    let [before_second, behind_first] =
        ["auth 1\n1 sha1 one\n2 sha1 two\n", "auth 2\n1 sha1 one\n2 sha1 two\n"];
    let rows = [
        ("nothing", ["bcast eth1", first], ["keepalive 2\nbcast eth1", first], false),
        ("key", ["bcast eth1", first], ["bcast eth1", second], true),
        ("one secret", ["bcast eth1", first], ["bcast eth1", "auth 1\n1 sha1 other\n"], true),
        ("digest", ["bcast eth1", first], ["bcast eth1", "auth 1\n1 md5 one\n"], true),
        ("a key more", ["bcast eth1", first], ["bcast eth1", before_second], false),
        ("a key that is known", ["bcast eth1", before_second], ["bcast eth1", behind_first], false),
        ("a key that is not", ["bcast eth1", first], ["bcast eth1", behind_first], true),
        ("port", ["bcast eth1", first], ["udpport 695\nbcast eth1", first], true),
        ("the usual port", ["bcast eth1", first], ["udpport 694\nbcast eth1", first], false),
        ("path", ["bcast eth1", first], ["bcast eth2", first], true),
        ("a path more", ["bcast eth1", first], ["bcast eth1 eth2", first], false),
    ];
    for (what, before, after, is_anew) in rows {
        let [before, after] = [before, after].map(|[paths, keys]| tree(paths, keys));
        assert_eq!(accord("lw1", &before, &after, true).speaks_anew, is_anew, "{what}");
    }
}

/// keepalived tells them apart by their interfaces, and advertisements stay on their link.
#[test]
fn one_number_on_two_links_is_two_routers() {
    let tree = |ids: [u8; 2], more: &str| {
        let router = |(link, id): (usize, u8)| {
            format!(
                "vrrp_instance V{link} {{\ninterface eth{link}\nvirtual_router_id {id}\n\
                 unicast_src_ip 10.0.{link}.26\nunicast_peer {{\n10.0.{link}.27\n}}\n\
                 virtual_ipaddress {{\n10.0.{link}.31\n}}\n}}\n"
            )
        };
        let routers: String = (1..).zip(ids).filter(|(_, id)| *id > 0).map(router).collect();
        let file = TreeFile { mode: 0o600, content: (routers + more).into_bytes() };
        Tree::from([("/etc/keepalived/keepalived.conf".to_owned(), file)])
    };
    let service = "virtual_server 10.0.1.31 80 {\nprotocol TCP\n}\n";
    let before = tree([7, 7], "");
    let rows = [([7, 7], service, false), ([8, 7], "", true), ([0, 7], "", false)];
    for (ids, more, is_anew) in rows {
        let anew = accord("lw1", &before, &tree(ids, more), true).speaks_anew;
        assert_eq!(anew, is_anew, "{ids:?}");
    }
    let there = tree([7, 7], "");
    let text = String::from_utf8(there["/etc/keepalived/keepalived.conf"].content.clone()).unwrap();
    let swapped = text.replace(".26", ".99").replace(".27", ".26").replace(".99", ".27");
    let file = TreeFile { mode: 0o600, content: swapped.into_bytes() };
    let other = Tree::from([("/etc/keepalived/keepalived.conf".to_owned(), file)]);
    assert!(is_told(("lw1", &there), ("lw2", &other)));
}
