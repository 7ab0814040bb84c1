//! A director's software as a scenario starts it: files for each node, and the units that read them.

use std::fs;

use super::{Lab, Machine};
use crate::inventory::{DIRECTORS, Host};

/// One way to run the pair.
#[derive(Clone, Debug)]
pub(crate) struct Stack {
    pub(crate) name: String,
    files: Vec<File>,
    /// In the order of the directors.
    units: [&'static str; 2],
    /// Whether the directors' own web servers run all the time. Otherwise the stack starts and stops them.
    web_servers: bool,
}

#[derive(Clone, Debug)]
struct File {
    host: Host,
    path: String,
    text: String,
    mode: &'static str,
}

impl Stack {
    /// keepalived with a configuration for each director.
    pub(crate) fn keepalived(name: &str, texts: [String; 2]) -> Self {
        let files = DIRECTORS.into_iter().zip(texts).map(|(host, text)| File {
            host,
            path: "/etc/keepalived/keepalived.conf".to_owned(),
            text,
            mode: "644",
        });
        Self {
            name: name.to_owned(),
            files: files.collect(),
            units: ["keepalived"; 2],
            web_servers: true,
        }
    }

    /// heartbeat and its ldirectord, with the same files on both, out of a folder of the lab's data.
    pub(crate) fn heartbeat(folder: &str) -> Self {
        let mut files = Vec::new();
        for host in DIRECTORS {
            for name in ["ha.cf", "haresources", "authkeys", "ldirectord.cf"] {
                let mode = if name == "authkeys" { "600" } else { "644" };
                files.push(File {
                    host,
                    path: format!("/etc/ha.d/{name}"),
                    text: data(folder, name),
                    mode,
                });
            }
            // The service that this cluster takes along, in the only form that heartbeat knows: a System V script.
            files.push(File {
                host,
                path: "/etc/init.d/httpd".to_owned(),
                text: data(folder, "httpd"),
                mode: "755",
            });
        }
        Self { name: "heartbeat".to_owned(), files, units: ["heartbeat"; 2], web_servers: false }
    }

    /// The same files under `lvsha daemon`, in the unit that `lvsha deploy` installs.
    pub(crate) fn on_lvsha(self) -> Self {
        let configuration = match self.units[0] {
            "heartbeat" => "/etc/ha.d",
            _ => "/etc/keepalived/keepalived.conf",
        };
        let unit = UNIT
            .replace("/usr/local/bin/lvsha", "/usr/local/sbin/lvsha")
            .replace("/etc/lvsha/keepalived.conf", configuration);
        assert!(unit.contains(configuration), "the unit names its configuration:\n{unit}");
        let mut stack = Self {
            name: format!("lvsha daemon on the files of {}", self.name),
            units: ["lvsha"; 2],
            ..self
        };
        for host in DIRECTORS {
            stack = stack.with(host, "/etc/systemd/system/lvsha.service", &unit, "644");
        }
        stack
    }

    /// `host` runs what it would run in `other`.
    pub(crate) fn beside(mut self, host: Host, other: &Self) -> Self {
        self.files.retain(|file| file.host != host);
        self.files.extend(other.files.iter().filter(|file| file.host == host).cloned());
        for (unit, _) in self.units.iter_mut().zip(DIRECTORS).filter(|(_, own)| *own == host) {
            *unit = other.unit(host);
        }
        self.name = format!("{}, {host} with {}", self.name, other.name);
        self
    }

    /// Another file for one director, beside what is there.
    pub(crate) fn with(mut self, host: Host, path: &str, text: &str, mode: &'static str) -> Self {
        self.files.push(File { host, path: path.to_owned(), text: text.to_owned(), mode });
        self
    }

    /// The same stack with `from` written as `to` in every file.
    pub(crate) fn but(mut self, from: &str, to: &str) -> Self {
        assert!(self.files.iter().any(|file| file.text.contains(from)), "nothing says {from}");
        self.files.iter_mut().for_each(|file| file.text = file.text.replace(from, to));
        self
    }

