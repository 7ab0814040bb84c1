//! A machine behind SSH: one connection, one channel at a time, one script per act.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::time::Duration;

use openssh::{ControlPersist, KnownHosts, Session, SessionBuilder, Stdio};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::{Act, Fault, FaultKind, Reply, facts, script};
use crate::site::Ssh;
use crate::site::secret::Secret;

/// A machine, and the connection to it.
#[derive(Debug)]
pub struct Remote {
    way: Way,
    password: Option<Secret>,
    session: Option<Session>,
    /// A newer connection, until it takes the place of the one in use.
    next: Option<Session>,
}

/// How a machine is reached.
#[derive(Clone, Debug)]
struct Way {
    destination: String,
    ssh: Ssh,
    folder: PathBuf,
}

impl Remote {
    /// The machine at `destination`; keys and known hosts are files below `folder`.
    pub fn new(destination: &str, ssh: Ssh, folder: &Path, password: Option<Secret>) -> Self {
        let (destination, folder) = (destination.to_owned(), folder.to_owned());
        Self { way: Way { destination, ssh, folder }, password, session: None, next: None }
    }

    pub(super) async fn perform(&mut self, act: &Act) -> Result<Reply, Fault> {
        let limit = limit(act);
        let done = tokio::time::timeout(limit, self.attempt(act)).await;
        let result = done.unwrap_or_else(|_| {
            let seconds = limit.as_secs();
            let message = format!("`{}` took longer than {seconds} s", act.name());
            Err(Fault::new(FaultKind::Lost, message))
        });
        // After a lost connection the next act begins with a new one.
        if result.as_ref().is_err_and(|fault| fault.kind == FaultKind::Lost) {
            self.disconnect().await;
        }
        result
    }

    /// Performs an act over the connection in use, and makes a new one meanwhile.
    pub(super) async fn perform_and_redial(&mut self, act: &Act) -> Result<Reply, Fault> {
        let way = self.way.clone();
        let (reply, next) = tokio::join!(self.perform(act), way.connect());
        // Whoever needs it tries again, and tells why it fails.
        self.next = next.ok();
        reply
    }

    /// Gives up the connection that was made ahead.
    pub(super) fn forget_next(&mut self) {
        close(self.next.take());
    }

    /// Gives up the connection in use: the next act uses the one that was made ahead, or makes a new one.
    pub(super) fn renew(&mut self) {
        close(self.session.take());
        self.session = self.next.take();
    }

    /// Gives up every connection.
    pub(super) async fn disconnect(&mut self) {
        for session in [self.session.take(), self.next.take()].into_iter().flatten() {
            // The master may hang on a dead network; it is told to go in any case.
            let _ = tokio::time::timeout(CLOSE, session.close()).await;
        }
    }

    async fn attempt(&mut self, act: &Act) -> Result<Reply, Fault> {
        // While other machines had their turn, the idle master may have gone.
        let is_open = match &self.session {
            Some(session) => session.check().await.is_ok(),
            None => false,
        };
        if !is_open {
            self.disconnect().await;
            self.session = Some(self.way.connect().await?);
        }
        let Some(session) = &self.session else {
            return Err(Fault::new(FaultKind::Connection, "there is no connection"));
        };
        let script = script::script(act);
        let mut words: Vec<&str> = Vec::new();
        let sudo = self.way.ssh.sudo.is_some_and(|sudo| sudo.value);
        match (sudo, &self.password) {
            (false, _) => {}
            (true, None) => words.extend(["sudo", "-n", "--"]),
            // The password is the first line of standard input, and on no command line.
            (true, Some(_)) => words.extend(["sudo", "-S", "-p", "", "--"]),
        }
        let asks = sudo && self.password.is_some();
        let text = if asks { behind_password(script.text) } else { script.text.to_owned() };
        words.extend(["sh", "-c", &text, "lvsha"]);
        words.extend(script.arguments.iter().map(String::as_str));
        let Some((program, arguments)) = words.split_first() else {
            return Err(Fault::new(FaultKind::Refused, "there is nothing to run"));
        };
        let mut command = session.command(*program);
        command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let lost = |error: openssh::Error| {
            let message = format!("the connection ended during `{}`: {error}", act.name());
            Fault::new(FaultKind::Lost, message)
        };
        let mut child = command.spawn().await.map_err(lost)?;
        let (input, output, errors) =
            (child.stdin().take(), child.stdout().take(), child.stderr().take());
        let write = async {
            if let Some(mut input) = input {
                if let (true, Some(password)) = (sudo, &self.password) {
                    let _ = input.write_all(password.reveal().as_bytes()).await;
                    let _ = input.write_all(format!("\n{BEGIN}\n").as_bytes()).await;
                }
                // A script that refuses does not read on; its words say why.
                let _ = input.write_all(&script.input).await;
            }
        };
        let (mut text, mut complaint) = (Vec::new(), Vec::new());
        let read = async {
            if let Some(mut output) = output {
                let _ = output.read_to_end(&mut text).await;
            }
        };
        let complain = async {
            if let Some(errors) = errors {
                let _ = errors.take(COMPLAINT).read_to_end(&mut complaint).await;
            }
        };
        tokio::join!(write, read, complain);
        let status = child.wait().await;
        let text = String::from_utf8_lossy(&text);
        let complaint = String::from_utf8_lossy(&complaint).trim().to_owned();
        if sudo && is_refused_by_sudo(&text, &status) {
            return Err(self.no_sudo(&complaint));
        }
        match (facts::reply(act, &text), status) {
            (Err(fault), Ok(_)) if fault.kind == FaultKind::Lost && !complaint.is_empty() => {
                let last = complaint.lines().last().unwrap_or_default();
                let message = format!("{}: {last}", fault.message);
                Err(Fault { message, ..fault })
            }
            (reply, _) => reply,
        }
    }

