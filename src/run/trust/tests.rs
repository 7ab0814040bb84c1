use std::os::unix::fs::{PermissionsExt as _, lchown, symlink};

use super::*;

/// A folder with a script in it that nobody but its owner can change.
fn folder() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("script");
    fs::write(&script, "#!/bin/sh\n").unwrap();
    mode(&script, 0o755);
    // Behind links, should the folder for temporary files be one.
    let script = fs::canonicalize(script).unwrap();
    (folder, script)
}

fn mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

/// Elsewhere everything belongs to whoever runs the test.
fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

#[test]
fn what_others_can_write_is_found() {
    let (folder, script) = folder();
    if is_root() {
        assert_eq!(way_to(&script).unwrap(), Way::Root(script.clone()));
    }
    mode(&script, 0o757);
    assert!(matches!(way_to(&script).unwrap(), Way::Others(_)));
    assert!(way_to(&folder.path().join("nothing")).is_err());
}

#[test]
fn a_word_without_a_slash_is_looked_for_in_the_search_path() {
    let shell = find(Path::new("sh")).unwrap();
    assert!(shell.is_absolute() && shell.ends_with("sh") && shell.exists(), "{shell:?}");
    assert_eq!(find(Path::new("bin/sh")).unwrap(), Path::new("/bin/sh"));
    assert_eq!(find(Path::new("no-such-program")).unwrap_err().kind(), io::ErrorKind::NotFound);
    // The folders of the system are root's wherever tests are run.
    assert_eq!(way_to(Path::new("sh")).unwrap(), Way::Root(fs::canonicalize(shell).unwrap()));
}

#[test]
fn rights_are_those_of_the_first_class_that_fits() {
    let (_folder, script) = folder();
    // Mode, user, group, whether it may be executed; the file belongs to whoever runs the test.
    let own = fs::metadata(&script).unwrap();
    let (user, group) = (own.uid(), own.gid());
    let rows = [
        (0o644, 0, 0, false),
        (0o701, NOBODY, NOBODY, true),
        (0o700, NOBODY, NOBODY, false),
        (0o701, NOBODY, group, false),
        (0o710, NOBODY, group, true),
        (0o100, user, group, true),
        (0o001, 0, 0, true),
    ];
    for (bits, user, group, expected) in rows {
        mode(&script, bits);
        let file = fs::metadata(&script).unwrap();
        assert_eq!(may_execute(&file, (user, group)), expected, "{bits:o} {user} {group}");
    }
}

#[test]
fn a_link_leads_to_what_is_run() {
    let (folder, script) = folder();
    let link = folder.path().join("link");
    symlink("./../../../../../../../bin/../bin/sh", &link).unwrap();
    let chain = folder.path().join("chain");
    symlink("link", &chain).unwrap();
    let round = folder.path().join("round");
    symlink("round", &round).unwrap();
    if !is_root() {
        return;
    }
    let shell = Way::Root(fs::canonicalize("/bin/sh").unwrap());
    assert_eq!(way_to(&chain).unwrap(), shell);
    // Scripts are run in the root folder.
    assert_eq!(way_to(Path::new("bin/sh")).unwrap(), shell);
    assert_eq!(way_to(&round).unwrap_err().raw_os_error(), Some(libc::ELOOP));
    // What others can do to the target counts as before.
    symlink(&script, folder.path().join("other")).unwrap();
    mode(&script, 0o775);
    assert_eq!(way_to(&folder.path().join("other")).unwrap(), Way::Others(script));
}

#[test]
fn a_link_that_others_could_replace_leads_nowhere() {
    let (folder, script) = folder();
    if !is_root() {
        return;
    }
    let folder = fs::canonicalize(folder.path()).unwrap();
    // In the folder of another user, although the link belongs to root.
    let open = folder.join("open");
    fs::create_dir(&open).unwrap();
    symlink(&script, open.join("link")).unwrap();
    lchown(&open, Some(NOBODY), None).unwrap();
    assert_eq!(way_to(&open.join("link")).unwrap(), Way::Others(open.clone()));
    // Also behind another link.
    symlink(open.join("link"), folder.join("first")).unwrap();
    assert_eq!(way_to(&folder.join("first")).unwrap(), Way::Others(open));
    // With the sticky bit everybody can replace his own link, and nobody root's.
    let sticky = folder.join("sticky");
    fs::create_dir(&sticky).unwrap();
    mode(&sticky, 0o1777);
    let link = sticky.join("link");
    symlink(&script, &link).unwrap();
    assert_eq!(way_to(&link).unwrap(), Way::Root(script));
    lchown(&link, Some(NOBODY), None).unwrap();
    assert_eq!(way_to(&link).unwrap(), Way::Others(link));
}

const NOBODY: u32 = 65_534;
