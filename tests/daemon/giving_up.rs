//! Who gives up of its own will stops its resources first, and nobody has them twice.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::time::Duration;

use super::Program::Lvsha;
use super::network::{Director, eventually};
use super::{ADDRESS, Network};

const OVERLAP: Duration = Duration::from_secs(3);

impl Network {
    /// Starts a director of a pair with one resource, whose script tells `story` what it does, and takes
    /// so many seconds to stop.
    fn start_with_resource(&self, name: &str, seconds: u32, lines: &str) -> Director {
        let (folder, scripts) = (format!("ha.{name}"), format!("init.{name}"));
        for folder in [&folder, &scripts] {
            fs::create_dir_all(self.path(folder)).unwrap();
        }
        let text = format!(
            "#!/bin/sh
story={}
case $1 in
    start) echo {name} starts >> $story ;;
    stop) echo {name} stops >> $story; sleep {seconds}; echo {name} has stopped >> $story ;;
    status) echo stopped ;;
esac
",
            self.path("story").display()
        );
        let script = self.path(&format!("{scripts}/web"));
        fs::write(&script, text).unwrap();
        fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
        let cluster = format!("keepalive 1\ndeadtime 3\nbcast eth0\nnode a b\n{lines}");
        fs::write(self.path(&format!("{folder}/ha.cf")), cluster).unwrap();
        let line = "a 10.9.0.100/24/eth0 web\n";
        fs::write(self.path(&format!("{folder}/haresources")), line).unwrap();
        self.start_heartbeat(name, &folder, &scripts)
    }

    fn story(&self) -> Vec<String> {
        let story = fs::read_to_string(self.path("story")).unwrap_or_default();
        story.lines().map(ToOwned::to_owned).collect()
    }

    /// Watches the address until a line of the story: it stays where it is.
    fn expect_held_until(&self, name: &str, line: &str) {
        eventually(|| {
            let owners = self.owners(ADDRESS);
            let story = self.story();
            if story.iter().any(|told| told == line) {
                return Ok(());
            }
            assert_eq!(owners, [name], "{story:?}\n{}", self.logs());
            Err(format!("no `{line}` in {story:?}\n{}", self.logs()))
        });
    }
}

#[test]
fn the_address_goes_when_the_resources_are_stopped() {
    let Some(network) = Network::new(&[Lvsha]) else { return };
    let lines = "auto_failback off\n";
    let a = network.start_with_resource("a", 2, lines);
    network.expect_owners(ADDRESS, &["a"], OVERLAP);
    network.expect_story("a starts");
    let b = network.start_with_resource("b", 2, lines);
    b.expect_log("entering BACKUP");
    a.ctl(&["standby"]);
    a.expect_log("stopping its resources before it gives up: ordered to stand by");
    network.expect_held_until("a", "a has stopped");
    network.expect_owners(ADDRESS, &["b"], OVERLAP);
    network.expect_story("b starts");
    a.ctl(&["normal"]);
    // The same at the end of the daemon.
    b.signal("TERM");
    network.expect_held_until("b", "b has stopped");
    network.expect_owners(ADDRESS, &["a"], OVERLAP);
    eventually(|| {
        let story = network.story();
        let expected = [
            "a starts",
            "a stops",
            "a has stopped",
            "b starts",
            "b stops",
            "b has stopped",
            "a starts",
        ];
        if story == expected { Ok(()) } else { Err(format!("{story:?}\n{}", network.logs())) }
    });
    assert_eq!(b.stop(), Some(0));
}

/// What runs belongs to the old address: the partner must not mount what this one still unmounts.
#[test]
fn a_router_that_a_reload_takes_away_stops_its_resources_first() {
    let Some(network) = Network::new(&[Lvsha]) else { return };
    let a = network.start_with_resource("a", 2, "");
    network.expect_owners(ADDRESS, &["a"], OVERLAP);
    network.expect_story("a starts");
    let line = |address: &str| {
        let line = format!("a {address}/24/eth0 web\n");
        fs::write(network.path("ha.a/haresources"), line).unwrap();
        a.signal("HUP");
    };
    line("10.9.0.101");
    a.expect_log("reload: first the resources of");
    // What is asked for meanwhile is not lost, and the routers of the plan between have their turn.
    line("10.9.0.102");
    network.expect_held_until("a", "a has stopped");
    network.expect_owners("10.9.0.102", &["a"], OVERLAP);
    network.expect_owners(ADDRESS, &[], OVERLAP);
    network.expect_owners("10.9.0.101", &[], OVERLAP);
    eventually(|| {
        let story = network.story();
        let is_told = story == ["a starts", "a stops", "a has stopped", "a starts"];
        if is_told { Ok(()) } else { Err(format!("{story:?}\n{}", network.logs())) }
    });
    assert_eq!(a.stop(), Some(0));
}

/// There is nothing to reload any more.
#[test]
fn a_stop_counts_while_a_reload_waits_for_resources() {
    let Some(network) = Network::new(&[Lvsha]) else { return };
    let a = network.start_with_resource("a", 2, "");
    network.expect_owners(ADDRESS, &["a"], OVERLAP);
    network.expect_story("a starts");
    fs::write(network.path("ha.a/haresources"), "a 10.9.0.101/24/eth0 web\n").unwrap();
    let (code, said) = a.ctl_ends(&["reload"]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.starts_with("the rest follows when the resources of"), "{said}");
    assert_eq!(a.stop(), Some(0));
    assert_eq!(network.story(), ["a starts", "a stops", "a has stopped"]);
    network.expect_owners(ADDRESS, &[], OVERLAP);
    network.expect_owners("10.9.0.101", &[], OVERLAP);
}

#[test]
fn an_end_that_cannot_wait_is_one_at_once() {
    let Some(network) = Network::new(&[Lvsha]) else { return };
    // Longer than anything here takes.
    let a = network.start_with_resource("a", 40, "auto_failback off\n");
    network.expect_owners(ADDRESS, &["a"], OVERLAP);
    network.expect_story("a starts");
    let b = network.start_with_resource("b", 0, "auto_failback off\n");
    b.expect_log("entering BACKUP");
    a.ctl(&["standby"]);
    network.expect_story("a stops");
    network.expect_stable(ADDRESS, &["a"], Duration::from_secs(4));
    // An operator makes the other one the better.
    b.ctl(&["takeover"]);
    network.expect_owners(ADDRESS, &["b"], OVERLAP);
    a.expect_log("entering BACKUP: received higher priority 254");
    assert_eq!(a.status()["routers"][0]["order"], "standby");
}

#[test]
fn the_second_signal_does_not_wait_for_resources() {
    let Some(network) = Network::new(&[Lvsha]) else { return };
    let a = network.start_with_resource("a", 20, "auto_failback off\n");
    network.expect_owners(ADDRESS, &["a"], OVERLAP);
    network.expect_story("a starts");
    a.signal("TERM");
    network.expect_story("a stops");
    network.expect_stable(ADDRESS, &["a"], Duration::from_secs(1));
    // What is being given up is not started anew.
    a.signal("HUP");
    a.signal("INT");
    network.expect_owners(ADDRESS, &[], OVERLAP);
    assert!(!network.story().contains(&"a has stopped".to_owned()), "{}", network.logs());
}
