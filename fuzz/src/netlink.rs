//! What the kernel says: datagrams of rtnetlink, and generic netlink with IPVS's objects in them.

use lvsha::model::Family;
use lvsha::run::ipvs::wire;
use lvsha::run::net::genetlink::messages::{Attributes, Content, Frames};
use lvsha::run::net::netlink::Event;

pub fn run(datagram: &[u8]) {
    let _ = Event::read(datagram);
    let mut taken = 0;
    for frame in Frames::new(datagram) {
        // Whatever the lengths say, each message takes at least its header.
        taken += 16;
        let Ok(frame) = frame else { break };
        assert!(taken <= datagram.len());
        if let Content::Reply { attributes, .. } = frame.content {
            objects(attributes);
        }
    }
    // The headers are seldom right by chance: the bytes as an object, too.
    objects(datagram);
}

fn objects(bytes: &[u8]) {
    let attributes = || Attributes::new(bytes);
    let _ = wire::service(attributes());
    for family in [Family::V4, Family::V6] {
        let _ = wire::destination(attributes(), family);
    }
    let _ = wire::daemon(attributes());
    let _ = wire::timeouts(attributes());
}
