use std::path::Path;

use super::*;
use crate::site::{Secrets, load};
use crate::source::{Severity, Sources};

fn lab(stack: Stack) -> Site {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("inventories/lab.toml");
    let mut sources = Sources::new();
    let (mut site, findings) = load(&mut sources, &path, Secrets::Fetch).unwrap();
    assert_eq!(findings.count(Severity::Error), 0);
    site.stack = Some(crate::model::Sourced::implied(stack));
    site
}

fn files(stack: Stack) -> Vec<Machine> {
    render(&lab(stack), &Templates::new(None).unwrap()).unwrap()
}

fn file<'a>(machines: &'a [Machine], name: &str, path: &str) -> &'a File {
    let machine = machines.iter().find(|machine| machine.name == name).unwrap();
    machine.files.iter().find(|file| file.path.ends_with(path)).unwrap()
}

#[test]
fn directors_differ_in_state_and_priority_only() {
    let machines = files(Stack::Keepalived);
    let (first, second) =
        (file(&machines, "lw1", "keepalived.conf"), file(&machines, "lw2", "keepalived.conf"));
    let changes: Vec<(&str, &str)> =
        first.text.lines().zip(second.text.lines()).filter(|(a, b)| a != b).collect();
    let trimmed: Vec<(&str, &str)> = changes.iter().map(|(a, b)| (a.trim(), b.trim())).collect();
    assert_eq!(
        trimmed,
        [
            ("router_id lw1", "router_id lw2"),
            ("state MASTER", "state BACKUP"),
            ("priority 150", "priority 100"),
        ]
    );
    // The password stands in it.
    assert_eq!((first.mode, first.secret), (0o600, true));
    assert!(first.text.contains("connect_timeout 3"), "{}", first.text);
}

#[test]
fn real_servers_keep_silent_before_they_have_the_address() {
    let machines = files(Stack::Keepalived);
    let machine = machines.iter().find(|machine| machine.name == "lw3").unwrap();
    let effects: Vec<Effect> = machine.files.iter().map(|file| file.effect).collect();
    assert_eq!(effects.first(), Some(&Effect::Sysctl));
    assert!(file(&machines, "lw3", "90-lvsha.conf").text.contains("arp_ignore = 1"));
    let script = &file(&machines, "lw3", "lvsrs").text;
    assert!(script.contains("wanted=\"10.0.0.31/32@lo\""), "{script}");
    // A start that fails half-way has set some already, and systemd runs no ExecStop for it.
    let unit = &file(&machines, "lw3", "lvsha-real-server.service").text;
    assert!(unit.contains("\nExecStopPost=/usr/local/sbin/lvsrs stop\n"), "{unit}");
}

/// What a script left running on purpose would else be ended with the daemon, and a new start wait for it.
#[test]
fn the_daemons_unit_ends_and_waits_for_nobody_else() {
    let machines = files(Stack::Lvsha);
    let unit = &file(&machines, "lw1", "lvsha.service").text;
    assert!(unit.contains("\nKillMode=process\n"), "{unit}");
}

#[test]
fn translation_needs_no_address_on_real_servers_but_forwarding() {
    let mut site = lab(Stack::Keepalived);
    site.cluster.services[0].method =
        Some(crate::model::Sourced::implied(crate::model::Forwarding::Masquerading));
    let settings = |site: &Site| -> Vec<String> {
        let machines = render(site, &Templates::new(None).unwrap()).unwrap();
        assert!(machines.iter().find(|m| m.name == "lw3").unwrap().files.is_empty());
        let sysctl = &file(&machines, "lw1", "90-lvsha.conf").text;
        assert!(sysctl.ends_with('\n'), "{sysctl}");
        sysctl.lines().filter(|line| !line.starts_with('#')).map(str::to_owned).collect()
    };
    let four = [
        "net.ipv4.ip_forward = 1",
        "net.ipv4.conf.all.send_redirects = 0",
        "net.ipv4.conf.eth1.send_redirects = 0",
    ];
    // A kernel without IPv6 has no such setting, and refuses it.
    let six = "net.ipv6.conf.all.forwarding = 1";
    assert_eq!(settings(&site), four);
    let mut both = site.clone();
    both.cluster.services[0].servers[0].address = "fd00::29".parse().unwrap();
    assert_eq!(settings(&both), [&[six], four.as_slice()].concat());
    for server in &mut both.cluster.services[0].servers {
        server.address = "fd00::29".parse().unwrap();
    }
    assert_eq!(settings(&both), [six]);
}

