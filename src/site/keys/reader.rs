//! Reading tables by their rows; every mistake is found in one go.

use std::collections::HashMap;
use std::net::IpAddr;

use super::{Keys, Named, Plain};
use crate::model::read::Input;
use crate::model::{self, Resource, Sourced};
use crate::site::document::{Entry, Item, Literal};
use crate::site::secret::Secret;
use crate::source::codes::inventory;
use crate::source::{Composition, Diagnostic, Expansions, FileId, Findings, Place, Sources, Span};
use crate::syntax::{Format, suggest};

/// The names that an inventory gives to machines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Names {
    /// Real servers.
    pub(crate) servers: Servers,
    /// Groups of them.
    pub(crate) groups: Vec<(String, Vec<String>)>,
    /// Secrets by name, so that a key can be written as the name of its secret.
    pub(crate) secrets: Vec<(String, Secret)>,
}

/// Real servers in the order of the file. A name or an address that stands twice is the first one's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Servers {
    all: Vec<(String, IpAddr)>,
    by_address: HashMap<IpAddr, usize>,
    by_name: HashMap<String, usize>,
}

impl Servers {
    /// The address of the one with this name.
    pub(crate) fn address(&self, name: &str) -> Option<IpAddr> {
        self.all.get(*self.by_name.get(name)?).map(|(_, address)| *address)
    }

    /// Their names.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> + Clone {
        self.all.iter().map(|(name, _)| name.as_str())
    }
}

impl FromIterator<(String, IpAddr)> for Servers {
    fn from_iter<I: IntoIterator<Item = (String, IpAddr)>>(all: I) -> Self {
        let mut servers = Self { all: all.into_iter().collect(), ..Self::default() };
        for (index, (name, address)) in servers.all.iter().enumerate() {
            servers.by_name.entry(name.clone()).or_insert(index);
            servers.by_address.entry(*address).or_insert(index);
        }
        servers
    }
}

impl Names {
    /// The name of the real server with `address`.
    pub(crate) fn of(&self, address: IpAddr) -> Option<&str> {
        let index = *self.servers.by_address.get(&address)?;
        self.servers.all.get(index).map(|(name, _)| name.as_str())
    }

    /// The name of the secret with this text.
    pub(crate) fn of_secret(&self, text: &str) -> Option<&str> {
        let named = self.secrets.iter().find(|(_, secret)| secret.reveal() == text);
        named.map(|(name, _)| name.as_str())
    }
}

