//! Inventories for another stack than they, or their files, were written for: nothing is lost without a word.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use super::{Place, snapshot};

/// What keepalived-to-inventory writes: every check is at its server.
const OF_KEEPALIVED: &str = r#"stack = "keepalived"

[directors.lw1]
[directors.lw2]

[secrets.key]
file = "key"

[authentication]
type = "sha1"
secret = "key"

[routers.EXT]
virtual_router_id = 51
interface = "eth0"
addresses = ["10.0.0.31/24"]
interval = 1
hooks = { master = "/etc/fw up", backup = "/etc/fw down" }

[routers.INT]
virtual_router_id = 52
interface = "eth0"
addresses = ["10.0.1.31/24"]
routes = ["10.30.0.0/16 via 10.0.1.254 dev eth0"]

[sync_groups.G]
members = ["EXT", "INT"]

[settings]
script_user = "root"
script_security = true

[[services]]
address = "10.0.0.31:80"
protocol = "tcp"
method = "nat"
quorum = 2
hooks = { quorum-up = "/etc/q up", quorum-down = "/etc/q down" }
"#;

const PAGE: &str =
    r#"{ type = "http", path = "/health", checks = { connect_timeout = 3, failures = 4 } }"#;

fn servers(probes: [&str; 2]) -> String {
    let server = |(number, probe): (usize, &str)| {
        format!("[[services.servers]]\nserver = \"10.0.1.{}:80\"\nprobe = {probe}\n", number + 11)
    };
    probes.into_iter().enumerate().map(server).collect()
}

fn place(probes: [&str; 2]) -> Place {
    let place = Place::new()
        .file("site.toml", format!("{OF_KEEPALIVED}{}", servers(probes)))
        .file("key", "k8fj2Lq0xz7P");
    close(&place, "key");
    place
}

fn close(place: &Place, name: &str) {
    fs::set_permissions(place.0.path().join(name), fs::Permissions::from_mode(0o600)).unwrap();
}

#[test]
fn the_check_that_all_servers_share_is_that_of_the_service() {
    let place = place([PAGE, PAGE]);
    let told = place.run(&["render", "site.toml", "--stack", "heartbeat", "--out", "new"]);
    let path = place.0.path().join("new/lw1/etc/ha.d/ldirectord.cf");
    let text = fs::read_to_string(path).unwrap();
    snapshot!(format!("{told}\n{text}"));
}

#[test]
fn an_inventory_of_heartbeat_is_told_the_same() {
    let place = place([PAGE, PAGE]);
    let path = place.0.path().join("site.toml");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("\"keepalived\"", "\"heartbeat\"")).unwrap();
    let told = place.run(&["render", "site.toml", "--out", "new"]);
    assert!(told.contains("exit code: 0"), "{told}");
    assert!(told.contains("warning[LV0815]: `routes` changes nothing"), "{told}");
}

#[test]
fn what_ldirectord_cannot_ask_is_refused() {
    let other = r#"{ type = "http", path = "/other" }"#;
    let tcp = r#"{ type = "tcp", checks = { failures = 2 } }"#;
    let script = r#"{ type = "script", command = "/usr/local/bin/check" }"#;
    let status = r#"{ type = "http", path = "/", status = [404] }"#;
    let pages = r#"{ type = "http", requests = [{ path = "/a" }, { path = "/b" }] }"#;
    let dns = r#"{ type = "dns", name = "www.example.net" }"#;
    let udp = r#"{ type = "udp" }"#;
    let mut all = String::new();
    for probes in
        [[PAGE, other], [PAGE, tcp], [script; 2], [status; 2], [pages; 2], [dns; 2], [udp; 2]]
    {
        let place = place(probes);
        let told = place.run(&["render", "site.toml", "--stack", "heartbeat", "--out", "new"]);
        assert!(told.contains("exit code: 1") && !told.contains("--- made"), "{told}");
        // What else is lost stands in the other test.
        let errors = told.split("\n\n").filter(|frame| frame.contains("error["));
        all += &errors.map(|frame| frame.to_owned() + "\n\n").collect::<String>();
    }
    snapshot!(all);
}

