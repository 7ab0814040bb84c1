use super::*;

fn entry(generation: u32, state: &str, run: &str) -> Entry {
    let [who, what, when] = ["ada@desk", "deploy", "-"].map(str::to_owned);
    Entry { generation, when, state: state.to_owned(), who, run: run.to_owned(), what }
}

#[test]
fn the_last_deployment_is_taken_back_where_it_was_made() {
    let director = vec![
        entry(1, "confirmed", "100 a"),
        entry(2, "rolled-back", "200 a"),
        entry(3, "current", "300 a"),
    ];
    let real_server = vec![entry(1, "current", "100 a")];
    let histories = [real_server.clone(), director.clone()];
    let run = last_run(&histories);
    assert_eq!(run, Some("300 a"));
    assert_eq!(target(&director, run, None), Some(1));
    assert_eq!(target(&real_server, run, None), Some(1), "untouched by it, it stays as it is");
    assert_eq!(target(&director, run, Some(2)), Some(2));
    assert_eq!(target(&real_server, run, Some(2)), None);
}

#[test]
fn before_the_first_deployment_there_is_nothing() {
    let first = vec![entry(1, "current", "100 a")];
    assert_eq!(target(&first, last_run(std::slice::from_ref(&first)), None), None);
    assert_eq!(target(&[], last_run(&[]), None), None);
}
