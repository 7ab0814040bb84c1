//! The keys that say which machines there are and how they are reached.

use super::{Key, Keys, Named, Plain as _, Slot, custom, inner, list, table, value};
use crate::model::Sourced;
use crate::site::document::{Entry, Literal};
use crate::site::secret::{Origin, Secret};
use crate::site::{Director, Group, RealServer, Site, Ssh};
use crate::source::Place;

impl Keys for Site {
    const TABLE: &'static str = "an inventory";

    fn keys() -> &'static [Key<Self>] {
        // Secrets and machines come before what names them, whatever the order of the file.
        const KEYS: &[Key<Site>] = &[
            value!("cluster", cluster.name),
            value!("stack", stack),
            value!("import", import),
            value!("keepalived_version", keepalived_version),
            inner!("ssh", ssh),
            super::named!("secrets", secrets),
            super::named!("directors", directors),
            super::named!("real_servers", real_servers),
            custom!(
                "groups",
                |site, item, reader| {
                    let Literal::Table(entries) = &item.value else {
                        return reader.wrong(item, "a table of lists");
                    };
                    for entry in entries {
                        let mut members: Vec<Sourced<String>> = Vec::new();
                        members.fill(&entry.item, reader);
                        site.groups.push(Group { name: entry.key.clone(), members });
                    }
                },
                |site, _| {
                    table(
                        site.groups
                            .iter()
                            .filter_map(|group| {
                                let names =
                                    group.members.iter().map(|name| name.value.write().into());
                                Some(Entry::new(&group.name, list(names)?))
                            })
                            .collect(),
                    )
                }
            ),
        ];
        KEYS
    }
}

impl Keys for Director {
    const TABLE: &'static str = "a director";

    fn keys() -> &'static [Key<Self>] {
        const KEYS: &[Key<Director>] = &[
            value!("address", address),
            value!("interface", interface),
            value!("priority", priority, Some((1, 255))),
            value!("import", import),
            inner!("ssh", ssh),
            // What it changes is read when the whole cluster is known.
            custom!(
                "override",
                |director, item, reader| match &item.value {
                    Literal::Table(entries) => director.overrides.clone_from(entries),
                    _ => reader.wrong(item, "a table"),
                },
                |director, _| table(director.overrides.clone())
            ),
        ];
        KEYS
    }
}

impl Named for Director {
    fn new(name: Sourced<String>) -> Self {
        Self { name: name.map(|name| name.to_lowercase()), ..Self::default() }
    }

    fn name(&self) -> &str {
        &self.name.value
    }

    fn at(&self) -> Option<Place> {
        self.name.at
    }
}

impl Keys for RealServer {
    const TABLE: &'static str = "a real server";

    fn keys() -> &'static [Key<Self>] {
        const KEYS: &[Key<RealServer>] = &[
            value!("address", address),
            value!("interface", interface),
            value!("managed", managed),
            inner!("ssh", ssh),
        ];
        KEYS
    }
}

impl Named for RealServer {
    fn new(name: Sourced<String>) -> Self {
        Self { name, ..Self::default() }
    }

    fn name(&self) -> &str {
        &self.name.value
    }

    fn at(&self) -> Option<Place> {
        self.name.at
    }
}

impl Keys for Ssh {
    const TABLE: &'static str = "ssh";

    fn keys() -> &'static [Key<Self>] {
        const KEYS: &[Key<Ssh>] = &[
            value!("host", host),
            value!("port", port),
            value!("user", user),
            value!("identity", identity),
            value!("known_hosts", known_hosts),
            value!("jump", jump),
            value!("sudo", sudo),
            value!("sudo_secret", sudo_secret),
            value!("local", local),
        ];
        KEYS
    }
}

impl Keys for Origin {
    const TABLE: &'static str = "a secret";

    fn keys() -> &'static [Key<Self>] {
        const KEYS: &[Key<Origin>] = &[
            value!("env", env),
            value!("file", file),
            value!("command", command),
            custom!(
                "default",
                |origin, item, reader| {
                    let text: Option<String> = reader.plain(item);
                    origin.default = text.map(Secret::new);
                },
                |origin, _| origin.default.as_ref().map(|text| text
                    .reveal()
                    .to_owned()
                    .write()
                    .into())
            ),
        ];
        KEYS
    }
}

impl Named for Origin {
    fn new(name: Sourced<String>) -> Self {
        Self { at: name.at, name: name.value, ..Self::default() }
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn at(&self) -> Option<Place> {
        self.at
    }
}
