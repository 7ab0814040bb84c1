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
default = "not-to-be-seen"
"#,
    );
    let got = place.run(&["check", "site.toml"]);
    assert!(!got.contains("not-to-be-seen"), "{got}");
    snapshot!(got);
}

#[test]
fn an_inventory_of_nobody() {
    snapshot!(Place::new().file("site.toml", "cluster = \"web\"\n").run(&["check", "site.toml"]));
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
