use super::*;
use crate::model::read::test_values::keepalived as cluster;
use crate::site::load::{self, Secrets};
use crate::site::{Stack, for_node};
use crate::source::Sources;

fn node(state: &str, priority: u8, interface: &str, more: &str) -> Cluster {
    cluster(&format!(
        "vrrp_instance V {{\n state {state}\n interface {interface}\n virtual_router_id 7\n \
         priority {priority}\n virtual_ipaddress {{\n 10.0.0.31/24\n }}\n}}\n\
         virtual_server 10.0.0.31 80 {{\n delay_loop 6\n lb_algo rr\n lb_kind DR\n protocol TCP\n \
         real_server 10.0.0.29 80 {{\n weight 3\n TCP_CHECK {{\n connect_timeout 3\n }}\n }}\n}}\n{more}"
    ))
}

fn read_back(united: &United) -> Site {
    let mut sources = Sources::new();
    let file = sources.add("a.toml", united.text.as_bytes());
    let folder = std::path::Path::new(".");
    let (site, findings) = load::read(&mut sources, file, folder, Secrets::Leave);
    assert!(findings.is_empty(), "{findings:?}\n{}", united.text);
    site
}

fn keepalived() -> Site {
    Site { stack: Some(Sourced::implied(Stack::Keepalived)), ..Site::default() }
}

#[test]
fn ranks_are_ranks_and_the_rest_is_an_override() {
    let nodes = vec![
        ("lw1".to_owned(), node("MASTER", 150, "eth1", "")),
        ("lw2".to_owned(), node("BACKUP", 100, "bond0", "")),
    ];
    let united = unite(keepalived(), nodes);
    assert!(!united.text.contains("state"), "{}", united.text);
    let site = read_back(&united);
    let seen = |node: &str| {
        let router = for_node(&site, node).unwrap().routers.remove(0);
        (router.interface.unwrap().value, router.members[0].priority.unwrap().value)
    };
    assert_eq!(seen("lw1"), ("eth1".to_owned(), 150));
    assert_eq!(seen("lw2"), ("bond0".to_owned(), 100));
}

/// keepalived takes 100, for a MASTER 255; an inventory without a word ranks in the order of the file.
#[test]
fn a_rank_that_no_file_states_is_stated() {
    let silent = |state: &str| {
        let text = format!(
            "vrrp_instance V {{\n {state}\n interface eth1\n virtual_router_id 7\n \
            virtual_ipaddress {{\n 10.0.0.31/24\n }}\n}}\n"
        );
        cluster(&text)
    };
    let ranks = |first: Cluster, second: Cluster| {
        let nodes = vec![("lw1".to_owned(), first), ("lw2".to_owned(), second)];
        let site = read_back(&unite(keepalived(), nodes));
        ["lw1", "lw2"].map(|node| {
            for_node(&site, node).unwrap().routers[0].members[0].priority.unwrap().value
        })
    };
    assert_eq!(ranks(silent(""), node("BACKUP", 120, "eth1", "")), [100, 120]);
    assert_eq!(ranks(silent(""), silent("state MASTER")), [100, 255]);
}

#[test]
fn every_node_gets_back_what_its_file_said() {
    let more = "vrrp_instance W {\n interface eth0\n virtual_router_id 8\n priority 90\n \
                virtual_ipaddress {\n 10.0.1.31/24\n }\n}\n";
    let files = [node("MASTER", 150, "eth1", ""), node("BACKUP", 100, "eth1", more)];
    let nodes = ["lw1", "lw2"].map(str::to_owned).into_iter().zip(files.clone()).collect();
    let site = read_back(&unite(keepalived(), nodes));
    for (name, file) in ["lw1", "lw2"].into_iter().zip(files) {
        let mut own = for_node(&site, name).unwrap();
        own.globals.router_id = None;
        for (got, wanted) in own.routers.iter().zip(&file.routers) {
            assert_eq!(got.members[0].priority, wanted.members[0].priority);
        }
        let names = Names::default();
        let without_roles = |mut cluster: Cluster| {
            cluster.routers.iter_mut().for_each(|router| router.members.clear());
            keys::write(&cluster, &names)
        };
        assert_eq!(without_roles(own), without_roles(file), "{name}");
    }
}

#[test]
fn unicast_to_all_others_becomes_one_word() {
    let unicast = |own: &str, other: &str, priority: u8| {
        cluster(&format!(
            "vrrp_instance V {{\n interface eth1\n virtual_router_id 7\n priority {priority}\n \
             unicast_src_ip {own}\n unicast_peer {{\n {other}\n }}\n virtual_ipaddress {{\n \
             10.0.0.31/24\n }}\n}}\n"
        ))
    };
    let nodes = vec![
        ("a".to_owned(), unicast("10.0.0.1", "10.0.0.2", 150)),
        ("b".to_owned(), unicast("10.0.0.2", "10.0.0.1", 100)),
    ];
    let united = unite(keepalived(), nodes);
    assert!(united.text.contains("unicast = true"), "{}", united.text);
    let router = for_node(&read_back(&united), "b").unwrap().routers.remove(0);
    assert_eq!(router.transport.source.unwrap().value.to_string(), "10.0.0.2");
}

