//! What the keepalived that will read the result can do.

use crate::syntax::schema::Version;

/// A version (and build) of keepalived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target {
    /// Its version.
    pub version: Version,
}

impl Target {
    /// Debian 12's keepalived, the default.
    pub const DEFAULT: Self = Self { version: Version::new(2, 2, 7) };

    /// Whether it has `feature`.
    pub fn has(self, feature: Feature) -> bool {
        self.version >= feature.since()
    }
}

/// What not every keepalived can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Feature {
    /// `auth_hmac`.
    AuthHmac,
    /// `smtp_alert_checker`.
    CheckerAlerts,
    /// DNS_CHECK.
    DnsCheck,
    /// `down_timer_adverts`.
    DownTimerAdverts,
    /// PING_CHECK.
    PingCheck,
    /// `regex` in HTTP_GET (when built with it, as distributions do).
    Regex,
    /// `sorry_server_lvs_method`.
    SorryServerMethod,
    /// Ranges in `status_code`.
    StatusRanges,
    /// `netlink_notify_msg` behind use_vmac; before it, the word is a name.
    VirtualMacNotice,
}

impl Feature {
    /// The release that brought it (ChangeLog of keepalived).
    pub fn since(self) -> Version {
        match self {
            Self::AuthHmac => Version::new(2, 4, 0),
            // It may be older; this release is known to have it.
            Self::CheckerAlerts => Version::new(2, 0, 0),
            Self::DnsCheck => Version::new(1, 3, 0),
            Self::DownTimerAdverts => Version::new(2, 2, 3),
            Self::PingCheck => Version::new(2, 1, 0),
            Self::Regex => Version::new(2, 0, 7),
            Self::SorryServerMethod => Version::new(1, 3, 6),
            Self::StatusRanges => Version::new(2, 0, 17),
            Self::VirtualMacNotice => Version::new(2, 2, 8),
        }
    }
}
