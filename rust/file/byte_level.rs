//! Recognises the `tokenizer.json` files that merging by rank counts the same, and proves it.
//!
//! Accepted is a byte-level BPE whose every setting is one that our engine has: normalizer none, NFC
//! or NFKC; pre-tokenizer one of our grammars, by the text of its regexes; merges that are ranks, by
//! the proof in `proof`. Anything else is a reason, and the file goes another way.

use rustc_hash::FxHashSet;
use serde_json::Value;

use super::document::Document;
use super::proof::{Merges, TokenRanks};
use crate::split::{GRAMMARS, Grammar};
use crate::vocabulary::{Normalization, Parts, Source, TokenTable};

/// The settings of a plain model; a missing one, and an empty text, is as good as null.
const PLAIN_MODEL: [(&str, Value); 6] = [
    ("dropout", Value::Null),
    ("unk_token", Value::Null),
    ("continuing_subword_prefix", Value::Null),
    ("end_of_word_suffix", Value::Null),
    ("fuse_unk", Value::Bool(false)),
    ("byte_fallback", Value::Bool(false)),
];

/// Read a file as ranks.
///
/// # Errors
///
/// The reason why the engine might count it otherwise.
pub(super) fn read_parts(document: &Document) -> Result<Parts, String> {
    check_model(document.model())?;
    let normalization = read_normalization(document.field("normalizer"))?;
    let grammar = read_grammar(document.field("pre_tokenizer"))?;
    let (first_id, tokens) = read_tokens(document)?;
    let merges = read_merges(document.model())?;
    let is_whole_kept = document.model().get("ignore_merges") == Some(&Value::Bool(true));
    let is_proper = TokenRanks::new(&tokens)?.check_merges(&merges, is_whole_kept)?;
    Ok(Parts {
        name: String::new(),
        normalization,
        grammar,
        exactness: "exact".to_owned(),
        licence: String::new(),
        source: Source::default(),
        tokens,
        first_id,
        special_tokens: document.special_tokens()?,
        is_proper: Some(is_proper),
    })
}

fn check_model(model: &Value) -> Result<(), String> {
    // Files from before 2020 name no type; the crate tells them by their fields, and so it does.
    if model.get("type") != Some(&Value::String("BPE".to_owned())) {
        return Err("its model is no BPE".to_owned());
    }
    for (name, plain) in PLAIN_MODEL {
        let found = model.get(name).unwrap_or(&Value::Null);
        if *found != plain && !found.is_null() && found.as_str() != Some("") {
            return Err(format!("its model has {name} {found}"));
        }
    }
    Ok(())
}

fn read_normalization(normalizer: &Value) -> Result<Normalization, String> {
    if normalizer.is_null() {
        return Ok(Normalization::None);
    }
    let inner = normalizer.get("normalizers").and_then(Value::as_array);
    match (kind(normalizer), inner.map(Vec::as_slice)) {
        ("Sequence", Some([])) => Ok(Normalization::None),
        ("Sequence", Some([only])) => read_normalization(only),
        ("NFC", None) => Ok(Normalization::Nfc),
        ("NFKC", None) => Ok(Normalization::Nfkc),
        (other, _) => Err(format!("its normalizer is {other}")),
    }
}

/// Find the grammar that a pre-tokenizer is.
fn read_grammar(pre_tokenizer: &Value) -> Result<&'static Grammar, String> {
    let inner = pre_tokenizer.get("pretokenizers").and_then(Value::as_array);
    let steps = inner.map_or(std::slice::from_ref(pre_tokenizer), Vec::as_slice);
    let Some((bytes, splits)) = steps.split_last() else {
        return Err("its pre-tokenizer is empty".to_owned());
    };
    let has_regex = bytes.get("use_regex") != Some(&Value::Bool(false));
    if kind(bytes) != "ByteLevel" || bytes.get("add_prefix_space") != Some(&Value::Bool(false)) {
        return Err("its pre-tokenizer does not end in ByteLevel without a space".to_owned());
    }
    if has_regex && splits.is_empty() {
        return Grammar::find("gpt2").map_err(|error| error.to_string());
    }
    let stages = splits
        .iter()
        .map(|split| read_split(split, splits.len() == 1))
        .collect::<Option<Vec<String>>>()
        .filter(|_| !has_regex)
        .ok_or_else(|| "its pre-tokenizer is no sequence of isolating regexes".to_owned())?;
    let found = GRAMMARS.iter().find(|grammar| grammar.stages == stages);
    found.ok_or_else(|| "no grammar here equals its pre-tokenizer's regexes".to_owned())
}

