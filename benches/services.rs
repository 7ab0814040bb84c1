//! The daemon's services: steps of a large table, and checks of a server on the loopback.
//!
//! `cargo bench --bench services` prints a line per measurement; nothing here can fail by being slow.

// Whoever measures has nothing better to do than to stop.
#![expect(clippy::unwrap_used, clippy::print_stdout)]

use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use lvsha::model::{Family, Protocol};
use lvsha::run::health::probe::{self, Trust};
use lvsha::run::health::{Ask, Origin, Question};
use lvsha::run::ipvs::batch::Batch;
use lvsha::run::ipvs::{
    Destination, DestinationKey, Forwarding, Service, ServiceKey, ServiceSettings, Table, diff,
};
use tokio::task::JoinSet;

fn main() {
    tables();
    checks();
}

/// 5,000 services of 10 servers: the difference to nothing, to itself, and the bytes.
fn tables() {
    let table = large(5000, 10);
    let (steps, time) = timed(|| diff(&Table::default(), &table));
    println!("diff of 5,000 x 10 against nothing: {} steps in {time:?}", steps.len());
    let (unchanged, time) = timed(|| diff(&table, &table));
    println!("diff of 5,000 x 10 against itself: {} steps in {time:?}", unchanged.len());
    let (bytes, time) = timed(|| {
        let mut bytes = 0;
        // Each window is a batch of its own, as if the kernel had answered at once.
        for window in steps.chunks(lvsha::run::ipvs::batch::WINDOW) {
            bytes += Batch::new(window, 0x1d, 1).poll_transmit().unwrap().unwrap().len();
        }
        bytes
    });
    println!("encoding these steps: {bytes} bytes in {time:?}");
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
fn checks() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (count, time) = timed(|| {
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
            let target = listener.local_addr().unwrap();
            tokio::spawn(async move { while listener.accept().await.is_ok() {} });
            let end = Instant::now() + Duration::from_secs(2);
            let mut lanes = JoinSet::new();
            for _ in 0..64 {
                lanes.spawn(lane(target, end));
            }
            lanes.join_all().await.into_iter().sum::<u32>()
        })
    });
    println!("TCP checks: {:.0} per second", f64::from(count) / time.as_secs_f64());
}

async fn lane(target: SocketAddr, end: Instant) -> u32 {
    let second = Duration::from_secs(1);
    let origin = Origin::default();
    let question = Question { ask: Ask::Connect, target, origin, limit: second, interval: second };
    let probe = probe::build(&question, &Trust::default()).unwrap();
    let mut count = 0;
    while Instant::now() < end {
        probe::run(probe.as_ref(), &question).await.unwrap();
        count += 1;
    }
    count
}

fn timed<T>(act: impl FnOnce() -> T) -> (T, Duration) {
    let start = Instant::now();
    let result = act();
    (result, start.elapsed())
}
