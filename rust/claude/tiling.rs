//! Counts the fewest pieces that tile the marked stream, as the stream is written.
//!
//! A piece costs one token and so does a byte that no piece covers. No piece goes across the end
//! or the beginning of a word (the loader refuses one that does), so the stream falls into chunks
//! that are counted one by one: most are a piece as a whole, for any other the least cost up to
//! each of its bytes is carried forward. A chunk may be as long as the text, as it is in scripts
//! without spaces: then what is settled is dropped, and a window as wide as the longest piece
//! stays.

use super::trie::Trie;
use super::{BEGIN_OF_WORD, END_OF_WORD};

/// A chunk longer than this is settled as far as it can be.
const WINDOW_BYTES: usize = 8 * 1024;

/// The tiling of a stream that is being written.
#[derive(Debug)]
pub(super) struct Tiling<'table> {
    pieces: &'table Trie,
    limit: u32,
    /// Tokens of the chunks before this one.
    tokens: u32,
    /// The bytes of this chunk that are not settled.
    chunk: Vec<u8>,
    /// The least tokens up to each byte of the chunk, as far as known; empty in a fresh chunk.
    costs: Vec<u32>,
    is_over: bool,
}

impl<'table> Tiling<'table> {
    pub(super) fn new(pieces: &'table Trie, limit: u32) -> Self {
        Self {
            pieces,
            limit,
            tokens: 0,
            chunk: Vec::new(),
            costs: Vec::new(),
            is_over: false,
        }
    }

    /// Tell whether there are more tokens than the limit, whatever may follow.
    pub(super) fn is_over(&self) -> bool {
        self.is_over
    }

    /// Append text.
    pub(super) fn push(&mut self, text: &str) {
        if self.chunk.len() + text.len() <= WINDOW_BYTES {
            self.chunk.extend_from_slice(text.as_bytes());
            return;
        }
        let shortened = self.shorten(text);
        for part in shortened.as_bytes().chunks(WINDOW_BYTES) {
            self.chunk.extend_from_slice(part);
            self.settle();
        }
    }

    /// Append what a function writes.
    pub(super) fn push_with(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        write(&mut self.chunk);
        self.settle();
    }

    /// Begin a word with its case mark.
    pub(super) fn open(&mut self, case: Option<u8>) {
        self.end_chunk();
        self.chunk.extend(case);
        self.chunk.push(BEGIN_OF_WORD);
    }

    /// End a word.
    pub(super) fn close(&mut self) {
        self.chunk.push(END_OF_WORD);
        self.end_chunk();
    }

    /// Count what is left; the tokens, or `None` if there are more than the limit.
    pub(super) fn finish(mut self) -> Option<u32> {
        self.end_chunk();
        (!self.is_over).then_some(self.tokens)
    }

    /// Count the chunk and begin the next one.
    pub(super) fn end_chunk(&mut self) {
        if self.chunk.is_empty() || self.is_over {
            self.chunk.clear();
            return;
        }
        if self.costs.is_empty() && self.pieces.contains(&self.chunk) {
            self.tokens = self.tokens.saturating_add(1);
        } else {
            let end = self.chunk.len();
            self.carry(0, end);
            self.tokens = self.costs[end];
        }
        self.chunk.clear();
        self.costs.clear();
        self.is_over = self.tokens > self.limit;
    }

    /// Take the pieces that a long run of one byte has in any case; give what is left to tile.
    ///
    /// Let the longest piece of that byte have n bytes. Of n shorter pieces some have together a
    /// multiple of n bytes, for which pieces of n bytes do as well; so the least tiling of n * n
    /// bytes or more has one of them. Pieces that begin or end outside of the run take no more
    /// of it than the longest piece of all, on either side.
    fn shorten<'text>(&mut self, text: &'text str) -> &'text str {
        let bytes = text.as_bytes();
        let Some(&first) = bytes.first().filter(|first| first.is_ascii()) else {
            return text;
        };
        if bytes.iter().any(|&byte| byte != first) {
            return text;
        }
        let longest = self.longest_run(bytes).max(1);
        let kept = longest * longest + 2 * self.pieces.longest_bytes();
        let dropped = bytes.len().saturating_sub(kept) / longest;
        let tokens = u32::try_from(dropped).unwrap_or(u32::MAX);
        for cost in self.costs.iter_mut().chain([&mut self.tokens]) {
            *cost = cost.saturating_add(tokens);
        }
        &text[dropped * longest..]
    }

    /// The size of the longest piece that these bytes begin with.
    fn longest_run(&self, bytes: &[u8]) -> usize {
        let mut node = self.pieces.root();
        let mut longest = 0;
        for (size, &byte) in (1..).zip(bytes) {
            let Some(next) = self.pieces.step(node, byte) else {
                break;
            };
            node = next;
            longest = if node.is_end() { size } else { longest };
        }
        longest
    }

    /// Settle what no later byte of a long chunk can change, and drop it.
    fn settle(&mut self) {
        let longest = self.pieces.longest_bytes().max(1);
        if self.chunk.len() < WINDOW_BYTES.max(2 * longest) {
            return;
        }
        if self.is_over {
            self.chunk.clear();
            return;
        }
        let settled = self.chunk.len() - longest;
        self.carry(0, settled);
        self.chunk.drain(..settled);
        self.costs.drain(..settled);
        // Every tiling has an edge in the window, so none is cheaper than its cheapest edge.
        self.is_over = self.costs.iter().all(|&tokens| tokens > self.limit);
    }

    /// Carry the least cost forward from each byte of a part of the chunk.
    fn carry(&mut self, start: usize, end: usize) {
        if self.costs.is_empty() {
            self.costs.push(self.tokens);
        }
        self.costs.resize(self.chunk.len() + 1, u32::MAX);
        for position in start..end {
            let cost = self.costs[position].saturating_add(1);
            relax(&mut self.costs[position + 1], cost);
            let mut node = self.pieces.root();
            let (bytes, costs) = (&self.chunk[position..], &mut self.costs[position + 1..]);
            for (&byte, best) in bytes.iter().zip(costs) {
                let Some(next) = self.pieces.step(node, byte) else {
                    break;
                };
                node = next;
                if node.is_end() {
                    relax(best, cost);
                }
            }
        }
    }
}

#[inline]
fn relax(best: &mut u32, cost: u32) {
    *best = (*best).min(cost);
}
