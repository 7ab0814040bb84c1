//! The number in a file that somebody writes for the director.

/// The number that the text begins with: decimal, `0x` and hexadecimal, or 0 and octal, as strtol(3) takes them. One
/// that is missing counts as 0, as with keepalived: a file may be empty for a moment while it is written.
pub(super) fn number(text: &str) -> i64 {
    let text = text.trim_start();
    let (is_negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let hexadecimal = digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X"));
    let (digits, radix) = match hexadecimal {
        Some(digits) => (digits, 16),
        None if digits.starts_with('0') => (digits, 8),
        None => (digits, 10),
    };
    let values = digits.chars().map_while(|digit| digit.to_digit(radix));
    let size = values
        .fold(0_i64, |sum, digit| sum.saturating_mul(radix.into()).saturating_add(digit.into()));
    if is_negative { -size } else { size }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_ends_where_it_ends() {
        let rows = [
            ("12\n", 12),
            (" -100 drained", -100),
            ("+7", 7),
            ("0x1F", 31),
            ("010", 8),
            ("0", 0),
            ("", 0),
            ("many", 0),
            ("99999999999999999999", i64::MAX),
        ];
        for (text, expected) in rows {
            assert_eq!(number(text), expected, "{text:?}");
        }
    }
}
