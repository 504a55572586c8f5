//! `given`: keep in the order that the caller's own function gave.

use std::collections::VecDeque;

use super::exchange::Exchanges;
use super::order::{Order, Step};
use super::plan::Rules;
use super::selection::Piece;
use crate::error::CoreError;

/// Messages by number, the most important first; each stands for its group.
struct Given {
    wanted: VecDeque<usize>,
}

/// Make the order.
pub(super) fn order(rules: &Rules<'_>) -> Box<dyn Order> {
    Box::new(Given {
        wanted: rules.wanted.iter().copied().collect(),
    })
}

impl Order for Given {
    fn next(&mut self, exchanges: &mut Exchanges<'_>) -> Result<Option<Step>, CoreError> {
        match self.wanted.pop_front() {
            Some(message) => step_with(exchanges, message).map(Some),
            None => Ok(None),
        }
    }
}

/// The group with a message, and the base of its exchange; nothing where there is none.
pub(super) fn step_with(exchanges: &mut Exchanges<'_>, message: usize) -> Result<Step, CoreError> {
    let mut number = 0;
    while let Some(exchange) = exchanges.from_newest(number)? {
        number += 1;
        if exchange.messages().contains(&message) {
            let mut rounds = exchange.rounds().iter();
            let own = rounds.find(|round| round.messages.contains(&message));
            let runs = exchange.base().into_iter();
            let runs = runs.chain(own.map(|round| round.messages.clone()));
            return Ok(runs.map(Piece::whole).collect());
        }
    }
    Ok(Step::new())
}
