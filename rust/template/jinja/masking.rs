//! Masks content, so that a prompt shows which of its tokens are the template's own.

use std::ops::Range;

use serde_json::{Map, Value};

use crate::template::control::ControlTable;

/// What masked characters become: a letter without case that no token has.
pub(super) const FILLER: char = '\u{1c3}';

/// Replaces what tokens could be made of.
pub(super) struct Mask<'a> {
    characters: Vec<char>,
    names: &'a [String],
}

impl<'a> Mask<'a> {
    /// Mask what the tokens of a table are made of; what the template names stays.
    ///
    /// Digits, white space and what JSON escapes stay too: templates reckon with them, and no token
    /// is made of them alone.
    pub(super) fn new(table: &ControlTable, names: &'a [String]) -> Self {
        let tokens = table.words().iter().chain(table.line_markers());
        let mut characters: Vec<char> = tokens.flat_map(|token| token.chars()).collect();
        characters.retain(|character| {
            !character.is_ascii_digit()
                && !character.is_whitespace()
                && !['"', '\\'].contains(character)
        });
        characters.sort_unstable();
        characters.dedup();
        Self { characters, names }
    }

    /// Mask a string.
    pub(super) fn apply(&self, text: &str) -> String {
        if self
            .names
            .binary_search_by(|name| name.as_str().cmp(text))
            .is_ok()
        {
            return text.to_owned();
        }
        let masked =
            text.chars().map(
                |character| match self.characters.binary_search(&character) {
                    Ok(_) => FILLER,
                    Err(_) => character,
                },
            );
        masked.collect()
    }
}

/// The speakers that templates may make a token of, as in `'<|' + role + '|>'`.
const ROLES: [&str; 10] = [
    "assistant",
    "chatbot",
    "developer",
    "function",
    "ipython",
    "model",
    "observation",
    "system",
    "tool",
    "user",
];

/// Give the messages of a masked conversation their roles back, where they are known ones.
pub(super) fn keep_roles(content: &Map<String, Value>, masked: &mut Map<String, Value>) {
    let (Some(Value::Array(messages)), Some(Value::Array(masked))) =
        (content.get("messages"), masked.get_mut("messages"))
    else {
        return;
    };
    for (message, masked) in messages.iter().zip(masked) {
        let role = message.get("role").and_then(Value::as_str);
        let known = role.filter(|role| ROLES.contains(role));
        if let (Some(known), Some(role)) = (known, masked.get_mut("role")) {
            *role = Value::from(known);
        }
    }
}

/// The strings between quotes and the attributes that a template names, sorted.
pub(super) fn names(source: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut rest = source;
    while let Some(start) = rest.find(['{']) {
        rest = &rest[start + 1..];
        let Some(close) = closing(rest) else { continue };
        let end = rest[1..].find(close).map_or(rest.len(), |end| end + 1);
        collect_names(&rest[1..end], &mut names);
        rest = &rest[end..];
    }
    names.sort_unstable();
    names.dedup();
    names
}

fn closing(rest: &str) -> Option<&'static str> {
    match rest.as_bytes().first()? {
        b'{' => Some("}}"),
        b'%' => Some("%}"),
        _ => None,
    }
}

fn collect_names(inside: &str, names: &mut Vec<String>) {
    let mut characters = inside.char_indices();
    while let Some((start, character)) = characters.next() {
        let rest = &inside[start + character.len_utf8()..];
        let length = match character {
            '\'' | '"' => rest.find(character),
            '.' => Some(
                rest.find(|next: char| !(next.is_alphanumeric() || next == '_'))
                    .unwrap_or(rest.len()),
            ),
            _ => None,
        };
        if let Some(length) = length {
            names.push(rest[..length].to_owned());
            if character != '.' {
                let end = start + 1 + length + 1;
                while characters
                    .next()
                    .is_some_and(|(at, next)| at + next.len_utf8() < end)
                {}
            }
        }
    }
}

/// The ranges of a prompt in which another differs from it; None if they are not equally long.
pub(super) fn differences(prompt: &str, masked: &str) -> Option<Vec<Range<usize>>> {
    let mut ranges: Vec<Range<usize>> = Vec::new();
    let mut others = masked.chars();
    for (start, character) in prompt.char_indices() {
        if others.next()? == character {
            continue;
        }
        let end = start + character.len_utf8();
        match ranges.last_mut() {
            Some(range) if range.end == start => range.end = end,
            _ => ranges.push(start..end),
        }
    }
    others.next().is_none().then_some(ranges)
}
