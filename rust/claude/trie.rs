//! The pieces as a trie over bytes, laid out as a double array for one look-up a byte.
//!
//! A cell is one word: a base, the byte that leads to the cell, and whether a piece ends here. The
//! child of a cell by a byte is the cell at `base ^ byte`, if that one's byte is the same. Each
//! cell with children has a base of its own, so a byte alone tells whose child a cell is.

/// Cells to one block; `base ^ byte` stays within the block of the base.
const BLOCK: usize = 256;
/// The last blocks where a place for children is looked for; older ones are as good as full.
const OPEN_BLOCKS: usize = 12;
/// Bits of a cell: 8 for the byte, one for the end of a piece, the others for the base.
const BASE_SHIFT: u32 = 9;
const END: u32 = 1 << 8;
/// Bases from here on do not fit a cell.
const MAXIMUM_CELLS: usize = 1 << (32 - BASE_SHIFT);
/// Where the root is; the first block belongs to cells without children, whose base is 0.
const ROOT: usize = BLOCK;

/// A set of pieces, never empty of cells.
#[derive(Debug)]
pub(super) struct Trie {
    cells: Vec<u32>,
    longest_bytes: usize,
}

/// A place in the trie.
#[derive(Debug, Clone, Copy)]
pub(super) struct Node(u32);

impl Node {
    /// Tell whether a piece ends here.
    pub(super) fn is_end(self) -> bool {
        self.0 & END != 0
    }
}

impl Trie {
    /// Build the trie of pieces in strictly ascending order.
    pub(super) fn build(pieces: &[Vec<u8>]) -> Result<Self, String> {
        let mut builder = Builder::new();
        builder.insert_all(pieces)?;
        Ok(Self {
            cells: builder.cells,
            longest_bytes: pieces.iter().map(Vec::len).max().unwrap_or(0),
        })
    }

    /// The size of the longest piece in bytes.
    pub(super) fn longest_bytes(&self) -> usize {
        self.longest_bytes
    }

    /// Where every piece begins.
    pub(super) fn root(&self) -> Node {
        Node(self.cells.get(ROOT).copied().unwrap_or(0))
    }

    /// The place that a byte leads to.
    #[inline]
    pub(super) fn step(&self, node: Node, byte: u8) -> Option<Node> {
        let place = (node.0 >> BASE_SHIFT) ^ u32::from(byte);
        let cell = *self.cells.get(place as usize)?;
        (cell & 0xff == u32::from(byte)).then_some(Node(cell))
    }

    /// Tell whether these bytes are a piece.
    #[inline]
    pub(super) fn contains(&self, bytes: &[u8]) -> bool {
        let mut node = self.root();
        for &byte in bytes {
            match self.step(node, byte) {
                Some(next) => node = next,
                None => return false,
            }
        }
        node.is_end()
    }
}

struct Builder {
    cells: Vec<u32>,
    is_used: Vec<bool>,
    is_base: Vec<bool>,
    /// Free cells by block.
    free: Vec<usize>,
}

/// Pieces that share their first `depth` bytes, and the cell those bytes lead to.
struct Branch {
    cell: usize,
    first: usize,
    end: usize,
    depth: usize,
}

impl Builder {
    fn new() -> Self {
        let mut builder = Self {
            cells: Vec::new(),
            is_used: Vec::new(),
            is_base: Vec::new(),
            free: Vec::new(),
        };
        builder.add_block(); // the one that nothing is found in
        builder.add_block();
        builder.occupy(ROOT, u32::from(!0_u8));
        builder
    }

    fn insert_all(&mut self, pieces: &[Vec<u8>]) -> Result<(), String> {
        let mut branches = vec![Branch {
            cell: ROOT,
            first: 0,
            end: pieces.len(),
            depth: 0,
        }];
        while let Some(mut branch) = branches.pop() {
            if pieces[branch.first..branch.end]
                .first()
                .is_some_and(|piece| piece.len() == branch.depth)
            {
                self.cells[branch.cell] |= END;
                branch.first += 1;
            }
            self.insert_children(pieces, &branch, &mut branches)?;
        }
        Ok(())
    }

