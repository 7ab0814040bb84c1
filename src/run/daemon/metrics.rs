//! Metrics over HTTP, for a monitoring system that asks the daemon itself (`--metrics`).

use std::future::Future;
use std::time::Duration;

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::header::CONTENT_TYPE;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use crate::run::metrics::Reading;

/// Answers one request and closes; `read` has nothing to tell when the daemon stops. Whoever is slow is left alone.
pub(super) async fn serve<F>(stream: TcpStream, read: impl Fn() -> F)
where
    F: Future<Output = Option<Reading>>,
{
    let answer = service_fn(|request: Request<Incoming>| {
        let reading = (request.uri().path() == PATH).then(&read);
        async move {
            let (code, kind, text) = match reading {
                None => (StatusCode::NOT_FOUND, PLAIN, format!("metrics are at {PATH}\n")),
                Some(reading) => match text(reading.await).await {
                    Some(text) => (StatusCode::OK, OPEN_METRICS, text),
                    None => {
                        let why = "the daemon is stopping\n".to_owned();
                        (StatusCode::SERVICE_UNAVAILABLE, PLAIN, why)
                    }
                },
            };
            let response = Response::builder().status(code).header(CONTENT_TYPE, kind);
            response.body(Full::new(Bytes::from(text)))
        }
    });
    let connection =
        http1::Builder::new().keep_alive(false).serve_connection(TokioIo::new(stream), answer);
    // Who went away does not want the answer.
    let _ = tokio::time::timeout(PATIENCE, connection).await;
}

/// A hundred thousand servers are some work, and this thread has other.
async fn text(reading: Option<Reading>) -> Option<String> {
    let reading = reading?;
    tokio::task::spawn_blocking(|| reading.text()).await.ok()
}

const PATH: &str = "/metrics";
const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
const PLAIN: &str = "text/plain; charset=utf-8";
const PATIENCE: Duration = Duration::from_secs(10);
