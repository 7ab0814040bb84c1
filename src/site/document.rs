//! TOML as a tree of our own: the only place that knows the `toml` crate.
//!
//! [`parse`] never fails: it returns what could be read and every mistake with its range.
//! [`print`] is its inverse; tests hold that `parse(print(tree)) == tree`.

use std::fmt::Write as _;

use serde::{Serialize, Serializer};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::source::{Place, Span};

/// A value and where it stands. Two items are equal when they say the same, wherever they stand.
#[derive(Clone, Debug)]
pub(super) struct Item {
    pub(super) value: Literal,
    /// Where it stands in the inventory; empty for an item that no inventory says.
    pub(super) span: Span,
    /// The directive of another file that it was made from.
    pub(super) origin: Option<Place>,
}

impl Item {
    /// A value that was made from the directive at `origin`.
    pub(super) fn from_place(value: Literal, origin: Option<Place>) -> Self {
        Self { value, span: Span::default(), origin }
    }
}

/// As templates see it.
impl Serialize for Item {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.value {
            Literal::Boolean(value) => serializer.serialize_bool(*value),
            Literal::Float(value) => serializer.serialize_f64(*value),
            Literal::Integer(value) => serializer.serialize_i64(*value),
            Literal::List(items) => serializer.collect_seq(items),
            Literal::Other => serializer.serialize_none(),
            Literal::Table(entries) => {
                serializer.collect_map(entries.iter().map(|entry| (&entry.key, &entry.item)))
            }
            Literal::Text(text) => serializer.serialize_str(text),
        }
    }
}

impl PartialEq for Item {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl From<Literal> for Item {
    fn from(value: Literal) -> Self {
        Self::from_place(value, None)
    }
}

/// What a value can be.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Literal {
    Boolean(bool),
    Float(f64),
    Integer(i64),
    List(Vec<Item>),
    Table(Vec<Entry>),
    Text(String),
    /// A date, or a number beyond 64 bits: no key of an inventory takes one.
    Other,
}

impl Literal {
    /// What people call it.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Boolean(_) => "a boolean",
            Self::Float(_) => "a number with decimals",
            Self::Integer(_) => "a number",
            Self::List(_) => "a list",
            Self::Table(_) => "a table",
            Self::Text(_) => "a text",
            Self::Other => "something else",
        }
    }
}

/// A key with its value; entries keep the order of the file.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) key: String,
    pub(super) key_span: Span,
    pub(super) item: Item,
}

impl Entry {
    /// An entry that no file says.
    pub(super) fn new(key: impl Into<String>, item: impl Into<Item>) -> Self {
        Self { key: key.into(), key_span: Span::default(), item: item.into() }
    }
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key && self.item == other.item
    }
}

/// A mistake of the text: where, and the parser's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mistake {
    pub(super) span: Span,
    pub(super) message: String,
}

/// Reads a document as far as it can be read.
pub(super) fn parse(text: &str) -> (Vec<Entry>, Vec<Mistake>) {
    let (table, errors) = DeTable::parse_recoverable(text);
    let mistakes = errors.into_iter().map(|error| Mistake {
        span: error.span().map_or(Span::default(), |range| span(&range)),
        message: error.message().to_owned(),
    });
    (entries(table.get_ref()), mistakes.collect())
}

/// Writes a document: plain values first, then tables under headers.
pub(super) fn print(entries: &[Entry]) -> String {
    let mut out = String::new();
    block(entries, &mut Vec::new(), &mut out);
    out
}

fn entries(table: &DeTable<'_>) -> Vec<Entry> {
    let mut entries: Vec<Entry> = table
        .iter()
        .map(|(key, value)| Entry {
            key: key.get_ref().clone().into_owned(),
            key_span: span(&key.span()),
            item: item(value),
        })
        .collect();
    // The crate sorts keys by name; people put them in an order of their own.
    entries.sort_by_key(|entry| entry.key_span);
    entries
}

fn item(value: &Spanned<DeValue<'_>>) -> Item {
    let literal = match value.get_ref() {
        DeValue::Array(array) => Literal::List(array.iter().map(item).collect()),
        DeValue::Boolean(value) => Literal::Boolean(*value),
        DeValue::Datetime(_) => Literal::Other,
        DeValue::Float(value) => value.as_str().parse().map_or(Literal::Other, Literal::Float),
        DeValue::Integer(value) => i64::from_str_radix(value.as_str(), value.radix())
            .map_or(Literal::Other, Literal::Integer),
        DeValue::String(value) => Literal::Text(value.clone().into_owned()),
        DeValue::Table(table) => Literal::Table(entries(table)),
    };
    Item { value: literal, span: span(&value.span()), origin: None }
}

