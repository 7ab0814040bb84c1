//! What keepalived.conf has blocks of: things that are followed, groups of addresses, and `[static]`
//! with all that does not move.

use std::net::IpAddr;
use std::time::Duration;

use super::{Key, Keys, Names, Plain, Reader, Slot, custom, settings, table, value};
use crate::model::setting::Settings;
use crate::model::{
    Family, Fixed, GroupMember, LinkDelay, Named, Pacing, ServiceGroup, Sourced, TrackGroup,
};
use crate::site::document::{Entry, Item, Literal};

impl Keys for Fixed {
    const TABLE: &'static str = "static";

    fn keys() -> &'static [Key<Self>] {
        const KEYS: &[Key<Fixed>] = &[
            value!("addresses", addresses),
            value!("routes", routes),
            value!("rules", rules),
            value!("link_methods", link_methods),
            value!("link_delays", link_delays),
            custom!(
                "pacing",
                |fixed, item, reader| fixed.pacing = reader.tables(item),
                |fixed, names| super::write_list(&fixed.pacing, names)
            ),
        ];
        KEYS
    }
}

impl Keys for Pacing {
    const TABLE: &'static str = "pacing";

    fn keys() -> &'static [Key<Self>] {
        const KEYS: &[Key<Pacing>] = &[
            value!("interfaces", interfaces),
            value!("garp_interval", garp_interval),
            value!("gna_interval", gna_interval),
        ];
        KEYS
    }
}

/// Blocks with a name and keepalived's own keywords: `[tracked_files.load] file = "/run/load"`.
pub(super) fn read_settings<T: Settings + Default>(
    into: &mut Vec<Named<T>>,
    item: &Item,
    reader: &mut Reader<'_>,
) {
    each(item, reader, |entry, reader| {
        let known = into.iter().position(|block| block.name.value == entry.key);
        let at = known.unwrap_or(into.len());
        if known.is_none() {
            into.push(block(entry, reader));
        }
        if let Some(block) = into.get_mut(at) {
            settings::read(&mut [("", &mut block.settings)], &entry.item, reader);
        }
    });
}

/// The inverse of [`read_settings`].
pub(super) fn write_settings<T: Settings>(from: &[Named<T>], names: &Names) -> Option<Item> {
    let written = from.iter().map(|block| {
        let settings = settings::write(&[("", &block.settings)], names);
        let empty = || Literal::Table(Vec::new()).into();
        let item = Item { origin: block.at, ..settings.unwrap_or_else(empty) };
        Entry::new(block.name.value.clone(), item)
    });
    table(written.collect())
}

/// `track_groups = { both = ["VI_1", "VI_2"] }`.
pub(super) fn read_track_groups(
    into: &mut Vec<Named<TrackGroup>>,
    item: &Item,
    reader: &mut Reader<'_>,
) {
    each(item, reader, |entry, reader| {
        let mut group: Named<TrackGroup> = block(entry, reader);
        group.settings.members.fill(&entry.item, reader);
        into.retain(|known| known.name.value != entry.key);
        into.push(group);
    });
}

/// The inverse of [`read_track_groups`].
pub(super) fn write_track_groups(from: &[Named<TrackGroup>]) -> Option<Item> {
    lists(from.iter().map(|group| (&group.name, group.settings.members.show())))
}

/// `service_groups = { web = ["10.0.0.31 80", "10.0.0.32-35 80", "fwmark 3"] }`.
pub(super) fn read_service_groups(
    into: &mut Vec<ServiceGroup>,
    item: &Item,
    reader: &mut Reader<'_>,
) {
    each(item, reader, |entry, reader| {
        let Named { name, carried, at, .. } = block::<()>(entry, reader);
        let mut group = ServiceGroup { name, members: Vec::new(), carried, at };
        group.members.fill(&entry.item, reader);
        into.retain(|known| known.name.value != entry.key);
        into.push(group);
    });
}

/// The inverse of [`read_service_groups`].
pub(super) fn write_service_groups(from: &[ServiceGroup]) -> Option<Item> {
    lists(from.iter().map(|group| (&group.name, group.members.show())))
}

/// Hands every entry of a table to `read`.
fn each(item: &Item, reader: &mut Reader<'_>, mut read: impl FnMut(&Entry, &mut Reader<'_>)) {
    match &item.value {
        Literal::Table(entries) => entries.iter().for_each(|entry| read(entry, reader)),
        _ => reader.wrong(item, "a table with a name for each"),
    }
}

