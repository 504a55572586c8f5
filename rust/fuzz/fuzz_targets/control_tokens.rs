//! The laws of the defence: nothing is left, nothing else changes, and escaping is undone.
#![no_main]

use std::ops::Range;

use bedrock_llm_core::template::TEMPLATES;
use bedrock_llm_core::template::control::{ControlMode, ControlTable, MARK, neutralize_contents};
use libfuzzer_sys::fuzz_target;

/// What a byte stands for: a token, a part of one, or what tokens are put beside.
fn piece<'t>(table: &'t ControlTable, byte: u8, next: u8) -> &'t str {
    const SOUP: [&str; 12] = [
        "\n", " ", "<", "]", "|", "x", "\u{200b}", "é", "＜", "Ｈ", "\u{338}", "漢",
    ];
    let tokens = table.words().len() + table.line_markers().len();
    let index = usize::from(byte) * 256 + usize::from(next);
    let token = table
        .words()
        .iter()
        .chain(table.line_markers())
        .nth(index % (tokens + 1));
    match (token, byte % 4) {
        (None, _) | (_, 0) => SOUP[usize::from(next) % SOUP.len()],
        (Some(token), 1) => token,
        (Some(token), 2) => &token[..token.floor_char_boundary(usize::from(next) % token.len())],
        (Some(token), _) => &token[token.floor_char_boundary(usize::from(next) % token.len())..],
    }
}

fn check(text: &str, contents: &[Range<usize>], table: &ControlTable, mode: ControlMode) {
    let safe = neutralize_contents(text, contents, table, mode).expect("no token of one character");
    let ends = contents.iter().flat_map(|range| [range.start, range.end]);
    let moved: Vec<usize> = safe.moved(ends).collect();
    let moved: Vec<_> = moved.chunks(2).map(|pair| pair[0]..pair[1]).collect();
    let again = neutralize_contents(&safe.text, &moved, table, mode).expect("as before");
    assert_eq!(again.places, 0, "{:?}", safe.text);
    if mode == ControlMode::Escape {
        assert_eq!(safe.restore(), text);
        assert_eq!(safe.text.replace(MARK, ""), text.replace(MARK, ""));
    }
}

fuzz_target!(|data: &[u8]| {
    let Some((family, data)) = data.split_first() else {
        return;
    };
    let row = &TEMPLATES[usize::from(*family) % TEMPLATES.len()];
    let table = row.control_table().expect("every template has a table");
    let mut text = String::new();
    let mut contents = Vec::new();
    for bytes in data.chunks_exact(2) {
        let start = text.len();
        text.push_str(piece(table, bytes[0], bytes[1]));
        if bytes[0] < 0xc0 {
            contents.push(start..text.len());
        }
    }
    check(&text, &contents, table, ControlMode::Escape);
    check(&text, &contents, table, ControlMode::Strip);
});
