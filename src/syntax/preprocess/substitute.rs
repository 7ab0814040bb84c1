//! Uses of definitions: `$NAME` and `${NAME}`.

use std::ops::Range;
use std::rc::Rc;

use super::definition::Definition;
use super::{Flow, Frame, Preprocessor, line};
use crate::source::codes::preprocessor as codes;
use crate::source::{Composition, Diagnostic, Expansion, Verdict};
use crate::syntax::Format;
use crate::syntax::secrets::SecretKeywords;

/// A use in a line.
struct Use<'a> {
    range: Range<usize>,
    name: &'a str,
    /// Whether it stands in braces.
    braced: bool,
    /// Whether what follows lets keepalived see it; always in braces.
    ends: bool,
}

impl Preprocessor<'_> {
    /// Replaces the uses in a line, those included that come out of a replacement.
    pub(super) fn substitute(&mut self, mut line: Composition) -> Flow {
        let mut from = 0;
        let mut replacements = 0;
        while let Some(found) = next_use(line.text(), from) {
            let range = found.range.clone();
            let Some(value) = self.value(&line, &found) else {
                from = range.start + 1;
                continue;
            };
            let within = self.expansion(&line, &found, &value);
            self.steps += 1;
            replacements += 1;
            // Empty values let a line of any length be replaced for ever.
            if replacements > MOST_IN_A_LINE {
                self.report(&line, range, |at| {
                    let message = format!("more than {MOST_IN_A_LINE} replacements in one line");
                    Diagnostic::new(codes::RUNAWAY, at, message).help("use fewer definitions")
                });
                return Flow::Done;
            }
            let text = value.value.text();
            let first = text.find('\n').unwrap_or(text.len());
            if first < text.len() {
                let value = Rc::clone(&value.value);
                self.frames.push(Frame::Lines { value, at: first + 1, within });
            }
            line.splice(range.clone(), &value.value.part(0..first), within);
            from = range.start;
            // The line may have become another form.
            if range.start == 0 && line::sign(line.text()).is_some() {
                return Flow::Replaced(line);
            }
        }
        match line::without_comment(&line) {
            Some(line) => Flow::Ready(line),
            None => Flow::Done,
        }
    }

    /// A line with its uses replaced, for forms that are complete then.
    pub(super) fn replaced(&mut self, line: Composition) -> Option<Composition> {
        match self.substitute(line) {
            Flow::Again(line) | Flow::Replaced(line) | Flow::Ready(line) => Some(line),
            Flow::Done => None,
        }
    }

    /// What a use stands for; `None`, and a finding, when keepalived leaves it as it is.
    fn value(&mut self, line: &Composition, found: &Use<'_>) -> Option<Definition> {
        let Use { range, name, braced, ends } = found;
        let at = line.written_at(range.clone())?;
        let value = match self.definitions.get(*name) {
            Some(definition) => definition.clone(),
            None => {
                let Some(value) = self.builtin(name, line, at) else {
                    self.undefined(line, found);
                    return None;
                };
                Definition { at: None, value: Rc::new(value) }
            }
        };
        let refuse = |message: String, code, help: String| {
            move |at| Diagnostic::new(code, at, message).help(help)
        };
        let text = value.value.text();
        let first = text.find('\n').unwrap_or(text.len());
        if !ends {
            let fix = line.editable(range.clone());
            self.report(line, range.clone(), |at| {
                let message = format!("keepalived does not see this use of `${name}`");
                let finding = Diagnostic::new(codes::USE_NOT_SEEN, at, message);
                match fix {
                    Some(fix) => finding.fix(fix, format!("${{{name}}}"), "put it in braces"),
                    None => finding.help(format!("write ${{{name}}}")),
                }
            });
            return None;
        }
        if self.expansions.is_open(&format!("${name}"), line.within(range.start)) {
            let message = format!("`${name}` is defined by itself");
            let help = format!("give one definition of `${name}` another name");
            self.report(line, range.clone(), refuse(message, codes::SELF_REFERENCE, help));
            return None;
        }
        let behind = line.text().get(range.end..).unwrap_or_default();
        if first < text.len() && !line::trimmed(behind).is_empty() {
            let message = format!("`${name}` has several lines and must end its line");
            let help = "move what follows it to a line of its own".to_owned();
            self.report(line, range.clone(), refuse(message, codes::LINES_INSIDE_LINE, help));
            return None;
        }
        let length = line.text().len() - range.len() + first;
        if length > LONGEST_LINE {
            let form = if *braced { format!("${{{name}}}") } else { format!("${name}") };
            let message = format!("with `{form}` the line has {length} bytes: it is left as it is");
            let help = format!("a line has at most {LONGEST_LINE} bytes");
            self.report(line, range.clone(), refuse(message, codes::EXPANDED_TOO_LONG, help));
            return None;
        }
        Some(value)
    }

    /// Remembers who uses which definition where.
    fn expansion(
        &mut self,
        line: &Composition,
        found: &Use<'_>,
        definition: &Definition,
    ) -> Option<crate::source::ExpansionId> {
        let name = line::name_length(found.name);
        let expansion = Expansion {
            name: format!("${}", found.name.get(..name).unwrap_or_default()),
            at: line.written_at(found.range.clone())?,
            definition: definition.at,
            within: line.within(found.range.start),
        };
        self.expansions.intern(expansion)
    }

    /// Reports a use of nothing, where it can hardly be meant for a shell.
    fn undefined(&mut self, line: &Composition, found: &Use<'_>) {
        let Use { range, name, braced, ends } = found;
        let text = line.text();
        let before = text.get(..range.start).unwrap_or_default();
        let behind = text.get(range.end..).unwrap_or_default();
        let quoted = before.matches('"').count() % 2 == 1;
        let alone = before.is_empty() || before.ends_with([' ', '\t', '(', ',']);
        if quoted || !(*braced || (alone && *ends)) {
            return;
        }
        let gap = line::trimmed(behind);
        if before.is_empty() && gap.starts_with('=') {
            let blank = range.end..text.len() - gap.len();
            let fix = line.editable(blank.clone());
            self.report(line, range.start..blank.end + 1, |at| {
                let message = format!("a blank between `${name}` and `=`: this defines nothing");
                let finding = Diagnostic::new(codes::SPACED_DEFINITION, at, message);
                match fix {
                    Some(fix) => finding.fix(fix, "", "remove the blank"),
                    None => finding.help(format!("write ${name}=")),
                }
            });
            return;
        }
        // A sequence repeats its lines: what was said needs no second search for a near name.
        if self.is_said(codes::UNDEFINED, line, range.clone()) {
            return;
        }
        // The braces are then those of a block. A name in the place of a number or an address is
        // refused as well, and a free text is taken as it is.
        let free = FREE_TEXT.contains(&before.trim());
        let verdict = if *braced || !free { Verdict::Refuses } else { Verdict::Accepts };
        let near = self.near(name);
        let keyword = before.split_whitespace().next().unwrap_or_default();
        // A password may begin with the sign.
        let is_secret = SecretKeywords::of(Format::Keepalived).has(keyword);
        self.report(line, range.clone(), |at| {
            let message = match is_secret {
                true => "nothing of this name is defined".to_owned(),
                false => format!("`${name}` is not defined"),
            };
            let finding = Diagnostic::new(codes::UNDEFINED, at, message).verdict(verdict);
            match near {
                Some(near) => finding.help(format!("did you mean `${near}`?")),
                None if is_secret => finding.help("define it on a line above: $NAME=value"),
                None => finding.help(format!("define it on a line above: ${name}=value")),
            }
        });
    }
}

