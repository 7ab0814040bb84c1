//! What happens before a machine is there: command line, environment, what is missing, leftovers, the inventory.

use std::ffi::OsStr;
use std::fs;
use std::process::Command;
use std::time::Duration;

use crate::arguments::{Arguments, Wish};
use crate::back_end::{self, BackEnd, Surroundings};
use crate::inventory::{self, CLIENT, Cluster, Host, LW2, LW3, NODES, VIP, VIP6};
use crate::leftovers;
use crate::settings::Settings;

fn words(line: &str) -> Result<Arguments, String> {
    Arguments::parse(&line.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
}

#[test]
fn the_command_line_of_test_binaries_is_understood() {
    let arguments = words("keepalived:: --skip slow --format pretty --nocapture").unwrap();
    assert_eq!(arguments.wish, Wish::Run);
    assert!(arguments.selects("keepalived::a_pulled_cable"));
    assert!(!arguments.selects("keepalived::a_slow_link"), "skipped");
    assert!(!arguments.selects("heartbeat::a_pulled_cable"), "another name");
    assert!(!words("a --exact").unwrap().selects("ab"));
    assert!(!words("--ignored").unwrap().selects("a"), "no scenario is marked as ignored");
    assert_eq!(words("--list").unwrap().wish, Wish::List);
    assert_eq!(words("--shell").unwrap().wish, Wish::Shell);
    assert_eq!(words("--lst").unwrap_err(), "unknown option `--lst`");
}

#[test]
fn the_environment_chooses_a_back_end_and_words_without_meaning_are_refused() {
    let read = |text: &str| {
        let pairs: Vec<(&str, &str)> =
            text.split_whitespace().filter_map(|pair| pair.split_once('=')).collect();
        Settings::read(|name| {
            pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
        })
    };
    let standard = read("").unwrap();
    assert_eq!(standard.back_end, Some(BackEnd::Emulated));
    assert_eq!(standard.limit, Duration::from_secs(40 * 60));
    assert_eq!(standard.retries, 0, "a failure is a failure");
    assert_eq!(read("LAB_RETRIES=1").unwrap().retries, 1);
    assert_eq!(standard.machines(BackEnd::Emulated, 8), 2, "two are enough");
    assert_eq!(standard.machines(BackEnd::Emulated, 1), 1);
    assert_eq!(read("LAB=off").unwrap().back_end, None);
    let three = read("LAB=host LAB_MACHINES=3 LAB_LIMIT=0").unwrap();
    assert_eq!((three.back_end, three.limit), (Some(BackEnd::Host), Duration::ZERO));
    assert_eq!(three.machines(BackEnd::Emulated, 1), 3);
    assert_eq!(three.machines(BackEnd::Host, 8), 1, "there is one kernel");
    assert_eq!(
        read("LAB=qemu").unwrap_err(),
        "LAB=qemu is no back end: emulated, kvm, host or off"
    );
    assert_eq!(read("LAB_LIMIT=1h").unwrap_err(), "LAB_LIMIT=1h is no number of minutes");
    assert_eq!(read("LAB_MACHINES=-1").unwrap_err(), "LAB_MACHINES=-1 is no number of machines");
}

#[test]
fn what_is_missing_for_a_back_end_is_said_with_the_next_thing_to_do() {
    let all = || Surroundings {
        emulator: true,
        kvm: true,
        root: true,
        kernel: "6.1.0-1-amd64".to_owned(),
        ip_vs: true,
        namespaces: String::new(),
    };
    for back_end in [BackEnd::Emulated, BackEnd::Kvm, BackEnd::Host] {
        assert_eq!(back_end.possible(&all()), Ok(()));
    }
    let nothing = Surroundings { emulator: false, root: false, ip_vs: false, ..all() };
    let refused = |back_end: BackEnd, here: Surroundings| back_end.possible(&here).unwrap_err();
    let emulator = "qemu-system-x86_64 is not installed; run: make lab-images";
    assert_eq!(refused(BackEnd::Emulated, nothing.clone()), emulator);
    assert_eq!(refused(BackEnd::Kvm, nothing.clone()), emulator);
    assert_eq!(
        refused(BackEnd::Kvm, Surroundings { kvm: false, ..all() }),
        "LAB=kvm needs /dev/kvm, which this machine has not; leave LAB out"
    );
    assert_eq!(
        refused(BackEnd::Host, nothing),
        "LAB=host makes namespaces and needs root; run it with sudo"
    );
    assert_eq!(
        refused(BackEnd::Host, Surroundings { ip_vs: false, ..all() }),
        "LAB=host needs ip_vs, which the kernel 6.1.0-1-amd64 of this machine neither has nor can load; leave LAB out"
    );
    let forbidden = "unshare: unshare failed: Operation not permitted".to_owned();
    assert_eq!(
        refused(BackEnd::Host, Surroundings { namespaces: forbidden, ..all() }),
        "LAB=host makes namespaces, which is not allowed here (unshare: unshare failed: Operation not permitted); \
         leave LAB out"
    );
}

#[test]
fn a_program_is_looked_for_in_the_search_path_only() {
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join(back_end::QEMU);
    let found = |path: Option<&OsStr>| back_end::which(back_end::QEMU, path);
    assert_eq!(found(Some(place.path().as_os_str())), None);
    fs::write(&file, "").unwrap();
    assert_eq!(found(Some(place.path().as_os_str())), Some(file));
    assert_eq!(found(Some("".as_ref())), None);
    assert_eq!(found(None), None);
}

#[test]
fn folders_of_runs_that_are_no_more_are_removed_and_nothing_else() {
    let place = tempfile::tempdir().unwrap();
    let folder = |name: &str| {
        let path = place.path().join(name);
        fs::create_dir_all(path.join("stage")).unwrap();
        path
    };
    let mut process = Command::new("true").spawn().unwrap();
    let ended = folder(&format!("{}Xy3", leftovers::prefix(process.id())));
    // Waited for, its number is gone from /proc.
    process.wait().unwrap();
    let own = folder(&format!("{}Ab1", leftovers::prefix(std::process::id())));
    let strange = folder("lab-of-somebody");
    leftovers::remove(place.path());
    assert_eq!([ended, own, strange].map(|path| path.exists()), [false, true, true]);
}

#[test]
fn machines_and_addresses_are_those_of_the_inventory() {
    assert_eq!(
        NODES.iter().map(|host| host.name).collect::<Vec<_>>(),
        ["LW1", "LW2", "LW3", "LW4"]
    );
    assert_eq!(LW3.address().to_string(), "10.0.0.29");
    assert_eq!(LW3.address6().to_string(), "fd00:10::29", "the same digits");
    assert_eq!((VIP.to_string(), VIP6.to_string()), ("10.0.0.31".into(), "fd00:10::31".into()));
    assert_eq!(CLIENT.mac_in_words(), "02:00:0a:00:00:64");
    assert_eq!(Host::by_mac(LW2.mac()), Some(LW2));
}

#[test]
fn another_inventory_makes_another_cluster_and_one_that_cannot_be_a_lab_says_why() {
    let text = fs::read_to_string(inventory::path()).unwrap();
    let read = |from: &str, to: &str| {
        assert!(text.contains(from), "{from}");
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(&file, text.replace(from, to)).unwrap();
        let place = format!("{}:", file.path().display());
        Cluster::read(file.path()).map_err(|problem| problem.replace(&place, "").trim().to_owned())
    };
    let other = format!("{:?}", read("10.0.0.29", "10.0.0.39").unwrap());
    assert!(other.contains("10.0.0.39") && !other.contains("10.0.0.29"), "{other}");
    let five = "[real_servers.lw5]\naddress = \"10.0.0.32\"\n\n[groups]";
    assert!(format!("{:?}", read("[groups]", five).unwrap()).contains("LW5"));
    let refused = |from: &str, to: &str| read(from, to).unwrap_err();
    assert_eq!(refused("lw4", "web4"), "no machine lw4, which scenarios name");
    assert_eq!(
        refused(
            "[directors.lw2]",
            "[directors.lw5]\naddress = \"10.0.0.32\"\ninterface = \"eth1\"\n[directors.lw2]"
        ),
        "3 directors; the lab's scenarios need a pair"
    );
    assert_eq!(refused("10.0.0.31:80", "[fd00::31]:80"), "no service has an IPv4 address");
    let mistake = refused("cluster = \"lab\"", "clutser = \"lab\"");
    assert_eq!(mistake, "9:1: error[LV0802] an inventory has no key `clutser`");
}
