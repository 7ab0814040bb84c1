use std::os::unix::fs::PermissionsExt as _;

use super::*;

fn stage(root: &Path, files: &[(&str, &str)]) -> OutputDirectory {
    let mut output = OutputDirectory::new(root);
    for (name, text) in files {
        output.stage(Path::new(name), 0o600, |out| out.write_all(text.as_bytes())).unwrap();
    }
    output
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name());
    let mut names: Vec<_> = entries.map(|name| name.to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn files_appear_together_with_their_mode() {
    let root = tempfile::tempdir().unwrap();
    let written = stage(root.path(), &[("a/one", "1"), ("a/two", "2")]).commit(false).unwrap();
    assert_eq!(written, Written { changed: 2, unchanged: 0 });
    assert_eq!(names(&root.path().join("a")), ["one", "two"]);
    let mode = fs::metadata(root.path().join("a/one")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn a_changed_file_stops_everything_and_nothing_is_left_behind() {
    let root = tempfile::tempdir().unwrap();
    fs::write(root.path().join("two"), "edited by hand").unwrap();
    let error = stage(root.path(), &[("one", "1"), ("two", "2")]).commit(false).unwrap_err();
    assert!(matches!(error, OutputError::InTheWay(path, 0) if path.ends_with("two")));
    assert_eq!(names(root.path()), ["two"]);
    assert_eq!(fs::read_to_string(root.path().join("two")).unwrap(), "edited by hand");
}

#[test]
fn files_in_the_way_are_counted() {
    let error = |others| OutputError::InTheWay("one".into(), others).to_string();
    assert_eq!(error(0), "`one` has other content");
    assert_eq!(error(1), "`one` has other content, and 1 more file");
    assert_eq!(error(2), "`one` has other content, and 2 more files");
}

#[test]
fn force_overwrites_and_equal_files_are_left_alone() {
    let root = tempfile::tempdir().unwrap();
    stage(root.path(), &[("one", "1")]).commit(false).unwrap();
    fs::write(root.path().join("two"), "edited by hand").unwrap();
    let written = stage(root.path(), &[("one", "1"), ("two", "2")]).commit(true).unwrap();
    assert_eq!(written, Written { changed: 1, unchanged: 1 });
    assert_eq!(fs::read_to_string(root.path().join("two")).unwrap(), "2");
    assert_eq!(names(root.path()), ["one", "two"]);
}

#[test]
fn a_failed_writer_leaves_nothing() {
    let root = tempfile::tempdir().unwrap();
    let mut output = OutputDirectory::new(root.path());
    let fails = |_: &mut dyn Write| Err(io::Error::other("disk full"));
    assert!(output.stage(Path::new("one"), 0o600, fails).is_err());
    drop(output);
    assert!(names(root.path()).is_empty());
}

#[test]
fn a_replaced_file_keeps_its_mode_and_stays_a_link() {
    let root = tempfile::tempdir().unwrap();
    let (file, link) = (root.path().join("file"), root.path().join("link"));
    fs::write(&file, "old").unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
    std::os::unix::fs::symlink(&file, &link).unwrap();
    replace(&link, b"old", b"new").unwrap();
    assert_eq!(fs::read_to_string(&file).unwrap(), "new");
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o640);
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert!(matches!(replace(&file, b"old", b"other"), Err(OutputError::Changed(_))));
    assert_eq!(names(root.path()), ["file", "link"]);
}

#[test]
fn a_failed_rename_leaves_nothing_beside_the_files_and_says_how_many_were_written() {
    let root = tempfile::tempdir().unwrap();
    let output = stage(root.path(), &[("one", "1"), ("two", "2"), ("three", "3")]);
    // No file can take the place of a directory.
    fs::create_dir(root.path().join("two")).unwrap();
    let error = output.commit(false).unwrap_err();
    assert!(matches!(&error, OutputError::Partly(path, _, 1) if path.ends_with("two")));
    assert!(error.to_string().ends_with("; 1 file was written before"), "{error}");
    assert_eq!(names(root.path()), ["one", "two"]);
}

#[test]
fn a_rename_that_fails_first_has_written_nothing() {
    let root = tempfile::tempdir().unwrap();
    let output = stage(root.path(), &[("one", "1"), ("two", "2")]);
    fs::create_dir(root.path().join("one")).unwrap();
    let problem = Problem::from(output.commit(false).unwrap_err());
    assert!(problem.to_string().ends_with("; nothing was written"), "{problem}");
    assert_eq!(names(root.path()), ["one"]);
}

#[test]
fn a_replaced_file_keeps_its_owner_and_group() {
    let root = tempfile::tempdir().unwrap();
    let file = root.path().join("file");
    fs::write(&file, "old").unwrap();
    // Only root can give the file to somebody else first.
    if chown(&file, Some(12_345), Some(54_321)).is_err() {
        return;
    }
    fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
    let mut output = OutputDirectory::new(Path::new(""));
    output.stage_replacement(&file, b"old", b"new").unwrap();
    output.commit(true).unwrap();
    let meta = fs::metadata(&file).unwrap();
    assert_eq!((meta.uid(), meta.gid(), meta.mode() & 0o777), (12_345, 54_321, 0o640));
}
