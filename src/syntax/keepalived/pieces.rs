//! Where a keepalived.conf may be cut.

use super::tokens::{Token, tokenize as tokenize_piece};
use crate::syntax::pieces::{in_order, pieces};

/// Hands the tokens of `text` to `add`, piece by piece in the order of the text.
pub(super) fn tokenize(text: &str, mut add: impl FnMut(&[Token])) {
    let tokens = |piece: crate::syntax::pieces::Piece<'_>| {
        tokenize_piece(piece.text, u32::try_from(piece.base).unwrap_or(u32::MAX))
    };
    in_order(&pieces(text, PIECE_BYTES, cut), tokens, |tokens| add(&tokens));
}

/// The first place from `wanted` on where nothing of the line before reaches into the next.
fn cut(text: &str, wanted: usize) -> usize {
    let bytes = text.as_bytes();
    // The last piece takes what is left.
    let Some(before) = bytes.get(..wanted) else { return text.len() };
    let mut line_start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    while let Some(length) =
        bytes.get(line_start..).and_then(|rest| rest.iter().position(|byte| *byte == b'\n'))
    {
        let line_end = line_start + length;
        let line = bytes.get(line_start..line_end).unwrap_or_default();
        line_start = line_end + 1;
        if line_start >= wanted && !may_go_on(line) {
            return line_start;
        }
    }
    text.len()
}

/// Whether a line may go on in the next one: a backslash joins them, even with a comment behind it,
/// and empty lines and comments inside such a definition are skipped. Blanks and comment signs
/// beyond ASCII are not looked at closely: a line too many read together does no harm.
pub(super) fn may_go_on(line: &[u8]) -> bool {
    let line = line.trim_ascii();
    line.contains(&b'\\') || matches!(line, [] | [b'#' | b'!' | 0x00 | 0x0B | 0x80.., ..])
}

/// Large enough that handing a piece on costs nothing. Plain lines need two bytes for each of theirs.
const PIECE_BYTES: usize = 64 * 1024;
