//! What one command writes, another one reads: bytes that are no text, names of directors.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use super::{Place, snapshot};

const HA_CF: &str = "keepalive 1\ndeadtime 10\nbcast eth0\nauto_failback on\nnode lw1 lw2\n";

/// A cluster whose page holds a letter of Latin-1.
fn latin() -> Place {
    let mut services = b"virtual=10.0.0.31:80\n\treal=10.0.0.29:80 gate\n\tservice=http\n\
                         \trequest=\"index.html\"\n\treceive=\""
        .to_vec();
    services.extend(LETTERS);
    services.extend(b"\"\n\tscheduler=wlc\n\tprotocol=tcp\n");
    Place::new()
        .file("ha.d/ha.cf", HA_CF)
        .file("ha.d/haresources", "lw1 10.0.0.31/24/eth0 ldirectord\n")
        .file("ha.d/authkeys", "auth 1\n1 crc\n")
        .file("ha.d/ldirectord.cf", services)
}

/// `über` as Latin-1 has it, which is no UTF-8.
const LETTERS: &[u8] = b"\xFCber";

fn holds(place: &Place, path: &str) -> bool {
    let bytes = fs::read(place.0.path().join(path)).unwrap();
    bytes.windows(LETTERS.len()).any(|window| window == LETTERS)
}

#[test]
fn bytes_that_are_no_text_are_the_same_bytes_in_every_result() {
    let place = latin();
    let convert = ["convert", "heartbeat-to-keepalived", "--from", "ha.d"];
    place.run(&[&convert[..], &["--out", "new"]].concat());
    assert!(holds(&place, "new/lw1/keepalived.conf"));
    let printed = place.command(&convert).output().unwrap().stdout;
    assert!(printed.windows(LETTERS.len()).any(|window| window == LETTERS));

    place.run(&["convert", "heartbeat-to-inventory", "ha.d", "--out", "site.toml"]);
    assert!(holds(&place, "site.toml"));
    let imported = "stack = \"heartbeat\"\nimport = [\"ha.d\"]\n";
    let place = place.file("imported.toml", imported);
    // authkeys that others may read are an error.
    let keys = place.0.path().join("ha.d/authkeys");
    fs::set_permissions(keys, fs::Permissions::from_mode(0o600)).unwrap();
    for (inventory, stack) in [("site.toml", "heartbeat"), ("imported.toml", "keepalived")] {
        let told = place.run(&["render", inventory, "--stack", stack, "--out", stack]);
        assert!(told.contains("exit code: 0"), "{told}");
    }
    assert!(holds(&place, "heartbeat/lw1/etc/ha.d/ldirectord.cf"));
    assert!(holds(&place, "keepalived/lw1/etc/keepalived/keepalived.conf"));
}

#[test]
fn every_command_reads_the_names_of_directors_from_what_render_wrote() {
    let place = super::simulate::pair();
    let arguments = ["convert", "keepalived-to-inventory", "lw1", "lw2", "--out", "site.toml"];
    place.run(&arguments);
    place.run(&["render", "site.toml", "--out", "new"]);
    let inventory = place.run(&["convert", "keepalived-to-inventory", "new/lw1", "new/lw2"]);
    for name in ["[directors.lw1]", "[directors.lw2]"] {
        assert!(inventory.contains(name), "{inventory}");
    }
    let simulated = place.run(&["simulate", "new/lw1", "new/lw2", "--kill", "lw1"]);
    assert!(simulated.contains("exit code: 0") && simulated.contains("lw2"), "{simulated}");
    let address = ["--address", "lw1=10.0.0.27", "--address", "lw2=10.0.0.28"];
    let convert = ["convert", "keepalived-to-heartbeat", "--from", "new", "--out", "ha.d"];
    let converted = place.run(&[&convert[..], &address].concat());
    assert!(converted.contains("ha.d for lw1, lw2"), "{converted}");
}

