//! Python's idea of white space: what `str.strip` and jinja2's `trim` take away.

/// Whether Python's `str.isspace` holds for a character.
///
/// Unicode's `White_Space` and the four separators U+001C to U+001F, which Python counts by their
/// bidirectional class (<https://docs.python.org/3/library/stdtypes.html#str.isspace>, 2026-11-22).
#[must_use]
pub fn is_space(character: char) -> bool {
    character.is_whitespace() || matches!(character, '\u{1c}'..='\u{1f}')
}

/// What `str.strip` leaves.
#[must_use]
pub fn strip(text: &str) -> &str {
    text.trim_matches(is_space)
}
