//! Indentation and blank lines: which lines ldirectord does not take for what they are.

use crate::source::codes::ldirectord as codes;
use crate::source::{Diagnostic, Edit, Fix, Place, Span, Verdict, text};
use crate::syntax::schema::{self, ldirectord::VIRTUAL};
use crate::syntax::{Format, Kind, NodeRef, Tree, characters, suggest, without_secret};

use super::{Reader, line, real, template};

/// Reports what stands where ldirectord does not look for it, each kind once with all edits.
pub(super) fn report<'a>(reader: &mut Reader<'a>, tree: &'a Tree) {
    let text = reader.text;
    let mut layout = Layout {
        reader,
        open: false,
        gap: Vec::new(),
        section_before: false,
        suggestions: SUGGESTIONS,
    };
    let mut last = None;
    for node in tree.top(text) {
        layout.top(node);
        last = Some(node);
    }
    let Some(last) = last.filter(|node| is_header(*node)) else { return };
    if last.children().next().is_none() {
        let finding = Diagnostic::new(
            codes::VIRTUAL_AT_END,
            last.place(),
            "nothing follows the last `virtual` line",
        )
        .note("ldirectord reads a `virtual` line at the very end of a file twice")
        .help("add its real servers below");
        layout.reader.push(finding);
    }
}

/// Whether `node` is a `virtual` or `virtual6` line.
pub(super) fn is_header(node: NodeRef<'_>) -> bool {
    let name = node.name();
    name.eq_ignore_ascii_case("virtual") || name.eq_ignore_ascii_case("virtual6")
}

/// Whether the first word of `node` can stand in a section only.
pub(super) fn is_section_word(node: NodeRef<'_>) -> bool {
    let places = line::places(&node.name());
    places.global.is_none() && places.section.is_some()
}

struct Layout<'r, 'a> {
    reader: &'r mut Reader<'a>,
    /// Whether ldirectord is inside a section at this line.
    open: bool,
    /// Blank lines since the last directive of the section.
    gap: Vec<Place>,
    section_before: bool,
    /// How many more unknown words are compared with the known ones.
    suggestions: u32,
}

