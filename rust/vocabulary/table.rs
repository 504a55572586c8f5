//! The tokens in rank order, and the way back from a token's bytes to its rank.

use std::hash::Hasher;

use rustc_hash::FxHasher;

/// Tokens in rank order: where each starts in one run of bytes.
#[derive(Debug, Clone)]
pub struct TokenTable {
    offsets: Vec<u32>,
    bytes: Vec<u8>,
}

impl TokenTable {
    /// Make a table of n tokens from n + 1 offsets, the last of which is the size of the bytes.
    ///
    /// # Errors
    ///
    /// The reason, if the offsets do not rise from 0 to the size of the bytes: a token is never
    /// empty.
    pub fn new(offsets: Vec<u32>, bytes: Vec<u8>) -> Result<Self, String> {
        if offsets.first() != Some(&0) {
            return Err("the first token does not start at byte 0".to_owned());
        }
        if let Some(rank) = offsets.windows(2).position(|pair| pair[0] >= pair[1]) {
            return Err(format!(
                "the token of rank {rank} is empty or ends before it starts"
            ));
        }
        let end = offsets.last().copied().unwrap_or_default();
        if usize::try_from(end) != Ok(bytes.len()) {
            return Err(format!(
                "the tokens end at byte {end}, not at byte {}",
                bytes.len()
            ));
        }
        Ok(Self { offsets, bytes })
    }

    /// The number of tokens.
    #[must_use]
    pub fn len(&self) -> u32 {
        // `offsets` rise, so there are no more of them than a u32 can tell apart.
        u32::try_from(self.offsets.len() - 1).unwrap_or(u32::MAX)
    }

    /// Tell whether there is no token.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The bytes of a rank.
    #[must_use]
    pub fn get(&self, rank: u32) -> Option<&[u8]> {
        let rank = usize::try_from(rank).ok()?;
        let start = usize::try_from(*self.offsets.get(rank)?).ok()?;
        let end = usize::try_from(*self.offsets.get(rank.checked_add(1)?)?).ok()?;
        self.bytes.get(start..end)
    }
}

/// Ranks by token bytes: open addressing over a table half full at most.
#[derive(Debug)]
pub(super) struct RankIndex {
    slots: Vec<u32>,
    longest_token_bytes: usize,
}

/// A slot that holds no rank; a table has fewer tokens than this.
const EMPTY: u32 = u32::MAX;

impl RankIndex {
    /// Index a table.
    ///
    /// # Errors
    ///
    /// The reason, if a token stands twice.
    pub(super) fn build(tokens: &TokenTable) -> Result<Self, String> {
        let slots = usize::try_from(tokens.len())
            .unwrap_or(usize::MAX)
            .saturating_mul(2)
            .max(2);
        let mut index = Self {
            slots: vec![EMPTY; slots.next_power_of_two()],
            longest_token_bytes: 0,
        };
        for rank in 0..tokens.len() {
            let token = tokens.get(rank).unwrap_or_default();
            let slot = index.probe(tokens, token);
            if index.slots[slot] != EMPTY {
                return Err(format!(
                    "ranks {} and {rank} are the same token",
                    index.slots[slot]
                ));
            }
            index.slots[slot] = rank;
            index.longest_token_bytes = index.longest_token_bytes.max(token.len());
        }
        Ok(index)
    }

    /// The size of the longest token in bytes.
    pub(super) fn longest_token_bytes(&self) -> usize {
        self.longest_token_bytes
    }

    /// The rank of a token.
    pub(super) fn find(&self, tokens: &TokenTable, token: &[u8]) -> Option<u32> {
        if token.len() > self.longest_token_bytes {
            return None;
        }
        let rank = self.slots[self.probe(tokens, token)];
        (rank != EMPTY).then_some(rank)
    }

    /// The slot that holds a token's rank, or the empty one where it would go.
    fn probe(&self, tokens: &TokenTable, token: &[u8]) -> usize {
        let mask = self.slots.len() - 1;
        let mut slot = hash(token) & mask;
        while self.slots[slot] != EMPTY && tokens.get(self.slots[slot]) != Some(token) {
            slot = (slot + 1) & mask;
        }
        slot
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "the low bits of the hash choose the slot"
)]
fn hash(token: &[u8]) -> usize {
    let mut hasher = FxHasher::default();
    hasher.write(token);
    hasher.finish() as usize
}
