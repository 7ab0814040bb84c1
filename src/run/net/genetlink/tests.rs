//! Against the real kernel: `nlctrl` and families that every Linux has; no privilege is needed.

use super::*;

const LIMIT: Duration = Duration::from_secs(5);

#[test]
fn a_family_is_found_by_name() {
    let connection = Connection::open("nlctrl", LIMIT).unwrap();
    // GENL_ID_CTRL is the one number that is fixed.
    assert_eq!(connection.family(), 0x10);
}

#[test]
fn a_family_that_does_not_exist_is_named() {
    let error = Connection::open("lvsha_none", LIMIT).unwrap_err();
    assert!(matches!(&error, Error::NoFamily(name) if name == "lvsha_none"), "{error}");
}

#[test]
fn a_dump_is_read_to_its_end() {
    let mut connection = Connection::open("nlctrl", LIMIT).unwrap();
    let sequence = connection.next_sequence();
    let header = Header {
        family: connection.family(),
        command: CtrlCmd::Getfamily,
        version: CONTROL_VERSION,
        flags: NlmF::DUMP,
        sequence,
    };
    let mut datagram = Vec::new();
    append(&mut datagram, header, |_| {}).unwrap();
    let mut names = Vec::new();
    connection
        .ask(sequence, &datagram, |_, attributes| {
            for attribute in attributes {
                let attribute = attribute?;
                if attribute.kind == u16::from(CtrlAttr::FamilyName) {
                    names.push(attribute.text()?.to_owned());
                }
            }
            Ok::<(), Error>(())
        })
        .unwrap();
    assert!(names.iter().any(|name| name == "nlctrl"), "{names:?}");
    // A second question on the same socket: nothing of the first is left over.
    assert!(connection.resolve("nlctrl").is_ok());
}

#[test]
fn a_text_that_fits_no_attribute_is_refused() {
    let long = "x".repeat(70_000);
    let header = Header {
        family: 0x10,
        command: CtrlCmd::Getfamily,
        version: CONTROL_VERSION,
        flags: NlmF::ACK,
        sequence: 1,
    };
    let mut datagram = vec![1, 2, 3, 4];
    let refused = append(&mut datagram, header, |request| {
        request.nest(CtrlAttr::Ops, |inner| inner.put_text(CtrlAttr::FamilyName, &long));
        request.put_u16(CtrlAttr::FamilyId, 7);
    });
    assert!(matches!(refused, Err(Error::Encode(_))));
    assert_eq!(datagram, [1, 2, 3, 4], "what stood there before stands there alone");
}
