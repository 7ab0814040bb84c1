//! What the four directions of `lvsha convert` have in common.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;
use std::process::Command;

use super::{Place, shown};

const DIRECTIONS: [&str; 4] = [
    "heartbeat-to-inventory",
    "heartbeat-to-keepalived",
    "keepalived-to-heartbeat",
    "keepalived-to-inventory",
];

#[test]
fn without_files_the_directory_of_the_program_is_read() {
    for direction in DIRECTIONS {
        let is_heartbeat = direction.starts_with("heartbeat");
        let directory = if is_heartbeat { "/etc/ha.d" } else { "/etc/keepalived" };
        let shown = Place::new().run(&["convert", direction]);
        let wanted = match Path::new(directory).is_dir() {
            true => format!("reading {directory}"),
            false => format!("there is no {directory} on this machine"),
        };
        assert!(shown.contains(&wanted), "{shown}");
    }
}

#[test]
fn the_example_goes_in_every_direction() {
    for direction in DIRECTIONS {
        let shown = Place::new().run(&["convert", direction, "--example"]);
        assert!(shown.contains("exit code: 0"), "{shown}");
        for conflict in [["--from", "x"], ["--example", "x"]] {
            let arguments = [&["convert", direction, "--example"], &conflict[..]].concat();
            let shown = Place::new().run(&arguments);
            assert!(shown.contains("exit code: 2"), "{shown}");
        }
    }
}

/// Nothing is wrong with what is made of the examples, and what it renders has the layout of `fmt`.
#[test]
fn inventories_of_the_examples_render() {
    for direction in ["heartbeat-to-inventory", "keepalived-to-inventory"] {
        let place = Place::new();
        place.run(&["convert", direction, "--example", "--out", "site.toml"]);
        let checked = place.run(&["check", "site.toml"]);
        assert!(checked.contains("exit code: 0"), "{checked}");
        let rendered = place.run(&["render", "site.toml", "--out", "new"]);
        assert!(rendered.contains("made: new/lw2/etc/"), "{rendered}");
        let laid_out = place.run(&["fmt", "--check", "new"]);
        assert!(laid_out.contains("exit code: 0"), "{laid_out}");
    }
}

#[test]
fn strict_writes_nothing_in_any_direction() {
    let router = "vrrp_instance VI_1 {\n    interface eth1\n    virtual_router_id 51\n    \
                  priority 150\n    foobarx 12\n    virtual_ipaddress {\n        10.0.0.31/24\n    }\n}\n";
    let place = Place::new()
        .file("ha.d/ha.cf", "keepalive 1\nkeepaliv 3\nbcast eth1\nnode lw1\nnode lw2\n")
        .file("ha.d/haresources", "lw1 10.0.0.31/24/eth1\n")
        .file("ka/lw1/keepalived.conf", router)
        .file("ka/lw2/keepalived.conf", router.replace("150", "100"));
    for direction in DIRECTIONS {
        let from = if direction.starts_with("heartbeat") { "ha.d" } else { "ka" };
        let arguments = ["convert", direction, "--from", from, "--strict"];
        let shown = place.run(&[&arguments[..], &["--out", "new"]].concat());
        assert!(shown.contains("exit code: 1") && !shown.contains("made:"), "{shown}");
        assert!(shown.contains("nothing was written"), "{shown}");
        let output = place.command(&arguments).output().unwrap();
        assert!(output.stdout.is_empty(), "{output:?}");
    }
}

/// The account says "see the diagnostic about this line", so there has to be one.
#[test]
fn what_is_not_understood_is_shown_in_both_directions_of_heartbeat() {
    let place = Place::new()
        .file("ha.d/ha.cf", "keepalive 1\nkeepaliv 3\nbcast eth1\nnode lw1\nnode lw2\n")
        .file("ha.d/haresources", "lw1 10.0.0.31/24/eth1\n");
    for direction in ["heartbeat-to-inventory", "heartbeat-to-keepalived"] {
        let shown = place.run(&["convert", direction, "--from", "ha.d"]);
        assert!(shown.contains("exit code: 1"), "{shown}");
        assert!(
            shown.contains(" --> ha.d/ha.cf:2:1") && shown.contains("2 | keepaliv 3"),
            "{shown}"
        );
    }
}

