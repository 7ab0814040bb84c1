//! A [`Site`] as an inventory.

use super::Site;
use super::document::{self, Entry};
use super::keys::{self, Names};
use super::secret::{Origin, Secret};
use crate::model::{Cluster, Service};

/// The text of an inventory that says `site`. Secrets are written as their names; `secrets` tells
/// which name belongs to which secret.
pub fn write(site: &Site, secrets: &[(String, Secret)]) -> String {
    document::print(&entries(site, secrets))
}

fn entries(site: &Site, secrets: &[(String, Secret)]) -> Vec<Entry> {
    let names = Names { secrets: secrets.to_vec(), ..names(site) };
    let mut entries = keys::write(site, &names);
    entries.extend(keys::write(&site.cluster, &names));
    entries
}

/// The names of a site's machines.
pub(super) fn names(site: &Site) -> Names {
    let address = |server: &super::RealServer| {
        Some((server.name.value.clone(), server.address.as_ref()?.value))
    };
    Names { servers: site.real_servers.iter().filter_map(address).collect(), ..Names::default() }
}

/// The secrets of a cluster, each with the name of what it is for.
pub(super) fn secrets(cluster: &Cluster) -> impl Iterator<Item = (String, String)> {
    let routers = cluster
        .routers
        .iter()
        .map(|router| (router.name.value.as_str(), router.authentication.as_ref()));
    let client = cluster.tls_client.password.as_ref();
    let client = client.map(|password| ("tls_client".to_owned(), password.value.0.clone()));
    let passwords = cluster.services.iter().flat_map(Service::passwords);
    let of_checks = passwords.filter_map(|password| password.text.as_ref());
    let of_checks = of_checks.map(|text| ("check".to_owned(), text.0.clone()));
    std::iter::once(("cluster", cluster.authentication.as_ref()))
        .chain(routers)
        .flat_map(|(name, authentication)| {
            let keys = authentication.map_or(&[][..], |authentication| &authentication.keys);
            keys.iter().map(move |key| (name.to_owned(), key.secret.clone()))
        })
        .chain(client)
        .chain(of_checks)
        .filter(|(_, text)| !text.is_empty())
}

/// One name for each different secret; names are safe as file names.
pub(super) fn name_secrets(found: impl Iterator<Item = (String, String)>) -> Vec<(String, Secret)> {
    let mut named: Vec<(String, Secret)> = Vec::new();
    for (owner, text) in found {
        if named.iter().any(|(_, secret)| secret.reveal() == text) {
            continue;
        }
        let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
        let base: String = owner.chars().map(plain).collect();
        let is_free = |name: &String| !named.iter().any(|(known, _)| known == name);
        let mut numbered = (2..).map(|number| format!("{base}_{number}"));
        let name = Some(base.clone()).filter(is_free).or_else(|| numbered.find(is_free));
        named.push((name.unwrap_or(base), Secret::new(text)));
    }
    named
}

/// A secret that is kept in a file beside the inventory.
pub(super) fn in_a_file(name: &str) -> Origin {
    Origin { name: name.to_owned(), file: Some(format!("secrets/{name}")), ..Origin::default() }
}
