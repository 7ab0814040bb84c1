use super::*;

#[test]
fn living_servers_are_counted_in_the_kernels_own_words() {
    let table: Vec<String> = "IP Virtual Server version 1.2.1 (size=4096)\n\
        Prot LocalAddress:Port Scheduler Flags\n  -> RemoteAddress:Port Forward Weight\n\
        TCP  0A00001F:0050 rr\n  -> 0A00001D:0050      Route   1      0          0\n  \
        -> 0A00001E:0050      Route   0      0          0\nTCP  0A00001F:01BB rr\n"
        .lines()
        .map(str::to_owned)
        .collect();
    let address = "10.0.0.31".parse().unwrap();
    assert_eq!(living_servers(&table, address, 80), Some(1));
    assert_eq!(living_servers(&table, address, 443), Some(0));
    assert_eq!(living_servers(&table, address, 8080), None);
}

#[test]
fn a_director_that_was_not_asked_may_hold_the_address() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("inventories/lab.toml");
    let mut sources = crate::source::Sources::new();
    let (site, _) = crate::site::load(&mut sources, &path, crate::site::Secrets::Leave).unwrap();
    let machine = Machine {
        name: "lw2".to_owned(),
        role: Role::Director,
        files: Vec::new(),
        packages: Vec::new(),
        units: Vec::new(),
    };
    let judge = |asked: &[(&str, Found)]| {
        let own = |(name, found): &(&str, Found)| ((*name).to_owned(), found.clone());
        let found = asked.iter().map(own).collect();
        gate(&GateReport { cluster: &site.cluster, machine: &machine, found: &found })
    };
    let holder = Found {
        addresses: ["10.0.0.31".parse().unwrap()].into_iter().collect(),
        ..Found::default()
    };
    let idle = Found::default;
    assert_eq!(judge(&[("lw2", idle())]), Ok(()), "lw1 may be the holder");
    assert_eq!(judge(&[("lw1", holder.clone()), ("lw2", idle())]), Ok(()));
    assert_eq!(judge(&[("lw1", idle()), ("lw2", idle())]), Err("nobody holds 10.0.0.31".into()));
    let both = judge(&[("lw1", holder.clone()), ("lw2", holder)]);
    assert_eq!(both, Err("lw1 and lw2 both hold 10.0.0.31".into()));
}