/// The regex of a step that isolates matches.
///
/// To keep matches and drop what is between is the same, where the regex alone covers all text, as
/// every grammar of one stage does.
fn read_split(split: &Value, is_only: bool) -> Option<String> {
    let is_inverted = split.get("invert")?.as_bool()?;
    let behavior = split.get("behavior")?.as_str()?;
    let is_isolating = behavior == "Isolated" && !is_inverted;
    let is_keeping = behavior == "Removed" && is_inverted && is_only;
    let is_split = kind(split) == "Split" && (is_isolating || is_keeping);
    let regex = split.get("pattern")?.get("Regex")?.as_str()?;
    // Some files have the characters where ours have their escapes: the same regex.
    is_split.then(|| regex.replace('\r', r"\r").replace('\n', r"\n"))
}

fn kind(step: &Value) -> &str {
    step.get("type").and_then(Value::as_str).unwrap_or("none")
}

/// Read the tokens that are no added ones, in the order of their ids, and the first id.
fn read_tokens(document: &Document) -> Result<(u32, TokenTable), String> {
    let added: FxHashSet<&str> = document
        .added_tokens()
        .iter()
        .map(|row| row.text.as_str())
        .collect();
    let vocabulary = document.model().get("vocab").and_then(Value::as_object);
    let mut rows: Vec<(u64, &str)> = Vec::new();
    for (text, id) in vocabulary.into_iter().flatten() {
        let id = id
            .as_u64()
            .ok_or_else(|| format!("the token {text:?} has the id {id}"))?;
        if !added.contains(text.as_str()) {
            rows.push((id, text));
        }
    }
    rows.sort_unstable();
    let first_id = rows.first().map_or(0, |row| row.0);
    let (mut offsets, mut bytes) = (vec![0], Vec::new());
    for (expected, (id, text)) in (first_id..).zip(rows) {
        if id != expected {
            return Err(format!("its ids have a gap at {expected}"));
        }
        push_bytes(text, &mut bytes)?;
        offsets.push(u32::try_from(bytes.len()).map_err(|error| error.to_string())?);
    }
    let first_id = u32::try_from(first_id).map_err(|error| error.to_string())?;
    Ok((first_id, TokenTable::new(offsets, bytes)?))
}

fn read_merges(model: &Value) -> Result<Merges, String> {
    let merges = model.get("merges").and_then(Value::as_array);
    let merges = merges.ok_or_else(|| "its model has no merges".to_owned())?;
    let mut read = Merges::default();
    for merge in merges {
        let (left, right) = halves(merge).ok_or_else(|| format!("{merge} is no merge of two"))?;
        read.push(
            |bytes| push_bytes(left, bytes),
            |bytes| push_bytes(right, bytes),
        )?;
    }
    Ok(read)
}

/// Read a merge: a text with a space between its two parts, or a list of the two.
fn halves(merge: &Value) -> Option<(&str, &str)> {
    match merge {
        Value::String(text) => {
            let halves = text.split_once(' ')?;
            (!halves.1.contains(' ')).then_some(halves)
        }
        Value::Array(parts) => {
            let mut texts = parts.iter().filter_map(Value::as_str);
            let halves = (texts.next()?, texts.next()?);
            texts.next().is_none().then_some(halves)
        }
        _ => None,
    }
}

/// Turn a token's characters into the bytes they stand for.
///
/// The printable bytes of Latin-1 stand for themselves; the others follow from U+0100 on, in order.
/// Source: `bytes_char` of the crate `tokenizers` 0.23 (2026-11-22).
fn push_bytes(text: &str, bytes: &mut Vec<u8>) -> Result<(), String> {
    for character in text.chars() {
        let byte = byte_of(character)
            .ok_or_else(|| format!("the token {text:?} has a character that is no byte's"))?;
        bytes.push(byte);
    }
    Ok(())
}

fn byte_of(character: char) -> Option<u8> {
    let is_printable = matches!(character, '!'..='~' | '¡'..='¬' | '®'..='ÿ');
    match (u32::from(character), is_printable) {
        (code, true) => u8::try_from(code).ok(),
        (code @ 0x100..=0x120, _) => u8::try_from(code - 0x100).ok(),
        (code @ 0x121..=0x142, _) => u8::try_from(code - 0x121 + 0x7f).ok(),
        (0x143, _) => Some(0xad),
        _ => None,
    }
}