#[test]
fn a_director_without_a_file_follows_the_others() {
    let mut site = keepalived();
    for name in ["lw1", "lw2"] {
        let name = Sourced::implied(name.to_owned());
        site.directors.push(Director { name, ..Director::default() });
    }
    let united = unite(site, vec![("lw1".to_owned(), node("MASTER", 100, "eth1", ""))]);
    let site = read_back(&united);
    let router = for_node(&site, "lw2").unwrap().routers.remove(0);
    assert_eq!(router.members[0].priority.unwrap().value, 50);
}

/// What only one file says may not reach the others, wherever it stands.
#[test]
fn what_one_node_says_stays_with_it() {
    let router = |name: &str, id: u8, more: &str| {
        format!(
            "vrrp_instance {name} {{\n interface eth1\n virtual_router_id {id}\n {more}\n \
             virtual_ipaddress {{\n 10.0.0.{id}/24\n }}\n}}\n"
        )
    };
    let file = |globals: &str, own: &str, members: &str, more: &str| {
        let rank = own.lines().next().unwrap();
        let routers = [router("V", 7, own), router("W", 8, rank)].concat();
        cluster(&format!(
            "global_defs {{\n {globals}\n}}\n{routers}\
             vrrp_sync_group G {{\n group {{\n {members}\n }}\n}}\n{more}"
        ))
    };
    let files = [
        file(
            "lvs_flush\n vrrp_garp_interval 1",
            "priority 150\n garp_master_delay 2\n dont_track_primary\n smtp_alert",
            "V\n W",
            "vrrp_track_file f {\n file /run/f\n weight 2\n}\n\
             virtual_server_group g {\n 10.0.0.7 80\n}\n\
             virtual_server_group h {\n 10.0.0.8 80\n}\n",
        ),
        file(
            "vrrp_garp_interval 2",
            "priority 100\n garp_master_delay 5",
            "W\n V",
            "vrrp_track_file f {\n file /run/f\n}\n\
             virtual_server_group g {\n 10.0.0.7 81\n}\n",
        ),
    ];
    let nodes = ["lw1", "lw2"].map(str::to_owned).into_iter().zip(files.clone()).collect();
    let united = unite(keepalived(), nodes);
    let site = read_back(&united);
    for (name, wanted) in ["lw1", "lw2"].into_iter().zip(files) {
        let mut got = for_node(&site, name).unwrap();
        got.globals.router_id = None;
        let [got, wanted] = [got, wanted].map(|mut cluster| {
            cluster.routers.iter_mut().for_each(|router| router.members.clear());
            let mut entries = keys::write(&cluster, &Names::default());
            entries.sort_by(|a, b| a.key.cmp(&b.key));
            document::print(&entries)
        });
        assert_eq!(got, wanted, "{name}\n{}", united.text);
    }
}

/// Its own file says that it has no part in it.
#[test]
fn a_director_whose_file_lacks_a_router_has_no_rank_in_it() {
    let more = "vrrp_instance W {\n interface eth0\n virtual_router_id 8\n priority 90\n \
                virtual_ipaddress {\n 10.0.1.31/24\n }\n}\n";
    let nodes = vec![
        ("lw1".to_owned(), node("MASTER", 150, "eth1", more)),
        ("lw2".to_owned(), node("BACKUP", 100, "eth1", "")),
    ];
    let united = unite(keepalived(), nodes);
    assert!(
        united.text.contains("members = { lw1 = { priority = 90, state = \"backup\" } }"),
        "{}",
        united.text
    );
    let site = read_back(&united);
    assert_eq!(for_node(&site, "lw1").unwrap().routers.len(), 2);
    assert_eq!(for_node(&site, "lw2").unwrap().routers.len(), 1);
}

#[test]
fn what_names_a_router_follows_its_new_name() {
    let file = |one: &str, other: &str, more: &str| {
        let instance = |name: &str, number: u8| {
            format!(
                "vrrp_instance {name} {{\n interface eth0\n virtual_router_id {number}\n \
                 virtual_ipaddress {{\n 10.0.0.{number}\n }}\n}}\n"
            )
        };
        cluster(&(instance(one, 1) + &instance(other, 2) + more))
    };
    let more = "vrrp_sync_group G {\n group {\n B\n A\n }\n}\n\
                global_defs {\n lvs_sync_daemon eth0 B\n}\n";
    let mut nodes = vec![
        ("lw1".to_owned(), file("A", "B", "")),
        // The names are the other way round, and a third has a name that is taken.
        ("lw2".to_owned(), file("B", "A", more)),
        ("lw3".to_owned(), cluster("vrrp_instance A {\n virtual_router_id 9\n}\n")),
        ("lw4".to_owned(), file("C", "D", "vrrp_instance A {\n virtual_router_id 7\n}\n")),
    ];
    let renamed = name_routers(&mut nodes);
    let said: Vec<String> = renamed.iter().map(|one| format!("{} {}", one.old, one.new)).collect();
    assert_eq!(said, ["B A", "C A", "A B", "D B", "A A-2"]);
    let second = &nodes[1].1;
    let members: Vec<&str> =
        second.sync_groups[0].members.iter().map(|name| name.value.as_str()).collect();
    assert_eq!(members, ["A", "B"]);
    let daemon = second.sync_daemon.as_ref().unwrap();
    assert_eq!(daemon.value.router.as_deref(), Some("A"));
}