#[test]
fn heartbeat_says_the_same_on_both_nodes() {
    let machines = files(Stack::Heartbeat);
    for path in ["ha.cf", "haresources", "authkeys", "ldirectord.cf"] {
        assert_eq!(file(&machines, "lw1", path).text, file(&machines, "lw2", path).text);
    }
    assert_eq!(file(&machines, "lw1", "authkeys").mode, 0o600);
    // A key that is used over the link in clear text elsewhere is not used again.
    assert!(!file(&machines, "lw1", "authkeys").text.contains("labsecrt"));
}

#[test]
fn heartbeat_prefers_the_best_member_and_finds_its_own_interface() {
    let text = "stack = \"heartbeat\"\n[directors.lw1]\ninterface = \"eth1\"\n[directors.lw2]\n\
                interface = \"ens4\"\n[routers.a]\naddresses = [\"10.0.0.31/24\"]\npreempt = false\n\
                members = { lw1 = { priority = 100 }, lw2 = { priority = 200 } }\n\
                [routers.b]\naddresses = [\"10.0.0.32/24 dev bond0\"]\npreempt = false\n";
    let mut sources = Sources::new();
    let site = sources.add("site.toml", text.as_bytes());
    let (site, findings) = crate::site::read(&mut sources, site, Path::new("."), Secrets::Leave);
    assert_eq!(findings.count(Severity::Error), 0);
    let machines = render(&site, &Templates::new(None).unwrap()).unwrap();
    for (name, interface) in [("lw1", "eth1"), ("lw2", "ens4")] {
        let lines = file(&machines, name, "haresources").text.lines();
        let lines: Vec<&str> = lines.filter(|line| !line.starts_with('#')).collect();
        assert_eq!(lines, ["lw2 IPaddr2::10.0.0.31/24", "lw1 IPaddr2::10.0.0.32/24/bond0"]);
        let ha_cf = &file(&machines, name, "ha.cf").text;
        assert!(ha_cf.contains(&format!("\nbcast {interface}\nauto_failback off\n")), "{ha_cf}");
    }
}

#[test]
fn what_no_key_says_is_kept_from_imported_files() {
    let folder = tempfile::tempdir().unwrap();
    let service = |port: u16, more: &str| {
        format!(
            "virtual=10.0.0.31:{port}\n real=10.0.0.29:{port} gate\n checktype=negotiate\n{more}"
        )
    };
    let mysql =
        " service=mysql\n login=\"monitor\"\n passwd=\"not-to-be-seen\"\n request=\"select 1\"\n";
    let fenced = "bcast eth1\nnode lw1 lw2\nstonith_host * rsa lw2 lw1 hidden-too\n";
    for (name, text) in [
        ("ha.cf", fenced.to_owned()),
        ("haresources", "lw1 10.0.0.31/24/eth1 ldirectord ldirectord::web.cf\n".to_owned()),
        ("authkeys", "auth 1\n1 sha1 0123456789\n".to_owned()),
        ("ldirectord.cf", format!("autoreload=no\n{}", service(3306, mysql))),
        ("web.cf", service(80, " service=http\n")),
    ] {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let mut sources = Sources::new();
    let text = "stack = \"heartbeat\"\nimport = [\".\"]\n";
    let site = sources.add("site.toml", text.as_bytes());
    let (site, _) = crate::site::read(&mut sources, site, folder.path(), Secrets::Leave);
    // A site outlives what it was read from.
    drop(sources);
    assert!(!format!("{site:?}").contains("not-to-be-seen"));
    let machines = render(&site, &Templates::new(None).unwrap()).unwrap();
    let mysql = file(&machines, "lw2", "ldirectord.cf");
    assert!(mysql.text.contains("passwd=\"not-to-be-seen\""), "{}", mysql.text);
    assert!(!mysql.text.contains("autoreload=no"), "{}", mysql.text);
    let ha_cf = file(&machines, "lw1", "ha.cf");
    assert!(ha_cf.text.contains("stonith_host * rsa lw2 lw1 hidden-too"), "{}", ha_cf.text);
    for (file, is_secret) in
        [(mysql, true), (ha_cf, true), (file(&machines, "lw1", "web.cf"), false)]
    {
        assert_eq!((file.mode == 0o600, file.secret), (is_secret, is_secret), "{}", file.path);
    }
}

#[test]
fn a_template_of_the_user_replaces_the_built_in_one() {
    let folder = tempfile::tempdir().unwrap();
    let text = "# {{ node.name }} of {{ cluster }}\n{% for name, router in inventory.routers|items %}\
                # {{ name }} {{ router.virtual_router_id }}\n{% endfor %}{{ keepalived }}";
    std::fs::write(folder.path().join("keepalived.conf.j2"), text).unwrap();
    let templates = Templates::new(Some(folder.path())).unwrap();
    let machines = render(&lab(Stack::Keepalived), &templates).unwrap();
    let text = &file(&machines, "lw2", "keepalived.conf").text;
    assert!(text.starts_with("# lw2 of lab\n# VI_1 51\nglobal_defs {"), "{text}");
}

#[test]
fn a_wrong_template_says_where() {
    for (text, words) in [
        ("a\n{{ node.nme }}\n", "keepalived.conf.j2:2: there is no `node.nme`"),
        ("{{ inventory.stack }}", "keepalived.conf.j2:1: there is no `inventory.stack`"),
        ("{% for k in nothing %}{% endfor %}", "keepalived.conf.j2:1: there is no `nothing`"),
        ("{{ inventory.routers }}", "cannot be written into a file"),
        ("{% for %}", "keepalived.conf.j2:1: "),
    ] {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("keepalived.conf.j2"), text).unwrap();
        let error = Templates::new(Some(folder.path()))
            .and_then(|templates| render(&lab(Stack::Keepalived), &templates))
            .unwrap_err();
        assert!(error.to_string().contains(words), "{error}");
    }
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("keepalived.cnf.j2"), "").unwrap();
    let error = Templates::new(Some(folder.path())).unwrap_err();
    assert_eq!(error.to_string(), "lvsha has no template `keepalived.cnf.j2`");
}

