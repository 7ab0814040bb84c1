//! Keys: derived, never copied into a weaker place.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::emit::{Account, Feature, Target};
use crate::model::{Authentication, Cluster, Digest, Key, Located, Sourced, VrrpVersion};
use crate::source::codes::conversion;
use crate::source::words::hex;

/// Replaces heartbeat's keys by what VRRP can use.
pub(super) fn apply(cluster: &mut Cluster, target: Target, account: &mut Account) {
    let Some(old) = cluster.authentication.take() else { return };
    let active = old.active.map(|number| number.value);
    let active_at = old.active.place();
    let version_two =
        cluster.routers.iter().all(|r| r.version.is_none_or(|v| v.value == VrrpVersion::Two));

    let new = if target.has(Feature::AuthHmac) {
        hmac(&old, account)
    } else if version_two {
        password(&old, active, account)
    } else {
        for key in &old.keys {
            account.lossy(Some(key.at), conversion::AUTHENTICATION, "", &[VERSION_THREE]);
        }
        None
    };
    let names_a_key = old.keys.iter().any(|key| Some(key.number) == active);
    match &new {
        None if !names_a_key => {
            let note = "the key that it names was not understood: nothing is authenticated";
            account.lossy(active_at, conversion::AUTHENTICATION, "", &[note]);
        }
        Some(_) => account.exact(active_at, "authentication"),
        None => account.needless(active_at, "no key is written"),
    }
    for router in &mut cluster.routers {
        router.authentication.clone_from(&new);
    }
}

/// Every keyed line becomes a 32-byte key of its own, so that a rolling change stays possible.
fn hmac(old: &Authentication, account: &mut Account) -> Option<Authentication> {
    let mut keys = Vec::new();
    let is_keyed = |key: &Key| !key.secret.is_empty();
    let names = |key: &&Key| old.active.as_ref().is_some_and(|active| active.value == key.number);
    let signs = old.keys.iter().find(names).is_some_and(is_keyed);
    for key in &old.keys {
        if !is_keyed(key) {
            account.needless(Some(key.at), UNKEYED);
            continue;
        }
        if !signs {
            account.lossy(Some(key.at), conversion::AUTHENTICATION, "", &[UNSIGNED]);
            continue;
        }
        // VRRP key numbers start at 1, heartbeat's at 0.
        let number = if key.number == 0 { 16 } else { key.number };
        let secret = format!("hex:{}", hex(&derive(&key.secret, "auth_hmac")));
        keys.push(Key { number, digest: Digest::HmacSha256, secret, at: key.at });
        let note = "a key derived from the old one, for HMAC-SHA256";
        account.changed(Some(key.at), conversion::AUTHENTICATION, "auth_hmac", note);
    }
    let active = old.active.map(|a| a.map(|number| if number == 0 { 16 } else { number }));
    signs.then_some(Authentication { active, keys, ..Authentication::default() })
}

/// Only the active key counts, and only as eight derived characters.
fn password(
    old: &Authentication,
    active: Option<u8>,
    account: &mut Account,
) -> Option<Authentication> {
    let mut found = None;
    for key in &old.keys {
        if key.secret.is_empty() {
            account.needless(Some(key.at), UNKEYED);
        } else if Some(key.number) == active {
            let secret: String =
                hex(&derive(&key.secret, "auth_pass")).chars().take(PASSWORD_LENGTH).collect();
            found = Some(Key { number: 1, digest: Digest::Password, secret, at: key.at });
            account.lossy(Some(key.at), conversion::AUTHENTICATION, "auth_pass", &[CLEAR_TEXT]);
        } else {
            account.lossy(
                Some(key.at),
                conversion::AUTHENTICATION,
                "",
                &["VRRP version 2 knows one password only"],
            );
        }
    }
    found.map(|key| Authentication {
        active: Some(Sourced::implied(key.number)),
        keys: vec![key],
        ..Authentication::default()
    })
}

/// A key for another program, derived from a secret one.
pub(crate) fn derived(secret: &str, purpose: &str) -> String {
    hex(&derive(secret, purpose))
}

/// HMAC-SHA256 with the old secret as key and the purpose as message: nothing of the secret can
/// be read from it.
fn derive(secret: &str, purpose: &str) -> [u8; 32] {
    // HMAC takes keys of any length, so this never fails.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else { return [0; 32] };
    mac.update(b"lvsha ");
    mac.update(purpose.as_bytes());
    mac.finalize().into_bytes().into()
}

/// VRRPv2 carries eight bytes (RFC 2338 section 5.3.6.1).
const PASSWORD_LENGTH: usize = 8;
const UNKEYED: &str = "crc protects nothing, and neither does VRRP without authentication";
const UNSIGNED: &str =
    "the key that `auth` names has no secret: nothing was signed, and no key is written";
const CLEAR_TEXT: &str = "a derived password, sent in clear by VRRP version 2; the protection by digest is gone before keepalived 2.4";
const VERSION_THREE: &str = "VRRP version 3 has no authentication before keepalived 2.4";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_the_secret_is_in_what_is_derived() {
        let derived = hex(&derive("Sw0rdfish", "auth_pass"));
        assert!(!derived.contains("Sw0rd"));
        assert_eq!(derived, hex(&derive("Sw0rdfish", "auth_pass")), "both nodes must agree");
        assert_ne!(
            derived,
            hex(&derive("Sw0rdfish", "auth_hmac")),
            "one purpose must not reveal the other"
        );
    }
}
