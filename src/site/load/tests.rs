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

/// keepalived accepts them, so what is read from its files must be fit to be written for it again.
#[test]
fn equal_ranks_are_worth_a_warning() {
    let text = PAIR.to_owned()
        + "[routers.web.members]\nlw1 = { priority = 100 }\nlw2 = { priority = 100 }\n";
    let (site, findings) = read_text(&text);
    assert_eq!(findings, ["LV0611 two directors have the priority 100 in `web`"]);
    let own = |node: &str| for_node(&site, node).unwrap().routers[0].members[0].priority;
    assert!([own("lw1"), own("lw2")].iter().all(|priority| priority.unwrap().value == 100));
}

/// keepalived takes 100 where a file says nothing: beside the rank of an override that is one of nobody's choice.
#[test]
fn directors_that_no_member_names_keep_their_own_ranks() {
    let three = |ranks: [&str; 3], members: &str| {
        let [first, second, third] = ranks;
        let text = format!(
            "[directors]\nlw1 = {{ {first} }}\nlw2 = {{ {second} }}\nlw3 = {{ {third} }}\n\
             [routers.web]\nvirtual_router_id = 51\ninterface = \"eth1\"\n\
             addresses = [\"10.0.0.31/24\"]\nmembers = {{ {members} }}\n"
        );
        let (site, findings) = read_text(&text);
        assert!(findings.is_empty(), "{findings:?}");
        ["lw1", "lw2", "lw3"].map(|name| {
            let router = for_node(&site, name).unwrap().routers.remove(0);
            let member = router.members.first().unwrap();
            (member.priority.unwrap().value, member.role.unwrap().value)
        })
    };
    let (master, backup) = (Role::Master, Role::Backup);
    let own = ["priority = 150", "priority = 140", "priority = 130"];
    let found = three(own, "lw2 = { priority = 120 }");
    assert_eq!(found, [(150, master), (120, backup), (130, backup)]);
    let found = three([""; 3], "lw1 = { priority = 190 }, lw2 = { priority = 180 }");
    assert_eq!(found, [(190, master), (180, backup), (130, backup)]);
}

/// The director would take it away from the server, and every gate would be content.
#[test]
fn an_address_of_a_real_server_does_not_move() {
    let text = PAIR.replace("[\"10.0.0.31/24 dev eth0\"]", "[\"10.0.0.31/24\", \"10.0.0.29/24\"]");
    let text = format!("{text}[directors.lw2.override.routers.web]\ninterface = \"bond0\"\n");
    let (_, findings) = read_text(&text);
    let wanted = "LV0803 10.0.0.29 is the own address of lw3, and cannot move with a router";
    assert_eq!(findings, [wanted]);
}

#[test]
fn a_rank_of_nobody_is_found() {
    let text = PAIR.to_owned()
        + "[routers.web.members]\nlw9 = { priority = 100 }\n\
           [directors.lw2.override.settings]\nstartup_delay = 5\n";
    let (_, findings) = read_text(&text);
    assert_eq!(findings, ["LV0805 there is no director `lw9` in this inventory"]);
}

