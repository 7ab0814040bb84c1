//! From keepalived to heartbeat and ldirectord: every director's file in, every director's
//! directory out.

use super::{places_of_errors, touches};
use crate::emit::Account;
use crate::emit::heartbeat::{self, View};
use crate::emit::ldirectord::ldirectord;
use crate::emit::scripts::File;
use crate::emit::translate::to_heartbeat::{
    self, NodeFile, NodeParts, Options, Translation, Unknown, keepalived_to_heartbeat,
};
use crate::model::read::{Input, Options as Reader, Reading, read_with};
use crate::model::{Authentication, Cluster, Digest, Key, Sourced};
use crate::source::codes::conversion;
use crate::source::{Findings, Place, Sources, Span};
use crate::syntax::ConfigId;

/// A conversion in this direction.
#[derive(Debug)]
pub struct ToHeartbeat {
    /// What is written.
    pub translation: Translation,
    /// What became of every directive.
    pub account: Account,
    /// What is wrong with the input.
    pub findings: Findings,
    header: Vec<String>,
    /// A place for what no file says.
    nowhere: Option<Place>,
}

/// The files of one director.
#[derive(Clone, Debug)]
pub struct NodeInput {
    /// The director's name, where it is known from outside the file.
    pub name: Option<String>,
    /// Its keepalived.conf.
    pub inputs: Vec<Input>,
    /// The node that its conditions are judged for.
    pub config_id: ConfigId,
}

impl ToHeartbeat {
    /// Reads the directors' keepalived.conf and turns them into files of heartbeat and ldirectord.
    ///
    /// # Errors
    /// When something has to be known that no file says and that must not be guessed.
    pub fn new(
        sources: &mut Sources,
        nodes: &[NodeInput],
        options: &Options,
    ) -> Result<Self, Unknown> {
        let mut files = Vec::new();
        let mut trees = Vec::new();
        let mut findings = Findings::new();
        for node in nodes {
            let options = Reader::on(node.config_id.clone());
            let reading = read_with(sources, &node.inputs, &options);
            let Reading { cluster, trees: own, findings: found } = reading;
            files.push(NodeFile { name: node.name.clone(), cluster });
            trees.extend(own);
            findings.append(found);
        }
        let mut account = Account::new(sources, &trees);
        let translation = keepalived_to_heartbeat(&files, options, &mut account)?;
        to_heartbeat::settle(sources, &trees, &files, &mut account);
        let errors = places_of_errors(&findings);
        account.close(conversion::NOT_UNDERSTOOD, |place| touches(&errors, place));
        let inputs = || nodes.iter().flat_map(|node| &node.inputs);
        let mut names: Vec<&str> =
            inputs().map(|input| sources.get(input.file).base_name()).collect();
        names.dedup();
        let header = vec![format!(
            "Written by lvsha {} from {}.",
            env!("CARGO_PKG_VERSION"),
            names.join(", ")
        )];
        let nowhere = inputs().next().map(|input| input.file.at(Span::new(0, 0)));
        Ok(Self { translation, account, findings, header, nowhere })
    }

    /// Names of the directors.
    pub fn nodes(&self) -> impl Iterator<Item = &str> {
        self.translation.nodes.iter().map(|node| node.name.as_str())
    }

    /// Whether [`ToHeartbeat::files`] needs a new key.
    pub fn needs_key(&self) -> bool {
        self.translation.needs_key
    }

    /// The files of `node` below its directory, with their modes. `key` signs the messages where no
    /// old key can.
    ///
    /// # Errors
    /// Only when a template does not fit its values, which a test excludes for the built-in ones.
    pub fn files(&self, node: &str, key: &str) -> Result<Vec<File>, minijinja::Error> {
        let own = self.translation.nodes.iter().find(|own| own.name == node);
        let Some(NodeParts { services, scripts, paths, .. }) = own else { return Ok(Vec::new()) };
        let mut files = Vec::new();
        let file =
            |name: &str, mode, text| File { name: format!("{DIRECTORY}/{name}"), mode, text };
        if !self.translation.shared.nodes.is_empty() {
            let mut shared = self.with_key(key);
            shared.membership.paths.clone_from(paths);
            let view = View { cluster: &shared, origin: None, header: &self.header };
            files.push(file("ha.cf", 0o644, heartbeat::ha_cf(&view)));
            files.push(file("haresources", 0o644, heartbeat::haresources(&view)));
            files.push(file("authkeys", 0o600, heartbeat::authkeys(&view)));
        }
        for (name, cluster) in services {
            let view = View { cluster, origin: None, header: &self.header };
            files.push(file(name, 0o644, ldirectord(&view)));
        }
        let scripts = heartbeat::scripts(scripts)?.into_iter();
        files.extend(scripts.map(|script| file(&script.name, script.mode, script.text)));
        Ok(files)
    }

    /// The shared part, with a key in any case.
    fn with_key(&self, key: &str) -> Cluster {
        let mut shared = self.translation.shared.clone();
        if let Some(at) = self.nowhere.filter(|_| self.needs_key()) {
            let key = Key { number: 1, digest: Digest::Sha1, secret: key.to_owned(), at };
            let active = Some(Sourced::implied(key.number));
            shared.authentication =
                Some(Authentication { active, keys: vec![key], ..Authentication::default() });
        }
        shared
    }
}

/// What becomes /etc/ha.d on the node.
const DIRECTORY: &str = "ha.d";
