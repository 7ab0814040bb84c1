//! Keyword tables as data: one row per word and the block it may stand in.
//!
//! The same rows check, suggest, document and mark secrets. Adding a keyword is adding a row.

use std::fmt;
use std::sync::LazyLock;

use fnv::FnvHashMap;

use crate::syntax::Format;

pub mod authkeys;
pub mod ha_cf;
pub mod haresources;
pub mod keepalived;
pub mod ldirectord;
pub mod target;

/// One keyword in one block.
#[derive(Clone, Copy, Debug)]
pub struct Keyword {
    /// The word.
    pub word: &'static str,
    /// The block it stands in, as a path (`vrrp_instance/authentication`); "" is the top level.
    pub within: &'static str,
    /// What follows it on the line, in order.
    pub arguments: &'static [Argument],
    /// What its braces hold.
    pub body: Body,
    /// The value that holds when the word is absent, as the manual writes it; "" for none.
    pub default: &'static str,
    /// First release that knows it, when it is younger than the oldest one lvsha knows of.
    pub since: Option<Version>,
    /// The word that replaced it.
    pub alias_of: Option<&'static str>,
    /// One phrase for people.
    pub meaning: &'static str,
    /// The field of the model that holds it; "" when the model has none and it travels along.
    pub field: &'static str,
    /// Whether its arguments must never be shown.
    pub secret: bool,
}

/// A row with only a word, its block and its meaning; the rest is filled in with struct update.
pub const ROW: Keyword = Keyword {
    word: "",
    within: "",
    arguments: &[],
    body: Body::None,
    default: "",
    since: None,
    alias_of: None,
    meaning: "",
    field: "",
    secret: false,
};

/// What stands between the braces of a keyword.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Body {
    /// It has no braces.
    None,
    /// Keywords whose `within` is this path.
    Block(&'static str),
    /// One item per line, such as addresses or members.
    Lines(&'static str),
}

/// What an argument may be. Ranges are inclusive.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Argument {
    /// An IPv4 or IPv6 address.
    Address,
    /// The same behind one of these words, which may be left out.
    After(&'static [&'static str], &'static Argument),
    /// An address with an optional prefix length.
    Prefix,
    /// `on off true false yes no`; absent means true.
    Boolean,
    /// A command line with an optional user and group behind it.
    Command,
    /// A network interface.
    Interface,
    /// A whole number.
    Integer(i64, i64),
    /// A time, in a unit of the kernel or with `ms` or `s` behind it.
    Lapse,
    /// A free name: one word.
    Name,
    /// A number that may be written in several ways.
    Number(&'static Numbers),
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// A file.
    Path,
    /// A regular expression, read like a command.
    Pattern,
    /// A port number or service name.
    Port,
    /// Two numbers with a dash between them.
    Range,
    /// Seconds, with decimals.
    Seconds(f64, f64),
    /// The rest of the line, whatever it is.
    Rest,
    /// It may be left out.
    Optional(&'static Argument),
    /// Any number of these.
    Many(&'static Argument),
}

/// Numbers of which some may have a name.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Numbers {
    /// The file where a machine may name more of them; "" where numbers only will do.
    pub file: &'static str,
    /// The names that every machine knows.
    pub names: &'static [&'static str],
    /// The smallest and the largest number.
    pub range: (i64, i64),
    /// Whether `0x` may stand before the digits.
    pub hexadecimal: bool,
    /// Whether there may be two, with a slash between them.
    pub is_pair: bool,
}

/// A release of one of the real programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version {
    /// First number.
    pub major: u16,
    /// Second number.
    pub minor: u16,
    /// Third number.
    pub patch: u16,
}

impl Version {
    /// `major.minor.patch`.
    pub const fn new(major: u16, minor: u16, patch: u16) -> Self {
        Self { major, minor, patch }
    }

    /// Reads `2`, `2.2` or `2.2.7`, with or without a leading `v`.
    pub fn parse(text: &str) -> Option<Self> {
        let mut numbers = text.strip_prefix('v').unwrap_or(text).splitn(3, '.');
        let mut next = |required: bool| match numbers.next() {
            Some(number) => number.parse::<u16>().ok(),
            None if required => None,
            None => Some(0),
        };
        Some(Self::new(next(true)?, next(false)?, next(false)?))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

/// The rows of `format`.
pub fn keywords(format: Format) -> &'static [&'static [Keyword]] {
    match format {
        Format::Authkeys => &[authkeys::KEYWORDS],
        Format::HaCf => &[ha_cf::KEYWORDS],
        Format::Haresources => &[haresources::KEYWORDS],
        Format::Keepalived => keepalived::KEYWORDS,
        Format::Ldirectord => &[ldirectord::KEYWORDS],
    }
}

/// The row of `word` inside the block `within`.
pub fn find(format: Format, within: &str, word: &str) -> Option<&'static Keyword> {
    find_anywhere(format, word).iter().find(|k| k.within == within).copied()
}

/// The rows of `word` in any block.
pub fn find_anywhere(format: Format, word: &str) -> &'static [&'static Keyword] {
    let words = INDEX.get(format as usize);
    words.and_then(|words| words.get(word)).map_or(&[], Vec::as_slice)
}

/// The words whose arguments must never be shown, each once.
pub fn secret_words(format: Format) -> Vec<&'static str> {
    let rows = keywords(format).iter().flat_map(|rows| rows.iter());
    let mut words: Vec<_> = rows.filter(|k| k.secret).map(|k| k.word).collect();
    words.sort_unstable();
    words.dedup();
    words
}

/// The words that may stand inside the block `within`.
pub fn words(format: Format, within: &str) -> impl Iterator<Item = &'static str> {
    let rows = keywords(format).iter().flat_map(|rows| rows.iter());
    rows.filter(move |k| k.within == within).map(|k| k.word)
}

type Index = FnvHashMap<&'static str, Vec<&'static Keyword>>;

/// All rows by format, in the order of its variants, and word: a file of a million lines asks for
/// each line. The words are ours, so their hashes need no protection.
static INDEX: LazyLock<Vec<Index>> = LazyLock::new(|| {
    let index_of = |format| {
        let mut index = Index::default();
        for row in keywords(format).iter().flat_map(|rows| rows.iter()) {
            index.entry(row.word).or_default().push(row);
        }
        index
    };
    Format::ALL.into_iter().map(index_of).collect()
});
