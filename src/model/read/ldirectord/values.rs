//! Values by kind: numbers, switches, quoted and bare texts. Each is matched as ldirectord matches
//! it, reported where that differs from what was meant, and returned as the model wants it.

use crate::model::Sourced;
use crate::source::codes::ldirectord as codes;
use crate::source::{Code, Diagnostic, Edit, Fix, Place, Verdict};

use super::line::{Line, is_space};
use super::{Reader, template};

/// What ldirectord expects behind the `=`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// Digits, at least 1.
    Count,
    /// Digits, also 0.
    Number,
    /// `yes` or `no`.
    Switch,
    /// Text in double quotes.
    Quoted,
    /// Text in double quotes, also empty.
    QuotedOrEmpty,
    /// Text with or without double quotes.
    Text,
    /// Text to the end of the line, quotes included.
    Bare,
    /// Something with a reader of its own.
    Special,
}

impl Reader<'_> {
    /// Reports what is wrong with the form of the line. False when there is no value to read.
    pub(super) fn form(&mut self, line: &Line<'_>, shape: Shape) -> bool {
        let keyword = line.row.word;
        if line.node.name() != keyword {
            let at = line.keyword_place();
            let finding =
                Diagnostic::new(codes::KEYWORD_CASE, at, "keywords are written in small letters")
                    .note("ldirectord stops with `Unknown command`");
            self.once(finding, "use small letters", vec![Edit { at, text: keyword.into() }]);
        }
        if template::is_template(&line.meant()) {
            template::report(self, line.node.place(), template_verdict(line, shape));
            return false;
        }
        let missing_equals = !line.has_equals();
        if line.value().is_none() {
            if missing_equals && keyword == "supervised" {
                return true;
            }
            self.missing_value(line, shape, missing_equals);
            return false;
        }
        if missing_equals {
            let at = line.keyword_place();
            self.push(
                Diagnostic::new(
                    codes::MISSING_EQUALS,
                    at,
                    format!("`=` is missing behind `{keyword}`"),
                )
                .note("ldirectord stops with `Unknown command`")
                .fix(at, format!("{keyword}="), "add the sign"),
            );
        }
        true
    }

    fn missing_value(&mut self, line: &Line<'_>, shape: Shape, missing_equals: bool) {
        let keyword = line.row.word;
        // Behind a global `=` a comment is a value to ldirectord.
        let seen = line.seen();
        let accepted = !missing_equals
            && match shape {
                Shape::Count => digits(&seen).is_some_and(|(_, digits)| digits != "0"),
                Shape::Number => digits(&seen).is_some(),
                Shape::Switch | Shape::Quoted | Shape::QuotedOrEmpty => false,
                Shape::Text | Shape::Bare => !seen.is_empty() || MAY_BE_EMPTY.contains(&keyword),
                Shape::Special => MAY_BE_EMPTY.contains(&keyword),
            };
        let verdict = if accepted { Verdict::Accepts } else { Verdict::Refuses };
        let note = match accepted {
            true => "ldirectord starts, and works with an empty text",
            false => "ldirectord stops here",
        };
        let finding = Diagnostic::new(
            codes::MISSING_VALUE,
            line.node.place(),
            format!("`{keyword}` has no value"),
        )
        .verdict(verdict)
        .note(note)
        .help("write the value, or delete the line");
        self.push(finding);
    }

    /// A number of which ldirectord takes the first digits.
    pub(super) fn number(&mut self, line: &Line<'_>, minimum: u32) -> Option<Sourced<u32>> {
        let (keyword, at) = (line.row.word, line.value_place());
        let seen = line.seen();
        // Of all numbers only this one has to begin with a digit.
        let leads = |before: &str| before.is_empty() || keyword != "emailalertfreq";
        let Some((before, digits)) = digits(&seen).filter(|(before, _)| leads(before)) else {
            self.not_a_number(line, minimum, Verdict::Refuses);
            return None;
        };
        let Ok(number) = digits.parse::<u32>() else {
            self.number_differs(at, format!("`{keyword}` is too large"), "greater than 4294967295");
            return None;
        };
        if number < minimum {
            // `00` is not false to Perl, and only the global time limits are compared with zero.
            let is_compared = !line.inside && keyword.ends_with("timeout");
            let accepted = digits != "0" && !is_compared;
            let verdict = if accepted { Verdict::Accepts } else { Verdict::Refuses };
            self.not_a_number(line, minimum, verdict);
            return None;
        }
        self.harmless_comment(line);
        let meant = line.meant();
        let rest = meant.strip_prefix(digits).filter(|_| before.is_empty());
        match rest.map(|rest| rest.trim_matches(is_space)) {
            Some("") => {}
            Some(rest) if is_seconds_or_prose(rest) => {
                let finding = Diagnostic::new(
                    codes::NUMBER_WITH_TEXT,
                    at,
                    format!("ldirectord reads the number {number} and ignores the rest"),
                )
                .fix(at, number.to_string(), "write the number alone");
                self.push(finding);
            }
            _ => self.number_differs(
                at,
                format!("ldirectord reads this as {number}"),
                "only the first digits count",
            ),
        }
        Some(Sourced::new(number, at))
    }

    fn number_differs(&mut self, at: Place, message: String, label: &str) {
        self.push(
            Diagnostic::new(codes::NUMBER_DIFFERS, at, message)
                .label(label)
                .help("write a whole number without sign and unit"),
        );
    }

    fn not_a_number(&mut self, line: &Line<'_>, minimum: u32, verdict: Verdict) {
        let message = match minimum {
            0 => format!("`{}` has to be a number", line.row.word),
            _ => format!("`{}` has to be a number of at least {minimum}", line.row.word),
        };
        let note = match verdict {
            Verdict::Accepts => "ldirectord starts, and works with zero",
            Verdict::Refuses | Verdict::Depends => "ldirectord stops here",
        };
        let finding = Diagnostic::new(codes::NOT_A_NUMBER, line.value_place(), message);
        self.push(finding.verdict(verdict).note(note));
    }

    /// `yes` or `no`, to the very end of the line.
    pub(super) fn switch(&mut self, line: &Line<'_>) -> Option<Sourced<bool>> {
        let at = line.value_place();
        let seen = line.seen();
        let meant = line.meant();
        let word = meant.split(is_space).next().unwrap_or_default();
        let plain = word.trim_matches(['"', '\'', ';', ',', '.']).to_ascii_lowercase();
        let value = SWITCHES.iter().find(|(word, _)| *word == plain).map(|(_, value)| *value);
        if matches!(seen.as_ref(), "yes" | "no") {
            return value.map(|value| Sourced::new(value, at));
        }
        if matches!(meant.as_ref(), "yes" | "no") {
            self.value_end(line, &seen);
        } else {
            let keyword = line.row.word;
            let finding = Diagnostic::new(
                codes::NOT_YES_OR_NO,
                at,
                format!("`{keyword}` has to be exactly `yes` or `no`"),
            )
            .note(format!("ldirectord stops with `{keyword} must be 'yes' or 'no'`"));
            let correct = value.map(|value| if value { "yes" } else { "no" });
            self.push(match correct {
                Some(correct) => finding.fix(at, correct, "write the plain word"),
                None => finding.help("write `yes` or `no`"),
            });
        }
        value.map(|value| Sourced::new(value, at))
    }

    /// The value is right, and followed by something that ldirectord takes as a part of it.
    pub(super) fn value_end(&mut self, line: &Line<'_>, seen: &str) {
        // A full-width number sign, for example, is reported with the other odd characters.
        if line.comment().is_empty() && seen.trim_end_matches(is_space) == seen {
            return;
        }
        if line.comment().is_empty() {
            let at = line.behind_value();
            let finding = Diagnostic::new(
                codes::BLANK_BEHIND_VALUE,
                at,
                format!("blanks behind the value of `{}`", line.row.word),
            )
            .note("for ldirectord they are a part of the value, so it stops here")
            .fix(at, "", "delete the blanks");
            self.push(finding);
        } else {
            self.comment_refused(line);
        }
    }

    /// A comment behind a value that has to stand alone.
    pub(super) fn comment_refused(&mut self, line: &Line<'_>) {
        let why = match line.inside {
            true => {
                "ldirectord strips the comment but keeps the blanks in front of it, and stops here"
            }
            false => {
                "outside of virtual services ldirectord has no comments behind values, and stops here"
            }
        };
        let finding = Diagnostic::new(
            codes::COMMENT_REFUSED,
            line.node.place(),
            "no comment may stand behind this value",
        )
        .note(why);
        self.once(finding, "move the comment to a line of its own", moved_comment(line));
    }

    /// A comment that ldirectord takes as a part of a global value.
    pub(super) fn comment_in_value(&mut self, line: &Line<'_>) {
        if line.inside || line.comment().is_empty() {
            return;
        }
        let finding = Diagnostic::new(
            codes::COMMENT_IN_VALUE,
            line.node.place(),
            "the comment becomes a part of the value",
        )
        .note("outside of virtual services ldirectord has no comments behind values");
        self.once(finding, "move the comment to a line of its own", moved_comment(line));
    }

    /// A comment behind a global value that does no harm.
    pub(super) fn harmless_comment(&mut self, line: &Line<'_>) {
        if line.inside || line.comment().is_empty() {
            return;
        }
        let finding = Diagnostic::new(
            codes::COMMENT_BEHIND_GLOBAL,
            line.node.place(),
            "a comment behind a global value works by luck",
        )
        .note("behind yes, no or a fallback it would make ldirectord stop");
        self.once(finding, "move the comment to a line of its own", moved_comment(line));
    }

    /// A text that has to stand in double quotes.
    pub(super) fn quoted(
        &mut self,
        line: &Line<'_>,
        may_be_empty: bool,
    ) -> Option<Sourced<String>> {
        let (keyword, at) = (line.row.word, line.value_place());
        let seen = line.seen();
        let meant = line.unquoted();
        let inside = between_quotes(&seen);
        let cut = line.inside && line.value().is_some_and(|value| value.raw().contains('#'));
        if cut {
            let accepted = inside.is_some_and(|(inside, _)| !inside.is_empty());
            self.hash_in_quotes(line, accepted);
        } else {
            match inside {
                None => {
                    let finding = Diagnostic::new(
                        codes::NEEDS_QUOTES,
                        at,
                        format!("`{keyword}` needs its value in double quotes"),
                    )
                    .note("ldirectord stops with `Unknown command`");
                    self.push(match quote_edits(line) {
                        Some(edits) => {
                            Diagnostic { fix: Some(Fix::new("add the quotes", edits)), ..finding }
                        }
                        None => finding,
                    });
                }
                Some(("", _)) if !may_be_empty => {
                    let finding = Diagnostic::new(
                        codes::EMPTY_QUOTES,
                        at,
                        format!("`{keyword}` must not be empty"),
                    )
                    .verdict(Verdict::Refuses)
                    .note("ldirectord stops here")
                    .help("delete the line");
                    self.push(finding);
                    return None;
                }
                Some((_, behind)) => self.behind_quotes(line, behind),
            }
        }
        let meant = self.blanks(inner(line, &meant));
        (may_be_empty || !meant.is_empty()).then(|| Sourced::new(meant, at))
    }

    fn hash_in_quotes(&mut self, line: &Line<'_>, accepted: bool) {
        let value = line.value();
        let hash = value.and_then(|value| Some((value, value.raw().find('#')?)));
        let at = hash.map_or_else(|| line.value_place(), |(value, at)| value.part(at, at + 1));
        let verdict = if accepted { Verdict::Accepts } else { Verdict::Refuses };
        self.push(
            Diagnostic::new(codes::HASH_IN_QUOTES, at, "`#` cuts the line even inside quotes")
                .label("ldirectord reads up to here")
                .verdict(verdict)
                .help("write `\\x23` in an expression, `%23` in a path"),
        );
    }

    fn behind_quotes(&mut self, line: &Line<'_>, behind: &str) {
        if !line.comment().is_empty() {
            // A quotation mark in a global comment would be the last one of the line.
            match !line.inside && line.comment().contains('"') {
                true => self.comment_in_value(line),
                false => self.harmless_comment(line),
            }
        }
        let text = behind.split('#').next().unwrap_or_default().trim_matches(is_space);
        if !text.is_empty() && (line.inside || !line.comment().contains('"')) {
            let finding = Diagnostic::new(
                codes::TEXT_BEHIND_QUOTES,
                line.value_place(),
                "the text behind the quotes is ignored",
            );
            self.push(finding);
        }
    }

    /// A text with or without double quotes.
    pub(super) fn text(&mut self, line: &Line<'_>) -> Option<Sourced<String>> {
        let at = line.value_place();
        let seen = line.seen();
        let cut = line.inside && line.value().is_some_and(|value| value.raw().contains('#'));
        if cut {
            // One quotation mark that is left would become a part of the text.
            self.hash_in_quotes(line, true);
        } else if let Some((_, behind)) = between_quotes(&seen) {
            self.behind_quotes(line, behind);
        } else {
            self.kept_quotes(line);
            self.comment_in_value(line);
        }
        let text = line.text();
        let text = self.blanks(inner(line, &text));
        if text.is_empty() {
            // A lone quotation mark is a text to ldirectord.
            let is_text = between_quotes(&seen).is_none();
            let accepted = is_text || MAY_BE_EMPTY.contains(&line.row.word);
            let verdict = if accepted { Verdict::Accepts } else { Verdict::Refuses };
            let message = format!("`{}` must not be empty", line.row.word);
            let finding = Diagnostic::new(codes::EMPTY_QUOTES, at, message).verdict(verdict);
            self.push(finding.help("delete the line"));
            return None;
        }
        Some(Sourced::new(text, at))
    }

    /// A text to the end of the line.
    pub(super) fn bare(&mut self, line: &Line<'_>) -> Option<Sourced<String>> {
        self.comment_in_value(line);
        // Names and remarks are for people: nothing depends on their quotes.
        if PROSE.contains(&line.row.word) {
            return line.value().map(|value| Sourced::new(value.raw().into(), value.place()));
        }
        if line.meant().starts_with('"') {
            self.quotes_kept(line);
        } else {
            self.kept_quotes(line);
        }
        let text = line.text();
        (!text.is_empty()).then(|| Sourced::new(text.into_owned(), line.value_place()))
    }

    /// Single quotes mean nothing to ldirectord.
    fn kept_quotes(&mut self, line: &Line<'_>) {
        if line.meant().starts_with('\'') {
            self.quotes_kept(line);
        }
    }

    fn quotes_kept(&mut self, line: &Line<'_>) {
        let at = line.value_place();
        let text = line.unquoted();
        // A shell runs it and removes them: they matter to a blank or another sign of the shell.
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "/._-+:,@%".contains(c);
        if line.row.word == "fallbackcommand" && text.chars().all(is_plain) {
            return;
        }
        let finding = Diagnostic::new(
            codes::QUOTES_KEPT,
            at,
            "the quotation marks become a part of the value",
        );
        self.push(if text.contains(['"', '\'']) {
            finding
        } else {
            finding.fix(at, text, "remove the marks")
        });
    }

    /// Text behind the part that ldirectord looks at, as a warning.
    pub(super) fn text_ignored(&mut self, at: Place, used: &str) {
        let message = format!("ldirectord reads `{used}` and ignores the rest");
        self.push(Diagnostic::new(codes::TEXT_IGNORED, at, message).label("the rest is ignored"));
    }

    /// An error whose verdict depends on what ldirectord made of the line.
    pub(super) fn refused(&mut self, code: Code, at: Place, message: String) {
        self.push(Diagnostic::new(code, at, message).note("ldirectord stops here"));
    }

    /// Adds a finding once per file, and its edits to the first of its kind.
    pub(super) fn once(&mut self, mut finding: Diagnostic, title: &str, edits: Vec<Edit>) {
        finding.fix = Some(Fix::new(title, edits));
        self.findings.push_once_per_file(finding);
    }
}