/// It is no router of the others, which have no rank in it.
#[test]
fn a_router_of_one_director_has_that_one_member() {
    let text = format!(
        "{PAIR}[directors.lw2.override.routers.own]\nvirtual_router_id = 52\ninterface = \"eth1\"\n\
         addresses = [\"10.0.0.32/24\"]\n"
    );
    let (site, _) = read_text(&text);
    assert_eq!(for_node(&site, "lw1").unwrap().routers.len(), 1);
    let own = for_node(&site, "lw2").unwrap().routers.remove(1);
    let member = own.members.first().unwrap();
    assert_eq!((member.priority.unwrap().value, member.role.unwrap().value), (140, Role::Master));
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

/// Gates and the status look it up in the kernel's table, by its protocol.
#[test]
fn a_service_without_a_protocol_is_one_of_tcp_and_an_imported_one_of_udp() {
    use crate::model::Protocol::{self, Tcp, Udp};
    let folder = tempfile::tempdir().unwrap();
    let conf = "virtual_server 10.0.0.32 53 {\nreal_server 10.0.0.29 53 {\n}\n}\n";
    std::fs::write(folder.path().join("keepalived.conf"), conf).unwrap();
    let text = format!(
        "import = [\"keepalived.conf\"]\n{PAIR}[[services]]\naddress = \"fwmark 7\"\n\
         [[directors.lw2.override.services]]\naddress = \"10.0.0.31:80\"\nprotocol = \"tcp\"\n\
         scheduler = \"sh\"\n"
    );
    let mut sources = Sources::new();
    let file = sources.add("site.toml", text.as_bytes());
    let (site, _) = read(&mut sources, file, folder.path(), Secrets::Leave);
    let of = |cluster: &Cluster| -> Vec<Option<Protocol>> {
        cluster.services.iter().map(|service| service.protocol.map(|own| own.value)).collect()
    };
    let wanted = [Some(Udp), Some(Tcp), None];
    assert_eq!(of(&site.cluster), wanted);
    // It is the same service, and no second one.
    let overridden = for_node(&site, "lw2").unwrap();
    assert_eq!(of(&overridden), wanted);
    assert_eq!(overridden.services[1].scheduler.as_ref().unwrap().value, "sh");
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

/// A program may ask for a passphrase, or for a touch of a key.
#[test]
fn a_program_that_prints_a_secret_runs_once() {
    let folder = tempfile::tempdir().unwrap();
    let text =
        "[secrets.sudo]\ncommand = [\"sh\", \"-c\", \"echo . >> $0; echo hunter22\", \"LOG\"]\n";
    let log = folder.path().join("log");
    let text = text.replace("LOG", &log.display().to_string()) + "[directors.a]\n";
    let mut sources = Sources::new();
    let file = sources.add("a.toml", text.as_bytes());
    let (site, _) = read(&mut sources, file, folder.path(), Secrets::Fetch);
    let secret = site.secrets[0].fetch(folder.path()).unwrap();
    assert_eq!(secret.reveal(), "hunter22");
    assert_eq!(std::fs::read_to_string(log).unwrap(), ".\n");
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

/// Where a password stands in place of a secret's name, under another program's word or a misspelt one.
#[test]
fn a_secret_in_the_wrong_place_is_shown_nowhere() {
    for text in [
        "[directors.a]\n[authentication]\nsecret = \"hunter22\"\n",
        "[secrets.vrrp]\nenv = \"X\"\n[directors.a]\n[authentication]\nsecret = \"hunter22\"\n",
        "[directors.a]\n[routers.b]\nauth_pass = \"hunter22\"\n",
        "[directors.a]\n[[services]]\naddress = \"fwmark 1\"\nprobe = { passwd = \"hunter22\" }\n",
        "[directors.a]\n[secrets.vrrp]\ndefalt = \"hunter22\"\n",
        "[directors.a]\nssh.sudo_secret = \"hunter22\"\n",
    ] {
        let mut sources = Sources::new();
        let file = sources.add("a.toml", text.as_bytes());
        let (_, findings) = read(&mut sources, file, Path::new("."), Secrets::Leave);
        let shown = crate::source::report::human(&sources, &findings.sorted(), false);
        assert!(shown.contains("error[LV080"), "{text}");
        assert!(!shown.contains("hunter"), "{shown}");
    }
}

/// The words of a list are a line of haresources; nobody has a file with that line.
#[test]
fn what_is_wrong_with_a_resource_stands_at_its_word() {
    let text = "stack = \"heartbeat\"\n[directors.lw1]\n[directors.lw2]\n[routers.a]\n\
                resources = [\"IPaddr::10.0.0.31\", \"lds::a\", \"ldirectord\", \"\\u0068ttp::b c\"]\n\
                members = { lw2 = {} }\n[[services]]\naddress = \"10.0.0.31:80\"\nservers = []\n";
    let mut sources = Sources::new();
    let file = sources.add("site.toml", text.as_bytes());
    let (site, findings) = read(&mut sources, file, Path::new("."), Secrets::Leave);
    let at = |place: Place| (place.file == file).then(|| place.span.of(text));
    let resources = site.cluster.routers[0].resources.iter();
    assert_eq!(
        resources.map(|resource| at(resource.at)).collect::<Vec<_>>(),
        [
            Some("IPaddr::10.0.0.31"),
            Some("lds::a"),
            Some("ldirectord"),
            Some("\"\\u0068ttp::b c\""),
            Some("\"\\u0068ttp::b c\"")
        ]
    );
    let places: Vec<_> = findings.iter().filter_map(|finding| Some(at(finding.at?))).collect();
    assert!(places.contains(&Some("10.0.0.31")), "{findings:?}");
    assert!(places.iter().all(Option::is_some), "{findings:?}");
}

/// In haresources it would be a comment, or another line.
#[test]
fn a_resource_that_is_no_word_takes_no_other_along() {
    for wrong in ["g# x", "b\\\\", "c\\nlw1", "\\u0015", "-", "{{ x }}", "\u{201c}x"] {
        let text = format!(
            "stack = \"heartbeat\"\n[directors.lw1]\n[directors.lw2]\n[routers.a]\n\
             resources = [\"10.0.0.31\", \"{wrong}\", \"httpd\"]\nmembers = {{ lw2 = {{}} }}\n"
        );
        let mut sources = Sources::new();
        let file = sources.add("site.toml", text.as_bytes());
        let (site, findings) = read(&mut sources, file, Path::new("."), Secrets::Leave);
        let names = site.cluster.routers[0].resources.iter().map(|found| found.name.as_str());
        assert_eq!(names.collect::<Vec<_>>(), ["IPaddr", "httpd"], "{wrong}");
        let told = crate::source::report::human(&sources, &findings.sorted(), false);
        assert!(told.contains("error[LV0803]"), "{told}");
    }
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
fn a_key_as_another_program_calls_it_and_a_number_for_a_table_say_what_to_write() {
    let text = PAIR
        .replace("virtual_router_id", "vrid")
        .replace("[routers.web]", "[routers.web]\nmembers = { lw1 = 100 }");
    let mut sources = Sources::new();
    let file = sources.add("a.toml", text.as_bytes());
    let (_, findings) = read(&mut sources, file, Path::new("."), Secrets::Leave);
    let of =
        |code| findings.iter().find(|f| f.code == code).unwrap_or_else(|| panic!("{findings:?}"));
    let unknown = of(inventory::UNKNOWN_KEY);
    assert_eq!(unknown.fix.as_ref().unwrap().title, "write `virtual_router_id`");
    let help = of(inventory::WRONG_VALUE).help.as_deref().unwrap();
    assert!(help.starts_with("its keys are priority"), "{help}");
}

#[test]
fn a_password_of_vrrp_is_no_key_of_heartbeat() {
    let text = format!(
        "stack = \"heartbeat\"\n[secrets.vrrp]\ndefault = \"labsecrt\"\n{}",
        PAIR.replace("unicast = true", "authentication = { type = \"pass\", secret = \"vrrp\" }")
    );
    let heard = |findings: Vec<String>| findings.iter().any(|f| f.starts_with("LV0816"));
    assert!(heard(read_text(&text).1));
    let own = "[authentication]\ntype = \"sha1\"\nsecret = \"vrrp\"\n[[services]]";
    assert!(!heard(read_text(&text.replace("[[services]]", own)).1));
    assert!(!heard(read_text(&text.replace("heartbeat", "keepalived")).1));
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

/// An inventory with heartbeat's keys and what a router of VRRP needs.
const BOTH: &str = r#"
[secrets.key]
default = "k8fj2Lq0xz7P"
[directors.lw1]
[directors.lw2]
[authentication]
type = "sha1"
secret = "key"
[heartbeat]
interval = 2
dead_time = 10
initial_dead_time = 60
failback = "off"
ping = ["10.0.0.254"]
arbitrator = "hacluster /usr/lib/heartbeat/ipfail"
[routers.web]
virtual_router_id = 51
interface = "eth1"
addresses = ["10.0.0.31/24"]
resources = ["IPaddr2::10.0.0.31/24/eth1", "ldirectord", "httpd", "MailTo::root"]
[[services]]
address = "10.0.0.31:80"
servers = ["10.0.0.29:80"]
hooks = { quorum-down = "/usr/bin/fb", quorum-up = "/usr/bin/fb" }
"#;

#[test]
fn what_only_heartbeat_carries_out_is_named_one_by_one() {
    let (_, findings) = read_text(&format!("stack = \"heartbeat\"\n{BOTH}"));
    assert_eq!(findings, [""; 0]);
    let (_, findings) = read_text(BOTH);
    let unread = |key: &str| format!("LV0812 keepalived does not read `{key}`");
    let wanted = [
        unread("authentication"),
        unread("heartbeat.arbitrator"),
        unread("heartbeat.dead_time"),
        unread("heartbeat.failback"),
        unread("heartbeat.initial_dead_time"),
        unread("heartbeat.interval"),
        unread("heartbeat.ping"),
        "LV0813 keepalived does not start httpd, MailTo".to_owned(),
        "LV0812 keepalived does not say behind a command which hook it is".to_owned(),
    ];
    assert_eq!(findings, wanted);
}

#[test]
fn what_a_router_says_in_the_way_of_vrrp_is_not_lost() {
    let router = "addresses = [\"10.0.0.31/24\"]";
    let own = format!(
        "{router}\ninterval = 1\npreempt = false\nfollows = [\"script gateway\"]\n\
         authentication = {{ type = \"pass\", secret = \"key\" }}\n\
         hooks = {{ master = \"/usr/local/sbin/web start\" }}"
    );
    let text = BOTH
        .replace(router, &own)
        .replace("quorum-up = \"/usr/bin/fb\"", "quorum-up = \"/usr/bin/fb stop\"");
    let script = "[scripts.gateway]\ncommand = \"/bin/ping -c 1 10.0.0.254\"\n";
    let (_, findings) = read_text(&format!("{text}{script}"));
    assert_eq!(findings, [""; 0]);
}

/// lvsha runs resources when it is given the inventory itself, so for it they are no error.
#[test]
fn the_daemon_of_lvsha_is_told_of_resources_by_a_warning() {
    let (_, findings) = read_text(&format!("stack = \"lvsha\"\n{BOTH}"));
    let wanted = "LV0812 a rendered file does not start httpd, MailTo";
    assert!(findings.iter().any(|finding| finding == wanted), "{findings:?}");
    assert!(!findings.iter().any(|finding| finding.starts_with("LV0813")), "{findings:?}");
}

#[test]
fn addresses_of_two_families_are_told_apart() {
    let both = BOTH.replace("\"10.0.0.31/24\"", "\"10.0.0.31/24\", \"2001:db8::31/64\"");
    let (_, findings) = read_text(&both);
    let wanted = "LV0803 IPv4 and IPv6 addresses stand in one `addresses`";
    assert!(findings.iter().any(|finding| finding == wanted), "{findings:?}");
    let (_, findings) = read_text(&format!("stack = \"heartbeat\"\n{both}"));
    assert_eq!(findings, [""; 0]);
}

#[test]
fn addresses_that_stand_in_resources_only_are_missed() {
    let text = BOTH.replace("addresses = [\"10.0.0.31/24\"]\n", "");
    let (_, findings) = read_text(&text);
    let wanted = "LV0813 keepalived reads no addresses from `resources`";
    assert!(findings.iter().any(|finding| finding == wanted), "{findings:?}");
}
