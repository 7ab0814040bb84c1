use super::*;
use crate::model::read::{Input, read};
use crate::source::Sources;
use crate::syntax::Format;

fn routers(text: &str) -> Vec<Router> {
    let mut sources = Sources::new();
    let file = sources.add("haresources", text.as_bytes());
    read(&mut sources, &[Input { file, format: Format::Haresources }]).cluster.routers
}

/// `node: name(argument,...) ...` of each group.
fn shown(text: &str) -> Vec<String> {
    let resource = |resource: &Resource| {
        let arguments: Vec<_> = resource.arguments.iter().map(|a| a.value.as_str()).collect();
        format!("{}({})", resource.name, arguments.join(","))
    };
    let group = |router: &Router| {
        let node = router.members.first().and_then(|member| member.node.clone()).expect("a node");
        let resources: Vec<_> = router.resources.iter().map(resource).collect();
        format!("{}: {}", node.value, resources.join(" "))
    };
    routers(text).iter().map(group).collect()
}

fn addresses(text: &str) -> Vec<VirtualAddress> {
    routers(text).into_iter().flat_map(|r| r.addresses).map(|a| a.value).collect()
}

#[test]
fn a_group_is_a_node_and_its_resources_in_order() {
    assert_eq!(
        shown("LB1 10.0.0.5 ldirectord::a.cf Filesystem::/dev/d::/srv::ext4\nlb2 httpd\n"),
        ["lb1: IPaddr(10.0.0.5) ldirectord(a.cf) Filesystem(/dev/d,/srv,ext4)", "lb2: httpd()"]
    );
}

#[test]
fn an_address_has_mask_interface_label_and_broadcast() {
    let found = addresses("n IPaddr2::10.0.0.5/255.255.255.0/eth0:1/10.0.0.255");
    let mut wanted = VirtualAddress::new("10.0.0.5".parse().expect("an address"));
    wanted.prefix = Some(24);
    wanted.interface = Some("eth0".to_owned());
    wanted.label = Some("eth0:1".to_owned());
    wanted.broadcast = Some(crate::model::Broadcast::Address([10, 0, 0, 255].into()));
    assert_eq!(found, [wanted]);
}

#[test]
fn only_ipaddr2_has_lvs_support() {
    let support = |text: &str| match routers(text).first()?.resources.first()?.kind {
        ResourceKind::Address { lvs_support, .. } => Some(lvs_support),
        _ => None,
    };
    assert_eq!(support("n IPaddr2::10.0.0.5"), Some(true));
    assert_eq!(support("n IPaddr::10.0.0.5"), Some(false));
    assert_eq!(support("n 10.0.0.5"), Some(false));
}

#[test]
fn slashes_collapse() {
    let parts = |text| {
        let found = addresses(text).into_iter().next().expect("an address");
        (found.prefix, found.interface)
    };
    assert_eq!(parts("n 10.0.30.15//8/eth0:10/"), (Some(8), Some("eth0".to_owned())));
    assert_eq!(parts("n 10.0.30.15//eth0"), (None, Some("eth0".to_owned())));
}

#[test]
fn what_was_glued_is_read_apart() {
    assert_eq!(shown("test3192.168.0.55 httpd"), ["test3: IPaddr(192.168.0.55) httpd()"]);
    assert_eq!(shown("lb1IPaddr::10.0.0.5"), ["lb1: IPaddr(10.0.0.5)"]);
    assert_eq!(
        shown("n IPaddr::10.0.0.1/24/eth1drbddisk::data"),
        ["n: IPaddr(10.0.0.1/24/eth1) drbddisk(data)"]
    );
    assert_eq!(shown("ip-10.0.0.1 httpd"), ["ip-10.0.0.1: httpd()"]);
}

/// Parts of a word with a full-width sign have no places: a fix of one would replace the whole word.
#[test]
fn only_the_odd_character_of_a_word_is_replaced_first() {
    for text in [
        "lb1IPaddr：：10.0.0.5",
        "n IPaddr：：10.0.0.1/24/eth1drbddisk::data",
        "n IPaddr：：10.0.0.5//24/eth0",
        "n IPv6addr：：2001:db8::1",
    ] {
        let mut sources = Sources::new();
        let file = sources.add("haresources", text.as_bytes());
        let reading = read(&mut sources, &[Input { file, format: Format::Haresources }]);
        let fixes = reading.findings.sorted().into_iter().filter_map(|finding| finding.fix);
        let replaced: Vec<_> =
            fixes.flat_map(|fix| fix.edits).map(|edit| edit.at.span.of(text).to_owned()).collect();
        assert!(replaced.iter().any(|part| part.contains('：')), "{text}: {replaced:?}");
        assert!(
            replaced.iter().all(|part| part.chars().all(|c| c == '：')),
            "{text}: {replaced:?}"
        );
    }
}

#[test]
fn comments_notes_and_missing_backslashes_are_read_as_meant() {
    assert_eq!(shown("n a \\\n  b# two\\\n  c # three"), ["n: a() b() c()"]);
    assert_eq!(shown("n a <== primary node"), ["n: a()"]);
    assert_eq!(shown("n 10.0.0.5\n  ldirectord::x\n"), ["n: IPaddr(10.0.0.5) ldirectord(x)"]);
}

#[test]
fn ipv6_addresses_survive_the_split() {
    let wanted: std::net::IpAddr = "2001:db8::1".parse().expect("an address");
    for text in [
        "n IPv6addr::2001:db8::1/64/eth0",
        "n 2001:db8::1/64/eth0",
        "n IPv6addr::2001:db8:0:0:0:0:0:1/64/eth0",
    ] {
        let found = addresses(text);
        assert_eq!(
            found.first().map(|a| (a.address, a.prefix)),
            Some((wanted, Some(64))),
            "{text}"
        );
    }
}

#[test]
fn the_sync_daemon_follows_its_group() {
    let mut sources = Sources::new();
    let file = sources.add("haresources", b"n 10.0.0.5 LVSSyncDaemonSwap::master");
    let cluster = read(&mut sources, &[Input { file, format: Format::Haresources }]).cluster;
    let router = cluster.sync_daemon.and_then(|daemon| daemon.value.router);
    assert_eq!(router.as_deref(), Some("10.0.0.5"));
}
