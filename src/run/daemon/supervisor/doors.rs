//! Where others come in, and what they are told of routers: the control socket, metrics.

use tokio::net::{TcpStream, UnixStream};

use super::*;

/// Where others come in.
#[derive(Debug, Default)]
pub(super) struct Doors {
    control: Option<Server>,
    metrics: Option<TcpListener>,
}

impl Doors {
    /// # Errors
    /// When another daemon is there, or nobody can listen there.
    pub(super) async fn open(
        control: Option<&Path>,
        metrics: Option<SocketAddr>,
    ) -> Result<Self, StartError> {
        let control = control.map(bind).transpose()?;
        let Some(address) = metrics else { return Ok(Self { control, metrics: None }) };
        match TcpListener::bind(address).await {
            Ok(listener) => Ok(Self { control, metrics: Some(listener) }),
            Err(error) => Err(StartError::Metrics { address, error }),
        }
    }

    /// The next one who asks at the control socket; never, without one.
    pub(super) async fn asked(&self) -> UnixStream {
        let Some(server) = &self.control else { return std::future::pending().await };
        patiently("control socket", async || server.accept().await).await
    }

    /// The next one who asks for metrics; never, where nobody may.
    pub(super) async fn scraped(&self) -> TcpStream {
        let Some(listener) = &self.metrics else { return std::future::pending().await };
        patiently("metrics", async || Ok(listener.accept().await?.0)).await
    }
}

async fn patiently<T>(what: &str, accept: impl AsyncFn() -> io::Result<T>) -> T {
    loop {
        match accept().await {
            Ok(stream) => return stream,
            Err(error) => {
                warn!("{what}: {error}");
                // Out of descriptors, for example: do not spin.
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        }
    }
}

fn bind(path: &Path) -> Result<Server, StartError> {
    Server::bind(path).map_err(|error| match error.kind() {
        io::ErrorKind::AddrInUse => StartError::Running(path.to_owned()),
        _ => StartError::Control { path: path.to_owned(), error },
    })
}

/// Passes on what an operator wants of routers.
pub(super) async fn stand(
    request: &StanceRequest,
    rows: &[(String, Option<bool>)],
    orders: &mpsc::UnboundedSender<Order>,
) -> Answer {
    let is_meant = |(name, is_preferred): &(String, Option<bool>)| match &request.routers {
        Routers::All => true,
        Routers::Foreign => *is_preferred == Some(false),
        Routers::Local => *is_preferred == Some(true),
        Routers::Named(names) => names.contains(name),
    };
    if let Routers::Named(names) = &request.routers {
        let unknown = names.iter().find(|name| !rows.iter().any(|(known, _)| known == *name));
        if let Some(unknown) = unknown {
            return Answer::Refused(format!("there is no virtual router `{unknown}`"));
        }
    }
    let meant = rows.iter().filter(|row| is_meant(row));
    let routers: Vec<String> = meant.map(|(name, _)| name.clone()).collect();
    if routers.is_empty() {
        return Answer::Refused("there is no such virtual router".to_owned());
    }
    let stance = request.stance.stance();
    info!("ordered by an operator: {:?}: {}", request.stance, routers.join(", "));
    let (done, answer) = oneshot::channel();
    let gone = || Answer::Refused("the daemon is stopping".to_owned());
    if orders.send(Order::Stance { stance, routers: routers.clone(), done }).is_err() {
        return gone();
    }
    let Ok(known) = answer.await else { return gone() };
    // The names are as old as the connection.
    let missing = routers.iter().find(|name| !known.contains(name));
    if let (Routers::Named(_), Some(missing)) = (&request.routers, missing) {
        let others = known.join(", ");
        let others = if known.is_empty() { "nothing".to_owned() } else { others };
        return Answer::Refused(format!("`{missing}` is gone since a reload; ordered: {others}"));
    }
    services::json(&StanceAnswer { routers: known })
}

/// The status, for an operator.
pub(super) async fn answer(orders: mpsc::UnboundedSender<Order>, node: String) -> Answer {
    match status(orders, node).await {
        Some(status) => services::json(&status),
        None => Answer::Refused("the daemon is stopping".to_owned()),
    }
}

/// Nothing when the daemon stops.
async fn status(orders: mpsc::UnboundedSender<Order>, node: String) -> Option<Status> {
    let (sender, receiver) = oneshot::channel();
    // If nobody takes it, the other channel says so.
    let _ = orders.send(Order::Status(sender));
    Some(Status { node, ..receiver.await.ok()? })
}

/// What a monitoring system is told.
pub(super) async fn reading(
    orders: mpsc::UnboundedSender<Order>,
    node: String,
    commands: Option<mpsc::UnboundedSender<Command>>,
) -> Option<Reading> {
    let status = status(orders, node).await?;
    let services = match commands {
        Some(commands) => Some(services::snapshot(&commands).await?),
        None => None,
    };
    Some(Reading { status, services })
}
