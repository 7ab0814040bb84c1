//! What stands together in one `vrrp_instance`.

use std::collections::HashMap;
use std::net::IpAddr;

use super::{Context, LineRule, address, codes, is_off, keepalived, line, number};
use crate::source::{Diagnostic, Findings};
use crate::syntax::NodeRef;
use crate::syntax::schema::Version;

/// Makes a rule about all of a block.
macro_rules! instance {
    ($($judge:ident;)*) => {
        &[$(LineRule {
            within: "",
            word: "vrrp_instance",
            judge: $judge,
        }),*]
    };
}

/// The rules.
pub(super) const RULES: &[LineRule] = instance! {
    strict;
    virtual_mac;
    own_interface;
    followed_twice;
    exclusive;
    peers;
    transport;
};

/// The source of adverts and their multicast group against the addresses.
fn transport(block: NodeRef<'_>, _: &Context<'_>, findings: &mut Findings) {
    let family = first_address(block).map(|address| address.is_ipv6());
    for word in ["mcast_src_ip", "unicast_src_ip", "mcast_dst_ip"] {
        let Some(node) = line(block, word) else { continue };
        let Some(address) = address(node, 1) else { continue };
        if family.is_some_and(|ipv6| ipv6 != address.is_ipv6()) {
            let message = format!("{address} is not of the family of the router's addresses");
            findings.push(
                Diagnostic::new(keepalived::FAMILY_DIFFERS, node.place(), message)
                    .note("keepalived ignores the line"),
            );
        } else if word == "mcast_dst_ip" && !address.is_multicast() {
            let message = format!("{address} is no multicast group");
            findings.push(Diagnostic::new(codes::NOT_MULTICAST, node.place(), message));
        }
    }
}

/// Words of which one takes the other's effect away.
fn exclusive(block: NodeRef<'_>, _: &Context<'_>, findings: &mut Findings) {
    // Whichever stands first, the interface stays (tried).
    if let (Some(node), Some(own)) = (line(block, "vrf"), line(block, "interface")) {
        let message = "`vrf` is for routers without an interface of their own";
        findings.push(
            Diagnostic::new(keepalived::EXCLUDED, node.place(), message)
                .context(own.place(), "the interface is here")
                .note("keepalived ignores the line"),
        );
    }
    let peers = line(block, "unicast_peer").filter(|list| list.directives().next().is_some());
    // What is no group, or one of the other family, has a finding already.
    let first = first_address(block);
    let fits = |group: &IpAddr| {
        group.is_multicast() && first.is_none_or(|first| first.is_ipv4() == group.is_ipv4())
    };
    if let (Some(node), Some(peers)) = (line(block, "mcast_dst_ip"), peers)
        && address(node, 1).is_some_and(|group| fits(&group))
    {
        let message = "`mcast_dst_ip` is for routers without unicast peers";
        findings.push(
            Diagnostic::new(keepalived::EXCLUDED, node.place(), message)
                .context(peers.place(), "the peers are here")
                .note("keepalived ignores the line"),
        );
    }
    let ipv4 = first.filter(|address| address.is_ipv4());
    if let (Some(node), Some(address)) = (line(block, "native_ipv6"), ipv4) {
        let list = line(block, "virtual_ipaddress").filter(|list| list.index() < node.index());
        let note = match list {
            Some(_) => "keepalived ignores the line",
            None => "keepalived ignores the IPv4 addresses behind it",
        };
        let message = format!("`native_ipv6` beside the address {address}");
        findings.push(
            Diagnostic::new(keepalived::EXCLUDED, node.place(), message)
                .note(note)
                .help("delete the line: the first address tells the family"),
        );
    }
}

