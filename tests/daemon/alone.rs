//! lvsha beside itself: what keepalived cannot be asked to do.

use std::fs;
use std::os::unix::net::UnixDatagram;
use std::time::Duration;

use rustix::process::Signal;

use super::Program::Lvsha;
use super::network::eventually;
use super::{ADDRESS, Network, instance};

const FAST: &str = "version 3\n advert_int 0.2";
const OVERLAP: Duration = Duration::from_secs(3);

#[test]
fn a_signal_right_after_the_start_is_heard() {
    let Some(network) = Network::new(&[Lvsha]) else { return };
    // An owner is master at once, and the readers of pipes take a while to start.
    let pipes: String = ["vrrp_notify_fifo", "lvs_notify_fifo", "notify_fifo"]
        .iter()
        .map(|word| {
            let path = network.path(word);
            format!(" {word} {}\n {word}_script /bin/cat\n", path.display())
        })
        .collect();
    let owner = instance(255, FAST).replace("global_defs {", &format!("global_defs {{\n{pipes}"));
    let mut message = [0; 256];
    for signal in [Signal::TERM, Signal::HUP, Signal::TERM, Signal::HUP] {
        // A new one: a reload ends with the same word.
        let _ = fs::remove_file(network.path("a.notify"));
        let socket = UnixDatagram::bind(network.path("a.notify")).unwrap();
        socket.set_read_timeout(Some(Duration::from_secs(25))).unwrap();
        let a = network.start(Lvsha, "a", &owner);
        loop {
            let length = socket.recv(&mut message).unwrap();
            let told = String::from_utf8_lossy(message.get(..length).unwrap()).into_owned();
            if told.contains("READY=1") {
                break;
            }
        }
        a.signal_at_once(signal);
        assert_eq!(a.stop(), Some(0), "{signal:?}\n{}", network.logs());
        assert_eq!(network.owners(ADDRESS), [""; 0], "{signal:?}");
    }
}

/// Exporters and runbooks send them to whatever director there is.
#[test]
fn who_asks_as_keepalived_is_asked_ends_nothing() {
    let Some(network) = Network::new(&[Lvsha]) else { return };
    let a = network.start(Lvsha, "a", &instance(150, FAST));
    network.expect_owners(ADDRESS, &["a"], OVERLAP);
    for signal in [Signal::USR1, Signal::USR2] {
        a.signal_at_once(signal);
        a.expect_log("ask with `lvsha ctl status`");
        assert_eq!(a.status()["routers"][0]["state"], "MASTER");
    }
    // The quit of a terminal is an end as every other.
    a.signal_at_once(Signal::QUIT);
    assert_eq!(a.stop(), Some(0), "{}", network.logs());
    assert_eq!(network.owners(ADDRESS), [""; 0]);
}

/// keepalived logs it and goes on: a late timer on a busy machine is better than no director.
#[test]
fn without_the_right_to_real_time_there_is_a_director_all_the_same() {
    let Some(network) = Network::new(&[Lvsha]) else { return };
    let a = network.start_without("sys_nice", "a", &instance(150, FAST));
    a.expect_log("no real-time priority 10: Operation not permitted");
    network.expect_owners(ADDRESS, &["a"], OVERLAP);
    let other = instance(150, FAST).replace("vrrp_rt_priority 10", "vrrp_rt_priority 20");
    fs::write(network.path("a.conf"), other).unwrap();
    a.signal("HUP");
    a.expect_log("`vrrp_rt_priority` counts from the next start on");
}

#[test]
fn a_clean_stop_leaves_nothing_behind_and_is_fast() {
    let Some(network) = Network::new(&[Lvsha]) else { return };
    let a = network.start(Lvsha, "a", &instance(150, &format!("{FAST}\n use_vmac")));
    let _b = network.start(Lvsha, "b", &instance(100, FAST));
    network.expect_owners(ADDRESS, &["a"], OVERLAP);
    assert_eq!(a.stop(), Some(0));
    let links = network.run_in("a", "ip", &["-o", "link"]);
    let links = String::from_utf8_lossy(&links.stdout).into_owned();
    assert!(!links.contains("vrrp"), "{links}");
    network.expect_owners(ADDRESS, &["b"], OVERLAP);
    let log = network.logs();
    assert!(log.contains("10.9.0.1 gave up (priority 0)"), "{log}");
}