const ROUTER: &str = "vrrp_instance VI_1 {\n    interface eth1\n    virtual_router_id 51\n    \
                      virtual_ipaddress {\n        10.0.0.31/24\n    }\n}\n";

/// A directory that every machine has, and one of many files, are called after no director.
#[test]
fn a_single_file_is_of_the_director_that_its_directory_is_called_after() {
    let place = Place::new()
        .file("site/LB1/keepalived.conf", ROUTER)
        .file("site/lb2/etc/keepalived/keepalived.conf", ROUTER)
        .file("etc/keepalived/keepalived.conf", ROUTER)
        .file("usr/local/etc/keepalived/keepalived.conf", ROUTER)
        .file("copies/lb1.conf", ROUTER)
        .file("stated/keepalived.conf", format!("global_defs {{\n    router_id lb4\n}}\n{ROUTER}"));
    let convert = |path: &str| {
        let arguments = ["convert", "keepalived-to-heartbeat", "--peer", "lb3", "--from", path];
        place.run(&arguments)
    };
    let told = [
        ("site/LB1", "the file is of lb1, after its directory"),
        ("site/LB1/keepalived.conf", "the file is of lb1, after its directory"),
        ("site/lb2", "the file is of lb2, after its directory"),
        ("stated", "node lb4\n"),
    ];
    for (path, wanted) in told {
        let shown = convert(path);
        assert!(shown.contains("exit code: 0") && shown.contains(wanted), "{path}: {shown}");
    }
    for path in ["etc/keepalived", "usr/local/etc/keepalived", "copies/lb1.conf"] {
        let shown = convert(path);
        assert!(
            shown.contains("exit code: 2") && shown.contains("`--node NAME`"),
            "{path}: {shown}"
        );
    }
}

/// As in the other commands: paths are bytes.
#[test]
fn a_path_that_is_no_text_is_read_in_every_direction() {
    for direction in DIRECTIONS {
        let place = Place::new();
        let folder = place.0.path().join(OsStr::from_bytes(b"x\xFF"));
        fs::create_dir(&folder).unwrap();
        let (name, text) = match direction.starts_with("heartbeat") {
            true => ("haresources", "lw1 10.0.0.31/24/eth1\n"),
            false => ("keepalived.conf", ROUTER),
        };
        fs::write(folder.join(name), text).unwrap();
        fs::write(folder.join("ha.cf"), "bcast eth1\nnode lw1\nnode lw2\n").unwrap();
        let mut command = place.command(&["convert", direction]);
        if direction == "keepalived-to-heartbeat" {
            command.args(["--node", "lw1", "--peer", "lw2"]);
        }
        let output = command.arg(OsStr::from_bytes(b"x\xFF")).output().unwrap();
        assert!(output.status.success(), "{direction}: {}", shown(&output));
    }
}

/// `NODE=` is a name that a host can have; `./` makes a path of it.
#[test]
fn what_no_host_is_called_is_a_part_of_the_path() {
    let place = Place::new().file("a=b/keepalived.conf", ROUTER).file("b/keepalived.conf", ROUTER);
    let convert = |path: &str| place.run(&["convert", "keepalived-to-inventory", path]);
    assert!(convert("a=b").contains("[directors.a]"), "{}", convert("a=b"));
    assert!(convert("./a=b").contains("exit code: 0"), "{}", convert("./a=b"));
}

