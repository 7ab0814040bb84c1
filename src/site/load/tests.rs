use super::*;
use crate::model::{ProbeKind, Role};
use crate::site::{for_node, write};

fn read_text(text: &str) -> (Site, Vec<String>) {
    let mut sources = Sources::new();
    let file = sources.add("site.toml", text.as_bytes());
    let (site, findings) = read(&mut sources, file, Path::new("."), Secrets::Leave);
    let shown = findings.iter().map(|finding| format!("{} {}", finding.code, finding.message));
    (site, shown.collect())
}

const PAIR: &str = r#"
[directors.LW1]
address = "10.0.0.27"
[directors.lw2]
address = "10.0.0.28"
[real_servers.lw3]
address = "10.0.0.29"
[groups]
web = ["lw3"]
[routers.web]
virtual_router_id = 51
interface = "eth1"
unicast = true
addresses = ["10.0.0.31/24 dev eth0"]
[[services]]
address = "10.0.0.31:80"
servers = ["web:8080", { server = "10.0.0.9", weight = 3 }]
probe = "tcp"
"#;

#[test]
fn a_director_sees_its_own_part() {
    let (site, findings) = read_text(PAIR);
    assert!(findings.is_empty(), "{findings:?}");
    let own = |node: &str| {
        let cluster = for_node(&site, node).unwrap();
        let router = cluster.routers.into_iter().next().unwrap();
        let [member] = router.members.as_slice() else { panic!("{:?}", router.members) };
        let peers: Vec<String> =
            router.transport.peers.iter().map(|peer| peer.value.address.to_string()).collect();
        (member.priority.unwrap().value, member.role.unwrap().value, peers)
    };
    assert_eq!(own("lw1"), (150, Role::Master, vec!["10.0.0.28".to_owned()]));
    assert_eq!(own("LW2"), (140, Role::Backup, vec!["10.0.0.27".to_owned()]));
    assert!(for_node(&site, "lw3").is_none());
}

#[test]
fn servers_are_machines_groups_or_addresses() {
    let (site, _) = read_text(PAIR);
    let service = &site.cluster.services[0];
    let servers: Vec<_> = service.servers.iter().map(|s| (s.address.to_string(), s.port)).collect();
    assert_eq!(servers, [("10.0.0.29".to_owned(), Some(8080)), ("10.0.0.9".to_owned(), None)]);
    assert_eq!(service.servers[1].weight.unwrap().value, 3);
    assert_eq!(service.probes[0].kind, ProbeKind::Connect);
}

#[test]
fn an_override_holds_for_one_director_only() {
    let text = format!(
        "{PAIR}\n[directors.lw2.override.routers.web]\ninterface = \"bond0\"\n\
         [[directors.lw2.override.services]]\naddress = \"10.0.0.31:80\"\nscheduler = \"wlc\"\n"
    );
    let (site, findings) = read_text(&text);
    assert!(findings.is_empty(), "{findings:?}");
    let seen = |node: &str| {
        let cluster = for_node(&site, node).unwrap();
        let scheduler = cluster.services[0].scheduler.clone().map(|s| s.value);
        (cluster.routers[0].interface.clone().unwrap().value, scheduler)
    };
    assert_eq!(seen("lw1"), ("eth1".to_owned(), None));
    assert_eq!(seen("lw2"), ("bond0".to_owned(), Some("wlc".to_owned())));
}

#[test]
fn what_is_written_says_the_same() {
    for text in [PAIR, include_str!("../../../inventories/lab.toml")] {
        let mut sources = Sources::new();
        let file = sources.add("a.toml", text.as_bytes());
        let (site, findings) = read(&mut sources, file, Path::new("."), Secrets::Fetch);
        assert!(findings.is_empty(), "{findings:?}");
        let secrets: Vec<_> = site
            .secrets
            .iter()
            .map(|origin| (origin.name.clone(), origin.fetch(Path::new(".")).unwrap()))
            .collect();
        let written = write(&site, &secrets);
        let file = sources.add("b.toml", written.as_bytes());
        let (again, findings) = read(&mut sources, file, Path::new("."), Secrets::Fetch);
        assert!(findings.is_empty(), "{findings:?}\n{written}");
        assert_eq!(write(&again, &secrets), written);
        assert_eq!(again.cluster.routers[0].addresses, site.cluster.routers[0].addresses);
        assert_eq!(again.cluster.authentication, site.cluster.authentication);
    }
}

