//! A director's software as a scenario starts it: files for each node, and the units that read them.

use std::fs;

use super::{Lab, Machine, pass};
use crate::inventory::{DIRECTORS, Host};

/// Where conversions write on a director.
const CONVERTED: &str = "/tmp/converted";

/// One way to run the pair.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Stack {
    pub(crate) name: String,
    files: Vec<File>,
    /// In the order of the directors.
    units: [&'static str; 2],
    /// Whether the directors' own web servers run all the time. Otherwise the stack starts and stops them.
    web_servers: bool,
}

#[derive(Clone, Debug, PartialEq)]
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
        for host in *DIRECTORS {
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

    /// inventories/lab.toml on both directors, as it is, under `lvsha daemon`.
    pub(crate) fn inventory() -> Self {
        let path = "/etc/lvsha/lab.toml";
        let mut stack = Self {
            name: "lvsha daemon on the inventory".to_owned(),
            files: Vec::new(),
            units: ["lvsha"; 2],
            web_servers: true,
        };
        for host in *DIRECTORS {
            stack = stack.with(host, path, INVENTORY, "644").with_daemon(host, path);
        }
        stack
    }

    /// The same files under `lvsha daemon`.
    pub(crate) fn on_lvsha(&self) -> Self {
        let configuration = match self.units[0] {
            "heartbeat" => "/etc/ha.d",
            _ => "/etc/keepalived/keepalived.conf",
        };
        let name = format!("lvsha daemon on the files of {}", self.name);
        let stack = Self { name, units: ["lvsha"; 2], ..self.clone() };
        DIRECTORS.iter().fold(stack, |stack, host| stack.with_daemon(*host, configuration))
    }

    /// The unit that `lvsha deploy` installs, with another configuration.
    fn with_daemon(self, host: Host, configuration: &str) -> Self {
        let unit = UNIT.replace("/etc/lvsha/keepalived.conf", configuration);
        let start = format!("lvsha daemon {configuration}\n");
        assert!(unit.contains(&start), "the unit does not say {start}:\n{unit}");
        self.with(host, "/etc/systemd/system/lvsha.service", &unit, "644")
    }

    /// `host` runs what it would run in `other`.
    pub(crate) fn beside(mut self, host: Host, other: &Self) -> Self {
        self.files.retain(|file| file.host != host);
        self.files.extend(other.files.iter().filter(|file| file.host == host).cloned());
        for (unit, _) in self.units.iter_mut().zip(*DIRECTORS).filter(|(_, own)| *own == host) {
            *unit = other.unit(host);
        }
        self.name = format!("{}, {host} with {}", self.name, other.name);
        self
    }

    /// The same files, of which only ldirectord's is read.
    pub(crate) fn ldirectord_alone(self) -> Self {
        Self { units: ["ldirectord"; 2], ..self }
    }

    /// Another file for one director, beside what is there.
    pub(crate) fn with(mut self, host: Host, path: &str, text: &str, mode: &'static str) -> Self {
        self.files.push(File { host, path: path.to_owned(), text: text.to_owned(), mode });
        self
    }

    /// Every file that `lvsha convert` wrote into a folder, at the place and with the mode that its name has on `host`.
    fn with_written(
        mut self,
        node: Machine,
        folder: &str,
        host: Host,
        place: impl Fn(&str) -> (String, &'static str),
    ) -> Self {
        let folder = format!("{CONVERTED}/{folder}");
        for name in node.run(&["ls", &folder]).lines() {
            let text = node.read(&format!("{folder}/{name}")).expect("listed a moment ago");
            let (path, mode) = place(name);
            self = self.with(host, &path, &text, mode);
        }
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
        if self.units != ["heartbeat"; 2] {
            return DIRECTORS.iter().for_each(|host| self.start_on(lab.node(*host)));
        }
        let journal = || lab.node(DIRECTORS[0]).journal("heartbeat");
        for _ in 0..3 {
            let before = journal().len();
            DIRECTORS.iter().for_each(|host| self.start_on(lab.node(*host)));
            if !heartbeat_has_lost_a_message(|| journal().split_off(before)) {
                return;
            }
            lab.note("heartbeat lost a message of its own, and is started again".to_owned());
            DIRECTORS.iter().for_each(|host| self.stop_on(lab.node(*host)));
        }
    }

    /// Starts it on a director that booted again. The lab's disks are memory, so that the files are written again.
    pub(crate) fn return_to(&self, lab: &Lab, host: Host) {
        self.install(lab, host);
        self.start_on(lab.node(host));
    }

    /// Writes the files again, and has both directors read them.
    pub(crate) fn reload(&self, lab: &Lab) {
        DIRECTORS.iter().for_each(|host| self.install(lab, *host));
        for host in *DIRECTORS {
            lab.node(host).run(&["systemctl", "reload", self.unit(host)]);
        }
    }

    fn install(&self, lab: &Lab, host: Host) {
        for file in self.files.iter().filter(|file| file.host == host) {
            lab.node(host).write(&file.path, &file.text, file.mode);
        }
        let node = lab.node(host);
        // A closed connection is remembered for two minutes, and who comes from its port again gets the same server.
        // Visitors here come a hundred times a second.
        node.run(&["ipvsadm", "--set", "0", "2", "0"]);
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

/// Waits until heartbeat asks itself for the resources of its host. The request goes through a pipe to which its scripts
/// write as well; now and then version 3.0.6 reads nothing there, says so, and never takes them: no scenario is about
/// that.
fn heartbeat_has_lost_a_message(journal: impl Fn() -> String) -> bool {
    // `initdead` and some seconds; a pair that takes longer has its own trouble, and the scenario sees it.
    for _ in 0..90 {
        pass(1.0);
        if journal().contains("Resource acquisition completed") {
            break;
        }
    }
    pass(1.0);
    journal().contains("Message with zero fields")
}

/// What systemd starts the daemon with: Type=notify, restarted when it fails.
const UNIT: &str = include_str!("../../../templates/lvsha.service.j2");
const INVENTORY: &str = include_str!("../../../inventories/lab.toml");

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

/// What `lvsha convert` makes of heartbeat's files on a director: a stack that runs the result, and the report.
pub(crate) fn converted(lab: &Lab, folder: &str) -> (Stack, String) {
    let node = lab.node(DIRECTORS[0]);
    let names = ["ha.cf", "haresources", "authkeys", "ldirectord.cf"];
    let original = names.map(|name| (name.to_owned(), data(folder, name)));
    let direction = "heartbeat-to-keepalived --keepalived-version 2.2.7";
    let report = convert(node, direction, &original);
    // The conversion's notify scripts start and stop the web servers.
    let mut stack = Stack {
        name: "keepalived from lvsha convert".to_owned(),
        files: Vec::new(),
        units: ["keepalived"; 2],
        web_servers: false,
    };
    for host in *DIRECTORS {
        stack = stack.with_written(node, &host.hostname(), host, |name| match name {
            "keepalived.default" => ("/etc/default/keepalived".to_owned(), "644"),
            "keepalived.conf" => (format!("/etc/keepalived/{name}"), "644"),
            script => (format!("/etc/keepalived/{script}"), "755"),
        });
        stack = stack.with(host, "/etc/init.d/httpd", &data(folder, "httpd"), "755");
    }
    (stack, report)
}

/// The way back: what `lvsha convert` makes of a pair of keepalived.conf.
pub(crate) fn converted_to_heartbeat(lab: &Lab, folder: &str) -> (Stack, String) {
    let node = lab.node(DIRECTORS[0]);
    let paths = DIRECTORS.map(|host| format!("{}/keepalived.conf", host.hostname()));
    let [first, second] = paths;
    let [one, two] = keepalived_pair(folder);
    let report = convert(node, "keepalived-to-heartbeat", &[(first, one), (second, two)]);
    let mut stack = Stack {
        name: "heartbeat from lvsha convert".to_owned(),
        files: Vec::new(),
        units: ["heartbeat"; 2],
        web_servers: true,
    };
    for host in *DIRECTORS {
        let from = format!("{}/ha.d", host.hostname());
        stack = stack.with_written(node, &from, host, |name| {
            let mode = if name == "authkeys" { "600" } else { "644" };
            (format!("/etc/ha.d/{name}"), mode)
        });
    }
    (stack, report)
}

/// keepalived with the files that `lvsha render` writes for the inventory.
pub(crate) fn rendered(lab: &Lab) -> Stack {
    let node = lab.node(DIRECTORS[0]);
    node.write("/tmp/lab.toml", INVENTORY, "600");
    let script =
        "rm -rf /tmp/rendered; lvsha render /tmp/lab.toml --stack keepalived --out /tmp/rendered";
    node.run(&["sh", "-c", script]);
    let texts = DIRECTORS.map(|host| {
        let path = format!("/tmp/rendered/{}/etc/keepalived/keepalived.conf", host.hostname());
        node.read(&path).unwrap_or_else(|| panic!("{path} was not rendered"))
    });
    Stack::keepalived("keepalived from lvsha render", texts)
}

/// Runs `lvsha convert` over these files, into [`CONVERTED`]. The report as JSON.
fn convert(node: Machine, direction: &str, original: &[(String, String)]) -> String {
    node.run(&["rm", "-rf", "/tmp/original", CONVERTED]);
    for (name, text) in original {
        node.write(&format!("/tmp/original/{name}"), text, "600");
    }
    let script = format!(
        "lvsha convert {direction} --from /tmp/original --out {CONVERTED} --report json 2>&1 >/dev/null"
    );
    node.run(&["sh", "-c", &script])
}
