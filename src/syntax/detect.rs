//! Which format a file has, by its name and, failing that, its text.

use super::{Format, characters};
use crate::source::SourceFile;

/// The format of `file`; `None` when neither name nor text tells.
pub fn detect(file: &SourceFile) -> Option<Format> {
    by_name(file.base_name()).or_else(|| by_text(file.text()))
}

/// By the usual names and their variants, such as `keepalived-master.conf` or `haresources.lw1`.
fn by_name(name: &str) -> Option<Format> {
    let name = name.to_ascii_lowercase();
    let usual = Format::ALL.into_iter().find(|format| name == format.file_name());
    usual.or_else(|| {
        NAMES.iter().find(|(part, _)| name.contains(part)).map(|(_, format)| *format).or_else(
            // `ha.cf` is too short to be searched for inside a name: `alpha.cfg` holds it too.
            || {
                let separated = |rest: &str| !rest.starts_with(|c: char| c.is_alphanumeric());
                let at_start = name.strip_prefix("ha.cf").is_some_and(separated);
                let at_end =
                    name.strip_suffix("ha.cf").is_some_and(|rest| rest.ends_with(['-', '_', '.']));
                (at_start || at_end).then_some(Format::HaCf)
            },
        )
    })
}

/// By what the first lines say: each tell-tale line is a point for its format, and the format with
/// most points wins if it is ahead of all others.
fn by_text(text: &str) -> Option<Format> {
    let mut points = [0_u32; Format::ALL.len()];
    let mut depth = 0_usize;
    let lines = text.lines().filter(|line| !line.trim_start().starts_with(['#', '!']));
    for line in lines.filter(|line| !line.trim().is_empty()).take(LINES) {
        let line: String = line.chars().take(LINE_LENGTH).collect();
        let line = characters::plain(&line);
        let is_inside = depth > 0;
        depth += line.matches('{').count();
        depth = depth.saturating_sub(line.matches('}').count());
        for (score, format) in points.iter_mut().zip(Format::ALL) {
            // A rule in braces, `from 10.0.0.0/8 table 7`, looks like a node and its address.
            let is_possible = format == Format::Keepalived || !is_inside;
            *score += u32::from(is_possible && is_typical(format, line.trim()));
        }
    }
    let best = points.iter().max().copied().filter(|best| *best > 0)?;
    let mut leaders = Format::ALL.into_iter().zip(points).filter(|(_, score)| *score == best);
    let (leader, _) = leaders.next()?;
    leaders.next().is_none().then_some(leader)
}

/// Whether `line` is one that hardly occurs in any other format.
fn is_typical(format: Format, line: &str) -> bool {
    let mut words = line.split_ascii_whitespace();
    let first = words.next().unwrap_or_default();
    match format {
        Format::Authkeys => match first {
            "auth" => words.next().is_some_and(|word| word.parse::<u8>().is_ok()),
            number => {
                number.parse::<u8>().is_ok()
                    && words.next().is_some_and(|word| DIGESTS.contains(&word))
            }
        },
        Format::HaCf => HA_CF.contains(&first) && words.next().is_some_and(|w| w != "{"),
        Format::Haresources => words.any(is_resource),
        Format::Keepalived => KEEPALIVED.contains(&first),
        Format::Ldirectord => {
            let name = line.split_once('=').map(|(name, _)| name.trim());
            name.is_some_and(|name| LDIRECTORD.contains(&name))
        }
    }
}

/// `IPaddr2::10.0.0.1/24/eth0`, `ldirectord::web.cf` or the bare address shorthand.
fn is_resource(word: &str) -> bool {
    let script = word.split_once("::").map(|(script, _)| script);
    let bare = word.split('/').next().is_some_and(|a| a.parse::<std::net::Ipv4Addr>().is_ok());
    // `2001::1` and `fe80::1` are addresses; the scripts that take arguments have longer names.
    let is_script = |s: &str| s.len() > 4 && s.starts_with(|c: char| c.is_ascii_alphabetic());
    (bare && word.contains('/')) || script.is_some_and(is_script)
}

/// Parts of names that no other kind of file has.
const NAMES: &[(&str, Format)] = &[
    ("keepalived", Format::Keepalived),
    ("ldirectord", Format::Ldirectord),
    ("haresources", Format::Haresources),
    ("authkeys", Format::Authkeys),
];

