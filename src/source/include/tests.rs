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
    let found = sources.include(main, "conf.d/*.conf", main, USUAL);
    let names: Vec<_> = found.files.iter().map(|id| sources.get(*id).base_name()).collect();
    assert_eq!(names, ["a.conf", "b.conf", "empty.conf"]);
    assert!(matches!(&found.refused[..], [refused] if refused.name.ends_with("folder.conf")));
    assert!(sources.parts(main).contains(&found.files[0]));

    // Loaded once, whoever includes it, and found from there without the folder.
    let again = sources.include(found.files[0], "b.conf", main, USUAL);
    assert_eq!(again.files, [found.files[1]]);
    let found = sources.include(main, "{none,conf.d/a}.conf", main, USUAL);
    assert_eq!((found.files.len(), found.missing.len(), found.has_braces), (1, 1, true));
    assert_eq!(sources.include(main, "none*.conf", main, USUAL).unmatched, ["none*.conf"]);
}

/// A path in a copy is one of the machine that will run it, never of the one that reads it.
#[test]
fn the_folder_of_a_copy_is_the_usual_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::create_dir_all(path("lw1/conf.d")).unwrap();
    for name in ["lw1/keepalived.conf", "lw1/conf.d/a.conf", "common.conf"] {
        fs::write(path(name), "include conf.d/*\ninclude ../common.conf\n").unwrap();
    }
    let folders = |mut sources: Sources| {
        let main = sources.load(&path("lw1/keepalived.conf")).unwrap();
        let inside = sources.include(main, "conf.d/a.conf", main, USUAL).files[0];
        let beside = sources.include(main, "../common.conf", main, USUAL).files[0];
        [main, inside, beside].map(|file| sources.folder(file, main))
    };
    let real = fs::canonicalize(folder.path()).unwrap().display().to_string();
    assert_eq!(
        folders(Sources::new()),
        ["/etc/keepalived", "/etc/keepalived/conf.d", real.as_str()]
    );
    assert_eq!(
        folders(Sources::in_place()),
        [format!("{real}/lw1"), format!("{real}/lw1/conf.d"), real]
    );
}

#[test]
fn absolute_names_are_not_looked_for_in_a_copy_where_there_is_none() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name);
    fs::write(file("keepalived.conf"), "include /nowhere/keepalived/a.conf\n").unwrap();
    fs::write(file("a.conf"), "x\n").unwrap();
    let found = |mut sources: Sources| {
        let main = sources.load(&file("keepalived.conf")).unwrap();
        let name = "/nowhere/keepalived/a.conf";
        sources.include(main, name, main, "/nowhere/keepalived").files.len()
    };
    assert_eq!((found(Sources::new()), found(Sources::in_place())), (1, 0));
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
    assert_eq!(sources.include(main, "a*.conf", main, USUAL).files.len(), 1);
}

#[test]
fn in_a_copy_absolute_names_are_those_of_the_copy() {
    let folder = tempfile::tempdir().unwrap();
    let usual = folder.path().join("etc/keepalived");
    let copy = folder.path().join("site/lw1");
    let other = folder.path().join("site/lw2");
    for folder in [&usual, &copy, &other] {
        fs::create_dir_all(folder.join("conf.d")).unwrap();
        fs::write(folder.join("keepalived.conf"), "x\n").unwrap();
    }
    fs::write(usual.join("conf.d/local.conf"), "x\n").unwrap();
    fs::write(copy.join("conf.d/a.conf"), "x\n").unwrap();
    fs::write(copy.join("b.conf"), "x\n").unwrap();
    let usual = usual.to_str().unwrap();
    let mut sources = Sources::new();
    let mut load = |folder: &Path| sources.load(&folder.join("keepalived.conf")).unwrap();
    let (original, copy, other) = (load(Path::new(usual)), load(&copy), load(&other));
    let pattern = format!("{usual}/conf.d/*.conf");
    let mut names = |from, root, pattern: &str| {
        let found = sources.include(from, pattern, root, usual);
        let names = found.files.iter().map(|id| sources.get(*id).base_name().to_owned());
        names.collect::<Vec<String>>()
    };
    assert_eq!(names(original, original, &pattern), ["local.conf"]);
    assert_eq!(names(copy, copy, &pattern), ["a.conf"]);
    // A draft on the director itself: the parts are where they are.
    assert_eq!(names(other, other, &pattern), ["local.conf"]);
    // An included file has the same root.
    let part = sources.include(copy, &pattern, copy, usual).files[0];
    let found = sources.include(part, &format!("{usual}/b.conf"), copy, usual);
    assert_eq!(found.files.len(), 1);
    sources.set_copy(other);
    assert_eq!(sources.include(other, &pattern, other, usual).unmatched, [pattern]);
}

const USUAL: &str = "/etc/keepalived";
