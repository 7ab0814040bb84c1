//! The nearest known word, for "did you mean".

/// The candidate that `word` was probably meant to be, by edit distance; `None` when none is near.
/// Of several that are equally near the first one wins.
pub fn suggest<'a>(word: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    // Upper case is the most frequent mistake of all and the real programs do not forgive it.
    let word: Vec<char> = word.chars().take(LONGEST + 1).flat_map(char::to_lowercase).collect();
    if word.is_empty() || word.len() > LONGEST {
        return None;
    }
    let allowed = tolerance(word.len());
    candidates
        .filter_map(|candidate| {
            let letters: Vec<char> = candidate.chars().flat_map(char::to_lowercase).collect();
            // The distance is at least the difference in length, which is cheap to know.
            if letters.len().abs_diff(word.len()) > allowed {
                return None;
            }
            let distance = distance(&word, &letters);
            (distance <= allowed).then_some((distance, candidate))
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// How many typing errors a word of `length` letters may hold: one in three letters, at most three,
/// so that short keywords are not confused with each other (`real`, `rule`).
fn tolerance(length: usize) -> usize {
    match length {
        0..=2 => 0,
        3..=5 => 1,
        6..=8 => 2,
        _ => 3,
    }
}

/// Damerau-Levenshtein distance (optimal string alignment): insertions, deletions, replacements
/// and swaps of neighbours each cost one.
fn distance(left: &[char], right: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=right.len()).collect();
    let mut last_left = None;
    for (row, &l) in left.iter().enumerate() {
        let mut current = vec![row + 1];
        let mut last_right = None;
        let (mut diagonal, mut beside) = (row, row + 1);
        for (column, &r) in right.iter().enumerate() {
            // `above` has one cell more than `right`, so this cell exists.
            let over = above.get(column + 1).copied().unwrap_or(usize::MAX);
            let mut cost = (diagonal + usize::from(l != r)).min(over + 1).min(beside + 1);
            let swapped = last_left == Some(r) && last_right == Some(l);
            let swap_base = column.checked_sub(1).and_then(|c| before.get(c));
            if let (true, Some(base)) = (swapped, swap_base) {
                cost = cost.min(base + 1);
            }
            current.push(cost);
            (diagonal, beside, last_right) = (over, cost, Some(r));
        }
        before = std::mem::replace(&mut above, current);
        last_left = Some(l);
    }
    above.last().copied().unwrap_or(left.len())
}

/// No keyword is longer; what is longer is not a misspelt keyword.
const LONGEST: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    const WORDS: [&str; 8] =
        ["real", "virtual", "priority", "state", "node", "crm", "vrrp_instance", "auth_type"];

    fn nearest(word: &str) -> Option<&str> {
        suggest(word, WORDS.into_iter())
    }

    #[test]
    fn typing_errors_find_the_word_that_was_meant() {
        assert_eq!(nearest("prioirty"), Some("priority"));
        assert_eq!(nearest("virtal"), Some("virtual"));
        assert_eq!(nearest("vrrp_instnace"), Some("vrrp_instance"));
        assert_eq!(nearest("Node"), Some("node"));
        assert_eq!(nearest("CRM"), Some("crm"));
    }

    #[test]
    fn other_words_find_nothing() {
        assert_eq!(nearest("rule"), None);
        assert_eq!(nearest("xy"), None);
        assert_eq!(nearest("httpd"), None);
        assert_eq!(nearest(""), None);
        assert_eq!(nearest(&"x".repeat(1 << 20)), None);
    }

    #[test]
    fn the_nearest_wins_and_then_the_first() {
        assert_eq!(suggest("sttae", ["start", "state"].into_iter()), Some("state"));
        assert_eq!(suggest("cat", ["car", "cap"].into_iter()), Some("car"));
    }

    #[test]
    fn distances_are_those_of_the_definition() {
        let of = |a: &str, b: &str| {
            distance(&a.chars().collect::<Vec<_>>(), &b.chars().collect::<Vec<_>>())
        };
        assert_eq!(of("", "abc"), 3);
        assert_eq!(of("abc", ""), 3);
        assert_eq!(of("kitten", "sitting"), 3);
        assert_eq!(of("ab", "ba"), 1);
        // Optimal string alignment edits no substring twice: the unrestricted distance is 2.
        assert_eq!(of("ca", "abc"), 3);
    }
}