#[test]
fn an_inventory_with_a_mistake_is_not_simulated() {
    let place = super::simulate::pair();
    let told =
        place.run(&["convert", "keepalived-to-inventory", "lw1", "lw2", "--out", "site.toml"]);
    assert!(told.contains("exit code: 0"), "{told}");
    let path = place.0.path().join("site.toml");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("virtual_router_id", "virtual_rooter_id")).unwrap();
    let told = place.run(&["simulate", "site.toml", "--kill", "lw1"]);
    assert!(told.contains("error[LV0802]") && told.contains("exit code: 1"), "{told}");
}

#[test]
fn what_never_ends_is_not_read_to_its_end() {
    let told = Place::new().run(&["check", "--as", "ha.cf", "/dev/zero"]);
    assert!(told.contains("cannot read `/dev/zero`: it gives more than 64 MiB"), "{told}");
}

/// Two groups, each with a configuration of ldirectord of its own.
fn configurations() -> Place {
    let service = |number: u8| {
        format!(
            "virtual=10.0.0.3{number}:80\n\treal=10.0.0.2{number}:80 gate\n\tservice=http\n\t\
             scheduler=wlc\n\tprotocol=tcp\n\tchecktype=connect\n"
        )
    };
    let place = Place::new()
        .file("ha.d/ha.cf", HA_CF)
        .file(
            "ha.d/haresources",
            "lw1 10.0.0.31/24/eth0 ldirectord::a.cf\nlw2 10.0.0.32/24/eth0 ldirectord::b.cf\n",
        )
        .file("ha.d/authkeys", "auth 1\n1 crc\n")
        .file("ha.d/a.cf", service(1))
        .file("ha.d/conf/b.cf", service(2));
    // Keys that others may read are an error.
    let keys = place.0.path().join("ha.d/authkeys");
    fs::set_permissions(keys, fs::Permissions::from_mode(0o600)).unwrap();
    place
}

/// Holds what was rendered for lw1 against what [`configurations`] says.
fn assert_two_configurations(place: &Place, folder: &str) {
    let written = |path: &str| {
        let path = place.0.path().join(folder).join("lw1/etc/ha.d").join(path);
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    };
    let (a, b) = (written("a.cf"), written("b.cf"));
    assert!(a.contains("10.0.0.31:80") && !a.contains("10.0.0.32:80"), "{a}");
    assert!(b.contains("10.0.0.32:80") && !b.contains("10.0.0.31:80"), "{b}");
    let resources = written("haresources");
    assert!(resources.contains("ldirectord::a.cf") && resources.contains("ldirectord::b.cf"));
    assert!(!place.0.path().join(folder).join("lw1/etc/ha.d/ldirectord.cf").exists());
}

#[test]
fn every_configuration_of_ldirectord_stays_a_file_of_its_own() {
    let place = configurations();
    place.run(&["convert", "heartbeat-to-inventory", "ha.d", "--out", "site.toml"]);
    let told = place.run(&["render", "site.toml", "--out", "new"]);
    assert!(told.contains("exit code: 0") && !told.contains("LV0811"), "{told}");
    assert_two_configurations(&place, "new");
}

#[test]
fn configurations_of_ldirectord_are_imported_by_the_names_that_resources_give_them() {
    let inventory =
        "stack = \"heartbeat\"\nimport = [\"ha.d\"]\n[directors.lw1]\n[directors.lw2]\n";
    let place = configurations().file("site.toml", inventory);
    let told = place.run(&["render", "site.toml", "--out", "new"]);
    assert!(told.contains("exit code: 0"), "{told}");
    assert_two_configurations(&place, "new");
}

#[test]
fn a_configuration_of_ldirectord_that_only_one_side_knows_is_told() {
    let inventory = "stack = \"heartbeat\"\n[directors.lw1]\n[routers.web]\n\
                     resources = [\"10.0.0.31/24/eth0\", \"ldirectord::web.cf\"]\n\
                     [[services]]\naddress = \"10.0.0.31:80\"\nprotocol = \"tcp\"\n\
                     servers = [\"10.0.0.29:80\"]\n[[services]]\naddress = \"10.0.0.31:81\"\n\
                     protocol = \"tcp\"\nconfiguration = \"../b.cf\"\nservers = [\"10.0.0.29:81\"]\n";
    snapshot!(Place::new().file("site.toml", inventory).run(&["check", "site.toml"]));
}

