//! `lvsha explain`.

use super::{Place, snapshot};

#[test]
fn explain_prints_the_page() {
    snapshot!(Place::new().run(&["explain", "LV0005"]));
}

#[test]
fn the_program_that_is_meant_is_named() {
    let said = |code, words| {
        let output = Place::new().command(&["explain", code]).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        assert_eq!(text.lines().nth(1), Some(words), "{text}");
    };
    said("LV0107", "The real program refuses such a file.");
    said("LV0701", "lvsha converts such a file.");
    said("LV0802", "lvsha refuses such a file.");
    said("LV0810", "lvsha accepts such a file.");
    said("LV0950", "The daemon does not start with it.");
    said("LV0959", "The daemon starts with it.");
    said("LV0980", "The daemon does not start with it.");
}

#[test]
fn names_are_as_good_as_numbers() {
    let place = Place::new();
    let by = |name| place.command(&["explain", name]).output().unwrap().stdout;
    assert_eq!(by("lv0005"), by("carriage-return"));
}

#[test]
fn the_list_has_every_code() {
    let output = Place::new().command(&["explain", "--list"]).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    for code in lvsha::source::Code::all() {
        assert!(text.lines().any(|line| line.starts_with(code.id())), "{code}");
    }
}

#[test]
fn explain_of_an_unknown_code_has_a_suggestion() {
    snapshot!(Place::new().run(&["explain", "carrage-return"]));
}

#[test]
fn explain_of_nonsense_names_the_list() {
    snapshot!(Place::new().run(&["explain", "nonsense"]));
}

#[test]
fn the_list_is_in_the_order_of_the_numbers() {
    let output = Place::new().command(&["explain", "--list"]).output().unwrap();
    let list = String::from_utf8(output.stdout).unwrap();
    let numbers: Vec<&str> = list.lines().filter_map(|line| line.split(' ').next()).collect();
    assert!(numbers.len() > 100 && numbers.is_sorted(), "{list}");
}

#[test]
fn the_keys_of_an_inventory_are_explained() {
    let told = Place::new().run(&["explain", "inventory"]);
    assert!(told.contains("exit code: 0"), "{told}");
    for words in
        ["[routers.NAME]", "virtual_router_id", "[[services]]", "quorum-up", "combined-http"]
    {
        assert!(told.contains(words), "{words}");
    }
}

#[test]
fn a_keyword_has_a_page_of_all_its_places() {
    snapshot!(Place::new().run(&["explain", "weight"]));
    snapshot!(Place::new().run(&["explain", "vrrp_sync_group", "vrrp_script/interval", "sha1"]));
}

#[test]
fn a_misspelt_keyword_has_a_suggestion() {
    snapshot!(Place::new().run(&["explain", "virtual_ipadress"]));
}

#[test]
fn every_keyword_has_a_page_with_its_meaning() {
    use lvsha::syntax::{Format, schema};
    let rows: Vec<_> =
        Format::ALL.into_iter().flat_map(schema::keywords).flat_map(|rows| rows.iter()).collect();
    let mut words: Vec<&str> = rows.iter().map(|row| row.word).collect();
    words.sort_unstable();
    words.dedup();
    let arguments: Vec<&str> = ["explain", "--"].into_iter().chain(words).collect();
    let output = Place::new().command(&arguments).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let told = String::from_utf8(output.stdout).unwrap();
    for row in rows {
        assert!(told.contains(row.meaning), "{} in `{}`", row.word, row.within);
    }
}

/// In its block first, then where it stands.
#[test]
fn a_misspelt_keyword_of_a_block_has_a_suggestion() {
    let said = |subject| {
        let output = Place::new().command(&["explain", subject]).output().unwrap();
        String::from_utf8(output.stderr).unwrap().lines().last().unwrap_or_default().to_owned()
    };
    let help = |word| format!("help: did you mean `lvsha explain {word}`?");
    assert_eq!(said("vrrp_instance/priorty"), help("vrrp_instance/priority"));
    assert_eq!(said("virtual_server/priority"), help("priority"));
    assert_eq!(said("nonsense/priorty"), help("priority"));
    assert!(said("vrrp_instance/nonsense").contains("explain --list"));
}
