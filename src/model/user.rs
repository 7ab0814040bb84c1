//! What stands behind a command: the user and the group that run it, or what was meant as arguments.

/// Whether the words behind a command can be a user and a group.
pub(crate) fn is_user(words: &str) -> bool {
    let name = first_word(words);
    let name = name.strip_prefix(':').unwrap_or(name);
    name.starts_with(|c: char| c == '_' || c.is_ascii_alphanumeric())
        && name.chars().all(|c| matches!(c, '_' | '-' | '.' | '$') || c.is_ascii_alphanumeric())
        && !STATES.iter().any(|state| state.eq_ignore_ascii_case(name))
}

/// The first of some words, or what its quotes hold.
pub(crate) fn first_word(words: &str) -> &str {
    match words.strip_prefix('"') {
        Some(quoted) => quoted.split('"').next().unwrap_or_default(),
        None => words.split_whitespace().next().unwrap_or_default(),
    }
}

/// What scripts are told of a router; nobody is called so.
const STATES: &[&str] = &["backup", "fault", "master", "stop"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_no_users() {
        for user in ["root", "keepalived_script users", ":wheel", "1000", "\"nobody\"", "a-b.c$"] {
            assert!(is_user(user), "{user}");
        }
        for arguments in ["-c \"exit 0\"", "\"exit 0\"", "/usr/bin/x", "MASTER 10", "stop", ""] {
            assert!(!is_user(arguments), "{arguments}");
        }
    }
}
