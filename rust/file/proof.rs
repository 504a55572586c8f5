//! Whether merging by rank does what a list of merges does, and whether it makes every token.
//!
//! The core merges by rank: of all neighbours whose union is a token it joins those with the lowest
//! rank, the leftmost of equals, and a pre-token that is a token stays whole. A `tokenizer.json`
//! merges by a list of pairs. Let merging by rank be at a state whose lowest union is the token t.
//! No merge crossed the borders of t's span, so the span went through the very states that merging
//! t's bytes alone goes through, which are one fixed path with at most one state of two parts. So
//! each token is only ever made of one pair. If that pair is in the list, and the ids of the list's
//! results never fall, both rules pick the same merge at every state. A token that its own bytes
//! never reach stays whole under the rank rule, so it asks for the file's `ignore_merges`.

use crate::sentencepiece::PieceIndex;
use crate::vocabulary::TokenTable;

/// The most work that a proof may take, in squared bytes of tokens; the most known is 2 * 10^7.
const MOST_WORK: usize = 1 << 32;
const NO_RANK: u32 = u32::MAX;

/// Merges in their order: the two tokens that each joins.
#[derive(Debug, Default)]
pub(super) struct Merges {
    bytes: Vec<u8>,
    /// Where each left token ends, and where its right one does.
    ends: Vec<(usize, usize)>,
}

impl Merges {
    /// Add a merge whose halves are written to the end of the bytes.
    pub(super) fn push(
        &mut self,
        left: impl FnOnce(&mut Vec<u8>) -> Result<(), String>,
        right: impl FnOnce(&mut Vec<u8>) -> Result<(), String>,
    ) -> Result<(), String> {
        left(&mut self.bytes)?;
        let middle = self.bytes.len();
        right(&mut self.bytes)?;
        self.ends.push((middle, self.bytes.len()));
        Ok(())
    }

    /// What each merge makes, and the size of its left token.
    fn iter(&self) -> impl Iterator<Item = (&[u8], usize)> {
        let starts = std::iter::once(0).chain(self.ends.iter().map(|row| row.1));
        let rows = starts.zip(&self.ends);
        rows.map(|(start, &(middle, end))| (&self.bytes[start..end], middle - start))
    }
}

/// The ranks of a table by token.
#[derive(Debug)]
pub(super) struct TokenRanks<'table> {
    index: PieceIndex,
    table: &'table TokenTable,
}

impl<'table> TokenRanks<'table> {
    /// Index a table.
    ///
    /// # Errors
    ///
    /// The reason, if a token stands twice.
    pub(super) fn new(table: &'table TokenTable) -> Result<Self, String> {
        Ok(Self {
            index: PieceIndex::build(table)?,
            table,
        })
    }

    /// Tell whether merging the bytes of each token gives the token; `None` if that takes too long.
    pub(super) fn is_proper(&self) -> Option<bool> {
        let mut parts = Parts::default();
        let mut tokens = self.tokens();
        self.is_small()
            .then(|| tokens.all(|token| token.len() == 1 || parts.halve(self, token).is_some()))
    }

    /// Prove that a list of merges does what the ranks do.
    ///
    /// `is_whole_kept` says whether the file keeps a pre-token that is a token. Gives whether the
    /// table is proper.
    ///
    /// # Errors
    ///
    /// The reason, with the token that differs.
    pub(super) fn check_merges(
        &self,
        merges: &Merges,
        is_whole_kept: bool,
    ) -> Result<bool, String> {
        if !self.is_small() {
            return Err("its tokens are too long for a proof".to_owned());
        }
        let listed = self.check_order(merges)?;
        let mut listed = listed.into_iter().peekable();
        let mut parts = Parts::default();
        let mut is_proper = true;
        for (rank, token) in self.table.iter().filter(|row| row.1.len() > 1) {
            let middle = parts.halve(self, token);
            let mut is_listed = false;
            while let Some((made, left_bytes)) = listed.next_if(|merge| merge.0 <= rank) {
                is_listed |= made == rank && Some(left_bytes) == middle;
            }
            match middle {
                Some(_) if is_listed => {}
                Some(_) => return Err(format!("no merge makes the token {}", show(token))),
                None if is_whole_kept => is_proper = false,
                None => return Err(format!("merges never reach the token {}", show(token))),
            }
        }
        Ok(is_proper)
    }

    /// Check that the merges are in the order of their results' ranks; gives that rank and the size
    /// of the left token of each.
    fn check_order(&self, merges: &Merges) -> Result<Vec<(u32, usize)>, String> {
        let mut listed: Vec<(u32, usize)> = Vec::new();
        for (union, left_bytes) in merges.iter() {
            let rank = self.rank(union);
            if rank == NO_RANK {
                return Err(format!("a merge makes {}, no token", show(union)));
            }
            if listed.last().is_some_and(|last| rank < last.0) {
                let token = show(union);
                return Err(format!("the merge that makes {token} is out of order"));
            }
            listed.push((rank, left_bytes));
        }
        Ok(listed)
    }

    fn tokens(&self) -> impl Iterator<Item = &'table [u8]> {
        (0..self.table.len()).filter_map(|rank| self.table.get(rank))
    }

    fn is_small(&self) -> bool {
        let work = self.tokens().map(|token| token.len() * token.len());
        work.fold(0_usize, usize::saturating_add) <= MOST_WORK
    }

    fn rank(&self, token: &[u8]) -> u32 {
        self.index.find(self.table, token).unwrap_or(NO_RANK)
    }
}

/// The parts of a token while it is merged.
#[derive(Debug, Default)]
struct Parts {
    /// Where each part starts, and the end of the last one.
    bounds: Vec<usize>,
    /// The rank of each part joined with the next one.
    unions: Vec<u32>,
}

impl Parts {
    /// Merge a token's bytes up to two parts: where the second one starts; `None` where they stay
    /// more.
    fn halve(&mut self, ranks: &TokenRanks<'_>, token: &[u8]) -> Option<usize> {
        self.bounds.clear();
        self.bounds.extend(0..=token.len());
        self.unions.clear();
        self.unions
            .extend(token.windows(2).map(|pair| ranks.rank(pair)));
        while self.unions.len() > 1 {
            let (left, &lowest) = self.unions.iter().enumerate().min_by_key(|row| row.1)?;
            if lowest == NO_RANK {
                return None;
            }
            self.bounds.remove(left + 1);
            self.unions.remove(left);
            for changed in left.saturating_sub(1)..(left + 1).min(self.unions.len()) {
                let union = &token[self.bounds[changed]..self.bounds[changed + 2]];
                self.unions[changed] = ranks.rank(union);
            }
        }
        self.bounds.get(1).copied()
    }
}

fn show(token: &[u8]) -> String {
    let start = token.get(..60).unwrap_or(token).escape_ascii();
    format!("\"{start}\"")
}
