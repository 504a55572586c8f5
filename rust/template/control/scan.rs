//! Finds every place where a token or marker touches content.

use std::ops::Range;

use memchr::memmem::Finder;

use super::trie::Trie;

/// A place: the shortest token that starts there and reaches into content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Hit {
    pub(super) start: usize,
    pub(super) end: usize,
}

impl Hit {
    /// Where the second character of the place starts.
    pub(super) fn second_character(&self, text: &str) -> usize {
        let first = text[self.start..].chars().next();
        self.start + first.map_or(1, char::len_utf8)
    }
}

/// What a token may begin with.
#[derive(Debug)]
enum Starts {
    /// All begin with these two bytes, such as `<|`.
    Pair(Box<Finder<'static>>),
    One(u8),
    Two(u8, u8),
    Three(u8, u8, u8),
    Many(Box<[bool; 256]>),
}

impl Starts {
    fn of_pair(pair: [u8; 2]) -> Self {
        Self::Pair(Box::new(Finder::new(&pair).into_owned()))
    }

    fn new(bytes: &[u8]) -> Self {
        match *bytes {
            [a] => Self::One(a),
            [a, b] => Self::Two(a, b),
            [a, b, c] => Self::Three(a, b, c),
            _ => {
                let mut known = Box::new([false; 256]);
                for byte in bytes {
                    known[usize::from(*byte)] = true;
                }
                Self::Many(known)
            }
        }
    }

    /// Visit every place where one of the bytes stands.
    #[inline]
    fn for_each(&self, bytes: &[u8], visit: impl FnMut(usize)) {
        match self {
            Self::Pair(finder) => finder.find_iter(bytes).for_each(visit),
            Self::One(a) => memchr::memchr_iter(*a, bytes).for_each(visit),
            Self::Two(a, b) => memchr::memchr2_iter(*a, *b, bytes).for_each(visit),
            Self::Three(a, b, c) => memchr::memchr3_iter(*a, *b, *c, bytes).for_each(visit),
            Self::Many(known) => {
                let places = bytes.iter().enumerate();
                let found = places.filter(|(_, byte)| known[usize::from(**byte)]);
                found.map(|(place, _)| place).for_each(visit);
            }
        }
    }
}

/// Tokens as the scan wants them.
#[derive(Debug)]
pub(super) struct Patterns {
    pub(super) words: Trie,
    pub(super) lines: Trie,
    starts: Starts,
    /// The bytes that may stand second: most text that begins like a token differs there.
    seconds: Box<[bool; 256]>,
}

impl Patterns {
    pub(super) fn new(words: &[String], line_markers: &[String]) -> Self {
        let words = Trie::new(&bytes_of(words));
        let lines = Trie::new(&bytes_of(line_markers));
        let mut starts = words.first_bytes().to_vec();
        if !line_markers.is_empty() && !starts.contains(&b'\n') {
            starts.push(b'\n');
        }
        let seconds = words.second_bytes();
        let pair = words.common_pair().filter(|_| line_markers.is_empty());
        Self {
            starts: pair.map_or_else(|| Starts::new(&starts), Starts::of_pair),
            seconds,
            words,
            lines,
        }
    }

    /// How many bytes a place may begin before the content that it reaches.
    pub(super) fn reach(&self) -> usize {
        let longest = self.words.longest().max(self.lines.longest());
        longest.saturating_sub(1)
    }

    /// Add the places that touch `content` and start at `done` or later, by where they start.
    pub(super) fn scan(
        &self,
        text: &str,
        content: &Range<usize>,
        done: usize,
        hits: &mut Vec<Hit>,
    ) {
        let from = content.start.saturating_sub(self.reach()).max(done);
        self.check_line(text, content, 0, hits, from == 0);
        self.check_line(
            text,
            content,
            content.start,
            hits,
            self.lines.longest() > 0 && begins_line(text, content.start),
        );
        let bytes = text.as_bytes();
        // One byte more, for a pair whose second byte is the template's.
        let until = bytes.len().min(content.end + 1);
        self.starts.for_each(&bytes[from..until], |place| {
            let start = from + place;
            if start >= content.end {
                return;
            }
            let second = bytes.get(start + 1);
            if second.is_none_or(|second| self.seconds[usize::from(*second)]) {
                let is_reached = |length| start + length > content.start;
                let rest = bytes[start..].iter().copied();
                if let Some(length) = self.words.find(rest, is_reached) {
                    hits.push(Hit {
                        start,
                        end: start + length,
                    });
                }
            }
            if bytes[start] == b'\n' {
                self.check_line(text, content, start + 1, hits, true);
            }
        });
    }

    /// Add the line marker of a line that begins at a place, blanks aside.
    fn check_line(
        &self,
        text: &str,
        content: &Range<usize>,
        line: usize,
        hits: &mut Vec<Hit>,
        begins: bool,
    ) {
        if !begins || self.lines.longest() == 0 {
            return;
        }
        let rest = text[line..].trim_start_matches(is_blank);
        let start = text.len() - rest.len();
        let is_reached = |length| start < content.end && start + length > content.start;
        if let Some(length) = self.lines.find(rest.bytes(), is_reached) {
            hits.push(Hit {
                start,
                end: start + length,
            });
        }
    }
}

/// Whether only blanks stand between the start of the line and a place.
pub(super) fn begins_line(text: &str, place: usize) -> bool {
    let before = text[..place].trim_end_matches(is_blank);
    before.is_empty() || before.ends_with('\n')
}

/// White space inside a line.
pub(super) fn is_blank(character: char) -> bool {
    character.is_whitespace() && character != '\n'
}

fn bytes_of(words: &[String]) -> Vec<Vec<u8>> {
    words.iter().map(|word| word.clone().into_bytes()).collect()
}
