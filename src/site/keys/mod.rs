//! The keys of an inventory as data: one row per key and table.
//!
//! The same row reads the key, writes it, checks its range, and is what "did you mean" chooses
//! from; that writing and reading are inverse holds because they stand side by side. Adding a key
//! is adding a row.

use std::collections::HashSet;

use super::document::{Entry, Item, Literal};
use crate::model::Sourced;
use crate::source::Place;

mod blocks;
mod cluster;
mod heartbeat;
mod node;
mod plain;
mod probe;
mod reader;
mod reference;
mod router;
mod service;
mod settings;
mod words;

pub(super) use plain::Plain;
pub use plain::show_target;
pub(super) use reader::{Names, Reader};
pub use reference::reference;
pub(crate) use words::Words;

/// One key of the tables that fill a `T`.
pub(super) struct Key<T> {
    /// The key.
    pub(super) word: &'static str,
    /// What a number may be, inclusive.
    pub(super) range: Option<(i64, i64)>,
    /// Reads a value into its field. A wrong value is reported and changes nothing.
    pub(super) read: fn(&mut T, &Item, &mut Reader<'_>),
    /// The field as a value; nothing when it is not set.
    pub(super) write: fn(&T, &Names) -> Option<Item>,
}

/// What is said by a table of an inventory.
pub(super) trait Keys: Sized + 'static {
    /// What such a table is called in messages.
    const TABLE: &'static str;

    /// Its keys, in the order in which they are written.
    fn keys() -> &'static [Key<Self>];
}

/// A table among others, under a name.
pub(super) trait Named: Keys {
    fn new(name: Sourced<String>) -> Self;
    fn name(&self) -> &str;

    /// Where it was named.
    fn at(&self) -> Option<Place>;
}

/// A field that a row can fill.
pub(super) trait Slot {
    fn fill(&mut self, item: &Item, reader: &mut Reader<'_>);
    fn show(&self) -> Option<Item>;
}

impl<P: Plain> Slot for Option<Sourced<P>> {
    fn fill(&mut self, item: &Item, reader: &mut Reader<'_>) {
        if let Some(value) = reader.plain(item) {
            *self = Some(Sourced::new(value, reader.place(item.span)));
        }
    }

    fn show(&self) -> Option<Item> {
        self.as_ref().map(|value| Item::from_place(value.value.write(), value.at))
    }
}

impl<P: Plain> Slot for Option<P> {
    fn fill(&mut self, item: &Item, reader: &mut Reader<'_>) {
        if let Some(value) = reader.plain(item) {
            *self = Some(value);
        }
    }

    fn show(&self) -> Option<Item> {
        self.as_ref().map(|value| value.write().into())
    }
}

impl<P: Plain> Slot for Vec<Sourced<P>> {
    fn fill(&mut self, item: &Item, reader: &mut Reader<'_>) {
        let items = reader.list(item);
        let read = |item: &Item| {
            let value = reader.plain(item)?;
            Some(Sourced::new(value, reader.place(item.span)))
        };
        *self = items.iter().filter_map(read).collect();
    }

    fn show(&self) -> Option<Item> {
        list(self.iter().map(|value| Item::from_place(value.value.write(), value.at)))
    }
}

impl<P: Plain> Slot for Vec<P> {
    fn fill(&mut self, item: &Item, reader: &mut Reader<'_>) {
        let items = reader.list(item);
        *self = items.iter().filter_map(|item| reader.plain(item)).collect();
    }

    fn show(&self) -> Option<Item> {
        list(self.iter().map(|value| value.write().into()))
    }
}

/// A list of values; nothing when it is empty.
pub(super) fn list(items: impl Iterator<Item = Item>) -> Option<Item> {
    let items: Vec<Item> = items.collect();
    (!items.is_empty()).then(|| Literal::List(items).into())
}

/// A table; nothing when it is empty.
pub(super) fn table(entries: Vec<Entry>) -> Option<Item> {
    (!entries.is_empty()).then(|| Literal::Table(entries).into())
}

/// What `from` says, key by key.
pub(super) fn write<T: Keys>(from: &T, names: &Names) -> Vec<Entry> {
    let entry = |key: &Key<T>| Some(Entry::new(key.word, (key.write)(from, names)?));
    T::keys().iter().filter_map(entry).collect()
}

/// Several tables, each under its name. heartbeat's lines have no names of their own, so two may be
/// called alike; the second gets a number.
pub(super) fn write_named<T: Named>(from: &[T], names: &Names) -> Option<Item> {
    let mut entries: Vec<Entry> = Vec::new();
    let mut taken: HashSet<String> = HashSet::new();
    for value in from {
        let name = value.name();
        let is_free = |name: &String| !taken.contains(name);
        let mut numbered = (2..).map(|number| format!("{name} ({number})"));
        let free = Some(name.to_owned()).filter(is_free).or_else(|| numbered.find(is_free));
        let key = free.unwrap_or_else(|| name.to_owned());
        let item = Item::from_place(Literal::Table(write(value, names)), value.at());
        taken.insert(key.clone());
        entries.push(Entry::new(key, item));
    }
    table(entries)
}

/// Several tables in a row.
pub(super) fn write_list<T: Keys>(from: &[T], names: &Names) -> Option<Item> {
    list(from.iter().map(|value| Literal::Table(write(value, names)).into()))
}

/// A row for a field that implements [`Slot`], with the range of a number.
macro_rules! value {
    ($word:literal, $($field:ident).+) => { value!($word, $($field).+, None) };
    ($word:literal, $($field:ident).+, $range:expr) => {
        Key {
            word: $word,
            range: $range,
            read: |into, item, reader| Slot::fill(&mut into.$($field).+, item, reader),
            write: |from, _| Slot::show(&from.$($field).+),
        }
    };
}

/// A row for a field that is filled by a table of its own.
macro_rules! inner {
    ($word:literal, $($field:ident).+) => {
        Key {
            word: $word,
            range: None,
            read: |into, item, reader| reader.table(&mut into.$($field).+, item),
            write: |from, names| crate::site::keys::table(crate::site::keys::write(&from.$($field).+, names)),
        }
    };
}

/// A row for a list of things that have a table each, by name.
macro_rules! named {
    ($word:literal, $($field:ident).+) => {
        Key {
            word: $word,
            range: None,
            read: |into, item, reader| reader.named(&mut into.$($field).+, item),
            write: |from, names| crate::site::keys::write_named(&from.$($field).+, names),
        }
    };
}

/// A row for groups of settings with keepalived's own keywords.
macro_rules! further {
    ($($($field:ident).+),*) => {
        Key {
            word: "keepalived",
            range: None,
            read: |into, item, reader| crate::site::keys::settings::read(
                &mut [$(("", &mut into.$($field).+)),*], item, reader,
            ),
            write: |from, names| crate::site::keys::settings::write(
                &[$(("", &from.$($field).+)),*], names,
            ),
        }
    };
}

/// A row that reads and writes in its own way.
macro_rules! custom {
    ($word:literal, $read:expr, $write:expr) => {
        Key { word: $word, range: None, read: $read, write: $write }
    };
}

use {custom, further, inner, named, value};

#[cfg(test)]
mod tests;
