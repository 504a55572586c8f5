//! Splitters on every level of the processor against the grammars' own functions.

#![expect(clippy::unwrap_used, reason = "a test may unwrap")]

use proptest::prelude::*;

use super::tests::{SOUP, text};
use super::{GRAMMARS, Grammar};
use crate::processor::Level;

/// All ends from `start` on, `room` per call.
fn ends_on(grammar: &Grammar, level: Level, text: &str, start: usize, room: usize) -> Vec<usize> {
    let mut splitter = grammar.splitter_on(level, text, start);
    let (mut all, mut ends) = (Vec::new(), vec![usize::MAX; room]);
    loop {
        match splitter.next_ends(&mut ends) {
            0 => return all,
            count => all.extend_from_slice(&ends[..count]),
        }
    }
}

/// What the grammar's own function gives from `start` on.
fn ends_alone(grammar: &Grammar, text: &str, start: usize) -> Vec<usize> {
    let next = |&end: &usize| (end < text.len()).then(|| (grammar.piece_end)(text, end));
    std::iter::successors(Some(start), next).skip(1).collect()
}

fn check(text: &str, starts: &[usize], rooms: &[usize]) {
    for grammar in &GRAMMARS {
        for &start in starts {
            let expected = ends_alone(grammar, text, start);
            for level in Level::every() {
                for &room in rooms {
                    let ends = ends_on(grammar, level, text, start, room);
                    assert!(
                        ends == expected,
                        "{} {level:?} {text:?} from {start}, {room} at once: {ends:?}, not {expected:?}",
                        grammar.name
                    );
                }
            }
        }
    }
}

fn boundaries(text: &str) -> Vec<usize> {
    text.char_indices().map(|(start, _)| start).collect()
}

/// A cheap source of numbers (xorshift, as published by Marsaglia).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: u32) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        u32::try_from(self.0 >> 40).unwrap() % bound
    }

    fn one_of<'soup>(&mut self, parts: &[&'soup str]) -> &'soup str {
        parts[self.below(u32::try_from(parts.len()).unwrap()) as usize]
    }

    /// A text of soup, of any characters, of runs, or of a bit of each.
    fn text(&mut self) -> String {
        let (mut text, parts) = (String::new(), 1 + self.below(40));
        let favourites: [&str; 3] = std::array::from_fn(|_| self.one_of(SOUP));
        for _ in 0..parts {
            match self.below(16) {
                0 => text.extend(char::from_u32(self.below(0x11_0000))),
                1 => text.extend(char::from_u32(self.below(0x3100))),
                2 => text += &self.one_of(&favourites).repeat(self.below(40) as usize),
                3..6 => text += self.one_of(&favourites),
                6..9 => text.extend(char::from_u32(self.below(128))),
                _ => text += self.one_of(SOUP),
            }
        }
        text
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..Default::default() })]

    #[test]
    fn every_level_cuts_as_the_grammar_alone_from_every_start(text in text()) {
        check(&text, &boundaries(&text), &[1, 7, 64]);
    }
}

#[test]
fn every_level_cuts_runs_across_every_border_of_windows() {
    let run = |part: &str, times: usize| part.repeat(times);
    for part in [
        "a", "B", "é", "中", "1", "٣", " ", "\n", "\u{3000}", "!", "/", "'", "\u{301}", "😀",
    ] {
        for before in 0..131 {
            let text = run("x", before) + &run(part, before % 5 + 1) + " 'll don't\r\n";
            check(&text, &[0], &[64]);
            check(&(run(part, before) + "Ab'Re  \n !\n/"), &[0], &[64]);
        }
    }
}

#[test]
fn every_level_cuts_every_pair_of_borders_at_every_border_of_windows() {
    for left in SOUP {
        for right in SOUP {
            for before in [0, 1, 56, 58, 60, 61, 62, 63] {
                check(&("x".repeat(before) + left + right + " b"), &[0], &[16]);
                check(&("!".repeat(before) + left + right), &[0], &[16]);
            }
        }
    }
}

#[test]
fn every_level_knows_every_code_point() {
    let alone: String = (char::MIN..=char::MAX).collect();
    let among_letters: String = (char::MIN..=char::MAX)
        .flat_map(|character| ['a', character])
        .collect();
    check(&alone, &[0], &[64]);
    check(&among_letters, &[0], &[64]);
}

#[test]
#[should_panic(expected = "not at byte 1 of 2")]
fn a_start_inside_a_character_is_refused() {
    let _ = GRAMMARS[0].splitter_at("é", 1);
}

#[test]
fn many_texts_are_cut_the_same_on_every_level() {
    let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15);
    for _ in 0..10_000 {
        let text = numbers.text();
        check(&text, &[0], &[64]);
    }
}

/// `SPLIT_TEXTS=1000000 SPLIT_SEED=1 cargo test --release -- --ignored splitter`
#[test]
#[ignore = "takes minutes"]
fn very_many_texts_are_cut_the_same_on_every_level() {
    let from_environment = |name: &str| std::env::var(name).ok()?.parse().ok();
    let mut numbers = Numbers(from_environment("SPLIT_SEED").unwrap_or(1));
    for _ in 0..from_environment("SPLIT_TEXTS").unwrap_or(100_000) {
        let text = numbers.text();
        check(&text, &[0], &[64]);
    }
}
