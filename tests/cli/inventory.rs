//! Inventories: their mistakes, all at once.

use super::{Place, snapshot};

#[test]
fn the_inventory_of_the_lab_is_right() {
    let lab = concat!(env!("CARGO_MANIFEST_DIR"), "/inventories/lab.toml");
    let output = Place::new().command(&["check", lab]).output().unwrap();
    let shown = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{shown}");
    assert!(shown.contains("1 file checked: nothing found"), "{shown}");
}

#[test]
fn all_mistakes_of_an_inventory_come_at_once() {
    let place = Place::new().file(
        "site.toml",
        r#"stack = "keepalive"
import = ["nowhere.conf"]
directers = 1

[directors.lw1]
address = "10.0.0.27"
priority = 300

[directors.lw2]
address = "10.0.0.27"

[real_servers.lw3]
address = "10.0.0.29"

[routers.web]
interface = "eth1"
addresses = ["10.0.0.31/40"]
authentication = { type = "pass", secret = "vrp" }
down_count =

[[services]]
address = "10.0.0.31:80"
servers = ["lw33:80"]
probe = { type = "htp" }

[secrets.vrrp]
env = "LVSHA_VRRP"
default = "not-seen"
"#,
    );
    let got = place.run(&["check", "site.toml"]);
    assert!(!got.contains("not-seen"), "{got}");
    snapshot!(got);
}

#[test]
fn an_inventory_of_nobody() {
    snapshot!(Place::new().file("site.toml", "cluster = \"web\"\n").run(&["check", "site.toml"]));
}

/// What the text does not let be read is not missing.
#[test]
fn a_director_behind_a_broken_line_is_not_missing() {
    let place = Place::new().file("site.toml", "cluster = \"x\n[directors\n");
    let got = place.run(&["check", "--output", "short", "site.toml"]);
    assert!(got.contains("LV0801") && !got.contains("LV0809"), "{got}");
    // Commands without the option name the one that has it.
    let flood: String = (0..30).map(|line| format!("bad line {line}\n")).collect();
    let place = Place::new().file("site.toml", flood);
    let got = place.run(&["render", "site.toml", "--out", "out"]);
    assert!(got.contains("`lvsha check --output short site.toml` shows all"), "{got}");
}

/// keepalived.conf has interfaces before scripts, whatever the order of the list.
#[test]
fn a_word_of_a_list_is_judged_at_its_own_place() {
    let text = r#"[directors.a]
[directors.b]
[scripts.chk]
command = "/usr/bin/true"
weight = -20
[settings]
script_user = "root"
script_security = true
[routers.X]
virtual_router_id = 5
interface = "eth0"
addresses = ["10.0.0.1/24"]
follows = ["script chk", "eth1 weight -30"]
[routers.Y]
virtual_router_id = 6
interface = "eth0"
addresses = ["10.0.1.1/24"]
[sync_groups.G]
members = ["X", "Y"]
"#;
    snapshot!(Place::new().file("site.toml", text).run(&["check", "site.toml"]));
}

#[test]
fn a_machine_has_one_role() {
    let text = r#"[directors.lw1]
address = "10.0.0.27"

[directors.lw2]
address = "10.0.0.28"

[real_servers.lw1]
address = "10.0.0.27"

[real_servers.web]
address = "10.0.0.28"
"#;
    let place = Place::new().file("site.toml", text).file(
        "alone.toml",
        text.replace("\n[real_servers.web", "managed = false\n[real_servers.web")
            + "managed = false\n",
    );
    let left_alone = place.run(&["check", "alone.toml"]);
    assert!(left_alone.contains("nothing found"), "{left_alone}");
    snapshot!(place.run(&["check", "site.toml"]));
}

const PAIR: &str = r#"[directors.lw1]
address = "10.0.0.27"
interface = "eth1"

[directors.lw2]
address = "10.0.0.28"
interface = "eth1"

[secrets.vrrp]
file = "vrrp"

[routers.web]
virtual_router_id = 51
addresses = ["10.0.0.31/24"]
authentication = { type = "pass", secret = "vrrp" }
"#;

