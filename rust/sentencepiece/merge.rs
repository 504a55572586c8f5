//! Merging the characters of one segment: by looking at every pair where there are few, with a
//! heap of pairs over a linked list where there are many, so that n characters cost n log n.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::PieceModel;

/// Segments of up to this many bytes are scanned.
const SHORT_BYTES: usize = 48;
/// The order of a union that is no piece: behind every other.
const LAST: u64 = u64::MAX;

/// What merging leaves.
#[derive(Debug, Clone, Copy)]
pub(super) enum Symbol<'text> {
    /// A piece or a user-defined text, by its id.
    Id(u32),
    /// The bytes of a character that is no piece; each is a token.
    Bytes(&'text [u8]),
}

/// Buffers that merging reuses from one segment to the next.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    nodes: Vec<Node>,
    pairs: BinaryHeap<Reverse<(u64, usize)>>,
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

/// Merge a segment and hand over its symbols in order.
///
/// Most segments of everyday text are one piece that merging makes whole. Whether it does is
/// learned per piece: a lookup instead of a merge took 1 MB of one repeated sentence from 12 to
/// 82 MB/s and 3.9 MB of programs and translations from 15 to 26 MB/s.
pub(super) fn merge(
    model: &PieceModel,
    text: &str,
    scratch: &mut Scratch,
    mut emit: impl FnMut(Symbol<'_>),
) {
    let Some(piece) = model.find(text.as_bytes()) else {
        merge_parts(model, text, scratch, emit);
        return;
    };
    if model.is_known_whole(piece) {
        emit(Symbol::Id(model.id_of(piece)));
        return;
    }
    let mut symbols = 0;
    merge_parts(model, text, scratch, |symbol| {
        symbols += 1;
        emit(symbol);
    });
    if symbols == 1 {
        model.remember_whole(piece);
    }
}

/// Merge a segment from its characters.
fn merge_parts(
    model: &PieceModel,
    text: &str,
    scratch: &mut Scratch,
    mut emit: impl FnMut(Symbol<'_>),
) {
    let Scratch { nodes, pairs } = scratch;
    fill(model, text, nodes);
    if text.len() <= SHORT_BYTES {
        scan(model, text.as_bytes(), nodes);
    } else {
        drain(model, text.as_bytes(), nodes, pairs);
    }
    let mut place = 0;
    while let Some(node) = nodes.get(place) {
        let symbol = &text.as_bytes()[node.start..node.end];
        emit(match model.find(symbol) {
            Some(piece) => Symbol::Id(model.id_of(piece)),
            None => Symbol::Bytes(symbol),
        });
        place = node.next;
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
fn scan(model: &PieceModel, text: &[u8], nodes: &mut [Node]) {
    while let Some(left) = find_first(nodes) {
        join(nodes, left);
        for place in [nodes[left].previous, left] {
            nodes[place].order = find_order(model, text, nodes, place);
        }
    }
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
) {
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
        join(nodes, left);
        for place in [nodes[left].previous, left] {
            let order = find_order(model, text, nodes, place);
            nodes[place].order = order;
            if order != LAST {
                pairs.push(Reverse((order, place)));
            }
        }
    }
}

/// Join a node with the next one.
fn join(nodes: &mut [Node], left: usize) {
    let right = nodes[left].next;
    let Node { end, next, .. } = nodes[right];
    nodes[right].order = LAST;
    nodes[left].end = end;
    nodes[left].next = next;
    if let Some(node) = nodes.get_mut(next) {
        node.previous = left;
    }
}

/// When the union of a node and the next one is due.
fn find_order(model: &PieceModel, text: &[u8], nodes: &[Node], place: usize) -> u64 {
    let node = &nodes[place];
    nodes
        .get(node.next)
        .and_then(|next| model.order_of(&text[node.start..next.end], node.end - node.start))
        .unwrap_or(LAST)
}
