//! What is said about odd characters, as data: one row per kind and format.

use crate::source::Code;
use crate::source::codes::characters as codes;
use crate::syntax::Format;

/// The kinds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Oddity {
    ByteOrderMark,
    CarriageReturn,
    FullWidth,
    Invisible,
    LongLine,
    NotUtf8,
    Nul,
    OddBlank,
    TypographicQuote,
}

impl Oddity {
    /// In the order of their discriminants.
    pub(super) const ALL: [Self; 9] = [
        Self::ByteOrderMark,
        Self::CarriageReturn,
        Self::FullWidth,
        Self::Invisible,
        Self::LongLine,
        Self::NotUtf8,
        Self::Nul,
        Self::OddBlank,
        Self::TypographicQuote,
    ];

    pub(super) fn code(self) -> Code {
        match self {
            Self::ByteOrderMark => codes::BYTE_ORDER_MARK,
            Self::CarriageReturn => codes::CARRIAGE_RETURN,
            Self::FullWidth => codes::FULL_WIDTH,
            Self::Invisible => codes::CONTROL_CHARACTER,
            Self::LongLine => codes::LONG_LINE,
            Self::NotUtf8 => codes::NOT_UTF8,
            Self::Nul => codes::NUL_BYTE,
            Self::OddBlank => codes::ODD_BLANK,
            Self::TypographicQuote => codes::TYPOGRAPHIC_QUOTE,
        }
    }
}

/// What is said about the first place: message and label.
pub(super) fn words(oddity: Oddity, sample: char) -> (String, String) {
    let number = format!("U+{:04X}", u32::from(sample));
    match oddity {
        Oddity::ByteOrderMark => {
            ("byte order mark in front of the first line".into(), "three invisible bytes".into())
        }
        Oddity::CarriageReturn => ("line ends in CR LF".into(), "carriage return".into()),
        Oddity::FullWidth => {
            let plain =
                crate::syntax::characters::plain(sample.encode_utf8(&mut [0; 4])).into_owned();
            (
                format!("full-width `{sample}` ({number}) where `{plain}` is meant"),
                format!("reads as `{plain}`"),
            )
        }
        Oddity::Invisible => {
            let name = name(sample, "invisible character");
            (format!("{name} ({number}) in a line"), "reads as if it were not there".into())
        }
        Oddity::LongLine => {
            ("line is longer than its program reads".into(), "over 1023 bytes".into())
        }
        Oddity::NotUtf8 => ("bytes that are not valid UTF-8".into(), "kept as they are".into()),
        Oddity::Nul => ("NUL byte in a line".into(), "reads as a blank".into()),
        Oddity::OddBlank => {
            let name = name(sample, "typographic space");
            (format!("{name} ({number}) where a blank is meant"), "reads as a blank".into())
        }
        Oddity::TypographicQuote => (
            format!("typographic quote `{sample}` ({number}) where `\"` is meant"),
            "reads as `\"`".into(),
        ),
    }
}

/// What the program of `format` does with it.
pub(super) fn effect(oddity: Oddity, format: Format) -> &'static str {
    let row =
        EFFECTS.iter().find(|(kind, formats, _)| *kind == oddity && formats.contains(&format));
    row.map_or("its program takes it as a letter of the word", |(_, _, text)| text)
}

/// The title of the edits; `None` where only the author can mend it.
pub(super) fn fix_title(oddity: Oddity) -> Option<&'static str> {
    match oddity {
        Oddity::ByteOrderMark => Some("remove the byte order mark"),
        Oddity::CarriageReturn => Some("remove the carriage returns"),
        Oddity::FullWidth => Some("type the ASCII character"),
        Oddity::Invisible => Some("remove the invisible characters"),
        Oddity::Nul => Some("replace the NUL bytes by spaces"),
        Oddity::OddBlank => Some("type ordinary spaces"),
        Oddity::TypographicQuote => Some("type straight quotes"),
        Oddity::LongLine | Oddity::NotUtf8 => None,
    }
}

/// What to do where no edit is certain.
pub(super) fn help(oddity: Oddity) -> &'static str {
    match oddity {
        Oddity::LongLine => "move the comment to a line of its own, or split the list",
        Oddity::NotUtf8 => "convert the file, for example with `iconv -f GBK -t UTF-8`",
        _ => "delete the text around it and type it again",
    }
}

/// Said when places are inside quotes.
pub(super) fn quoted_note(quoted: u32, places: u32) -> String {
    let which = match (quoted, places) {
        (1, 1) => "it stands".to_owned(),
        (1, _) => "one of them stands".to_owned(),
        (quoted, places) if quoted == places => "they stand".to_owned(),
        (quoted, _) => format!("{quoted} of them stand"),
    };
    format!("{which} inside quotes and is kept: texts are compared byte for byte")
}

