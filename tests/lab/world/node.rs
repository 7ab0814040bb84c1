//! One machine: power, commands, files, and the role of a real server.

use std::collections::BTreeMap;
use std::fs;
use std::net::{SocketAddr, SocketAddrV4, TcpStream};
use std::process::{Command, Stdio};
use std::time::Duration;

use super::command::{run, try_run};
use super::table::{self, Table};
use super::{network, now, pass, until};
use crate::inventory::{Host, VIP, VIP6, interface, port};

/// Longest boot of a node, in seconds of the inside's clock.
const BOOT_LIMIT: f64 = 120.0;

/// A handle; the machine's state is the kernel's.
#[derive(Clone, Copy)]
pub(crate) struct Machine(pub(super) Host);

impl Machine {
    /// Boots it. Ready is another matter: [`Machine::wait`].
    pub(super) fn power_on(self) -> Result<(), String> {
        let name = self.0.name;
        fs::create_dir_all("/run/artefacts").map_err(|error| error.to_string())?;
        let console = fs::File::create(format!("/run/nodes/{name}.console"))
            .map_err(|error| error.to_string())?;
        let errors = console.try_clone().map_err(|error| error.to_string())?;
        Command::new("nsenter")
            .arg(format!("--net=/run/netns/{name}"))
            .args([
                "unshare",
                "--pid",
                "--fork",
                "--kill-child",
                "/lab/inside/node",
                name,
                &self.group(),
            ])
            .stdin(Stdio::null())
            .stdout(console)
            .stderr(errors)
            .spawn()
            .map(drop)
            .map_err(|error| format!("{name} does not start: {error}"))
    }

    /// Until its sshd takes connections.
    pub(super) fn wait(self) -> Result<(), String> {
        let address = SocketAddr::from((self.0.address(), 22));
        let answer = until(BOOT_LIMIT, || {
            let open = TcpStream::connect_timeout(&address, Duration::from_millis(500)).is_ok();
            if !open {
                pass(0.1);
            }
            (open && self.runs()).then_some(())
        });
        answer.ok_or_else(|| {
            let console =
                fs::read_to_string(format!("/run/nodes/{}.console", self.0)).unwrap_or_default();
            let tail: Vec<&str> = console.lines().rev().take(20).collect();
            let tail: Vec<&str> = tail.into_iter().rev().collect();
            format!(
                "{} does not answer on port 22 after {BOOT_LIMIT} s; its console says:\n{}",
                self.0,
                tail.join("\n")
            )
        })
    }

    /// A crash: every process ends at once, the addresses are gone, nothing is said to anybody. Returns
    /// the moment.
    pub(crate) fn power_off(self) -> Duration {
        let moment = now();
        network::cut(self.0);
        let _ = fs::write(format!("{}/cgroup.kill", self.group()), "1");
        until(10.0, || (!self.runs()).then_some(())).expect("a killed machine ends");
        network::disconnect(self.0);
        let _ = try_run(&["umount", "--lazy", &format!("/run/nodes/{}", self.0)]);
        moment
    }

    /// Boots it again after [`Machine::power_off`], and waits until it is up.
    pub(crate) fn power_on_again(self) {
        let result =
            network::connect(self.0).and_then(|()| self.power_on()).and_then(|()| self.wait());
        result.unwrap_or_else(|reason| panic!("{reason}"));
    }

    /// Whatever a scenario left it as: thawed and running.
    pub(super) fn revive(self) {
        if self.runs() {
            self.resume();
        } else {
            self.power_on_again();
        }
    }

    /// Every process stands still, as in a machine that swaps or a virtual machine that is moved.
    pub(crate) fn pause(self) {
        fs::write(format!("{}/cgroup.freeze", self.group()), "1")
            .expect("a control group can be frozen");
    }

    pub(crate) fn resume(self) {
        fs::write(format!("{}/cgroup.freeze", self.group()), "0")
            .expect("a control group can be thawed");
    }

    pub(super) fn resume_if_it_runs(self) {
        if self.runs() {
            self.resume();
        }
    }

    /// The switch stops forwarding for it; its own link stays up. Returns the moment.
    pub(crate) fn cut(self) -> Duration {
        let moment = now();
        network::cut(self.0);
        moment
    }

    /// Its carrier goes. Returns the moment.
    pub(crate) fn unplug(self) -> Duration {
        let moment = now();
        network::unplug(self.0);
        moment
    }

    /// In netem's words: `loss 20%`, `delay 50ms 10ms`.
    pub(crate) fn impair(self, how: &str) {
        network::impair(self.0, how);
    }

