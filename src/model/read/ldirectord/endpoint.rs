//! Addresses and ports as ldirectord resolves them, without asking a name server.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::model::Family;
use crate::source::codes::ldirectord as codes;
use crate::source::{Diagnostic, Place, Verdict};

use super::Reader;

/// `host[->last][:port]` as one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Location<'a> {
    pub(super) host: &'a str,
    pub(super) last: Option<&'a str>,
    pub(super) port: Option<&'a str>,
}

impl<'a> Location<'a> {
    /// The parts of `word` if all of it has the form that ldirectord looks for.
    pub(super) fn of(word: &'a str) -> Option<Self> {
        let (first, rest) = match word.split_once("->") {
            Some((first, rest)) => (Some(first), rest),
            None => (None, word),
        };
        let (host, port) = match rest.strip_prefix('[') {
            Some(inside) => {
                let (address, behind) = inside.split_once(']')?;
                let host = rest.get(..address.len() + 2)?;
                (host, if behind.is_empty() { None } else { Some(behind.strip_prefix(':')?) })
            }
            None => match rest.split_once(':') {
                Some((host, port)) => (host, Some(port)),
                None => (rest, None),
            },
        };
        let is_fine = is_host(host)
            && first.is_none_or(is_host)
            && port.is_none_or(|port| !port.is_empty() && port.chars().all(is_port_character));
        is_fine.then_some(match first {
            Some(first) => Self { host: first, last: Some(host), port },
            None => Self { host, last: None, port },
        })
    }

    /// What ldirectord finds when its pattern, which may begin anywhere, does not fit the whole.
    pub(super) fn within(word: &'a str) -> Option<Self> {
        // Nobody writes longer addresses by accident, and the search is quadratic.
        if word.len() > LONGEST {
            return None;
        }
        let mut starts = word.char_indices().map(|(at, _)| at).skip(1);
        starts.find_map(|at| Self::of(word.get(at..)?))
    }
}

impl Reader<'_> {
    /// The address that `text` at `at` means.
    pub(super) fn host(&mut self, text: &str, at: Place, family: Family) -> Option<IpAddr> {
        let address = match number_address(text) {
            Some(address) => self.ipv4(address, text, at)?.into(),
            None => match text.strip_prefix('[').and_then(|text| text.strip_suffix(']')) {
                Some(inside) => match inside.parse::<Ipv6Addr>() {
                    Ok(address) => IpAddr::V6(address),
                    Err(_) => return self.bad_address(text, at),
                },
                None => self.name(text, at, family)?,
            },
        };
        if Family::of(address) != family {
            let wanted = match family {
                Family::V4 => "an IPv4 address is needed here",
                Family::V6 => "an IPv6 address in brackets is needed here",
            };
            self.refused(codes::WRONG_FAMILY, at, wanted.into());
        }
        Some(address)
    }

    fn ipv4(&mut self, numbers: Numbers, text: &str, at: Place) -> Option<Ipv4Addr> {
        let Some(address) = numbers.address else {
            self.bad_address(text, at);
            return None;
        };
        let differs = match numbers.library {
            Some(library) if library == address && !numbers.is_short => return Some(address),
            Some(library) => format!("ldirectord reads this address as {library}"),
            None => "a number with a leading zero is octal, and this one is none".into(),
        };
        let verdict = numbers.library.map_or(Verdict::Refuses, |_| Verdict::Accepts);
        self.push(Diagnostic::new(codes::ADDRESS_DIFFERS, at, differs).verdict(verdict).fix(
            at,
            address.to_string(),
            "write four plain numbers",
        ));
        Some(address)
    }

    fn name(&mut self, text: &str, at: Place, family: Family) -> Option<IpAddr> {
        if text.parse::<Ipv6Addr>().is_ok() {
            let finding = Diagnostic::new(codes::BAD_ADDRESS, at, "an IPv6 address needs brackets")
                .note("ldirectord stops here")
                .fix(at, format!("[{text}]"), "add the brackets");
            self.push(finding);
            return text.parse().ok();
        }
        // The one name that means the same everywhere.
        if text.eq_ignore_ascii_case("localhost") {
            return Some(match family {
                Family::V4 => Ipv4Addr::LOCALHOST.into(),
                Family::V6 => Ipv6Addr::LOCALHOST.into(),
            });
        }
        self.push(
            Diagnostic::new(codes::HOST_NAME, at, "a host name instead of an address")
                .label("left out: names are not resolved")
                .note("ldirectord resolves it once, when it starts, and stops if that fails")
                .help("write the address"),
        );
        None
    }

    fn bad_address(&mut self, text: &str, at: Place) -> Option<IpAddr> {
        self.refused(codes::BAD_ADDRESS, at, format!("`{text}` is not an address"));
        None
    }

    /// The port that `text` at `at` means. `protocols` are those that have to know a name.
    pub(super) fn port(&mut self, text: &str, at: Place, protocols: u8) -> Option<u16> {
        if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
            if let Ok(port) = text.parse() {
                return Some(port);
            }
            self.refused(codes::BAD_PORT, at, "a port is a number up to 65535".into());
            return None;
        }
        // `80-90` and the like: no service has such a name.
        if text.starts_with(|c: char| c.is_ascii_digit()) {
            let finding = Diagnostic::new(
                codes::BAD_PORT,
                at,
                "ports cannot be given as a range or with text",
            )
            .note("ldirectord stops here")
            .help("use a firewall mark for several ports");
            self.push(finding);
            return None;
        }
        let known = PORTS.iter().find(|(name, ..)| *name == text);
        match known {
            Some((_, port, by)) if by & protocols == protocols => Some(*port),
            Some((_, port, _)) => {
                self.unknown_port(at, "this port name is not known for both tcp and udp");
                Some(*port)
            }
            None => {
                self.unknown_port(at, "this port name is not known");
                None
            }
        }
    }

    fn unknown_port(&mut self, at: Place, message: &str) {
        self.push(
            Diagnostic::new(codes::UNKNOWN_PORT_NAME, at, message)
                .note("ldirectord stops unless /etc/services holds it")
                .help("write the number"),
        );
    }
}

