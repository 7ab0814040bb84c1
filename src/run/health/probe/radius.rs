//! RADIUS: an Access-Request that must be accepted (RFC 2865; Message-Authenticator of RFC 3579).

use std::fs::File;
use std::io::{self, Read as _};
use std::net::SocketAddr;

use hmac::{Hmac, KeyInit as _, Mac as _};
use md5::{Digest as _, Md5};

use super::super::{Answer, Failure, Origin, Question, RadiusAsk, Reply};
use super::dial::dial_udp;
use super::{Asking, Probe, Refusal, failure};
use crate::source::text::encode;

pub(super) struct Radius {
    ask: RadiusAsk,
    target: SocketAddr,
    origin: Origin,
}

impl Radius {
    pub(super) fn new(ask: &RadiusAsk, question: &Question) -> Result<Self, Refusal> {
        let rows = [("login", &ask.login, NAME), ("password", &ask.password, PASSWORD)];
        for (what, text, most) in rows {
            if encode(text.reveal()).len() > most {
                return Err(Refusal::Long(what, most));
            }
        }
        let origin = question.origin.clone();
        Ok(Self { ask: ask.clone(), target: question.target, origin })
    }

    async fn exchange(&self) -> Answer {
        let failed = |error: io::Error| failure(&error);
        let socket = dial_udp(self.target, &self.origin)?;
        let (authenticator, identifier) = unpredictable().map_err(failed)?;
        let request = self.ask.request(identifier, authenticator);
        socket.send(&request).await.map_err(failed)?;
        let mut buffer = vec![0; LONGEST];
        loop {
            let length = socket.recv(&mut buffer).await.map_err(failed)?;
            let reply = buffer.get(..length).unwrap_or_default();
            // Whoever does not know the secret is not heard, and neither is a late answer.
            if !self.ask.is_answer(reply, identifier, authenticator) {
                continue;
            }
            return verdict(reply);
        }
    }
}

impl Probe for Radius {
    fn ask(&self) -> Asking<'_> {
        Box::pin(self.exchange())
    }
}

/// What a reply says to a request whose number and authenticator are zeros.
pub(super) fn judge(ask: &RadiusAsk, reply: &[u8]) -> Answer {
    if ask.is_answer(reply, 0, [0; 16]) { verdict(reply) } else { Err(Failure::new("not heard")) }
}

fn verdict(reply: &[u8]) -> Answer {
    match reply.first() {
        Some(&ACCEPT) => Ok(Reply::new("accepted")),
        Some(&REJECT) => Err(Failure::new("rejected")),
        Some(&CHALLENGE) => Err(Failure::new("challenged")),
        _ => Err(Failure::new("another reply")),
    }
}

impl RadiusAsk {
    fn request(&self, identifier: u8, authenticator: [u8; 16]) -> Vec<u8> {
        let mut packet = vec![REQUEST, identifier, 0, 0];
        packet.extend(authenticator);
        let mut add = |kind: u8, value: &[u8]| {
            // Names and passwords have their limits, and the rest is short.
            packet.extend([kind, u8::try_from(value.len() + 2).unwrap_or(u8::MAX)]);
            packet.extend(value);
        };
        add(USER_NAME, &encode(self.login.reveal()));
        add(USER_PASSWORD, &self.hidden_password(authenticator));
        add(NAS_IDENTIFIER, b"lvsha");
        add(MESSAGE_AUTHENTICATOR, &[0; 16]);
        let length = u16::try_from(packet.len()).unwrap_or(u16::MAX).to_be_bytes();
        packet.splice(2..4, length);
        // Of the whole packet, with zeros where it stands itself (RFC 3579, section 3.2).
        let signature = self.signature(&packet);
        let at = packet.len() - signature.len();
        packet.truncate(at);
        packet.extend(signature);
        packet
    }

    /// RFC 2865, section 5.2.
    fn hidden_password(&self, authenticator: [u8; 16]) -> Vec<u8> {
        let mut password = encode(self.password.reveal()).into_owned();
        password.resize(password.len().max(1).next_multiple_of(16), 0);
        let secret = encode(self.secret.reveal());
        let mut hidden: Vec<u8> = Vec::new();
        let mut before = authenticator.to_vec();
        for block in password.chunks(16) {
            let mask = Md5::new().chain_update(&secret).chain_update(&before);
            let mask = mask.finalize();
            before = block.iter().zip(mask).map(|(byte, mask)| byte ^ mask).collect();
            hidden.extend(&before);
        }
        hidden
    }