#[test]
fn a_process_that_was_killed_is_replaced_without_losing_the_address() {
    let Some(network) = Network::new(&[Lvsha]) else { return };
    // Slow enough that the restart is in time on a machine with other work.
    let lines = "version 3\n advert_int 3";
    let a = network.start(Lvsha, "a", &instance(150, lines));
    network.expect_owners(ADDRESS, &["a"], OVERLAP);
    let _b = network.start(Lvsha, "b", &instance(100, lines));
    a.kill();
    let a = network.start(Lvsha, "a", &instance(150, lines));
    a.expect_log("the addresses are still here");
    network.expect_stable(ADDRESS, &["a"], Duration::from_secs(6));
}

#[test]
fn a_master_that_was_frozen_yields() {
    let Some(network) = Network::new(&[Lvsha]) else { return };
    let a = network.start(Lvsha, "a", &instance(150, FAST));
    let b = network.start(Lvsha, "b", &instance(100, FAST));
    network.expect_owners(ADDRESS, &["a"], OVERLAP);
    a.signal("STOP");
    b.expect_log("transition to MASTER");
    a.signal("CONT");
    a.expect_log("another director may have taken over");
    network.expect_owners(ADDRESS, &["a"], Duration::from_secs(10));
}

#[test]
fn an_address_that_somebody_removes_is_put_back() {
    let Some(network) = Network::new(&[Lvsha]) else { return };
    let a = network.start(Lvsha, "a", &instance(150, FAST));
    network.expect_owners(ADDRESS, &["a"], OVERLAP);
    network.ip_in("a", &["addr", "del", "10.9.0.100/24", "dev", "eth0"]);
    a.expect_log("was gone, put back");
    network.expect_owners(ADDRESS, &["a"], OVERLAP);
}

#[test]
fn an_interface_may_come_late() {
    let Some(network) = Network::new(&[Lvsha]) else { return };
    let late = instance(150, FAST).replace("interface eth0", "interface eth7");
    let a = network.start(Lvsha, "a", &late);
    a.expect_log("entering FAULT: interface eth7 failed");
    network.ip_in("a", &["link", "set", "eth0", "down"]);
    network.ip_in("a", &["link", "set", "eth0", "name", "eth7"]);
    network.ip_in("a", &["link", "set", "eth7", "up"]);
    network.expect_owners(ADDRESS, &["a"], OVERLAP);
}

#[test]
fn a_reload_is_all_or_nothing() {
    let Some(network) = Network::new(&[Lvsha]) else { return };
    let good = instance(150, FAST);
    let a = network.start(Lvsha, "a", &good);
    network.expect_owners(ADDRESS, &["a"], OVERLAP);

    fs::write(network.path("a.conf"), good.replace("virtual_router_id 51", "")).unwrap();
    a.signal("HUP");
    a.expect_log("reload refused, nothing has changed: ");
    a.expect_log("LV0950");
    assert_eq!(network.owners(ADDRESS), ["a"]);

    fs::write(network.path("a.conf"), &good).unwrap();
    a.signal("HUP");
    a.expect_log("reload: nothing has changed");

    let more = good.replace("10.9.0.100/24", "10.9.0.100/24\n 10.9.0.101/24");
    fs::write(network.path("a.conf"), more).unwrap();
    a.signal("HUP");
    network.expect_owners("10.9.0.101", &["a"], OVERLAP);
    assert_eq!(a.status()["routers"][0]["counters"]["became_master"], 1);

    fs::write(network.path("a.conf"), &good).unwrap();
    a.signal("HUP");
    network.expect_owners("10.9.0.101", &[], OVERLAP);
    assert_eq!(network.owners(ADDRESS), ["a"]);
}

#[test]
fn hooks_run_in_order_and_scripts_are_followed() {
    let Some(network) = Network::new(&[Lvsha]) else { return };
    let (story, flag) = (network.path("story"), network.path("flag"));
    fs::write(&flag, "").unwrap();
    let configuration = format!(
        "vrrp_script flag {{\n script \"/usr/bin/test -e {flag}\"\n interval 1\n}}\n{}",
        instance(
            150,
            &format!(
                "{FAST}\n track_script {{\n flag\n }}\n \
                 notify \"/bin/sh -c 'echo $2 $3 $4 >> {story}' x\"",
                story = story.display()
            )
        ),
        flag = flag.display()
    );
    let a = network.start(Lvsha, "a", &configuration);
    network.expect_owners(ADDRESS, &["a"], OVERLAP);
    fs::remove_file(&flag).unwrap();
    a.expect_log("entering FAULT: script flag failed");
    network.expect_owners(ADDRESS, &[], OVERLAP);
    a.stop();
    let story = fs::read_to_string(story).unwrap();
    let expected = "VI_1 BACKUP 150\nVI_1 MASTER 150\nVI_1 FAULT 150\nVI_1 STOP 150\n";
    assert_eq!(story, expected);
}