#[test]
fn what_an_import_loses_is_said_beside_its_files() {
    let place = Place::new()
        .file("ha.d/ha.cf", "keepalive 1\ndeadtime 10\nwarntime 5\nbcast eth0\nnode lw1 lw2\n")
        .file(
            "ha.d/haresources",
            "lw1 drbddisk::r0 Filesystem::/dev/drbd0::/data 10.0.0.31/24/eth0\n",
        )
        .file("ha.d/authkeys", "auth 1\n1 sha1 k8fj2Lq0xz7P\n")
        .file("site.toml", "stack = \"keepalived\"\nimport = [\"ha.d\"]\n");
    close(&place, "ha.d/authkeys");
    let told = place.run(&["render", "site.toml", "--out", "new"]);
    assert!(!told.contains("k8fj2Lq0xz7P"), "{told}");
    snapshot!(told);
}

#[test]
fn scripts_for_the_files_of_single_directors_are_written() {
    let place = Place::new()
        .file("ha.d/ha.cf", "keepalive 1\ndeadtime 10\nbcast eth0\nnode lw1 lw2\n")
        .file("ha.d/haresources", "lw1 10.0.0.31/24/eth0 httpd\n")
        .file("ha.d/authkeys", "auth 1\n1 sha1 k8fj2Lq0xz7P\n")
        .file(
            "site.toml",
            "[directors]\nlw1 = { import = [\"ha.d\"] }\nlw2 = { import = [\"ha.d\"] }\n",
        );
    close(&place, "ha.d/authkeys");
    let told = place.run(&["render", "site.toml", "--out", "new"]);
    for name in ["lw1", "lw2"] {
        assert!(told.contains(&format!("new/{name}/etc/keepalived/resources-VI_1")), "{told}");
    }
}

#[test]
fn what_heartbeat_does_not_do_of_a_keepalived_conf_is_said() {
    let server = |host: u8| {
        format!(
            "    real_server 10.0.1.{host} 80 {{\n        inhibit_on_failure\n        HTTP_GET {{\n            \
             url {{\n                path /health\n            }}\n            retry 2\n            \
             connect_timeout 3\n        }}\n    }}\n"
        )
    };
    let conf = format!(
        "global_defs {{\n    script_user root\n    enable_script_security\n}}\nvrrp_instance V {{\n    \
         interface eth0\n    virtual_router_id 51\n    virtual_ipaddress {{\n        10.0.0.31/24\n    }}\n    \
         virtual_routes {{\n        10.30.0.0/16 via 10.0.0.254 dev eth0\n    }}\n    \
         notify_master \"/etc/fw up\"\n}}\nvirtual_server 10.0.0.31 80 {{\n    lvs_sched wlc\n    \
         lvs_method NAT\n    protocol TCP\n    quorum 2\n{}{}}}\n",
        server(11),
        server(12)
    );
    let keys = "[directors.lw1]\n[directors.lw2]\n[secrets.key]\nfile = \"key\"\n[authentication]\n\
                type = \"sha1\"\nsecret = \"key\"\n[heartbeat]\ninterval = 1\n";
    let place = Place::new().file("keepalived.conf", conf).file("key", "k8fj2Lq0xz7P").file(
        "site.toml",
        format!("stack = \"heartbeat\"\nimport = [\"keepalived.conf\"]\n{keys}"),
    );
    close(&place, "key");
    let told = place.run(&["render", "site.toml", "--out", "new"]);
    let told = told.split("lw1: ").next().unwrap();
    let text = fs::read_to_string(place.0.path().join("new/lw1/etc/ha.d/ldirectord.cf")).unwrap();
    snapshot!(format!("{told}{text}"));
}

