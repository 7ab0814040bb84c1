//! Places as programs want them: file name, and lines and columns from 1.

use serde::Serialize;

use crate::source::{Place, Position, Sources, Span};

/// A place with the name of its file.
#[derive(Debug, Serialize)]
pub(super) struct Located<'a> {
    pub(super) file: &'a str,
    pub(super) start: Position,
    /// Behind the last character.
    pub(super) end: Position,
}

/// Turns places into positions. A fix can hold an edit for each character of a very long line, so
/// a column is counted on from the one before, not from the start of the line.
#[derive(Debug)]
pub(super) struct Locator<'a> {
    sources: &'a Sources,
    last: Option<(Place, Position)>,
}

impl<'a> Locator<'a> {
    pub(super) fn new(sources: &'a Sources) -> Self {
        Self { sources, last: None }
    }

    pub(super) fn locate(&mut self, place: Place) -> Located<'a> {
        let place = self.sources.resolve(place);
        let file = self.sources.get(place.file).name();
        let start = self.position(place, place.span.start);
        let end = self.position(place, place.span.end);
        Located { file, start, end }
    }

    /// Where a place begins.
    pub(super) fn start(&mut self, place: Place) -> Position {
        let place = self.sources.resolve(place);
        self.position(place, place.span.start)
    }

    fn position(&mut self, place: Place, at: u32) -> Position {
        let file = self.sources.get(place.file);
        let line = file.lines().line_of(at) + 1;
        let from = self.last.filter(|(known, position)| {
            known.file == place.file && position.line == line && known.span.start <= at
        });
        let position = match from {
            Some((known, position)) => {
                let between = Span::new(known.span.start, at).of(file.text());
                let characters = u32::try_from(between.chars().count()).unwrap_or(u32::MAX);
                Position { line, column: position.column.saturating_add(characters) }
            }
            None => file.position(at),
        };
        self.last = Some((place.file.at(Span::new(at, at)), position));
        position
    }
}