#[test]
fn a_secret_is_shown_nowhere() {
    let text = "[secrets.a]\ndefault = \"hunter22\"\nbad = 1\n[directors.a]\n";
    let mut sources = Sources::new();
    let file = sources.add("a.toml", text.as_bytes());
    let (site, findings) = read(&mut sources, file, Path::new("."), Secrets::Fetch);
    let shown = crate::source::report::human(&sources, &findings.sorted(), false);
    assert!(shown.contains("LV0802") && !shown.contains("hunter"), "{shown}");
    assert!(!format!("{site:?}").contains("hunter"));
}

#[test]
fn imported_files_come_first_and_the_inventory_overrides() {
    let folder = tempfile::tempdir().unwrap();
    let conf = "vrrp_instance V {\n interface eth0\n virtual_router_id 9\n priority 100\n \
                virtual_ipaddress {\n 10.0.0.31/24\n }\n}\n";
    std::fs::write(folder.path().join("keepalived.conf"), conf).unwrap();
    let text = "import = [\"keepalived.conf\"]\n[directors.a]\n[directors.b]\n\
                [routers.V]\nvirtual_router_id = 10\n";
    let mut sources = Sources::new();
    let file = sources.add("a.toml", text.as_bytes());
    let (site, findings) = read(&mut sources, file, folder.path(), Secrets::Leave);
    assert!(
        findings.iter().all(|f| f.severity() != crate::source::Severity::Error),
        "{findings:?}"
    );
    let router = &site.cluster.routers[0];
    assert_eq!(router.virtual_router_id.unwrap().value, 10);
    assert_eq!(router.interface.as_ref().unwrap().value, "eth0");
}

#[test]
fn a_file_of_all_directors_gives_none_of_them_a_rank() {
    let folder = tempfile::tempdir().unwrap();
    let conf = "vrrp_instance V {\n state MASTER\n interface eth0\n virtual_router_id 9\n \
                priority 101\n virtual_ipaddress {\n 10.0.0.31/24\n }\n}\n";
    std::fs::write(folder.path().join("keepalived.conf"), conf).unwrap();
    for (lw1, lw2, ranks) in
        [("", "", [150, 140]), ("priority = 200\n", "priority = 100\n", [200, 100])]
    {
        let text =
            format!("import = [\"keepalived.conf\"]\n[directors.lw1]\n{lw1}[directors.lw2]\n{lw2}");
        let mut sources = Sources::new();
        let file = sources.add("a.toml", text.as_bytes());
        let (site, _) = read(&mut sources, file, folder.path(), Secrets::Leave);
        let own = ["lw1", "lw2"].map(|node| {
            let router = for_node(&site, node).unwrap().routers.remove(0);
            let [member] = router.members.as_slice() else { panic!("{:?}", router.members) };
            (member.priority.unwrap().value, member.role.unwrap().value)
        });
        assert_eq!(own, [(ranks[0], Role::Master), (ranks[1], Role::Backup)]);
    }
}

#[test]
fn a_machine_is_called_as_a_host_can_be() {
    let text = "[directors.\"../../evil\"]\n[directors.lw2]\n[real_servers]\n\"a b\" = { address = \"10.0.0.1\" }\n";
    let mut sources = Sources::new();
    let file = sources.add("a.toml", text.as_bytes());
    let (_, findings) = read(&mut sources, file, Path::new("."), Secrets::Leave);
    let wrong = findings.iter().filter(|f| f.code == inventory::WRONG_VALUE).count();
    assert_eq!(wrong, 2, "{findings:?}");
}

#[test]
fn only_lvsha_follows_services() {
    let text =
        PAIR.replace("unicast = true", "follows = [\"service tcp 10.0.0.31:80 weight -50\"]");
    let (site, findings) = read_text(&format!("stack = \"lvsha\"\n{text}"));
    assert!(findings.is_empty(), "{findings:?}");
    let cluster = for_node(&site, "lw1").unwrap();
    let track = &cluster.routers[0].tracks[0].value;
    assert_eq!((track.name.as_str(), track.weight), ("tcp 10.0.0.31:80", Some(-50)));
    let (_, findings) = read_text(&text);
    assert_eq!(findings, ["LV0803 only lvsha lets a router follow a service"]);
}