/// What the rows read with.
pub(crate) struct Reader<'a> {
    pub(crate) sources: &'a mut Sources,
    /// The inventory.
    pub(crate) file: FileId,
    pub(crate) findings: Findings,
    pub(crate) names: Names,
    /// What the inventory's secrets are, by name; nothing for one that could not be had.
    pub(crate) secrets: HashMap<String, Option<Secret>>,
    /// Names of the directors.
    pub(crate) directors: Vec<String>,
    /// Where the text is no TOML: what was read there is a guess that needs no second word.
    pub(crate) mistakes: Vec<Span>,
    /// The key that is being read.
    key: &'static str,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(sources: &'a mut Sources, file: FileId) -> Self {
        Self {
            sources,
            file,
            findings: Findings::new(),
            names: Names::default(),
            secrets: HashMap::new(),
            directors: Vec::new(),
            mistakes: Vec::new(),
            key: "",
        }
    }

    /// A place in the inventory.
    pub(crate) fn place(&self, span: Span) -> Place {
        self.file.at(span)
    }

    /// Reports a finding.
    pub(crate) fn report(&mut self, diagnostic: Diagnostic) {
        self.findings.push(diagnostic);
    }

    /// Reads without a word about mistakes.
    pub(crate) fn silently(&mut self, read: impl FnOnce(&mut Self)) {
        let findings = std::mem::take(&mut self.findings);
        read(self);
        self.findings = findings;
    }

    /// Reads the keys of a table in the order of its rows, whatever the order of the file.
    pub(crate) fn keys<T: Keys>(&mut self, into: &mut T, entries: &[Entry]) {
        for row in T::keys() {
            let Some(entry) = entries.iter().find(|entry| entry.key == row.word) else { continue };
            self.key = row.word;
            match (&entry.item.value, row.range) {
                (Literal::Integer(number), Some((least, most)))
                    if !(least..=most).contains(number) =>
                {
                    let shape = format!("a number from {least} to {most}");
                    self.wrong(&entry.item, &shape);
                }
                _ => (row.read)(into, &entry.item, self),
            }
        }
    }

    /// Reports keys that no row knows.
    pub(crate) fn strangers(&mut self, table: &str, words: &[&'static str], entries: &[Entry]) {
        for entry in entries.iter().filter(|entry| !words.contains(&entry.key.as_str())) {
            let at = self.place(entry.key_span);
            let message = format!("{table} has no key `{}`", entry.key);
            let finding = Diagnostic::new(inventory::UNKNOWN_KEY, at, message);
            let meant = OTHER_NAMES.iter().find(|(other, _)| *other == entry.key);
            let meant = meant.map(|(_, word)| *word).filter(|word| words.contains(word));
            self.report(match meant.or_else(|| suggest(&entry.key, words.iter().copied())) {
                Some(near) => finding.guess(at, near, format!("write `{near}`")),
                None => finding.help(format!("its keys are {}", words.join(", "))),
            });
        }
    }

    /// Reads a table into `into`.
    pub(crate) fn table<T: Keys>(&mut self, into: &mut T, item: &Item) {
        let words: Vec<&str> = T::keys().iter().map(|key| key.word).collect();
        let Literal::Table(entries) = &item.value else {
            let finding = self.refusal(item, "a table");
            let help = format!("its keys are {}", words.join(", "));
            self.findings.extend(finding.map(|finding| finding.help(help)));
            return;
        };
        self.keys(into, entries);
        self.strangers(T::TABLE, &words, entries);
    }

    /// Reads tables that have names; one that is known already is added to.
    pub(crate) fn named<T: Named>(&mut self, into: &mut Vec<T>, item: &Item) {
        let Literal::Table(entries) = &item.value else {
            return self.wrong(item, "a table of tables");
        };
        for entry in entries {
            let known = into.iter().position(|value| value.name() == entry.key);
            let at = known.unwrap_or(into.len());
            if known.is_none() {
                let name = Sourced::new(entry.key.clone(), self.place(entry.key_span));
                into.push(T::new(name));
            }
            if let Some(value) = into.get_mut(at) {
                self.table(value, &entry.item);
            }
        }
    }

    /// Reads a list of tables.
    pub(crate) fn tables<T: Keys + Default>(&mut self, item: &Item) -> Vec<T> {
        let items = self.list(item);
        let mut values = Vec::new();
        for item in &items {
            let mut value = T::default();
            self.table(&mut value, item);
            values.push(value);
        }
        values
    }

    /// Reads one value.
    pub(crate) fn plain<P: Plain>(&mut self, item: &Item) -> Option<P> {
        let value = P::read(&item.value);
        if value.is_none() {
            self.wrong(item, &P::shape());
        }
        value
    }

    /// The items of a list; one value stands for a list of one.
    pub(crate) fn list(&mut self, item: &Item) -> Vec<Item> {
        match &item.value {
            Literal::List(items) => items.clone(),
            _ => vec![item.clone()],
        }
    }

    /// Reports a value that its key does not take.
    pub(crate) fn wrong(&mut self, item: &Item, shape: &str) {
        if let Some(finding) = self.refusal(item, shape) {
            self.report(finding);
        }
    }

    /// What is said of a value that its key does not take; nothing where the text is no TOML.
    fn refusal(&self, item: &Item, shape: &str) -> Option<Diagnostic> {
        if self.mistakes.iter().any(|m| m.start <= item.span.end && item.span.start <= m.end) {
            return None;
        }
        let found = match &item.value {
            Literal::Text(text) => format!("`{text}`"),
            Literal::Integer(number) => format!("`{number}`"),
            other => other.kind().to_owned(),
        };
        let message = format!("`{}` takes {shape}, not {found}", self.key);
        Some(Diagnostic::new(inventory::WRONG_VALUE, self.place(item.span), message))
    }

    /// Reports that `table` lacks `key`; `example` is what to type.
    pub(crate) fn missing(&mut self, table: &str, key: &str, span: Span, example: &str) {
        let at = self.place(span);
        let finding = Diagnostic::new(inventory::MISSING_KEY, at, format!("{table} needs `{key}`"));
        self.report(finding.help(example));
    }

    /// Reports that `what` stands at `at` after it stood at `first`.
    pub(crate) fn twice(&mut self, at: Place, first: Place, what: &str) {
        let finding = Diagnostic::new(inventory::TWICE, at, format!("{what} is given twice"));
        self.report(finding.context(first, "here first"));
    }

    /// Reads one value without a word about a wrong one, which is reported elsewhere.
    pub(crate) fn quietly<P: Plain>(&self, item: &Item) -> Option<P> {
        P::read(&item.value)
    }

    /// The resources of a haresources line, by the reader of haresources. What it finds stands where the
    /// words stand in the inventory.
    pub(crate) fn resources(&mut self, items: &[Item]) -> Vec<Resource> {
        let Some(first) = items.first().map(|item| self.place(item.span)) else {
            return Vec::new();
        };
        // A line begins with a node, whose name nobody gets to see.
        let mut line = Composition::made(first, "node");
        for item in items {
            let Some(word): Option<String> = self.plain(item) else { continue };
            // A comment, a note or another line would take the words behind it along.
            if !word.split([' ', '\t']).all(model::read::is_resource_word) {
                self.wrong(item, "words such as \"IPaddr2::10.0.0.31/24\" or \"httpd\"");
                continue;
            }
            let at = self.place(item.span);
            line.push_made(at, " ");
            let written = at.span.of(self.sources.get(self.file).text());
            match written.find(&word).map(u32::try_from) {
                Some(Ok(quote)) => {
                    line.push_written(self.file, at.span.start.saturating_add(quote), &word);
                }
                // With escapes in it the text means something that stands nowhere.
                _ => line.push_made(at, &word),
            }
        }
        line.push_made(first, "\n");
        let file = self.sources.add_composed(self.file, line, Expansions::default());
        let input = Input { file, format: Format::Haresources };
        let reading = model::read::read(self.sources, &[input]);
        self.findings.append(reading.findings);
        let routers = reading.cluster.routers.into_iter();
        let mut resources: Vec<Resource> = routers.flat_map(|router| router.resources).collect();
        for resource in &mut resources {
            let (whole, at) = (resource.at, self.sources.resolve(resource.at));
            resource.at = at;
            for argument in &mut resource.arguments {
                // Only an address that is the whole word shares its place: the writer knows it by that.
                let is_whole = argument.at == Some(whole);
                let own = argument.at.map(|own| self.sources.resolve(own));
                argument.at = own.filter(|own| is_whole || *own != at);
            }
        }
        resources
    }

    /// Reports a name that nothing in the inventory has.
    pub(crate) fn unknown_name<'n>(
        &mut self,
        span: Span,
        what: &str,
        name: &str,
        known: impl Iterator<Item = &'n str> + Clone,
    ) {
        let at = self.place(span);
        let near = suggest(name, known.clone());
        // Who takes a key that names a secret for the secret's own place has typed a password there.
        let is_secret = what == "secret" && near.is_none();
        if is_secret {
            self.sources.hide(self.file, [span]);
        }
        let message = match is_secret {
            true => format!("there is no {what} of this name in this inventory"),
            false => format!("there is no {what} `{name}` in this inventory"),
        };
        let finding = Diagnostic::new(inventory::UNKNOWN_NAME, at, message);
        let all: Vec<&str> = known.collect();
        self.report(match near {
            Some(near) => finding.help(format!("did you mean `{near}`?")),
            None if is_secret && all.is_empty() => {
                finding.help("[secrets.NAME] says where it comes from")
            }
            None if all.is_empty() => finding.help(format!("add the {what}")),
            None => finding.help(format!("known are {}", all.join(", "))),
        });
    }

    /// The secret called `name`. One that could not be had was reported where it is described.
    pub(crate) fn secret(&mut self, item: &Item) -> Option<String> {
        let name: String = self.plain(item)?;
        match self.secrets.get(&name) {
            Some(secret) => {
                Some(secret.as_ref().map(Secret::reveal).unwrap_or_default().to_owned())
            }
            None => {
                let known: Vec<String> = self.secrets.keys().cloned().collect();
                let known = known.iter().map(String::as_str);
                self.unknown_name(item.span, "secret", &name, known);
                None
            }
        }
    }
}

/// What other programs call a key: these are too far from it for [`suggest`].
pub(super) const OTHER_NAMES: &[(&str, &str)] = &[
    ("advert_int", "interval"),
    ("algorithm", "scheduler"),
    ("hosts", "directors"),
    ("id", "virtual_router_id"),
    ("instances", "routers"),
    ("nodes", "directors"),
    ("real_servers", "servers"),
    ("track_script", "follows"),
    ("use_ipvlan", "own_interface"),
    ("use_vmac", "own_interface"),
    ("virtual_ipaddress", "addresses"),
    ("virtual_servers", "services"),
    ("vips", "addresses"),
    ("vrid", "virtual_router_id"),
    ("vrrp_instances", "routers"),
];