/// Files are smaller than 2^30 bytes.
fn span(range: &std::ops::Range<usize>) -> Span {
    let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    Span::new(offset(range.start), offset(range.end))
}

/// The entries of one table under its header, which is written already.
fn block(entries: &[Entry], path: &mut Vec<String>, out: &mut String) {
    let headed = headed(entries, path.len());
    for (entry, _) in entries.iter().zip(&headed).filter(|(_, is_headed)| !**is_headed) {
        line(&entry.key, &entry.item, out);
    }
    for (entry, _) in entries.iter().zip(&headed).filter(|(_, is_headed)| **is_headed) {
        path.push(key(&entry.key));
        match &entry.item.value {
            Literal::List(items) => {
                for item in items {
                    header("[[", path, "]]", out);
                    if let Literal::Table(inner) = &item.value {
                        block(inner, path, out);
                    }
                }
            }
            Literal::Table(inner) => {
                // A table that holds only tables needs no header of its own.
                let is_implied = !inner.is_empty()
                    && self::headed(inner, path.len()).into_iter().all(|is_headed| is_headed);
                if !is_implied {
                    header("[", path, "]", out);
                }
                block(inner, path, out);
            }
            _ => {}
        }
        path.pop();
    }
}

/// Which entries at `depth` are written under headers. Those stand behind the others, and the order of
/// tables may mean something: no table is written in front of one that stands before it.
fn headed(entries: &[Entry], depth: usize) -> Vec<bool> {
    let mut is_behind = false;
    let mut judge = |entry: &Entry| {
        let is_table = matches!(entry.item.value, Literal::Table(_));
        let is_headed = has_header(entry, depth) || (is_table && is_behind);
        is_behind |= is_table && is_headed;
        is_headed
    };
    entries.iter().map(&mut judge).collect()
}

/// Whether an entry at `depth` is written under a header instead of on one line, were it alone.
fn has_header(entry: &Entry, depth: usize) -> bool {
    let is_long = || inline(&entry.item).chars().count() > INLINE;
    match &entry.item.value {
        Literal::Table(inner) => {
            depth == 0 || (depth == 1 && holds_tables(inner)) || is_long() || inner.is_empty()
        }
        Literal::List(items) => {
            let tables = items.iter().all(|item| matches!(item.value, Literal::Table(_)));
            let nested = items
                .iter()
                .any(|item| matches!(&item.value, Literal::Table(inner) if holds_tables(inner)));
            !items.is_empty() && tables && (depth == 0 || nested)
        }
        _ => false,
    }
}

fn holds_tables(entries: &[Entry]) -> bool {
    let is_table = |entry: &Entry| matches!(entry.item.value, Literal::Table(_));
    entries.iter().any(is_table)
}

fn header(open: &str, path: &[String], close: &str, out: &mut String) {
    if !out.is_empty() {
        out.push('\n');
    }
    out.push_str(open);
    out.push_str(&path.join("."));
    out.push_str(close);
    out.push('\n');
}

/// `key = value`; a long list gets a line for each of its items.
fn line(name: &str, item: &Item, out: &mut String) {
    let short = format!("{} = {}\n", key(name), inline(item));
    match &item.value {
        Literal::List(items) if short.chars().count() > INLINE => {
            // Writing to a string cannot fail.
            let _ = writeln!(out, "{} = [", key(name));
            for item in items {
                let _ = writeln!(out, "    {},", inline(item));
            }
            out.push_str("]\n");
        }
        _ => out.push_str(&short),
    }
}

fn inline(item: &Item) -> String {
    match &item.value {
        Literal::Boolean(value) => value.to_string(),
        Literal::Float(value) => toml::Value::Float(*value).to_string(),
        Literal::Integer(value) => value.to_string(),
        Literal::List(items) => {
            let items: Vec<String> = items.iter().map(inline).collect();
            format!("[{}]", items.join(", "))
        }
        Literal::Other => "\"\"".to_owned(),
        Literal::Table(entries) if entries.is_empty() => "{}".to_owned(),
        Literal::Table(entries) => {
            let entries: Vec<String> = entries
                .iter()
                .map(|entry| format!("{} = {}", key(&entry.key), inline(&entry.item)))
                .collect();
            format!("{{ {} }}", entries.join(", "))
        }
        Literal::Text(text) => string(text),
    }
}

/// A key, quoted where TOML wants it (section "Keys" of its specification).
fn key(name: &str) -> String {
    let bare = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if !name.is_empty() && name.chars().all(bare) { name.to_owned() } else { string(name) }
}

/// A basic string on one line.
fn string(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => {
                let _ = write!(out, "\\u{:04X}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// Characters of a line from which on a value is broken up.
const INLINE: usize = 90;

#[cfg(test)]
mod tests;
