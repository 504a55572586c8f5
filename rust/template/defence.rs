//! Neutralises what content of a page spells, and moves the page's spans along.

use std::borrow::Cow;
use std::ops::Range;

use crate::error::CoreError;
use crate::template::control::{ControlMode, ControlTable, Neutralized, neutralize_contents};
use crate::template::page::{Kind, Page, Span};

/// Make the content of a page safe; gives the number of places that were not.
///
/// # Errors
///
/// [`CoreError::ControlToken`] where a place is to be refused; [`CoreError::InvalidParameter`]
/// where the family has no table.
pub(super) fn defend(
    page: Page,
    controls: &str,
    mode: ControlMode,
) -> Result<(Page, u32), CoreError> {
    if mode == ControlMode::Allow {
        return Ok((page, 0));
    }
    let table = ControlTable::named(controls).ok_or_else(|| CoreError::InvalidParameter {
        message: format!("no table of control tokens is named {controls:?}"),
    })?;
    let found = neutralize_contents(page.as_str(), &contents(&page), table, mode)?;
    if found.places == 0 {
        return Ok((page, 0));
    }
    let (places, spans) = (found.places, moved(page.spans(), &found));
    let text = match found.text {
        Cow::Owned(text) => text,
        Cow::Borrowed(text) => text.to_owned(),
    };
    Ok((page.rewritten(text, spans), places))
}

/// The bytes that are content; those that touch are one range.
fn contents(page: &Page) -> Vec<Range<usize>> {
    let mut ranges: Vec<Range<usize>> = Vec::with_capacity(page.spans().len() / 4 + 1);
    let mut start = 0;
    for span in page.spans() {
        if matches!(span.kind, Kind::Content(_)) {
            match ranges.last_mut() {
                Some(range) if range.end == start => range.end = span.end,
                _ => ranges.push(start..span.end),
            }
        }
        start = span.end;
    }
    ranges
}

fn moved(spans: &[Span], found: &Neutralized<'_>) -> Vec<Span> {
    let each = spans.iter().map(|span| Span {
        end: found.moved(span.end),
        ..*span
    });
    each.collect()
}