/// The script of the real server of an inventory with two routers.
fn script_of_server(services: &str) -> String {
    let text = format!(
        "[directors.lb1]\n[directors.lb2]\n[real_servers]\nrs1 = {{ address = \"10.10.10.21\" }}\n\
         [routers.OUT]\nvirtual_router_id = 51\ninterface = \"eth0\"\naddresses = [\"192.0.2.10/24\"]\n\
         [routers.GATEWAY]\nvirtual_router_id = 52\ninterface = \"eth1\"\n\
         addresses = [\"10.10.10.1/24\", \"169.254.1.1/24\"]\n\
         [routers.SIX]\nvirtual_router_id = 53\nversion = \"3\"\ninterface = \"eth0\"\n\
         addresses = [\"fe80::10/64\", \"2001:db8::10/64\"]\n\
         [service_groups]\nweb = [\"10.0.0.51-10.0.0.52 80\", \"2001:db8::51 80\"]\n{services}"
    );
    let mut sources = Sources::new();
    let site = sources.add("site.toml", text.as_bytes());
    let (site, findings) = crate::site::read(&mut sources, site, Path::new("."), Secrets::Leave);
    assert_eq!(findings.count(Severity::Error), 0, "{:?}", findings.iter().collect::<Vec<_>>());
    let machines = render(&site, &Templates::new(None).unwrap()).unwrap();
    file(&machines, "rs1", "lvsrs").text.clone()
}

#[test]
fn real_servers_take_what_is_sent_to_them_and_nothing_else() {
    let service = |address: &str, more: &str| {
        let script = script_of_server(&format!(
            "[[services]]\naddress = \"{address}\"\nprotocol = \"tcp\"\nmethod = \"tun\"\n\
             servers = [\"rs1:80\"]\nprobe = \"tcp\"\n{more}"
        ));
        let line = script.lines().find_map(|line| line.strip_prefix("wanted=")).unwrap().to_owned();
        (line, script)
    };
    // A group says its addresses, and an IPv4 tunnel brings no IPv6.
    let (wanted, _) = service("group web", "");
    assert_eq!(wanted, "\"10.0.0.51/32@tunl0 10.0.0.52/32@tunl0\"");
    let (wanted, _) = service("fwmark 7", "");
    assert_eq!(wanted, "\"10.10.10.1/32@tunl0 192.0.2.10/32@tunl0\"");
    let (wanted, _) = service("fwmark 7", "destinations = [\"192.0.2.10\"]\n");
    assert_eq!(wanted, "\"192.0.2.10/32@tunl0\"");
    let (wanted, script) = service("192.0.2.10:80", "tunnel = \"gre\"\n");
    assert_eq!(wanted, "\"192.0.2.10/32@gre0\"");
    assert!(script.contains("\nports=\"\"\n"), "{script}");
    // A strict filter drops what comes out of a tunnel (RHEL has one).
    assert!(script.contains("/proc/sys/net/ipv4/conf/$1/rp_filter\n"), "{script}");
    let (wanted, script) = service("192.0.2.10:80", "tunnel = \"gue port 6080\"\n");
    assert_eq!(wanted, "\"192.0.2.10/32@tunl0\"");
    assert!(script.contains("\nports=\"4:6080\"\n"), "{script}");
}

