//! Names of virtual links, and the settings under /proc/sys that they need.

use std::fmt;
use std::fs;
use std::io;
use std::path::PathBuf;

/// Name of the macvlan of a virtual router, as keepalived has it.
pub fn virtual_link_name(virtual_router_id: u8, is_ipv6: bool) -> String {
    format!("vrrp{}.{virtual_router_id}", if is_ipv6 { "6" } else { "" })
}

/// A setting and its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    path: String,
    value: &'static str,
}

impl Setting {
    /// Whether both say something of the same.
    pub fn is_about(&self, other: &Self) -> bool {
        self.path == other.path
    }
}

impl fmt::Display for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "/proc/sys/net/{} = {}", self.path, self.value)
    }
}

/// What a macvlan with a virtual MAC needs before it is up (C14, A78, A81).
pub fn virtual_link_settings(link: &str) -> Vec<Setting> {
    let v4 = |name: &str, value| Setting { path: format!("ipv4/conf/{link}/{name}"), value };
    let v6 = |name: &str, value| Setting { path: format!("ipv6/conf/{link}/{name}"), value };
    vec![
        // Packets from and to addresses that are on the link below too.
        v4("accept_local", "1"),
        v4("rp_filter", "0"),
        v4("promote_secondaries", "1"),
        // No interface identifier is made of the virtual MAC.
        v6("addr_gen_mode", "1"),
        v6("autoconf", "0"),
        v6("accept_ra", "0"),
    ]
}

/// Whether a link takes addresses of IPv6. Both are to be said: a host may have it off for new links.
pub fn ipv6_setting(link: &str, is_on: bool) -> Setting {
    let value = if is_on { "0" } else { "1" };
    Setting { path: format!("ipv6/conf/{link}/disable_ipv6"), value }
}

/// What the link below needs, so that it does not answer for the virtual addresses (A37, A81), and
/// does not ask in their name: answers to clients may leave by it, and the question for a client's
/// address would teach that client the wrong MAC of the virtual address.
pub fn base_link_settings(link: &str) -> Vec<Setting> {
    let v4 = |name: &str, value| Setting { path: format!("ipv4/conf/{link}/{name}"), value };
    vec![v4("arp_ignore", "1"), v4("arp_filter", "1"), v4("arp_announce", "2")]
}

/// Gives every interface the reverse path filter that all have, and takes it from all: the kernel follows the
/// stricter of the two, so that none could be without. What was changed goes to `changed`, with its value before.
///
/// # Errors
/// When the settings cannot be read or written; then some may be changed.
pub fn move_reverse_path_filter(changed: &mut Vec<(Setting, String)>) -> io::Result<()> {
    let filter = |link: &str, value| Setting { path: format!("ipv4/conf/{link}/rp_filter"), value };
    let all = filter("all", "0");
    // The loose one (2) lets packets for a virtual link through.
    if read(&all)? != "1" {
        return Ok(());
    }
    // With `default`, for those that come later.
    for entry in fs::read_dir("/proc/sys/net/ipv4/conf")? {
        let name = entry?.file_name();
        let Some(name) = name.to_str().filter(|name| *name != "all") else { continue };
        let own = filter(name, "1");
        let moved = match read(&own) {
            Ok(before) if before == "0" => write(&own),
            other => other,
        };
        match moved {
            Ok(before) if before == "0" => changed.push((own, before)),
            Ok(_) => {}
            // One that is gone by now needs none.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    let before = write(&all)?;
    changed.push((all, before));
    Ok(())
}

fn read(setting: &Setting) -> io::Result<String> {
    let path = PathBuf::from("/proc/sys/net").join(&setting.path);
    Ok(fs::read_to_string(path)?.trim().to_owned())
}

/// Writes a setting and returns what it was before.
///
/// # Errors
/// When the kernel has no such setting, or refuses the value.
pub fn write(setting: &Setting) -> io::Result<String> {
    let before = read(setting)?;
    if before != setting.value {
        restore(setting, setting.value)?;
    }
    Ok(before)
}

/// Puts a setting back.
///
/// # Errors
/// Those of [`write`].
pub fn restore(setting: &Setting, before: &str) -> io::Result<()> {
    fs::write(PathBuf::from("/proc/sys/net").join(&setting.path), before)
}
