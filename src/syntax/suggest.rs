//! The nearest known word, for "did you mean".

/// The candidate that `word` was probably meant to be, by edit distance; `None` when none is near.
/// Of several that are equally near the first one wins.
pub fn suggest<'a>(word: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    // Upper case is the most frequent mistake of all and the real programs do not forgive it.
    let word = word.get(..=LONGEST).unwrap_or(word).to_ascii_lowercase();
    let asked = Outline::of(word.chars());
    if asked.length == 0 || asked.length > LONGEST {
        return None;
    }
    let allowed = tolerance(asked.length);
    candidates
        .filter_map(|candidate| {
            // A file can hold a hundred thousand unknown lines: almost all words end here.
            let outline = Outline::of(candidate.chars().map(|letter| letter.to_ascii_lowercase()));
            if asked.least_distance(outline) > allowed {
                return None;
            }
            let distance = strsim::osa_distance(&word, &candidate.to_ascii_lowercase());
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

/// What of a word is known without a table of distances.
#[derive(Clone, Copy)]
struct Outline {
    length: usize,
    /// One bit for each letter that occurs; letters that differ by 64 share theirs.
    present: u64,
}

impl Outline {
    fn of(letters: impl Iterator<Item = char>) -> Outline {
        letters.fold(Outline { length: 0, present: 0 }, |outline, letter| Outline {
            length: outline.length + 1,
            present: outline.present | 1 << (u32::from(letter) % u64::BITS),
        })
    }

    /// No fewer edits lead from one word to the other: each changes the length by one at most,
    /// brings one letter at most that was missing, and takes away one at most.
    fn least_distance(self, other: Outline) -> usize {
        let only = |one: u64, two: u64| usize::try_from((one & !two).count_ones()).unwrap_or(0);
        self.length
            .abs_diff(other.length)
            .max(only(self.present, other.present))
            .max(only(other.present, self.present))
    }
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

    proptest::proptest! {
        #[test]
        fn an_outline_never_promises_too_much(left in "[a-eA_~é]{0,9}", right in "[a-eA_~é]{0,9}") {
            let least = Outline::of(left.chars()).least_distance(Outline::of(right.chars()));
            proptest::prop_assert!(least <= strsim::osa_distance(&left, &right));
        }
    }
}