#[test]
fn who_is_told_of_a_master_finds_all_of_its_addresses() {
    const COUNT: u32 = 2000;
    let Some(network) = Network::new(&[Lvsha]) else { return };
    let story = network.path("story");
    let addresses: String = (0..COUNT)
        .map(|number| format!("10.4.{}.{}/32\n", number / 250, number % 250 + 1))
        .collect();
    let look = "ip -o addr show dev eth0 | grep -c inet.10.4.";
    let lines = format!(
        "{FAST}\n virtual_ipaddress_excluded {{\n {addresses}}}\n \
         notify_master \"/bin/sh -c '{look} >> {story}'\"\n \
         notify_stop \"/bin/sh -c '{look} >> {story}'\"",
        story = story.display()
    );
    let a = network.start(Lvsha, "a", &instance(150, &lines));
    network.expect_story(&COUNT.to_string());
    assert_eq!(a.stop(), Some(0));
    let told = fs::read_to_string(&story).unwrap();
    assert_eq!(told, format!("{COUNT}\n0\n"), "{}", network.logs());
}

#[test]
fn a_sync_group_moves_as_a_whole() {
    let Some(network) = Network::new(&[Lvsha]) else { return };
    for name in ["a", "b"] {
        network.ip_in(name, &["link", "add", "eth1", "type", "veth", "peer", "name", "other1"]);
        network.ip_in(name, &["link", "set", "eth1", "up"]);
        network.ip_in(name, &["link", "set", "other1", "up"]);
        network.ip_in(name, &["addr", "add", "10.8.0.1/24", "dev", "eth1"]);
    }
    let pair = |priority: u8| {
        let second = instance(priority, FAST)
            .replace("VI_1", "VI_2")
            .replace("eth0", "eth1")
            .replace("virtual_router_id 51", "virtual_router_id 52")
            .replace("10.9.0.100/24", "10.8.0.100/24");
        let second = second.split_once("vrrp_instance").unwrap().1.to_owned();
        // eth1 leads nowhere: alone, both directors would be master there.
        format!(
            "vrrp_sync_group both {{\n group {{\n VI_1\n VI_2\n }}\n}}\n{}vrrp_instance{second}",
            instance(priority, FAST)
        )
    };
    let _a = network.start(Lvsha, "a", &pair(150));
    let _b = network.start(Lvsha, "b", &pair(100));
    network.expect_owners(ADDRESS, &["a"], OVERLAP);
    network.expect_owners("10.8.0.100", &["a"], OVERLAP);
    network.ip_in("a", &["link", "set", "other1", "down"]);
    network.expect_owners(ADDRESS, &["b"], OVERLAP);
    network.expect_owners("10.8.0.100", &["b"], OVERLAP);
}

/// As nothing is told of a router that starts over addresses that serve.
#[test]
fn a_group_of_a_killed_process_is_no_backup_before_it_is_master() {
    let Some(network) = Network::new(&[Lvsha]) else { return };
    let story = network.path("story");
    let notify = format!("notify \"/bin/sh -c 'echo $2 $3 >> {}' x\"", story.display());
    let group = format!("vrrp_sync_group both {{\n group {{\n VI_1\n }}\n {notify}\n}}\n");
    let configuration = format!("{group}{}", instance(150, FAST));
    let a = network.start(Lvsha, "a", &configuration);
    network.expect_story("both MASTER");
    a.kill();
    fs::remove_file(&story).unwrap();
    let _a = network.start(Lvsha, "a", &configuration);
    network.expect_story("both MASTER");
    assert_eq!(fs::read_to_string(&story).unwrap(), "both MASTER\n", "{}", network.logs());
}

#[test]
fn an_operator_moves_the_address_and_back() {
    let Some(network) = Network::new(&[Lvsha]) else { return };
    let a = network.start(Lvsha, "a", &instance(150, FAST));
    let b = network.start(Lvsha, "b", &instance(100, &format!("{FAST}\n nopreempt")));
    network.expect_owners(ADDRESS, &["a"], OVERLAP);
    a.ctl(&["standby"]);
    network.expect_owners(ADDRESS, &["b"], OVERLAP);
    assert_eq!(a.status()["routers"][0]["order"], "standby");
    // As long as the order stands, the better one stays backup.
    network.expect_stable(ADDRESS, &["b"], Duration::from_secs(2));
    a.ctl(&["normal", "VI_1"]);
    network.expect_owners(ADDRESS, &["a"], OVERLAP);
    b.ctl(&["takeover"]);
    network.expect_owners(ADDRESS, &["b"], OVERLAP);
    network.expect_stable(ADDRESS, &["b"], Duration::from_secs(1));
    b.ctl(&["normal"]);
    network.expect_owners(ADDRESS, &["a"], OVERLAP);
}

