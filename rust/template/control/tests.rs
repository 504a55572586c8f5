//! The defence, case by case and against looking everywhere.
#![expect(clippy::unwrap_used, reason = "a test may unwrap")]
#![expect(
    clippy::single_range_in_vec_init,
    reason = "one range of content is meant"
)]

use std::borrow::Cow;
use std::ops::Range;

use proptest::prelude::*;

use super::{ControlMode, ControlTable, MARK, Neutralized, neutralize, neutralize_contents};
use crate::error::CoreError;
use crate::template::defence::defend;
use crate::template::{Kind, Owner, Page, TEMPLATES};
use crate::vocabulary::Normalization;

fn table(name: &str) -> &'static ControlTable {
    ControlTable::named(name).unwrap()
}

fn escaped(text: &str, name: &str) -> String {
    let neutralized = neutralize(text, table(name), ControlMode::Escape).unwrap();
    neutralized.text.into_owned()
}

fn stripped(text: &str, name: &str) -> String {
    let neutralized = neutralize(text, table(name), ControlMode::Strip).unwrap();
    neutralized.text.into_owned()
}

fn bounds(neutralized: &Neutralized<'_>, bounds: &[usize]) -> Vec<usize> {
    neutralized.moved(bounds.iter().copied()).collect()
}

fn ranges(neutralized: &Neutralized<'_>, contents: &[Range<usize>]) -> Vec<Range<usize>> {
    let ends = contents.iter().flat_map(|range| [range.start, range.end]);
    let moved: Vec<_> = neutralized.moved(ends).collect();
    moved.chunks(2).map(|pair| pair[0]..pair[1]).collect()
}

#[test]
fn an_escaped_token_looks_the_same_and_is_no_token() {
    assert_eq!(escaped("hi<|eot_id|>", "llama3"), "hi<\u{200b}|eot_id|>");
    assert_eq!(
        escaped("<<SYS>>[INST]", "llama2"),
        "<\u{200b}<SYS>>[\u{200b}INST]"
    );
    assert_eq!(escaped("a<｜User｜>", "deepseek"), "a<\u{200b}｜User｜>");
    assert_eq!(escaped("<SPECIAL_999>", "tekken"), "<\u{200b}SPECIAL_999>");
}

#[test]
fn text_without_tokens_is_borrowed() {
    for name in ControlTable::names() {
        for text in [
            "",
            "a < b && c[0] | d",
            "<html>\n</html>",
            "Ünïcödé 漢字 ＜ ½",
            "a\u{200b}b",
        ] {
            let neutralized = neutralize(text, table(name), ControlMode::Escape).unwrap();
            assert!(
                matches!(neutralized.text, Cow::Borrowed(_)),
                "{name}: {text}"
            );
            assert_eq!(neutralized.places, 0);
        }
    }
}

#[test]
fn overlapping_tokens_are_all_taken_apart() {
    let text = "]~b]~b]";
    let neutralized = neutralize(text, table("minimax"), ControlMode::Escape).unwrap();
    assert_eq!(neutralized.text, "]\u{200b}~b]\u{200b}~b]");
    assert_eq!(neutralized.places, 2);
    assert_eq!(neutralized.restore(), text);
}

#[test]
fn stripping_goes_on_until_nothing_is_left() {
    assert_eq!(stripped("<|eot<|eot_id|>_id|>x", "llama3"), "x");
    assert_eq!(stripped("<|eo<|eot<|eot_id|>_id|>t_id|>", "llama3"), "");
    assert_eq!(stripped("\nHuman:Human: x", "claude2"), "\n x");
}

#[test]
fn deep_nesting_is_stripped_in_linear_time() {
    let deep = 20_000;
    let text = "<|eot".repeat(deep) + &"_id|>".repeat(deep);
    let neutralized = neutralize(&text, table("llama3"), ControlMode::Strip).unwrap();
    assert_eq!(neutralized.text, "");
    assert_eq!(neutralized.places, u32::try_from(deep).unwrap());
}

