//! The order of strategies that reduce tool results before they drop anything.
//!
//! The newest group comes first, whole; then everything older with its results reduced, newest
//! first; then results are brought back whole, newest first.

use super::drop_oldest::NewestFirst;
use super::exchange::{Exchange, Exchanges};
use super::order::{Order, Step};
use super::selection::{Form, Piece};
use crate::error::CoreError;

/// The newest group, everything reduced, everything whole.
pub(super) struct ReducedFirst {
    passes: [NewestFirst; 2],
    has_newest: bool,
}

impl ReducedFirst {
    pub(super) fn new() -> Self {
        Self {
            passes: [Form::Reduced, Form::Whole].map(NewestFirst::new),
            has_newest: false,
        }
    }
}

impl Order for ReducedFirst {
    fn next(&mut self, exchanges: &mut Exchanges<'_>) -> Result<Option<Step>, CoreError> {
        if !self.has_newest {
            self.has_newest = true;
            let newest = exchanges.from_newest(0)?.map(Exchange::base);
            let pieces = newest.unwrap_or_default().into_iter().map(Piece::whole);
            return Ok(Some(pieces.collect()));
        }
        for pass in &mut self.passes {
            if let Some(step) = pass.next(exchanges)? {
                return Ok(Some(step));
            }
        }
        Ok(None)
    }
}
