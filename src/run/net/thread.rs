//! What the thread that speaks VRRP needs from the kernel, and what it gives away.

use std::io;

use rustix::mm::{MlockAllFlags, mlockall};
use rustix::thread::{CapabilitySet, CapabilitySets, capabilities, set_capabilities};

/// Keeps all memory of the process in memory: a page that has to be read first delays an
/// advertisement.
///
/// # Errors
/// Those of mlockall(2).
pub fn lock_memory() -> io::Result<()> {
    // ONFAULT: only what is really used, not the whole reserve of every stack.
    let flags = MlockAllFlags::CURRENT | MlockAllFlags::FUTURE | MlockAllFlags::ONFAULT;
    Ok(mlockall(flags)?)
}

/// Runs the calling thread before all normal ones. 1 to 99; 0 is the normal scheduler.
///
/// # Errors
/// Those of sched_setscheduler(2).
pub fn set_real_time(priority: u8) -> io::Result<()> {
    let policy = if priority == 0 { libc::SCHED_OTHER } else { libc::SCHED_RR };
    let parameter = libc::sched_param { sched_priority: i32::from(priority) };
    // SAFETY: the pointer is to a live struct and is only read; 0 is the calling thread.
    let result = unsafe { libc::sched_setscheduler(0, policy, &raw const parameter) };
    if result == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// Gives away all capabilities of the calling thread but those for interfaces, raw sockets and memory: where
/// [`lock_memory`] holds what is to come, a thread without that right gets no more. Capabilities belong to threads, so threads that it starts later have no more either.
///
/// # Errors
/// Those of capset(2).
pub fn keep_network_capabilities() -> io::Result<()> {
    let kept = CapabilitySet::NET_ADMIN | CapabilitySet::NET_RAW | CapabilitySet::IPC_LOCK;
    let has = capabilities(None)?;
    let sets = CapabilitySets {
        effective: has.effective & kept,
        permitted: has.permitted & kept,
        inheritable: CapabilitySet::empty(),
    };
    Ok(set_capabilities(None, sets)?)
}

/// Whether the calling thread may change interfaces and open raw sockets.
pub fn has_network_capabilities() -> bool {
    let needed = CapabilitySet::NET_ADMIN | CapabilitySet::NET_RAW;
    capabilities(None).is_ok_and(|has| has.effective.contains(needed))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_with_locked_memory_may_still_have_more() {
        // Capabilities belong to threads: this one's end with it.
        let kept = std::thread::spawn(|| {
            let before = capabilities(None).unwrap().effective;
            keep_network_capabilities().unwrap();
            (before, capabilities(None).unwrap().effective)
        });
        let (before, after) = kept.join().unwrap();
        let wanted = CapabilitySet::NET_ADMIN | CapabilitySet::NET_RAW | CapabilitySet::IPC_LOCK;
        assert_eq!(after, before & wanted);
    }
}
