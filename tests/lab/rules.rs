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
#[path = "host/rules.rs"]
mod before_the_boot;
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
use std::net::Ipv6Addr;
use std::time::Duration;

use behaviour::{Aspect, Behaviour};
use inventory::{Host, LW1, LW2, LW3, LW4, VIP, VIP6};
use message::Message;
use proptest::prelude::*;
use record::{Answer, Record, Visit};
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
fn the_kernels_own_list_tells_who_serves() {
    // As Linux 6.1 prints it.
    let text = "\
IP Virtual Server version 1.2.1 (size=4096)
Prot LocalAddress:Port Scheduler Flags
  -> RemoteAddress:Port Forward Weight ActiveConn InActConn
TCP  0A00001F:0050 rr
  -> 0A00001D:0050      Route   3      0          17
  -> 0A00001E:0050      Route   0      0          0
";
    let serves = |host: Host, port| {
        world::table::serves(text, std::net::SocketAddrV4::new(host.address(), port))
    };
    assert!(serves(LW3, 80));
    assert!(!serves(LW3, 81), "another port");
    assert!(!serves(LW4, 80), "weight 0 takes nothing new");
    assert!(!serves(LW1, 80));
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
        behaviour.text(Aspect::Table, "full");
        behaviour.text(Aspect::StandbyTable, table);
        behaviour.span(Aspect::TakeOver, ms(takeover));
        behaviour
    };
    let codes = BTreeSet::from(["LV0716".to_owned()]);
    let before = drill("full", 3000);
    assert!(before.differences(&drill("full", 6900)).is_empty(), "within the slack");
    let seen = |table: &str| {
        let differences = before.differences(&drill(table, 7100));
        differences.iter().map(|one| (one.aspect, one.announced(&codes))).collect::<Vec<_>>()
    };
    assert_eq!(seen("(empty)"), [(Aspect::StandbyTable, true), (Aspect::TakeOver, false)]);
    assert_eq!(
        seen("half"),
        [(Aspect::StandbyTable, false), (Aspect::TakeOver, false)],
        "a standby has the whole table or none"
    );
    let takeover = &BTreeSet::from(["LV0701".to_owned()]);
    let announced = |takeover_after: u64| {
        before.differences(&drill("full", takeover_after)).iter().all(|one| one.announced(takeover))
    };
    assert!(announced(3000 + 12_000), "as long as heartbeat's scripts may take");
    assert!(!announced(3000 + 12_001), "the code does not speak of more");
    let unasked = before.differences(&Behaviour::new("nothing"));
    assert_eq!(unasked.len(), 3, "what only one was asked about is a difference");
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
