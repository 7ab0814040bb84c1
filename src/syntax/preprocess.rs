//! keepalived's preprocessor: what it replaces in the lines of a file before it looks at keywords.
//!
//! Lines come from a stack of frames: files (`include`), the lines of a definition, the rounds of
//! a sequence. Each is asked for the forms in keepalived's own order: comment, condition,
//! definition, sequence, include, uses of definitions. What is left is the text that the parser
//! gets, and every byte of it remembers where the user wrote it.
//!
//! Measured against keepalived 2.2.7; where a later release differs, a finding says so.

use std::collections::{BTreeMap, HashSet};
use std::ops::Range;

use self::condition::Conditions;
use self::definition::Definition;
use self::frame::Frame;
use crate::source::codes::preprocessor as codes;
use crate::source::{
    Code, Composition, Diagnostic, Expansions, FileId, Findings, IncludeLine, Place, Sources, Span,
};

mod builtin;
mod condition;
mod definition;
mod frame;
mod include;
mod line;
mod sequence;
mod substitute;

pub use condition::{ConfigId, config_ids};

/// The text of `file` as keepalived reads it, and the files that it is made of.
#[derive(Debug)]
pub struct Expanded {
    /// The expanded text: a file of its own, or `file` itself when nothing is to be replaced.
    pub text: FileId,
    /// The user's files, in the order of their first line.
    pub read: Vec<FileId>,
}

/// Expands a keepalived.conf; a file without any sign of the preprocessor is left alone.
pub fn preprocess(
    sources: &mut Sources,
    file: FileId,
    config_id: &ConfigId,
    findings: &mut Findings,
) -> Expanded {
    if !line::has_signs(sources.get(file).text()) {
        return Expanded { text: file, read: vec![file] };
    }
    let mut preprocessor = Preprocessor {
        conditions: Conditions::new(config_id),
        sources,
        findings,
        frames: vec![Frame::file(file)],
        definitions: BTreeMap::new(),
        expansions: Expansions::default(),
        out: Composition::new(),
        read: vec![file],
        steps: 0,
        file,
        said: HashSet::new(),
        asked: 0,
        include_lines: Vec::new(),
    };
    preprocessor.run();
    let Preprocessor { sources, out, expansions, read, include_lines, .. } = preprocessor;
    let text = sources.add_composed(file, out, expansions);
    sources.set_include_lines(text, include_lines);
    Expanded { text, read }
}

/// The work on one file.
struct Preprocessor<'a> {
    sources: &'a mut Sources,
    findings: &'a mut Findings,
    conditions: Conditions,
    /// Where lines come from; the last one is asked first.
    frames: Vec<Frame>,
    definitions: BTreeMap<String, Definition>,
    expansions: Expansions,
    out: Composition,
    read: Vec<FileId>,
    /// Replacements and rounds so far, for [`MOST_STEPS`].
    steps: u64,
    /// The file that was asked for.
    file: FileId,
    /// What was reported, and where.
    said: HashSet<(Code, Option<Place>)>,
    /// Uses for which a name that is near was looked for.
    asked: usize,
    /// The include lines so far, each as often as it was met.
    include_lines: Vec<IncludeLine>,
}

/// Whether work on a line goes on.
enum Flow {
    /// Nothing is left of the line.
    Done,
    /// A condition holds: what follows it is a line.
    Again(Composition),
    /// A replacement at its beginning made another form of it.
    Replaced(Composition),
    /// It is ready.
    Ready(Composition),
}

/// What happened to a line before.
#[derive(Clone, Copy, Debug, Default)]
struct Seen {
    /// A condition stood in front of it, and holds.
    condition: bool,
    /// It begins with what a definition said.
    replacement: bool,
    /// The comment that stood behind it ends in a backslash.
    comment_goes_on: bool,
}