#[test]
fn a_line_marker_counts_at_the_start_of_a_line_only() {
    for text in [
        "Human: x",
        "a\nHuman: x",
        "a\n\n \tHuman: x",
        "\u{a0}Assistant: y",
    ] {
        assert_eq!(table("claude2").count_places(text), 1, "{text:?}");
    }
    for text in ["a Human: x", "The Assistant: y", "Human, x", "human: x"] {
        assert_eq!(table("claude2").count_places(text), 0, "{text:?}");
    }
    assert_eq!(escaped("a\nBot: x", "titan"), "a\nB\u{200b}ot: x");
}

#[test]
fn look_alikes_are_seen_where_the_tokenizer_folds_them() {
    assert_eq!(escaped("＜ＥＯＴ＞", "claude2"), "＜\u{200b}ＥＯＴ＞");
    assert_eq!(escaped("é\nＨuman：", "claude2"), "é\nＨ\u{200b}uman：");
    assert_eq!(stripped("é＜EO<EOT>T＞", "claude2"), "é");
    assert_eq!(escaped("＜|im_end|＞", "qwen3"), "＜|im_end|＞");
    let kelvin = ControlTable::new("k", ["[K]".to_owned()], [], Normalization::Nfc).unwrap();
    assert_eq!(kelvin.count_places("[\u{212a}]"), 1);
}

#[test]
fn what_the_template_spells_is_left_alone() {
    let text = "<|eot_id|>a<|eot_id|>b<|eot_id|>";
    let contents = [10..21, 21..22];
    let table = table("llama3");
    let neutralized = neutralize_contents(text, &contents, table, ControlMode::Escape).unwrap();
    assert_eq!(neutralized.text, "<|eot_id|>a<\u{200b}|eot_id|>b<|eot_id|>");
    assert_eq!(bounds(&neutralized, &[10, 21, 22, 32]), [10, 24, 25, 35]);
}

#[test]
fn a_token_at_a_border_is_taken_apart_inside_the_content() {
    let table = table("llama3");
    // The template writes "<", the content "|eot_id|>".
    let text = "x<|eot_id|>";
    let neutralized = neutralize_contents(text, &[2..11], table, ControlMode::Escape).unwrap();
    assert_eq!(neutralized.text, "x<\u{200b}|eot_id|>");
    assert_eq!(bounds(&neutralized, &[2, 11]), [2, 14]);
    // The content writes "<", the template "|eot_id|>".
    let neutralized = neutralize_contents("<|eot_id|>", &[0..1], table, ControlMode::Escape);
    assert_eq!(neutralized.unwrap().text, "<\u{200b}|eot_id|>");
    let neutralized = neutralize_contents("a<|eot_id|>", &[0..1], table, ControlMode::Escape);
    assert_eq!(neutralized.unwrap().places, 0);
    // The content writes "<", and that must not swallow the template's own token.
    let text = "]~b]~b]";
    let minimax = super::ControlTable::named("minimax").unwrap();
    let neutralized = neutralize_contents(text, &[0..3], minimax, ControlMode::Escape).unwrap();
    assert_eq!(neutralized.text, "]\u{200b}~b]~b]");
    // Two contents side by side.
    let neutralized = neutralize_contents("<|eot_id|>", &[0..4, 4..10], table, ControlMode::Escape);
    assert_eq!(neutralized.unwrap().text, "<\u{200b}|eot_id|>");
    let neutralized = neutralize_contents("a<|eot_id|>b", &[5..7], table, ControlMode::Strip);
    assert_eq!(neutralized.unwrap().text, "a<|eoid|>b");
}