/// What the strict mode does not allow.
fn strict(block: NodeRef<'_>, context: &Context<'_>, findings: &mut Findings) {
    let own = line(block, "strict_mode").map(|node| !is_off(node));
    if !own.unwrap_or(context.is_strict) {
        return;
    }
    let is_owner = number(block, "priority") == Some(255);
    let first = first_address(block);
    let ipv6 = first.is_some_and(|address| address.is_ipv6());
    let version = number(block, "version").map(|version| version == 3);
    let is_version_2 = !ipv6 && !version.unwrap_or(context.is_version_3);
    for Strict { word, is_wrong, message } in STRICT {
        let Some(node) = line(block, word) else { continue };
        if is_wrong(node, is_owner, is_version_2) {
            findings.push(
                Diagnostic::new(codes::STRICT, node.place(), *message)
                    .help("change the line, or leave the strict mode"),
            );
        }
    }
    let link_local = |address: IpAddr| match address {
        IpAddr::V6(address) => address.is_unicast_link_local(),
        IpAddr::V4(_) => true,
    };
    if let Some(address) = first.filter(|address| !link_local(*address)) {
        let at = line(block, "virtual_ipaddress").map_or_else(|| block.place(), NodeRef::place);
        let message = format!("the first IPv6 address has to be link-local, {address} is not");
        findings.push(Diagnostic::new(codes::STRICT, at, message));
    }
}