/// Three ways to run the cluster of an inventory that says how heartbeat does it.
fn of_heartbeat() -> Place {
    let place = Place::new()
        .file("ha.d/ha.cf", format!("{HA_CF}auto_failback off\n"))
        .file("ha.d/haresources", "lw1 10.0.0.31/24/eth0 httpd\n")
        .file("ha.d/authkeys", "auth 1\n1 sha1 k8fj2Lq0xz7P\n");
    let keys = place.0.path().join("ha.d/authkeys");
    fs::set_permissions(keys, fs::Permissions::from_mode(0o600)).unwrap();
    place.run(&["convert", "heartbeat-to-inventory", "ha.d", "--out", "site.toml"]);
    place
}

#[test]
fn another_stack_is_checked_as_if_the_inventory_named_it() {
    let place = of_heartbeat();
    snapshot!(place.run(&["render", "site.toml", "--stack", "keepalived", "--out", "new"]));
    for command in ["plan", "render"] {
        let arguments = [command, "site.toml", "--stack", "lvsha"];
        let out: &[&str] = if command == "render" { &["--out", "new"] } else { &[] };
        let told = place.run(&[&arguments[..], out].concat());
        assert!(told.contains("error[LV0804]") && told.contains("exit code: 1"), "{told}");
    }
    assert!(!place.0.path().join("new").exists());
}

#[test]
fn what_another_stack_loses_is_said_beside_its_files() {
    let place = of_heartbeat();
    let path = place.0.path().join("site.toml");
    let text = fs::read_to_string(&path).unwrap();
    let router = "resources = ";
    let vrrp = "virtual_router_id = 51\ninterface = \"eth0\"\ninterval = 1\n\
                hooks = { master = \"/usr/local/sbin/web start\" }\nresources = ";
    let secure = "\n[settings]\nscript_security = true\nscript_user = \"root\"\n";
    fs::write(&path, text.replace(router, vrrp) + secure).unwrap();
    let told = place.run(&["render", "site.toml", "--stack", "keepalived", "--out", "new"]);
    assert!(told.contains("exit code: 0"), "{told}");
    for key in ["authentication", "heartbeat.failback"] {
        let warning = format!("warning[LV0812]: keepalived does not read `{key}`");
        assert!(told.contains(&warning), "{told}");
    }
}

#[test]
fn rhythms_and_fallbacks_of_services_survive_an_inventory() {
    let service = |port: u16, interval: u16| {
        format!(
            "virtual=10.0.0.31:{port}\n\treal=10.0.0.29:{port} masq\n\tfallback=127.0.0.1:80\n\t\
             service=http\n\tcheckinterval={interval}\n\tscheduler=wlc\n\tprotocol=tcp\n"
        )
    };
    let text = format!(
        "autoreload=yes\nfork=yes\nchecktimeout=3\nquiescent=no\n{}{}",
        service(80, 2),
        service(81, 20)
    );
    let place = of_heartbeat()
        .file("ha.d/haresources", "lw1 10.0.0.31/24/eth0 ldirectord::ldirectord.cf\n")
        .file("ha.d/ldirectord.cf", text);
    let convert = ["convert", "heartbeat-to-inventory", "ha.d", "--out", "site.toml", "--force"];
    let told = place.run(&convert);
    assert!(told.contains("fork=yes  ->  interval"), "{told}");
    place.run(&["render", "site.toml", "--out", "new"]);
    let diff = ["diff", "ha.d/ldirectord.cf", "new/lw1/etc/ha.d/ldirectord.cf"];
    let told = place.run(&diff);
    assert!(told.contains("exit code: 0"), "{told}");
}
