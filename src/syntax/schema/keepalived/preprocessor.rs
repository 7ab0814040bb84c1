//! What is replaced before keywords are looked up.

use super::Argument::{Path, Rest};
use super::{Keyword, ROW, table};

table! {
    /// Forms; they stand in any block.
    FORMS within "<preprocessor>";
    "include" [Path] "" "read other files; errors are ignored";
    "includer" [Path] "" "the same; an unreadable file is an error";
    "includem" [Path] "" "the same; so is no file at all, unless there are wildcards";
    "includew" [Path] "" "the same; so is a wildcard without a file";
    "includeb" [Path] "" "the same; so is a braced part without a file";
    "includea" [Path] "" "all these are errors";
    "@ID" [Rest] "" "only for the node of this name";
    "@^ID" [Rest] "" "for all nodes but this one";
    "$NAME=" [Rest] "" "a definition, for one line or several";
    "$NAME" [] "" "use of a definition";
    "${NAME}" [] "" "use of a definition, anywhere";
    "~SEQ" [Rest] "" "the line once for each number";
    "~SEQx" [Rest] "" "the same with hexadecimal numbers";
    "~LST" [Rest] "" "the line once for each member of a list";
    "${_PWD}" [] "" "folder of the file";
    "${_INSTANCE}" [] "" "the node's name";
    "${_RANDOM}" [] "" "a random number";
    "${_ENV}" [] "" "a variable of the environment";
    "${_HASH}" [] "" "#";
    "${_BANG}" [] "" "!";
}
