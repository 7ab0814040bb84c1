use super::*;

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn questions_come_in_their_time_and_never_twice_at_once() {
    let start = Instant::now();
    let mut schedule = Schedule::new(10, 1);
    schedule.add('a', start, Duration::ZERO);
    assert_eq!(schedule.poll_start(start), Some('a'));
    assert_eq!(schedule.poll_start(start + SECOND * 100), None);
    schedule.finished('a', start + SECOND, SECOND * 10);
    let next = schedule.next_deadline().unwrap();
    // A tenth of jitter: 9.5 to 10.5 s after the answer.
    assert!(next >= start + SECOND * 10 && next <= start + SECOND * 12, "{:?}", next - start);
    assert_eq!(schedule.poll_start(next), Some('a'));
}

#[test]
fn first_questions_are_spread() {
    let start = Instant::now();
    let mut schedule = Schedule::new(usize::MAX, 7);
    for key in 0..1000 {
        schedule.add(key, start, SECOND * 10);
    }
    // Each tenth of the time gets its tenth of the questions, by and large.
    for tenth in 1..=10_u32 {
        let asked = std::iter::from_fn(|| schedule.poll_start(start + SECOND * tenth)).count();
        assert!((60..150).contains(&asked), "{asked} in second {tenth}");
    }
    assert_eq!(schedule.running(), 1000);
}

#[test]
fn no_more_than_the_cap_are_open() {
    let start = Instant::now();
    let mut schedule = Schedule::new(3, 1);
    for key in 0..10 {
        schedule.add(key, start, Duration::ZERO);
    }
    let open: Vec<_> = std::iter::from_fn(|| schedule.poll_start(start)).collect();
    assert_eq!((open.len(), schedule.next_deadline()), (3, None));
    // One answer lets exactly one more through: the one that has waited longest.
    schedule.finished(open.first().copied().unwrap(), start, SECOND);
    assert_eq!(schedule.poll_start(start), Some(3));
    assert_eq!(schedule.poll_start(start), None);
}

#[test]
fn what_is_removed_while_it_is_asked_does_not_come_back() {
    let start = Instant::now();
    let mut schedule = Schedule::new(3, 1);
    schedule.add('a', start, Duration::ZERO);
    assert_eq!(schedule.poll_start(start), Some('a'));
    schedule.remove('a');
    schedule.finished('a', start, SECOND);
    assert_eq!((schedule.next_deadline(), schedule.running()), (None, 0));
}

#[test]
fn a_question_can_be_hurried_but_not_delayed() {
    let start = Instant::now();
    let mut schedule = Schedule::new(3, 1);
    schedule.add('a', start + SECOND * 60, Duration::ZERO);
    schedule.hurry('a', start + SECOND);
    assert_eq!(schedule.next_deadline(), Some(start + SECOND));
    schedule.hurry('a', start + SECOND * 2);
    assert_eq!(schedule.next_deadline(), Some(start + SECOND));
}

#[test]
fn a_pause_beyond_the_end_of_the_clock_is_only_long() {
    let start = Instant::now();
    let mut schedule = Schedule::new(3, 1);
    schedule.add('a', start, Duration::MAX);
    schedule.hurry('a', start);
    assert_eq!(schedule.poll_start(start), Some('a'));
    schedule.finished('a', start, Duration::MAX);
    assert_eq!(schedule.poll_start(start + SECOND * 86_400), None);
    assert!(schedule.next_deadline().is_some());
}