/// Lines that are looked at, without empty ones and comments.
const LINES: usize = 400;
/// Characters of a line that are looked at.
const LINE_LENGTH: usize = 200;

const DIGESTS: &[&str] = &["crc", "md5", "sha1"];

/// Directives of ha.cf that are no first words elsewhere.
const HA_CF: &[&str] = &[
    "apiauth",
    "auto_failback",
    "baud",
    "bcast",
    "deadping",
    "deadtime",
    "initdead",
    "keepalive",
    "logfacility",
    "mcast",
    "node",
    "ping",
    "ping_group",
    "respawn",
    "stonith_host",
    "ucast",
    "udpport",
    "warntime",
];

/// Words of keepalived.conf that are no first words elsewhere.
const KEEPALIVED: &[&str] = &[
    "advert_int",
    "bfd_instance",
    "delay_loop",
    "garp_group",
    "global_defs",
    "include",
    "lb_algo",
    "lb_kind",
    "notification_email",
    "real_server",
    "static_ipaddress",
    "static_routes",
    "static_rules",
    "track_file",
    "track_group",
    "virtual_ipaddress",
    "virtual_ipaddress_excluded",
    "virtual_router_id",
    "virtual_server",
    "virtual_server_group",
    "vrrp_instance",
    "vrrp_script",
    "vrrp_sync_group",
    "vrrp_track_process",
];

/// Left sides of `=` in ldirectord.cf.
const LDIRECTORD: &[&str] = &[
    "autoreload",
    "checkinterval",
    "checktimeout",
    "checktype",
    "fallback",
    "logfile",
    "negotiatetimeout",
    "protocol",
    "quiescent",
    "real",
    "receive",
    "request",
    "scheduler",
    "service",
    "virtual",
    "virtual6",
    "virtualhost",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Sources;

    fn format(name: &str, text: &str) -> Option<Format> {
        let mut sources = Sources::new();
        let file = sources.add(name, text.as_bytes());
        detect(sources.get(file))
    }

    #[test]
    fn names_and_their_variants_tell() {
        for (name, wanted) in [
            ("conf/ha.cf", Format::HaCf),
            ("ha.cf.lw1", Format::HaCf),
            ("lw1-ha.cf", Format::HaCf),
            ("haresources.lw1", Format::Haresources),
            ("authkeys.sample", Format::Authkeys),
            ("ldirectord-web.cf", Format::Ldirectord),
            ("keepalived-master.conf", Format::Keepalived),
            ("96-lvs-keepalived.conf", Format::Keepalived),
            ("KEEPALIVED.CONF", Format::Keepalived),
        ] {
            assert_eq!(format(name, ""), Some(wanted), "{name}");
        }
        assert_eq!(format("alpha.cfg", ""), None);
        assert_eq!(format("ha.cfg", ""), None);
    }

    #[test]
    fn text_tells_where_the_name_does_not() {
        for (text, wanted) in [
            ("# keys\nauth 1\n1 sha1 x\n", Format::Authkeys),
            ("logfile /var/log/ha\nbcast eth1\nnode a\nnode b\n", Format::HaCf),
            ("lw1 IPaddr::10.0.0.31/24/eth0 httpd\n", Format::Haresources),
            ("lw1 10.0.0.31/24/eth0 httpd\n", Format::Haresources),
            ("! old\nvrrp_instance VI_1\n{\n\u{A0}\u{A0}priority 100\n}\n", Format::Keepalived),
            ("virtual_server 10.0.0.1 80 {\n}\n", Format::Keepalived),
            (
                "vrrp_instance A {\n virtual_rules {\n from 10.0.0.0/8 table 7\n to 10.0.0.0/8 table 7\n",
                Format::Keepalived,
            ),
            ("virtual＝10.0.0.1:80\n\treal=10.0.0.2:80 gate\n", Format::Ldirectord),
        ] {
            assert_eq!(format("x.conf", text), Some(wanted), "{text}");
        }
    }

    #[test]
    fn foreign_text_is_not_guessed() {
        assert_eq!(format("notes.txt", "buy milk\nand bread\n"), None);
        assert_eq!(format("web.ini", "[http]\nport=80\n"), None);
        assert_eq!(format("nginx.conf", "http {\n  server {\n    listen 80;\n  }\n}\n"), None);
        assert_eq!(format("empty", ""), None);
        assert_eq!(format("remarks", "# only\n! comments\n"), None);
    }
}