impl Preprocessor<'_> {
    fn run(&mut self) {
        while let Some(line) = self.next_line() {
            self.line(line);
            if self.out.text().len() > MOST_BYTES {
                self.stop(format!("the text grows above {} MiB", MOST_BYTES >> 20));
            } else if self.steps > MOST_STEPS {
                self.stop(format!("more than {MOST_STEPS} replacements and rounds"));
            }
        }
    }

    /// Takes one line through all forms.
    fn line(&mut self, line: Composition) {
        let comment_goes_on = line::comment_goes_on(line.text());
        let Some(mut line) = line::without_comment(&line) else { return };
        // A form can only turn into another by a replacement, and those are counted.
        let mut seen = Seen { comment_goes_on, ..Seen::default() };
        loop {
            match self.form(line, seen) {
                Flow::Done => return,
                Flow::Again(rest) => {
                    line = rest;
                    seen.condition = true;
                }
                Flow::Replaced(other) => {
                    line = other;
                    seen.replacement = true;
                }
                Flow::Ready(done) => {
                    self.start_line();
                    self.out.push(&done, 0..done.text().len(), None);
                    return;
                }
            }
        }
    }

    fn form(&mut self, line: Composition, seen: Seen) -> Flow {
        let text = line.text();
        match line::sign(text) {
            // Conditions do not nest: the second one is read as a keyword.
            Some(line::Sign::Condition) if seen.condition => self.substitute(line),
            Some(line::Sign::Condition) => self.condition(&line, seen.replacement),
            Some(line::Sign::Definition(name)) => {
                let name = name.to_owned();
                self.define(name, &line, seen.comment_goes_on);
                Flow::Done
            }
            Some(line::Sign::Include(word)) => {
                let word = word.to_owned();
                self.include(&word, line);
                Flow::Done
            }
            Some(line::Sign::Sequence) => self.sequence(line),
            None => self.substitute(line),
        }
    }

    /// Begins a new line of the result.
    fn start_line(&mut self) {
        let text = self.out.text();
        if !text.is_empty() && !text.ends_with('\n') {
            // The line end belongs to the line before it, wherever that came from.
            let end = text.len();
            let at = self.out.written_at(end - 1..end);
            if let Some(at) = at {
                self.out.push_made(at, "\n");
            }
        }
    }

    /// The place to show for a part of a line.
    fn place(&self, line: &Composition, range: Range<usize>) -> Option<Place> {
        line.shown_at(range, &self.expansions)
    }

    /// Reports something about a part of a line.
    fn report(
        &mut self,
        line: &Composition,
        range: Range<usize>,
        make: impl FnOnce(Place) -> Diagnostic,
    ) {
        let Some(at) = self.place(line, range.clone()) else { return };
        let mut diagnostic = make(at);
        diagnostic.context.extend(line.trail(range, &self.expansions));
        self.push(diagnostic);
    }

    /// Whether something was reported about a part of a line, perhaps in another round.
    fn is_said(&self, code: Code, line: &Composition, range: Range<usize>) -> bool {
        self.said.contains(&(code, self.place(line, range)))
    }

    /// Adds a finding unless its place has it already: a sequence repeats its lines.
    fn push(&mut self, diagnostic: Diagnostic) {
        if self.said.insert((diagnostic.code, diagnostic.at)) {
            self.findings.push(diagnostic);
        }
    }

    /// Gives up on a text that grows without end.
    fn stop(&mut self, message: String) {
        let cause = self.frames.iter().rev().find_map(Frame::cause);
        let at = cause.unwrap_or_else(|| self.file.at(Span::default()));
        self.push(
            Diagnostic::new(codes::RUNAWAY, at, message)
                .label("what follows is not read")
                .help("make the sequence shorter, or write the lines out"),
        );
        self.frames.clear();
    }
}

/// Size of the largest expanded text: eight times the largest that was ever measured with
/// keepalived, which needs minutes for it.
const MOST_BYTES: usize = 128 << 20;
/// Most replacements and rounds in all: 65,000 routers need a million.
const MOST_STEPS: u64 = 2_000_000;

#[cfg(test)]
mod tests;
