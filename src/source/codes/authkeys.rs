//! Codes `LV03xx`: what heartbeat refuses in authkeys, or reads otherwise than it is written.

use super::codes;

codes! {
    JUNK_LINE = "LV0301" "authkeys-junk-line" Error Refuses
        "a line that is neither `auth` nor a key"
"The file holds one line `auth N` and one line `N method key` for each key. heartbeat refuses to
start at any other line that is no comment. A key that a mail program wrapped to a second line is
the usual cause: join the lines.";

    NO_AUTH = "LV0302" "no-auth-line" Error Refuses
        "no `auth` line says which key signs"
"heartbeat needs `auth N`, in front of the line of key N, and refuses to start without it. Write for
example `auth 1` as the first line.";

    BAD_AUTH = "LV0303" "bad-auth-line" Error Refuses
        "`auth` without a number"
"The line is `auth N` with the number of a key. Anything else makes heartbeat refuse to start. Text
behind the number is ignored.";

    MISSING_KEY = "LV0304" "auth-key-missing" Error Refuses
        "the key that `auth` names is not in the file"
"No line defines the key that `auth` names, so heartbeat cannot sign and refuses to start. Add the
key's line behind `auth`, or name another key.";

    LATE_AUTH = "LV0305" "auth-behind-its-key" Error Depends
        "`auth` stands behind the line of its key"
"heartbeat chooses the key when it reads the key's line: an `auth` below it comes too late. Without
an earlier choice it reports that the key was not found and refuses to start; with one it goes on
signing with the earlier key. Move `auth` to the top of the file.";

    BAD_NUMBER = "LV0306" "key-number" Error Refuses
        "a key number outside of 0 to 15"
"heartbeat has room for the keys 0 to 15 and refuses to start with another number. Use 1, and 2
while the key is being changed.";

    KEY_ZERO = "LV0307" "key-number-zero" Warning Accepts
        "key number 0"
"The manual counts keys from 1. Number 0 works with heartbeat; other programs, among them
keepalived's `auth_hmac`, have no key 0. Use 1 on all nodes.";

    UNKNOWN_METHOD = "LV0308" "unknown-method" Error Refuses
        "a method that heartbeat does not know"
"The methods are crc, md5 and sha1, in lower case. Any other word, also `SHA1` or `sha256`, makes
heartbeat refuse to start. Use sha1 with a long random key.";

    GLUED_KEY = "LV0309" "glued-key" Error Refuses
        "no blank between method and key"
"Method and key are one word, as it happens when lines are copied from a page. heartbeat knows no
such method and refuses to start. lvsha reads the two apart. Type a blank between them.";

    NO_METHOD = "LV0310" "method-missing" Error Refuses
        "a key line without a method"
"The line of a key is `N method key`. Without a method heartbeat calls the line invalid and refuses
to start. Write for example `1 sha1` and the key.";

    NO_KEY = "LV0311" "key-missing" Error Refuses
        "md5 and sha1 need a key"
"Keyed digests need a secret as third word. heartbeat refuses to start without one. Create one with
`openssl rand -hex 20`, and copy the file to all nodes.";

    CHECKSUM_KEY = "LV0312" "key-behind-crc" Error Refuses
        "crc takes no key"
"A third word behind crc makes heartbeat refuse to start: the method does not use a key. If the
heartbeats should be authenticated, write sha1 in place of crc; otherwise delete the word.";

    CHECKSUM_COMMENT = "LV0313" "comment-behind-crc" Error Refuses
        "a comment behind crc counts as a key"
"heartbeat knows comments only at the beginning of a line. Behind md5 and sha1 what follows the key
is ignored; behind crc the number sign is a key, which crc does not use, and heartbeat refuses to
start. Give the comment a line of its own.";

    KEY_WITH_BLANKS = "LV0314" "key-with-blanks" Warning Accepts
        "only the first word of the key counts"
"heartbeat's key ends at the first blank; what follows is ignored without a message. `1 sha1 my
secret` is protected by two letters. Use a key without blanks, or delete the rest.";

    KEY_TWICE = "LV0315" "key-twice" Warning Accepts
        "two lines for one key number"
"heartbeat takes the last line with a number. During a change of keys the new one needs another
number, so that packets signed with the old one are still accepted.";

    READABLE = "LV0316" "key-file-readable" Error Refuses
        "others may read the keys"
"heartbeat refuses to start when the group or others may read authkeys. Set
`chown root:root authkeys` and `chmod 600 authkeys`. lvsha looks at the mode of the file it is
given, which may differ from that of the file on the director.";

    TEMPLATE = "LV0317" "authkeys-template" Error Depends
        "a template that was not rendered"
"The line holds the signs of a template language: {{ }}, {% %}, <% %>, ${ } or @NAME@. The file is
the source of a configuration management tool and not its result. As a method such a sign is
unknown and heartbeat refuses to start; as a key it is taken for the key, which then everybody
knows who has seen the template.

Check the file that the tool writes on the node instead.";

    AUTH_REPLACED = "LV0318" "auth-twice" Warning Accepts
        "several `auth` lines"
"In heartbeat each key line whose number equals the `auth` in force there becomes the active key, so
that the last such pair wins. Keep one `auth` line, at the top.";
}