#[test]
fn scripts_of_haresources_are_exchanged_without_a_restart() {
    let Some(network) = Network::new(&[Lvsha]) else { return };
    let story = network.path("story");
    for folder in ["ha.d", "init.d"] {
        fs::create_dir(network.path(folder)).unwrap();
    }
    for name in ["first", "second", "third"] {
        let path = network.path(&format!("init.d/{name}"));
        let story = story.display();
        let text = format!(
            "#!/bin/sh\necho {name} $1 >> {story}\n[ $1 = status ] && echo stopped\nexit 0\n"
        );
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    }
    let configure = |scripts: &str| {
        let line = format!("a 10.9.0.100/24/eth0 {scripts}\n");
        fs::write(network.path("ha.d/haresources"), line).unwrap();
    };
    let cluster = "keepalive 1\ndeadtime 3\nbcast eth0\nauto_failback on\nnode a b\n";
    fs::write(network.path("ha.d/ha.cf"), cluster).unwrap();
    configure("first second");
    let a = network.start_heartbeat("a", "ha.d", "init.d");
    network.expect_story("second start");
    configure("first third");
    a.signal("HUP");
    network.expect_story("third start");
    a.stop();
    let expected = "first status\nfirst start\nsecond status\nsecond start\n\
        second stop\nthird status\nthird start\nthird stop\nfirst stop\n";
    assert_eq!(fs::read_to_string(&story).unwrap(), expected, "{}", network.logs());
}

impl Network {
    pub(crate) fn expect_story(&self, line: &str) {
        eventually(|| {
            let story = fs::read_to_string(self.path("story")).unwrap_or_default();
            let is_told = story.lines().any(|told| told == line);
            if is_told { Ok(()) } else { Err(format!("no `{line}` in\n{story}\n{}", self.logs())) }
        });
    }
}

#[test]
fn one_lost_path_is_a_warning_and_no_failover() {
    let Some(network) = Network::new(&[Lvsha]) else { return };
    let other = network.space("b");
    let link = ["link", "add", "eth1", "type", "veth", "peer", "name", "eth1", "netns", &other];
    network.ip_in("a", &link);
    for (name, address) in [("a", "10.7.0.1/24"), ("b", "10.7.0.2/24")] {
        network.ip_in(name, &["addr", "add", address, "dev", "eth1"]);
        network.ip_in(name, &["link", "set", "eth1", "up"]);
    }
    for folder in ["ha.d", "init.d"] {
        fs::create_dir(network.path(folder)).unwrap();
    }
    // The two ways to name a medium.
    let cluster = "keepalive 1\ndeadtime 3\nbcast eth0\nucast eth1 10.7.0.1\nucast eth1 10.7.0.2\n\
        auto_failback on\nnode a b\n";
    fs::write(network.path("ha.d/ha.cf"), cluster).unwrap();
    fs::write(network.path("ha.d/haresources"), "a 10.9.0.100/24/eth0\n").unwrap();
    let a = network.start_heartbeat("a", "ha.d", "init.d");
    network.expect_owners(ADDRESS, &["a"], OVERLAP);
    let b = network.start_heartbeat("b", "ha.d", "init.d");
    b.expect_log("entering BACKUP");

    // The bridge keeps the two apart, but every link is up.
    let isolate = |state: &str| {
        for port in ["porta", "portb"] {
            let words = ["link", "set", "dev", port, "isolated", state];
            assert!(network.run_in("s", "bridge", &words).status.success());
        }
    };
    isolate("on");
    b.expect_log("path eth0 is lost: nothing heard for");
    network.expect_stable(ADDRESS, &["a"], Duration::from_secs(4));
    isolate("off");
    b.expect_log("path eth0 works again");
    network.ip_in("a", &["link", "set", "eth1", "down"]);
    a.expect_log("path eth1 is lost: its link is down");
    b.expect_log("path eth1 is lost");
    network.expect_stable(ADDRESS, &["a"], Duration::from_secs(4));
    // Without any path left the address moves.
    a.signal("STOP");
    network.expect_owners(ADDRESS, &["a", "b"], Duration::from_secs(30));
}