#[test]
fn what_is_rendered_is_judged_by_the_rules_of_its_format() {
    let text = format!(
        "{PAIR}\n[routers.web2]\nvirtual_router_id = 52\naddresses = [\"10.0.0.32/24\", \"10.0.0.31/24\"]\n\n\
         [[services]]\naddress = \"10.0.0.31:80\"\nscheduler = \"rrr\"\nmethod = \"dr\"\n\
         servers = [\"10.0.0.29:80\", \"10.0.0.30:8080\"]\n"
    );
    let place = Place::new().file("site.toml", text);
    let refused = place.run(&["plan", "site.toml", "--stack", "lvsha"]);
    assert!(refused.contains("LV0806"), "{refused}");
    snapshot!(place.run(&["check", "site.toml"]));
}

#[test]
fn unicast_needs_an_address_of_each_director() {
    let text = PAIR.replace("address = \"10.0.0.28\"\n", "").replace(
        "[routers.web]",
        "[routers.six]\nvirtual_router_id = 6\nunicast = true\naddresses = [\"2001:db8::31/64\"]\n\n\
         [routers.web]\nunicast = true",
    );
    snapshot!(Place::new().file("site.toml", text).run(&["check", "site.toml"]));
}

#[test]
fn a_key_without_a_meaning_is_said() {
    let text = |stack: &str| {
        format!(
            "stack = \"{stack}\"\n{PAIR}follows = [\"eth1\"]\nhooks = {{ master = \"/usr/local/bin/up\" }}\n\n\
             [ssh]\nhost = \"10.0.0.1\"\n\n[[services]]\naddress = \"10.0.0.31:80\"\n\
             configuration = \"web.cf\"\nmethod = \"dr\"\nservers = [\"10.0.0.29:80\"]\n"
        )
    };
    let probes = format!(
        "{PAIR}\n[[services]]\naddress = \"10.0.0.31:80\"\nmethod = \"dr\"\nservers = [\"10.0.0.29:80\"]\n\
         probes = [{{ type = \"tcp\", path = \"/\", connects = 3 }}, {{ type = \"http\", answer = \"OK\" }}, \
         {{ type = \"script\" }}, {{ type = \"combined-http\", connects = 3, status = 200 }}]\n"
    );
    let staying = "\n[routers.stays]\naddresses = [\"10.0.0.32/24\"]\npreempt = false\n";
    let place = Place::new()
        .file("heartbeat.toml", text("heartbeat") + staying)
        .file("keepalived.toml", text("keepalived"))
        .file("probes.toml", probes);
    let said = ["heartbeat.toml", "keepalived.toml", "probes.toml"]
        .map(|name| place.run(&["check", name]));
    snapshot!(said.join("\n"));
}

/// The second one gets 140 of the order of the file, and takes the addresses.
#[test]
fn a_rank_that_only_one_director_states_may_turn_their_order_round() {
    let text = |first: &str, second: &str| {
        format!(
            "[directors]\nlw1 = {{ {first} }}\nlw2 = {{ {second} }}\n[routers.web]\n\
             virtual_router_id = 51\ninterface = \"eth1\"\naddresses = [\"10.0.0.31/24\"]\n"
        )
    };
    let place = Place::new()
        .file("turned.toml", text("priority = 100", ""))
        .file("equal.toml", text("", "priority = 150"))
        .file("first.toml", text("priority = 200", ""))
        .file("second.toml", text("", "priority = 100"));
    for name in ["first.toml", "second.toml"] {
        let checked = place.run(&["check", name]);
        assert!(checked.contains("nothing found"), "{checked}");
    }
    let said = ["turned.toml", "equal.toml"].map(|name| place.run(&["check", name]));
    snapshot!(said.join("\n"));
}

