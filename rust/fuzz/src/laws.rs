//! What holds for every vocabulary.

use bedrock_llm_core::engine::Engine;

/// Check that counts are lengths, and that decoding gives the text back as `expected` has it.
///
/// # Panics
///
/// Where a law is broken, which is what the fuzzer looks for.
pub fn check_ids(engine: &dyn Engine, text: &str, expected: &str) {
    let mut ids = Vec::new();
    engine
        .encode(text, &mut ids)
        .expect("a vocabulary with ids");
    let tokens = u32::try_from(ids.len()).expect("a short text");
    assert_eq!(engine.count(text), tokens, "count of {text:?}");
    assert_eq!(
        engine.decode(&ids).expect("its own ids"),
        expected,
        "ids {ids:?}"
    );
    if let Some(special_tokens) = engine.facts().special_tokens {
        let special = ids.iter().find(|&&id| special_tokens.text_of(id).is_some());
        assert_eq!(special, None, "a special id out of {text:?}");
    }
}

/// Check that every limit gives what the count says, and that no text has more than the bound.
///
/// # Panics
///
/// As [`check_ids`].
pub fn check_limits(engine: &dyn Engine, text: &str) {
    let tokens = engine.count(text);
    for limit in limits(tokens) {
        let counted = (tokens <= limit).then_some(tokens);
        assert_eq!(
            engine.count_up_to(text, limit),
            counted,
            "{limit} of {text:?}"
        );
    }
    if let Some(most) = engine.most_tokens(text.len()) {
        assert!(
            usize::try_from(tokens).is_ok_and(|tokens| tokens <= most),
            "{text:?}"
        );
    }
}

/// Check that a cut keeps its limit and says what it kept, at both ends.
///
/// # Panics
///
/// As [`check_ids`].
pub fn check_cuts(engine: &dyn Engine, text: &str) {
    for limit in limits(engine.count(text)) {
        let (start, end) = (engine.cut_start(text, limit), engine.cut_end(text, limit));
        for (cut, kept) in [
            (start, text.get(..start.bytes)),
            (
                end,
                text.len()
                    .checked_sub(end.bytes)
                    .and_then(|from| text.get(from..)),
            ),
        ] {
            let kept = kept.expect("a part of whole characters");
            assert_eq!(engine.count(kept), cut.tokens, "{kept:?} of {text:?}");
            assert!(cut.tokens <= limit, "{cut:?} above {limit} of {text:?}");
        }
    }
}

fn limits(tokens: u32) -> [u32; 6] {
    [
        0,
        1,
        tokens / 2,
        tokens.saturating_sub(1),
        tokens,
        tokens + 1,
    ]
}
