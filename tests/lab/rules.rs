//! The lab's own rules without a lab: what it reads out of packets, tables and command lines, and how it judges.
//!
//! A binary beside the lab's, which has no harness for `#[test]`; it shares the sources that need no cluster.

// Of the shared sources each test uses its part.
#![expect(dead_code)]
#![expect(clippy::expect_used, clippy::indexing_slicing)]

#[path = "host/arguments.rs"]
mod arguments;
#[path = "host/back_end.rs"]
mod back_end;
mod behaviour;
mod formula;
mod inventory;
#[path = "host/leftovers.rs"]
mod leftovers;
mod message;
#[path = "world/watch/packets.rs"]
mod packets;
#[path = "world/watch/record.rs"]
mod record;
#[path = "host/settings.rs"]
mod settings;
mod world {
    pub(crate) mod table;
    pub(crate) use table::Table;
}

use std::collections::BTreeSet;
use std::fs;
use std::net::Ipv6Addr;
use std::process::Command;
use std::time::Duration;

use arguments::{Arguments, Wish};
use back_end::{BackEnd, Surroundings};
use behaviour::{Aspect, Behaviour};
use inventory::{CLIENT, Cluster, Host, LW1, LW2, LW3, NODES, VIP, VIP6};
use message::Message;
use proptest::prelude::*;
use record::{Answer, Record, Visit};
use settings::Settings;
use world::Table;

/// As `ipvsadm --save --numeric` prints two services.
const SAVED: &str = "\
-A -t 10.0.0.31:80 -s wrr -p 300
-a -t 10.0.0.31:80 -r 10.0.0.29:80 -g -w 3
-a -t 10.0.0.31:80 -r 10.0.0.30:80 -g -w 0
-A -t [fd00:10::31]:80 -s rr
";

fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