/// The edits that put the comment of `line` on a line above it.
fn moved_comment(line: &Line<'_>) -> Vec<Edit> {
    let comment = format!("{}{}\n", line.indent(), line.comment());
    vec![
        Edit { at: line.start(), text: comment },
        Edit { at: line.behind_value(), text: String::new() },
    ]
}

/// The edits that put double quotes around the value of `line`, without repeating its text: it may
/// be a password. `None` when a mark inside would end up in the text.
fn quote_edits(line: &Line<'_>) -> Option<Vec<Edit>> {
    let value = line.value()?;
    let raw = value.raw();
    let is_mark = |c: char| c == '"' || c == '\'';
    let length = raw.len();
    let from = usize::from(raw.starts_with(is_mark));
    let to = if length > from && raw.ends_with(is_mark) { length - 1 } else { length };
    if raw.get(from..to)?.contains('"') {
        return None;
    }
    let mark = |from, to| Edit { at: value.part(from, to), text: "\"".into() };
    Some(vec![mark(0, from), mark(to, length)])
}

/// The first run of digits, and what is before it.
pub(super) fn digits(text: &str) -> Option<(&str, &str)> {
    let start = text.find(|c: char| c.is_ascii_digit())?;
    let (before, rest) = text.split_at(start);
    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    Some((before, rest.split_at(end).0))
}

