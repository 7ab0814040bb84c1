use super::*;
use crate::model::{Broadcast, Digest, VirtualAddress};

#[test]
fn addresses_reach_their_script_in_one_piece() {
    let mut four = VirtualAddress::new([10, 0, 0, 31].into());
    assert_eq!(address(&four), "10.0.0.31");
    four.interface = Some("eth0".to_owned());
    assert_eq!(
        address(&four),
        "10.0.0.31/32/eth0",
        "an interface in the place of the mask is a mask"
    );
    four.label = Some("eth0:1".to_owned());
    assert_eq!(address(&four), "10.0.0.31/32/eth0:1");
    four.label = None;
    four.prefix = Some(24);
    assert_eq!(address(&four), "10.0.0.31/24/eth0");
    four.label = Some("eth0:1".to_owned());
    four.broadcast = Some(Broadcast::Address([10, 0, 0, 255].into()));
    assert_eq!(address(&four), "10.0.0.31/24/eth0:1/10.0.0.255");
    let mut six = VirtualAddress::new("2001:db8::1".parse().expect("an address"));
    six.prefix = Some(64);
    assert_eq!(address(&six), "2001:db8:0:0:0:0:0:1/64", "heartbeat splits at every `::`");
}

#[test]
fn keys_of_vrrp_have_no_line() {
    let at = crate::source::Sources::new().add("authkeys", b"").at(crate::source::Span::new(0, 0));
    let key = |digest| crate::model::Key { number: 1, digest, secret: "x".to_owned(), at };
    let keys = [Digest::Password, Digest::Header, Digest::HmacSha256, Digest::Sha1].map(key).into();
    let authentication = Some(crate::model::Authentication { keys, ..Default::default() });
    let cluster = Cluster { authentication, ..Cluster::default() };
    assert_eq!(authkeys(&View { cluster: &cluster, origin: None, header: &[] }), "1 sha1 x\n");
}
