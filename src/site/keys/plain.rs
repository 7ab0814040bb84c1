//! Values of one word, number or line: how each is written in TOML.

use std::net::IpAddr;
use std::time::Duration;

use crate::model::setting::{Said, Settings, Slot};
use crate::model::{
    Broadcast, Fallback, Family, OwnInterface, Path, Pattern, Peer, PingTarget, Sourced,
    SyncDaemon, Target, Track, TrackKind, Tunnel, TunnelChecksum, TunnelKind, VirtualAddress,
};
use crate::site::document::{Entry, Literal};
use crate::syntax::schema::Version;

use super::words::Words;

/// A value that is one literal.
pub(crate) trait Plain: Sized {
    /// What it is, for "takes ...".
    fn shape() -> String;
    /// The value; nothing when the literal is none.
    fn read(literal: &Literal) -> Option<Self>;
    /// The literal that [`Plain::read`] reads.
    fn write(&self) -> Literal;
}

impl Plain for bool {
    fn shape() -> String {
        "true or false".to_owned()
    }

    fn read(literal: &Literal) -> Option<Self> {
        if let Literal::Boolean(value) = literal { Some(*value) } else { None }
    }

    fn write(&self) -> Literal {
        Literal::Boolean(*self)
    }
}

impl Plain for String {
    fn shape() -> String {
        "a text".to_owned()
    }

    fn read(literal: &Literal) -> Option<Self> {
        if let Literal::Text(value) = literal { Some(value.clone()) } else { None }
    }

    fn write(&self) -> Literal {
        Literal::Text(self.clone())
    }
}

macro_rules! numbers {
    ($($number:ty),*) => { $(
        impl Plain for $number {
            fn shape() -> String {
                format!("a number from {} to {}", <$number>::MIN, <$number>::MAX)
            }

            fn read(literal: &Literal) -> Option<Self> {
                if let Literal::Integer(value) = literal { (*value).try_into().ok() } else { None }
            }

            fn write(&self) -> Literal {
                Literal::Integer(i64::from(*self))
            }
        }
    )* };
}
numbers!(i16, i32, i64, u8, u16, u32);

/// Types with a text form of their own.
macro_rules! texts {
    ($($kind:ty, $shape:literal, $read:expr, $write:expr;)*) => { $(
        impl Plain for $kind {
            fn shape() -> String {
                $shape.to_owned()
            }

            fn read(literal: &Literal) -> Option<Self> {
                let Literal::Text(text) = literal else { return None };
                let read: fn(&str) -> Option<Self> = $read;
                read(text.trim())
            }

            fn write(&self) -> Literal {
                let write: fn(&Self) -> String = $write;
                Literal::Text(write(self))
            }
        }
    )* };
}

texts! {
    IpAddr, "an address such as \"10.0.0.27\"", |text| text.parse().ok(), ToString::to_string;
    Fallback, "an address with a port, \"127.0.0.1:80\", perhaps with a method and its tunnel behind it",
        fallback, show_fallback;
    OwnInterface, "a line such as \"use_vmac vrrp.51\" or \"use_ipvlan\"",
        own_interface, |own| own.words(true).join(" ");
    Path, "a path such as \"bcast eth1\" or \"ucast eth1 10.0.0.28\"", path, show_path;
    SyncDaemon, "an interface and a router, \"eth1 web\", perhaps with id, maxlen, port, ttl or group",
        sync_daemon, show_sync_daemon;
    Target, "an address with a port, \"10.0.0.31:80\", or \"fwmark 3\"", target, show_target;
    Peer, "an address such as \"10.0.0.27\", perhaps with \"min_ttl N\"", peer, show_peer;
    Track, "an interface, or \"script NAME\", perhaps with \"weight N\"", track, show_track;
    Tunnel, "a tunnel such as \"gue port 5555 nocsum\"", |text| tunnel(text.split_whitespace()), show_tunnel;
    Version, "a version such as \"2.2.7\"", Version::parse, ToString::to_string;
    VirtualAddress, "an address with its prefix, \"10.0.0.31/24\", perhaps with \"dev eth0\"",
        virtual_address, show_virtual_address;
}

