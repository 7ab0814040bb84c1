use super::*;
use crate::emit::{Target, keepalived};
use crate::site::for_node;
use crate::site::load::{self, Secrets};
use crate::syntax::Format;

const FILE: &str = "vrrp_instance V {\n state MASTER\n interface eth1\n virtual_router_id 51\n \
    priority 100\n advert_int 1\n authentication {\n auth_type PASS\n auth_pass 1111\n }\n \
    virtual_ipaddress {\n 10.0.0.31/24\n }\n}\nvirtual_server 10.0.0.31 80 {\n delay_loop 6\n \
    lb_algo rr\n lb_kind DR\n nat_mask 255.255.255.0\n persistence_timeout 50\n protocol TCP\n \
    real_server 10.0.0.29 80 {\n weight 3\n TCP_CHECK {\n connect_timeout 3\n }\n }\n}\n";

fn convert(sources: &mut Sources, directors: &[&str]) -> FromFiles {
    let file = sources.add("keepalived.conf", FILE.as_bytes());
    let inputs = vec![Input { file, format: Format::Keepalived }];
    let directors = directors.iter().map(|name| Director::new(name, None)).collect();
    from_files(sources, Stack::Keepalived, vec![node("lw1", inputs)], directors)
}

fn node(name: &str, inputs: Vec<Input>) -> NodeFiles {
    NodeFiles { name: name.to_owned(), inputs, config_id: ConfigId::Node(name.to_owned()) }
}

#[test]
fn one_file_becomes_the_files_of_two_nodes() {
    let mut sources = Sources::new();
    let done = convert(&mut sources, &["lw1", "lw2"]);
    let folder = tempfile::tempdir().unwrap();
    let secrets = folder.path().join("secrets");
    std::fs::create_dir(&secrets).unwrap();
    for (name, secret) in &done.united.secrets {
        let path = secrets.join(name);
        std::fs::write(&path, secret.reveal()).unwrap();
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o600);
        std::fs::set_permissions(path, mode).unwrap();
    }
    let file = sources.add("site.toml", done.united.text.as_bytes());
    let (site, findings) = load::read(&mut sources, file, folder.path(), Secrets::Fetch);
    assert!(findings.is_empty(), "{findings:?}");
    let text = |node: &str| {
        let cluster = for_node(&site, node).unwrap();
        let view = keepalived::View {
            cluster: &cluster,
            node,
            target: Target::DEFAULT,
            manner: keepalived::Manner::Complete,
        };
        let mut out = Vec::new();
        keepalived::write(&view, &[], &mut out).unwrap();
        String::from_utf8(out).unwrap()
    };
    let (first, second) = (text("lw1"), text("lw2"));
    for (line, node) in [("state MASTER", &first), ("priority 100", &first)] {
        assert!(node.contains(line), "{node}");
    }
    assert!(second.contains("state BACKUP") && second.contains("priority 50"), "{second}");
    for line in ["auth_pass 1111", "persistence_timeout 50", "weight 3", "connect_timeout 3"] {
        assert!(first.contains(line) && second.contains(line), "{line}\n{first}");
    }
}

#[test]
fn every_directive_has_an_outcome_and_losses_are_named() {
    let mut sources = Sources::new();
    let done = convert(&mut sources, &[]);
    assert_eq!(done.account.entries().count(), done.account.len());
    let lost: Vec<String> = done
        .account
        .entries()
        .filter(|(_, outcome)| outcome.mark != Mark::Exact)
        .map(|(at, _)| sources.get(at.file).shown(at.span))
        .collect();
    assert_eq!(lost, [""; 0]);
    let becomes = |line: &str| {
        let found = done
            .account
            .entries()
            .find(|(at, _)| sources.get(at.file).shown(at.span).starts_with(line));
        found.map(|(_, outcome)| outcome.becomes.clone()).unwrap_or_default()
    };
    assert_eq!(becomes("persistence_timeout"), "persistence");
    assert_eq!(becomes("advert_int"), "interval");
    assert!(!done.united.text.contains("1111"));
}

/// The file that says everything there is a field for: what no key says is known by its word.
#[test]
fn what_an_inventory_has_no_key_for() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/rewriting/everything.conf");
    let mut sources = Sources::new();
    let file = sources.add("keepalived.conf", &std::fs::read(path).unwrap());
    let inputs = vec![Input { file, format: Format::Keepalived }];
    let nodes = vec![node("lw1", inputs)];
    let done = from_files(&mut sources, Stack::Keepalived, nodes, Vec::new());
    let lost =
        done.account.entries().filter(|(_, outcome)| outcome.code == Some(inventory::NO_KEY));
    let words = lost.filter_map(|(at, _)| {
        let text = at.span.of(sources.get(at.file).text());
        text.split_whitespace().next().map(str::to_owned)
    });
    let words: std::collections::BTreeSet<String> = words.collect();
    // use_vmac has words there that 2.2.7 refuses, and counts as not understood.
    let without = ["anti_replay", "mode", "time_window"];
    assert_eq!(words.iter().map(String::as_str).collect::<Vec<_>>(), without);
}

