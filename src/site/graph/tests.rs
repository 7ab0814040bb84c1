use std::path::Path;

use super::*;
use crate::site::{Secrets, load};
use crate::source::Sources;

fn lab() -> Picture {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("inventories/lab.toml");
    let (site, _) = load(&mut Sources::new(), &path, Secrets::Leave).unwrap();
    Picture::new(&site)
}

#[test]
fn everything_is_in_the_picture_once() {
    let svg = lab().svg();
    for word in ["clients", "10.0.0.31:80", ">lw1<", ">lw2<", ">lw3<", ">lw4<", "holds 10.0.0.31"] {
        assert_eq!(svg.matches(word).count(), 1, "{word}\n{svg}");
    }
}

#[test]
fn boxes_of_a_layer_do_not_overlap() {
    let svg = lab().svg();
    let number = |line: &str, name: &str| -> usize {
        let start = line.find(&format!("{name}=\"")).unwrap() + name.len() + 2;
        line[start..].split('"').next().unwrap().parse().unwrap()
    };
    let boxes: Vec<(usize, usize, usize)> = svg
        .lines()
        .filter(|line| line.starts_with("<rect class"))
        .map(|line| (number(line, " x"), number(line, " y"), number(line, "height")))
        .collect();
    assert_eq!(boxes.len(), 6);
    for (i, a) in boxes.iter().enumerate() {
        for b in boxes.iter().skip(i + 1).filter(|b| b.0 == a.0) {
            assert!(a.1 + a.2 <= b.1 || b.1 + b.2 <= a.1, "{a:?} {b:?}");
        }
    }
}

#[test]
fn the_other_forms_have_the_same_lines() {
    let picture = lab();
    let count = picture.lines.len();
    assert_eq!(picture.mermaid().matches(" n3_").count(), 4 + 2);
    assert_eq!(picture.dot().matches(" -> ").count(), count);
}