    fn insert_children(
        &mut self,
        pieces: &[Vec<u8>],
        branch: &Branch,
        branches: &mut Vec<Branch>,
    ) -> Result<(), String> {
        let siblings = &pieces[branch.first..branch.end];
        let groups = siblings.chunk_by(|one, other| one[branch.depth] == other[branch.depth]);
        let bytes: Vec<u8> = groups
            .clone()
            .filter_map(|group| group[0].get(branch.depth).copied())
            .collect();
        if bytes.is_empty() {
            return Ok(());
        }
        let base = self.find_base(&bytes)?;
        let base_bits = u32::try_from(base).map_err(|error| error.to_string())? << BASE_SHIFT;
        self.cells[branch.cell] |= base_bits;
        let mut first = branch.first;
        for (group, &byte) in groups.zip(&bytes) {
            let cell = base ^ usize::from(byte);
            self.occupy(cell, u32::from(byte));
            branches.push(Branch {
                cell,
                first,
                end: first + group.len(),
                depth: branch.depth + 1,
            });
            first += group.len();
        }
        Ok(())
    }

    /// Find a base whose cells for these bytes are free, and take it.
    fn find_base(&mut self, bytes: &[u8]) -> Result<usize, String> {
        let oldest = self.free.len().saturating_sub(OPEN_BLOCKS).max(1);
        let found = (oldest..self.free.len())
            .filter(|&block| self.free[block] >= bytes.len())
            .find_map(|block| self.find_base_in(block, bytes));
        let base = match found {
            Some(base) => base,
            None => self.add_block(),
        };
        if self.cells.len() > MAXIMUM_CELLS {
            return Err("its pieces do not fit the trie".into());
        }
        self.is_base[base] = true;
        Ok(base)
    }

    fn find_base_in(&self, block: usize, bytes: &[u8]) -> Option<usize> {
        let cells = block * BLOCK..(block + 1) * BLOCK;
        let (&first, others) = bytes.split_first()?;
        let is_free = |base: usize, byte: u8| !self.is_used[base ^ usize::from(byte)];
        cells
            .filter(|&cell| !self.is_used[cell])
            .map(|cell| cell ^ usize::from(first))
            .find(|&base| !self.is_base[base] && others.iter().all(|&byte| is_free(base, byte)))
    }

    /// Add free cells whose byte is not the one that leads to them; give the first.
    fn add_block(&mut self) -> usize {
        let start = self.cells.len();
        self.cells
            .extend((0..=u8::MAX).map(|byte| u32::from(!byte)));
        self.is_used.resize(start + BLOCK, false);
        self.is_base.resize(start + BLOCK, false);
        self.free.push(BLOCK);
        start
    }

    fn occupy(&mut self, cell: usize, byte: u32) {
        self.cells[cell] = byte;
        self.is_used[cell] = true;
        self.free[cell / BLOCK] -= 1;
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may unwrap")]
mod tests {
    use std::collections::BTreeSet;

    use proptest::collection::{btree_set, vec};
    use proptest::prelude::*;

    use super::Trie;

    proptest! {
        #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..Default::default() })]

        #[test]
        fn the_trie_holds_what_it_was_built_of_and_nothing_else(
            pieces in btree_set(vec(prop_oneof![0_u8..4, any::<u8>()], 1..6), 0..300),
            others in vec(vec(prop_oneof![0_u8..4, any::<u8>()], 0..6), 0..300),
        ) {
            let sorted: Vec<Vec<u8>> = pieces.iter().cloned().collect();
            let trie = Trie::build(&sorted).unwrap();
            let found: BTreeSet<_> = pieces.iter().filter(|piece| trie.contains(piece)).cloned().collect();
            prop_assert_eq!(&found, &pieces);
            for other in others {
                prop_assert_eq!(trie.contains(&other), pieces.contains(&other));
            }
        }
    }
}
