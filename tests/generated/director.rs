//! A director's keepalived.conf that heartbeat and ldirectord can have as well.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use lvsha::syntax::schema::Body;

use super::from_tables::keepalived::{line, rows};

/// Routers, perhaps in a group, and services as both worlds have them, with any settings around.
pub(crate) fn director() -> BoxedStrategy<String> {
    // Whether a group goes home by itself is one word for all groups.
    (routers(), any::<bool>(), select(&["", "nopreempt\n"][..]), services())
        .prop_map(|(routers, are_together, failback, services)| {
            let names: Vec<String> = (1..=routers.len()).map(|at| format!("VI_{at}\n")).collect();
            let group = format!("vrrp_sync_group G {{\ngroup {{\n{}}}\n}}\n", names.concat());
            let group = if are_together && !routers.is_empty() { group } else { String::new() };
            let routers = routers.iter().zip(1..).map(|(inside, at)| {
                format!(
                    "vrrp_instance VI_{at} {{\ninterface eth0\nvirtual_router_id {at}\n{failback}{inside}\
                     virtual_ipaddress {{\n10.0.0.{at}/24\n}}\n}}\n"
                )
            });
            TRACKED.to_owned() + &routers.collect::<String>() + &group + &services
        })
        .boxed()
}

/// What stands in each instance beside its interface, its number and its address.
fn routers() -> BoxedStrategy<Vec<String>> {
    let rows = rows().filter(|row| row.within == "vrrp_instance" && !STATED.contains(&row.word));
    let lines = subsequence(rows.collect::<Vec<_>>(), 0..5)
        .prop_flat_map(|rows| rows.into_iter().map(line).collect::<Vec<_>>())
        .prop_map(|lines| lines.concat());
    let tracks = select(&["", "track_script {\nchk\n}\n", "track_script {\nping\n}\n"][..]);
    vec((lines, tracks).prop_map(|(lines, tracks)| lines + tracks), 0..3).boxed()
}

/// Plain addresses, servers that are asked in one of the ways that both know.
fn services() -> BoxedStrategy<String> {
    let settings = |within: &'static str, most: usize| {
        let rows = rows().filter(move |row| {
            let is_setting = row.body == Body::None && !row.field.is_empty();
            row.within == within && is_setting && !STATED.contains(&row.word)
        });
        subsequence(rows.collect::<Vec<_>>(), 0..most)
            .prop_flat_map(|rows| rows.into_iter().map(line).collect::<Vec<_>>())
            // A prefix length is for services of IPv6.
            .prop_map(|lines| lines.concat().replace("persistence_granularity 64\n", ""))
    };
    let check = |word: &'static str, within: &'static str, inside: &'static str| {
        settings(within, 3).prop_map(move |lines| format!("{word} {{\n{inside}{lines}}}\n"))
    };
    let page = settings("virtual_server/real_server/HTTP_GET/url", 4);
    let page = page.prop_map(|lines| format!("HTTP_GET {{\nurl {{\npath /\n{lines}}}\n}}\n"));
    let checks = prop_oneof![
        2 => check("TCP_CHECK", "virtual_server/real_server/TCP_CHECK", ""),
        1 => check("HTTP_GET", "virtual_server/real_server/HTTP_GET", "url {\npath /\n}\n"),
        1 => page,
        1 => check("MISC_CHECK", "virtual_server/real_server/MISC_CHECK", "misc_path /bin/true\n"),
    ];
    let server = (settings(REAL, 3), checks).prop_map(|(own, check)| own + &check);
    let service = (settings("virtual_server", 6), vec(server, 1..3)).prop_map(|(own, servers)| {
        let servers = servers.iter().zip(1..);
        let servers = servers.map(|(own, at)| format!("real_server 10.0.1.{at} 80 {{\n{own}}}\n"));
        own + &servers.collect::<String>()
    });
    let services = vec(service, 1..3).prop_map(|services| {
        let services = services.iter().zip(1..);
        let services =
            services.map(|(inside, at)| format!("virtual_server 10.0.0.{at} 80 {{\n{inside}}}\n"));
        services.collect()
    });
    services.boxed()
}

const REAL: &str = "virtual_server/real_server";

/// What is stated once already, and what needs another word beside it.
const STATED: &[&str] = &[
    "interface",
    "misc_path",
    "nopreempt",
    "path",
    "preempt",
    "sorry_server_lvs_method",
    "track_script",
    // The other director's address is known already.
    "unicast_peer",
    "virtual_ipaddress",
    "virtual_router_id",
];

/// Scripts for the instances to follow: one that heartbeat can have, and one that it cannot.
const TRACKED: &str = "vrrp_script chk {\nscript /bin/true\n}\n\
    vrrp_script ping {\nscript \"/bin/ping -c 1 10.0.0.254\"\n}\n";
