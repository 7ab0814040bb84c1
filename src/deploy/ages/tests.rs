use proptest::prelude::*;

use super::*;

/// A message about an address, as a machine of this order writes it.
fn message(big: bool, family: u8, local: &[u8], created: u32) -> Vec<u8> {
    let half = |number: u16| if big { number.to_be_bytes() } else { number.to_le_bytes() };
    let word = |number: u32| if big { number.to_be_bytes() } else { number.to_le_bytes() };
    let attribute = |kind: u16, value: &[u8]| {
        let mut bytes = [half(4 + value.len() as u16), half(kind)].concat();
        bytes.extend(value);
        bytes.resize(aligned(bytes.len()), 0);
        bytes
    };
    let mut body = vec![family, 24, 0, 0];
    body.extend(word(2));
    body.extend(attribute(3, b"eth1:0\0"));
    body.extend(attribute(IFA_LOCAL, local));
    let cache = [u32::MAX, u32::MAX, created, created].map(word).concat();
    body.extend(attribute(IFA_CACHEINFO, &cache));
    let mut bytes = word((HEADER + body.len()) as u32).to_vec();
    bytes.extend([half(RTM_NEWADDR), half(2)].concat());
    bytes.extend([word(7), word(8)].concat());
    bytes.extend(body);
    bytes
}

fn dump(big: bool, messages: &[Vec<u8>]) -> Vec<u8> {
    let magic = if big { MAGIC.to_be_bytes() } else { MAGIC.to_le_bytes() };
    [magic.to_vec(), messages.concat()].concat()
}

#[test]
fn addresses_have_the_age_that_the_kernel_knows_whatever_its_order_of_bytes() {
    for big in [false, true] {
        let four = message(big, AF_INET, &[10, 0, 0, 31], 4_000);
        let six = message(big, AF_INET6, &[0xfd; 16], 9_990);
        let found = ages(&dump(big, &[four, six]), Duration::from_secs(100));
        let wanted = [("10.0.0.31", 60_000), ("fdfd:fdfd:fdfd:fdfd:fdfd:fdfd:fdfd:fdfd", 100)];
        let wanted = wanted
            .map(|(address, age)| (address.parse::<IpAddr>().unwrap(), Duration::from_millis(age)));
        assert_eq!(found, BTreeMap::from(wanted));
    }
}

#[test]
fn a_counter_that_began_anew_is_understood_and_a_clock_of_ones_own_is_not() {
    let old = dump(false, &[message(false, AF_INET, &[10, 0, 0, 31], u32::MAX - 99)]);
    // 497 days, 2 hours and 28 minutes are 2^32 hundredths of a second.
    let uptime = Duration::from_millis((u64::from(u32::MAX) + 1 + 200) * 10);
    assert_eq!(ages(&old, uptime).into_values().next(), Some(Duration::from_secs(3)));
    let young = dump(false, &[message(false, AF_INET, &[10, 0, 0, 31], 500)]);
    assert!(ages(&young, Duration::from_secs(3)).is_empty(), "the container is up for 3 s");
}

proptest! {
    #[test]
    fn no_bytes_are_too_odd(
        bytes in proptest::collection::vec(any::<u8>(), 0..200),
        cut in 0_usize..80,
    ) {
        let whole = dump(false, &[message(false, AF_INET, &[10, 0, 0, 31], 1), bytes]);
        ages(&whole, Duration::from_secs(9));
        ages(&whole[..cut.min(whole.len())], Duration::from_secs(9));
    }
}