/// keepalived comes to the last one of 256; our daemon to more, but nobody to all of a mistyped prefix.
#[test]
fn a_group_has_as_many_addresses_as_its_stack_takes() {
    let text = |stack: &str, line: &str| {
        format!(
            "stack = \"{stack}\"\n{PAIR}\n[service_groups]\nall = [\"{line} 80\"]\n\n[[services]]\n\
             address = \"group all\"\nscheduler = \"rr\"\nmethod = \"dr\"\nservers = [\"10.0.0.29:80\"]\n"
        )
    };
    let place = Place::new()
        .file("theirs.toml", text("keepalived", "10.2.0.0/22"))
        .file("ours.toml", text("lvsha", "10.2.0.0/22"))
        .file("mistyped.toml", text("lvsha", "10.0.0.0/8"));
    let said =
        ["theirs.toml", "ours.toml", "mistyped.toml"].map(|name| place.run(&["check", name]));
    snapshot!(said.join("\n"));
}

#[test]
fn secrets_that_cannot_be_had_are_said() {
    let place = Place::new()
        .file(
            "site.toml",
            "[directors.lw1]\n[secrets.a]\nenv = \"NOT_SET\"\n[secrets.b]\nfile = \"b\"\n\
             [secrets.c]\ncommand = [\"false\"]\n[secrets.d]\n",
        )
        .file("b", "too open");
    snapshot!(place.run(&["check", "--secrets", "site.toml"]));
}

#[test]
fn one_directive_is_one() {
    let place = Place::new().file("ha.cf", "node lw1\n");
    let got = place.run(&["convert", "heartbeat-to-inventory", "ha.cf"]);
    assert!(got.contains("\n1 directive: 1 exact\n"), "{got}");
}

/// Two nodes' files, one of which differs in more than its rank.
fn pair() -> Place {
    let conf = |state: &str, priority: u8, interface: &str| {
        format!(
            "vrrp_instance V {{\n    state {state}\n    interface {interface}\n    \
             virtual_router_id 51\n    priority {priority}\n    advert_int 1\n    \
             authentication {{\n        auth_type PASS\n        auth_pass not-seen\n    }}\n    \
             virtual_ipaddress {{\n        10.0.0.31/24\n    }}\n}}\n\
             virtual_server 10.0.0.31 80 {{\n    delay_loop 6\n    lvs_sched rr\n    \
             lvs_method DR\n    nat_mask 255.255.255.0\n    protocol TCP\n    \
             real_server 10.0.0.29 80 {{\n        weight 1\n        TCP_CHECK {{\n        }}\n    \
             }}\n}}\n"
        )
    };
    Place::new()
        .file("lw1/keepalived.conf", conf("MASTER", 150, "eth1"))
        .file("lw2/keepalived.conf", conf("BACKUP", 100, "bond0"))
}

#[test]
fn what_differs_between_nodes_becomes_an_override() {
    let got = pair().run(&["convert", "keepalived-to-inventory", "lw1", "lw2"]);
    assert!(!got.contains("not-seen"), "{got}");
    snapshot!(got);
}

#[test]
fn what_has_no_key_is_lost_by_name() {
    let place = Place::new()
        .file("ha.d/ha.cf", "bcast eth1\nnode lw1 lw2\nstonith_host * ssh lw1 lw2\n")
        .file("ha.d/haresources", "lw1 10.0.0.31/24/eth1\n")
        .file("ha.d/authkeys", "auth 1\n1 crc\n");
    snapshot!(place.run(&["convert", "heartbeat-to-inventory", "ha.d"]));
}

#[test]
fn an_inventory_and_its_secrets_are_written_together() {
    let place = pair();
    let arguments = ["convert", "keepalived-to-inventory", "lw1", "lw2", "--out", "new/site.toml"];
    let got = place.run(&[&arguments[..], &["--quiet"]].concat());
    assert!(got.contains("exit code: 0") && got.contains("made: new/secrets/V"), "{got}");
    let checked = place.run(&["check", "--secrets", "new/site.toml"]);
    assert!(checked.contains("nothing found"), "{checked}");
}

#[test]
fn render_writes_the_files_of_every_node() {
    let lab = concat!(env!("CARGO_MANIFEST_DIR"), "/inventories/lab.toml");
    let place = Place::new().file("lab.toml", std::fs::read(lab).unwrap());
    let got = place.run(&["render", "lab.toml", "--out", "new"]);
    snapshot!(got);
    let again = place.run(&["render", "lab.toml", "--out", "new"]);
    assert!(again.contains("0 files written, 10 unchanged"), "{again}");
}

