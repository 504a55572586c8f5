//! Defends a page: its content is made safe, and its spans follow the text.

use std::ops::Range;

use crate::error::CoreError;
use crate::template::control::{ControlMode, ControlTable, neutralize_contents};
use crate::template::page::{Kind, Owner, Page, Span};

/// Make the content of a page safe; give the page, and in how many places it was changed.
///
/// # Errors
///
/// [`CoreError::ControlToken`], which names the owner, as [`neutralize_contents`].
pub(super) fn defend(
    page: Page,
    table: &ControlTable,
    mode: ControlMode,
) -> Result<(Page, u32), CoreError> {
    if mode == ControlMode::Allow {
        return Ok((page, 0));
    }
    let contents = contents_of(&page);
    let neutralized = neutralize_contents(page.as_str(), &contents, table, mode)
        .map_err(|error| named(error, &page))?;
    if neutralized.places == 0 {
        return Ok((page, 0));
    }
    let ends = neutralized.moved(page.spans().iter().map(|span| span.end));
    let spans = page.spans().iter().zip(ends);
    let spans = kept(spans.map(|(span, end)| Span { end, ..*span }));
    let places = neutralized.places;
    let text = neutralized.text.into_owned();
    Ok((page.rewritten(text, spans), places))
}

fn contents_of(page: &Page) -> Vec<Range<usize>> {
    let mut contents = Vec::with_capacity(page.spans().len() / 2 + 1);
    let mut start = 0;
    for span in page.spans() {
        if matches!(span.kind, Kind::Content(_)) {
            contents.push(start..span.end);
        }
        start = span.end;
    }
    contents
}

/// Leave out spans that are empty now; a seam before one is before the next.
fn kept(spans: impl Iterator<Item = Span>) -> Vec<Span> {
    let mut kept = Vec::new();
    let mut start = 0;
    let mut has_seam = false;
    for mut span in spans {
        has_seam |= span.after_seam;
        if span.end > start {
            start = span.end;
            span.after_seam = has_seam;
            has_seam = false;
            kept.push(span);
        }
    }
    kept
}

/// Say whose content it is, instead of "the text".
fn named(error: CoreError, page: &Page) -> CoreError {
    let CoreError::ControlToken {
        token,
        table,
        offset,
        reason,
        ..
    } = error
    else {
        return error;
    };
    let end = offset + token.len();
    let mut start = 0;
    let touching = page.spans().iter().find_map(|span| {
        let range = start..span.end;
        start = span.end;
        match span.kind {
            Kind::Content(owner) if range.end > offset && range.start < end => Some(owner),
            _ => None,
        }
    });
    CoreError::ControlToken {
        token,
        table,
        owner: touching.map_or_else(|| "the text".to_owned(), name_of),
        offset,
        reason,
    }
}

fn name_of(owner: Owner) -> String {
    match owner {
        Owner::System => "the system prompt".to_owned(),
        Owner::Tools => "the declared tools".to_owned(),
        Owner::Message(position) => format!("message {position}"),
    }
}
