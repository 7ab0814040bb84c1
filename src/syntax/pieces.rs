//! Large texts are parsed in pieces, on two threads, so that pest's pairs never stand in memory for
//! a whole file. The results arrive in the order of the text.

use std::sync::mpsc::sync_channel;
use std::thread;

/// A part of a text that can be parsed alone.
#[derive(Clone, Copy, Debug)]
pub(super) struct Piece<'a> {
    pub(super) text: &'a str,
    /// Where it begins in the whole text.
    pub(super) base: usize,
}

/// Cuts `text` into pieces of about `size` bytes; `cut` says where the piece ends that should reach to
/// its argument.
pub(super) fn pieces<'a>(
    text: &'a str,
    size: usize,
    cut: impl Fn(&str, usize) -> usize,
) -> Vec<Piece<'a>> {
    let mut pieces = Vec::with_capacity(text.len() / size + 1);
    let mut base = 0;
    while base < text.len() {
        // A cut always moves on, or the text would be cut for ever.
        let end = cut(text, base + size).clamp(base + 1, text.len());
        pieces.push(Piece { text: text.get(base..end).unwrap_or_default(), base });
        base = end;
    }
    pieces
}

/// The first line end at or behind `wanted`.
pub(super) fn at_line_end(text: &str, wanted: usize) -> usize {
    let rest = text.as_bytes().get(wanted..).unwrap_or_default();
    let line_feed = rest.iter().position(|byte| *byte == b'\n');
    line_feed.map_or(text.len(), |at| wanted + at + 1)
}

/// Parses every piece and hands the results to `take` in order.
pub(super) fn in_order<T: Send>(
    pieces: &[Piece<'_>],
    parse: impl Fn(Piece<'_>) -> T + Sync,
    mut take: impl FnMut(T),
) {
    if let [only] = pieces {
        take(parse(*only));
        return;
    }
    let parse = &parse;
    thread::scope(|scope| {
        let mut queues = Vec::with_capacity(THREADS);
        for first in 0..THREADS {
            // A short queue bounds the memory when building is slower than parsing; with one place in
            // it the threads would wake each other for every piece.
            let (sender, queue) = sync_channel(QUEUE);
            queues.push(queue);
            scope.spawn(move || {
                for piece in pieces.iter().skip(first).step_by(THREADS) {
                    if sender.send(parse(*piece)).is_err() {
                        return;
                    }
                }
            });
        }
        for queue in queues.iter().cycle().take(pieces.len()) {
            // A thread only hangs up early when it panicked, which the scope passes on.
            let Ok(result) = queue.recv() else { return };
            take(result);
        }
    });
}

const THREADS: usize = 2;
const QUEUE: usize = 2;