fn name(character: char, otherwise: &'static str) -> &'static str {
    NAMES.iter().find(|(known, _)| *known == character).map_or(otherwise, |(_, name)| name)
}

const NAMES: &[(char, &str)] = &[
    ('\t', "tab"),
    ('\u{B}', "vertical tab"),
    ('\u{C}', "form feed"),
    ('\r', "carriage return"),
    ('\u{1B}', "escape character"),
    ('\u{A0}', "non-breaking space"),
    ('\u{AD}', "soft hyphen"),
    ('\u{200B}', "zero-width space"),
    ('\u{200C}', "zero-width non-joiner"),
    ('\u{200D}', "zero-width joiner"),
    ('\u{200E}', "left-to-right mark"),
    ('\u{200F}', "right-to-left mark"),
    ('\u{202F}', "narrow non-breaking space"),
    ('\u{2060}', "word joiner"),
    ('\u{3000}', "ideographic space"),
    ('\u{FEFF}', "zero-width non-breaking space"),
];

const HEARTBEAT: &[Format] = &[Format::Authkeys, Format::HaCf, Format::Haresources];
const EVERY: &[Format] = &Format::ALL;

/// The first row that fits counts.
const EFFECTS: &[(Oddity, &[Format], &str)] = &[
    (
        Oddity::ByteOrderMark,
        &[Format::HaCf],
        "heartbeat glues it to the first word, finds an illegal directive and does not start",
    ),
    (
        Oddity::ByteOrderMark,
        &[Format::Haresources],
        "heartbeat glues it to the first word, finds an unknown node name and does not start",
    ),
    (Oddity::ByteOrderMark, &[Format::Authkeys], "heartbeat refuses the line and does not start"),
    (
        Oddity::ByteOrderMark,
        &[Format::Ldirectord],
        "ldirectord refuses line 1 even when it is a comment",
    ),
    (
        Oddity::ByteOrderMark,
        &[Format::Keepalived],
        "keepalived glues it to the first word and reports an unknown keyword",
    ),
    (
        Oddity::CarriageReturn,
        &[Format::Haresources],
        "heartbeat leaves it on the last resource of a line and does not find its script; behind \
         a backslash it ends the continuation",
    ),
    (
        Oddity::CarriageReturn,
        &[Format::Ldirectord],
        "ldirectord keeps it: `yes`, `no` and netmasks with it are invalid, and an empty line \
         with it ends a virtual section",
    ),
    (Oddity::CarriageReturn, EVERY, "the real program ignores it"),
    (
        Oddity::FullWidth,
        &[Format::HaCf],
        "heartbeat takes it as a letter of the word: a directive with it is illegal, a name with \
         it is another name",
    ),
    (
        Oddity::FullWidth,
        &[Format::Ldirectord],
        "ldirectord knows only the ASCII character: the line is an `Unknown command`, or its \
         value ends there",
    ),
    (
        Oddity::FullWidth,
        &[Format::Keepalived],
        "keepalived takes it as a letter of the word: no brace, no digit, no separator",
    ),
    (
        Oddity::Invisible,
        EVERY,
        "the real program takes it as a part of the word, which then only looks right",
    ),
    (
        Oddity::LongLine,
        &[Format::Keepalived],
        "keepalived reads 1023 bytes and takes the rest as a line of its own, even the rest of a \
         comment; after version 2.2 it drops the first part with an error",
    ),
    (Oddity::NotUtf8, EVERY, "the real program compares bytes and does not care for encodings"),
    (
        Oddity::Nul,
        &[Format::Keepalived],
        "keepalived 2.2 does not see what follows it on the line; later versions drop the line",
    ),
    (Oddity::Nul, HEARTBEAT, "heartbeat does not see what follows it on the line"),
    (Oddity::Nul, &[Format::Ldirectord], "ldirectord takes it as a part of the word"),
    (
        Oddity::OddBlank,
        &[Format::HaCf],
        "heartbeat separates words by ASCII blanks only: this one stays in the word, which becomes \
         an illegal directive or a wrong value",
    ),
    (
        Oddity::OddBlank,
        &[Format::Haresources],
        "heartbeat knows only ASCII blanks: the words around it are one word, an unknown node or \
         a script that is not found",
    ),
    (
        Oddity::OddBlank,
        &[Format::Authkeys],
        "heartbeat knows only ASCII blanks: the words around it are one word",
    ),
    (
        Oddity::OddBlank,
        &[Format::Ldirectord],
        "ldirectord knows only ASCII blanks: as indentation it ends the virtual section, behind \
         an address, `yes` or `no` the value is invalid, behind most others it is ignored",
    ),
    (
        Oddity::OddBlank,
        &[Format::Keepalived],
        "keepalived knows only ASCII blanks: the words around it are one word, usually an \
         unknown keyword",
    ),
    (
        Oddity::TypographicQuote,
        &[Format::Ldirectord],
        "ldirectord knows only the ASCII quotation mark: where a text must be quoted the line is an \
         `Unknown command`",
    ),
    (
        Oddity::TypographicQuote,
        &[Format::Keepalived],
        "keepalived makes it a part of the value and cuts the text at its blanks",
    ),
    (Oddity::TypographicQuote, HEARTBEAT, "heartbeat has no quotes: it is a letter of the word"),
];
