//! `drop_newest`: keep the oldest exchanges beside the newest one, as a record of the beginning.

use super::drop_oldest::part_of;
use super::exchange::Exchanges;
use super::order::{Order, Step};
use super::plan::Rules;
use super::selection::Form;
use crate::error::CoreError;

struct OldestFirst {
    exchange: usize,
    part: usize,
}

/// Make the order.
pub(super) fn order(_rules: &Rules<'_>) -> Box<dyn Order> {
    Box::new(OldestFirst {
        exchange: 0,
        part: 0,
    })
}

impl Order for OldestFirst {
    fn next(&mut self, exchanges: &mut Exchanges<'_>) -> Result<Option<Step>, CoreError> {
        while let Some(exchange) = exchanges.from_oldest(self.exchange)? {
            if let Some(step) = part_of(exchange, self.part, Form::Whole) {
                self.part += 1;
                return Ok(Some(step));
            }
            self.exchange += 1;
            self.part = 0;
        }
        Ok(None)
    }
}
