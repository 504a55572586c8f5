//! A trie of byte strings, walked forwards or backwards.

/// A node: bytes that must follow, then perhaps an end, then edges, which stand together, sorted.
///
/// The template's own tokens are walked too, many in every prompt: with the bytes between two
/// branches in one run, `<|start_header_id|>` takes four nodes instead of nineteen.
#[derive(Debug, Clone, Copy)]
struct Node {
    first_run: u32,
    first_edge: u32,
    run: u16,
    edges: u16,
    is_end: bool,
}

/// The words, by their first bytes.
#[derive(Debug, Default)]
pub(super) struct Trie {
    nodes: Vec<Node>,
    runs: Vec<u8>,
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
        let run = if depth == 0 { 0 } else { shared(words, depth) };
        let first_run = self.runs.len();
        if let Some(word) = words.first() {
            self.runs.extend_from_slice(&word[depth..depth + run]);
        }
        let depth = depth + run;
        let is_end = words.first().is_some_and(|word| word.len() == depth);
        let longer = &words[usize::from(is_end)..];
        let groups: Vec<_> = longer.chunk_by(|a, b| a[depth] == b[depth]).collect();
        let first_edge = self.bytes.len();
        self.bytes
            .extend(groups.iter().map(|group| group[0][depth]));
        self.targets.resize(self.bytes.len(), 0);
        self.nodes.push(Node {
            first_run: number(first_run),
            first_edge: number(first_edge),
            run: u16::try_from(run).unwrap_or(u16::MAX),
            edges: u16::try_from(groups.len()).unwrap_or(u16::MAX),
            is_end,
        });
        for (edge, group) in (first_edge..).zip(groups) {
            self.targets[edge] = self.grow(group, depth + 1);
        }
        number(node)
    }

    fn run(&self, node: Node) -> &[u8] {
        let first = node.first_run as usize;
        &self.runs[first..first + usize::from(node.run)]
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

    /// Every word.
    pub(super) fn words(&self) -> Vec<Vec<u8>> {
        let mut words = Vec::new();
        let mut waiting = vec![(0_u32, Vec::new())];
        while let Some((number, mut word)) = waiting.pop() {
            let node = self.nodes[number as usize];
            word.extend_from_slice(self.run(node));
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

    /// The two bytes that all words begin with, if they do.
    pub(super) fn common_pair(&self) -> Option<[u8; 2]> {
        let words = self.words();
        let pair = [*words.first()?.first()?, *words.first()?.get(1)?];
        let is_common = words.iter().all(|word| word.starts_with(&pair));
        (is_common && pair[0] != pair[1]).then_some(pair)
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
        let mut bytes = bytes.into_iter();
        let mut length = 0;
        loop {
            for expected in self.run(node) {
                if bytes.next()? != *expected {
                    return None;
                }
            }
            length += usize::from(node.run);
            if node.is_end && pleases(length) {
                return Some(length);
            }
            let byte = bytes.next()?;
            let first = node.first_edge as usize;
            let edges = &self.bytes[first..first + usize::from(node.edges)];
            let edge = edges.iter().position(|candidate| *candidate == byte)?;
            node = self.nodes[self.targets[first + edge] as usize];
            length += 1;
        }
    }
}

/// How many bytes from `depth` on all words share before the shortest of them ends.
fn shared(words: &[Vec<u8>], depth: usize) -> usize {
    let (Some(first), Some(last)) = (words.first(), words.last()) else {
        return 0;
    };
    // Sorted words share what the first and the last share.
    let pairs = first[depth..].iter().zip(&last[depth..]);
    pairs.take_while(|(a, b)| a == b).count()
}

/// Nodes and edges are as many as the bytes of a table, far below 2³².
fn number(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}
