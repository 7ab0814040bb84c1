//! Values that are one of a few words.

use super::Plain;
use crate::model::{
    Appended, Digest, Failback, Family, Forwarding, HookEvent, HttpVersion, Protocol, Role,
    TunnelChecksum, TunnelKind, VrrpVersion,
};
use crate::site::Stack;
use crate::site::document::Literal;

/// A value with a word for each of its variants.
pub(crate) trait Words: Copy + PartialEq + 'static {
    /// The words; the first of several for one variant is written.
    const WORDS: &'static [(&'static str, Self)];

    /// The variant that `word` stands for, whatever its case.
    fn of(word: &str) -> Option<Self> {
        let found = Self::WORDS.iter().find(|(known, _)| known.eq_ignore_ascii_case(word));
        found.map(|(_, value)| *value)
    }

    /// The word of a variant.
    fn word(self) -> &'static str {
        // Every variant has a row, which a test holds.
        Self::WORDS.iter().find(|(_, value)| *value == self).map_or("", |(word, _)| word)
    }
}

macro_rules! words {
    ($($kind:ident { $($word:literal $variant:ident),* $(,)? })*) => { $(
        impl Words for $kind {
            const WORDS: &'static [(&'static str, Self)] = &[$(($word, Self::$variant)),*];
        }

        impl Plain for $kind {
            fn shape() -> String {
                let words: Vec<String> =
                    Self::WORDS.iter().map(|(word, _)| format!("\"{word}\"")).collect();
                format!("one of {}", words.join(", "))
            }

            fn read(literal: &Literal) -> Option<Self> {
                match literal {
                    Literal::Text(text) => <Self as Words>::of(text.trim()),
                    // `version = 3` is as good as `version = "3"`.
                    Literal::Integer(number) => <Self as Words>::of(&number.to_string()),
                    Literal::Boolean(true) => <Self as Words>::of("on"),
                    Literal::Boolean(false) => <Self as Words>::of("off"),
                    _ => None,
                }
            }

            fn write(&self) -> Literal {
                Literal::Text(self.word().to_owned())
            }
        }
    )* };
}

words! {
    Appended {
        "nothing" Nothing, "address" Address, "address-and-port" AddressAndPort,
        "virtual-and-real" VirtualAndReal,
    }
    Digest {
        "crc" Crc, "md5" Md5, "sha1" Sha1, "pass" Password, "ah" Header, "hmac-sha256" HmacSha256,
    }
    Family { "inet" V4, "inet6" V6 }
    Failback { "on" On, "off" Off, "legacy" Legacy }
    Forwarding {
        "dr" DirectRouting, "nat" Masquerading, "tun" Tunnelling,
        "gate" DirectRouting, "masq" Masquerading, "ipip" Tunnelling,
    }
    HookEvent {
        "any" Any, "backup" Backup, "deleted" Deleted, "down" Down, "fault" Fault,
        "lower-priority" LowerPriority, "master" Master, "quorum-down" QuorumDown, "quorum-up" QuorumUp, "stop" Stop, "up" Up,
    }
    HttpVersion { "1.0" Http10, "1.0-close" Http10Close, "1.1" Http11 }
    Protocol { "tcp" Tcp, "udp" Udp, "sctp" Sctp }
    Role { "master" Master, "backup" Backup }
    Stack { "heartbeat" Heartbeat, "keepalived" Keepalived, "lvsha" Lvsha }
    TunnelChecksum { "csum" Full, "nocsum" None, "remcsum" Remote }
    TunnelKind { "ipip" Ipip, "gre" Gre, "gue" Gue }
    VrrpVersion { "2" Two, "3" Three }
}
