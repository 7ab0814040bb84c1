//! The control socket: whatever is sent, one line of JSON comes back.

use std::io::{Read as _, Write as _};
use std::net::Shutdown;
use std::os::unix::net::UnixStream;

use lvsha::run::control::{Answer, Request, serve};

pub fn run(data: &[u8]) {
    let Ok((mut near, far)) = UnixStream::pair() else { return };
    // The kernel's buffer is larger than any input, so that this does not wait.
    if near.write_all(data).is_err() || near.shutdown(Shutdown::Write).is_err() {
        return;
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.expect("a runtime needs three descriptors");
    runtime.block_on(async {
        far.set_nonblocking(true).expect("a socket");
        let far = tokio::net::UnixStream::from_std(far).expect("a socket");
        serve(far, |request| async move { answer(&request) }).await;
    });
    let mut text = String::new();
    near.read_to_string(&mut text).expect("an answer is UTF-8");
    assert!(text.ends_with('\n'), "{text}");
    assert_eq!(text.lines().count(), 1, "{text}");
}

/// A request means the same when it is written again.
fn answer(request: &Request) -> Answer {
    let Request::Order(order) = request else { return Answer::Json("{}".to_owned()) };
    order.action.order();
    Answer::Refused(order.describe())
}