/// A result that goes to a file has to work there; nobody keeps what a terminal shows.
#[test]
fn keys_are_written_and_not_shown() {
    let heartbeat = Place::new()
        .file("ha.cf", "keepalive 1\ndeadtime 10\nbcast eth0\nauto_failback on\nnode lw1 lw2\n")
        .file("haresources", "lw1 10.0.0.31/24/eth0\n")
        .file("authkeys", "auth 1\n1 sha1 0123456789abcdef\n");
    let keepalived = Place::new().file(
        "keepalived.conf",
        "vrrp_instance VI_1 {\n    interface eth0\n    virtual_router_id 51\n    priority 150\n    \
         version 3\n    auth_hmac {\n        key 1 0123456789abcdef\n        active_key 1\n    }\n    \
         virtual_ipaddress {\n        10.0.0.31/24\n    }\n}\n",
    );
    let heartbeat_to_keepalived = ["convert", "heartbeat-to-keepalived", "--from", "."];
    let keepalived_to_heartbeat =
        ["convert", "keepalived-to-heartbeat", "keepalived.conf", "--node", "lw1", "--peer", "lw2"];
    for (place, arguments, before) in [
        (heartbeat, &heartbeat_to_keepalived[..], "auth_pass "),
        (keepalived, &keepalived_to_heartbeat[..], "1 sha1 "),
    ] {
        let output = place.command(arguments).output().unwrap();
        let written = String::from_utf8_lossy(&output.stdout).into_owned();
        let key = written.split_once(before).and_then(|(_, rest)| rest.lines().next());
        let key = key.unwrap_or_else(|| panic!("{written}"));
        assert!(key.len() >= 8 && !key.contains('*'), "{key}");
        // The terminal of `script` is one that nobody looks at.
        let line = format!("{} {}", env!("CARGO_BIN_EXE_lvsha"), arguments.join(" "));
        let mut terminal = Command::new("script");
        let output =
            terminal.args(["-qec", &line, "/dev/null"]).current_dir(place.0.path()).output();
        let shown = String::from_utf8_lossy(&output.unwrap().stdout).into_owned();
        assert!(shown.contains(&format!("{before}****")), "{shown}");
        assert!(!shown.contains(key) && shown.contains("a terminal shows no keys"), "{shown}");
    }
}

const DIRECTOR: &str = "vrrp_instance VI_1 {\n interface eth0\n virtual_router_id 51\n priority 77\n \
                      virtual_ipaddress {\n 10.0.0.31/24\n }\n}\n";

/// A folder that is called like a director is that one's.
#[test]
fn the_order_of_director_options_moves_no_priority() {
    let first = DIRECTOR.replace("77", "150");
    for order in [["lw1", "lw2"], ["lw2", "lw1"], ["LW2", "LW1"]] {
        let place = Place::new()
            .file("two/lw1/keepalived.conf", &first)
            .file("two/lw2/keepalived.conf", DIRECTOR);
        let [one, two] = order;
        let command = ["convert", "keepalived-to-inventory", "two", "--director", one];
        let told = place.run(&[&command[..], &["--director", two]].concat());
        assert!(told.contains("lw1 = { priority = 150, state = \"backup\" }"), "{order:?}: {told}");
        assert!(told.contains("lw2 = { priority = 77 }"), "{order:?}: {told}");
    }
}

/// One that a directory holds is no input; one that was named would be nowhere in the account.
#[test]
fn a_named_file_that_is_not_read_is_told() {
    let place = Place::new()
        .file("a/keepalived.conf", DIRECTOR)
        .file("a/ldirectord.cf", "virtual=10.0.0.31:80\n\treal=10.0.0.29:80 gate\n")
        .file("a/ha.cf", "node lw1 lw2\nbcast eth0\n");
    for (direction, other) in [
        ("keepalived-to-heartbeat", "a/ldirectord.cf"),
        ("keepalived-to-inventory", "a/ha.cf"),
        ("heartbeat-to-inventory", "a/keepalived.conf"),
    ] {
        let own = if other.ends_with("keepalived.conf") { "a/ha.cf" } else { "a/keepalived.conf" };
        let told = place.run(&["convert", direction, own, other, "--strict"]);
        assert!(told.contains("exit code: 2"), "{direction}: {told}");
        assert!(told.contains(&format!("error: `{other}` is none of ")), "{direction}: {told}");
    }
    let told = place.run(&["convert", "keepalived-to-inventory", "a"]);
    assert!(told.contains("exit code: 0"), "{told}");
}

#[test]
fn services_alone_are_of_the_director_that_their_directory_is_called_after() {
    let services = "virtual_server 10.0.0.31 80 {\n delay_loop 6\n lvs_sched rr\n lvs_method DR\n \
                    protocol TCP\n real_server 10.0.0.29 80 {\n TCP_CHECK {\n }\n }\n}\n";
    let place = Place::new().file("site/lw1/keepalived.conf", services).file("x.conf", services);
    let command = ["convert", "keepalived-to-heartbeat", "--peer", "lw2"];
    let of = |path| place.run(&[&command[..], &[path]].concat());
    let told = of("site/lw1/keepalived.conf");
    assert!(told.contains("the file is of lw1, after its directory"), "{told}");
    let told = of("x.conf");
    assert!(told.contains("error: nothing tells the director's name"), "{told}");
    assert!(told.contains("help: name the director with `--node NAME`"), "{told}");
}

