//! Names of nodes as options give them: `lw1`, `lw1=10.0.0.27`.

use std::net::IpAddr;

use crate::model::Node;

/// Reads a node's name, lower-cased as heartbeat compares it.
///
/// # Errors
///
/// When it cannot be a host's name. Names become directories, so nothing else may pass.
pub(super) fn node(text: &str) -> Result<String, String> {
    if Node::is_name(text) {
        Ok(text.to_lowercase())
    } else {
        Err(format!("`{text}` is no node's name; it is what `uname -n` prints there, such as lw1"))
    }
}

/// Reads `NODE=IP`.
///
/// # Errors
///
/// When one of both is missing or wrong.
pub(super) fn node_address(text: &str) -> Result<(String, IpAddr), String> {
    let (name, address) = text.split_once('=').ok_or("it looks like lw1=10.0.0.27")?;
    let address = address.parse().map_err(|_| format!("`{address}` is not an IP address"))?;
    Ok((node(name)?, address))
}

/// Reads `NODE` or `NODE=IP`.
///
/// # Errors
///
/// As [`node`] and [`node_address`].
pub(super) fn node_or_address(text: &str) -> Result<(String, Option<IpAddr>), String> {
    if text.contains('=') {
        node_address(text).map(|(name, address)| (name, Some(address)))
    } else {
        node(text).map(|name| (name, None))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_a_host_is_refused() {
        for text in ["", ".", "..", "../etc", "lw1=10.0.0.27", "lw 1", "-x", &"a".repeat(65)] {
            assert!(node(text).is_err(), "{text}");
        }
        assert_eq!(node("LW1.example").unwrap(), "lw1.example");
    }

    #[test]
    fn an_address_follows_where_it_may() {
        let address = "10.0.0.27".parse().unwrap();
        assert_eq!(node_address("LW1=10.0.0.27").unwrap(), ("lw1".to_owned(), address));
        assert_eq!(node_or_address("lw1").unwrap(), ("lw1".to_owned(), None));
        assert!(node_address("lw1").is_err() && node_or_address("lw1=x").is_err());
    }
}
