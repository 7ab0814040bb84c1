//! Which files a machine gets, as data.

use super::Role;
use super::context::Context;
use crate::site::Stack;

/// What must happen when a file changed. Ordered: the strongest effect on a unit counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Effect {
    /// Nothing: it is read when it is needed.
    None,
    /// The kernel's settings are set from it.
    Sysctl,
    /// systemd reads its units again.
    Units,
    /// The unit reads its configuration again, without an interruption.
    Reload(&'static str),
    /// The unit is stopped and started.
    Restart(&'static str),
}

/// A program that judges a file before it is put in place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Check {
    /// The command; `{}` is the file.
    pub command: &'static [&'static str],
    /// Exit codes that mean that the file is right.
    pub accepts: &'static [i32],
}

/// A file of a machine.
pub(super) struct Row {
    pub(super) template: &'static str,
    pub(super) path: &'static str,
    pub(super) mode: u32,
    pub(super) effect: Effect,
    pub(super) check: Option<Check>,
    pub(super) when: fn(&Context) -> bool,
}

/// The rows of a machine.
pub(super) fn rows(stack: Stack, role: Role) -> impl Iterator<Item = &'static Row> {
    let own: &[Row] = match (role, stack) {
        (Role::RealServer, _) => REAL_SERVER,
        (Role::Director, Stack::Heartbeat) => HEARTBEAT,
        (Role::Director, Stack::Keepalived) => KEEPALIVED,
        (Role::Director, Stack::Lvsha) => LVSHA,
    };
    let common: &[Row] = if role == Role::Director { DIRECTOR } else { &[] };
    common.iter().chain(own)
}

/// The stack that a director's files are for, by the one that all of its kind have.
pub(super) fn stack_of<'a>(mut paths: impl Iterator<Item = &'a str> + Clone) -> Option<Stack> {
    paths.find_map(|path| MAIN.iter().find(|row| row.0 == path)).map(|(_, stack, _)| *stack)
}

/// The file that each stack's program on a director begins with, and the unit that reads it.
pub fn main_files() -> impl Iterator<Item = (&'static str, &'static str)> {
    MAIN.iter().map(|(path, _, unit)| (*path, *unit))
}

const MAIN: &[(&str, Stack, &str)] = &[
    (HA_CF, Stack::Heartbeat, "heartbeat.service"),
    ("/etc/keepalived/keepalived.conf", Stack::Keepalived, "keepalived.service"),
    ("/etc/lvsha/keepalived.conf", Stack::Lvsha, "lvsha.service"),
];

/// The position and row of a path among `rows`.
pub(super) fn row_of(stack: Stack, role: Role, path: &str) -> Option<(usize, &'static Row)> {
    rows(stack, role).enumerate().find(|(_, row)| {
        row.path == path
            || row.path == CONFIGURATIONS
                && path.starts_with("/etc/ha.d/")
                && path.ends_with(".cf")
                && path != "/etc/ha.d/ha.cf"
    })
}

/// Stands for the path of each configuration of ldirectord: there is a file for each.
pub(super) const CONFIGURATIONS: &str = "/etc/ha.d/*.cf";

/// It holds passwords where it names fencing devices.
pub(super) const HA_CF: &str = "/etc/ha.d/ha.cf";

/// It sets the addresses of a real server.
pub const REAL_SERVER_SCRIPT: &str = "/usr/local/sbin/lvsrs";

/// Files of every director.
const DIRECTOR: &[Row] = &[Row {
    template: "director.sysctl.conf.j2",
    path: "/etc/sysctl.d/90-lvsha.conf",
    mode: 0o644,
    effect: Effect::Sysctl,
    check: None,
    when: |context| context.forwards.ipv4 || context.forwards.ipv6,
}];

const KEEPALIVED: &[Row] = &[
    Row {
        template: "keepalived.service.conf.j2",
        path: "/etc/systemd/system/keepalived.service.d/lvsha.conf",
        mode: 0o644,
        effect: Effect::Units,
        check: None,
        when: |_| true,
    },
    Row {
        template: "keepalived.default.j2",
        path: "/etc/default/keepalived",
        mode: 0o644,
        effect: Effect::Restart("keepalived.service"),
        check: None,
        when: |context| !context.options.is_empty(),
    },
    Row {
        template: "keepalived.conf.j2",
        path: "/etc/keepalived/keepalived.conf",
        mode: 0o600,
        effect: Effect::Reload("keepalived.service"),
        check: Some(Check { command: &["keepalived", "-t", "-f", "{}"], accepts: &[0] }),
        when: |_| true,
    },
];

const LVSHA: &[Row] = &[
    Row {
        template: "lvsha.service.j2",
        path: "/etc/systemd/system/lvsha.service",
        mode: 0o644,
        effect: Effect::Restart("lvsha.service"),
        check: None,
        when: |_| true,
    },
    Row {
        template: "keepalived.conf.j2",
        path: "/etc/lvsha/keepalived.conf",
        mode: 0o600,
        effect: Effect::Reload("lvsha.service"),
        check: Some(Check { command: &["lvsha", "daemon", "--check", "{}"], accepts: &[0] }),
        when: |_| true,
    },
];

const HEARTBEAT: &[Row] = &[
    Row {
        template: "ldirectord.cf.j2",
        path: CONFIGURATIONS,
        mode: 0o644,
        // With autoreload it notices by itself, on whichever director it runs.
        effect: Effect::None,
        // `status` gets past the reader and finds nothing running: 3. A wrong file is 2.
        check: Some(Check { command: &["ldirectord", "{}", "status"], accepts: &[0, 3] }),
        when: |context| !context.configurations.is_empty(),
    },
    Row {
        template: "authkeys.j2",
        path: "/etc/ha.d/authkeys",
        mode: 0o600,
        effect: Effect::Reload("heartbeat.service"),
        check: None,
        when: |_| true,
    },
    Row {
        template: "haresources.j2",
        path: "/etc/ha.d/haresources",
        mode: 0o644,
        effect: Effect::Reload("heartbeat.service"),
        check: None,
        when: |_| true,
    },
    Row {
        template: "ha.cf.j2",
        path: HA_CF,
        mode: 0o644,
        effect: Effect::Reload("heartbeat.service"),
        check: None,
        when: |_| true,
    },
];

const REAL_SERVER: &[Row] = &[
    // Silence first: an address on `lo` that the machine answers for takes the service away from
    // the director.
    Row {
        template: "real-server.sysctl.conf.j2",
        path: "/etc/sysctl.d/90-lvsha.conf",
        mode: 0o644,
        effect: Effect::Sysctl,
        check: None,
        when: |context| !context.vips.is_empty(),
    },
    Row {
        template: "lvsrs.j2",
        path: REAL_SERVER_SCRIPT,
        mode: 0o755,
        effect: Effect::Reload("lvsha-real-server.service"),
        check: Some(Check { command: &["sh", "-n", "{}"], accepts: &[0] }),
        when: |context| !context.vips.is_empty(),
    },
    Row {
        template: "lvsha-real-server.service.j2",
        path: "/etc/systemd/system/lvsha-real-server.service",
        mode: 0o644,
        effect: Effect::Units,
        check: None,
        when: |context| !context.vips.is_empty(),
    },
];
