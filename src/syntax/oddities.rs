//! Characters that are not what they seem: one finding per kind and file.
//!
//! How each is read is in [`characters`], what the real programs make of it in [`effects`].
//! This is a scan over bytes: lines of plain ASCII, which is nearly all lines of large files, are
//! passed over without looking at characters, and files of nothing else without looking at lines.

use super::characters::{self, Reading};
use super::{Format, Tree};
use crate::source::text::{self, is_escaped_byte};
use crate::source::{Diagnostic, Edit, Findings, Fix, Place, SourceFile, Span, Verdict};

mod effects;
mod verdict;

use effects::Oddity;
use verdict::Spot;

/// Reports the odd characters of `file` outside comments, and lines too long for its program.
pub fn oddities(file: &SourceFile, tree: &Tree, format: Format, findings: &mut Findings) {
    let limit = verdict::longest_line(format).unwrap_or(usize::MAX);
    if tree.is_plain() && all_fit(file.text().as_bytes(), limit) {
        return;
    }
    let mut scan = Scan { file, tree, format, tallies: Default::default() };
    let mut start = 0;
    for line in file.text().split_inclusive('\n') {
        scan.line(start, line);
        // Offsets fit 32 bits because files above 1 GiB are not loaded.
        start += length(line);
    }
    for (oddity, tally) in Oddity::ALL.into_iter().zip(scan.tallies) {
        if let Some(tally) = tally {
            findings.push(tally.finding(oddity, format));
        }
    }
}

/// One pass over a file.
struct Scan<'a> {
    file: &'a SourceFile,
    tree: &'a Tree,
    format: Format,
    /// What was met so far, by [`Oddity::ALL`].
    tallies: [Option<Tally>; Oddity::ALL.len()],
}

/// All places of one kind of oddity.
struct Tally {
    first: Place,
    /// The first character of the first place; a blank where the kind has none to show.
    sample: char,
    places: u32,
    quoted: u32,
    refused: bool,
    edits: Vec<Edit>,
}