/// keepalived begins as BACKUP where a file says no state, and the best director of an inventory does
/// not; in the strict mode only the owner of the addresses may.
#[test]
fn a_state_that_a_file_does_not_say_is_none_that_is_rendered() {
    for global in ["", "global_defs {\n vrrp_strict\n}\n"] {
        let place = Place::new().file("keepalived.conf", format!("{global}{DIRECTOR}"));
        let command = ["convert", "keepalived-to-inventory", "keepalived.conf", "--director", "m"];
        place.run(&[&command[..], &["--out", "site.toml"]].concat());
        let told = place.run(&["render", "site.toml", "--out", "r"]);
        assert!(told.contains("exit code: 0"), "{told}");
        let told = place.run(&["diff", "keepalived.conf", "r/m/etc/keepalived/keepalived.conf"]);
        assert!(!told.contains("state"), "{told}");
    }
}

/// Nobody wrote a state that could be changed.
#[test]
fn in_the_strict_mode_the_best_director_begins_as_backup() {
    let text = "stack = \"keepalived\"\nsettings = { strict = true }\n[directors.a]\n[directors.b]\n[routers.V]\n\
                interface = \"eth0\"\nvirtual_router_id = 9\naddresses = [\"10.0.0.31/24\"]\n";
    let place = Place::new().file("site.toml", text);
    let told = place.run(&["render", "site.toml", "--out", "r"]);
    assert!(told.contains("exit code: 0"), "{told}");
    let of_a = std::fs::read_to_string(place.0.path().join("r/a/etc/keepalived/keepalived.conf"));
    assert!(of_a.unwrap().contains("state BACKUP"), "{told}");
}

/// The daemon logs it and starts, so that nobody expects it.
#[test]
fn what_render_refuses_of_a_new_inventory_is_told_at_once() {
    let script = "vrrp_script chk {\n script \"/bin/true\"\n fall 2\n}\n";
    let text =
        format!("{script}{}", DIRECTOR.replace("eth0\n", "eth0\n track_script {\n chk\n }\n"));
    let place = Place::new().file("keepalived.conf", &text);
    let command = ["convert", "keepalived-to-inventory", "keepalived.conf"];
    let told = place.run(&[&command[..], &["--out", "site.toml"]].concat());
    assert!(told.contains("`lvsha render` refuses this inventory until it is mended"), "{told}");
    assert!(told.contains("site.toml:6:19: error[LV0527]"), "{told}");
    assert!(told.contains("script_security = true"), "{told}");
    let told = place.run(&["render", "site.toml", "--out", "r"]);
    assert!(told.contains("error[LV0527]"), "{told}");
}

/// With the address that it has, and with what is only right beside it.
#[test]
fn an_interface_of_the_routers_own_survives_an_inventory() {
    let own = "eth0\n state BACKUP\n use_vmac vrrp.51\n vmac_xmit_base\n";
    let place = Place::new().file("keepalived.conf", DIRECTOR.replace("eth0\n", own));
    let command = ["convert", "keepalived-to-inventory", "keepalived.conf", "--director", "m"];
    let told = place.run(&[&command[..], &["--out", "site.toml", "--strict"]].concat());
    assert!(told.contains("exit code: 0"), "{told}");
    let told = place.run(&["render", "site.toml", "--out", "r"]);
    assert!(told.contains("exit code: 0"), "{told}");
    let told = place.run(&["diff", "keepalived.conf", "r/m/etc/keepalived/keepalived.conf"]);
    assert!(!told.contains("own interface") && !told.contains("vmac"), "{told}");

    let text = fs::read_to_string(place.0.path().join("site.toml")).unwrap();
    assert!(text.contains("own_interface = \"use_vmac vrrp.51\""), "{text}");
    let wrong = text.replace("own_interface", "keepalived.use_vmac");
    fs::write(place.0.path().join("site.toml"), wrong.replace("keepalived = { v", "# ")).unwrap();
    let told = place.run(&["check", "site.toml"]);
    assert!(told.contains("write `own_interface` beside `keepalived`"), "{told}");
}