fn words(line: &str) -> Result<Arguments, String> {
    Arguments::parse(&line.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
}

#[test]
fn a_saved_table_is_read_whole() {
    let table = Table::parse(SAVED);
    assert_eq!(
        table.to_string(),
        "-t 10.0.0.31:80 wrr -p 300 [10.0.0.29:80 -g 3] [10.0.0.30:80 -g 0]; -t [fd00:10::31]:80 rr"
    );
    assert_eq!(table.weight("10.0.0.30:80"), Some(0), "in the table, and gets nothing");
    assert_eq!(table.weight("10.0.0.27:80"), None);
    assert_eq!(Table::parse("").to_string(), "(empty)");
}

#[test]
fn the_kernels_own_file_shows_the_same_table() {
    let proc = "IP Virtual Server version 1.2.1 (size=4096)
Prot LocalAddress:Port Scheduler Flags
  -> RemoteAddress:Port Forward Weight ActiveConn InActConn
TCP  0A00001F:0050 wrr persistent 300 FFFFFFFF
  -> 0A00001E:0050      Route   0      0          0
  -> 0A00001D:0050      Route   3      1          12
";
    let shown = Table::from_proc(proc).to_string();
    assert_eq!(shown, "-t 10.0.0.31:80 wrr [10.0.0.29:80 -g 3] [10.0.0.30:80 -g 0]");
    assert_eq!(Table::from_proc("").to_string(), "(empty)");
}

#[test]
#[should_panic(expected = "what is not known here")]
fn a_line_of_a_table_that_is_not_understood_stops_the_scenario() {
    Table::parse("-A -t 10.0.0.31:80 --new-option");
}

#[test]
fn an_arp_frame_tells_the_owner_of_its_senders_address_only() {
    let frame = packets::arp_request(LW1.mac(), VIP.address(), LW3.address());
    assert_eq!(packets::arp_owner(&frame, VIP.address()), Some(LW1.mac()));
    assert_eq!(packets::arp_owner(&frame, LW3.address()), None, "it only asks for that one");
    assert_eq!(packets::arp_owner(&frame[..31], VIP.address()), None, "cut short");
}

#[test]
fn a_neighbour_advertisement_tells_its_owner_and_a_solicitation_none() {
    let question = packets::neighbour_solicitation(LW2.mac(), VIP6.address());
    assert_eq!(packets::neighbour_owner(&question, VIP6.address()), None);
    // RFC 4861 section 4.4: type 136, and option 2, the target's link-layer address.
    let mut answer = question;
    (answer[0], answer[24]) = (136, 2);
    assert_eq!(packets::neighbour_owner(&answer, VIP6.address()), Some(LW2.mac()));
    assert_eq!(packets::neighbour_owner(&answer, LW2.address6()), None);
}

#[test]
fn the_group_of_an_address_has_its_last_three_bytes() {
    // The example of RFC 4291 section 2.7.1.
    let address: Ipv6Addr = "4037::1:800:200e:8c6c".parse().unwrap();
    assert_eq!(packets::solicited_node(address).to_string(), "ff02::1:ff0e:8c6c");
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
    assert_eq!(standard.limit, Duration::from_secs(22 * 60));
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
    let found = |path: Option<&std::ffi::OsStr>| back_end::which(back_end::QEMU, path);
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

#[test]
fn take_over_times_are_those_of_the_rfc() {
    // RFC 3768 section 6.1: three intervals and (256 - priority) / 256 seconds.
    let bounds = formula::vrrp_takeover(1.0, 3, 128);
    assert!(bounds.hold(ms(2500)) && bounds.hold(ms(3500)));
    assert!(!bounds.hold(ms(2499)) && !bounds.hold(ms(3501)));
    assert!(bounds.and(ms(100)).hold(ms(3600)), "an allowance makes later good");
    assert!(!bounds.and(ms(100)).hold(ms(2400)), "and never earlier");
}

#[test]
fn what_was_seen_is_counted() {
    let record = Record {
        answers: [(0, LW1), (10, LW1), (20, LW2), (30, LW1), (40, LW2), (900, LW2)]
            .map(|(at, host)| Answer { at: ms(at), host })
            .to_vec(),
        visits: [(0, Some("lw3")), (10, None), (20, Some("lw4")), (200, Some("lw3"))]
            .map(|(at, page)| Visit { at: ms(at), page: page.map(str::to_owned) })
            .to_vec(),
    };
    assert_eq!(record.first_answer(LW1, ms(11)), Some(ms(30)));
    assert_eq!(record.first_page(&["lw3"], ms(1)), Some(ms(200)));
    let pages = record.pages(ms(0), ms(200));
    assert_eq!(
        pages.into_iter().collect::<Vec<_>>(),
        [(String::new(), 1), ("lw3".to_owned(), 1), ("lw4".to_owned(), 1)]
    );
    assert_eq!(record.longest_gap(ms(0), ms(250)), ms(180));
    assert_eq!(record.overlap(ms(0), ms(1000)), ms(10), "LW1 answers for so long after LW2 began");
    assert!(record.timeline().contains("0.040  nobody answers for the address"));
}

#[test]
fn a_difference_is_announced_by_its_own_codes_only() {
    let drill = |table: &str, takeover: u64| {
        let mut behaviour = Behaviour::new("test");
        behaviour.text(Aspect::StandbyTable, table);
        behaviour.span(Aspect::TakeOver, ms(takeover));
        behaviour
    };
    let codes = BTreeSet::from(["LV0716".to_owned()]);
    let before = drill("full", 3000);
    assert!(before.differences(&drill("full", 6900)).is_empty(), "within the slack");
    let differences = before.differences(&drill("empty", 7100));
    let seen: Vec<_> = differences.iter().map(|one| (one.aspect, one.announced(&codes))).collect();
    assert_eq!(seen, [(Aspect::StandbyTable, true), (Aspect::TakeOver, false)]);
    let takeover = &BTreeSet::from(["LV0701".to_owned()]);
    let announced = |takeover_after: u64| {
        before.differences(&drill("full", takeover_after)).iter().all(|one| one.announced(takeover))
    };
    assert!(announced(3000 + 12_000), "as long as heartbeat's scripts may take");
    assert!(!announced(3000 + 12_001), "the code does not speak of more");
    let unasked = before.differences(&Behaviour::new("nothing"));
    assert_eq!(unasked.len(), 2, "what only one was asked about is a difference");
}

proptest! {
    #[test]
    fn a_message_survives_its_line(
        name in ".*",
        failure in proptest::option::of(".*"),
        // Eighths are exact; the fast reading of other numbers may miss their last digit.
        eighths in 0_u32..8_000_000,
    ) {
        let seconds = f64::from(eighths) / 8.0;
        let line = Message::Ended { name, seconds, failure }.to_line();
        prop_assert_eq!(line.lines().count(), 1);
        prop_assert_eq!(Message::from_line(&line).map(|message| message.to_line()), Some(line));
    }

    #[test]
    fn noise_is_no_message(line in "[^{]*") {
        prop_assert!(Message::from_line(&line).is_none());
    }

    #[test]
    fn packets_of_any_length_are_read(packet in proptest::collection::vec(any::<u8>(), 0..64)) {
        // Only whole packets about this address have an owner; none stops the observer.
        let short = packet.len() < 32;
        prop_assert!(!short || packets::arp_owner(&packet, VIP.address()).is_none());
        prop_assert!(!short || packets::neighbour_owner(&packet, VIP6.address()).is_none());
    }
}
