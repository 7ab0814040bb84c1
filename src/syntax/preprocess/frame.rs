//! Where lines come from.

use std::rc::Rc;

use super::sequence::Rounds;
use super::{Preprocessor, line};
use crate::source::{Composition, ExpansionId, FileId, Place};

/// A source of lines.
#[derive(Debug)]
pub(super) enum Frame {
    /// A file, and the first byte that was not read.
    File { file: FileId, at: usize },
    /// The lines of a definition behind its first.
    Lines { value: Rc<Composition>, at: usize, within: Option<ExpansionId> },
    /// A sequence with its rounds to come.
    Sequence { rounds: Rounds, rest: Rc<Composition> },
}

impl Frame {
    pub(super) fn file(file: FileId) -> Self {
        Self::File { file, at: 0 }
    }

    /// The file that it reads.
    pub(super) fn file_id(&self) -> Option<FileId> {
        match self {
            Self::File { file, .. } => Some(*file),
            Self::Lines { .. } | Self::Sequence { .. } => None,
        }
    }

    /// What the user wrote to get these lines, where it can be many.
    pub(super) fn cause(&self) -> Option<Place> {
        match self {
            Self::Sequence { rounds, .. } => Some(rounds.at()),
            Self::File { .. } | Self::Lines { .. } => None,
        }
    }
}

impl Preprocessor<'_> {
    /// The next line that may hold a form, without its line end. Lines that cannot are passed on
    /// as they are, whole runs of them at once.
    pub(super) fn next_line(&mut self) -> Option<Composition> {
        loop {
            let line = match self.frames.last_mut()? {
                Frame::File { file, at } => {
                    let (file, start) = (*file, *at);
                    let text = self.sources.get(file).text();
                    let rest = text.get(start..).unwrap_or_default();
                    let plain = plain_length(rest);
                    let behind = rest.get(plain..).unwrap_or_default();
                    let line = behind.split_inclusive('\n').next().unwrap_or_default();
                    *at = start + plain + line.len();
                    let offset = |at: usize| u32::try_from(start + at).unwrap_or(u32::MAX);
                    let plain_text = rest.get(..plain).unwrap_or_default();
                    let content = line.trim_end_matches(['\n', '\r']);
                    let next = Composition::written(file, offset(plain), content);
                    if plain > 0 {
                        if !self.out.text().is_empty() && !self.out.text().ends_with('\n') {
                            self.out.push_made(file.at(Default::default()), "\n");
                        }
                        self.out.push_written(file, offset(0), plain_text);
                    }
                    (!line.is_empty()).then_some(next)
                }
                Frame::Lines { value, at, within } => {
                    let rest = value.text().get(*at..).unwrap_or_default();
                    let length = rest.find('\n').unwrap_or(rest.len());
                    let mut line = Composition::new();
                    line.push(value, *at..*at + length, *within);
                    let is_last = rest.is_empty();
                    *at += length + 1;
                    (!is_last).then_some(line)
                }
                Frame::Sequence { rounds, rest } => {
                    let rest = Rc::clone(rest);
                    let defined = rounds.next();
                    self.steps += 1;
                    defined.map(|defined| {
                        self.definitions.extend(defined);
                        Composition::clone(&rest)
                    })
                }
            };
            match line {
                Some(line) => return Some(line),
                None => {
                    self.frames.pop();
                }
            }
        }
    }

    /// The next line of the same file, for a definition that goes on.
    pub(super) fn continuation(&mut self) -> Option<Composition> {
        let Some(Frame::File { file, at }) = self.frames.last_mut() else { return None };
        let text = self.sources.get(*file).text();
        let line = text.get(*at..)?.split_inclusive('\n').next()?;
        let offset = u32::try_from(*at).unwrap_or(u32::MAX);
        *at += line.len();
        Some(Composition::written(*file, offset, line.trim_end_matches(['\n', '\r'])))
    }
}

/// Length of the lines in front that have no sign.
fn plain_length(text: &str) -> usize {
    let mut length = 0;
    for line in text.split_inclusive('\n') {
        if line::has_sign(line) {
            break;
        }
        length += line.len();
    }
    length
}
