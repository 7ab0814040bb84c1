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
