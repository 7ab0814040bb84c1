//! A whole conversion: the three files of heartbeat and ldirectord's, divided by NUL bytes.
#![no_main]

use std::collections::HashMap;

use libfuzzer_sys::fuzz_target;
use lvsha::emit::translate::Options;
use lvsha::emit::{Conversion, Target, report};
use lvsha::model::read::Input;
use lvsha::source::Sources;
use lvsha::syntax::Format;

const FORMATS: [Format; 4] =
    [Format::HaCf, Format::Haresources, Format::Ldirectord, Format::Authkeys];

fuzz_target!(|data: &[u8]| {
    let mut sources = Sources::new();
    // A complete rest, so that a piece of one file is enough to get far.
    let rest: [&[u8]; 4] = [
        b"keepalive 1\nbcast eth0\nnode a b\n",
        b"a 10.0.0.1/24/eth0 ldirectord\n",
        b"virtual=10.0.0.1:80\n\treal=10.0.0.2:80 gate\n",
        b"auth 1\n1 crc\n",
    ];
    let mut parts = data.split(|byte| *byte == 0);
    let inputs: Vec<Input> = FORMATS
        .into_iter()
        .zip(rest)
        .map(|(format, rest)| {
            let text = parts.next().filter(|part| !part.is_empty()).unwrap_or(rest);
            Input { file: sources.add(format.file_name(), text), format }
        })
        .collect();
    let options = Options { target: Target::DEFAULT, addresses: HashMap::new() };
    let conversion = Conversion::heartbeat_to_keepalived(&mut sources, &inputs, options);
    report::human(&conversion.account, &sources);
    for node in conversion.nodes() {
        let written = conversion.write(node, &mut std::io::sink());
        assert!(written.is_ok());
    }
});