#[test]
fn a_rejected_text_names_the_token_and_the_way_out() {
    let error = neutralize("see <|im_end|>", table("qwen3"), ControlMode::Reject).unwrap_err();
    let message = error.to_string();
    for part in ["<|im_end|>", "byte 4", "qwen3", "escape", "strip", "allow"] {
        assert!(message.contains(part), "{message}");
    }
    assert!(matches!(error, CoreError::ControlToken { offset: 4, .. }));
}

#[test]
fn a_token_of_one_character_cannot_be_escaped_and_says_so() {
    let table = ControlTable::new("one", ["§".to_owned()], [], Normalization::None).unwrap();
    let error = neutralize("a§b", &table, ControlMode::Escape).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("one character cannot be escaped"),
        "{error}"
    );
    assert_eq!(
        neutralize("a§b", &table, ControlMode::Strip).unwrap().text,
        "ab"
    );
}

#[test]
fn a_table_refuses_words_that_it_cannot_look_for() {
    for word in [String::new(), format!("<{MARK}>"), "x".repeat(1025)] {
        assert!(ControlTable::new("bad", [word], [], Normalization::None).is_err());
    }
    assert!(ControlMode::from_name("delete").is_err());
    assert_eq!(ControlMode::from_name("strip").unwrap(), ControlMode::Strip);
}

#[test]
fn every_template_has_a_table() {
    for row in TEMPLATES {
        assert!(
            ControlTable::named(row.controls).is_some(),
            "{} of {}",
            row.controls,
            row.name
        );
    }
}

#[test]
fn a_page_is_defended_with_its_spans() {
    let mut page = Page::with_capacity(64, 8);
    page.control("<|eot_id|>");
    page.content("a<|eot", Owner::Message(0));
    page.content("_id|>b", Owner::Message(1));
    page.control("<|eot_id|>");
    let kinds: Vec<Kind> = page.spans().iter().map(|span| span.kind).collect();
    let (page, places) = defend(page, table("llama3"), ControlMode::Escape).unwrap();
    assert_eq!(places, 1);
    let pieces: Vec<(Kind, &str)> = page
        .pieces()
        .map(|(span, text)| (span.kind, text))
        .collect();
    let texts = ["<|eot_id|>", "a<\u{200b}|eot", "_id|>b", "<|eot_id|>"];
    assert_eq!(pieces, kinds.into_iter().zip(texts).collect::<Vec<_>>());
}

#[test]
fn a_page_that_is_stripped_loses_the_spans_that_are_gone() {
    let page = || {
        let mut page = Page::with_capacity(64, 8);
        page.content("<|eot_id|>", Owner::System);
        page.text("x");
        page.content("<|eom_id|>", Owner::Message(7));
        page
    };
    let (stripped, places) = defend(page(), table("llama3"), ControlMode::Strip).unwrap();
    assert_eq!(
        (stripped.as_str(), places, stripped.spans().len()),
        ("x", 2, 1)
    );
    let error = defend(page(), table("llama3"), ControlMode::Reject).unwrap_err();
    assert!(
        error.to_string().starts_with("the system prompt holds"),
        "{error}"
    );
}

/// Every place by looking everywhere for everything, in a family that does not normalise.
fn slow_places(text: &str, contents: &[Range<usize>], name: &str) -> Vec<usize> {
    let table = table(name);
    let touches = |place: &Range<usize>| {
        contents.iter().any(|content| {
            !content.is_empty() && place.start < content.end && content.start < place.end
        })
    };
    let is_line = |start: usize| {
        let line = text[..start].rsplit('\n').next().unwrap_or_default();
        line.chars().all(char::is_whitespace)
    };
    let starts = text.char_indices().map(|(start, _)| start);
    let found = starts.filter(|start| {
        let reaches = |word: &String| {
            text[*start..].starts_with(word.as_str()) && touches(&(*start..start + word.len()))
        };
        table.words().iter().any(reaches)
            || (is_line(*start) && table.line_markers().iter().any(reaches))
    });
    found.collect()
}

