use std::time::Duration;

use super::*;
use crate::emit::Mark;
use crate::model::read::{Input, read};
use crate::model::{Failback, Path};
use crate::source::Sources;
use crate::syntax::Format;

fn file(name: Option<&str>, text: &str) -> NodeFile {
    let mut sources = Sources::new();
    let input = Input { file: sources.add("a", text.as_bytes()), format: Format::Keepalived };
    let cluster = read(&mut sources, &[input]).cluster;
    NodeFile { name: name.map(str::to_owned), cluster }
}

fn translate(files: &[NodeFile], options: &Options) -> Result<Translation, Unknown> {
    let mut account = Account::new(&Sources::new(), &[]);
    keepalived_to_heartbeat(files, options, &mut account)
}

fn peer(name: &str) -> Options {
    Options { peers: vec![(name.to_owned(), None)], ..Options::default() }
}

fn instance(name: &str, lines: &str) -> String {
    format!(
        "vrrp_instance {name} {{\ninterface eth0\n{lines}\nvirtual_ipaddress {{\n10.0.0.1/24\n}}\n}}\n"
    )
}

#[test]
fn one_rhythm_never_declares_dead_earlier_than_before() {
    let text = instance("A", "virtual_router_id 1\nadvert_int 1\npriority 100")
        + &instance("B", "virtual_router_id 2\nadvert_int 4\npriority 200");
    let found = translate(&[file(Some("lw1"), &text)], &peer("lw2")).expect("enough is known");
    let membership = &found.shared.membership;
    assert_eq!(membership.effective_interval(), Duration::from_secs(1));
    // 3 * 4 s and 56/256 s of skew, rounded up to milliseconds.
    assert_eq!(membership.effective_dead_time(), Duration::from_millis(12_219));
    assert_eq!(membership.effective_initial_dead_time(), Duration::from_millis(24_438));
}

#[test]
fn a_dead_time_is_more_than_two_intervals() {
    let text = instance(
        "A",
        "virtual_router_id 1\nadvert_int 10\nversion 3\npriority 255\ndown_timer_adverts 1",
    );
    let found = translate(&[file(Some("lw1"), &text)], &peer("lw2")).expect("enough is known");
    assert_eq!(found.shared.membership.effective_dead_time(), Duration::from_millis(20_001));
}

#[test]
fn nothing_is_guessed() {
    let text = instance("A", "virtual_router_id 1");
    assert_eq!(translate(&[file(None, &text)], &peer("b")).err(), Some(Unknown::OwnName));
    let nobody = Options::default();
    let alone = translate(&[file(Some("a"), &text)], &nobody).err();
    assert_eq!(alone, Some(Unknown::Peer(Vec::new())));
    let twice = translate(&[file(Some("a"), &text)], &peer("A")).err();
    assert_eq!(twice, Some(Unknown::NameTwice("a".to_owned())));
    let lost = text.replace("interface eth0\n", "");
    assert_eq!(translate(&[file(Some("a"), &lost)], &peer("b")).err(), Some(Unknown::Interface));
}

#[test]
fn the_only_address_that_is_left_belongs_to_the_only_director_without_one() {
    let lines = "virtual_router_id 1\nunicast_src_ip 10.0.0.27\nunicast_peer {\n10.0.0.28\n}";
    let text = instance("A", lines);
    let found = translate(&[file(Some("lw1"), &text)], &peer("lw2")).expect("enough is known");
    let own = found.nodes.first().expect("two directors");
    let peers: Vec<&Path> = own.paths.iter().map(|path| &path.value).collect();
    let path = |peer: &str| Path::Unicast { interface: "eth0".to_owned(), peer: peer.to_owned() };
    assert_eq!(peers, [&path("10.0.0.27"), &path("10.0.0.28")]);
    // Of two neither can be told.
    let text = text.replace("unicast_src_ip 10.0.0.27\n", "");
    let unknown = translate(&[file(Some("lw1"), &text)], &peer("lw2")).err();
    assert_eq!(unknown, Some(Unknown::Address("lw1".to_owned())));
}

#[test]
fn addresses_that_are_too_many_are_counted() {
    let text = "virtual_server_group G {\n10.0.0.0/22 80\nfd00::1-ff 80\n}\n\
                virtual_server group G {\nprotocol TCP\n}\n";
    let mut sources = Sources::new();
    let input = Input { file: sources.add("a", text.as_bytes()), format: Format::Keepalived };
    let reading = read(&mut sources, &[input]);
    let mut account = Account::new(&sources, &reading.trees);
    let members = reading.cluster.service_groups[0].members.clone();
    let files = [NodeFile { name: Some("lw1".to_owned()), cluster: reading.cluster }];
    let found = keepalived_to_heartbeat(&files, &Options::default(), &mut account)
        .expect("nothing has to be known");
    let services = found.nodes[0].services.values().flat_map(|cluster| &cluster.services);
    assert_eq!(services.count(), 256 + 255);
    let outcome = |line: usize| account.outcome_at(members[line].at?);
    let lost = outcome(0).expect("the line is spoken for");
    assert_eq!(lost.mark, Mark::Lossy);
    assert_eq!(lost.notes[0], "only the first 256 of its 1024 addresses are services");
    assert_eq!(outcome(1), None, "it is complete");
}

#[test]
fn nopreempt_acts_on_the_director_that_has_it() {
    let stays = ["", "\nnopreempt\nstate BACKUP"];
    for (best, worse, wanted) in
        [(stays[1], stays[0], Failback::Off), (stays[0], stays[1], Failback::On)]
    {
        let first = instance("A", &format!("virtual_router_id 1\npriority 150{best}"));
        let second = instance("A", &format!("virtual_router_id 1\npriority 100{worse}"));
        for files in [
            [file(Some("lw1"), &first), file(Some("lw2"), &second)],
            [file(Some("lw2"), &second), file(Some("lw1"), &first)],
        ] {
            let found = translate(&files, &Options::default()).expect("enough is known");
            assert_eq!(found.shared.membership.failback.map(|f| f.value), Some(wanted));
            assert_eq!(found.shared.routers.len(), 1, "one group, whatever the number of files");
            assert!(found.needs_key, "without any password a key is needed all the same");
        }
    }
}
