//! Programs that the written files call, as data; templates make texts of them.

use serde::Serialize;

use crate::model::user::is_user;

/// A program below /etc/ha.d.
#[derive(Clone, Debug, PartialEq)]
pub struct GeneratedScript {
    /// Its path below [`DIRECTORY`].
    pub name: String,
    /// What it does.
    pub purpose: Purpose,
}

/// What a program does. Commands are lists of words; nothing is left to a shell's mercy.
#[derive(Clone, Debug, PartialEq)]
pub enum Purpose {
    /// A fallbackcommand: runs commands when the last server is gone, and when one is back.
    Fallback {
        /// When the last server is gone.
        start: Vec<Vec<String>>,
        /// When a server is back.
        stop: Vec<Vec<String>>,
    },
    /// A resource: tells by the node's mail command who takes a group and who gives it up.
    Mail,
    /// A resource: runs commands when the node takes a group, and when it gives it up.
    Notify {
        /// When the node takes the group.
        start: Vec<Vec<String>>,
        /// When it gives it up.
        stop: Vec<Vec<String>>,
    },
    /// An external check: what each real server is asked.
    Probe(Vec<ServerChecks>),
    /// A resource: swaps the roles of the IPVS sync daemon.
    SyncDaemon {
        /// Options of ipvsadm.
        options: Vec<String>,
    },
}

/// The checks of one real server; all must succeed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ServerChecks {
    /// Address and port as ldirectord hands them over, `10.0.0.29 80`.
    pub server: String,
    /// The checks.
    pub checks: Vec<Check>,
}

/// One check, complete with its address.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Check {
    /// A program.
    Command {
        /// Its words.
        words: Vec<String>,
        /// Whether exit codes above 1 mean a weight, and with it success.
        dynamic: bool,
        /// Seconds.
        timeout: u64,
    },
    /// A TCP connection.
    Connect {
        /// Where to.
        address: String,
        /// Port.
        port: u16,
        /// Seconds.
        timeout: u64,
    },
    /// A DNS query whose answer has no error.
    Dns {
        /// Where to.
        address: String,
        /// Port.
        port: u16,
        /// Name asked for.
        name: String,
        /// Record type.
        record: String,
        /// Seconds.
        timeout: u64,
    },
    /// HTTP or HTTPS.
    Http {
        /// `http` or `https`.
        scheme: &'static str,
        /// Where to, an IPv6 address in brackets.
        address: String,
        /// Port.
        port: u16,
        /// The requests; all must succeed.
        requests: Vec<Request>,
        /// Seconds.
        timeout: u64,
    },
    /// ICMP echo.
    Ping {
        /// Where to.
        address: String,
        /// Seconds.
        timeout: u64,
    },
    /// A datagram, and perhaps an answer.
    Udp {
        /// Where to.
        address: String,
        /// Port.
        port: u16,
        /// What is sent, as hexadecimal digits.
        payload: String,
        /// Digits that the answer begins with; `None` when none has to come.
        reply: Option<String>,
        /// Shortest answer in bytes.
        least: Option<u32>,
        /// Longest answer in bytes.
        largest: Option<u32>,
        /// Seconds.
        timeout: u64,
    },
    /// An SMTP greeting.
    Smtp {
        /// Where to.
        address: String,
        /// Port.
        port: u16,
        /// Seconds.
        timeout: u64,
    },
}

/// One HTTP request and what its answer must be.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Request {
    /// Path with its slash.
    pub path: String,
    /// Host header.
    pub host: Option<String>,
    /// Status codes that pass, as inclusive ranges.
    pub status: Vec<(u16, u16)>,
    /// Regular expression.
    pub pattern: Option<String>,
    /// Whether the expression must not match.
    pub negated: bool,
    /// MD5 of the body.
    pub digest: Option<String>,
}

/// Where the written files expect to be installed.
pub(super) const DIRECTORY: &str = "/etc/ha.d";

/// A command line as words, run as its user. keepalived splits it as a shell would; what cannot
/// be split is one word, as keepalived would fail on it too.
pub(super) fn words(command: &str, user: Option<&str>) -> Vec<String> {
    let split = |line: &str| shell_words::split(line).unwrap_or_else(|_| vec![line.to_owned()]);
    let own = split(command);
    // keepalived drops such a command, which `lvsha check` reports; here it runs as it was meant.
    if let Some(arguments) = user.filter(|user| !is_user(user)) {
        return own.into_iter().chain(split(arguments)).collect();
    }
    let mut names = user.unwrap_or_default().split_whitespace();
    let (user, group) = (names.next().unwrap_or(ROOT), names.next());
    if user == ROOT && group.is_none_or(|group| group == ROOT) {
        return own;
    }
    let switch = ["runuser", "-u", user].into_iter();
    let switch = switch.chain(group.into_iter().flat_map(|group| ["-g", group])).chain(["--"]);
    switch.map(str::to_owned).chain(own).collect()
}

/// `text` as the name of a file: every other character becomes a low line.
pub(super) fn file_name(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '_' })
        .collect()
}

const ROOT: &str = "root";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_goes_with_its_user() {
        let with_group = words("/bin/x", Some("nobody adm"));
        assert_eq!(with_group, ["runuser", "-u", "nobody", "-g", "adm", "--", "/bin/x"]);
        assert_eq!(words("/bin/x", Some("root root")), ["/bin/x"]);
    }

    #[test]
    fn what_is_no_user_is_an_argument() {
        assert_eq!(words("/bin/sh", Some("-c \"exit 0\"")), ["/bin/sh", "-c", "exit 0"]);
        assert_eq!(
            words("/bin/x a", Some("nobody")),
            ["runuser", "-u", "nobody", "--", "/bin/x", "a"]
        );
        assert_eq!(words("/bin/x", Some("root")), ["/bin/x"]);
    }
}