impl Scan<'_> {
    /// Looks at the line that begins at byte `start`.
    fn line(&mut self, start: u32, line: &str) {
        if let Some(limit) = verdict::longest_line(self.format)
            && line.len() > limit
            && text::encode(line).len() > limit
        {
            self.long_line(start, line, limit);
        }
        let content = line.strip_suffix('\n').unwrap_or(line);
        // Several carriage returns are what a twice converted file has; they are one line end.
        let body = match content.len() == line.len() {
            true => content,
            false => content.trim_end_matches('\r'),
        };
        if body.len() < content.len() {
            self.carriage_return(start, body, content);
        }
        if body.bytes().any(is_odd_byte) {
            self.characters(start, body);
        }
    }

    fn long_line(&mut self, start: u32, line: &str, limit: usize) {
        let shown = line.trim_end_matches(['\n', '\r']);
        let at = self.file.id().at(Span::new(start, start + length(shown)));
        let refused = verdict::long_line_refused(&text::encode(line), limit);
        self.count(Oddity::LongLine, at, &self.spot(shown, ' ', false), refused, None);
    }

    fn carriage_return(&mut self, start: u32, body: &str, content: &str) {
        let at = Span::new(start + length(body), start + length(content));
        let at = self.file.id().at(at);
        let spot = self.spot(body, '\r', false);
        let refused = verdict::refused(Oddity::CarriageReturn, &spot);
        self.count(Oddity::CarriageReturn, at, &spot, refused, Some(String::new()));
    }

    fn spot<'b>(&self, before: &'b str, sample: char, quoted: bool) -> Spot<'b> {
        Spot { format: self.format, before, sample, quoted }
    }

    /// Looks at every character of a line that holds more than plain ASCII; neighbours of one kind
    /// count as one place.
    fn characters(&mut self, start: u32, body: &str) {
        let mut quotes = Quotes::new(self.format);
        let mut run: Option<Run> = None;
        let mut statement = 0;
        for (at, character) in body.char_indices() {
            let offset = start + u32::try_from(at).unwrap_or(u32::MAX);
            let quoted = quotes.step(character, body.get(at..).unwrap_or_default());
            let oddity = kind_of(character, offset == 0).filter(|oddity| {
                // Punctuation inside quotes is the author's text: the program passes it on.
                let is_text = matches!(oddity, Oddity::FullWidth | Oddity::TypographicQuote);
                let is_wanted = quoted && is_text;
                !is_wanted && !self.tree.in_comment(offset)
            });
            let end = offset + u32::try_from(character.len_utf8()).unwrap_or(u32::MAX);
            match (&mut run, oddity) {
                (Some(run), Some(oddity)) if run.oddity == oddity && run.quoted == quoted => {
                    run.at.end = end;
                    run.push(character);
                }
                (_, Some(oddity)) => {
                    self.finish(run.take(), start, body);
                    let mut next = Run::new(oddity, quoted, Span::new(offset, end), character);
                    next.statement = statement;
                    next.push(character);
                    run = Some(next);
                }
                (_, None) => self.finish(run.take(), start, body),
            }
            // Found on the way, because searching back from each character would take quadratic
            // time on a long line. keepalived cuts lines at braces; no indent belongs to it.
            let cut = self.format == Format::Keepalived && matches!(character, '{' | '}');
            if (cut && !quoted) || (at == statement && matches!(character, ' ' | '\t')) {
                statement = at + 1;
            }
        }
        self.finish(run, start, body);
    }

    /// Counts the place that `run` covers.
    fn finish(&mut self, run: Option<Run>, line_start: u32, body: &str) {
        let Some(run) = run else { return };
        let end = Span::new(line_start, run.at.start).range().len();
        let before = body.get(run.statement..end).unwrap_or_default();
        // Keyword and first value decide; looking at all that is in front of each of a million
        // places of one line would take quadratic time.
        // A character has at most four bytes, so one of four cuts is on a border.
        let cut = (LOOK - 3..=LOOK).find_map(|end| before.get(..end));
        let before = cut.unwrap_or(before);
        let spot = self.spot(before, run.sample, run.quoted);
        // One refusal decides; asking once more for each place of a long line would be quadratic.
        let known = self.tallies.get(run.oddity as usize).and_then(Option::as_ref);
        let refused =
            known.is_some_and(|tally| tally.refused) || verdict::refused(run.oddity, &spot);
        let at = self.file.id().at(run.at);
        // Inside quotes the character may be wanted: a page that holds a non-breaking space is
        // only matched by a non-breaking space.
        let edit = run.edit.filter(|_| !run.quoted);
        self.count(run.oddity, at, &spot, refused, edit);
    }

    fn count(
        &mut self,
        oddity: Oddity,
        at: Place,
        spot: &Spot<'_>,
        refused: bool,
        edit: Option<String>,
    ) {
        let Some(slot) = self.tallies.get_mut(oddity as usize) else { return };
        let tally = slot.get_or_insert_with(|| Tally {
            first: at,
            sample: spot.sample,
            places: 0,
            quoted: 0,
            refused: false,
            edits: Vec::new(),
        });
        tally.places += 1;
        tally.quoted += u32::from(spot.quoted);
        tally.refused |= refused;
        tally.edits.extend(edit.map(|text| Edit { at, text }));
    }
}

impl Tally {
    /// The finding about all places.
    fn finding(self, oddity: Oddity, format: Format) -> Diagnostic {
        let (message, label) = effects::words(oddity, self.sample);
        let refused = if self.refused { Verdict::Refuses } else { Verdict::Accepts };
        let mut finding = Diagnostic::new(oddity.code(), self.first, message)
            .label(label)
            .verdict(refused)
            .note(effects::effect(oddity, format));
        if self.quoted > 0 {
            finding = finding.note(effects::quoted_note(self.quoted, self.places));
        }
        finding.occurrences = self.places;
        match (effects::fix_title(oddity), self.edits) {
            (Some(title), edits) if !edits.is_empty() => {
                finding.fix = Some(Fix::new(title, edits));
                finding
            }
            _ => finding.help(effects::help(oddity)),
        }
    }
}

/// Neighbouring characters of one kind.
struct Run {
    oddity: Oddity,
    quoted: bool,
    at: Span,
    /// Byte of its line at which the statement around it begins.
    statement: usize,
    sample: char,
    /// The text to put there instead; `None` when nobody but the author knows.
    edit: Option<String>,
}