/// The first run of characters that Perl's `\w` matches in a text of bytes.
pub(super) fn first_word(text: &str) -> &str {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let text = text.trim_start_matches(|c| !is_word(c));
    text.split(|c| !is_word(c)).next().unwrap_or_default()
}

/// The text from the quotation mark that it begins with to the last, and what is behind.
fn between_quotes(seen: &str) -> Option<(&str, &str)> {
    seen.strip_prefix('"')?.rsplit_once('"')
}

/// What was meant inside quotes when more follows them on the line. From `text`, the value without
/// quotes around it, they are off already: marks that are left belong to it.
fn inner(line: &Line<'_>, text: &str) -> String {
    let meant = line.meant();
    match between_quotes(&meant).filter(|_| !line.is_quoted()) {
        Some((inside, _)) => inside.to_owned(),
        None => text.to_owned(),
    }
}

fn template_verdict(line: &Line<'_>, shape: Shape) -> Verdict {
    let seen = line.seen();
    let accepted = match shape {
        Shape::Count => digits(&seen).is_some_and(|(_, digits)| digits != "0"),
        Shape::Number => digits(&seen).is_some(),
        Shape::Quoted | Shape::QuotedOrEmpty => between_quotes(&seen).is_some(),
        Shape::Text | Shape::Bare => true,
        Shape::Switch | Shape::Special => false,
    };
    if accepted { Verdict::Accepts } else { Verdict::Refuses }
}

