//! The daemon's services: steps of a large table, and checks of a server on the loopback.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use lvsha::model::{Family, Protocol};
use lvsha::run::health::probe::{self, Trust};
use lvsha::run::health::{Ask, Origin, Question};
use lvsha::run::ipvs::batch::{Batch, WINDOW};
use lvsha::run::ipvs::{
    Destination, DestinationKey, Forwarding, Service, ServiceKey, ServiceSettings, Step, Table,
    diff,
};
use tokio::task::JoinSet;

use crate::Bench;
use crate::table::{Budget, Row, Sample, Trouble, Unit};

pub(crate) fn rows(bench: &Bench) -> Vec<Row> {
    let table = large(5000, 10);
    let empty = Table::default();
    let steps = diff(&empty, &table);
    // A service and its ten servers.
    let all = 5000 * 11;
    let batches = steps.len().div_ceil(WINDOW);
    vec![
        timed(bench, "plan 5,000 x 10 from nothing", all, || diff(&empty, &table).len()),
        timed(bench, "plan 5,000 x 10 that is there already", 0, || diff(&table, &table).len()),
        timed(bench, "encode 5,000 x 10 for the kernel", batches.max(1), || encode(&steps)),
        checks(),
    ]
}

/// Each window is a batch of its own, as if the kernel had answered at once. How many have something to send.
fn encode(steps: &[Step]) -> usize {
    let has_bytes = |window: &&[Step]| {
        let mut batch = Batch::new(window, 0x1d, 1);
        batch.poll_transmit().is_ok_and(|bytes| bytes.is_some_and(|bytes| !bytes.is_empty()))
    };
    steps.chunks(WINDOW).filter(has_bytes).count()
}

/// Work that counts what it made: with another number than `wanted` it was other work.
fn timed(bench: &Bench, work: &str, wanted: usize, act: impl Fn() -> usize) -> Row {
    let seconds = |_| {
        let start = Instant::now();
        for _ in 0..bench.method.slow {
            let made = act();
            if made != wanted {
                return Err(Trouble::Failed(format!("{made} steps or batches, not {wanted}")));
            }
        }
        Ok(start.elapsed().as_secs_f64())
    };
    let values: Result<Vec<f64>, Trouble> = (0..bench.method.runs).map(seconds).collect();
    Row::of(work, values.map(|values| Sample::new(Unit::Seconds, values)), Budget::Open)
}

fn large(services: u16, servers: u8) -> Table {
    let mut table = Table::default();
    for number in 0..services {
        let [high, low] = number.to_be_bytes();
        let address = Ipv4Addr::new(10, 9, high, low).into();
        let destination = Destination {
            forwarding: Forwarding::DirectRouting,
            weight: 1,
            upper_threshold: 0,
            lower_threshold: 0,
        };
        let at = |server| Ipv4Addr::new(10, 20 + server, high, low).into();
        let destinations = (0..servers)
            .map(|server| (DestinationKey { address: at(server), port: 80 }, destination))
            .collect();
        let settings = ServiceSettings::new("wlc", Family::V4);
        let key = ServiceKey::Endpoint { protocol: Protocol::Tcp, address, port: 80 };
        table.services.insert(key, Service { settings, destinations });
    }
    table
}

/// TCP checks one after the other on 64 lanes, each with a connection of its own.
fn checks() -> Row {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let per_second = runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
        let target = listener.local_addr().expect("it is bound");
        tokio::spawn(async move { while listener.accept().await.is_ok() {} });
        let start = Instant::now();
        let end = start + Duration::from_secs(2);
        let mut lanes = JoinSet::new();
        for _ in 0..64 {
            lanes.spawn(lane(target, end));
        }
        let count: u32 = lanes.join_all().await.into_iter().sum();
        f64::from(count) / start.elapsed().as_secs_f64()
    });
    let sample = Sample::new(Unit::PerSecond, vec![per_second]);
    Row::new("TCP checks on one processor, server included", sample, Budget::Open)
}

async fn lane(target: SocketAddr, end: Instant) -> u32 {
    let second = Duration::from_secs(1);
    let origin = Origin::default();
    let question = Question { ask: Ask::Connect, target, origin, limit: second, interval: second };
    let probe = probe::build(&question, &Trust::default()).expect("a connection needs nothing");
    let mut count = 0;
    while Instant::now() < end {
        probe::run(probe.as_ref(), question.limit).await.expect("the server answers");
        count += 1;
    }
    count
}