#[test]
fn a_mistake_in_a_template_is_told_with_what_to_do() {
    let lab = concat!(env!("CARGO_MANIFEST_DIR"), "/inventories/lab.toml");
    let place = Place::new().file("own/ha.cf.j2", "{{ node").file("other/odd.j2", "");
    let told = place.run(&["render", lab, "--templates", "own", "--out", "x"]);
    assert!(told.contains("error: own/ha.cf.j2:1: "), "{told}");
    assert!(told.contains("help: mend this line, or take the file out"), "{told}");
    let told = place.run(&["render", lab, "--templates", "other", "--out", "x"]);
    assert!(told.contains("error: lvsha has no template `odd.j2`"), "{told}");
    assert!(told.contains("help: the templates are authkeys.j2, "), "{told}");
}

/// What the format's own help says is typed into another file.
#[test]
fn what_a_program_refuses_has_a_help_for_the_inventory() {
    let text = "[directors.lw1]\ninterface = \"eth1\"\n[directors.lw2]\ninterface = \"eth1\"\n\
                [settings]\nkeepalived = { rs_init_notifies = true, use_symlink_paths = true }\n\
                [routers.web]\nvirtual_router_id = 51\naddresses = [\"10.0.0.31/24\"]\n\
                follows = [\"eth1\"]\nhooks = { master = \"/usr/local/sbin/up\" }\n";
    let of_heartbeat = "stack = \"heartbeat\"\n[directors.lw1]\n[directors.lw2]\n[routers.web]\n\
                        addresses = [\"10.0.0.31/24\"]\n";
    let place = Place::new().file("site.toml", text).file("heartbeat.toml", of_heartbeat);
    let told = ["site.toml", "heartbeat.toml"].map(|name| place.run(&["check", name]));
    snapshot!(told.join("\n"));
}

#[test]
fn texts_that_ldirectord_ignores_are_told() {
    let text = "virtual=10.0.0.31:80\n\treal=10.0.0.29:80 gate 1 \"/a\", \"A\"\n\tservice=http\n";
    let place = Place::new().file("ldirectord.cf", text);
    let told = place.run(&["convert", "heartbeat-to-inventory", "ldirectord.cf"]);
    assert!(told.contains("ldirectord ignored texts or thresholds of this line"), "{told}");
}

#[test]
fn mail_of_one_configuration_that_goes_to_all_is_told() {
    let service = |port: u16| {
        format!("virtual=10.0.0.31:{port}\n\treal=10.0.0.29:{port} gate\n\tchecktype=connect\n")
    };
    let place = Place::new()
        .file("ha.d/ha.cf", "bcast eth1\nnode lw1 lw2\n")
        .file("ha.d/haresources", "lw1 10.0.0.31/24/eth1 ldirectord::www.cf ldirectord::mail.cf\n")
        .file("ha.d/authkeys", "auth 1\n1 crc\n")
        .file("ha.d/www.cf", format!("emailalert=\"admin@example.net\"\n{}", service(80)))
        .file("ha.d/mail.cf", service(25));
    let told = place.run(&["convert", "heartbeat-to-inventory", "ha.d", "--out", "site.toml"]);
    let told = told.split("exact (").next().unwrap();
    assert!(told.contains("emailalert=\"admin@example.net\"  ->  recipients"), "{told}");
    assert!(told.contains("one mail server for mail.cf, www.cf"), "{told}");
}

/// What is written from it would be read as something else.
#[test]
fn paths_and_mail_addresses_are_read_to_their_last_word() {
    let place = Place::new().file(
        "site.toml",
        "cluster = \"web\"\nstack = \"heartbeat\"\n[directors.lw1]\n[directors.lw2]\n[heartbeat]\n\
         paths = [\"mcast eth1 239.1.1.1 694 1 yes please\", \"mcast eth1 239.1.1.1 694 1 2\", \
         \"mcast eth1 239.1.1.1 694 1 0\"]\n[mail]\n\
         recipients = [\"a b@example.com\", \"Ops Team <ops@example.com>\", \"root\"]\n",
    );
    let got = place.run(&["check", "--output", "short", "site.toml"]);
    let wrong = got.lines().filter(|line| line.contains(" takes ")).count();
    assert_eq!(wrong, 3, "{got}");
}

