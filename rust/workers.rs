//! Threads for one call: they start with it and end with it.
//!
//! A pool that lives on would be dead in a forked child, and a call could wait in it behind
//! another call's work. A thread costs about 30 µs to start; callers share only work that takes
//! many times as long.

use std::num::NonZeroUsize;
use std::thread;

/// The threads that this process may use at once.
#[must_use]
pub fn available() -> usize {
    thread::available_parallelism().map_or(1, NonZeroUsize::get)
}

/// Do work on the calling thread and on `threads - 1` more, and wait for all.
///
/// Every thread runs `work` once, so `work` takes its parts from a place that all share. Where
/// the system gives fewer threads, those that there are do it all.
pub fn share(threads: usize, work: impl Fn() + Sync) {
    thread::scope(|scope| {
        for _ in 1..threads {
            if thread::Builder::new().spawn_scoped(scope, &work).is_err() {
                break;
            }
        }
        work();
    });
}
