use proptest::prelude::*;

use super::*;
use crate::run::ipvs::test_values::service_key;

fn ours(services: BTreeSet<ServiceKey>, roles: &[DaemonRole]) -> Owned {
    Owned { services, daemons: roles.iter().copied().collect() }
}

proptest! {
    #[test]
    fn what_is_remembered_is_recalled(keys in proptest::collection::btree_set(service_key(), 0..9)) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("ours");
        for roles in [&[][..], &[DaemonRole::Backup], &[DaemonRole::Backup, DaemonRole::Master]] {
            let owned = ours(keys.clone(), roles);
            remember(&file, &owned).unwrap();
            prop_assert_eq!(recall(&file), owned);
        }
    }
}

#[test]
fn the_files_of_a_directory_are_names_and_one_that_is_gone_has_none() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["10.0.0.29", "10.0.0.30:80"] {
        fs::write(folder.path().join(name), "").unwrap();
    }
    let wanted = ["10.0.0.29", "10.0.0.30:80"].map(str::to_owned);
    assert_eq!(names(folder.path()), BTreeSet::from(wanted));
    assert_eq!(names(&folder.path().join("none")), BTreeSet::new());
}

#[test]
fn damaged_memory_is_forgotten_line_by_line() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ours");
    assert_eq!(recall(&file), Owned::default());
    fs::write(&file, "tcp 10.0.0.31\nfwmark x\nfwmark 7 inet6\nsync x\n\u{0}\n").unwrap();
    let expected = ServiceKey::Mark { family: Family::V6, mark: 7 };
    assert_eq!(recall(&file), ours([expected].into(), &[]));
}
