use super::*;
use crate::model::{
    Appended, Fallback, Family, Forwarding, Hook, HookEvent, Http, HttpRequest, Member,
    OwnInterface, Pattern, Probe, ProbeKind, Protocol, Role, Router, Script, Server, Service,
    Sourced, Target as Traffic, VirtualAddress, VirtualMac,
};

fn implied<T>(value: T) -> Sourced<T> {
    Sourced::implied(value)
}

fn written(cluster: &Cluster, node: &str) -> String {
    let mut out = Vec::new();
    let view = View { cluster, node, target: Target::DEFAULT, manner: Manner::Complete };
    write(&view, &["header".to_owned()], &mut out).expect("a vector takes everything");
    String::from_utf8(out).expect("only text is written")
}

fn service() -> Service {
    let target = Traffic::Endpoint { address: [10, 0, 0, 31].into(), port: 80 };
    Service::new(implied(target))
}

#[test]
fn what_keepalived_defaults_badly_is_always_written() {
    let mut service = service();
    service.servers.push(Server::new([10, 0, 0, 29].into(), Some(80), None));
    let text = written(&Cluster { services: vec![service], ..Cluster::default() }, "lw1");
    for line in ["delay_loop 60", "lvs_sched wlc", "lvs_method NAT", "protocol TCP", "weight 1"] {
        assert!(text.lines().any(|l| l.trim() == line), "{line} is missing in\n{text}");
    }
}

#[test]
fn a_server_without_a_weight_has_the_one_of_its_service() {
    let mut service = service();
    service.settings.make().weight = Some(implied(10));
    service.servers.push(Server::new([10, 0, 0, 29].into(), Some(80), None));
    let text = written(&Cluster { services: vec![service], ..Cluster::default() }, "lw1");
    assert!(text.contains("real_server 10.0.0.29 80 {\n        weight 10\n"), "{text}");
}

#[test]
fn each_node_gets_its_own_rank() {
    let mut router = Router::new(implied("VI_1".to_owned()));
    router.members = [("lw1", 150, Role::Master), ("lw2", 100, Role::Backup)]
        .map(|(node, priority, role)| Member {
            node: Some(implied(node.to_owned())),
            priority: Some(implied(priority)),
            role: Some(implied(role)),
        })
        .into();
    router.addresses.push(implied(VirtualAddress::new([10, 0, 0, 31].into())));
    let cluster = Cluster { routers: vec![router], ..Cluster::default() };
    let (first, second) = (written(&cluster, "lw1"), written(&cluster, "lw2"));
    assert!(first.contains("state MASTER\n    priority 150\n"), "{first}");
    assert!(second.contains("state BACKUP\n    priority 100\n"), "{second}");
    assert!(first.contains("10.0.0.31/32\n"), "the prefix is always written\n{first}");
}

#[test]
fn texts_survive_keepalived_quoting() {
    let mut http = Http { host: Some(implied("a b".to_owned())), ..Http::default() };
    let pattern = Pattern { expression: "a\\d \"x\" #1".to_owned(), negated: true };
    http.requests.push(HttpRequest {
        path: Some(implied("/a b\"c{d}".to_owned())),
        body: Some(implied(pattern)),
        status: vec![implied((200, 299)), implied((404, 404))],
        ..HttpRequest::default()
    });
    let mut service = service();
    service.probes.push(Probe::new(ProbeKind::Http(Box::new(http))));
    service.servers.push(Server::new([10, 0, 0, 29].into(), Some(80), None));
    let text = written(&Cluster { services: vec![service], ..Cluster::default() }, "lw1");
    for line in [
        "virtualhost \"a b\"",
        r#"path "/a%20b%22c{d}""#,
        r#"regex "a\\d \042x\042 #1""#,
        "regex_no_match",
        "status_code 200-299 404",
    ] {
        assert!(text.lines().any(|l| l.trim() == line), "{line} is missing in\n{text}");
    }
}

#[test]
fn ldirectord_arguments_follow_the_command() {
    let script = Script {
        command: implied("/usr/local/bin/probe".to_owned()),
        appended: Appended::VirtualAndReal,
        dynamic_weight: None,
        user: None,
    };
    let mut service = service();
    service.target = implied(Traffic::Mark { mark: 7, family: Family::V6 });
    service.probes.push(Probe::new(ProbeKind::Script(Box::new(script))));
    service.servers.push(Server::new([10, 0, 0, 29].into(), Some(8080), None));
    let text = written(&Cluster { services: vec![service], ..Cluster::default() }, "lw1");
    assert!(text.contains("misc_path \"/usr/local/bin/probe 7 0 10.0.0.29 8080\""), "{text}");
    assert!(text.contains("virtual_server fwmark 7 {\n    ip_family inet6\n"), "{text}");
    assert!(!text.contains("protocol"), "a mark has no protocol\n{text}");
}

#[test]
fn old_versions_get_only_words_that_they_know() {
    let mut service = service();
    service.protocol = Some(implied(Protocol::Udp));
    service.fallback = Some(implied(Fallback {
        method: Some(Forwarding::DirectRouting),
        ..Fallback::new([127, 0, 0, 1].into(), Some(80))
    }));
    let hook =
        Hook { event: HookEvent::QuorumDown, command: "/bin/x start".to_owned(), user: None };
    service.hooks.push(implied(hook));
    let mut router = Router::new(implied("VI_1".to_owned()));
    router.down_count = Some(implied(15));
    let cluster = Cluster { services: vec![service], routers: vec![router], ..Cluster::default() };
    let version = crate::syntax::schema::Version::new(1, 3, 5);
    let manner = Manner::Complete;
    let view = View { cluster: &cluster, node: "lw1", target: Target { version }, manner };
    let mut out = Vec::new();
    write(&view, &[], &mut out).expect("a vector takes everything");
    let text = String::from_utf8(out).expect("only text is written");
    assert!(text.contains("sorry_server 127.0.0.1 80\n"), "{text}");
    assert!(
        !text.contains("sorry_server_lvs_method") && !text.contains("down_timer_adverts"),
        "{text}"
    );
    assert!(text.contains("quorum_down \"/bin/x start\"\n"), "{text}");
}

#[test]
fn a_word_that_would_be_a_name_is_left_out() {
    let mut router = Router::new(implied("V".to_owned()));
    let own = VirtualMac { name: Some("vrrp.7".to_owned()), notify: true, ..VirtualMac::default() };
    router.own_interface = Some(Box::new(implied(OwnInterface::VirtualMac(own))));
    let cluster = Cluster { routers: vec![router], ..Cluster::default() };
    for (patch, line) in [(7, "use_vmac vrrp.7\n"), (8, "use_vmac vrrp.7 netlink_notify_msg\n")] {
        let target = Target { version: crate::syntax::schema::Version::new(2, 2, patch) };
        let view = View { cluster: &cluster, node: "lw1", target, manner: Manner::Complete };
        let mut out = Vec::new();
        write(&view, &[], &mut out).expect("a vector takes everything");
        let text = String::from_utf8(out).expect("only text is written");
        assert!(text.contains(line), "{text}");
    }
}
