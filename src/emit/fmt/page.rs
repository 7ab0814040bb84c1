//! Lines of a result as they come.

/// The text that is made: never two empty lines in a row, none at either end.
pub(super) struct Page<'a> {
    text: String,
    line_end: &'a str,
    /// An empty line stood in the original behind what was written last.
    gap: bool,
    /// What was written last opened a block.
    opened: bool,
}

impl<'a> Page<'a> {
    /// An empty page with the line ends of `original`.
    pub(super) fn like(original: &str) -> Self {
        let line_end = if original.contains("\r\n") { "\r\n" } else { "\n" };
        Self { text: String::with_capacity(original.len()), line_end, gap: false, opened: true }
    }

    /// A line; `opens` a block.
    pub(super) fn line(&mut self, indent: &str, depth: usize, words: &str, opens: bool) {
        self.space();
        for _ in 0..depth {
            self.text.push_str(indent);
        }
        self.text.push_str(words);
        self.text.push_str(self.line_end);
        self.opened = opens;
    }

    /// The end of a block.
    pub(super) fn close(&mut self, indent: &str, depth: usize) {
        self.gap = false;
        self.opened = false;
        self.line(indent, depth, "}", false);
    }

    /// Lines of the original, byte for byte; whether they open a block.
    pub(super) fn verbatim(&mut self, lines: &str, opens: bool) {
        self.space();
        self.text.push_str(lines);
        if !lines.ends_with('\n') {
            self.text.push_str(self.line_end);
        }
        self.opened = opens;
    }

    /// A comment behind what was written last.
    pub(super) fn behind(&mut self, comment: &str) {
        let length = self.text.trim_end_matches(['\r', '\n']).len();
        self.text.truncate(length);
        self.text.push(' ');
        self.text.push_str(comment);
        self.text.push_str(self.line_end);
    }

    /// An empty line, if something follows it in its block.
    pub(super) fn gap(&mut self) {
        self.gap = true;
    }

    pub(super) fn finish(self) -> String {
        self.text
    }

    fn space(&mut self) {
        if std::mem::take(&mut self.gap) && !self.opened {
            self.text.push_str(self.line_end);
        }
    }
}
