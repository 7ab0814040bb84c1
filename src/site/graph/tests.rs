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

/// The picture of an inventory with this text.
fn drawn(text: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("site.toml");
    std::fs::write(&path, text).unwrap();
    let (site, _) = load(&mut Sources::new(), &path, Secrets::Leave).unwrap();
    Picture::new(&site).mermaid()
}

#[test]
fn the_ways_of_forwarding_are_those_of_the_servers() {
    let shown = drawn(
        "stack = \"keepalived\"\n[directors.lw1]\naddress = \"10.0.0.27\"\n\
         [real_servers]\na = { address = \"10.0.0.29\" }\nb = { address = \"10.0.0.30\" }\n\
         [[services]]\naddress = \"10.0.0.31:80\"\n\
         servers = [{ server = \"a\", method = \"dr\" }, { server = \"b\", method = \"tun\" }]\n",
    );
    assert!(shown.contains("wlc, direct routing and tunnelling"), "{shown}");
}

/// With heartbeat no rank is written, and with nopreempt nobody begins as master.
#[test]
fn somebody_holds_the_addresses_on_every_stack() {
    for (stack, preempt) in [("heartbeat", "true"), ("keepalived", "true"), ("keepalived", "false")]
    {
        let shown = drawn(&format!(
            "stack = \"{stack}\"\n[directors.lw1]\naddress = \"10.0.0.27\"\n\
             interface = \"eth1\"\n[directors.lw2]\naddress = \"10.0.0.28\"\ninterface = \"eth1\"\n\
             [routers.web]\nvirtual_router_id = 7\naddresses = [\"10.0.0.31\"]\npreempt = {preempt}\n"
        ));
        let holds = shown.matches("holds 10.0.0.31").count();
        let lw1 = shown.lines().find(|line| line.contains("lw1")).unwrap();
        assert!(holds == 1 && lw1.contains("web master"), "{stack}, {preempt}:\n{shown}");
    }
}

/// Each of two directors is the first for one address, and the second for the other.
#[test]
fn a_service_leads_to_the_director_that_holds_its_address() {
    let shown = drawn(
        "[directors.lw1]\naddress = \"10.0.0.27\"\n[directors.lw2]\naddress = \"10.0.0.28\"\n\
         [real_servers]\na = { address = \"10.0.0.29\" }\n\
         [routers.A]\nvirtual_router_id = 7\ninterface = \"eth1\"\naddresses = [\"10.0.0.31/24\"]\n\
         members = { lw1 = { priority = 150 }, lw2 = { priority = 100 } }\n\
         [routers.B]\nvirtual_router_id = 8\ninterface = \"eth1\"\naddresses = [\"10.0.0.32/24\"]\n\
         members = { lw2 = { priority = 150 }, lw1 = { priority = 100 } }\n\
         [[services]]\naddress = \"10.0.0.32:80\"\nservers = [\"a:80\"]\nprobe = \"tcp\"\n\
         [[services]]\naddress = \"fwmark 7\"\nservers = [\"a:80\"]\nprobe = \"tcp\"\n",
    );
    for line in ["n1_0 -.-> n2_0", "n1_0 --> n2_1", "n2_0 -.-> n3_0", "n2_1 --> n3_0"] {
        assert!(shown.contains(&format!("    {line}\n")), "{line}\n{shown}");
    }
    // Whose address a mark has is not known.
    for line in ["n1_1 --> n2_0", "n1_1 --> n2_1"] {
        assert!(shown.contains(&format!("    {line}\n")), "{line}\n{shown}");
    }
}