/// A setting that the strict mode resets with an error.
struct Strict {
    word: &'static str,
    /// Node, whether the router owns its addresses, whether it speaks version 2.
    is_wrong: fn(NodeRef<'_>, bool, bool) -> bool,
    message: &'static str,
}

/// Each was tried with 2.2.7.
const STRICT: &[Strict] = &[
    Strict {
        word: "accept",
        is_wrong: |_, _, is_version_2| is_version_2,
        message: "in strict mode version 2 has no accept mode",
    },
    Strict {
        word: "down_timer_adverts",
        is_wrong: |node, _, _| node.word(1).is_some_and(|word| word.value() != "3"),
        message: "in strict mode three adverts may be missing, not more or fewer",
    },
    Strict {
        word: "higher_prio_send_advert",
        is_wrong: |node, _, _| !is_off(node),
        message: "in strict mode a master sends no last advert to a better one",
    },
    Strict {
        word: "lower_prio_no_advert",
        is_wrong: |node, _, _| is_off(node),
        message: "in strict mode a master does not answer adverts of a lower priority",
    },
    Strict {
        word: "preempt_delay",
        is_wrong: |_, _, _| true,
        message: "in strict mode there is no delay of preemption",
    },
    Strict {
        word: "state",
        is_wrong: |node, is_owner, _| {
            node.word(1).is_some_and(|word| word.value() == "MASTER") && !is_owner
        },
        message: "in strict mode only the owner of the addresses, priority 255, begins as MASTER",
    },
];

fn virtual_mac(block: NodeRef<'_>, context: &Context<'_>, findings: &mut Findings) {
    let Some(node) = line(block, "use_vmac") else { return };
    if line(block, "unicast_peer").is_some() && line(block, "vmac_xmit_base").is_none() {
        let message = "with unicast peers the virtual MAC address needs vmac_xmit_base";
        findings.push(
            Diagnostic::new(codes::VIRTUAL_MAC, node.place(), message)
                .help("add `vmac_xmit_base`, which keepalived assumes anyway"),
        );
    }
    // What is written as a MAC address is one, wherever it stands (tried).
    let mut words = node.arguments().filter(|word| !word.raw().contains(':'));
    let name = words.next().filter(|word| word.value().len() > LONGEST_NAME);
    if let Some(name) = name {
        let message = format!("`{}` is longer than {LONGEST_NAME} characters", name.value());
        findings.push(Diagnostic::new(codes::VIRTUAL_MAC, name.place(), message));
    }
    for word in node.arguments() {
        let Some(message) = mac_problem(&word.value()) else { continue };
        findings.push(
            Diagnostic::new(codes::VIRTUAL_MAC, word.place(), message)
                .note("keepalived ignores the address")
                .help("leave it out, or write one of your own, as 02:00:00:00:00:33"),
        );
    }
    // 2.2.7 knows no words on this line: all but a MAC address are names (tried).
    let is_old = context.targets.keepalived.version <= Version::new(2, 2, 7);
    if let Some(second) = words.next().filter(|_| is_old) {
        let message = format!("`{}` would be a second name of the interface", second.value());
        findings.push(
            Diagnostic::new(codes::VIRTUAL_MAC, second.place(), message)
                .help("write one name, and a MAC address if you need one"),
        );
    }
}

/// What needs use_vmac, and what use_ipvlan needs. Whoever has an include may have them there.
fn own_interface(block: NodeRef<'_>, _: &Context<'_>, findings: &mut Findings) {
    if block.directives().any(|node| node.name().starts_with(['$', '@', '~'])) {
        return;
    }
    if let Some(node) = line(block, "vmac_xmit_base").filter(|_| line(block, "use_vmac").is_none())
    {
        let message = "there is no virtual MAC address that this is about";
        let finding = Diagnostic::new(codes::VIRTUAL_MAC, node.place(), message);
        findings.push(finding.help("add `use_vmac`, or delete the line"));
    }
    let Some(node) = line(block, "use_ipvlan") else { return };
    // IPv6 has a link-local address in any case.
    let is_ipv4 = first_address(block).is_some_and(|address| address.is_ipv4());
    let is_open = node.arguments().any(|word| word.raw().contains('$'));
    let has_address = (1..=node.arguments().len()).any(|word| address(node, word).is_some());
    if is_ipv4 && !is_open && !has_address {
        let message = "an ipvlan interface needs an IPv4 address of its own";
        let finding = Diagnostic::new(codes::VIRTUAL_MAC, node.place(), message);
        findings.push(
            finding
                .note("without one the router stays in FAULT")
                .help("write it behind the name, as in `use_ipvlan ipvlan0 10.0.0.27/24`"),
        );
    }
}

/// The second line about one interface or script is ignored.
fn followed_twice(block: NodeRef<'_>, _: &Context<'_>, findings: &mut Findings) {
    for list in ["track_interface", "track_script", "track_file", "track_process", "track_bfd"] {
        let mut seen = HashMap::new();
        for node in block.directives().filter(|node| node.name() == list) {
            for item in node.directives() {
                let Some(earlier) = seen.insert(item.name(), item.place()) else { continue };
                let message = format!("`{}` is followed already", item.name());
                findings.push(
                    Diagnostic::new(codes::FOLLOWED_TWICE, item.place(), message)
                        .context(earlier, "here"),
                );
            }
        }
    }
}

/// Peers of another family, and limits of the time to live that nothing can meet.
fn peers(block: NodeRef<'_>, _: &Context<'_>, findings: &mut Findings) {
    let Some(list) = line(block, "unicast_peer") else { return };
    let source = line(block, "unicast_src_ip").and_then(|node| address(node, 1));
    let family = source.or_else(|| first_address(block)).map(|address| address.is_ipv6());
    for peer in list.directives() {
        let Some(address) = address(peer, 0) else { continue };
        if family.is_some_and(|ipv6| ipv6 != address.is_ipv6()) {
            let message = format!("{address} is of the other address family");
            findings.push(Diagnostic::new(codes::STRANGE_PEER, peer.place(), message));
        }
        let limit = |name: &str| {
            let mut words = peer.words().skip_while(|word| word.raw() != name).skip(1);
            words.next()?.value().parse::<u16>().ok()
        };
        if let (Some(least), Some(most)) = (limit("min_ttl"), limit("max_ttl"))
            && least > most
        {
            let message = format!("no advert has a time to live from {least} to {most}");
            findings.push(Diagnostic::new(codes::STRANGE_PEER, peer.place(), message));
        }
    }
}

/// What is wrong with a word of the form of a MAC address; figures may be written with one digit.
fn mac_problem(text: &str) -> Option<&'static str> {
    let bytes: Vec<_> = text.split(':').map(|byte| u8::from_str_radix(byte, 16).ok()).collect();
    // With fewer parts it is taken for a name (tried).
    let [first, second, third, fourth, fifth, last] = bytes.as_slice() else { return None };
    let (Some(first), Some(_)) = (first, last.filter(|_| !bytes.contains(&None))) else {
        return Some("this is no MAC address: each part has two hexadecimal digits");
    };
    // RFC 5798, section 7.3: one for each VRID of IPv4 and of IPv6.
    let [family, prefix @ ..] = [fifth, second, third, fourth].map(|byte| byte.unwrap_or_default());
    match (*first, prefix, family) {
        (0, [0, 0x5e, 0], 1 | 2) => {
            Some("this is one of the addresses that VRRP gives to VRIDs by itself")
        }
        (odd, ..) if odd % 2 == 1 => Some("this is an address of a multicast group"),
        _ => None,
    }
}

fn first_address(block: NodeRef<'_>) -> Option<IpAddr> {
    address(line(block, "virtual_ipaddress")?.directives().next()?, 0)
}

/// The kernel's IFNAMSIZ without the closing zero.
const LONGEST_NAME: usize = 15;
