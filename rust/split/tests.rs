//! Each splitter against its own regex, run by the engine that the reference tokenizers use.
#![expect(clippy::unwrap_used, reason = "a test may unwrap")]

use fancy_regex::Regex;
use proptest::prelude::*;

use super::classes::{Class, class_of};
use super::{GRAMMARS, Grammar};

/// Pieces of text that sit on the borders between classes and alternatives.
const SOUP: &[&str] = &[
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

fn text() -> impl Strategy<Value = String> {
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

fn check(text: &str) -> Result<(), TestCaseError> {
    thread_local! {
        static REGEXES: Vec<Regex> =
            GRAMMARS.iter().map(|grammar| Regex::new(grammar.pattern).unwrap()).collect();
    }
    REGEXES.with(|regexes| {
        for (grammar, regex) in GRAMMARS.iter().zip(regexes) {
            let pieces: Vec<&str> = grammar.pieces(text).collect();
            prop_assert_eq!(&pieces, &split_with_regex(regex, text), "{}", grammar.name);
            prop_assert_eq!(pieces.concat(), text);
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
    let classes: [(Class, &str); 8] = [
        (Class::Upper, r"[\p{Lu}\p{Lt}]"),
        (Class::Lower, r"\p{Ll}"),
        (Class::Uncased, r"[\p{Lm}\p{Lo}]"),
        (Class::Mark, r"\p{M}"),
        (Class::Number, r"\p{N}"),
        (Class::Space, r"[^\S\r\n]"),
        (Class::Newline, r"[\r\n]"),
        (Class::Other, r"[^\s\p{L}\p{N}\p{M}]"),
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
fn an_unknown_grammar_is_refused_with_the_known_ones() {
    let message = Grammar::find("gpt2").unwrap_err().to_string();
    assert_eq!(
        message,
        r#"no pre-tokenizer grammar is named "gpt2"; known are o200k, tekken, llama3"#
    );
}
