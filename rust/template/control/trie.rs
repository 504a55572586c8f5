//! A trie of byte strings, walked forwards or backwards.

/// A node: its edges stand together, sorted by byte.
#[derive(Debug, Clone, Copy)]
struct Node {
    first_edge: u32,
    edges: u16,
    is_end: bool,
}

/// The words, by their first bytes.
#[derive(Debug, Default)]
pub(super) struct Trie {
    nodes: Vec<Node>,
    bytes: Vec<u8>,
    targets: Vec<u32>,
    longest: usize,
}

impl Trie {
    /// Build the trie of sorted, distinct, non-empty words.
    pub(super) fn new(words: &[Vec<u8>]) -> Self {
        let mut trie = Self {
            longest: words.iter().map(Vec::len).max().unwrap_or(0),
            ..Self::default()
        };
        trie.grow(words, 0);
        trie
    }

    /// Add the node of words that share `depth` bytes; give its number.
    fn grow(&mut self, words: &[Vec<u8>], depth: usize) -> u32 {
        let node = self.nodes.len();
        let is_end = words.first().is_some_and(|word| word.len() == depth);
        let longer = &words[usize::from(is_end)..];
        let groups: Vec<_> = longer.chunk_by(|a, b| a[depth] == b[depth]).collect();
        let first_edge = self.bytes.len();
        self.bytes
            .extend(groups.iter().map(|group| group[0][depth]));
        self.targets.resize(self.bytes.len(), 0);
        self.nodes.push(Node {
            first_edge: number(first_edge),
            edges: u16::try_from(groups.len()).unwrap_or(u16::MAX),
            is_end,
        });
        for (edge, group) in (first_edge..).zip(groups) {
            self.targets[edge] = self.grow(group, depth + 1);
        }
        number(node)
    }

    /// The trie of the words read from their ends.
    pub(super) fn reversed(&self) -> Self {
        let mut words = self.words();
        for word in &mut words {
            word.reverse();
        }
        words.sort_unstable();
        Self::new(&words)
    }

    fn words(&self) -> Vec<Vec<u8>> {
        let mut words = Vec::new();
        let mut waiting = vec![(0_u32, Vec::new())];
        while let Some((number, word)) = waiting.pop() {
            let node = self.nodes[number as usize];
            let first = node.first_edge as usize;
            for edge in first..first + usize::from(node.edges) {
                let longer = [word.as_slice(), &[self.bytes[edge]]].concat();
                waiting.push((self.targets[edge], longer));
            }
            if node.is_end {
                words.push(word);
            }
        }
        words
    }

    /// The bytes that words begin with.
    pub(super) fn first_bytes(&self) -> &[u8] {
        match self.nodes.first() {
            Some(root) => &self.bytes[..usize::from(root.edges)],
            None => &[],
        }
    }

    /// Whether a byte may stand second in a word; any may where a word has only one.
    pub(super) fn second_bytes(&self) -> Box<[bool; 256]> {
        let mut seconds = Box::new([false; 256]);
        for edge in 0..self.first_bytes().len() {
            let node = self.nodes[self.targets[edge] as usize];
            let first = node.first_edge as usize;
            for byte in &self.bytes[first..first + usize::from(node.edges)] {
                seconds[usize::from(*byte)] = true;
            }
            if node.is_end {
                return Box::new([true; 256]);
            }
        }
        seconds
    }

    /// The two bytes that all words begin with, if they do.
    pub(super) fn common_pair(&self) -> Option<[u8; 2]> {
        let [first] = *self.first_bytes() else {
            return None;
        };
        let node = self.nodes[*self.targets.first()? as usize];
        let is_common = node.edges == 1 && !node.is_end;
        let second = *self.bytes.get(node.first_edge as usize)?;
        (is_common && first != second).then_some([first, second])
    }

    /// The bytes of the longest word.
    pub(super) fn longest(&self) -> usize {
        self.longest
    }

    /// Find the shortest word that the bytes begin with and whose length pleases.
    #[inline]
    pub(super) fn find(
        &self,
        bytes: impl IntoIterator<Item = u8>,
        pleases: impl Fn(usize) -> bool,
    ) -> Option<usize> {
        let mut node = *self.nodes.first()?;
        for (index, byte) in bytes.into_iter().enumerate() {
            let first = node.first_edge as usize;
            let edges = &self.bytes[first..first + usize::from(node.edges)];
            let edge = edges.iter().position(|candidate| *candidate == byte)?;
            node = self.nodes[self.targets[first + edge] as usize];
            if node.is_end && pleases(index + 1) {
                return Some(index + 1);
            }
        }
        None
    }
}

/// Nodes and edges are as many as the bytes of a table, far below 2³².
fn number(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}
