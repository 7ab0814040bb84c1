//! Cuts a text at line ends, so that pest's pairs never stand in memory for a whole large file.

use std::sync::mpsc::sync_channel;
use std::thread;

use super::tokens::{Token, tokenize as tokenize_piece};

/// Hands the tokens of `text` to `add`, piece by piece in the order of the text. Two threads parse
/// when there is more than one piece.
pub(super) fn tokenize(text: &str, mut add: impl FnMut(&[Token])) {
    let pieces = pieces(text);
    if let [only] = pieces.as_slice() {
        add(&tokenize_piece(only.text, only.base));
        return;
    }
    thread::scope(|scope| {
        let mut queues = Vec::with_capacity(THREADS);
        for first in 0..THREADS {
            // A queue of one piece bounds the memory when building is slower than parsing.
            let (sender, queue) = sync_channel(1);
            queues.push(queue);
            let pieces = &pieces;
            scope.spawn(move || {
                for piece in pieces.iter().skip(first).step_by(THREADS) {
                    if sender.send(tokenize_piece(piece.text, piece.base)).is_err() {
                        return;
                    }
                }
            });
        }
        for queue in queues.iter().cycle().take(pieces.len()) {
            // A thread only hangs up early when it panicked, which the scope passes on.
            let Ok(tokens) = queue.recv() else { return };
            add(&tokens);
        }
    });
}

/// A part of the text that can be parsed alone.
struct Piece<'a> {
    text: &'a str,
    base: u32,
}

fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::with_capacity(text.len() / PIECE_BYTES + 1);
    let mut from = 0;
    while from < text.len() {
        let to = cut(text, from + PIECE_BYTES);
        let base = u32::try_from(from).unwrap_or(u32::MAX);
        pieces.push(Piece { text: text.get(from..to).unwrap_or_default(), base });
        from = to;
    }
    pieces
}

/// The first place from `wanted` on where nothing of the line before reaches into the next.
fn cut(text: &str, wanted: usize) -> usize {
    let bytes = text.as_bytes();
    let mut line_start = bytes
        .get(..wanted)
        .and_then(|before| before.iter().rposition(|byte| *byte == b'\n'))
        .map_or(0, |at| at + 1);
    while let Some(length) =
        bytes.get(line_start..).and_then(|rest| rest.iter().position(|byte| *byte == b'\n'))
    {
        let line_end = line_start + length;
        let line = bytes.get(line_start..line_end).unwrap_or_default().trim_ascii();
        line_start = line_end + 1;
        // A backslash may join the line to the next, even with a comment behind it; empty lines and
        // comments inside such a definition are skipped.
        let joins = line.contains(&b'\\') || matches!(line, [] | [b'#' | b'!', ..]);
        if !joins && line_start >= wanted {
            return line_start;
        }
    }
    text.len()
}

/// Large enough that threads cost nothing, small enough that the pairs (about 50 bytes for each
/// byte of text) fit the processor's cache.
const PIECE_BYTES: usize = 64 * 1024;

const THREADS: usize = 2;
