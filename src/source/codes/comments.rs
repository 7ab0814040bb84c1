//! Codes `LV069x`: what comments say to lvsha.

use super::codes;

codes! {
    UNKNOWN_REQUEST = "LV0691" "comment-not-understood" Warning Accepts
        "a comment for lvsha that it does not understand"
"A comment that begins with `lvsha:` is meant for lvsha. It understands `allow`, one or more codes
or names as `lvsha explain --list` shows them, separated by commas, and any words behind them:

    # lvsha: allow LV2310, many-addresses one host is meant

Behind a line it holds for the line; above a line or a block it holds for that; before the first
line of the file that is no comment it holds for the whole file.";

    UNUSED = "LV0692" "allowance-without-effect" Warning Accepts
        "a comment that silences nothing"
"The comment allows a finding that is not there: what it was written for has been mended, or a
comment above it silences the same already.

Delete the comment, so that it does not hide a finding of tomorrow.";
}
