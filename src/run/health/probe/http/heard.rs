//! A response without a server: for whoever has its bytes and not the machine that sent them.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::super::{Refusal, Trust};
use super::{Http, Outcome};
use crate::run::health::{Answer, Failure, HttpAsk, Question, Reply};

/// What the first exchange of `ask` makes of `response`, which is all that the server sends before
/// it closes. Nothing leaves the process: a redirection is read, but not followed.
///
/// # Errors
///
/// A question that cannot be asked.
pub async fn judge_response(
    ask: &HttpAsk,
    question: &Question,
    response: &[u8],
) -> Result<Answer, Refusal> {
    let http = Http::new(ask, question, &Trust::default())?;
    let Some(exchange) = http.exchanges.first() else { return Ok(Ok(Reply::new("no request"))) };
    let place = http.first_place(exchange);
    // Room for the whole response and for any request, so that neither end waits for the other.
    let (ours, mut theirs) = tokio::io::duplex(response.len().max(ROOM));
    let server = async {
        // Not before it is asked: a response to no request ends a connection.
        let _ = theirs.read(&mut [0]).await;
        // Who has heard enough is gone, which is no error of the response.
        let _ = theirs.write_all(response).await;
        let _ = theirs.shutdown().await;
    };
    let (outcome, ()) = tokio::join!(http.speak(ours, exchange, &place), server);
    Ok(match outcome {
        Ok(Outcome::Judged(said)) => Ok(Reply::new(said)),
        Ok(Outcome::Redirected(location)) => place.read(&location).and_then(|_| {
            let location = super::super::line(&location);
            Err(Failure::new(format!("redirected to `{location}`")))
        }),
        Err(failure) => Err(failure),
    })
}

/// Bytes: more than any request has.
const ROOM: usize = 64 * 1024;