/// An inventory goes by names, keepalived by numbers.
#[test]
fn instances_of_other_names_are_one_router_of_an_inventory() {
    let place = Place::with_other_names();
    snapshot!(place.run(&["convert", "keepalived-to-inventory", "lw1", "lw2"]));
}

/// Without its prefix IPaddr2 would take the interface for one.
#[test]
fn an_address_without_a_prefix_keeps_its_interface_in_heartbeat() {
    let place = Place::new().file(
        "site.toml",
        "stack = \"heartbeat\"\n[authentication]\ntype = \"sha1\"\nsecret = \"key\"\n[secrets.key]\n\
         env = \"KEY\"\ndefault = \"0123456789abcdef\"\n[directors.lw1]\ninterface = \"eth1\"\n\
         [directors.lw2]\ninterface = \"eth1\"\n[routers.web]\n\
         addresses = [\"10.0.0.31 dev eth0 label eth0:1\", \"10.0.0.32\"]\n",
    );
    let told = place.run(&["render", "site.toml", "--out", "new"]);
    let path = place.0.path().join("new/lw1/etc/ha.d/haresources");
    let text = std::fs::read_to_string(&path).unwrap_or_else(|_| panic!("{told}"));
    assert!(text.contains("IPaddr2::10.0.0.31/32/eth0:1 IPaddr2::10.0.0.32/32/eth1"), "{text}");
}

/// The password goes where secrets are kept, comes back into the file of ldirectord, and is shown nowhere.
#[test]
fn passwords_of_checks_survive_an_inventory() {
    let place = Place::new()
        .file("ha.d/ha.cf", "keepalive 1\ndeadtime 10\nbcast eth1\nnode lw1 lw2\n")
        .file("ha.d/haresources", "lw1 10.0.0.31/24/eth1 ldirectord\n")
        .file("ha.d/authkeys", "auth 1\n1 sha1 k8fj2Lq0xz7P\n")
        .file(
            "ha.d/ldirectord.cf",
            "checkinterval=5\nvirtual=10.0.0.31:3306\n\treal=10.0.0.29:3306 masq\n\tservice=mysql\n\
             \tlogin=\"mon\"\n\tpasswd=\"not-seen\"\n\tdatabase=\"mysql\"\n\trequest=\"SELECT 1\"\n\
             virtual=10.0.0.31:1812\n\treal=10.0.0.29:1812 masq\n\tservice=radius\n\tprotocol=udp\n\
             \tlogin=\"mon\"\n\tpasswd=\"not-seen\"\n\tsecret=\"nor-this\"\n",
        );
    let arguments = ["convert", "heartbeat-to-inventory", "ha.d", "--out", "new/site.toml"];
    let mut told = place.run(&arguments);
    assert!(
        told.contains("passwd=[hidden]  ->  password") || told.contains("->  password"),
        "{told}"
    );
    let text = std::fs::read_to_string(place.0.path().join("new/site.toml")).unwrap();
    assert!(
        text.contains("password = \"check\", ") && text.contains("secret = \"check_2\""),
        "{text}"
    );
    told += &text;
    told += &place.run(&["check", "--secrets", "new/site.toml"]);
    assert!(told.contains("nothing found"), "{told}");
    told += &place.run(&["render", "new/site.toml", "--out", "files"]);
    told += &place.run(&["graph", "new/site.toml"]);
    let path = place.0.path().join("files/lw2/etc/ha.d/ldirectord.cf");
    let written = std::fs::read_to_string(&path).unwrap();
    assert_eq!(written.matches("passwd=\"not-seen\"").count(), 2, "{written}");
    assert!(written.contains("secret=\"nor-this\""), "{written}");
    // Both are what was meant.
    let same = place.run(&["diff", "ha.d/ldirectord.cf", "files/lw2/etc/ha.d/ldirectord.cf"]);
    told += &same;
    assert!(!told.contains("not-seen") && !told.contains("nor-this"), "{told}");
    assert!(!same.contains("password") && !same.contains("secret"), "{same}");
}

