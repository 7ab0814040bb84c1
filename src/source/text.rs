//! Bytes to text and back without loss.
//!
//! Configuration files are bytes: a comment in GBK or a stray Latin-1 letter must neither stop the
//! reader nor be destroyed by the writer. pest wants `&str`, so every byte that is not part of
//! valid UTF-8 becomes one character of a private range and turns back into the same byte.

use std::borrow::Cow;
use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt as _;

/// Decodes `bytes`; [`encode`] of the result gives `bytes` again, for any input.
///
/// A byte `0xNN` outside valid UTF-8 becomes U+10FFNN. A file that really contains characters of
/// that range has each of their bytes escaped too, which is what makes the pair reversible.
pub fn decode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        let valid = chunk.valid();
        // The escape range starts with 0xF4, which is rare enough to test for first.
        if valid.as_bytes().contains(&ESCAPE_LEAD) {
            for character in valid.chars() {
                if is_escaped_byte(character) {
                    let mut buffer = [0; 4];
                    for byte in character.encode_utf8(&mut buffer).bytes() {
                        text.push(escape(byte));
                    }
                } else {
                    text.push(character);
                }
            }
        } else {
            text.push_str(valid);
        }
        text.extend(chunk.invalid().iter().map(|byte| escape(*byte)));
    }
    text
}

/// [`decode`] without a copy where the bytes are the text already, as nearly all files are.
pub fn decode_owned(bytes: Vec<u8>) -> String {
    if bytes.contains(&ESCAPE_LEAD) {
        return decode(&bytes);
    }
    String::from_utf8(bytes).unwrap_or_else(|error| decode(error.as_bytes()))
}

/// The bytes that `text` was decoded from.
pub fn encode(text: &str) -> Cow<'_, [u8]> {
    if !text.as_bytes().contains(&ESCAPE_LEAD) {
        return Cow::Borrowed(text.as_bytes());
    }
    let mut bytes = Vec::with_capacity(text.len());
    for character in text.chars() {
        match escaped_byte(character) {
            Some(byte) => bytes.push(byte),
            None => {
                let mut buffer = [0; 4];
                bytes.extend_from_slice(character.encode_utf8(&mut buffer).as_bytes());
            }
        }
    }
    Cow::Owned(bytes)
}

/// `text` as a program or file of the system gets it.
pub fn os_string(text: &str) -> OsString {
    OsString::from_vec(encode(text).into_owned())
}

/// Whether `character` stands for a byte that was not valid UTF-8.
pub fn is_escaped_byte(character: char) -> bool {
    u32::from(character) >= ESCAPE_BASE
}

/// `text` for people: bytes that were not valid UTF-8 show as U+FFFD.
pub fn printable(text: &str) -> Cow<'_, str> {
    if !text.as_bytes().contains(&ESCAPE_LEAD) {
        return Cow::Borrowed(text);
    }
    text.chars().map(|c| if is_escaped_byte(c) { char::REPLACEMENT_CHARACTER } else { c }).collect()
}

fn escape(byte: u8) -> char {
    // ESCAPE_BASE + 255 is U+10FFFF, the last character there is.
    char::from_u32(ESCAPE_BASE + u32::from(byte)).unwrap_or(char::REPLACEMENT_CHARACTER)
}

fn escaped_byte(character: char) -> Option<u8> {
    u32::from(character).checked_sub(ESCAPE_BASE).and_then(|byte| u8::try_from(byte).ok())
}

const ESCAPE_BASE: u32 = 0x0010_FF00;
/// First UTF-8 byte of every character from [`ESCAPE_BASE`] on.
const ESCAPE_LEAD: u8 = 0xF4;

#[cfg(test)]
mod tests;
