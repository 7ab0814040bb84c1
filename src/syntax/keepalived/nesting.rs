//! Tokens to the tree: braces become nesting, every byte goes to exactly one node.

use super::is_top_level_block;
use super::tokens::{Token, TokenKind};
use crate::source::{FileId, Span};
use crate::syntax::characters::plain;
use crate::syntax::{Builder, Head, Kind, Tree};

/// Builds the tree from tokens that arrive in text order.
#[derive(Debug)]
pub(super) struct Nesting<'a> {
    text: &'a str,
    builder: Builder,
    /// First byte that belongs to no node yet.
    from: u32,
    /// First byte behind what is held.
    to: u32,
    held: Held,
    /// Kept between statements, so that its room is allocated once.
    words: Vec<Span>,
    comment: Span,
    /// A directive without braces, by its number: a `{` on the next line makes it a block's head.
    headless: Option<u32>,
    /// The condition of a head that was just opened, such as `@node1`.
    condition: Option<Span>,
    at_line_start: bool,
}

/// What waits for the rest of its line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Held {
    /// Blanks and perhaps a comment.
    Nothing,
    /// A statement.
    Statement { at_line_start: bool },
    /// A statement and its opening brace.
    Head,
    /// An opening brace on a line behind its statement.
    LateBrace,
    /// A closing brace.
    Close,
    /// A closing brace that closes nothing.
    Stray,
    /// Text that no rule matched.
    Junk,
}

impl<'a> Nesting<'a> {
    pub(super) fn new(file: FileId, text: &'a str) -> Self {
        Self {
            text,
            builder: Builder::new(file, text),
            from: 0,
            to: 0,
            held: Held::Nothing,
            words: Vec::new(),
            comment: Span::default(),
            headless: None,
            condition: None,
            at_line_start: true,
        }
    }

    pub(super) fn add(&mut self, tokens: &[Token]) {
        for token in tokens {
            match token.kind {
                TokenKind::FirstWord => {
                    self.flush();
                    self.held = Held::Statement { at_line_start: self.at_line_start };
                    self.words.push(token.span);
                }
                TokenKind::Word => self.words.push(token.span),
                TokenKind::Open => self.open(token.span),
                TokenKind::Close => self.close(token.span),
                TokenKind::Comment => {
                    // A comment behind a closing brace is a node of its own: see `in_comment`.
                    if self.held == Held::Close {
                        self.flush();
                    }
                    self.comment = token.span;
                }
                TokenKind::LineEnd => {}
                TokenKind::Junk => {
                    self.flush();
                    self.held = Held::Junk;
                }
            }
            self.to = token.span.end;
            self.at_line_start = token.kind == TokenKind::LineEnd;
            if self.at_line_start {
                self.flush();
            }
        }
    }

    pub(super) fn finish(mut self) -> Tree {
        self.flush();
        // Blanks behind the last line end.
        self.to = u32::try_from(self.text.len()).unwrap_or(u32::MAX);
        self.flush();
        self.builder.finish()
    }

    fn open(&mut self, brace: Span) {
        match self.held {
            Held::Statement { .. } if self.is_alternative() => {}
            Held::Statement { .. } => {
                let condition = self.words.first().copied();
                self.condition = condition.filter(|word| word.of(self.text).starts_with('@'));
                self.held = Held::Head;
            }
            _ => {
                self.flush();
                if let Some(at) = self.headless.take() {
                    self.builder.reopen(at);
                    self.held = Held::LateBrace;
                } else {
                    // The brace is the only word of a block without a head.
                    self.words.push(brace);
                    self.held = Held::Head;
                }
            }
        }
    }

    fn close(&mut self, brace: Span) {
        self.flush();
        if self.builder.depth() > 0 {
            self.held = Held::Close;
        } else {
            self.words.push(brace);
            self.held = Held::Stray;
        }
    }

    /// Whether the held statement is the same head for another node: only one of
    /// `@node1 vrrp_instance A {` and `@node2 vrrp_instance A {` is ever read, so the second
    /// brace opens nothing.
    fn is_alternative(&self) -> bool {
        let (Some(earlier), Some(word)) = (self.condition, self.words.first()) else {
            return false;
        };
        let (earlier, word) = (earlier.of(self.text), word.of(self.text));
        word.starts_with('@') && word != earlier
    }

    /// Makes a node of what is held and of the bytes up to `to`.
    fn flush(&mut self) {
        if self.from == self.to {
            return;
        }
        let held = std::mem::replace(&mut self.held, Held::Nothing);
        if let Held::Statement { at_line_start: true } | Held::Head = held {
            self.recover();
        }
        let head = Head {
            span: Span::new(self.from, self.to),
            words: std::mem::take(&mut self.words),
            comment: std::mem::take(&mut self.comment),
        };
        match held {
            Held::Nothing | Held::LateBrace => {
                self.builder.leaf(Kind::Blank, &head);
            }
            Held::Statement { .. } => {
                self.headless = Some(self.builder.leaf(Kind::Directive, &head));
                // The alternatives of a conditional head stand directly behind it.
                let first = head.words.first().map_or("", |word| word.of(self.text));
                self.condition = self.condition.filter(|_| first.starts_with('@'));
            }
            Held::Head => {
                self.builder.open(&head);
                self.headless = None;
            }
            Held::Close => {
                self.builder.close(head.span);
                self.headless = None;
                self.condition = None;
            }
            Held::Stray => {
                self.builder.leaf(Kind::Stray, &head);
                self.headless = None;
            }
            Held::Junk => {
                self.builder.leaf(Kind::Junk, &head);
                self.headless = None;
            }
        }
        self.words = head.words;
        self.words.clear();
        self.from = self.to;
    }

    /// Closes what is still open when a block begins that only stands at the top of a file.
    fn recover(&mut self) {
        if self.builder.depth() == 0 {
            return;
        }
        let Some(word) = self.words.first() else { return };
        let raw = word.of(self.text);
        let begins_block = match self.builder.is_plain() {
            true => is_top_level_block(raw),
            false => is_top_level_block(&plain(raw)),
        };
        if begins_block {
            self.headless = None;
            while self.builder.abandon(self.from) {}
        }
    }
}