impl<'a> Layout<'_, 'a> {
    fn top(&mut self, node: NodeRef<'a>) {
        if node.kind() == Kind::Blank {
            self.blank(node);
        } else if is_header(node) {
            if indent(node, self.reader.text) > 0 {
                self.indented_outside(node);
            }
            self.open = true;
            self.section_before = true;
            self.gap.clear();
            let mut previous = None;
            for child in node.children() {
                // The second half of a broken line is reported as that, with the first.
                if !previous.is_some_and(|previous| real::is_broken(previous, child)) {
                    self.inside(child);
                }
                previous = Some(child);
            }
        } else {
            self.outside(node);
            self.open = false;
        }
    }

    fn inside(&mut self, node: NodeRef<'a>) {
        if node.kind() == Kind::Blank {
            let blank = node.comment().is_empty();
            self.blank(node);
            if blank {
                self.gap.push(Place { file: node.place().file, span: node.span() });
            }
            return;
        }
        let name = node.name();
        let places = line::places(&name);
        if places.section.is_none() && !is_retired(&name) {
            match places.global {
                Some(row) => self.global_inside(node, row.word),
                None => self.unknown(node, VIRTUAL),
            }
        }
        if !self.gap.is_empty() {
            self.blank_line_inside(node);
        }
        if indent(node, self.reader.text) < INDENT {
            self.lost_indent(node);
            self.open = false;
        }
    }

    /// A directive at the top that opens no section.
    fn outside(&mut self, node: NodeRef<'a>) {
        let name = node.name();
        // A byte order mark in front of a comment: the file's oddities tell.
        if node.kind() == Kind::Directive && name.is_empty() {
            return;
        }
        if is_section_word(node) {
            self.section_word_outside(node);
            return;
        }
        if line::places(&name).global.is_none() && !is_retired(&name) {
            self.unknown(node, "");
        } else if indent(node, self.reader.text) > 0 {
            self.indented_outside(node);
        }
    }

    /// A line without words.
    fn blank(&mut self, node: NodeRef<'a>) {
        if !node.comment().is_empty() {
            return;
        }
        let line = node.span().of(self.reader.text);
        let blanks = line.trim_end_matches(['\n', '\r']);
        if self.open && width(blanks) > INDENT && blanks.chars().all(|c| matches!(c, ' ' | '\t')) {
            let at = Place {
                file: node.place().file,
                span: Span::new(node.span().start, node.span().start + length(blanks)),
            };
            let finding = Diagnostic::new(
                codes::BLANKS_ONLY,
                at,
                "a line of blanks is taken for a directive",
            )
            .label("five blanks or more, a tab counts as four")
            .note("ldirectord stops here with `Unknown command`");
            self.once(finding, "delete the blanks", at, "");
        }
        self.open = false;
    }

    fn lost_indent(&mut self, node: NodeRef<'a>) {
        let at = node.place();
        let before = Place { file: at.file, span: Span::new(node.span().start, at.span.start) };
        let finding = Diagnostic::new(
            codes::LOST_INDENT,
            at,
            "a directive of a virtual service needs four blanks or a tab in front",
        )
        .label("too far left")
        .note("the section ends here for ldirectord, which stops with `Unknown command`");
        self.once(finding, "indent the lines of the section", before, "    ");
    }

    fn blank_line_inside(&mut self, node: NodeRef<'a>) {
        for gap in std::mem::take(&mut self.gap) {
            let finding = Diagnostic::new(
                codes::BLANK_LINE_INSIDE,
                gap,
                "a blank line ends the virtual service",
            )
            .label("the section ends here for ldirectord")
            .context(node.place(), "meant as a part of it")
            .note("ldirectord stops with `Unknown command` at the next directive of the section");
            self.once(finding, "delete the blank lines", gap, "");
        }
    }

    fn indented_outside(&mut self, node: NodeRef<'a>) {
        let at = node.place();
        let before = Place { file: at.file, span: Span::new(node.span().start, at.span.start) };
        let finding = Diagnostic::new(
            codes::INDENTED_OUTSIDE,
            at,
            "this line has to begin in the first column",
        )
        .note("ldirectord stops with `Unknown command`");
        self.once(finding, "remove the indent", before, "");
    }

    fn section_word_outside(&mut self, node: NodeRef<'a>) {
        let (message, help) = match self.section_before {
            true => (
                "a directive of the virtual service above stands outside of it",
                "move the line up, below the other directives of its service",
            ),
            false => (
                "this directive belongs to a virtual service",
                "move the line below its `virtual` line and indent it",
            ),
        };
        let finding = Diagnostic::new(codes::SECTION_WORD_OUTSIDE, node.place(), message)
            .note("it has no global form: ldirectord stops with `Unknown command`")
            .help(help);
        self.reader.push(finding);
    }

    fn global_inside(&mut self, node: NodeRef<'a>, word: &str) {
        let finding = Diagnostic::new(
            codes::GLOBAL_INSIDE,
            node.place(),
            format!("`{word}` can only be global"),
        )
        .note("inside a virtual service ldirectord stops with `Unknown command`")
        .help("move the line above the first `virtual` line, without an indent");
        self.reader.push(finding);
    }

    fn unknown(&mut self, node: NodeRef<'a>, within: &str) {
        let at = node.word(0).map_or_else(|| node.place(), |word| word.place());
        let name = node.name();
        if template::is_template(node.place().span.of(self.reader.text)) {
            template::report(self.reader, node.place(), Verdict::Refuses);
            return;
        }
        // The name of a line without `=` may be prose, which is not worth repeating in full.
        let shown = without_secret(Format::Ldirectord, within, &name);
        let shown: String = shown.chars().take(NAME_SHOWN).collect();
        let shown = text::printable(&shown).into_owned();
        let mut finding = Diagnostic::new(
            codes::UNKNOWN_DIRECTIVE,
            at,
            format!("`{shown}` is no directive here"),
        )
        .note("ldirectord stops with `Unknown command`");
        let left = self.suggestions.checked_sub(1);
        self.suggestions = left.unwrap_or(0);
        let words = || schema::words(Format::Ldirectord, within);
        finding = match left.and_then(|_| suggest(&name, words())) {
            Some(near) => finding.help(format!("did you mean `{near}`?")),
            None => finding.help("begin the line with `#` if it is a note"),
        };
        self.reader.push(finding);
    }

    /// Adds a finding once per file; its edit is collected.
    fn once(&mut self, mut finding: Diagnostic, title: &str, at: Place, text: &str) {
        let edits = vec![Edit { at, text: text.into() }];
        finding.fix = Some(Fix::new(title, edits));
        self.reader.findings.push_once_per_file(finding);
    }
}

/// Words that ldirectord knows only to refuse them.
pub(super) fn is_retired(name: &str) -> bool {
    name.eq_ignore_ascii_case("timeout") || name.eq_ignore_ascii_case("connecttimeout")
}

/// Width of the blanks before the first word, as the grammar counts them.
fn indent(node: NodeRef<'_>, text: &str) -> usize {
    width(Span::new(node.span().start, node.place().span.start).of(text))
}

/// ldirectord replaces a tab by four blanks. Odd blanks count as the blanks they look like; what
/// ldirectord makes of them is reported with the other odd characters. Invisible ones do not count.
fn width(blanks: &str) -> usize {
    let width = |character| match characters::reading(character) {
        _ if character == '\t' => INDENT,
        characters::Reading::Nothing => 0,
        _ => 1,
    };
    blanks.chars().map(width).sum()
}

/// Offsets fit 32 bits because loading refuses files above 1 GiB.
fn length(text: &str) -> u32 {
    u32::try_from(text.len()).unwrap_or(u32::MAX)
}

/// Blanks that make a line a part of a section.
const INDENT: usize = 4;
/// A file with more unknown words is no ldirectord.cf, and comparing takes time.
const SUGGESTIONS: u32 = 1000;
/// Characters of an unknown word that are repeated in a message.
const NAME_SHOWN: usize = 40;
