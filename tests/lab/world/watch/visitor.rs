//! A slow client: it has begun a request, and ends it when the scenario says so.

use std::io::{Read, Write};
use std::net::{IpAddr, SocketAddr, TcpStream};
use std::thread;
use std::time::Duration;

use crate::inventory::{CLIENT, port};
use crate::world::network;

/// How long each of its steps may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// An open connection with half a request in it.
pub(crate) struct Visitor(TcpStream);

impl Visitor {
    pub(crate) fn begin(address: IpAddr) -> Self {
        // A socket stays in the network that it was made in; only the thread there ends.
        let connecting = thread::spawn(move || {
            network::enter(CLIENT);
            TcpStream::connect_timeout(&SocketAddr::from((address, port())), PATIENCE)
        });
        let mut stream = connecting.join().unwrap().expect("a visitor gets a connection");
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.write_all(b"GET / HTTP/1.0\r\n").unwrap();
        Self(stream)
    }

    /// The page that it gets in the end.
    pub(crate) fn finish(mut self) -> String {
        self.0.write_all(b"\r\n").expect("the connection is still there");
        let mut text = String::new();
        self.0.read_to_string(&mut text).expect("the connection is still there");
        text.split_once("\r\n\r\n").map(|(_, body)| body.trim().to_owned()).unwrap_or_default()
    }
}
