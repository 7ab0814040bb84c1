//! Names that iproute2 gives to numbers: its own, and those of the files in its folders.

use std::fs;

/// `table` of a route or a rule.
pub(super) fn table(name: &str) -> Option<u32> {
    match name {
        "main" => Some(254),
        "local" => Some(255),
        "default" => Some(253),
        _ => name.parse().ok().or_else(|| look_up("rt_tables", name)),
    }
}

/// `scope` of a route.
pub(super) fn scope(name: &str) -> Option<u8> {
    match name {
        "global" | "universe" => Some(0),
        "site" => Some(200),
        "link" => Some(253),
        "host" => Some(254),
        "nowhere" => Some(255),
        _ => name.parse().ok(),
    }
}

/// `protocol` of a route: who made it.
pub(super) fn protocol(name: &str) -> Option<u8> {
    match name {
        "kernel" => Some(2),
        "boot" => Some(3),
        "static" => Some(4),
        "keepalived" => Some(18),
        _ => name.parse().ok().or_else(|| look_up("rt_protos", name)?.try_into().ok()),
    }
}

/// `tos` and `dsfield`: a number, in hexadecimal if it says so.
pub(super) fn type_of_service(name: &str) -> Option<u8> {
    let digits = name.strip_prefix("0x").unwrap_or(name);
    // ip-route(8) reads these numbers as hexadecimal, with or without 0x.
    let number = u8::from_str_radix(digits, 16).ok();
    number.or_else(|| look_up("rt_dsfield", name)?.try_into().ok())
}

/// `ipproto`.
pub(super) fn transport(name: &str) -> Option<u8> {
    match name {
        "icmp" => Some(1),
        "tcp" => Some(6),
        "udp" => Some(17),
        "ipv6-icmp" => Some(58),
        "sctp" => Some(132),
        _ => name.parse().ok(),
    }
}

/// A group of links.
pub(super) fn link_group(name: &str) -> Option<u32> {
    match name {
        "default" => Some(0),
        _ => name.parse().ok().or_else(|| look_up("group", name)),
    }
}

fn look_up(file: &str, name: &str) -> Option<u32> {
    FOLDERS.iter().find_map(|folder| {
        let text = fs::read_to_string(format!("{folder}/{file}")).ok()?;
        find(&text, name)
    })
}

/// Lines of `NUMBER NAME`; a number may be hexadecimal, `#` begins a comment.
fn find(text: &str, name: &str) -> Option<u32> {
    text.lines().find_map(|line| {
        let mut words = line.split('#').next()?.split_whitespace();
        let number = super::number(words.next()?)?;
        (words.next() == Some(name)).then_some(number)
    })
}

/// Where iproute2 looks, the administrator's first.
const FOLDERS: [&str; 2] = ["/etc/iproute2", "/usr/share/iproute2"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_files_are_found() {
        let text = "# reserved\n255\tlocal\n100 wan # provider\n0x80 half\n";
        assert_eq!(find(text, "wan"), Some(100));
        assert_eq!(find(text, "half"), Some(128));
        assert_eq!(find(text, "provider"), None);
        assert_eq!((table("main"), table("77")), (Some(254), Some(77)));
    }
}
