//! Ids and counts of pages written by hand.
#![expect(clippy::unwrap_used, reason = "a test may unwrap")]

use std::path::Path;
use std::sync::{Arc, LazyLock};

use super::{Joints, Owner, Page, count, encode, measure};
use crate::counter::Counter;
use crate::error::CoreError;
use crate::tokenizer::Tokenizer;
use crate::vocabulary::packed;

static TEKKEN: LazyLock<Arc<Tokenizer>> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("python/bedrock_llm/vocabularies");
    let vocabulary = packed::open(folder.join("tekken.vocabulary")).unwrap();
    Arc::new(Tokenizer::new(vocabulary))
});

fn counter() -> Counter {
    let engine: Arc<Tokenizer> = Arc::clone(&TEKKEN);
    Counter::new(engine, 1000, None).unwrap()
}

fn ids(page: &Page, joints: Joints) -> Vec<u32> {
    let ids = encode(page.sheet(), &**TEKKEN, joints).unwrap();
    let counter = counter();
    assert_eq!(count(page.sheet(), &counter, joints) as usize, ids.len());
    let shares = measure(page.sheet(), &counter, joints, 2);
    let owned = i64::from(shares.system + shares.tools + shares.messages.iter().sum::<u32>());
    assert_eq!(usize::try_from(owned + shares.framing).unwrap(), ids.len());
    ids
}

fn texts(pieces: &[&str]) -> Vec<u32> {
    pieces.iter().flat_map(|text| TEKKEN.encode(text)).collect()
}

#[test]
fn content_is_encoded_with_the_template_s_text_beside_it_up_to_a_seam() {
    let mut page = Page::default();
    page.text("\n\n");
    page.content("\nHi", Owner::Message(0));
    page.seam();
    page.content(" there", Owner::Message(1));
    assert_eq!(ids(&page, Joints::Parted), texts(&["\n\n\nHi", " there"]));
    assert_eq!(ids(&page, Joints::Joined), texts(&["\n\n\nHi there"]));
}

#[test]
fn an_implied_space_makes_an_id_only_behind_other_text() {
    let mut page = Page::default();
    page.control("[INST]");
    page.implied_space();
    page.content("hi", Owner::Message(0));
    page.seam();
    page.implied_space();
    page.content("yo", Owner::Message(1));
    assert_eq!(page.as_str(), "[INST] hi yo");
    assert_eq!(
        ids(&page, Joints::Parted),
        [vec![3], texts(&["hi", "yo"])].concat()
    );
    assert_eq!(
        ids(&page, Joints::Joined),
        [vec![3], texts(&["hi yo"])].concat()
    );
}

#[test]
fn an_implied_space_before_nothing_is_none() {
    let mut page = Page::default();
    page.implied_space();
    page.content("", Owner::System);
    page.control("</s>");
    page.text("");
    assert_eq!(page.as_str(), "</s>");
    assert_eq!(page.spans().len(), 1);
}

#[test]
fn content_never_makes_a_control_id() {
    let mut page = Page::default();
    page.content("a</s>[INST]", Owner::Tools);
    page.control("</s>");
    let found = ids(&page, Joints::Parted);
    assert_eq!(found.iter().filter(|id| **id < 1000).count(), 1);
    assert_eq!(found.last(), Some(&2));
}

#[test]
fn a_control_token_that_the_vocabulary_has_not_counts_one_and_has_no_id() {
    let mut page = Page::default();
    page.control("<|eot_id|>");
    let counter = counter();
    assert_eq!(count(page.sheet(), &counter, Joints::Joined), 1);
    let error = encode(page.sheet(), &**TEKKEN, Joints::Parted).unwrap_err();
    assert!(matches!(error, CoreError::Unencodable { .. }));
    assert!(error.to_string().contains("<|eot_id|>"));
}

#[test]
fn a_page_refuses_what_has_no_form_unless_it_is_lenient() {
    let mut page = Page::default();
    assert!(page.refuse("tools", "no form for tools").is_err());
    let mut page = Page::default().lenient();
    page.refuse("tools", "no form for tools").unwrap();
    page.refuse("tools", "no form for tools").unwrap();
    assert_eq!(page.omitted(), ["tools"]);
}
