//! Merging the characters of a word step by step: by looking at every pair where there are few, with
//! a heap of pairs over a linked list where there are many, so that n characters cost n log n.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::PieceModel;

/// Words of up to this many bytes are scanned.
pub(super) const SHORT_BYTES: usize = 48;
/// The order of a union that is no piece: behind every other.
const LAST: u64 = u64::MAX;

/// What merging leaves.
#[derive(Debug, Clone, Copy)]
pub(super) enum Symbol<'text> {
    /// A piece, by its place in the table.
    Piece(u32),
    /// The bytes of a character that is no piece; each is a token.
    Bytes(&'text [u8]),
}

/// Buffers that merging reuses from one word to the next.
#[derive(Debug, Default)]
pub(super) struct Buffers {
    nodes: Vec<Node>,
    pairs: BinaryHeap<Reverse<(u64, usize)>>,
}

/// What merging a text alone leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Alone {
    /// One symbol, made of two of which the right one starts here; or of none, where this is 0.
    One(usize),
    /// Two symbols, the right one of which starts here.
    Two(usize),
    More,
}

/// A character, or what it grew into. Neighbours are found by their place among the nodes.
#[derive(Debug, Clone, Copy)]
struct Node {
    start: usize,
    end: usize,
    previous: usize,
    next: usize,
    /// When the union with the next node is due; `LAST` too once this one is swallowed.
    order: u64,
}

/// Merge a word and hand over its symbols in order.
pub(super) fn merge(
    model: &PieceModel,
    text: &str,
    buffers: &mut Buffers,
    mut emit: impl FnMut(Symbol<'_>),
) {
    merge_nodes(model, text, buffers);
    let mut place = 0;
    while let Some(node) = buffers.nodes.get(place) {
        let symbol = &text.as_bytes()[node.start..node.end];
        emit(match model.find(symbol) {
            Some(piece) => Symbol::Piece(piece),
            None => Symbol::Bytes(symbol),
        });
        place = node.next;
    }
}

/// Merge a text and tell how few symbols it becomes.
pub(super) fn merge_alone(model: &PieceModel, text: &str, buffers: &mut Buffers) -> Alone {
    let last_join = merge_nodes(model, text, buffers);
    let Some(first) = buffers.nodes.first() else {
        return Alone::More;
    };
    match buffers.nodes.get(first.next) {
        None => Alone::One(last_join),
        Some(second) if second.end == text.len() => Alone::Two(second.start),
        Some(_) => Alone::More,
    }
}

/// Merge a text from its characters; gives where the right one of the two joined last started.
fn merge_nodes(model: &PieceModel, text: &str, buffers: &mut Buffers) -> usize {
    let Buffers { nodes, pairs } = buffers;
    fill(model, text, nodes);
    if text.len() <= SHORT_BYTES {
        scan(model, text.as_bytes(), nodes)
    } else {
        drain(model, text.as_bytes(), nodes, pairs)
    }
}

/// Make a node of every character.
fn fill(model: &PieceModel, text: &str, nodes: &mut Vec<Node>) {
    nodes.clear();
    nodes.extend(
        text.char_indices()
            .enumerate()
            .map(|(place, (start, character))| Node {
                start,
                end: start + character.len_utf8(),
                previous: place.saturating_sub(1),
                next: place + 1,
                order: LAST,
            }),
    );
    for place in 1..nodes.len() {
        nodes[place - 1].order = find_order(model, text.as_bytes(), nodes, place - 1);
    }
}

/// Merge by looking at every pair at every step.
fn scan(model: &PieceModel, text: &[u8], nodes: &mut [Node]) -> usize {
    let mut last_join = 0;
    while let Some(left) = find_first(nodes) {
        last_join = join(nodes, left);
        for place in [nodes[left].previous, left] {
            nodes[place].order = find_order(model, text, nodes, place);
        }
    }
    last_join
}

/// The leftmost of the nodes whose union is due first, if any union is a piece.
fn find_first(nodes: &[Node]) -> Option<usize> {
    let mut first = (LAST, 0);
    let mut place = 0;
    while let Some(node) = nodes.get(place) {
        if node.order < first.0 {
            first = (node.order, place);
        }
        place = node.next;
    }
    (first.0 != LAST).then_some(first.1)
}

/// Merge by taking the pair that is due first from a heap.
fn drain(
    model: &PieceModel,
    text: &[u8],
    nodes: &mut [Node],
    pairs: &mut BinaryHeap<Reverse<(u64, usize)>>,
) -> usize {
    let mut last_join = 0;
    let known = nodes.iter().enumerate();
    *pairs = known
        .filter(|(_, node)| node.order != LAST)
        .map(|(place, node)| Reverse((node.order, place)))
        .collect();
    while let Some(Reverse((order, left))) = pairs.pop() {
        // Where the nodes have changed since the pair was pushed, its order has changed too, or
        // the new pair stands at the same place in the order.
        if nodes[left].order != order {
            continue;
        }
        last_join = join(nodes, left);
        for place in [nodes[left].previous, left] {
            let order = find_order(model, text, nodes, place);
            nodes[place].order = order;
            if order != LAST {
                pairs.push(Reverse((order, place)));
            }
        }
    }
    last_join
}

/// Join a node with the next one; gives where that one started.
fn join(nodes: &mut [Node], left: usize) -> usize {
    let right = nodes[left].next;
    let Node {
        start, end, next, ..
    } = nodes[right];
    nodes[right].order = LAST;
    nodes[left].end = end;
    nodes[left].next = next;
    if let Some(node) = nodes.get_mut(next) {
        node.previous = left;
    }
    start
}

/// When the union of a node and the next one is due.
fn find_order(model: &PieceModel, text: &[u8], nodes: &[Node], place: usize) -> u64 {
    let node = &nodes[place];
    nodes
        .get(node.next)
        .and_then(|next| model.order_of(&text[node.start..next.end], node.end - node.start))
        .unwrap_or(LAST)
}
