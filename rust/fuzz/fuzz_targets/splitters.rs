//! Every splitter: its pieces laid end to end are the text, none is empty, and they are the pieces
//! of the grammar's regex.
#![no_main]

use bedrock_llm_core::split::GRAMMARS;
use bedrock_llm_fuzz::text::text;
use fancy_regex::Regex;
use libfuzzer_sys::fuzz_target;

/// The regex engine takes its time: longer texts are only checked for being covered.
const REGEX_BYTES: usize = 600;

thread_local! {
    static REGEXES: Vec<Vec<Regex>> = GRAMMARS
        .iter()
        .map(|grammar| grammar.stages.iter().map(|stage| Regex::new(stage).expect("a regex")).collect())
        .collect();
}

/// Cut a text into the matches of a regex and what lies between them.
fn isolate<'text>(regex: &Regex, text: &'text str) -> Vec<&'text str> {
    let (mut pieces, mut position) = (Vec::new(), 0);
    for found in regex.find_iter(text) {
        let found = found.expect("a text that is short enough");
        pieces.extend([&text[position..found.start()], found.as_str()]);
        position = found.end();
    }
    pieces.push(&text[position..]);
    pieces.retain(|piece| !piece.is_empty());
    pieces
}

fuzz_target!(|data: &[u8]| {
    let text = text(data);
    REGEXES.with(|regexes| {
        for (grammar, stages) in GRAMMARS.iter().zip(regexes) {
            let pieces: Vec<&str> = grammar.pieces(&text).collect();
            assert!(
                pieces.iter().all(|piece| !piece.is_empty()),
                "{}",
                grammar.name
            );
            assert_eq!(pieces.concat(), text, "{}", grammar.name);
            if text.len() <= REGEX_BYTES {
                let expected = stages.iter().fold(vec![text.as_str()], |parts, regex| {
                    parts
                        .into_iter()
                        .flat_map(|part| isolate(regex, part))
                        .collect()
                });
                let expected: Vec<&str> = expected
                    .into_iter()
                    .filter(|part| !part.is_empty())
                    .collect();
                assert_eq!(pieces, expected, "{} on {text:?}", grammar.name);
            }
        }
    });
});
