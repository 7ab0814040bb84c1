//! Characters that are not what they seem, as one table: how they are read.
//!
//! What is said about them is in [`oddities`](super::oddities).

use std::borrow::Cow;

/// How lvsha reads a character outside quotes and comments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reading {
    /// As itself.
    Itself,
    /// As a blank.
    Blank,
    /// As the ASCII character it looks like.
    Ascii(char),
    /// As a straight double quote.
    Quote,
    /// As if it were not there.
    Nothing,
}

/// How `character` is read. The grammars' `odd_blank` rule names the same blanks.
pub fn reading(character: char) -> Reading {
    match character {
        '\u{A0}'
        | '\u{1680}'
        | '\u{2000}'..='\u{200A}'
        | '\u{202F}'
        | '\u{205F}'
        | '\u{3000}'
        | '\0' => Reading::Blank,
        '“' | '”' | '„' | '‟' | '‘' | '’' | '‚' | '″' | '＂' => Reading::Quote,
        // The full-width forms mirror ASCII at a fixed distance (Unicode block FF00).
        '\u{FF01}'..='\u{FF5E}' => u32::from(character)
            .checked_sub(0xFEE0)
            .and_then(char::from_u32)
            .map_or(Reading::Itself, Reading::Ascii),
        '。' => Reading::Ascii('.'),
        '、' => Reading::Ascii(','),
        '【' => Reading::Ascii('['),
        '】' => Reading::Ascii(']'),
        '\u{AD}'
        | '\u{200B}'..='\u{200F}'
        | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{2064}'
        | '\u{FEFF}' => Reading::Nothing,
        '\u{1}'..='\u{8}' | '\u{B}' | '\u{C}' | '\u{E}'..='\u{1F}' | '\u{7F}' => Reading::Nothing,
        _ => Reading::Itself,
    }
}

/// Whether each character of `text` is read as itself without a look at [`reading`]: visible ASCII,
/// blanks, tabs and line feeds, of which nearly all files are made.
pub fn is_plain(text: &str) -> bool {
    let is_plain = |byte: &u8| matches!(byte, b' '..=b'~' | b'\t' | b'\n');
    // A loop without a way out takes many bytes at a time.
    let all = |piece: &[u8]| piece.iter().fold(true, |all, byte| all & is_plain(byte));
    text.as_bytes().chunks(PIECE_BYTES).all(all)
}

/// `text` with every odd character as it is read.
pub fn plain(text: &str) -> Cow<'_, str> {
    let odd = |c: char| !matches!(reading(c), Reading::Itself);
    if text.bytes().all(|b| b.is_ascii_graphic() || b == b' ') || !text.chars().any(odd) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match reading(character) {
            Reading::Itself => out.push(character),
            Reading::Blank => out.push(' '),
            Reading::Ascii(ascii) => out.push(ascii),
            Reading::Quote => out.push('"'),
            Reading::Nothing => {}
        }
    }
    Cow::Owned(out)
}

/// The inside of a text that begins and ends with a straight or typographic double quote.
pub fn unquote(text: &str) -> Option<&str> {
    let is_quote = |c: char| c == '"' || reading(c) == Reading::Quote;
    let inside = text.strip_prefix(is_quote)?;
    inside.strip_suffix(is_quote)
}

/// After so many bytes a look at the rest can be spared.
const PIECE_BYTES: usize = 4096;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn plain_texts_are_read_as_they_are(text in "[ -~\\t\\n\\r\x7f\u{a0}]{0,9}") {
            let as_itself = |c: char| c != '\r' && reading(c) == Reading::Itself;
            prop_assert_eq!(is_plain(&text), text.chars().all(as_itself));
        }
    }

    #[test]
    fn full_width_text_reads_as_ascii() {
        assert_eq!(plain("ｖｉｒｔｕａｌ＝１０。０"), "virtual=10.0");
        assert_eq!(plain("测试"), "测试");
        assert_eq!(plain("a\u{200B}b\u{A0}c"), "ab c");
    }

    #[test]
    fn quotes_of_any_shape_are_removed_and_the_inside_kept() {
        assert_eq!(unquote("\"a b\""), Some("a b"));
        assert_eq!(unquote("“测，试”"), Some("测，试"));
        assert_eq!(unquote("\"open"), None);
        assert_eq!(unquote("\""), None);
    }
}
