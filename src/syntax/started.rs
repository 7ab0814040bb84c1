//! Which configurations of ldirectord a haresources starts, and where they are.

use std::path::{Path, PathBuf};

use super::Format;

/// Where heartbeat and ldirectord look for their files.
pub const DIRECTORY: &str = "/etc/ha.d/";

/// Names of the files that the resources in `haresources` give to ldirectord.
pub fn started(haresources: &str) -> impl Iterator<Item = &str> {
    let spoken = haresources.lines().filter_map(|line| line.split('#').next());
    spoken.flat_map(str::split_whitespace).filter_map(|word| {
        match word.strip_prefix("ldirectord::") {
            None if word == "ldirectord" => Some(Format::Ldirectord.file_name()),
            name => name.map(|name| name.strip_prefix(DIRECTORY).unwrap_or(name)),
        }
    })
}

/// Where ldirectord finds the configuration `name` when haresources is in `directory`: beside it,
/// else in `conf`. An absolute path is one of the director, whose files may be elsewhere here.
pub fn configuration(directory: &Path, name: &str) -> Option<PathBuf> {
    if Path::new(name).is_absolute() && directory != Path::new(DIRECTORY) {
        return None;
    }
    let places = [directory.join(name), directory.join("conf").join(name)];
    places.into_iter().find(|path| path.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_starts_nothing() {
        let text = "# lw1 ldirectord::old.cf\nlw1 10.0.0.31 ldirectord::/etc/ha.d/web.cf ldirectord # ldirectord::a.cf\n";
        assert_eq!(started(text).collect::<Vec<_>>(), ["web.cf", "ldirectord.cf"]);
    }
}