/// Seconds; nanoseconds survive for all times below eleven days.
impl Plain for Duration {
    fn shape() -> String {
        "seconds, such as 2 or 0.5".to_owned()
    }

    fn read(literal: &Literal) -> Option<Self> {
        match literal {
            Literal::Integer(seconds) => Some(Self::from_secs((*seconds).try_into().ok()?)),
            Literal::Float(seconds) => Self::try_from_secs_f64(*seconds).ok(),
            _ => None,
        }
    }

    fn write(&self) -> Literal {
        match (self.subsec_nanos(), i64::try_from(self.as_secs())) {
            (0, Ok(seconds)) => Literal::Integer(seconds),
            _ => Literal::Float(self.as_secs_f64()),
        }
    }
}

/// An inclusive range: `200`, or `"200-299"`.
impl Plain for (u16, u16) {
    fn shape() -> String {
        "a number, or a range such as \"200-299\"".to_owned()
    }

    fn read(literal: &Literal) -> Option<Self> {
        if let Some(number) = u16::read(literal) {
            return Some((number, number));
        }
        let Literal::Text(text) = literal else { return None };
        let (first, last) = text.split_once('-')?;
        Some((first.trim().parse().ok()?, last.trim().parse().ok()?))
    }

    fn write(&self) -> Literal {
        if self.0 == self.1 {
            return self.0.write();
        }
        Literal::Text(format!("{}-{}", self.0, self.1))
    }
}

/// A regular expression; one that must not match is written `{ not = "..." }`.
impl Plain for Pattern {
    fn shape() -> String {
        "a regular expression, or { not = \"...\" }".to_owned()
    }

    fn read(literal: &Literal) -> Option<Self> {
        let (text, negated) = match literal {
            Literal::Text(text) => (text, false),
            Literal::Table(entries) => match entries.as_slice() {
                [Entry { key, item, .. }] if key == "not" => match &item.value {
                    Literal::Text(text) => (text, true),
                    _ => return None,
                },
                _ => return None,
            },
            _ => return None,
        };
        Some(Self { expression: text.clone(), negated })
    }

    fn write(&self) -> Literal {
        let text = Literal::Text(self.expression.clone());
        if self.negated { Literal::Table(vec![Entry::new("not", text)]) } else { text }
    }
}

/// One host, or a table of hosts with a name, of which one must answer.
impl Plain for PingTarget {
    fn shape() -> String {
        "a host, or a table { group = \"NAME\", hosts = [...] }".to_owned()
    }

    fn read(literal: &Literal) -> Option<Self> {
        if let Literal::Text(host) = literal {
            return Some(Self { group: None, hosts: vec![host.clone()] });
        }
        let Literal::Table(entries) = literal else { return None };
        let value = |key: &str| entries.iter().find(|entry| entry.key == key);
        let group = String::read(&value("group")?.item.value)?;
        let Literal::List(hosts) = &value("hosts")?.item.value else { return None };
        let hosts = hosts.iter().map(|host| String::read(&host.value)).collect::<Option<_>>()?;
        Some(Self { group: Some(group), hosts })
    }

    fn write(&self) -> Literal {
        match (&self.group, self.hosts.as_slice()) {
            (None, [host]) => host.write(),
            (group, hosts) => Literal::Table(vec![
                Entry::new("group", group.clone().unwrap_or_default().write()),
                Entry::new(
                    "hosts",
                    Literal::List(hosts.iter().map(|host| host.write().into()).collect()),
                ),
            ]),
        }
    }
}

/// `address:port`, `[address]:port`, or an address alone.
pub(super) fn endpoint(text: &str) -> Option<(IpAddr, Option<u16>)> {
    if let Ok(address) = text.parse() {
        return Some((address, None));
    }
    let (host, port) = text.rsplit_once(':')?;
    let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    let address: IpAddr = bare.unwrap_or(host).parse().ok()?;
    // `::1:80` would be an address and a port at once.
    if address.is_ipv6() && bare.is_none() {
        return None;
    }
    Some((address, Some(port.parse().ok()?)))
}

