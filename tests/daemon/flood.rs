//! More packets than anybody can read.

use std::process::{Command, Stdio};

use super::Program::Lvsha;
use super::{ADDRESS, Network, instance};

/// Whoever floods a link must not keep a director from obeying: it would be killed, and leave its addresses.
#[test]
fn a_flood_of_packets_keeps_nobody_from_stopping() {
    let Some(network) = Network::new(&[Lvsha]) else { return };
    let a = network.start(Lvsha, "a", &instance(150, ""));
    network.expect_owners(ADDRESS, &["a"], std::time::Duration::from_secs(3));
    let mut flood = Command::new("ip")
        .args(["netns", "exec", &network.space("b"), "perl", "-e", FLOOD])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    // The first packets are on their way.
    std::io::Read::read_exact(flood.stdout.as_mut().unwrap(), &mut [0; 3]).unwrap();
    let routers = a.status()["routers"].as_array().map_or(0, Vec::len);
    a.signal("TERM");
    a.expect_log("stopped");
    network.expect_owners(ADDRESS, &[], std::time::Duration::from_secs(3));
    flood.kill().unwrap();
    flood.wait().unwrap();
    assert_eq!(routers, 1);
}

/// Adverts of a lower priority to the group of the standard, as fast as they go.
const FLOOD: &str = r#"
use Socket;
socket(my $socket, AF_INET, SOCK_RAW, 112) or die;
setsockopt($socket, 0, 33, pack("I", 255)) or die;
setsockopt($socket, 0, 32, inet_aton("10.9.0.2")) or die;
my $packet = pack("C4C4N", 0x21, 51, 1, 1, 0, 1, 0, 0, 0x0a090064) . "\0" x 8;
my $sum = unpack("%32n*", $packet);
$sum = ($sum & 0xffff) + ($sum >> 16) while $sum >> 16;
substr($packet, 6, 2) = pack("n", ~$sum & 0xffff);
my $group = sockaddr_in(0, inet_aton("224.0.0.18"));
for (my $sent = 0; ; $sent++) {
    send($socket, $packet, 0, $group);
    syswrite(STDOUT, "on\n") if $sent == 10_000;
}
"#;
