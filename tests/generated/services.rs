//! Services of keepalived that ldirectord can have as well.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::subsequence;

use lvsha::syntax::schema::Body;

use super::from_tables::keepalived::{line, rows};

/// Services as both worlds have them: plain addresses, servers that a connection asks, and any
/// settings around.
pub(crate) fn services() -> BoxedStrategy<String> {
    let settings = |within: &'static str, most: usize| {
        let rows = rows().filter(move |row| {
            row.within == within && row.body == Body::None && !row.field.is_empty()
        });
        subsequence(rows.collect::<Vec<_>>(), 0..most)
            .prop_flat_map(|rows| rows.into_iter().map(line).collect::<Vec<_>>())
            // A prefix length is for services of IPv6.
            .prop_map(|lines| lines.concat().replace("persistence_granularity 64\n", ""))
    };
    let server = (settings(REAL, 3), settings("virtual_server/real_server/TCP_CHECK", 3))
        .prop_map(|(own, check)| format!("{own}TCP_CHECK {{\n{check}}}\n"));
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
