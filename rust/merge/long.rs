//! Merging with a heap of pairs over a linked list of parts: n log n for a word of n bytes.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::vocabulary::{NO_RANK, Vocabulary};

/// A token so far, found by the byte it starts at.
#[derive(Debug, Clone, Copy)]
struct Node {
    /// Where the part before starts; its own start for the first.
    previous: usize,
    /// Where the part ends and the next starts.
    end: usize,
    rank: u32,
    /// The rank of the union with the next part; `NO_RANK` too once this part is swallowed.
    union_rank: u32,
}

/// The nodes, and the pairs still to try: lowest rank first, then leftmost.
#[derive(Debug, Default)]
pub(super) struct Buffers {
    nodes: Vec<Node>,
    pairs: BinaryHeap<Reverse<(u32, usize)>>,
}

/// Buffers with more entries are given back.
const MOST_KEPT: usize = 1 << 12;

impl Buffers {
    #[inline]
    pub(super) fn shrink(&mut self) {
        if self.nodes.capacity() > MOST_KEPT {
            *self = Self::default();
        }
    }
}

/// Merge a pre-token of two bytes or more.
pub(super) fn merge(
    vocabulary: &Vocabulary,
    piece: &[u8],
    buffers: &mut Buffers,
    mut emit: impl FnMut(u32),
) {
    let Buffers { nodes, pairs } = buffers;
    fill(vocabulary, piece, nodes, pairs);
    while let Some(Reverse((rank, left))) = pairs.pop() {
        // A pair whose parts have changed since it was pushed has another rank by now.
        if nodes[left].union_rank == rank {
            join(piece, nodes, left);
            for start in [nodes[left].previous, left] {
                refresh(vocabulary, piece, nodes, pairs, start);
            }
        }
    }
    let mut start = 0;
    while let Some(node) = nodes.get(start) {
        emit(node.rank);
        start = node.end;
    }
    nodes.clear();
}

fn fill(
    vocabulary: &Vocabulary,
    piece: &[u8],
    nodes: &mut Vec<Node>,
    pairs: &mut BinaryHeap<Reverse<(u32, usize)>>,
) {
    nodes.clear();
    nodes.extend(piece.iter().enumerate().map(|(start, &byte)| Node {
        previous: start.saturating_sub(1),
        end: start + 1,
        rank: vocabulary.byte_rank(byte),
        union_rank: union_rank(vocabulary, piece, start, start + 2),
    }));
    let known = nodes
        .iter()
        .enumerate()
        .filter(|(_, node)| node.union_rank != NO_RANK);
    *pairs = known
        .map(|(start, node)| Reverse((node.union_rank, start)))
        .collect();
}

/// Join the part at `left` with the next one.
fn join(piece: &[u8], nodes: &mut [Node], left: usize) {
    let right = nodes[left].end;
    let end = nodes[right].end;
    nodes[right].union_rank = NO_RANK;
    nodes[left].rank = nodes[left].union_rank;
    nodes[left].end = end;
    if end < piece.len() {
        nodes[end].previous = left;
    }
}

/// Find the union of the part at `start` with the next anew, and remember it as a pair to try.
fn refresh(
    vocabulary: &Vocabulary,
    piece: &[u8],
    nodes: &mut [Node],
    pairs: &mut BinaryHeap<Reverse<(u32, usize)>>,
    start: usize,
) {
    let next = nodes[start].end;
    let rank = nodes.get(next).map_or(NO_RANK, |node| {
        union_rank(vocabulary, piece, start, node.end)
    });
    nodes[start].union_rank = rank;
    if rank != NO_RANK {
        pairs.push(Reverse((rank, start)));
    }
}

/// The rank of the union of two neighbours, given where it starts and ends.
fn union_rank(vocabulary: &Vocabulary, piece: &[u8], start: usize, end: usize) -> u32 {
    vocabulary
        .rank_between(piece, start, end)
        .unwrap_or(NO_RANK)
}