/// Whether text behind a number leaves its meaning as it is: seconds, punctuation, or a remark.
fn is_seconds_or_prose(rest: &str) -> bool {
    let unit: String = rest.chars().take_while(|c| c.is_ascii_alphabetic()).collect();
    let unit = unit.to_ascii_lowercase();
    let other_unit =
        ["ms", "msec", "us", "m", "min", "minute", "minutes", "h", "hour", "hours", "d", "k"];
    // A decimal point or a range makes it another number.
    !rest.starts_with(['.', '-', '*', '/', ':']) && !other_unit.contains(&unit.as_str())
        || rest.starts_with("//")
}

/// Words that people write for yes and no.
const SWITCHES: &[(&str, bool)] = &[
    ("yes", true),
    ("no", false),
    ("y", true),
    ("n", false),
    ("on", true),
    ("off", false),
    ("true", true),
    ("false", false),
    ("1", true),
    ("0", false),
    ("enable", true),
    ("disable", false),
];

/// Directives that ldirectord takes without a value.
const MAY_BE_EMPTY: &[&str] = &[
    "comment",
    "emailalertstatus",
    "execute",
    "fallback",
    "fallback6",
    "servicename",
    "virtualhost",
];

/// Directives whose value nobody but people reads.
const PROSE: &[&str] = &["comment", "servicename"];
