//! Reads authkeys into the model.
//!
//! heartbeat reads the file once from top to bottom: a key becomes the active one when its line
//! is met while `auth` names its number. No message here holds any part of a key.

use super::prose;
use crate::model::{Authentication, Cluster, Digest, Inert, Key, Sourced};
use crate::source::{Diagnostic, Findings, Place, SourceFile, Span, Verdict, codes};
use crate::syntax::{Kind, NodeRef, Tree, Word};

/// Adds what `tree` says to `cluster`.
pub(super) fn read(file: &SourceFile, tree: &Tree, cluster: &mut Cluster, findings: &mut Findings) {
    let start = file.id().at(Span::new(0, 0));
    let mut reader = Reader {
        cluster,
        findings,
        keys: Vec::new(),
        unread: Vec::new(),
        auths: Vec::new(),
        active: None,
    };
    for node in tree.top(file.text()) {
        match node.kind() {
            Kind::Blank => {}
            Kind::Directive if node.name() == "auth" => reader.auth(node),
            Kind::Directive => reader.key(node),
            Kind::Junk | Kind::Stray => reader.junk(node),
        }
    }
    reader.finish(start);
    // Only the rights to read are checked: 0620 passes, 0640 does not (measured).
    if file.mode().is_some_and(|mode| mode & 0o044 != 0) {
        findings.push(
            Diagnostic::new(codes::authkeys::READABLE, start, "others may read the keys")
                .help("chmod 600 authkeys"),
        );
    }
}

struct Reader<'a> {
    cluster: &'a mut Cluster,
    findings: &'a mut Findings,
    keys: Vec<(Key, Place)>,
    /// Numbers of keys whose lines could not be read; each has a finding.
    unread: Vec<u8>,
    auths: Vec<Auth>,
    /// Index of the `auth` line whose key heartbeat signs with.
    active: Option<usize>,
}

struct Auth {
    number: Sourced<u8>,
    line: Place,
}

