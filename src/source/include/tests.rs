use std::fs;

use super::{alternatives, plain};
use crate::source::Sources;
use std::path::Path;

#[test]
fn braces_multiply_from_the_left() {
    assert_eq!(alternatives("a{b,c}d{e,f}"), ["abde", "abdf", "acde", "acdf"]);
    assert_eq!(alternatives("{a,{b,c}}.conf"), ["a.conf", "b.conf", "c.conf"]);
    assert_eq!(alternatives("{a,}b"), ["ab", "b"]);
    assert_eq!(alternatives("a{b"), ["a{b"]);
    assert_eq!(alternatives("plain"), ["plain"]);
    assert!(alternatives(&"{a,b}".repeat(64)).len() < 2 * super::MOST_ALTERNATIVES);
}

#[test]
fn names_in_memory_are_compared_without_detours() {
    assert_eq!(plain(Path::new("a/./b/../c")), "a/c");
    assert_eq!(plain(Path::new("/etc/x")), "/etc/x");
}

#[test]
fn files_come_from_the_folder_of_the_file_that_includes_them() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::create_dir_all(path("conf.d/folder.conf")).unwrap();
    for name in ["keepalived.conf", "conf.d/b.conf", "conf.d/a.conf", "conf.d/.hidden.conf"] {
        fs::write(path(name), "global_defs {\n}\n").unwrap();
    }
    fs::write(path("conf.d/empty.conf"), "").unwrap();
    let mut sources = Sources::new();
    let main = sources.load(&path("keepalived.conf")).unwrap();
    let found = sources.include(main, "conf.d/*.conf");
    let names: Vec<_> = found.files.iter().map(|id| sources.get(*id).base_name()).collect();
    assert_eq!(names, ["a.conf", "b.conf", "empty.conf"]);
    assert!(matches!(&found.refused[..], [refused] if refused.name.ends_with("folder.conf")));
    assert!(sources.parts(main).contains(&found.files[0]));

    // Loaded once, whoever includes it, and found from there without the folder.
    let again = sources.include(found.files[0], "b.conf");
    assert_eq!(again.files, [found.files[1]]);
    let found = sources.include(main, "{none,conf.d/a}.conf");
    assert_eq!((found.files.len(), found.missing.len(), found.has_braces), (1, 1, true));
    assert_eq!(sources.include(main, "none*.conf").unmatched, ["none*.conf"]);
    assert_eq!(sources.folder(main), fs::canonicalize(folder.path()).unwrap().to_string_lossy());
}

#[test]
fn a_pattern_is_not_read_from_the_name_of_its_folder() {
    let folder = tempfile::tempdir().unwrap();
    let odd = folder.path().join("node[1]");
    fs::create_dir_all(&odd).unwrap();
    for name in ["keepalived.conf", "a.conf"] {
        fs::write(odd.join(name), "x\n").unwrap();
    }
    let mut sources = Sources::new();
    let main = sources.load(&odd.join("keepalived.conf")).unwrap();
    assert_eq!(sources.include(main, "a*.conf").files.len(), 1);
}