#[test]
fn what_real_servers_cannot_be_told_is_said() {
    let text = |more: &str| {
        format!(
            "stack = \"heartbeat\"\n[heartbeat]\npaths = [\"bcast eth0\"]\n\
             [secrets.key]\nfile = \"key\"\n[authentication]\ntype = \"sha1\"\nsecret = \"key\"\n\
             [directors]\nlb1 = {{}}\nlb2 = {{}}\n[real_servers]\nrs1 = {{ address = \"10.10.10.21\" }}\n\
             rs2 = {{ address = \"10.10.10.22\" }}\n\
             [routers.OUT]\naddresses = [\"192.0.2.10/24\"]\n\
             [routers.GATEWAY]\naddresses = [\"10.10.10.1/24\"]\n\
             [[services]]\naddress = \"fwmark 7\"\nmethod = \"tun\"\nservers = [\"rs1\", \"rs2\"]\n\
             probe = {{ type = \"tcp\", port = 80 }}\n{more}\
             [[services]]\naddress = \"192.0.2.10:3306\"\nmethod = \"nat\"\nservers = [\"rs1:3306\"]\n\
             probe = {{ type = \"dialogue-mysql\", login = \"mon\", request = \"SELECT 1\" }}\n"
        )
    };
    let place = Place::new()
        .file("site.toml", text(""))
        .file("said.toml", text("destinations = [\"192.0.2.10\"]\n"));
    let told = ["site.toml", "said.toml"].map(|name| place.run(&["check", name]));
    snapshot!(told.join("\n"));
}

/// A `$` makes the reader of what is rendered work on an expanded text.
#[test]
fn a_dollar_does_not_move_what_is_found() {
    let text = |body: &str| {
        format!(
            "[directors]\nlw1 = {{}}\nlw2 = {{}}\n[routers.web]\nvirtual_router_id = 51\n\
             interface = \"eth1\"\naddresses = [\"10.0.0.31/24\"]\nfollows = [\"eth1\"]\n\
             [[services]]\naddress = \"10.0.0.31:80\"\nservers = [\"10.0.0.29:80\"]\n\
             probe = {{ type = \"http\", path = \"/\", body = \"{body}\" }}\n"
        )
    };
    let place = Place::new().file("a.toml", text("OK")).file("b.toml", text("OK$"));
    let told = ["a.toml", "b.toml"].map(|name| place.run(&["check", "--output", "short", name]));
    let without = |told: &str| told.replace("a.toml", "b.toml");
    assert!(told[0].contains("a.toml:8:"), "{}", told[0]);
    assert_eq!(without(&told[0]), without(&told[1]));
}

/// keepalived tells such routers apart; our own daemon does not.
#[test]
fn one_number_on_two_multicast_groups_is_twice_for_the_daemon_only() {
    let text =
        |stack: &str| {
            let router = |name: &str, more: &str| {
                format!(
                    "[routers.{name}]\nvirtual_router_id = 51\ninterface = \"eth1\"\n\
                 addresses = [\"10.0.0.31/24\"]\n{more}"
                )
            };
            let [own, other] = [router("a", "multicast_group = \"224.0.0.20\"\n"), router("b", "")];
            format!("stack = \"{stack}\"\n[directors]\nlw1 = {{}}\nlw2 = {{}}\n{own}{other}")
                .replacen("10.0.0.31", "10.0.0.30", 1)
        };
    let place =
        Place::new().file("keepalived.toml", text("keepalived")).file("lvsha.toml", text("lvsha"));
    let is_twice = |name: &str| place.run(&["check", name]).contains("error[LV0808]");
    assert_eq!(["keepalived.toml", "lvsha.toml"].map(is_twice), [false, true]);
}