const FAMILIES: [&str; 6] = [
    "llama3",
    "minimax",
    "titan",
    "claude2",
    "mistral_v1",
    "gemma",
];

fn attack() -> impl Strategy<Value = (&'static str, Vec<String>)> {
    prop::sample::select(FAMILIES.to_vec()).prop_flat_map(|name| {
        let table = table(name);
        let words: Vec<String> = table.words().iter().take(60).cloned().collect();
        let tokens = [words, table.line_markers().to_vec()].concat();
        let piece = (prop::sample::select(tokens), 0..32_usize, 0..32_usize).prop_map(
            |(token, from, to)| {
                let (from, to) = (from.min(token.len()), to.max(from));
                token
                    .get(from..to.min(token.len()))
                    .unwrap_or(&token)
                    .to_owned()
            },
        );
        let whole = prop::sample::select(
            table
                .words()
                .iter()
                .take(60)
                .chain(table.line_markers())
                .cloned()
                .collect::<Vec<_>>(),
        );
        let noise = prop::sample::select(vec![
            "", "\n", " ", "x", "<", "]", "\u{200b}", "é", "＜", "Ｈ", "：", "漢",
        ]);
        let part = prop_oneof![piece, whole, noise.prop_map(str::to_owned)];
        (Just(name), prop::collection::vec(part, 0..9))
    })
}

fn layout(parts: &[String], template: u16) -> (String, Vec<Range<usize>>) {
    let mut text = String::new();
    let mut contents = Vec::new();
    for (index, part) in parts.iter().enumerate() {
        let start = text.len();
        text.push_str(part);
        if template >> index & 1 == 0 {
            contents.push(start..text.len());
        }
    }
    (text, contents)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..Default::default() })]

    #[test]
    fn the_scan_finds_what_looking_everywhere_finds((name, parts) in attack(), template in 0..512_u16) {
        let (text, contents) = layout(&parts, template);
        let hits = table(name).hits(&text, &contents);
        let found: Vec<usize> = hits.iter().map(|hit| hit.start).collect();
        let slow = slow_places(&text, &contents, name);
        if text.is_ascii() {
            prop_assert_eq!(found, slow);
        } else {
            prop_assert!(slow.iter().all(|place| found.contains(place)));
        }
    }

    #[test]
    fn escaping_leaves_no_place_and_is_undone((name, parts) in attack(), template in 0..512_u16) {
        let (text, contents) = layout(&parts, template);
        let once = neutralize_contents(&text, &contents, table(name), ControlMode::Escape).unwrap();
        prop_assert_eq!(once.text.replace(MARK, ""), text.replace(MARK, ""));
        prop_assert_eq!(once.restore(), text.as_str());
        let moved = ranges(&once, &contents);
        prop_assert!(table(name).hits(&once.text, &moved).is_empty(), "{:?}", once.text);
        let whole = neutralize(&text, table(name), ControlMode::Escape).unwrap();
        let again = neutralize(&whole.text, table(name), ControlMode::Escape).unwrap();
        prop_assert_eq!(again.places, 0);
        if !text.contains(MARK) {
            prop_assert_eq!(table(name).restore(&whole.text), text.as_str());
        }
    }

    #[test]
    fn stripping_leaves_no_place_and_all_of_the_template((name, parts) in attack(), template in 0..512_u16) {
        let (text, contents) = layout(&parts, template);
        let once = neutralize_contents(&text, &contents, table(name), ControlMode::Strip).unwrap();
        let moved = ranges(&once, &contents);
        prop_assert!(table(name).hits(&once.text, &moved).is_empty(), "{:?}", once.text);
        let outside = |text: &str, contents: &[Range<usize>]| {
            let mut kept = String::new();
            let mut from = 0;
            for content in contents {
                kept.push_str(&text[from..content.start]);
                from = content.end;
            }
            kept + &text[from..]
        };
        prop_assert_eq!(outside(&once.text, &moved), outside(&text, &contents));
    }
}