/// The inventory of one ldirectord.cf, and how its directives fared.
fn of_ldirectord(text: &str) -> (String, Vec<(String, Mark)>) {
    let mut sources = Sources::new();
    let file = sources.add("ldirectord.cf", text.as_bytes());
    let inputs = vec![Input { file, format: Format::Ldirectord }];
    let nodes = vec![node("lw1", inputs)];
    let done = from_files(&mut sources, Stack::Heartbeat, nodes, Vec::new());
    let entries = done.account.entries();
    let outcomes = entries.map(|(at, o)| (sources.get(at.file).shown(at.span), o.mark)).collect();
    (done.united.text, outcomes)
}

#[test]
fn a_fallback_without_a_method_stays_one_of_direct_routing() {
    let (inventory, _) = of_ldirectord(
        "virtual=10.0.0.1:80\n\treal=10.0.0.2:80 masq\n\tfallback=127.0.0.1:80\n\tservice=http\n",
    );
    assert!(inventory.contains("fallback = \"127.0.0.1:80 dr\""), "{inventory}");
    let (inventory, _) = of_ldirectord(
        "virtual=10.0.0.1:80\n\treal=10.0.0.2:80 gate\n\tfallback=127.0.0.1:80 masq\n",
    );
    assert!(inventory.contains("fallback = \"127.0.0.1:80 nat\""), "{inventory}");
}

#[test]
fn processes_of_services_with_rhythms_of_their_own_are_kept() {
    let services = |second: u8| {
        format!(
            "fork=yes\nvirtual=10.0.0.1:80\n\treal=10.0.0.2:80 gate\n\tcheckinterval=2\n\
             virtual=10.0.0.1:81\n\treal=10.0.0.2:81 gate\n\tcheckinterval={second}\n"
        )
    };
    let fork = |text: &str| {
        let (_, outcomes) = of_ldirectord(text);
        outcomes.into_iter().find(|(line, _)| line == "fork=yes").map(|(_, mark)| mark)
    };
    assert_eq!(fork(&services(20)), Some(Mark::Exact));
    assert_eq!(fork(&services(2)), Some(Mark::Lossy));
}

/// Each file is written by itself, so the rhythm of another one is no reason for processes.
#[test]
fn processes_of_a_file_with_one_rhythm_are_lost_beside_a_file_with_another() {
    let mut sources = Sources::new();
    let mut input = |name: &str, text: &str| {
        let text = format!("{text}virtual=10.0.0.1:80\n\treal=10.0.0.2:80 gate\n");
        Input { file: sources.add(name, text.as_bytes()), format: Format::Ldirectord }
    };
    let inputs = vec![
        input("mail.cf", "checkinterval=15\n"),
        input("www.cf", "checkinterval=1\nfork=yes\n"),
    ];
    let done = from_files(&mut sources, Stack::Heartbeat, vec![node("lw1", inputs)], Vec::new());
    let mut entries = done.account.entries();
    let fork = entries.find(|(at, _)| sources.get(at.file).shown(at.span) == "fork=yes").unwrap();
    assert_eq!((fork.1.mark, fork.1.code), (Mark::Lossy, Some(inventory::NO_KEY)));
}

#[test]
fn reloads_by_ldirectord_itself_are_what_an_inventory_writes() {
    let reloads = |word: &str| {
        let service = "virtual=10.0.0.1:80\n\treal=10.0.0.2:80 gate\n";
        let (_, outcomes) = of_ldirectord(&format!("autoreload={word}\n{service}"));
        outcomes.first().map(|(_, mark)| *mark)
    };
    assert_eq!([reloads("yes"), reloads("no")], [Some(Mark::Exact), Some(Mark::Lossy)]);
}

/// `import` would keep the mistake, so the account must not ask for it.
#[test]
fn a_misspelt_line_is_not_one_without_a_key() {
    let text = FILE.replace("priority 100", "priority 100\n adver_int 3\n foobarx 12");
    let mut sources = Sources::new();
    let file = sources.add("keepalived.conf", text.as_bytes());
    let nodes = vec![node("lw1", vec![Input { file, format: Format::Keepalived }])];
    let done = from_files(&mut sources, Stack::Keepalived, nodes, Vec::new());
    let entries = done.account.entries().filter(|(_, outcome)| outcome.mark != Mark::Exact);
    let lost: Vec<_> =
        entries.map(|(at, outcome)| (sources.get(at.file).shown(at.span), outcome.code)).collect();
    let code = Some(conversion::NOT_UNDERSTOOD);
    assert_eq!(lost, [("adver_int 3".to_owned(), code), ("foobarx 12".to_owned(), code)]);
}