    fn no_sudo(&self, complaint: &str) -> Fault {
        let last = complaint.lines().last().unwrap_or("it said nothing");
        let fault = Fault::new(FaultKind::Refused, format!("sudo refuses: {last}"));
        match self.password {
            None => fault.help(
                "sudo_secret = \"NAME\" in the inventory gives it a password; or allow it without one",
            ),
            Some(_) => fault.help("the secret of `sudo_secret` is not the user's password"),
        }
    }
}

/// Whether sudo has ended the command before its script began. A connection that ends while sudo asks for the user
/// elsewhere leaves no exit code: what became of the script then is not known.
fn is_refused_by_sudo(text: &str, status: &Result<ExitStatus, openssh::Error>) -> bool {
    let has_ended = matches!(status, Ok(_) | Err(openssh::Error::Remote(_)));
    has_ended && !text.contains("lvsha-begin")
}

/// The script as it runs behind a password that sudo may not have asked for: it would be taken for the
/// first line of what the script reads.
fn behind_password(text: &str) -> String {
    format!(
        "while IFS= read -r line; do [ \"$line\" != {BEGIN} ] || break; done\nunset line\n{text}"
    )
}

/// Stands between the password and what the script reads.
const BEGIN: &str = "lvsha-input";

impl Way {
    async fn connect(&self) -> Result<Session, Fault> {
        let mut builder = SessionBuilder::default();
        builder
            .known_hosts_check(KnownHosts::Strict)
            .connect_timeout(CONNECT)
            .server_alive_interval(ALIVE)
            // A killed lvsha leaves its master behind; it goes by itself.
            .control_persist(ControlPersist::IdleFor(PERSIST))
            .control_directory(std::env::temp_dir());
        if let Some(user) = &self.ssh.user {
            builder.user(user.value.clone());
        }
        if let Some(port) = self.ssh.port {
            builder.port(port.value);
        }
        if let Some(identity) = &self.ssh.identity {
            builder.keyfile(self.folder.join(&identity.value));
        }
        if let Some(known) = &self.ssh.known_hosts {
            builder.user_known_hosts_file(self.folder.join(&known.value));
        }
        if !self.ssh.jump.is_empty() {
            builder.jump_hosts(self.ssh.jump.iter().map(|host| host.value.as_str()));
        }
        builder.connect_mux(&self.destination).await.map_err(|error| self.unreachable(&error))
    }

    /// ssh's own words, and what to type.
    fn unreachable(&self, error: &openssh::Error) -> Fault {
        use std::error::Error as _;
        let cause = error.source().map_or_else(|| error.to_string(), ToString::to_string);
        let port = self.ssh.port.map_or(22, |port| port.value);
        let host = &self.destination;
        let target = if port == 22 { host.clone() } else { format!("[{host}]:{port}") };
        let fault = |cause: &str| {
            Fault::new(FaultKind::Connection, format!("cannot connect to {host}: {cause}"))
        };
        let known = match &self.ssh.known_hosts {
            Some(file) => self.folder.join(&file.value).display().to_string(),
            None => "~/.ssh/known_hosts".to_owned(),
        };
        let contains = |words: &[&str]| words.iter().any(|word| cause.contains(word));
        if contains(&["HOST IDENTIFICATION HAS CHANGED", "host key for"])
            && contains(&["changed", "CHANGED"])
        {
            // ssh's own text is a banner of a dozen lines.
            let sent = cause.split_whitespace().find(|word| word.starts_with("SHA256:"));
            let sent = sent.map(|sent| format!(", to {}", sent.trim_end_matches('.')));
            fault(&format!("its host key has changed{}", sent.unwrap_or_default())).help(format!(
                "somebody may be listening; if the machine was set up anew: ssh-keygen -f {known} -R '{target}'"
            ))
        } else if contains(&[
            "Host key verification failed",
            "No ED25519 host key",
            "host key is known",
        ]) {
            fault("its host key is not known").help(format!(
                "compare its key with the machine's, then: ssh-keyscan -p {port} {host} >> {known}"
            ))
        } else {
            let user = self.ssh.user.as_ref().map(|user| format!("{}@", user.value));
            let login = format!("{}{host}", user.unwrap_or_default());
            let fault = fault(&cause.trim().trim_end_matches('.').replace('\n', "; "));
            if contains(&["Permission denied"]) {
                fault.help(format!("ssh-copy-id -p {port} {login}"))
            } else {
                fault.help(format!("ssh -v -p {port} {login} true"))
            }
        }
    }
}

/// Nobody waits for it.
fn close(session: Option<Session>) {
    if let Some(session) = session {
        tokio::spawn(tokio::time::timeout(CLOSE, session.close()));
    }
}

/// Longest time of an act. Installing packages downloads them.
fn limit(act: &Act) -> Duration {
    Duration::from_secs(match act {
        Act::Install(_) => 600,
        Act::Activate { .. } | Act::Rollback { .. } => 180,
        _ => 60,
    })
}

const CONNECT: Duration = Duration::from_secs(10);
const ALIVE: Duration = Duration::from_secs(5);
/// Seconds after which an idle master goes: a minute, said so that no number can be zero.
const PERSIST: NonZeroUsize = NonZeroUsize::MIN.saturating_add(59);
const CLOSE: Duration = Duration::from_secs(3);
/// Bytes of standard error that are read.
const COMPLAINT: u64 = 64 * 1024;

#[cfg(test)]
mod tests;