    /// Ends cut, unplugged and impaired. Returns the moment.
    pub(crate) fn heal(self) -> Duration {
        let moment = now();
        network::heal(self.0);
        moment
    }

    /// Runs a program there; its failure ends the scenario.
    pub(crate) fn run<W: AsRef<str>>(self, words: &[W]) -> String {
        self.try_run(words).unwrap_or_else(|failure| panic!("{}: {failure}", self.0))
    }

    pub(crate) fn try_run<W: AsRef<str>>(self, words: &[W]) -> Result<String, String> {
        if !self.runs() {
            return Err(format!("{} does not run", self.0));
        }
        let inside = self.inside();
        let mut all: Vec<&str> =
            std::iter::once("nsenter").chain(inside.iter().map(String::as_str)).collect();
        all.extend(words.iter().map(AsRef::as_ref));
        try_run(&all)
    }

    /// What nsenter needs to know before the words of a program.
    pub(super) fn inside(self) -> Vec<String> {
        let target = self.first_process().unwrap_or_else(|| panic!("{} does not run", self.0));
        let spaces = ["--mount", "--uts", "--ipc", "--net", "--pid", "--cgroup", "--target"];
        spaces.map(str::to_owned).into_iter().chain([target, "--".to_owned()]).collect()
    }

    /// Writes a file there, and the folders above it.
    pub(crate) fn write(self, path: &str, text: &str, mode: &str) {
        // Its root is seen through its first process, whatever its mounts are.
        let target = self.first_process().unwrap_or_else(|| panic!("{} does not run", self.0));
        let outside = format!("/proc/{target}/root{path}");
        let folder = outside.rsplit_once('/').map_or("/", |(folder, _)| folder);
        fs::create_dir_all(folder).unwrap_or_else(|error| panic!("{folder}: {error}"));
        fs::write(&outside, text).unwrap_or_else(|error| panic!("{outside}: {error}"));
        run(&["chmod", mode, &outside]);
    }

    pub(crate) fn read(self, path: &str) -> Option<String> {
        fs::read_to_string(format!("/proc/{}/root{path}", self.first_process()?)).ok()
    }

    pub(crate) fn runs_unit(self, unit: &str) -> bool {
        self.try_run(&["systemctl", "is-active", "-q", unit]).is_ok()
    }

    /// The kernel's balancing table there, as ipvsadm shows it.
    pub(crate) fn table(self) -> Table {
        Table::parse(&self.run(&["ipvsadm", "--save", "--numeric"]))
    }

    /// Connections that each server of the table ever got: an entry that is made anew begins at 0.
    pub(crate) fn connections(self) -> BTreeMap<String, u64> {
        let shown = self.run(&["ipvsadm", "--list", "--numeric", "--stats", "--exact"]);
        let servers = shown.lines().filter_map(|line| line.trim().strip_prefix("-> "));
        let pair = |line: &str| {
            let mut words = line.split_whitespace();
            // The title has words where numbers are.
            Some((words.next()?.to_owned(), words.next()?.parse().ok()?))
        };
        servers.filter_map(pair).collect()
    }

    /// What a unit has logged since the boot.
    pub(crate) fn journal(self, unit: &str) -> String {
        self.run(&["journalctl", "--no-pager", "--output=short-monotonic", "--unit", unit])
    }

    /// Whether it sends new connections to a server at the service's port. No program runs for the answer, so it can be
    /// asked for often.
    pub(crate) fn balances_to(self, server: Host) -> bool {
        let server = SocketAddrV4::new(server.address(), port());
        self.kernel_list().is_some_and(|text| table::serves(&text, server))
    }

    /// The kernel's balancing table as it lists it: without persistence and flags, but for a file's price.
    pub(crate) fn kernel_list(self) -> Option<String> {
        fs::read_to_string(format!("/proc/{}/net/ip_vs", self.first_process()?)).ok()
    }

    /// Whether its interface has this address now.
    pub(crate) fn has(self, address: impl std::fmt::Display) -> bool {
        let shown = run(&["ip", "-n", self.0.name, "-o", "addr", "show", "dev", interface()]);
        shown.contains(&format!(" {address}/"))
    }

    /// Answers for the virtual addresses without telling anybody that it has them, and serves its own name.
    pub(super) fn become_real_server(self) {
        self.run(&[
            "sysctl",
            "-qw",
            "net.ipv4.conf.all.arp_ignore=1",
            "net.ipv4.conf.all.arp_announce=2",
            "net.ipv4.conf.lo.arp_ignore=1",
            "net.ipv4.conf.lo.arp_announce=2",
        ]);
        run(&["ip", "-n", self.0.name, "addr", "replace", &format!("{VIP}/32"), "dev", "lo"]);
        run(&[
            "ip",
            "-n",
            self.0.name,
            "addr",
            "replace",
            &format!("{VIP6}/128"),
            "dev",
            "lo",
            "nodad",
        ]);
        self.serve();
    }