impl Reader<'_> {
    fn report(&mut self, diagnostic: Diagnostic) {
        self.findings.push(diagnostic);
    }

    fn auth(&mut self, node: NodeRef<'_>) {
        let word = node.word(1);
        if self.template(node, Verdict::Refuses) {
            return;
        }
        let Some((word, number)) = word.and_then(|word| Some((word, number(word)?))) else {
            let message = "`auth` needs the number of a key";
            let at = word.map_or(node.place(), Word::place);
            self.report(Diagnostic::new(codes::authkeys::BAD_AUTH, at, message));
            return;
        };
        let Ok(number) = u8::try_from(number) else {
            self.bad_number(word);
            return;
        };
        self.auths.push(Auth { number: Sourced::new(number, word.place()), line: node.place() });
    }

    fn key(&mut self, node: NodeRef<'_>) {
        let Some(number_word) = node.word(0) else { return };
        // As a method a template is unknown; as a key it is a key like any other.
        let is_unknown = node.word(1).is_some_and(|word| method(&word.value()).is_none());
        let verdict = if is_unknown { Verdict::Refuses } else { Verdict::Accepts };
        let is_template = self.template(node, verdict);
        let number = number(number_word).and_then(|n| u8::try_from(n).ok()).filter(|n| *n <= 15);
        let Some(number) = number else {
            self.bad_number(number_word);
            return;
        };
        if number == 0 {
            let message = "the manual counts keys from 1";
            self.report(Diagnostic::new(codes::authkeys::KEY_ZERO, number_word.place(), message));
        }
        let key = if is_template { None } else { self.secret(node) };
        let (digest, secret) = match key {
            Some((digest, secret)) => (digest, secret),
            // The template's line counts as a key, so that `auth` is not called wrong as well.
            None if is_template => (Digest::Sha1, String::new()),
            None => {
                self.unread.push(number);
                return;
            }
        };
        self.activate(number);
        if let Some(index) = self.keys.iter().position(|(key, _)| key.number == number) {
            let (_, earlier) = self.keys.remove(index);
            let message = format!("key {number} a second time, the last line counts");
            let diagnostic =
                Diagnostic::new(codes::authkeys::KEY_TWICE, number_word.place(), message);
            self.report(diagnostic.context(earlier, "the first is here"));
            self.cluster.inert.push(Inert { at: earlier, why: "a later line says it again" });
        }
        let at = number_word.place();
        self.keys.push((Key { number, digest, secret, at }, node.place()));
    }

    /// Method and secret of a key line; reports what heartbeat refuses in them.
    fn secret(&mut self, node: NodeRef<'_>) -> Option<(Digest, String)> {
        let Some(name) = node.word(1) else {
            let message = "the method of the key is missing";
            self.report(
                Diagnostic::new(codes::authkeys::NO_METHOD, node.place(), message)
                    .help("write `1 sha1` and the key"),
            );
            return None;
        };
        let value = name.value();
        let Some(digest) = method(&value) else { return self.unknown_method(node, name) };
        let secret = node.word(2);
        if digest == Digest::Crc {
            self.checksum(node, secret);
            return Some((digest, String::new()));
        }
        let Some(secret) = secret else {
            let message = format!("{value} needs a key");
            self.report(
                Diagnostic::new(codes::authkeys::NO_KEY, name.place(), message)
                    .help("create one with `openssl rand -hex 20`"),
            );
            return Some((digest, String::new()));
        };
        if let Some(further) = node.word(3) {
            let message = "the key ends at the blank, the rest is ignored";
            self.report(Diagnostic::new(
                codes::authkeys::KEY_WITH_BLANKS,
                further.place(),
                message,
            ));
        }
        // Bytes count here, not what they look like: the digest is over the word as written.
        Some((digest, secret.raw().to_owned()))
    }

    fn checksum(&mut self, node: NodeRef<'_>, secret: Option<Word<'_>>) {
        let comment = node.comment();
        if let Some(secret) = secret {
            let message = "crc takes no key";
            self.report(
                Diagnostic::new(codes::authkeys::CHECKSUM_KEY, secret.place(), message)
                    .note("heartbeat refuses to start: the method does not use a key"),
            );
        } else if !comment.is_empty() {
            let at = Place { span: comment, ..node.place() };
            self.report(
                Diagnostic::new(
                    codes::authkeys::CHECKSUM_COMMENT,
                    at,
                    "a comment behind crc counts as a key",
                )
                .fix(at, "", "delete the comment"),
            );
        }
    }

    /// A glued key is read apart, a method in capitals as meant.
    fn unknown_method(&mut self, node: NodeRef<'_>, name: Word<'_>) -> Option<(Digest, String)> {
        let value = name.value();
        let lower = value.to_ascii_lowercase();
        if let Some(digest) = method(&lower) {
            let message = format!("methods are lower-case: `{lower}`");
            let diagnostic =
                Diagnostic::new(codes::authkeys::UNKNOWN_METHOD, name.place(), message);
            self.report(diagnostic.fix(name.place(), lower, "write it in lower case"));
            let secret = node.word(2).map(|word| word.raw().to_owned()).unwrap_or_default();
            return Some((digest, secret));
        }
        let glued = ["sha1", "md5"].iter().find_map(|name| {
            let rest = value.strip_prefix(name)?;
            // `sha256` and its relatives are other methods, not a key behind `sha`.
            Some((method(name)?, name.len(), rest))
        });
        if let Some((digest, length, rest)) = glued {
            // With an odd character among them, parts of what is meant have no places in what is
            // written: that character is to be mended first.
            let is_plain = value == name.raw();
            let at = if is_plain { name.part(0, length) } else { name.place() };
            let diagnostic =
                Diagnostic::new(codes::authkeys::GLUED_KEY, at, "method and key are one word");
            let separate = "separate them by a blank";
            self.report(match is_plain {
                true => diagnostic.fix(name.part(length, length), " ", separate),
                false => diagnostic.help(separate),
            });
            return Some((digest, rest.to_owned()));
        }
        let shown = if OTHER_METHODS.contains(&lower.as_str()) { lower.as_str() } else { "this" };
        let message = match shown {
            "this" => "this is no method that heartbeat knows".to_owned(),
            known => format!("heartbeat does not know the method `{known}`"),
        };
        let diagnostic = Diagnostic::new(codes::authkeys::UNKNOWN_METHOD, name.place(), message);
        self.report(diagnostic.help("the methods are sha1, md5 and crc"));
        None
    }

    /// Remembers that heartbeat would choose this key now.
    fn activate(&mut self, number: u8) {
        let in_force = self.auths.len().checked_sub(1);
        let matches = self.auths.last().is_some_and(|auth| auth.number.value == number);
        if let Some(index) = in_force.filter(|_| matches) {
            self.active = Some(index);
        }
    }

    fn junk(&mut self, node: NodeRef<'_>) {
        if self.template(node, Verdict::Refuses) {
            return;
        }
        if node.word(0).is_some_and(|word| word.value().starts_with(['a', 'A'])) {
            self.misspelt_auth(node);
            return;
        }
        let message = "this line is neither `auth` nor a key";
        self.report(
            Diagnostic::new(codes::authkeys::JUNK_LINE, node.place(), message)
                .help("write `auth N`, or `N method key`; a note needs `#` in front"),
        );
    }

    /// heartbeat expects `auth` on every line that begins with `a`.
    fn misspelt_auth(&mut self, node: NodeRef<'_>) {
        let Some(first) = node.word(0) else { return };
        let number = node.word(1).and_then(|word| Some((word, u8::try_from(number(word)?).ok()?)));
        let message = "a line that begins with `a` must be `auth N`";
        let diagnostic = Diagnostic::new(codes::authkeys::BAD_AUTH, first.place(), message);
        self.report(match number {
            Some(_) => diagnostic.fix(first.place(), "auth", "write `auth`"),
            None => diagnostic,
        });
        if let Some((word, number)) = number {
            let number = Sourced::new(number, word.place());
            self.auths.push(Auth { number, line: node.place() });
        }
    }

    fn template(&mut self, node: NodeRef<'_>, verdict: Verdict) -> bool {
        let Some(at) = prose::template(node) else { return false };
        self.report(
            Diagnostic::new(codes::authkeys::TEMPLATE, at, "this template was not rendered")
                .verdict(verdict)
                .help("check the file that the template becomes on the node"),
        );
        true
    }

    fn bad_number(&mut self, word: Word<'_>) {
        let message = "keys are numbered from 0 to 15";
        self.report(Diagnostic::new(codes::authkeys::BAD_NUMBER, word.place(), message));
    }

    /// Decides which key signs, and writes the keys to the model.
    fn finish(mut self, start: Place) {
        self.judge_auth(start);
        let last = self.auths.len().checked_sub(1);
        let chosen = self.active.or(last);
        for (index, auth) in self.auths.iter().enumerate() {
            if Some(index) != chosen {
                let why = "another `auth` line chooses the key";
                self.cluster.inert.push(Inert { at: auth.line, why });
            }
        }
        let active = chosen.and_then(|index| self.auths.get(index)).map(|auth| auth.number);
        let keys: Vec<Key> = self.keys.into_iter().map(|(key, _)| key).collect();
        if active.is_some() || !keys.is_empty() {
            self.cluster.authentication =
                Some(Authentication { active, keys, ..Authentication::default() });
        }
    }

    fn judge_auth(&mut self, start: Place) {
        let Some(last) = self.auths.last() else {
            let message = "no `auth` line says which key signs";
            // A line that was meant as one has its own finding.
            let is_reported = |d: &Diagnostic| d.code == codes::authkeys::BAD_AUTH;
            if !self.findings.iter().any(is_reported) {
                let diagnostic = Diagnostic::new(codes::authkeys::NO_AUTH, start, message);
                self.report(diagnostic.help("write `auth 1` as the first line"));
            }
            return;
        };
        let (number, line) = (last.number.value, last.line);
        let at = last.number.at.unwrap_or(line);
        let is_active = self.active == self.auths.len().checked_sub(1);
        if is_active {
            if let Some(first) = self.auths.first().filter(|_| self.auths.len() > 1) {
                let (message, first) = ("an earlier `auth` line is replaced", first.line);
                let diagnostic = Diagnostic::new(codes::authkeys::AUTH_REPLACED, line, message);
                self.report(diagnostic.context(first, "the first is here"));
            }
            return;
        }
        let verdict = if self.active.is_some() { Verdict::Accepts } else { Verdict::Refuses };
        let key = self.keys.iter().find(|(key, _)| key.number == number).map(|(key, _)| key.at);
        let diagnostic = match key {
            Some(key) => {
                let message = format!("`auth {number}` stands behind the line of key {number}");
                Diagnostic::new(codes::authkeys::LATE_AUTH, at, message)
                    .context(key, "the key is here")
                    .verdict(verdict)
                    .help("move `auth` to the top of the file")
            }
            None if self.unread.contains(&number) => return,
            None => {
                let message = format!("key {number} is not in the file");
                Diagnostic::new(codes::authkeys::MISSING_KEY, at, message).verdict(verdict)
            }
        };
        self.report(diagnostic);
    }
}

fn number(word: Word<'_>) -> Option<u32> {
    word.value().parse().ok()
}

fn method(name: &str) -> Option<Digest> {
    match name {
        "crc" => Some(Digest::Crc),
        "md5" => Some(Digest::Md5),
        "sha1" => Some(Digest::Sha1),
        _ => None,
    }
}

/// Methods that people hope for; any other word may be a key and is not shown.
const OTHER_METHODS: &[&str] = &["sha", "sha224", "sha256", "sha384", "sha512"];

#[cfg(test)]
mod tests;
