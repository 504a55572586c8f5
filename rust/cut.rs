//! Cuts a text so that it fits a budget of tokens.
//!
//! ```text
//! text ─► fits? ─► all of it
//!           └────► longest head/tail within the budget ─► back to a boundary ─► marker put in
//!                  ▲                                                            │
//!                  └──────────── budget less by what is too much ◄── counted ◄──┘
//! ```
//!
//! What comes out is counted as it is, marker included, so `count(result) <= max_tokens` holds by
//! construction, for every kind of vocabulary and for estimates. Tokens merge across the marker
//! and counts do not grow evenly, so a first try may be too long: then the budget shrinks.

use crate::boundaries::Boundary;
use crate::counter::Counter;
use crate::engine::Cut;
use crate::error::CoreError;

/// Which part of a text is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// The start.
    Head,
    /// The end.
    Tail,
    /// The start and the end, in about equal shares.
    Ends,
}

impl Keep {
    /// Find a part by name.
    ///
    /// # Errors
    ///
    /// [`CoreError::InvalidParameter`] names the known parts.
    pub fn find(name: &str) -> Result<Self, CoreError> {
        let rows = [
            ("head", Self::Head),
            ("tail", Self::Tail),
            ("ends", Self::Ends),
        ];
        let found = rows.into_iter().find(|row| row.0 == name);
        found.map(|row| row.1).ok_or_else(|| {
            let known = rows.map(|row| row.0).join(", ");
            let message = format!("keep={name:?} is no part of a text; known are {known}");
            CoreError::InvalidParameter { message }
        })
    }
}

/// How to cut.
#[derive(Debug, Clone, Copy)]
pub struct Rules<'marker> {
    /// The most tokens of the result.
    pub max_tokens: u32,
    /// Which part is kept.
    pub keep: Keep,
    /// Where the text may be cut.
    pub at: &'static Boundary,
    /// What stands where something was left out.
    pub marker: &'marker str,
}

/// A text that fits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fitted {
    /// The text with its marker; `None` if all of the text fits as it is.
    pub text: Option<String>,
    /// What the result counts.
    pub tokens: u32,
    /// The bytes of the text that are kept at the start.
    pub head_bytes: usize,
    /// The bytes of the text that are kept at the end.
    pub tail_bytes: usize,
    /// The kind of place it was cut at; a finer one than asked for if there was none of those.
    pub at: &'static str,
}

/// Cut a text so that it counts at most `max_tokens`.
///
/// # Errors
///
/// [`CoreError::InvalidParameter`] if the marker alone counts more.
pub fn cut(counter: &Counter, text: &str, rules: Rules<'_>) -> Result<Fitted, CoreError> {
    let budget = budget_beside_marker(counter, rules)?;
    let job = Job {
        counter,
        text,
        rules,
        reach: match rules.keep {
            Keep::Tail => counter.cut_end(text, rules.max_tokens),
            Keep::Head | Keep::Ends => counter.cut_start(text, rules.max_tokens),
        },
    };
    if job.reach.bytes == text.len() {
        return Ok(Fitted {
            text: None,
            tokens: job.reach.tokens,
            head_bytes: text.len(),
            tail_bytes: 0,
            at: rules.at.name,
        });
    }
    Ok(job.cut_within(budget))
}

/// The tokens that the marker leaves over.
fn budget_beside_marker(counter: &Counter, rules: Rules<'_>) -> Result<u32, CoreError> {
    if rules.marker.is_empty() {
        return Ok(rules.max_tokens);
    }
    let marker_tokens = counter.count(rules.marker);
    let budget = rules.max_tokens.checked_sub(marker_tokens);
    budget.ok_or_else(|| CoreError::InvalidParameter {
        message: format!(
            "the marker {:?} alone has {marker_tokens} tokens and max_tokens is {}; raise \
             max_tokens or shorten the marker",
            rules.marker, rules.max_tokens
        ),
    })
}

/// A start and an end of a text, with the kind of place at which they were cut.
struct Kept<'text> {
    head: &'text str,
    tail: &'text str,
    at: &'static Boundary,
}

/// A text that does not fit.
struct Job<'job> {
    counter: &'job Counter,
    text: &'job str,
    rules: Rules<'job>,
    /// What `max_tokens` hold of the text, from the side that is kept.
    reach: Cut,
}

impl<'job> Job<'job> {
    /// Try a budget, and smaller ones as long as the result is too long.
    fn cut_within(&self, mut budget: u32) -> Fitted {
        loop {
            let kept = self.keep(budget);
            let text = [kept.head, self.rules.marker, kept.tail].concat();
            let tokens = self.count(&text);
            let excess = tokens.saturating_sub(self.rules.max_tokens);
            if excess == 0 {
                return Fitted {
                    text: Some(text),
                    tokens,
                    head_bytes: kept.head.len(),
                    tail_bytes: kept.tail.len(),
                    at: kept.at.name,
                };
            }
            if budget == 0 {
                return self.marker_alone();
            }
            budget = budget.saturating_sub(excess);
        }
    }

    /// Count what came out; all of the reach was counted when it was found.
    fn count(&self, result: &str) -> u32 {
        let is_one_side = self.rules.keep != Keep::Ends && self.rules.marker.is_empty();
        if is_one_side && result.len() == self.reach.bytes {
            return self.reach.tokens;
        }
        self.counter.count(result)
    }

    /// The parts of the text that a budget holds, cut at a boundary.
    fn keep(&self, budget: u32) -> Kept<'job> {
        let (head_budget, tail_budget) = match self.rules.keep {
            Keep::Head => (Some(budget), None),
            Keep::Tail => (None, Some(budget)),
            Keep::Ends => (Some(budget.div_ceil(2)), Some(budget / 2)),
        };
        let (mut head, mut tail, mut at) = ("", "", self.rules.at);
        if let Some(head_budget) = head_budget {
            let (end, kind) = self
                .rules
                .at
                .before(self.text, self.head_bytes(head_budget));
            (head, at) = (&self.text[..end], at.finer_of(kind));
        }
        if let Some(tail_budget) = tail_budget {
            let rest = &self.text[head.len()..];
            let place = self.text.len() - self.tail_bytes(rest, tail_budget);
            let (start, kind) = self.rules.at.after(self.text, place);
            (tail, at) = (&self.text[start..], at.finer_of(kind));
        }
        Kept { head, tail, at }
    }

    fn head_bytes(&self, budget: u32) -> usize {
        if budget == self.rules.max_tokens {
            return self.reach.bytes;
        }
        self.counter.cut_start(self.text, budget).bytes
    }

    fn tail_bytes(&self, rest: &str, budget: u32) -> usize {
        if self.rules.keep == Keep::Tail && budget == self.rules.max_tokens {
            return self.reach.bytes;
        }
        self.counter.cut_end(rest, budget).bytes
    }

    /// The marker, where not even a character fits beside it.
    fn marker_alone(&self) -> Fitted {
        Fitted {
            text: Some(self.rules.marker.to_owned()),
            tokens: self.counter.count(self.rules.marker),
            head_bytes: 0,
            tail_bytes: 0,
            at: self.rules.at.name,
        }
    }
}
