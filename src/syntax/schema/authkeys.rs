//! Words of authkeys. The methods stand behind a key's number, so their block is `key`.

use super::Argument::{Integer, Name};
use super::{Keyword, ROW};

/// The rows.
pub const KEYWORDS: &[Keyword] = &[
    Keyword {
        word: "auth",
        arguments: &[Integer(0, 15)],
        meaning: "number of the key that signs what is sent",
        field: "authentication.active",
        ..ROW
    },
    Keyword { word: "crc", meaning: "checksum without a key: no protection", ..METHOD },
    Keyword { word: "md5", arguments: &[Name], meaning: "keyed MD5", secret: true, ..METHOD },
    Keyword { word: "sha1", arguments: &[Name], meaning: "keyed SHA-1", secret: true, ..METHOD },
];

const METHOD: Keyword = Keyword { within: "key", field: "authentication.keys", ..ROW };
