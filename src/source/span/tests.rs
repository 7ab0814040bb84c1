use super::*;

#[test]
fn columns_count_characters_not_bytes() {
    let text = "一二 x\r\nsecond\n";
    let index = LineIndex::new(text);
    assert_eq!(index.position(text, 7), Position { line: 1, column: 4 });
    assert_eq!(index.position(text, 10), Position { line: 2, column: 1 });
    assert_eq!(index.position(text, 17), Position { line: 3, column: 1 });
}

#[test]
fn an_offset_past_the_end_is_on_the_last_line() {
    let index = LineIndex::new("a\nb");
    assert_eq!(index.position("a\nb", 99).line, 2);
}

#[test]
fn line_ends_cover_the_line_feed() {
    let index = LineIndex::new("ab\ncd");
    assert_eq!((index.start_of(0), index.end_of(0, 5)), (0, 3));
    assert_eq!((index.start_of(1), index.end_of(1, 5)), (3, 5));
}
