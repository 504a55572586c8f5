//! Each splitter against its own regex, run by the engine that the reference tokenizers use.
#![expect(clippy::unwrap_used, reason = "a test may unwrap")]

use fancy_regex::Regex;
use proptest::prelude::*;

use super::classes::{Class, class_of};
use super::han::is_han;
use super::{GRAMMARS, Grammar};

/// Pieces of text that sit on the borders between classes and alternatives.
pub(super) const SOUP: &[&str] = &[
    "'s",
    "'S",
    "'ſ",
    "'Ll",
    "'RE",
    "'ve",
    "'x",
    "'",
    "’s",
    " ",
    "  ",
    "\n",
    "\r\n",
    "\r",
    "\t",
    "\u{3000}",
    "\u{2028}",
    "\u{85}",
    "\u{b}",
    "\u{1c}",
    "a",
    "B",
    "ab",
    "ABC",
    "Ab",
    "aB",
    "ǅ",
    "ʰ",
    "中",
    "龥龦",
    "〇",
    "々",
    "⺀",
    "゠",
    "・",
    "ァ",
    "\u{16ff0}",
    "\u{1}",
    "\u{e000}",
    "\u{ad}",
    "+",
    "~a",
    "\"é",
    "文字",
    "ー",
    "\u{301}",
    "\u{20dd}",
    "1",
    "23",
    "٣",
    "½",
    "Ⅷ",
    "!",
    "/",
    "//",
    "_",
    "-",
    "😀",
    "👩‍👩‍👧",
    "\u{200d}",
    "\u{fe0f}",
    "\u{212a}",
    "ſ",
    "\u{16ec9}",
    "\u{10d50}",
    "\u{378}",
    "<|end|>",
    "\0",
    "ß",
    "İ",
    "ı",
    "а",
    "Я",
    "ש",
    "ا",
    "क",
    "्",
];

pub(super) fn text() -> impl Strategy<Value = String> {
    let soup = proptest::collection::vec((proptest::sample::select(SOUP), 1..4_usize), 0..24)
        .prop_map(|parts| {
            parts
                .iter()
                .map(|(part, times)| part.repeat(*times))
                .collect()
        });
    let any_characters = proptest::collection::vec(any::<char>(), 0..24)
        .prop_map(|characters| characters.into_iter().collect());
    prop_oneof![3 => soup, 1 => any_characters]
}

fn split_with_regex<'text>(regex: &Regex, text: &'text str) -> Vec<&'text str> {
    regex
        .find_iter(text)
        .map(|found| found.unwrap().as_str())
        .collect()
}

/// Cut a text into the matches and what lies between them.
fn isolate<'text>(regex: &Regex, text: &'text str) -> Vec<&'text str> {
    let (mut pieces, mut position) = (Vec::new(), 0);
    for found in regex.find_iter(text) {
        let found = found.unwrap();
        pieces.extend([&text[position..found.start()], found.as_str()]);
        position = found.end();
    }
    pieces.push(&text[position..]);
    pieces.retain(|piece| !piece.is_empty());
    pieces
}

fn split_with_stages<'text>(stages: &[Regex], text: &'text str) -> Vec<&'text str> {
    stages.iter().fold(vec![text], |pieces, regex| {
        pieces
            .into_iter()
            .flat_map(|piece| isolate(regex, piece))
            .collect()
    })
}

/// All ends that a splitter gives, seven per call.
fn ends_of(grammar: &Grammar, text: &str) -> Vec<usize> {
    let (mut splitter, mut all, mut ends) = (grammar.splitter(text), Vec::new(), [0; 7]);
    loop {
        match splitter.next_ends(&mut ends) {
            0 => return all,
            count => all.extend_from_slice(&ends[..count]),
        }
    }
}

fn ends_of_pieces(pieces: &[&str]) -> Vec<usize> {
    pieces
        .iter()
        .scan(0, |end, piece| {
            *end += piece.len();
            Some(*end)
        })
        .collect()
}

fn check(text: &str) -> Result<(), TestCaseError> {
    thread_local! {
        static REGEXES: Vec<Vec<Regex>> = GRAMMARS
            .iter()
            .map(|grammar| grammar.stages.iter().map(|stage| Regex::new(stage).unwrap()).collect())
            .collect();
    }
    REGEXES.with(|regexes| {
        for (grammar, stages) in GRAMMARS.iter().zip(regexes) {
            let pieces: Vec<&str> = grammar.pieces(text).collect();
            prop_assert_eq!(
                &pieces,
                &split_with_stages(stages, text),
                "{}",
                grammar.name
            );
            prop_assert_eq!(pieces.concat(), text);
            prop_assert_eq!(ends_of(grammar, text), ends_of_pieces(&pieces));
        }
        Ok(())
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, failure_persistence: None, ..Default::default() })]

    #[test]
    fn every_splitter_equals_its_regex(text in text()) {
        check(&text)?;
    }
}

#[test]
fn every_splitter_equals_its_regex_on_every_pair_of_borders() {
    for left in SOUP {
        for right in SOUP {
            check(&format!("{left}{right}")).unwrap();
            check(&format!("a{left}{right} b")).unwrap();
        }
    }
}

#[test]
fn every_code_point_has_the_class_that_the_reference_gives_it() {
    let every: String = (char::MIN..=char::MAX).collect();
    let classes: [(Class, &str); 9] = [
        (Class::Upper, r"[\p{Lu}\p{Lt}]"),
        (Class::Lower, r"\p{Ll}"),
        (Class::Uncased, r"[\p{Lm}\p{Lo}]"),
        (Class::Mark, r"\p{M}"),
        (Class::Number, r"\p{N}"),
        (Class::Space, r"[^\S\r\n]"),
        (Class::Newline, r"[\r\n]"),
        (Class::Symbol, r"[\p{P}\p{S}]"),
        (Class::Other, r"[^\s\p{L}\p{N}\p{M}\p{P}\p{S}]"),
    ];
    for (class, pattern) in classes {
        let regex = Regex::new(&format!("{pattern}+")).unwrap();
        let theirs: String = split_with_regex(&regex, &every).concat();
        let ours: String = every
            .chars()
            .filter(|&character| class_of(character) == class)
            .collect();
        assert!(ours == theirs, "{class:?}");
    }
}

#[test]
fn han_is_what_the_reference_takes_for_it() {
    let every: String = (char::MIN..=char::MAX).collect();
    let theirs = split_with_regex(&Regex::new(r"\p{Han}+").unwrap(), &every).concat();
    let ours: String = every
        .chars()
        .filter(|&character| is_han(character))
        .collect();
    assert!(ours == theirs);
}

#[test]
fn an_unknown_grammar_is_refused_with_the_known_ones() {
    let message = Grammar::find("gpt3").unwrap_err().to_string();
    assert_eq!(
        message,
        r#"no pre-tokenizer grammar is named "gpt3"; known are o200k, tekken, llama3, cl100k, qwen, deepseek, kimi, gpt2"#
    );
}
