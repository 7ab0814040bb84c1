//! Tasks that have something left to do when everything ends.

use std::time::Duration;

use tokio::task::{AbortHandle, JoinHandle};
use tokio::time::timeout;

/// Waits for the end of tasks, for all of them together no longer than `limit`; whoever is not done by then is
/// ended. Says whether all were.
pub(super) async fn finish_all(tasks: Vec<JoinHandle<()>>, limit: Duration) -> bool {
    let handles: Vec<AbortHandle> = tasks.iter().map(JoinHandle::abort_handle).collect();
    let all = async {
        for task in tasks {
            // One that panicked has ended, too.
            let _ = task.await;
        }
    };
    let is_done = timeout(limit, all).await.is_ok();
    handles.iter().for_each(AbortHandle::abort);
    is_done
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::time::Instant;

    #[tokio::test]
    async fn tasks_have_one_limit_together() {
        let limit = Duration::from_millis(200);
        let sleep = |time| move || tokio::spawn(tokio::time::sleep(time));
        let endless: Vec<_> =
            std::iter::repeat_with(sleep(Duration::from_secs(600))).take(20).collect();
        let start = Instant::now();
        assert!(!finish_all(endless, limit).await);
        // One after the other they had 4 s.
        assert!(start.elapsed() < limit * 10, "{:?}", start.elapsed());
        let quick = std::iter::repeat_with(sleep(Duration::ZERO)).take(20).collect();
        assert!(finish_all(quick, Duration::from_secs(60)).await);
    }
}
