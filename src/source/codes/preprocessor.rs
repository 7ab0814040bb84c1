//! Rows about what keepalived replaces before it looks at keywords.

use super::codes;

codes! {
    INCLUDE_MISSING = "LV0541" "include-without-file" Warning Depends
        "an include names no file"
"`include` and its relatives take a name or a pattern, relative to the folder of the file in
which they stand. Quotes around it become a part of the name.

keepalived logs that the file is missing and goes on. `includem`, `includew` and `includea` make
it an error, and `includeb` and `includea` a name in braces without a file: then `keepalived -t`
exits with 6. Correct the name, or remove the line.";

    INCLUDE_UNREADABLE = "LV0542" "include-unreadable" Error Depends
        "an included file is not read"
"What is included must be a regular file that can be read: no directory, pipe or device.

Plain `include` skips it with a message in the log, and all settings in it are missing. Every
other word of the family makes it an error: `keepalived -t` exits with 6. To read all files of a
directory, write `include DIRECTORY/*.conf`.";

    INCLUDE_CYCLE = "LV0543" "include-cycle" Error Depends
        "a file includes itself"
"lvsha reads a file once on each way that leads to it, and leaves out an include that closes a
circle.

keepalived has no guard: it reads the file again and again until no more files can be opened,
and takes every block in it a thousand times. Remove one of the include lines.";

    INCLUDE_EXECUTABLE = "LV0544" "include-executable" Warning Accepts
        "an included file has an execute bit"
"keepalived 2.2.7 reads it. Later releases skip every file that has an execute bit, because it
could be a script, and say so only in the log.

Take the bit away: `chmod a-x FILE`.";

    UNDEFINED = "LV0545" "undefined-name" Warning Depends
        "a name that is used and not defined"
"`$NAME` and `${NAME}` are replaced by what `$NAME=` says on an earlier line.

keepalived leaves a name without a definition as it is: `$NAME` becomes a word of the line, and
the braces of `${NAME}` open and close a block, which is an error. Define the name above its
first use, also above the include that leads to it.";

    SELF_REFERENCE = "LV0546" "self-reference" Error Refuses
        "a definition that leads to itself"
"A definition is replaced when it is used, and what comes out is searched for uses again. `$A=$A
x` never comes to an end.

keepalived hangs at full load: it neither starts nor stops. lvsha leaves the inner use as it is.
Give one of the two another name.";

    SEQUENCE_INVALID = "LV0547" "invalid-sequence" Error Refuses
        "a sequence that keepalived does not understand"
"`~SEQ(name, [first, [step,]] last) line` repeats the line for numbers, `~LST(name, one, two)
line` for words and `~LST({a, b}, {1, 2}, {3, 4}) line` for tuples. A step must lead to the end,
and a word holds no blanks.

keepalived reports the line and leaves it out; `keepalived -t` exits with 5. Write it in one of
these forms, with a step in the direction of the end.";

    RUNAWAY = "LV0548" "runaway-expansion" Error Refuses
        "an expansion without a sensible end"
"lvsha reads sequences of up to a million rounds, makes 2,000 replacements in a line and 4
million replacements and rounds in all, and stops after 128 MiB of expanded text. A sequence of
65,000 routers stays far below.

keepalived has no limit: it goes on until its memory is full. Look at the bounds of the
sequence, and at definitions that use others several times.";

    EXPANDED_TOO_LONG = "LV0549" "expanded-line-too-long" Error Refuses
        "a line that becomes too long by a definition"
"keepalived's lines have 1023 bytes at most, also after a replacement.

A use that would make the line longer is not replaced; what is left of it is read as text. Break
the definition into several lines, or the line into several.";

    USE_NOT_SEEN = "LV0550" "use-not-seen" Warning Accepts
        "a use of a definition that keepalived does not recognise"
"A use without braces must be followed by a blank, a comma, a closing parenthesis or the end of
the line. A quote, a dot or another dollar sign hides it.

keepalived leaves it as it is, so the text `$NAME` becomes a part of the value. Write `${NAME}`,
which is recognised anywhere.";

    LINES_INSIDE_LINE = "LV0551" "several-lines-inside-a-line" Error Refuses
        "a definition of several lines with text behind its use"
"The lines of a definition are put in the place of its use, so nothing may stand behind it.

keepalived does not replace it there: `$NAME` is read as a word, and the braces of `${NAME}` as
those of a block. Move what follows to a line of its own.";

    EMPTY_LINE_IN_DEFINITION = "LV0552" "empty-line-in-definition" Warning Accepts
        "an empty line or a comment ends a definition"
"The line before ends in a backslash, so the definition should go on.

keepalived 2.2.7 ends it at an empty line; later releases skip the empty line and take the next
one in. A line that is only a comment, without a backslash at its end, divides 2.2.7: the process
that starts the others takes the next line into the definition, and they end it at the comment.

Remove the last backslash or the empty line, whichever is not meant: then all releases agree. A
comment stands best above the definition.";

    CONDITION_IN_DEFINITION = "LV0553" "condition-in-definition" Error Depends
        "a condition that comes out of a definition"
"Conditions are looked for before definitions are replaced. When a line begins with `@ID` only
after a replacement, 2.2.7 corrupts its own memory if the condition holds: it crashes, or reads
half a word. Later releases report an unknown keyword.

lvsha reads it as it is meant. Write `@ID` on the line itself.";

    CONDITIONAL_BRACE = "LV0554" "conditional-brace" Warning Accepts
        "a closing brace on a line that is left out"
"A line whose condition does not hold is left out as a whole, with its braces.

The block then ends somewhere else, and keepalived reports braces that are missing. Put the
brace on a line of its own, without a condition.";

    CONFIG_ID_GUESSED = "LV0555" "config-id-guessed" Info Accepts
        "conditions are judged for one of the nodes"
"Lines that begin with `@ID` are read on the node whose configuration id that is: `keepalived -i
ID`, or the host's name up to its first dot. `@^ID` is for all other nodes.

The name of this host, or of the file's folder, is none of them, so the first one is taken. Say
which node is meant with `--config-id`, and check once for each.";

    SPACED_DEFINITION = "LV0556" "blank-in-definition" Error Refuses
        "a blank between a name and its equals sign"
"`$NAME=value` is a definition only when nothing stands between the name and the equals sign.

keepalived takes the line for an unknown keyword, and the name stays undefined. Remove the
blank.";

    INCLUDE_EMPTY = "LV0565" "include-of-nothing" Info Accepts
        "a pattern of an include matches no file"
"`include` with a pattern that matches nothing is no mistake: a folder of parts may be empty. But
then nothing of what it would bring in is known here, and no conversion has it.

In a copy of /etc/keepalived, names that begin with that folder are looked for in the copy. Copy
`conf.d` and the like together with keepalived.conf, or remove the line.";
}
