//! What stands behind a command: the user and the group that run it, or what was meant as arguments.

/// Whether the words behind a command can be a user and a group; a third one would be an argument.
pub(crate) fn is_user(words: &str) -> bool {
    // Quotes that a word has kept stand around blanks, unless they are around all there is.
    let bare = words.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    let words = bare.filter(|name| is_name(name)).unwrap_or(words);
    let mut names = words.split_whitespace();
    let (user, group) = (names.next(), names.next());
    user.is_some_and(is_name) && group.is_none_or(is_name) && names.next().is_none()
}

/// Whether a user or a group may be called so: 2.2.7 looks up names, and numbers are none (tried). A
/// colon in front of a group came later.
pub(crate) fn is_name(word: &str) -> bool {
    let name = word.strip_prefix(':').unwrap_or(word);
    name.starts_with(|c: char| c == '_' || c.is_ascii_alphanumeric())
        && name.chars().all(|c| matches!(c, '_' | '-' | '.' | '$') || c.is_ascii_alphanumeric())
        // Without a letter it is a port, an address or an amount.
        && name.contains(|c: char| c == '_' || c.is_ascii_alphabetic())
        && !STATES.iter().any(|state| state.eq_ignore_ascii_case(name))
}

/// The first of some words, or what its quotes hold.
pub(crate) fn first_word(words: &str) -> &str {
    match words.strip_prefix('"') {
        Some(quoted) => quoted.split('"').next().unwrap_or_default(),
        None => words.split_whitespace().next().unwrap_or_default(),
    }
}

/// What scripts are told of a router or a server; nobody is called so.
const STATES: &[&str] = &["backup", "down", "fault", "master", "stop", "up"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_no_users() {
        for user in
            ["root", "keepalived_script users", ":wheel", "root :wheel", "\"nobody\"", "a-b.c$"]
        {
            assert!(is_user(user), "{user}");
        }
        for arguments in [
            "-c \"exit 0\"",
            "\"exit now\"",
            "/usr/bin/x",
            "MASTER 10",
            "stop",
            "",
            "10.0.0.11",
            "10.0.0.11 80",
            "fd00::11",
            "1000 1000",
            "web up",
            "web one two",
        ] {
            assert!(!is_user(arguments), "{arguments}");
        }
    }
}