    /// Writes the files and starts both directors.
    pub(crate) fn start(&self, lab: &Lab) {
        DIRECTORS.iter().for_each(|host| self.install(lab, *host));
        DIRECTORS.iter().for_each(|host| self.start_on(lab.node(*host)));
    }

    /// Starts it on a director that booted again. The lab's disks are memory, so that the files are written again.
    pub(crate) fn return_to(&self, lab: &Lab, host: Host) {
        self.install(lab, host);
        self.start_on(lab.node(host));
    }

    /// Writes the files again, and has both directors read them.
    pub(crate) fn reload(&self, lab: &Lab) {
        DIRECTORS.iter().for_each(|host| self.install(lab, *host));
        for host in DIRECTORS {
            lab.node(host).run(&["systemctl", "reload", self.unit(host)]);
        }
    }

    fn install(&self, lab: &Lab, host: Host) {
        for file in self.files.iter().filter(|file| file.host == host) {
            lab.node(host).write(&file.path, &file.text, file.mode);
        }
        let node = lab.node(host);
        web_server_of_a_director(node);
        if self.web_servers {
            node.run(&["systemctl", "start", "nginx"]);
        }
    }

    fn start_on(&self, node: Machine) {
        node.run(&["systemctl", "daemon-reload"]);
        node.run(&["systemctl", "start", "--no-block", self.unit(node.0)]);
    }

    /// An orderly stop of one director.
    pub(crate) fn stop_on(&self, node: Machine) {
        node.run(&["systemctl", "stop", self.unit(node.0)]);
    }

    fn unit(&self, host: Host) -> &'static str {
        let place = DIRECTORS.iter().position(|own| *own == host);
        place.map(|place| self.units[place]).expect("only directors run a stack")
    }
}

/// What systemd starts the daemon with: Type=notify, restarted when it fails.
const UNIT: &str = include_str!("../../../templates/lvsha.service.j2");

/// The page that answers when no real server does. Whether it runs is the stack's affair.
fn web_server_of_a_director(node: Machine) {
    let text = data("", "nginx.conf")
        .replace("HOST", &format!("sorry from {}", node.run(&["uname", "-n"]).trim()));
    node.write("/etc/nginx/nginx.conf", &text, "644");
}

/// A file of tests/lab/data.
pub(crate) fn data(folder: &str, name: &str) -> String {
    let path = format!("/lab/data/{folder}/{name}");
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Two directors' keepalived.conf out of a folder with one for each.
pub(crate) fn keepalived_pair(folder: &str) -> [String; 2] {
    DIRECTORS.map(|host| data(folder, &format!("{}.conf", host.hostname())))
}

/// What `lvsha convert` makes of heartbeat's files on a director: its report, and a stack that runs the result.
pub(crate) fn converted(lab: &Lab, folder: &str) -> (Stack, String) {
    let node = lab.node(DIRECTORS[0]);
    for name in ["ha.cf", "haresources", "authkeys", "ldirectord.cf"] {
        node.write(&format!("/tmp/original/{name}"), &data(folder, name), "600");
    }
    node.run(&["rm", "-rf", "/tmp/converted"]);
    let script = "lvsha convert heartbeat-to-keepalived --from /tmp/original --out /tmp/converted \
        --keepalived-version 2.2.7 --report json 2>&1 >/dev/null";
    let report = node.run(&["sh", "-c", script]);
    let mut stack =
        Stack::keepalived("keepalived from lvsha convert", [String::new(), String::new()]);
    stack.files.clear();
    // The conversion's notify scripts do it.
    stack.web_servers = false;
    for host in DIRECTORS {
        let from = format!("/tmp/converted/{}", host.hostname());
        for name in node.run(&["ls", &from]).lines() {
            let text = node.read(&format!("{from}/{name}")).expect("listed a moment ago");
            let (path, mode) = match name {
                "keepalived.default" => ("/etc/default/keepalived".to_owned(), "644"),
                "keepalived.conf" => (format!("/etc/keepalived/{name}"), "644"),
                script => (format!("/etc/keepalived/{script}"), "755"),
            };
            stack = stack.with(host, &path, &text, mode);
        }
        stack = stack.with(host, "/etc/init.d/httpd", &data(folder, "httpd"), "755");
    }
    (stack, report)
}