/// Whether ldirectord can look up the port `text`.
pub(super) fn is_port(text: &str) -> bool {
    text.parse::<u16>().is_ok() || PORTS.iter().any(|(name, ..)| *name == text)
}

/// An address of digits and dots.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Numbers {
    /// As it was meant: in decimal.
    address: Option<Ipv4Addr>,
    /// As the C library reads it.
    library: Option<Ipv4Addr>,
    is_short: bool,
}

/// Reads digits and dots; `None` when there is anything else.
fn number_address(text: &str) -> Option<Numbers> {
    let is_numbers = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    if text.is_empty() || !is_numbers {
        return None;
    }
    if let Ok(address) = text.parse::<Ipv4Addr>() {
        return Some(Numbers { address: Some(address), library: Some(address), is_short: false });
    }
    let parts: Vec<&str> = text.split('.').take(5).collect();
    let decimal = |part: &str| part.parse::<u32>().ok();
    let octal = |part: &str| match part.strip_prefix('0') {
        Some(rest) if !rest.is_empty() => u32::from_str_radix(rest, 8).ok(),
        _ => part.parse::<u32>().ok(),
    };
    Some(Numbers {
        address: fill(&parts, decimal),
        library: fill(&parts, octal),
        is_short: parts.len() < 4,
    })
}

/// The last number fills all bytes that are left, as `inet_aton` has it.
fn fill(parts: &[&str], read: impl Fn(&str) -> Option<u32>) -> Option<Ipv4Addr> {
    let (last, first) = parts.split_last()?;
    if first.len() > 3 {
        return None;
    }
    let mut address: u32 = 0;
    for (part, shift) in first.iter().zip([24, 16, 8]) {
        let byte = read(part).filter(|byte| *byte <= 255)?;
        address |= byte << shift;
    }
    let bits = 32 - 8 * u32::try_from(first.len()).ok()?;
    let last = read(last).filter(|last| u64::from(*last) < 1 << bits)?;
    Some(Ipv4Addr::from(address | last))
}

fn is_host(text: &str) -> bool {
    if let Some(inside) = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')) {
        return !inside.is_empty() && inside.chars().all(|c| c.is_ascii_alphanumeric() || c == ':');
    }
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '.' || c == '-')
}

/// Characters of a port number or name.
pub(super) fn is_port_character(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == '-' || character == '_'
}

/// A name that is known for TCP.
pub(super) const TCP: u8 = 1;
/// A name that is known for UDP.
pub(super) const UDP: u8 = 2;

/// Names of ports as Debian's /etc/services has them, and for which protocols.
const PORTS: &[(&str, u16, u8)] = &[
    ("domain", 53, TCP | UDP),
    ("ftp", 21, TCP),
    ("ftps", 990, TCP),
    ("http", 80, TCP),
    ("http-alt", 8080, TCP),
    ("https", 443, TCP | UDP),
    ("imap", 143, TCP),
    ("imap2", 143, TCP),
    ("imaps", 993, TCP),
    ("kerberos", 88, TCP | UDP),
    ("ldap", 389, TCP | UDP),
    ("ldaps", 636, TCP | UDP),
    ("mail", 25, TCP),
    ("mysql", 3306, TCP),
    ("nfs", 2049, TCP | UDP),
    ("nntp", 119, TCP),
    ("ntp", 123, UDP),
    ("pop3", 110, TCP),
    ("pop3s", 995, TCP),
    ("postgresql", 5432, TCP),
    ("radius", 1812, TCP | UDP),
    ("radius-acct", 1813, TCP | UDP),
    ("rtsp", 554, TCP | UDP),
    ("sip", 5060, TCP | UDP),
    ("sip-tls", 5061, TCP | UDP),
    ("smtp", 25, TCP),
    ("snmp", 161, TCP | UDP),
    ("ssh", 22, TCP),
    ("submission", 587, TCP),
    ("submissions", 465, TCP),
    ("syslog", 514, UDP),
    ("telnet", 23, TCP),
    ("tftp", 69, UDP),
    ("webcache", 8080, TCP),
    ("www", 80, TCP),
];

/// Longest address that is searched for a part that fits.
const LONGEST: usize = 256;
