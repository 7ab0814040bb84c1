//! Users and groups of this machine, as configurations name them.

use std::fs;

/// Nobody of this name is here.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Unknown {
    #[error("group `{0}` does not exist")]
    Group(String),
    #[error("user `{0}` does not exist")]
    User(String),
}

/// User and group number of `USER`, `USER GROUP` or `USER:GROUP`, each a name or a number. Without a group it is the
/// user's own.
///
/// # Errors
/// When one of them does not exist. A number needs no entry, but then a user has the group of the same number.
pub(super) fn identity(said: &str) -> Result<(u32, u32), Unknown> {
    let read = |path| fs::read_to_string(path).unwrap_or_default();
    find(said, &read("/etc/passwd"), || read("/etc/group"))
}

/// Whom scripts run as that name nobody: keepalived's account where there is one. Otherwise it is the daemon's own.
pub(super) fn default_identity() -> Option<(u32, u32)> {
    identity(DEFAULT_USER).ok()
}

fn find(said: &str, passwd: &str, groups: impl FnOnce() -> String) -> Result<(u32, u32), Unknown> {
    let mut words = said.split([' ', '\t', ':']).filter(|word| !word.is_empty());
    let name = words.next().unwrap_or_default();
    let known = entry(passwd, name, 0).or_else(|| entry(passwd, name, 2));
    // passwd(5): name, password, user, group; group(5): name, password, group.
    let (user, own) = known
        .and_then(|line| Some((number(line, 2)?, number(line, 3)?)))
        .or_else(|| name.parse().ok().map(|number| (number, number)))
        .ok_or_else(|| Unknown::User(name.to_owned()))?;
    let Some(name) = words.next() else { return Ok((user, own)) };
    let group = entry(&groups(), name, 0).and_then(|line| number(line, 2));
    let group = group.or_else(|| name.parse().ok());
    group.map(|group| (user, group)).ok_or_else(|| Unknown::Group(name.to_owned()))
}

/// The line whose field has this value.
fn entry<'t>(file: &'t str, value: &str, field: usize) -> Option<&'t str> {
    file.lines().find(|line| line.split(':').nth(field) == Some(value))
}

fn number(line: &str, field: usize) -> Option<u32> {
    line.split(':').nth(field)?.parse().ok()
}

/// What keepalived looks for.
const DEFAULT_USER: &str = "keepalived_script";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_and_groups_go_by_name_or_number() {
        const PASSWD: &str = "root:x:0:0:root:/root:/bin/sh\nha:x:90:91::/:/bin/false\n";
        const GROUPS: &str = "root:x:0:\nwheel:x:10:ha\n";
        let unknown_user = |name: &str| Err(Unknown::User(name.to_owned()));
        for (said, wanted) in [
            ("ha", Ok((90, 91))),
            ("90", Ok((90, 91))),
            ("ha wheel", Ok((90, 10))),
            ("ha:wheel", Ok((90, 10))),
            ("ha : wheel", Ok((90, 10))),
            ("ha 12", Ok((90, 12))),
            ("990", Ok((990, 990))),
            ("0", Ok((0, 0))),
            ("h", unknown_user("h")),
            ("", unknown_user("")),
            ("-1", unknown_user("-1")),
            ("ha nobody", Err(Unknown::Group("nobody".to_owned()))),
        ] {
            assert_eq!(find(said, PASSWD, || GROUPS.to_owned()), wanted, "{said}");
        }
    }
}
