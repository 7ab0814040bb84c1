//! Who the directors are: heartbeat names all of them, keepalived's file none.

use std::net::IpAddr;

use super::{NodeFile, Options, codes};
use crate::emit::Account;
use crate::model::{Node, Sourced};

/// One director of the cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Director {
    /// What `uname -n` prints on it, lower-cased as heartbeat compares it.
    pub name: String,
    /// Its address on the path to the others, needed for unicast only.
    pub address: Option<IpAddr>,
    /// Index of its file; `None` for a director that is only named.
    pub file: Option<usize>,
}

impl Director {
    /// The director as a node of the model.
    pub(super) fn node(&self) -> Node {
        let address = self.address.map(Sourced::implied);
        Node { name: Sourced::implied(self.name.clone()), address }
    }
}

/// What no file says.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unknown {
    /// The address of a director, where adverts are unicast.
    #[error("adverts are unicast, and the address of `{0}` is not known")]
    Address(String),
    /// No instance names the interface that its adverts use.
    #[error("no instance names an interface, so the directors have no way to each other")]
    Interface,
    /// Two directors have one name.
    #[error("two directors are called `{0}`")]
    NameTwice(String),
    /// The name of the director that a file is of.
    #[error("nothing says which director the file is of")]
    OwnName,
    /// The name of the other director.
    #[error("heartbeat names every director, and the other one is not known{}", about(.0))]
    Peer(Vec<IpAddr>),
}

/// The directors, those with files first. Without any router nobody has to be named.
pub(super) fn find(
    files: &[NodeFile],
    options: &Options,
    account: &mut Account,
) -> Result<Vec<Director>, Unknown> {
    let needed = files.iter().any(|file| !file.cluster.routers.is_empty());
    let mut directors = Vec::new();
    for (index, file) in files.iter().enumerate() {
        let router_id = file.cluster.globals.router_id.as_ref();
        let name = match &file.name {
            Some(name) => name.to_lowercase(),
            None => match router_id.map(|id| id.value.to_lowercase()).filter(|id| is_name(id)) {
                Some(name) => name,
                None if needed => return Err(Unknown::OwnName),
                None => String::new(),
            },
        };
        if let Some(id) = router_id {
            if id.value.to_lowercase() == name {
                account.exact(id.at, "node");
            } else {
                let note =
                    format!("heartbeat knows the node as {name}, the name that `uname -n` prints");
                account.changed(id.at, codes::NODE_NAME, "node", &note);
            }
        }
        directors.push(Director { name, address: None, file: Some(index) });
    }
    let named = options.peers.iter();
    directors.extend(named.map(|(name, address)| Director {
        name: name.to_lowercase(),
        address: *address,
        file: None,
    }));
    let mut names: Vec<&str> = directors.iter().map(|director| director.name.as_str()).collect();
    names.sort_unstable();
    let twice = names.windows(2).find(|pair| pair.first() == pair.last());
    if let Some(twice) = twice.and_then(|pair| pair.first()).filter(|name| !name.is_empty()) {
        return Err(Unknown::NameTwice((*twice).to_owned()));
    }
    if needed {
        addresses(files, options, &mut directors)?;
    }
    Ok(directors)
}

/// Fills in the addresses of unicast directors: stated, or the only one that is left.
fn addresses(
    files: &[NodeFile],
    options: &Options,
    directors: &mut [Director],
) -> Result<(), Unknown> {
    let routers = || files.iter().flat_map(|file| &file.cluster.routers);
    let peers: Vec<IpAddr> = routers().flat_map(peers_of).collect();
    for director in directors.iter_mut() {
        let own = director.file.and_then(|file| files.get(file));
        let source = own.and_then(|file| {
            let unicast =
                file.cluster.routers.iter().filter(|router| peers_of(router).next().is_some());
            unicast.filter_map(|router| router.transport.source).next()
        });
        let given = options.addresses.get(&director.name).copied();
        director.address = given.or(director.address).or(source.map(|source| source.value));
    }
    if directors.len() < 2 {
        return Err(Unknown::Peer(peers));
    }
    if peers.is_empty() {
        return Ok(());
    }
    told_by_others(files, directors);
    let known: Vec<IpAddr> = directors.iter().filter_map(|director| director.address).collect();
    let mut left: Vec<IpAddr> = peers.into_iter().filter(|peer| !known.contains(peer)).collect();
    left.sort_unstable();
    left.dedup();
    let mut nameless = directors.iter_mut().filter(|director| director.address.is_none());
    match (nameless.next(), nameless.next(), left.as_slice()) {
        (None, ..) => Ok(()),
        // One director without address, one address without director.
        (Some(director), None, [only]) => {
            director.address = Some(*only);
            Ok(())
        }
        (Some(director), ..) => Err(Unknown::Address(director.name.clone())),
    }
}

/// Of two directors with files, what the one calls its only peer is the other.
fn told_by_others(files: &[NodeFile], directors: &mut [Director]) {
    let [one, other] = directors else { return };
    let only_peer = |director: &Director| {
        let file = files.get(director.file?)?;
        let mut peers = file.cluster.routers.iter().flat_map(peers_of);
        let first = peers.next()?;
        peers.all(|peer| peer == first).then_some(first)
    };
    let (of_one, of_other) = (only_peer(&*other), only_peer(&*one));
    // A file that names its own address as its peer tells nothing.
    if of_one != of_other {
        one.address = one.address.or(of_one);
        other.address = other.address.or(of_other);
    }
}

/// Addresses that a router tells its state one by one.
pub(super) fn peers_of(router: &crate::model::Router) -> impl Iterator<Item = IpAddr> {
    router.transport.peers.iter().map(|peer| peer.value.address)
}

/// Whether a router_id can be what `uname -n` prints.
fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || "-.".contains(c))
}

fn about(peers: &[IpAddr]) -> String {
    match peers {
        [] => String::new(),
        [only] => format!(" (its address is {only})"),
        [first, ..] => format!(" (there are {}, the first at {first})", peers.len()),
    }
}
