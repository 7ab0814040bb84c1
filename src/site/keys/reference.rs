//! What every key means, for people: `lvsha explain inventory`.
//!
//! The tables of keys say which there are; that each has a meaning here, and nothing else has one, is
//! held by a test.

use std::fmt::Write as _;

use super::{Keys, Words as _, probe, router};
use crate::model::{self, HookEvent};

mod meanings;

/// A table of an inventory with its keys.
struct Table {
    /// How it is written.
    heading: &'static str,
    /// Its keys and what a number may be.
    keys: fn() -> Vec<Row>,
    /// What each key is for.
    meanings: &'static [(&'static str, &'static str)],
}

/// What a key's own row says of it.
struct Row {
    word: &'static str,
    range: Option<(i64, i64)>,
}

impl Table {
    const fn new<T: Keys>(
        heading: &'static str,
        meanings: &'static [(&'static str, &'static str)],
    ) -> Self {
        Self {
            heading,
            keys: || T::keys().iter().map(|key| Row { word: key.word, range: key.range }).collect(),
            meanings,
        }
    }

    fn meaning(&self, word: &str) -> &'static str {
        let found = self.meanings.iter().find(|(known, _)| *known == word);
        found.map_or("", |(_, meaning)| meaning)
    }
}

/// Every table of an inventory, its keys, and what they are for.
pub fn reference() -> String {
    let mut out = String::from(FIRST);
    for table in TABLES {
        // Writing to a string cannot fail, here and below.
        let _ = writeln!(out, "\n{}", table.heading);
        for Row { word, range } in (table.keys)() {
            let range =
                range.map_or_else(String::new, |(least, most)| format!("{least} to {most}; "));
            let _ = writeln!(out, "  {word:<WIDTH$}  {range}{}", table.meaning(word));
        }
    }
    let events: Vec<&str> = HookEvent::WORDS.iter().map(|(word, _)| *word).collect();
    let _ = writeln!(out, "\nEvents of hooks: {}", events.join(", "));
    let _ = writeln!(out, "Types of probes: {}", probe::KINDS.join(", "));
    out
}

/// Room for the longest key.
const WIDTH: usize = 22;

const FIRST: &str = "\
An inventory is TOML: a whole cluster in one file. No key but these is taken, and each is optional
where `lvsha check` does not ask for it. Times are seconds (2, 0.5). A name in a list is a machine,
a group of machines or an address, perhaps with a port behind a colon.
";

const TABLES: &[Table] = &[
    Table::new::<crate::site::Site>("At the top", meanings::SITE),
    Table::new::<crate::site::Ssh>("[ssh], and `ssh` of a machine", meanings::SSH),
    Table::new::<crate::site::secret::Origin>("[secrets.NAME]", meanings::ORIGIN),
    Table::new::<crate::site::Director>(
        "[directors.NAME], by what `uname -n` prints there",
        meanings::DIRECTOR,
    ),
    Table::new::<crate::site::RealServer>("[real_servers.NAME]", meanings::REAL_SERVER),
    Table::new::<model::Cluster>(
        "At the top, and in `override` of a director: what the cluster does",
        meanings::CLUSTER,
    ),
    Table::new::<model::Globals>("[settings]", meanings::GLOBALS),
    Table::new::<model::Alerts>("[mail]", meanings::ALERTS),
    Table::new::<model::Membership>("[heartbeat]", meanings::MEMBERSHIP),
    Table::new::<model::Tracker>("[scripts.NAME]", meanings::TRACKER),
    Table::new::<model::Router>(
        "[routers.NAME]: addresses that one director at a time holds",
        meanings::ROUTER,
    ),
    Table::new::<model::Member>("[routers.NAME.members], for each director", meanings::MEMBER),
    Table::new::<model::SyncGroup>("[sync_groups.NAME]", meanings::SYNC_GROUP),
    Table::new::<router::Form>("`authentication`", meanings::AUTHENTICATION_FORM),
    Table::new::<router::OneKey>("`keys` of `authentication`", meanings::ONE_KEY),
    Table::new::<router::Command>(
        "`hooks`: EVENT = \"COMMAND\", or a table",
        meanings::HOOK_COMMAND,
    ),
    Table::new::<model::Fixed>("[static]: what does not move", meanings::FIXED),
    Table::new::<model::Pacing>("`pacing`", meanings::PACING),
    Table::new::<model::Service>("[[services]]", meanings::SERVICE),
    Table::new::<model::Server>("`servers`, as a table", meanings::SERVER),
    Table::new::<model::Checks>("`checks`", meanings::CHECKS),
    Table::new::<probe::Form>("`probe`", meanings::PROBE_FORM),
    Table::new::<model::HttpRequest>("`requests` of a probe", meanings::HTTP_REQUEST),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Sourced;
    use crate::site::document;
    use crate::site::keys::Reader;
    use crate::source::Sources;

    #[test]
    fn every_key_has_a_meaning_and_nothing_else_has_one() {
        for table in TABLES {
            let keys: Vec<&str> = (table.keys)().into_iter().map(|row| row.word).collect();
            let mut meant: Vec<&str> = table.meanings.iter().map(|(word, _)| *word).collect();
            meant.dedup();
            assert_eq!(keys, meant, "{}", table.heading);
        }
        assert!(
            TABLES.iter().flat_map(|table| table.meanings).all(|(word, _)| word.len() <= WIDTH)
        );
    }

    /// What a reader types is what stands here.
    #[test]
    fn a_list_that_a_meaning_shows_is_one_that_its_key_takes() {
        fn take<T: Keys>(mut into: T, meanings: &[(&str, &str)]) {
            for (word, meaning) in meanings {
                let Some((_, example)) = meaning.split_once(": [") else { continue };
                let text = format!("{word} = [{example}\n");
                let mut sources = Sources::new();
                let file = sources.add("site.toml", text.as_bytes());
                let (entries, mistakes) = document::parse(&text);
                let mut reader = Reader::new(&mut sources, file);
                reader.keys(&mut into, &entries);
                let found: Vec<_> = reader.findings.iter().map(|found| &found.message).collect();
                assert!(mistakes.is_empty() && found.is_empty(), "{text}{found:?}");
            }
        }
        take(model::Router::new(Sourced::implied("web".to_owned())), meanings::ROUTER);
        take(model::Membership::default(), meanings::MEMBERSHIP);
        take(model::Fixed::default(), meanings::FIXED);
        take(model::Pacing::default(), meanings::PACING);
    }

    #[test]
    fn a_key_stands_with_its_range_and_its_meaning() {
        let text = reference();
        assert!(text.contains("\n[directors.NAME], by what"), "{text}");
        assert!(
            text.contains("\n  virtual_router_id       1 to 255; number of the router"),
            "{text}"
        );
    }
}