pub(super) fn show_endpoint(address: IpAddr, port: Option<u16>) -> String {
    match port {
        Some(port) => std::net::SocketAddr::new(address, port).to_string(),
        None => address.to_string(),
    }
}

fn fallback(text: &str) -> Option<Fallback> {
    let mut words = text.split_whitespace();
    let (address, port) = endpoint(words.next()?)?;
    let method = match words.next() {
        Some(word) => Some(Words::of(word)?),
        None => None,
    };
    let mut words = words.peekable();
    let tunnel = match words.peek() {
        Some(_) => Some(tunnel(words)?),
        None => None,
    };
    Some(Fallback { method, tunnel, ..Fallback::new(address, port) })
}

fn show_fallback(fallback: &Fallback) -> String {
    let endpoint = show_endpoint(fallback.address, fallback.port);
    match (&fallback.method, &fallback.tunnel) {
        (Some(method), Some(tunnel)) => {
            format!("{endpoint} {} {}", method.word(), show_tunnel(tunnel))
        }
        (Some(method), None) => format!("{endpoint} {}", method.word()),
        (None, _) => endpoint,
    }
}

/// `KIND [port N] [CHECKSUM]`; none of them may be repeated.
fn tunnel<'a>(words: impl Iterator<Item = &'a str>) -> Option<Tunnel> {
    let mut tunnel = Tunnel { kind: None, port: None, checksum: None };
    let mut words = words;
    while let Some(word) = words.next() {
        let is_new = if word == "port" {
            tunnel.port.replace(words.next()?.parse().ok()?).is_none()
        } else if let Some(kind) = TunnelKind::of(word) {
            tunnel.kind.replace(kind).is_none()
        } else {
            tunnel.checksum.replace(TunnelChecksum::of(word)?).is_none()
        };
        is_new.then_some(())?;
    }
    (tunnel != Tunnel { kind: None, port: None, checksum: None }).then_some(tunnel)
}

fn show_tunnel(tunnel: &Tunnel) -> String {
    let words = [
        tunnel.kind.map(|kind| kind.word().to_owned()),
        tunnel.port.map(|port| format!("port {port}")),
        tunnel.checksum.map(|checksum| checksum.word().to_owned()),
    ];
    words.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

fn target(text: &str) -> Option<Target> {
    let words: Vec<&str> = text.split_whitespace().collect();
    match words.as_slice() {
        ["fwmark", mark] => Some(Target::Mark { mark: mark.parse().ok()?, family: Family::V4 }),
        ["fwmark", mark, "ipv6"] => {
            Some(Target::Mark { mark: mark.parse().ok()?, family: Family::V6 })
        }
        ["group", name] => Some(Target::Group((*name).to_owned())),
        [word] => {
            let (address, port) = endpoint(word)?;
            Some(Target::Endpoint { address, port: port.unwrap_or(0) })
        }
        _ => None,
    }
}

/// A service's target as an inventory says it: `10.0.0.31:80`, `fwmark 3`, `group NAME`.
pub fn show_target(target: &Target) -> String {
    match target {
        Target::Endpoint { address, port: 0 } => address.to_string(),
        Target::Endpoint { address, port } => show_endpoint(*address, Some(*port)),
        Target::Group(name) => format!("group {name}"),
        Target::Mark { mark, family: Family::V4 } => format!("fwmark {mark}"),
        Target::Mark { mark, family: Family::V6 } => format!("fwmark {mark} ipv6"),
    }
}

fn own_interface(text: &str) -> Option<OwnInterface> {
    let mut words = text.split_whitespace().map(str::to_owned);
    let keyword = words.next()?;
    crate::model::read::own_interface(&keyword, words)
}

fn track(text: &str) -> Option<Track> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let (words, reverse) = match words.as_slice() {
        [head @ .., "reverse"] => (head, Some(true)),
        [head @ .., "noreverse"] => (head, Some(false)),
        words => (words, None),
    };
    let (words, weight) = match words {
        [head @ .., "weight", weight] => (head, Some(weight.parse().ok()?)),
        words => (words, None),
    };
    let (kind, name) = match words {
        [name] => (TrackKind::Interface, name),
        ["service", name @ ..] => {
            return Some(Track {
                weight,
                reverse,
                ..Track::new(TrackKind::Service, name.join(" "))
            });
        }
        [kind, name] => (KINDS.iter().find(|(word, _)| word == kind)?.1, name),
        _ => return None,
    };
    Some(Track { weight, reverse, ..Track::new(kind, *name) })
}