impl Preprocessor<'_> {
    /// The definition that was probably meant. Each use is held against each definition, and of a
    /// file with twenty thousand of both nobody reads more than the first.
    fn near(&mut self, name: &str) -> Option<String> {
        self.asked += 1;
        if self.asked > MOST_ASKED {
            return None;
        }
        let known = self.definitions.keys().map(String::as_str);
        crate::syntax::suggest(name, known).map(str::to_owned)
    }
}

/// The first use from byte `from` on.
fn next_use(text: &str, from: usize) -> Option<Use<'_>> {
    let dollars = text.get(from..)?.match_indices('$').map(|(at, _)| from + at);
    dollars.into_iter().find_map(|start| {
        let behind = text.get(start + 1..)?;
        if let Some(inside) = behind.strip_prefix('{') {
            let inside = inside.get(..inside.find('}')?)?;
            let length = line::name_length(inside);
            // Only what keepalived brings along takes words.
            let is_call = inside.starts_with('_') && inside.get(length..)?.starts_with(' ');
            let range = start..start + inside.len() + 3;
            let is_use = length > 0 && (length == inside.len() || is_call);
            return is_use.then_some(Use { range, name: inside, braced: true, ends: true });
        }
        let name = behind.get(..line::name_length(behind)).filter(|name| !name.is_empty())?;
        let next = behind.get(name.len()..)?.chars().next();
        let ends = next.is_none_or(|next| matches!(next, ' ' | '\t' | ',' | ')'));
        Some(Use { range: start..start + 1 + name.len(), name, braced: false, ends })
    })
}

/// Most replacements in a line, which has 1023 bytes.
const MOST_IN_A_LINE: u32 = 2_000;
/// Uses without a definition that get an advice.
const MOST_ASKED: usize = 100;

/// Keywords whose value may be any word.
const FREE_TEXT: &[&str] = &["auth_pass", "notification_email_from", "router_id"];

/// keepalived's buffer for a line has 1024 bytes, and a replacement that does not fit is not made.
const LONGEST_LINE: usize = 1023;