/// Words of haresources stand beside `addresses`: none of the two makes the other one void.
#[test]
fn addresses_that_resources_do_not_name_come_in_front_of_them() {
    let text = "stack = \"heartbeat\"\n[directors.lw1]\ninterface = \"eth1\"\n[directors.lw2]\n\
                interface = \"eth1\"\n[secrets.key]\ndefault = \"a-key-of-nobody\"\n\
                env = \"LVSHA_TEST_NO_SUCH_KEY\"\n[authentication]\ntype = \"sha1\"\nsecret = \"key\"\n\
                [routers.web]\naddresses = [\"10.0.0.31/24\", \"10.0.0.32/24\"]\n\
                resources = [\"httpd\", \"IPaddr2::10.0.0.32/24/eth1\", \"IPaddr2::10.0.0.33/24/eth1\"]\n";
    let place = Place::new().file("site.toml", text);
    let told = place.run(&["check", "site.toml"]);
    place.run(&["render", "site.toml", "--out", "new"]);
    let line = fs::read_to_string(place.0.path().join("new/lw1/etc/ha.d/haresources")).unwrap();
    snapshot!(format!("{told}\n{line}"));
}

/// What ldirectord makes of a line stops no other program that gets what it means.
#[test]
fn a_text_that_only_ldirectord_loses_is_rendered_for_keepalived() {
    let real = "virtual=10.0.0.31:80\n\treal=10.0.0.29:80 gate 20 \"/alive.html\", \"OK\"\n\
                \tservice=http\n\trequest=\"x\"\n\tscheduler=wlc\n";
    let site = |stack: &str| {
        format!("stack = \"{stack}\"\nimport = [\"ha.d\"]\n[directors]\nlw1 = {{}}\nlw2 = {{}}\n")
    };
    let place = Place::new()
        .file("ha.d/ha.cf", "keepalive 1\ndeadtime 10\nbcast eth0\nnode lw1 lw2\n")
        .file("ha.d/haresources", "lw1 10.0.0.31/24/eth0 ldirectord\n")
        .file("ha.d/authkeys", "auth 1\n1 sha1 k8fj2Lq0xz7P\n")
        .file("ha.d/ldirectord.cf", format!("checkinterval=5\n{real}"))
        .file("site.toml", site("keepalived"))
        .file("heartbeat.toml", site("heartbeat"));
    close(&place, "ha.d/authkeys");
    let told = place.run(&["render", "site.toml", "--out", "new"]);
    assert!(told.contains("exit code: 0"), "{told}");
    let path = place.0.path().join("new/lw1/etc/keepalived/keepalived.conf");
    assert!(fs::read_to_string(path).unwrap().contains("path /alive.html"));
    let told = ["check", "render"].map(|command| {
        let out: &[&str] = if command == "render" { &["--out", "other"] } else { &[] };
        let name = if command == "render" { "heartbeat.toml" } else { "site.toml" };
        place.run(&[&[command, name], out].concat())
    });
    assert!(told[0].contains("warning[LV2234]") && !told[0].contains("error["), "{}", told[0]);
    assert!(told[1].contains("1 error in heartbeat.toml: nothing is made of it"), "{}", told[1]);
}

/// heartbeat knows nothing of the times of VRRP, whether they are written or not.
#[test]
fn another_time_to_take_over_is_told() {
    let text = "stack = \"heartbeat\"\n[directors]\nlw1 = { interface = \"eth0\" }\n\
                lw2 = { interface = \"eth0\" }\n[secrets.key]\nfile = \"key\"\n[authentication]\n\
                type = \"sha1\"\nsecret = \"key\"\n[routers.web]\nvirtual_router_id = 51\n\
                addresses = [\"10.0.0.31/24\"]\nmembers = { lw1 = { priority = 150 }, lw2 = { priority = 100 } }\n";
    let own =
        text.replace("[directors]", "[heartbeat]\ninterval = 1\ndead_time = 3.61\n[directors]");
    let place = Place::new().file("site.toml", text).file("own.toml", own);
    let told = place.run(&["check", "site.toml"]);
    assert!(told.contains("heartbeat takes over after 30 s, and not after 3.61 s"), "{told}");
    assert!(told.contains("help: heartbeat = { interval = 1, dead_time = 3.61 }"), "{told}");
    let told = place.run(&["check", "own.toml"]);
    assert!(told.contains("nothing found"), "{told}");
}