    fn signature(&self, packet: &[u8]) -> [u8; 16] {
        #[expect(clippy::expect_used, reason = "a key of any length will do")]
        let mut code = Hmac::<Md5>::new_from_slice(&encode(self.secret.reveal()))
            .expect("HMAC takes keys of any length");
        code.update(packet);
        code.finalize().into_bytes().into()
    }

    /// Whether it comes from one who knows the secret, and is meant for this request (RFC 2865,
    /// section 3).
    fn is_answer(&self, reply: &[u8], identifier: u8, authenticator: [u8; 16]) -> bool {
        let Some((head, rest)) = reply.split_at_checked(4) else { return false };
        let Some((signature, attributes)) = rest.split_at_checked(16) else { return false };
        let [_, number, high, low] = head else { return false };
        let length = usize::from(u16::from_be_bytes([*high, *low]));
        let expected = Md5::new()
            .chain_update(head)
            .chain_update(authenticator)
            .chain_update(attributes)
            .chain_update(encode(self.secret.reveal()))
            .finalize();
        *number == identifier && length == reply.len() && signature == expected.as_slice()
    }
}

/// An authenticator and an identifier that nobody can guess.
fn unpredictable() -> io::Result<([u8; 16], u8)> {
    let (mut authenticator, mut identifier) = ([0; 16], [0; 1]);
    let mut source = File::open("/dev/urandom")?;
    source.read_exact(&mut authenticator)?;
    source.read_exact(&mut identifier)?;
    let [identifier] = identifier;
    Ok((authenticator, identifier))
}

const REQUEST: u8 = 1;
const ACCEPT: u8 = 2;
const REJECT: u8 = 3;
const CHALLENGE: u8 = 11;
const USER_NAME: u8 = 1;
const USER_PASSWORD: u8 = 2;
const NAS_IDENTIFIER: u8 = 32;
const MESSAGE_AUTHENTICATOR: u8 = 80;
/// Bytes of a name: what an attribute can hold.
const NAME: usize = 253;
/// Bytes of a password (RFC 2865, section 5.2).
const PASSWORD: usize = 128;
/// Bytes of a packet (RFC 2865, section 3).
const LONGEST: usize = 4096;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::site::secret::Secret;

    /// RFC 2865, section 7.1.
    #[test]
    fn a_password_is_hidden_as_in_the_example_of_the_standard() {
        let ask = RadiusAsk {
            login: Secret::new("nemo".to_owned()),
            password: Secret::new("arctangent".to_owned()),
            secret: Secret::new("xyzzy5461".to_owned()),
        };
        let authenticator = [
            0x0f, 0x40, 0x3f, 0x94, 0x73, 0x97, 0x80, 0x57, 0xbd, 0x83, 0xd5, 0xcb, 0x98, 0xf4,
            0x22, 0x7a,
        ];
        let hidden = [
            0x0d, 0xbe, 0x70, 0x8d, 0x93, 0xd4, 0x13, 0xce, 0x31, 0x96, 0xe4, 0x3f, 0x78, 0x2a,
            0x0a, 0xee,
        ];
        assert_eq!(ask.hidden_password(authenticator), hidden);
        let mut accept = [
            0x02, 0x00, 0x00, 0x26, 0x86, 0xfe, 0x22, 0x0e, 0x76, 0x24, 0xba, 0x2a, 0x10, 0x05,
            0xf6, 0xbf, 0x9b, 0x55, 0xe0, 0xb2, 0x06, 0x06, 0x00, 0x00, 0x00, 0x01, 0x0f, 0x06,
            0x00, 0x00, 0x00, 0x00, 0x0e, 0x06, 0xc0, 0xa8, 0x01, 0x03,
        ];
        assert!(ask.is_answer(&accept, 0, authenticator));
        assert!(!ask.is_answer(&accept, 1, authenticator));
        assert!(!ask.is_answer(accept.get(..30).unwrap(), 0, authenticator));
        accept[37] = 4;
        assert!(!ask.is_answer(&accept, 0, authenticator));
    }
}
