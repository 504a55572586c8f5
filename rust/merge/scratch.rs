//! Buffers that counting and merging use again and again, a set for each thread.

use std::cell::RefCell;
use std::ops::Range;

use super::waiting::Waiting;
use super::{backtrack, long};
use crate::vocabulary::{CHUNK, Chunk};

/// Ends of pre-tokens, where vector stores like them best.
#[derive(Debug)]
#[repr(align(64))]
pub(super) struct Ends(pub(super) [usize; CHUNK]);

/// The buffers of a thread.
#[derive(Debug)]
pub struct Scratch {
    pub(super) ends: Ends,
    pub(super) chunk: Chunk,
    pub(super) waiting: Waiting,
    pub(super) long: long::Buffers,
    pub(super) backtrack: backtrack::Buffers,
}

thread_local! {
    static SCRATCH: RefCell<Box<Scratch>> = RefCell::default();
}

impl Default for Scratch {
    fn default() -> Self {
        Self {
            ends: Ends([0; CHUNK]),
            chunk: Chunk::new(),
            waiting: Waiting::EMPTY,
            long: long::Buffers::default(),
            backtrack: backtrack::Buffers::default(),
        }
    }
}

impl Scratch {
    /// Where a pre-token of the chunk stands, whose first one starts at `start`.
    #[inline]
    pub(super) fn range(&self, start: usize, place: usize) -> Range<usize> {
        let before = place.checked_sub(1);
        before.map_or(start, |before| self.ends.0[before])..self.ends.0[place]
    }

    /// Work with this thread's buffers; those that a long word made large are given back after it.
    pub fn with<T>(work: impl FnOnce(&mut Self) -> T) -> T {
        SCRATCH.with(|cell| match cell.try_borrow_mut() {
            Ok(mut scratch) => {
                let result = work(&mut scratch);
                scratch.backtrack.shrink();
                scratch.long.shrink();
                result
            }
            Err(_) => work(&mut Self::default()),
        })
    }
}