    /// As it came from its distribution: no address on its loopback, no answer held back, no trace of a deployment.
    pub(crate) fn become_bare(self) {
        self.forget_deployments();
        for address in [format!("{VIP}/32"), format!("{VIP6}/128")] {
            let _ = try_run(&["ip", "-n", self.0.name, "addr", "del", &address, "dev", "lo"]);
        }
        for setting in ["all.arp_ignore", "all.arp_announce", "lo.arp_ignore", "lo.arp_announce"] {
            self.run(&["sysctl", "-qw", &format!("net.ipv4.conf.{setting}=0")]);
        }
    }

    /// Removes what `lvsha deploy` made of it.
    pub(crate) fn forget_deployments(self) {
        let script = "umount /etc/keepalived /var/lib/lvsha /mnt/full 2>/dev/null
            test -d /var/lib/lvsha || exit 0
            systemctl disable -q --now keepalived heartbeat lvsha lvsha-real-server 2>/dev/null
            cd /etc/systemd/system
            rm -rf /var/lib/lvsha /etc/sysctl.d/90-lvsha.conf /usr/local/sbin/lvsrs /etc/keepalived /etc/lvsha \
                /etc/ha.d/ha.cf /etc/ha.d/haresources /etc/ha.d/authkeys lvsha-real-server.service lvsha.service \
                lvsha-rollback.service sysinit.target.wants/lvsha-rollback.service keepalived.service.d
            systemctl daemon-reload
            ip rule del lookup 100 2>/dev/null && ip route flush table 100
            sysctl -qw net.ipv4.ip_forward=0 net.ipv6.conf.all.forwarding=0";
        self.run(&["sh", "-c", script]);
    }

    /// Starts its web server: `/` says the host's name, `/test.html` is the page that checks ask for.
    pub(crate) fn serve(self) {
        let text = fs::read_to_string("/lab/data/nginx.conf").expect("part of the lab's data");
        self.write("/etc/nginx/nginx.conf", &text.replace("HOST", &self.0.hostname()), "644");
        self.run(&["systemctl", "start", "nginx"]);
    }

    /// Its web server ends; the machine refuses connections from now on. Returns the moment.
    pub(crate) fn stop_serving(self) -> Duration {
        let moment = now();
        self.run(&["systemctl", "stop", "nginx"]);
        moment
    }

    /// Removes what a stack left behind.
    pub(super) fn clear(self) {
        self.resume();
        let units = ["lvsha", "keepalived", "heartbeat", "ldirectord", "nginx"];
        for unit in units {
            let _ = self.try_run(&["systemctl", "kill", "--signal=KILL", unit]);
        }
        let _ = self.try_run(&[&["systemctl", "stop"][..], &units[..]].concat());
        // Not by the shell below, whose own command line has the word in it.
        let _ = self.try_run(&["pkill", "-KILL", "-f", "ldirectord"]);
        self.run(&["sh", "-c", "systemctl reset-failed; rm -rf \
            /etc/keepalived /var/lib/heartbeat/hb_generation /etc/ha.d/ldirectord.cf /run/*.pid /run/keepalived /run/lvsha \
            /etc/systemd/system/lvsha.service; ipvsadm --clear"]);
        // Everything but the machine's own addresses.
        let name = self.0.name;
        let shown = try_run(&["ip", "-n", name, "-o", "addr", "show", "dev", interface()])
            .unwrap_or_default();
        let own = [self.0.address().to_string(), self.0.address6().to_string()];
        for address in shown.lines().filter_map(|line| line.split_whitespace().nth(3)) {
            let bare = address.split('/').next().unwrap_or_default();
            if !own.iter().any(|mine| mine == bare) && !bare.starts_with("fe80:") {
                let _ = try_run(&["ip", "-n", name, "addr", "del", address, "dev", interface()]);
            }
        }
    }

    pub(super) fn runs(self) -> bool {
        self.first_process().is_some()
    }

    /// systemd's process number, as the world counts. It lives in the scope that it made for itself.
    fn first_process(self) -> Option<String> {
        let list = fs::read_to_string(format!("{}/init.scope/cgroup.procs", self.group())).ok()?;
        list.lines().next().map(str::to_owned)
    }

    fn group(self) -> String {
        format!("/sys/fs/cgroup/{}", self.0.name)
    }
}
