//! RFC 2338's simple text authentication, which keepalived kept for version 2.

use std::fmt;

use zeroize::Zeroize as _;

/// What stands in the authentication fields of a version 2 advertisement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Authentication {
    /// Type 0 (RFC 3768 section 5.3.6).
    None,
    /// Type 1: a password in clear text.
    Password(Password),
    /// A type that is not spoken here, with its number.
    Unknown(u8),
}

impl Authentication {
    /// The number on the wire.
    pub fn kind(&self) -> u8 {
        match self {
            Self::None => 0,
            Self::Password(_) => 1,
            Self::Unknown(kind) => *kind,
        }
    }

    /// The eight bytes on the wire; zero where there is no password (B13).
    pub fn data(&self) -> [u8; Password::LENGTH] {
        match self {
            Self::Password(password) => password.0,
            Self::None | Self::Unknown(_) => [0; Password::LENGTH],
        }
    }

    /// Whether a received authentication is the one that was agreed on (B08, B41).
    pub fn admits(&self, received: &Self) -> bool {
        match (self, received) {
            (Self::None, Self::None) => true,
            (Self::Password(own), Self::Password(other)) => own.is_same(other),
            (Self::None | Self::Password(_) | Self::Unknown(_), _) => false,
        }
    }
}

/// A password: left-justified, filled with zeros.
#[derive(Clone, PartialEq, Eq)]
pub struct Password([u8; Password::LENGTH]);

impl Password {
    /// Bytes on the wire.
    pub const LENGTH: usize = 8;

    /// Takes the first eight bytes of a text, as keepalived does (B42).
    pub fn new(text: &str) -> Self {
        let mut bytes = [0; Self::LENGTH];
        for (byte, given) in bytes.iter_mut().zip(text.bytes()) {
            *byte = given;
        }
        Self(bytes)
    }

    /// Takes the field of a packet.
    pub fn from_wire(bytes: [u8; Self::LENGTH]) -> Self {
        Self(bytes)
    }

    /// Compares without telling by its duration where the first difference is.
    fn is_same(&self, other: &Self) -> bool {
        let differences = self.0.iter().zip(&other.0).fold(0, |sum, (a, b)| sum | (a ^ b));
        differences == 0
    }
}

/// Secrets never appear in any output.
impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password")
    }
}

impl Drop for Password {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_password_is_cut_to_eight_bytes() {
        let cut = Authentication::Password(Password::new("12345678"));
        assert!(cut.admits(&Authentication::Password(Password::new("123456789"))));
        assert!(!cut.admits(&Authentication::Password(Password::new("1234567"))));
    }

    #[test]
    fn another_kind_is_not_admitted() {
        let none = Authentication::None;
        let password = Authentication::Password(Password::new("x"));
        assert!(none.admits(&Authentication::None));
        assert!(!none.admits(&password));
        assert!(!password.admits(&none));
        assert!(!Authentication::Unknown(2).admits(&Authentication::Unknown(2)));
    }

    #[test]
    fn a_password_is_not_debugged() {
        assert_eq!(format!("{:?}", Password::new("sesame")), "Password");
    }
}