fn show_track(track: &Track) -> String {
    let mut text = track.name.clone();
    if let Some((word, _)) = KINDS.iter().find(|(_, kind)| *kind == track.kind) {
        text = format!("{word} {text}");
    }
    if let Some(weight) = track.weight {
        text.push_str(&format!(" weight {weight}"));
    }
    if let Some(reverse) = track.reverse {
        text.push_str(if reverse { " reverse" } else { " noreverse" });
    }
    text
}

/// An address, perhaps with limits of the time to live as `unicast_peer` has them.
fn peer(text: &str) -> Option<Peer> {
    let mut words = text.split_whitespace();
    let mut peer = Peer::new(words.next()?.parse().ok()?);
    while let Some(word) = words.next() {
        let limit = match word {
            "min_ttl" => &mut peer.least_ttl,
            "max_ttl" => &mut peer.largest_ttl,
            _ => return None,
        };
        *limit = Some(words.next()?.parse().ok()?);
    }
    Some(peer)
}

fn show_peer(peer: &Peer) -> String {
    let mut text = peer.address.to_string();
    for (word, ttl) in [("min_ttl", peer.least_ttl), ("max_ttl", peer.largest_ttl)] {
        text.extend(ttl.map(|ttl| format!(" {word} {ttl}")));
    }
    text
}

/// What is followed and is no interface, with the word before its name.
const KINDS: &[(&str, TrackKind)] = &[
    ("bfd", TrackKind::Bfd),
    ("file", TrackKind::File),
    ("process", TrackKind::Process),
    ("script", TrackKind::Script),
    ("service", TrackKind::Service),
];

fn path(text: &str) -> Option<Path> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let own = |text: &str| text.to_owned();
    Some(match words.as_slice() {
        ["bcast", interface] => Path::Broadcast { interface: own(interface) },
        ["mcast", interface, group, port, ttl, rest @ ..] => Path::Multicast {
            interface: own(interface),
            group: group.parse().ok()?,
            port: port.parse().ok()?,
            ttl: ttl.parse().ok()?,
            loopback: match rest {
                [] | ["0"] => false,
                ["1"] => true,
                _ => return None,
            },
        },
        ["serial", device] => Path::Serial { device: own(device) },
        ["ucast", interface, peer] => Path::Unicast { interface: own(interface), peer: own(peer) },
        _ => return None,
    })
}

/// The words of ha.cf.
fn show_path(path: &Path) -> String {
    match path {
        Path::Broadcast { interface } => format!("bcast {interface}"),
        Path::Multicast { interface, group, port, ttl, loopback } => {
            format!("mcast {interface} {group} {port} {ttl} {}", u8::from(*loopback))
        }
        Path::Serial { device } => format!("serial {device}"),
        Path::Unicast { interface, peer } => format!("ucast {interface} {peer}"),
    }
}

