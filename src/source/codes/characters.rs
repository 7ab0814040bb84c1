//! Codes `LV00xx`: characters that may stand in any file and are not what they seem.

use super::codes;

codes! {
    ODD_BLANK = "LV0001" "odd-blank" Error Depends
        "a character that looks like a blank and is none"
"The file holds non-breaking spaces (U+00A0), ideographic spaces (U+3000) or relatives of them,
as web pages and word processors produce them. lvsha reads each as an ordinary blank, which is
what the author meant.

The real programs know only ASCII blanks and tabs. heartbeat and keepalived take the odd blank as
part of the word and report an unknown directive. ldirectord does not start: it stops with `Unknown
command` where a keyword takes it in, with an invalid address or forwarding method behind `real`.
Inside a comment such a character is harmless and is not reported.

Replace each by an ordinary space: `lvsha check` shows the first one and counts the rest, and
`lvsha check --fix` replaces them all.";

    FULL_WIDTH = "LV0002" "full-width-punctuation" Error Depends
        "full-width punctuation or digits instead of ASCII"
"Chinese and Japanese input methods write `＝ ： ， ｛ ｝ ＃` and full-width digits and letters.
lvsha reads each as the ASCII character that it looks like, outside quotes and comments.

The real programs read them as letters of a word: the line becomes an unknown directive or an
invalid value. Switch the input method and type the ASCII character.";

    TYPOGRAPHIC_QUOTE = "LV0003" "typographic-quote" Error Depends
        "a typographic quotation mark instead of a straight one"
"Word processors turn \" into “ and ”, and ' into ‘ and ’. lvsha reads them as straight double
quotes where a quoted text is expected.

The real programs know only the ASCII quotation mark: ldirectord calls the line an unknown
command, keepalived makes the mark a part of the value. Type the straight mark.";

    BYTE_ORDER_MARK = "LV0004" "byte-order-mark" Error Depends
        "the file begins with a byte order mark"
"Windows editors put the three bytes EF BB BF in front of a UTF-8 text. lvsha skips them.

heartbeat, ldirectord and keepalived glue them to the first word of the first line, which makes it
an unknown directive, even when that line is a comment. Save the file as UTF-8 without BOM, or
run `sed -i '1s/^\\xef\\xbb\\xbf//' FILE`.";

    CARRIAGE_RETURN = "LV0005" "carriage-return" Warning Depends
        "lines end in CR LF as Windows writes them"
"lvsha ignores the carriage return at the end of a line.

keepalived and ha.cf tolerate it. In haresources it sticks to the last resource of the line, so
heartbeat looks for a script whose name ends in a carriage return. In ldirectord.cf it breaks
yes/no values, netmasks and unquoted texts, and an empty line with a carriage return ends a
virtual section. Convert the file: `sed -i 's/\\r$//' FILE`.";

    NUL_BYTE = "LV0006" "nul-byte" Error Depends
        "the file holds a NUL byte"
"A NUL byte ends a line early in programs written in C: what follows it on that line is lost
without a message, or the whole line is dropped. It usually means that the file is not plain text
(UTF-16, or damaged by a crash during writing).

lvsha treats it as a blank. Write the file again as plain UTF-8 text, for example with
`iconv -f UTF-16 -t UTF-8`.";

    NOT_UTF8 = "LV0007" "not-utf8" Info Accepts
        "bytes that are not valid UTF-8"
"The file holds bytes that are not UTF-8, probably an older encoding such as GBK or Latin-1.
lvsha keeps them byte for byte and shows them as U+FFFD.

In comments they are harmless and are not reported; in a value the real programs compare bytes, so
a name written in two encodings is two names. Convert the file with `iconv`.";

    CONTROL_CHARACTER = "LV0008" "control-character" Warning Depends
        "an invisible character in a line"
"The line holds a control character, a zero-width character or a soft hyphen that no screen shows.
lvsha reads it as if it were not there.

The real programs take it as a part of the word, so that a keyword which looks right is unknown.
Delete the line and type it again by hand.";

    LONG_LINE = "LV0009" "long-line" Error Depends
        "a line longer than the real program reads"
"keepalived reads lines of at most 1023 bytes, the line feed included. Version 2.2 silently continues
with the rest as if it were a new line, even with the rest of a comment, and `keepalived -t` refuses
the file unless that rest is empty or a comment by itself. Later versions drop the first part and
read on with the rest. lvsha reads lines of any length as one line.

Move long comments to lines of their own, and split lists over several lines.";
}
