use std::future::poll_fn;

use super::*;

/// Until the alarm has rung at `at`; how often it rang before.
async fn wait(alarm: &mut Alarm, at: Instant) -> u32 {
    let mut early = 0;
    loop {
        poll_fn(|context| alarm.poll(at, context)).await;
        if Instant::now() >= at {
            return early;
        }
        early += 1;
    }
}

#[tokio::test(flavor = "current_thread")]
async fn it_never_rings_too_early_and_can_be_set_again() {
    let mut alarm = Alarm::new().unwrap();
    for milliseconds in [3, 1, 2] {
        let at = Instant::now() + Duration::from_millis(milliseconds);
        // What rang before may be heard once more.
        assert!(wait(&mut alarm, at).await <= 1);
    }
}

#[tokio::test(flavor = "current_thread")]
async fn a_moment_that_has_passed_rings_at_once() {
    let mut alarm = Alarm::new().unwrap();
    assert_eq!(wait(&mut alarm, Instant::now()).await, 0);
}

#[tokio::test(flavor = "current_thread")]
async fn an_earlier_moment_counts() {
    let mut alarm = Alarm::new().unwrap();
    let (late, soon) = (Duration::from_secs(3600), Duration::from_millis(1));
    let hour = Instant::now() + late;
    let is_pending = poll_fn(|context| Poll::Ready(alarm.poll(hour, context).is_pending())).await;
    assert!(is_pending);
    wait(&mut alarm, Instant::now() + soon).await;
}
