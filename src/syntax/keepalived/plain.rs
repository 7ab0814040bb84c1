//! Plain lines by a byte scan: words of ASCII letters, quoted texts, braces and comments. Nearly
//! all lines of real files are plain, and pest needs ten times as long for them.
//!
//! The grammar stays the definition: whatever is not plain goes to pest, and a test holds that both
//! ways give the same tokens wherever the scan gives any.

use super::tokens::{Token, TokenKind, offset};
use crate::source::Span;

/// Adds the tokens of the plain lines that `text` begins with, and says where the first other line
/// begins. `text` begins a line, at byte `base` of its file.
pub(super) fn lines(text: &[u8], base: u32, tokens: &mut Vec<Token>) -> usize {
    let mut lines = Lines { end: 0, tokens: tokens.len() };
    match scan(text, base, tokens, &mut lines) {
        Some(()) => text.len(),
        None => {
            tokens.truncate(lines.tokens);
            lines.end
        }
    }
}

/// The plain lines so far.
struct Lines {
    /// Behind the last of them.
    end: usize,
    /// Number of tokens, those of lines before included.
    tokens: usize,
}

/// Adds tokens up to the first byte that is not plain.
fn scan(text: &[u8], base: u32, tokens: &mut Vec<Token>, lines: &mut Lines) -> Option<()> {
    let mut at = 0;
    let mut first = true;
    let mut kind = TokenKind::FirstWord;
    while let Some(byte) = text.get(at) {
        let from = at;
        let class = CLASSES.get(usize::from(*byte)).copied()?;
        at += 1;
        let token = match class {
            Class::Blank => {
                at += run(Class::Blank, text.get(at..)?);
                continue;
            }
            Class::Letter => {
                at += run(Class::Letter, text.get(at..)?);
                // An included file's name has rules of its own.
                if first && text.get(from..at)?.starts_with(b"include") {
                    return None;
                }
                std::mem::replace(&mut kind, TokenKind::Word)
            }
            Class::Quote => {
                let inside = text.get(at..)?;
                let end = inside.iter().position(|byte| matches!(byte, b'"' | b'\n'))?;
                if inside.get(end) != Some(&b'"') {
                    return None;
                }
                at += end + 1;
                std::mem::replace(&mut kind, TokenKind::Word)
            }
            Class::Open => {
                kind = TokenKind::FirstWord;
                TokenKind::Open
            }
            Class::Close => {
                kind = TokenKind::FirstWord;
                TokenKind::Close
            }
            Class::Comment => {
                let rest = text.get(at..)?;
                let length = rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
                if rest.get(..length)?.ends_with(b"\r") {
                    return None;
                }
                at += length;
                TokenKind::Comment
            }
            Class::LineFeed => TokenKind::LineEnd,
            Class::Odd => return None,
        };
        let span = Span::new(base + offset(from), base + offset(at));
        tokens.push(Token { kind: token, span });
        first = token == TokenKind::LineEnd;
        if first {
            kind = TokenKind::FirstWord;
            *lines = Lines { end: at, tokens: tokens.len() };
        }
    }
    Some(())
}

/// How many bytes of one class stand in front.
fn run(class: Class, text: &[u8]) -> usize {
    let is_other = |byte: &u8| CLASSES.get(usize::from(*byte)) != Some(&class);
    text.iter().position(is_other).unwrap_or(text.len())
}

/// What a byte is to the scan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Class {
    Blank,
    Close,
    Comment,
    Letter,
    LineFeed,
    /// Anything that only the grammar knows.
    Odd,
    Open,
    Quote,
}

/// What each byte is: the grammar's `ascii_letter` and the signs that stand for themselves.
const CLASSES: [Class; 256] = {
    let mut classes = [Class::Odd; 256];
    let mut rest: &mut [Class] = &mut classes;
    let mut byte = 0u8;
    // Indexing in a constant would need an exception of the lints; splitting does not.
    while let Some((class, behind)) = rest.split_first_mut() {
        *class = class_of(byte);
        byte = byte.wrapping_add(1);
        rest = behind;
    }
    classes
};

const fn class_of(byte: u8) -> Class {
    match byte {
        b'\\' => Class::Odd,
        b' ' | b'\t' => Class::Blank,
        b'{' => Class::Open,
        b'}' => Class::Close,
        b'#' | b'!' => Class::Comment,
        b'"' => Class::Quote,
        b'\n' => Class::LineFeed,
        b'%'..=b'z' => Class::Letter,
        _ => Class::Odd,
    }
}
