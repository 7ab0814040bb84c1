//! Frames for people: the lines in question with pointers, notes, help and the fix as a patch.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use annotate_snippets::{AnnotationKind, Group, Level, Patch, Renderer, Snippet};

use self::window::Window;
use super::json::touches_secret;
use super::legible;
use crate::source::text::printable;
use crate::source::{
    Code, Diagnostic, Edit, FileId, Fix, Place, Severity, SourceFile, Sources, Span,
};

mod window;

/// All findings as frames, an empty line behind each; `colour` adds ANSI escape sequences.
///
/// A file full of one mistake gives [`FRAMES`] frames of it and a line that counts the others.
pub fn human(sources: &Sources, diagnostics: &[Diagnostic], colour: bool) -> String {
    let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
    let mut out = String::new();
    let mut frames: BTreeMap<(Option<FileId>, &str), (usize, Code)> = BTreeMap::new();
    for diagnostic in diagnostics {
        let key = (diagnostic.at.map(|at| at.file), diagnostic.code.id());
        let (count, _) = frames.entry(key).or_insert((0, diagnostic.code));
        *count += 1;
        if *count <= FRAMES {
            out.push_str(&renderer.render(&frame(sources, diagnostic)));
            out.push_str("\n\n");
        }
    }
    let hidden = frames.into_iter().filter(|(_, (count, _))| *count > FRAMES);
    for ((file, _), (count, code)) in hidden {
        let place = file.map_or("general", |file| sources.get(file).name());
        let more = count - FRAMES;
        // Writing to a string cannot fail.
        let _ =
            writeln!(out, "{more} more {code} in {}: {}\n", legible(place), all(file, code, place));
    }
    out
}

/// How to see what is only counted. Most commands that show findings have no option for another form.
fn all(file: Option<FileId>, code: Code, place: &str) -> String {
    if code.is_of_daemon() {
        return "mend the first ones to see them".to_owned();
    }
    let name = file.map_or_else(String::new, |_| format!(" {}", legible(place)));
    format!("`lvsha check --output short{name}` shows all")
}

/// One finding: the frame itself, then its fix.
fn frame<'a>(sources: &'a Sources, from: &'a Diagnostic) -> Vec<Group<'a>> {
    let level = match from.severity() {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Info => Level::INFO,
    };
    let title = level.primary_title(printable(&from.message)).id(from.code.id());
    let mut group = Group::with_title(title);
    for cluster in clusters(sources, from) {
        group = group.element(cluster.snippet(sources));
    }
    if from.occurrences > 1 {
        let times = format!("{} times in this file, the first is shown", from.occurrences);
        group = group.element(Level::NOTE.message(times));
    }
    for note in &from.notes {
        group = group.element(Level::NOTE.message(printable(note)));
    }
    if let Some(help) = &from.help {
        group = group.element(Level::HELP.message(printable(help)));
    }
    let mut groups = vec![group];
    groups.extend(from.fix.as_ref().and_then(|fix| patch(sources, fix, from.at)));
    groups
}

/// Labels on lines near each other, shown as one piece of the file.
struct Cluster<'a> {
    file: FileId,
    /// Zero-based, both inclusive.
    lines: (u32, u32),
    labels: Vec<(AnnotationKind, Span, Option<&'a str>)>,
}

/// The pieces of text that the labels of a finding need; its own place comes first.
fn clusters<'a>(sources: &Sources, from: &'a Diagnostic) -> Vec<Cluster<'a>> {
    let mut context: Vec<(Place, Option<&str>)> =
        from.context.iter().map(|label| (label.at, Some(label.text.as_str()))).collect();
    context.sort_by_key(|(at, _)| *at);
    let primary = from.at.map(|at| (AnnotationKind::Primary, at, from.label.as_deref()));
    let labels = primary
        .into_iter()
        .chain(context.into_iter().map(|(at, text)| (AnnotationKind::Context, at, text)));
    let mut clusters: Vec<Cluster<'_>> = Vec::new();
    for (kind, at, text) in labels {
        let at = sources.resolve(at);
        let source = sources.get(at.file);
        let span = shortened(source, at.span);
        let first = source.lines().line_of(span.start);
        let last = source.lines().line_of(span.end.max(span.start + 1) - 1);
        let near = clusters.iter_mut().find(|cluster| {
            cluster.file == at.file
                && first <= cluster.lines.1 + NEAR_LINES
                && last + NEAR_LINES >= cluster.lines.0
        });
        let label = (kind, span, text);
        match near {
            Some(cluster) => {
                cluster.lines = (cluster.lines.0.min(first), cluster.lines.1.max(last));
                cluster.labels.push(label);
            }
            None => {
                clusters.push(Cluster { file: at.file, lines: (first, last), labels: vec![label] })
            }
        }
    }
    clusters
}

