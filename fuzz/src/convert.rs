//! Whole conversions.

use std::collections::HashMap;
use std::io;

use lvsha::emit::translate::{Options, to_heartbeat as back};
use lvsha::emit::{Conversion, NodeInput, Target, ToHeartbeat, report};
use lvsha::model::read::Input;
use lvsha::source::Sources;
use lvsha::syntax::{ConfigId, Format};

/// The files of heartbeat and ldirectord, divided by NUL bytes.
pub fn to_keepalived(data: &[u8]) {
    let mut sources = Sources::new();
    let mut parts = data.split(|byte| *byte == 0);
    let inputs: Vec<Input> = HEARTBEAT
        .into_iter()
        .map(|(format, rest)| {
            let text = parts.next().filter(|part| !part.is_empty()).unwrap_or(rest);
            Input { file: sources.add(format.file_name(), text), format }
        })
        .collect();
    let options = Options { target: Target::DEFAULT, addresses: HashMap::new() };
    let conversion = Conversion::heartbeat_to_keepalived(&mut sources, &inputs, options);
    report::human(&conversion.account, &sources);
    for node in conversion.nodes() {
        let written = conversion.write(node, &mut io::sink());
        assert!(written.is_ok());
    }
}

/// The files of two directors, divided by a NUL byte; without one, both have the same.
pub fn to_heartbeat(data: &[u8]) {
    let mut sources = Sources::new();
    let mut parts = data.split(|byte| *byte == 0);
    let first = parts.next().unwrap_or_default();
    let nodes = [("lw1", first), ("lw2", parts.next().unwrap_or(first))];
    let nodes = nodes.map(|(name, text)| {
        let file = sources.add(format!("{name}/keepalived.conf"), text);
        let inputs = vec![Input { file, format: Format::Keepalived }];
        let config_id = ConfigId::Node(name.to_owned());
        NodeInput { name: Some(name.to_owned()), inputs, config_id }
    });
    let options = back::Options { peers: Vec::new(), addresses: HashMap::new() };
    let Ok(conversion) = ToHeartbeat::new(&mut sources, &nodes, &options) else { return };
    report::human(&conversion.account, &sources);
    for node in conversion.nodes() {
        let files = conversion.files(node, "0123456789abcdef");
        assert!(files.is_ok(), "{files:?}");
    }
}

/// The formats, each with a text that lets a piece of another one get far.
const HEARTBEAT: [(Format, &[u8]); 4] = [
    (Format::HaCf, b"keepalive 1\nbcast eth0\nnode a b\n"),
    (Format::Haresources, b"a 10.0.0.1/24/eth0 ldirectord\n"),
    (Format::Ldirectord, b"virtual=10.0.0.1:80\n\treal=10.0.0.2:80 gate\n"),
    (Format::Authkeys, b"auth 1\n1 crc\n"),
];
