//! `@ID` and `@^ID`: lines for one node, or for all others.

use super::{Flow, Preprocessor, line};
use crate::source::codes::preprocessor as codes;
use crate::source::{Composition, Diagnostic, Verdict};

/// The name that conditions are compared with: `keepalived -i`, or the host's name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConfigId {
    /// This one, because the user said so.
    Exactly(String),
    /// The first of these that the file has lines for; if it has none, the first that it names.
    Guess(Vec<String>),
    /// That of the node with this name, whether the file has lines for it or not: its host name up to
    /// the first dot, unless the file has lines for the whole name.
    Node(String),
}

impl Default for ConfigId {
    /// The first node that the file names.
    fn default() -> Self {
        Self::Guess(Vec::new())
    }
}

/// The id once it is known, and what it is found from.
#[derive(Debug)]
pub(super) struct Conditions {
    wanted: ConfigId,
    id: Option<String>,
}

impl Conditions {
    pub(super) fn new(wanted: &ConfigId) -> Self {
        let id = match wanted {
            ConfigId::Exactly(id) => Some(id.clone()),
            ConfigId::Guess(_) | ConfigId::Node(_) => None,
        };
        Self { wanted: wanted.clone(), id }
    }
}

impl Preprocessor<'_> {
    /// A line for some nodes only: what is left of it on this node.
    pub(super) fn condition(&mut self, line: &Composition, replaced: bool) -> Flow {
        let text = line.text();
        let negated = text.starts_with("@^");
        let from = if negated { 2 } else { 1 };
        let behind = text.get(from..).unwrap_or_default();
        let length = behind.find([' ', '\t']).unwrap_or(behind.len());
        let wanted = behind.get(..length).unwrap_or_default().to_owned();
        let rest = line::trimmed(behind.get(length..).unwrap_or_default());
        let holds = (self.config_id(line) == wanted) != negated;
        if replaced {
            // Tried: one that holds corrupts the program's memory, another one is left out.
            let verdict = if holds { Verdict::Refuses } else { Verdict::Accepts };
            self.report(line, 0..from + length, |at| {
                let message = "a condition that comes out of a definition";
                Diagnostic::new(codes::CONDITION_IN_DEFINITION, at, message)
                    .verdict(verdict)
                    .help("write the condition on the line itself")
            });
        }
        if holds && !rest.is_empty() {
            return Flow::Again(line.part(text.len() - rest.len()..text.len()));
        }
        let closes = rest.matches('}').count() > rest.matches('{').count();
        if !holds && closes && !wanted.is_empty() {
            let at = rest.find('}').unwrap_or_default() + text.len() - rest.len();
            self.report(line, at..at + 1, |at| {
                let message = format!("the brace is read on `{wanted}` only");
                let message = if negated { "not read on this node".to_owned() } else { message };
                Diagnostic::new(codes::CONDITIONAL_BRACE, at, message)
                    .verdict(Verdict::Accepts)
                    .help("put the brace on a line of its own")
            });
        }
        Flow::Done
    }

    /// The id to compare with. A guess is made from the ids in the file of the first condition.
    pub(super) fn config_id(&mut self, line: &Composition) -> String {
        if let Some(id) = &self.conditions.id {
            return id.clone();
        }
        let at = line.written_at(0..1);
        let text = at.map_or("", |at| self.sources.get(at.file).text());
        let named = ids(text);
        let candidates = match self.conditions.wanted.clone() {
            ConfigId::Exactly(id) => return id,
            ConfigId::Guess(candidates) => candidates,
            ConfigId::Node(name) => {
                let short = name.split('.').next().unwrap_or_default().to_owned();
                let id = if named.iter().any(|(id, _)| *id == name) { name } else { short };
                self.conditions.id = Some(id.clone());
                return id;
            }
        };
        let known = candidates.iter().find(|id| named.iter().any(|(named, _)| named == *id));
        let first = named.iter().find(|(_, negated)| !negated).map(|(id, _)| id.clone());
        let id = match (known, first) {
            (Some(known), _) => known.clone(),
            (None, Some(first)) => {
                let names = named.iter().take(NAMES).map(|(id, _)| format!("`{id}`"));
                let names = names.collect::<Vec<_>>().join(", ");
                let help = format!("`--config-id NAME` chooses another: the file names {names}");
                self.report(line, 0..line.text().len(), |at| {
                    let message = format!("conditions are judged as on `{first}`");
                    Diagnostic::new(codes::CONFIG_ID_GUESSED, at, message).help(help)
                });
                first
            }
            (None, None) => candidates.first().cloned().unwrap_or_default(),
        };
        self.conditions.id = Some(id.clone());
        id
    }
}

/// The ids that lines of `text` begin with.
pub fn config_ids(text: &str) -> Vec<String> {
    ids(text).into_iter().map(|(id, _)| id).collect()
}

/// The ids that lines of `text` begin with, and whether each is only excluded.
fn ids(text: &str) -> Vec<(String, bool)> {
    let mut ids: Vec<(String, bool)> = Vec::new();
    for line in text.lines() {
        let Some(rest) = line::trimmed(line).strip_prefix('@') else { continue };
        let (rest, negated) = rest.strip_prefix('^').map_or((rest, false), |rest| (rest, true));
        let id = rest.split([' ', '\t']).next().unwrap_or_default();
        if let Some((_, only_excluded)) = ids.iter_mut().find(|(known, _)| known == id) {
            *only_excluded &= negated;
        } else if !id.is_empty() && ids.len() < MOST_IDS {
            ids.push((id.to_owned(), negated));
        }
    }
    ids
}

/// Names that a message lists.
const NAMES: usize = 8;
/// Different ids that are looked at: no cluster has as many directors.
const MOST_IDS: usize = 256;
