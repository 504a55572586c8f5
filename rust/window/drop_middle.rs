//! `drop_middle`: keep the newest exchange, the oldest, the second newest, the second oldest, ...
//!
//! The rounds of a tool loop go the same way: a loop under one task keeps its beginning and its
//! end.

use super::drop_oldest::part_of;
use super::exchange::{Exchange, Exchanges};
use super::order::{Order, Step};
use super::plan::Rules;
use super::selection::Form;
use crate::error::CoreError;

struct EndsFirst {
    /// Even ones are from the newest end.
    turn: usize,
    part: usize,
    /// Where the last exchange from the oldest end stops: there the two ends meet.
    oldest_end: usize,
}

/// Make the order.
pub(super) fn order(_rules: &Rules<'_>) -> Box<dyn Order> {
    Box::new(EndsFirst {
        turn: 0,
        part: 0,
        oldest_end: 0,
    })
}

impl Order for EndsFirst {
    fn next(&mut self, exchanges: &mut Exchanges<'_>) -> Result<Option<Step>, CoreError> {
        loop {
            let newest_start = self.newest_start(exchanges)?;
            let Some(exchange) = self.exchange(exchanges)? else {
                return Ok(None);
            };
            let messages = exchange.messages();
            let has_met = match self.turn % 2 {
                0 => messages.start < self.oldest_end,
                _ => messages.end > newest_start,
            };
            if has_met {
                return Ok(None);
            }
            let part = ends_first(self.part, exchange.rounds().len());
            if let Some(step) = part_of(exchange, part, Form::Whole) {
                self.part += 1;
                return Ok(Some(step));
            }
            if self.turn % 2 == 1 {
                self.oldest_end = messages.end;
            }
            self.turn += 1;
            self.part = 0;
        }
    }
}

impl EndsFirst {
    fn exchange<'a>(
        &self,
        exchanges: &'a mut Exchanges<'_>,
    ) -> Result<Option<&'a Exchange>, CoreError> {
        match self.turn % 2 {
            0 => exchanges.from_newest(self.turn / 2),
            _ => exchanges.from_oldest(self.turn / 2),
        }
    }

    /// Where the exchanges that were taken from the newest end start.
    fn newest_start(&self, exchanges: &mut Exchanges<'_>) -> Result<usize, CoreError> {
        let last = exchanges.from_newest(self.turn / 2)?;
        Ok(last.map_or(0, |exchange| exchange.messages().start))
    }
}

/// The parts in the order base, newest round, oldest round, second newest, ...
fn ends_first(part: usize, rounds: usize) -> usize {
    match part.checked_sub(1) {
        None => 0,
        Some(number) if number >= rounds => part,
        Some(number) if number % 2 == 0 => 1 + number / 2,
        Some(number) => rounds - number / 2,
    }
}