/// An inventory of two directors and services of one server each, at these ports.
fn site(track: &str, ports: &[u16]) -> String {
    let services = ports.iter().map(|port| {
        format!(
            "[[services]]\naddress = \"10.9.0.100:{port}\"\nprotocol = \"tcp\"\n\
             scheduler = \"rr\"\nmethod = \"nat\"\n\
             servers = [\"c:80{port}\"]\nprobe = \"tcp\"\n\
             checks = {{ interval = 0.2, connect_timeout = 1, failures = 1, warmup = 0 }}\n"
        )
    });
    format!(
        "cluster = \"pair\"\nstack = \"lvsha\"\n\
         [directors.a]\naddress = \"10.9.0.1\"\ninterface = \"eth0\"\npriority = 150\n\
         [directors.b]\naddress = \"10.9.0.2\"\ninterface = \"eth0\"\npriority = 140\n\
         [real_servers.c]\naddress = \"10.9.0.9\"\n\
         [routers.VI_1]\nvirtual_router_id = 51\naddresses = [\"10.9.0.100/24\"]\nversion = 3\n\
         interval = 0.2\n{track}\n{}",
        services.collect::<String>()
    )
}

#[test]
fn a_director_without_live_servers_yields() {
    let Some(network) = Network::new(&[Lvsha]) else { return };
    // A server that refuses, and one that does not: the observer's own ports.
    let listener = network.listen("s", 8080);
    let follows = site("follows = [\"service tcp 10.9.0.100:80 weight -50\"]", &[80]);
    let a = network.start_inventory("a", &follows);
    network.expect_owners(ADDRESS, &["a"], OVERLAP);
    let b = network.start_inventory("b", &site("", &[80]));
    b.expect_log("entering BACKUP");
    drop(listener);
    a.expect_log("priority 150 becomes 100");
    network.expect_owners(ADDRESS, &["b"], OVERLAP);
    let _listener = network.listen("s", 8080);
    a.expect_log("priority 100 becomes 150");
    network.expect_owners(ADDRESS, &["a"], OVERLAP);
}

#[test]
fn in_an_inventory_only_its_directors_count() {
    let Some(network) = Network::new(&[Lvsha]) else { return };
    let pair = site("unicast = true", &[80]);
    let _a = network.start_inventory("a", &pair);
    network.expect_owners(ADDRESS, &["a"], OVERLAP);
    // To this one the better director is somebody else.
    let other = pair.replace("\"10.9.0.1\"", "\"10.9.0.11\"");
    let b = network.start_inventory("b", &other);
    b.expect_log("packet from 10.9.0.1 discarded: sender is no peer");
    network.expect_owners(ADDRESS, &["a", "b"], Duration::from_secs(60));
}

/// What is told of several services are as many orders, and the last of them is the one that matters.
#[test]
fn a_director_whose_last_service_dies_says_so_at_once() {
    let Some(network) = Network::new(&[Lvsha]) else { return };
    let _first = network.listen("s", 8080);
    let second = network.listen("s", 8081);
    let follows = "follows = [\"service tcp 10.9.0.100:80\", \"service tcp 10.9.0.100:81\"]";
    let a = network.start_inventory("a", &site(follows, &[80, 81]));
    network.expect_owners(ADDRESS, &["a"], OVERLAP);
    let b = network.start_inventory("b", &site("", &[80, 81]));
    b.expect_log("entering BACKUP");
    drop(second);
    a.expect_log("entering FAULT: service tcp 10.9.0.100:81 failed");
    // Who is told nothing waits for the whole down interval.
    b.expect_log("transition to MASTER: 10.9.0.1 gave up (priority 0)");
    network.expect_owners(ADDRESS, &["b"], OVERLAP);
}

/// A program that listens; it ends with this value.
struct Listener(std::process::Child);

impl Drop for Listener {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

impl Network {
    fn listen(&self, name: &str, port: u16) -> Listener {
        let script = format!(
            "import socket\ns=socket.socket()\n\
             s.setsockopt(socket.SOL_SOCKET,socket.SO_REUSEADDR,1)\n\
             s.bind(('0.0.0.0',{port}));s.listen(64)\nprint('ready',flush=True)\n\
             while True:\n s.accept()[0].close()\n"
        );
        let mut child = std::process::Command::new("ip")
            .args(["netns", "exec", &self.space(name), "python3", "-c", &script])
            .stdout(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        let mut ready = String::new();
        let mut output = std::io::BufReader::new(child.stdout.take().unwrap());
        std::io::BufRead::read_line(&mut output, &mut ready).unwrap();
        Listener(child)
    }
}
