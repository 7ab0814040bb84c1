use proptest::prelude::*;

use super::*;

fn literal() -> impl Strategy<Value = Literal> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(Literal::Boolean),
        any::<i64>().prop_map(Literal::Integer),
        (-1e12..1e12_f64).prop_map(Literal::Float),
        any::<String>().prop_map(Literal::Text),
    ];
    leaf.prop_recursive(5, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone().prop_map(Item::from), 0..5).prop_map(Literal::List),
            table(inner).prop_map(Literal::Table),
        ]
    })
}

/// Tables whose plain values stand in front, as a printed document has them.
fn table(inner: impl Strategy<Value = Literal>) -> impl Strategy<Value = Vec<Entry>> {
    prop::collection::btree_map("[a-z.\" ]{0,6}", inner, 0..5).prop_map(|map| {
        map.into_iter().map(|(key, value)| Entry::new(key, value)).collect::<Vec<_>>()
    })
}

/// Without the order of values, which headers may change; that of tables may mean something.
fn comparable(entries: &[Entry]) -> Vec<Entry> {
    fn item(value: &Item) -> Item {
        match &value.value {
            Literal::Table(entries) => Literal::Table(comparable(entries)).into(),
            Literal::List(items) => Literal::List(items.iter().map(item).collect()).into(),
            other => other.clone().into(),
        }
    }
    let mut entries: Vec<Entry> =
        entries.iter().map(|entry| Entry::new(&entry.key, item(&entry.item))).collect();
    let place = |entry: &Entry| match &entry.item.value {
        Literal::Table(_) => (true, String::new()),
        _ => (false, entry.key.clone()),
    };
    entries.sort_by_key(place);
    entries
}

proptest! {
    #[test]
    fn what_is_printed_is_read_back(entries in table(literal())) {
        let text = print(&entries);
        let (read, mistakes) = parse(&text);
        prop_assert!(mistakes.is_empty(), "{mistakes:?}\n{text}");
        prop_assert_eq!(comparable(&read), comparable(&entries), "{}", text);
    }

    #[test]
    fn no_text_stops_the_reader(text in "\\PC*|[\\[\\]{}=\"#a-c0-9\n .,-]{0,60}") {
        let (_, mistakes) = parse(&text);
        for mistake in mistakes {
            prop_assert!(usize::try_from(mistake.span.end).unwrap() <= text.len());
        }
    }
}

#[test]
fn all_mistakes_come_at_once() {
    let (entries, mistakes) = parse("a = \nb = 1\nc = [1\nd = 2\n");
    assert!(mistakes.len() >= 2, "{mistakes:?}");
    assert!(entries.iter().any(|entry| entry.key == "b"));
}

#[test]
fn a_short_table_behind_a_long_one_stays_behind_it() {
    let director = |key: &str, interface: &str| {
        let interface = Entry::new("interface", Literal::Text(interface.to_owned()));
        Entry::new(key, Literal::Table(vec![interface]))
    };
    let directors = vec![director("lw2", &"e".repeat(INLINE)), director("lw1", "eth1")];
    let entries = vec![Entry::new("directors", Literal::Table(directors))];
    assert_eq!(parse(&print(&entries)).0, entries);
}