impl<'a> Cluster<'a> {
    fn snippet(self, sources: &'a Sources) -> Snippet<'a, annotate_snippets::Annotation<'a>> {
        let source = sources.get(self.file);
        let window = Window::new(source, self.lines);
        let annotations = self.labels.into_iter().map(|(kind, span, text)| {
            kind.span(window.range(source, span)).label(text.map(printable))
        });
        let annotations: Vec<_> = annotations.collect();
        // The renderer reads its whole source for every report, so it gets only these lines.
        Snippet::source(window.text)
            .line_start(window.number)
            .path(printable(source.name()))
            .annotations(annotations)
    }
}

/// A span without its line end, and at most [`TALL_LINES`] lines high.
fn shortened(source: &SourceFile, span: Span) -> Span {
    let text = span.of(source.text());
    let tall = text.lines().nth(TALL_LINES).is_some();
    let text = if tall { text.lines().next().unwrap_or(text) } else { text };
    let visible = if text.contains('\n') { text.trim_end() } else { text };
    let length = u32::try_from(visible.len()).unwrap_or(u32::MAX);
    Span::new(span.start, span.start.saturating_add(length))
}

/// The fix as a patch of the first lines that it touches, or only its title where a patch would
/// show nothing: blanks that become other blanks, or lines too long to be compared by eye.
fn patch<'a>(sources: &'a Sources, fix: &'a Fix, at: Option<Place>) -> Option<Group<'a>> {
    let first = fix.edits.iter().min_by_key(|edit| edit.at)?.at;
    let source = sources.get(first.file);
    let line = source.lines().line_of(first.span.start);
    let mut edits: Vec<&Edit> = fix
        .edits
        .iter()
        .filter(|edit| edit.at.file == first.file)
        .filter(|edit| source.lines().line_of(edit.at.span.start) < line + PATCH_LINES)
        .take(PATCH_EDITS)
        .collect();
    edits.sort_by_key(|edit| edit.at);
    let last = edits.iter().map(|edit| source.lines().line_of(edit.at.span.end)).max();
    let window = Window::new(source, (line, last.unwrap_or(line)));
    let too_long = window.text.lines().any(|line| line.len() > PATCH_WIDTH);
    let invisible = edits.iter().all(|edit| is_invisible(source, edit));
    if too_long || invisible || touches_secret(sources, fix) {
        let title = match fix.edits.len() {
            1 => fix.title.clone(),
            places => format!("{} ({places} places)", fix.title),
        };
        return Some(Group::with_title(Level::HELP.secondary_title(title)));
    }
    let title = match fix.edits.len() - edits.len() {
        0 => fix.title.clone(),
        more => format!("{} (and at {more} more places)", fix.title),
    };
    let patches: Vec<_> = edits
        .iter()
        .map(|edit| Patch::new(window.range(source, edit.at.span), printable(&edit.text)))
        .collect();
    let elsewhere = at.is_none_or(|at| at.file != first.file);
    let snippet = Snippet::source(window.text)
        .line_start(window.number)
        .path(elsewhere.then(|| printable(source.name())))
        .patches(patches);
    Some(Level::HELP.secondary_title(title).element(snippet))
}

/// Whether an edit replaces what nobody sees by what nobody sees.
fn is_invisible(source: &SourceFile, edit: &Edit) -> bool {
    let unseen = |c: char| {
        c.is_whitespace() || c.is_control() || matches!(c, '\u{200B}'..='\u{200F}' | '\u{FEFF}')
    };
    let removed = edit.at.span.of(source.text());
    !removed.is_empty() && removed.chars().all(unseen) && edit.text.chars().all(unseen)
}

/// Frames of one code in one file.
const FRAMES: usize = 20;
/// Lines between two labels that are still shown as one piece.
const NEAR_LINES: u32 = 12;
/// A higher span is shown by its first line.
const TALL_LINES: usize = 6;
/// Lines of a patch.
const PATCH_LINES: u32 = 4;
/// Edits of a patch.
const PATCH_EDITS: usize = 8;
/// Bytes of the longest line that is shown as a patch.
const PATCH_WIDTH: usize = 200;
