use super::*;
use crate::run::ipvs::DaemonRole;

/// An answer as the kernel writes it: an error message of its own for a sequence number.
fn answer(sequence: u32, errno: i32) -> Vec<u8> {
    let mut bytes = 20_u32.to_ne_bytes().to_vec();
    bytes.extend([2, 0, 0, 0]);
    bytes.extend(sequence.to_ne_bytes());
    bytes.extend([0; 4]);
    bytes.extend((-errno).to_ne_bytes());
    bytes
}

fn steps(count: usize) -> Vec<Step> {
    vec![Step::StopDaemon(DaemonRole::Backup); count]
}

/// Sequence numbers and whether an acknowledgement is asked for.
fn requests(datagram: &[u8]) -> Vec<(u32, bool)> {
    let flags = |offset: usize| datagram.get(offset + 6).copied().unwrap_or_default();
    let mut offset = 0;
    let mut told = Vec::new();
    for frame in Frames::new(datagram) {
        told.push((frame.unwrap().sequence, flags(offset) & 4 != 0));
        let length = datagram.get(offset..offset + 4).unwrap().try_into().unwrap();
        offset += usize::try_from(u32::from_ne_bytes(length)).unwrap();
    }
    told
}

#[test]
fn one_datagram_is_on_its_way_and_only_its_last_message_is_acknowledged() {
    let steps = steps(WINDOW + 2);
    let mut batch = Batch::new(&steps, 0x1d, 1000);
    let first = requests(&batch.poll_transmit().unwrap().unwrap());
    assert_eq!(first.len(), WINDOW);
    assert_eq!(first.iter().filter(|(_, acknowledge)| *acknowledge).count(), 1);
    assert_eq!(first.last(), Some(&(1127, true)));
    assert_eq!(batch.poll_transmit().unwrap(), None);
    batch.handle(&answer(1127, 0)).unwrap();
    let second = requests(&batch.poll_transmit().unwrap().unwrap());
    assert_eq!(second, [(1128, false), (1129, true)]);
    batch.handle(&answer(1129, 0)).unwrap();
    assert!(batch.is_finished());
    assert_eq!(batch.into_refusals(), []);
}

#[test]
fn an_error_belongs_to_the_step_with_its_number() {
    let steps = steps(4);
    // Sequence numbers wrap around in the middle.
    let mut batch = Batch::new(&steps, 0x1d, u32::MAX - 1);
    batch.poll_transmit().unwrap().unwrap();
    let mut answers = answer(u32::MAX, libc::ESRCH);
    // Of an earlier conversation.
    answers.extend(answer(77, libc::EPERM));
    batch.handle(&answers).unwrap();
    assert!(batch.is_waiting());
    batch.handle(&answer(1, libc::EINVAL)).unwrap();
    assert!(batch.is_finished());
    let refusals = batch.into_refusals();
    let expected =
        [Refusal { index: 1, errno: libc::ESRCH }, Refusal { index: 3, errno: libc::EINVAL }];
    assert_eq!(refusals, expected);
}

#[test]
fn nothing_to_do_sends_nothing() {
    let mut batch = Batch::new(&[], 0x1d, 0);
    assert!(batch.is_finished());
    assert_eq!(batch.poll_transmit().unwrap(), None);
}