impl Run {
    fn new(oddity: Oddity, quoted: bool, at: Span, sample: char) -> Self {
        Self { oddity, quoted, at, statement: 0, sample, edit: Some(String::new()) }
    }

    fn push(&mut self, character: char) {
        let replacement = match (self.oddity, characters::reading(character), character) {
            // A lone carriage return may be an old line end or a slip of the keyboard.
            (Oddity::NotUtf8, ..) | (_, _, '\r') => None,
            (Oddity::ByteOrderMark, ..) => Some(None),
            // Vertical tab and form feed are white space to C programs.
            (_, Reading::Blank, _) | (_, _, '\u{B}' | '\u{C}') => Some(Some(' ')),
            (_, Reading::Ascii(ascii), _) => Some(Some(ascii)),
            (_, Reading::Quote, _) => Some(Some('"')),
            (_, Reading::Nothing, _) => Some(None),
            (_, Reading::Itself, _) => None,
        };
        match (&mut self.edit, replacement) {
            (Some(edit), Some(replacement)) => edit.extend(replacement),
            (edit, _) => *edit = None,
        }
    }
}

/// Whether the scan stands inside quotes that are closed on the same line.
struct Quotes {
    /// Which formats know quotes at all.
    known: bool,
    /// The kind of quote that is open: straight, or typographic as the reader accepts them.
    open: Option<bool>,
}

impl Quotes {
    fn new(format: Format) -> Self {
        Self { known: matches!(format, Format::Keepalived | Format::Ldirectord), open: None }
    }

    /// Whether `character` is inside; `rest` begins with it. The marks themselves are outside.
    fn step(&mut self, character: char, rest: &str) -> bool {
        let straight = character == '"';
        let typographic = || characters::reading(character) == Reading::Quote;
        match self.open {
            _ if !self.known => false,
            Some(is_straight) if is_straight == straight && (straight || typographic()) => {
                self.open = None;
                false
            }
            Some(_) => true,
            None => {
                if straight || typographic() {
                    let same = |c: char| match straight {
                        true => c == '"',
                        false => characters::reading(c) == Reading::Quote,
                    };
                    let closed = rest.chars().skip(1).any(same);
                    self.open = closed.then_some(straight);
                }
                false
            }
        }
    }
}

/// The kind of oddity that `character` is.
fn kind_of(character: char, is_first: bool) -> Option<Oddity> {
    match (character, characters::reading(character)) {
        ('\u{FEFF}', _) if is_first => Some(Oddity::ByteOrderMark),
        ('\0', _) => Some(Oddity::Nul),
        ('\r', _) => Some(Oddity::Invisible),
        (c, _) if is_escaped_byte(c) => Some(Oddity::NotUtf8),
        (_, Reading::Blank) => Some(Oddity::OddBlank),
        (_, Reading::Ascii(_)) => Some(Oddity::FullWidth),
        (_, Reading::Quote) => Some(Oddity::TypographicQuote),
        (_, Reading::Nothing) => Some(Oddity::Invisible),
        (_, Reading::Itself) => None,
    }
}

/// Whether no line of `text` has more than `limit` bytes, its line feed included.
fn all_fit(text: &[u8], limit: usize) -> bool {
    let mut rest = text;
    while rest.len() > limit {
        // Any line that ends within `limit` bytes of a line's start is short enough.
        let line_feed = rest.iter().take(limit).rposition(|byte| *byte == b'\n');
        let Some(behind) = line_feed.and_then(|at| rest.get(at + 1..)) else { return false };
        rest = behind;
    }
    true
}

/// Whether a line with this byte has to be looked at character by character.
fn is_odd_byte(byte: u8) -> bool {
    byte >= 0x7F || (byte < b' ' && byte != b'\t')
}

/// Lengths fit 32 bits because files above 1 GiB are not loaded.
fn length(text: &str) -> u32 {
    u32::try_from(text.len()).unwrap_or(u32::MAX)
}

/// Bytes of a statement that decide what an odd character in it does.
const LOOK: usize = 512;

#[cfg(test)]
mod tests;
