//! What holds for every tokenizer that gives ids.

use std::fmt::Debug;

/// The face that the laws are about.
pub trait Encoder {
    /// Count the tokens of a text.
    fn count(&self, text: &str) -> u32;
    /// Count up to a limit.
    fn count_up_to(&self, text: &str, limit: u32) -> Option<u32>;
    /// Encode a text.
    fn encode(&self, text: &str) -> Vec<u32>;
    /// Decode ids.
    fn decode(&self, ids: &[u32]) -> String;
}

/// Check that counts are lengths, limits are kept, and decoding gives the text back.
///
/// # Panics
///
/// Where a law is broken, which is what the fuzzer looks for.
pub fn check(encoder: &impl Encoder, text: &str, expected: &(impl AsRef<str> + Debug)) {
    let ids = encoder.encode(text);
    let tokens = u32::try_from(ids.len()).expect("a short text");
    assert_eq!(encoder.count(text), tokens, "count of {text:?}");
    for limit in [
        0,
        1,
        tokens / 2,
        tokens.saturating_sub(1),
        tokens,
        tokens + 1,
    ] {
        let counted = (tokens <= limit).then_some(tokens);
        assert_eq!(
            encoder.count_up_to(text, limit),
            counted,
            "{limit} of {text:?}"
        );
    }
    assert_eq!(encoder.decode(&ids), expected.as_ref(), "ids {ids:?}");
}