/// It is sent packets with the same destination as any other, once no other lives.
#[test]
fn a_server_of_last_resort_takes_the_addresses_of_its_service() {
    let wanted = |method: &str, fallback: &str| {
        let script = script_of_server(&format!(
            "[[services]]\naddress = \"192.0.2.10:80\"\nmethod = \"{method}\"\n\
             servers = [\"10.10.10.22:80\"]\nfallback = \"{fallback}\"\nprobe = \"tcp\"\n\
             [[services]]\naddress = \"10.10.10.1:80\"\nmethod = \"dr\"\n\
             servers = [\"rs1:80\"]\nprobe = \"tcp\"\n"
        ));
        script.lines().find_map(|line| line.strip_prefix("wanted=")).unwrap().to_owned()
    };
    let own = "10.10.10.1/32@lo";
    assert_eq!(wanted("dr", "10.10.10.21:80"), format!("\"{own} 192.0.2.10/32@lo\""));
    assert_eq!(wanted("nat", "10.10.10.21:80 dr"), format!("\"{own} 192.0.2.10/32@lo\""));
    assert_eq!(wanted("tun", "10.10.10.21:80"), format!("\"{own} 192.0.2.10/32@tunl0\""));
    assert_eq!(wanted("dr", "10.10.10.21:80 nat"), format!("\"{own}\""));
    assert_eq!(wanted("dr", "127.0.0.1:80"), format!("\"{own}\""));
}

/// The way back of a deployment starts the old script, which must know what the new one has set.
#[test]
fn addresses_of_a_start_that_failed_half_way_are_removed_by_the_next_one() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().display().to_string();
    for place in ["all", "lo"] {
        std::fs::create_dir_all(folder.path().join("proc/net/ipv4/conf").join(place)).unwrap();
    }
    let refused = "address replace 192.0.2.10/32";
    let ip =
        format!("#!/bin/sh\necho \"$*\" >>{root}/log\ncase $* in '{refused}'*) exit 1 ;; esac\n");
    std::fs::create_dir(folder.path().join("bin")).unwrap();
    std::fs::write(folder.path().join("bin/ip"), ip).unwrap();
    let mode = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(folder.path().join("bin/ip"), mode).unwrap();
    let start = |addresses: &[&str]| {
        let service = |address: &&str| {
            format!(
                "[[services]]\naddress = \"{address}:80\"\nmethod = \"dr\"\n\
                 servers = [\"rs1:80\"]\nprobe = \"tcp\"\n"
            )
        };
        let services: String = addresses.iter().map(service).collect();
        let script = script_of_server(&services)
            .replace("/proc/sys/", &format!("{root}/proc/"))
            .replace("state=/run/lvsrs", &format!("state={root}/state"));
        let mut shell = std::process::Command::new("sh");
        shell.args(["-c", &script, "lvsrs", "start"]);
        shell.env("PATH", format!("{root}/bin:/usr/bin:/bin"));
        shell.status().unwrap().success()
    };
    let (old, new) = (["10.0.0.99"], ["10.0.0.99", "10.10.10.1", "192.0.2.10"]);
    assert!(start(&old));
    assert!(!start(&new));
    std::fs::remove_file(folder.path().join("log")).unwrap();
    assert!(start(&old));
    let log = std::fs::read_to_string(folder.path().join("log")).unwrap();
    assert!(log.contains("address del 10.10.10.1/32 dev lo\n"), "{log}");
    assert!(!log.contains("address del 10.0.0.99/32"), "{log}");
}