fn block<T: Default>(entry: &Entry, reader: &Reader<'_>) -> Named<T> {
    let at = reader.place(entry.key_span);
    let name = Sourced::new(entry.key.clone(), at);
    Named { name, settings: T::default(), carried: Vec::new(), at: Some(at) }
}

/// Lists under names; an empty one stays, because its name is used.
fn lists<'a>(named: impl Iterator<Item = (&'a Sourced<String>, Option<Item>)>) -> Option<Item> {
    let entry = |(name, members): (&Sourced<String>, Option<Item>)| {
        let members = members.unwrap_or_else(|| Literal::List(Vec::new()).into());
        Entry::new(name.value.clone(), members)
    };
    table(named.map(entry).collect())
}

/// A line of `virtual_server_group`: `10.0.0.31-10.0.0.35 80`, `10.0.0.0/28 80`, `fwmark 3 inet6`.
impl Plain for GroupMember {
    fn shape() -> String {
        "an address, a range or a network, perhaps with a port, or \"fwmark 3\"".to_owned()
    }

    fn read(literal: &Literal) -> Option<Self> {
        let Literal::Text(text) = literal else { return None };
        let words: Vec<&str> = text.split_whitespace().collect();
        let (head, port) = match words.as_slice() {
            ["fwmark", mark] => return Some(Self::Mark { mark: mark.parse().ok()?, family: None }),
            ["fwmark", mark, family] => {
                let (_, family) = FAMILIES.iter().find(|(word, _)| word == family)?;
                return Some(Self::Mark { mark: mark.parse().ok()?, family: Some(*family) });
            }
            [head] => (head, None),
            [head, port] => (head, Some(port.parse().ok()?)),
            _ => return None,
        };
        if let Some((address, prefix)) = head.split_once('/') {
            let (address, prefix) = (address.parse().ok()?, prefix.parse().ok()?);
            return Some(Self::Network { address, prefix, port });
        }
        let (first, last) = head.split_once('-').unwrap_or((head, head));
        let (first, last): (IpAddr, IpAddr) = (first.parse().ok()?, last.parse().ok()?);
        Some(Self::Range { first, last, port })
    }

    fn write(&self) -> Literal {
        let with_port = |head: String, port: &Option<u16>| match port {
            Some(port) => format!("{head} {port}"),
            None => head,
        };
        Literal::Text(match self {
            Self::Mark { mark, family } => {
                let family = FAMILIES.iter().find(|(_, known)| Some(*known) == *family);
                family.map_or(format!("fwmark {mark}"), |(word, _)| format!("fwmark {mark} {word}"))
            }
            Self::Network { address, prefix, port } => {
                with_port(format!("{address}/{prefix}"), port)
            }
            Self::Range { first, last, port } if first == last => {
                with_port(first.to_string(), port)
            }
            Self::Range { first, last, port } => with_port(format!("{first}-{last}"), port),
        })
    }
}

const FAMILIES: &[(&str, Family)] = &[("inet", Family::V4), ("inet6", Family::V6)];

/// An interface, and how its link is read.
impl Plain for (String, Option<String>) {
    fn shape() -> String {
        "an interface, perhaps with MII, ETHTOOL or IOCTL behind it".to_owned()
    }

    fn read(literal: &Literal) -> Option<Self> {
        let Literal::Text(text) = literal else { return None };
        let mut words = text.split_whitespace().map(str::to_owned);
        let method = (words.next()?, words.next());
        words.next().is_none().then_some(method)
    }

    fn write(&self) -> Literal {
        let (interface, method) = self;
        Literal::Text(match method {
            Some(method) => format!("{interface} {method}"),
            None => interface.clone(),
        })
    }
}

/// An interface, seconds until it counts as down, and perhaps until it counts as up.
impl Plain for LinkDelay {
    fn shape() -> String {
        "an interface and one or two times in seconds, \"eth0 2 0.5\"".to_owned()
    }

    fn read(literal: &Literal) -> Option<Self> {
        let Literal::Text(text) = literal else { return None };
        let seconds = |word: &str| Duration::try_from_secs_f64(word.parse().ok()?).ok();
        let words: Vec<&str> = text.split_whitespace().collect();
        let (interface, down, up) = match words.as_slice() {
            [interface, down] => (interface, down, None),
            [interface, down, up] => (interface, down, Some(seconds(up)?)),
            _ => return None,
        };
        Some(Self { interface: (*interface).to_owned(), down: seconds(down)?, up })
    }

    fn write(&self) -> Literal {
        let up = self.up.map(|up| format!(" {}", up.as_secs_f64())).unwrap_or_default();
        Literal::Text(format!("{} {}{up}", self.interface, self.down.as_secs_f64()))
    }
}
