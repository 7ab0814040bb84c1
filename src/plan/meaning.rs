//! What the files of a machine say, by the model.

use super::Tree;
use crate::model::Cluster;
use crate::model::read::{Input, Options, read_with};
use crate::source::Sources;
use crate::syntax::{ConfigId, Format};

/// The cluster that a machine's files describe, whichever stack they are for.
pub fn meaning(machine: &str, tree: &Tree) -> Cluster {
    let mut sources = Sources::new();
    let mut inputs = Vec::new();
    for (path, file) in tree {
        if let Some(format) = format(path) {
            inputs.push(Input { file: sources.add(path.clone(), &file.content), format });
        }
    }
    let options = Options::on(ConfigId::Node(machine.to_owned()));
    read_with(&mut sources, &inputs, &options).cluster
}

/// By its name: a configuration of ldirectord has any name in heartbeat's directory.
pub(super) fn format(path: &str) -> Option<Format> {
    let (folder, name) = path.rsplit_once('/')?;
    let known = Format::ALL.into_iter().find(|format| format.file_name() == name);
    let is_configuration = folder.ends_with("/ha.d") && name.ends_with(".cf");
    known.or(is_configuration.then_some(Format::Ldirectord))
}