/// `INTERFACE ROUTER [id N] [maxlen N] [port N] [ttl N] [group IP]`.
fn sync_daemon(text: &str) -> Option<SyncDaemon> {
    fn once<T: std::str::FromStr>(slot: &mut Option<T>, word: Option<&str>) -> Option<()> {
        slot.replace(word?.parse().ok()?).is_none().then_some(())
    }
    let mut words = text.split_whitespace();
    let mut part = || words.next().map(|word| (word != "-").then(|| word.to_owned()));
    let (interface, router) = (part()?, part()?);
    let mut daemon = SyncDaemon { interface, router, ..SyncDaemon::default() };
    while let Some(word) = words.next() {
        let value = words.next();
        match word {
            "id" => once(&mut daemon.identifier, value)?,
            "maxlen" => once(&mut daemon.longest, value)?,
            "port" => once(&mut daemon.port, value)?,
            "ttl" => once(&mut daemon.ttl, value)?,
            "group" => once(&mut daemon.group, value)?,
            _ => return None,
        }
    }
    Some(daemon)
}

/// A part that is not known is a dash.
fn show_sync_daemon(daemon: &SyncDaemon) -> String {
    fn option(word: &str, value: Option<impl std::fmt::Display>) -> String {
        value.map(|value| format!(" {word} {value}")).unwrap_or_default()
    }
    let SyncDaemon { interface, router, identifier, longest, port, ttl, group } = daemon;
    let name = |value: &Option<String>| value.clone().unwrap_or_else(|| "-".to_owned());
    [
        format!("{} {}", name(interface), name(router)),
        option("id", *identifier),
        option("maxlen", *longest),
        option("port", *port),
        option("ttl", *ttl),
        option("group", *group),
    ]
    .concat()
}

/// The line of keepalived.conf: `10.0.0.31/24 dev eth0 label eth0:0`.
fn virtual_address(text: &str) -> Option<VirtualAddress> {
    let mut words = text.split_whitespace();
    let (address, prefix) = match words.next()?.split_once('/') {
        Some((address, prefix)) => (address.parse().ok()?, Some(prefix.parse().ok()?)),
        None => (text.split_whitespace().next()?.parse().ok()?, None),
    };
    let mut value = VirtualAddress::new(address);
    let most = Family::of(address).bits();
    value.prefix = prefix.filter(|prefix: &u8| *prefix <= most);
    if value.prefix != prefix {
        return None;
    }
    while let Some(word) = words.next() {
        let mut next = || words.next().map(str::to_owned);
        match word {
            "dev" => value.interface = Some(next()?),
            "label" => value.label = Some(next()?),
            "scope" => value.scope = Some(next()?),
            "brd" => value.broadcast = Some(broadcast(&next()?)?),
            other => match value.options.slot(other) {
                Some(Slot::Flag(flag)) => *flag = Some(Sourced::implied(true)),
                Some(Slot::Word(word)) => *word = Some(Sourced::implied(next()?)),
                _ => value.further.push(other.to_owned()),
            },
        }
    }
    Some(value)
}

fn broadcast(text: &str) -> Option<Broadcast> {
    Some(match text {
        "+" => Broadcast::AllOnes,
        "-" => Broadcast::AllZeros,
        address => Broadcast::Address(address.parse().ok()?),
    })
}

fn show_virtual_address(address: &VirtualAddress) -> String {
    let mut text = address.address.to_string();
    if let Some(prefix) = address.prefix {
        text.push_str(&format!("/{prefix}"));
    }
    let broadcast = address.broadcast.map(|broadcast| match broadcast {
        Broadcast::AllOnes => "+".to_owned(),
        Broadcast::AllZeros => "-".to_owned(),
        Broadcast::Address(address) => address.to_string(),
    });
    let words = [
        ("brd", &broadcast),
        ("dev", &address.interface),
        ("scope", &address.scope),
        ("label", &address.label),
    ];
    for (word, value) in words {
        if let Some(value) = value {
            text.push_str(&format!(" {word} {value}"));
        }
    }
    address.options.each(&mut |keyword, stated| match stated.value {
        Said::Word(word) => text.push_str(&format!(" {keyword} {word}")),
        _ => text.push_str(&format!(" {keyword}")),
    });
    for word in &address.further {
        text.push_str(&format!(" {word}"));
    }
    text
}
