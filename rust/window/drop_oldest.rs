//! `drop_oldest`: keep the newest exchanges, and of each the newest rounds of its tool loop.

use super::exchange::{Exchange, Exchanges};
use super::order::{Order, Step};
use super::plan::Rules;
use super::selection::{Form, Piece};
use crate::error::CoreError;

/// From the newest exchange to the oldest.
pub(super) struct NewestFirst {
    exchange: usize,
    /// 0 is the base, then come the rounds.
    part: usize,
    form: Form,
}

impl NewestFirst {
    pub(super) fn new(form: Form) -> Self {
        Self {
            exchange: 0,
            part: 0,
            form,
        }
    }
}

/// Make the order.
pub(super) fn order(_rules: &Rules<'_>) -> Box<dyn Order> {
    Box::new(NewestFirst::new(Form::Whole))
}

impl Order for NewestFirst {
    fn next(&mut self, exchanges: &mut Exchanges<'_>) -> Result<Option<Step>, CoreError> {
        while let Some(exchange) = exchanges.from_newest(self.exchange)? {
            if let Some(step) = part_of(exchange, self.part, self.form) {
                self.part += 1;
                return Ok(Some(step));
            }
            self.exchange += 1;
            self.part = 0;
        }
        Ok(None)
    }
}

/// The base of an exchange, or one of its rounds, newest first; nothing of a headless one.
pub(super) fn part_of(exchange: &Exchange, part: usize, form: Form) -> Option<Step> {
    exchange.user.as_ref()?;
    let piece = |messages| Piece { messages, form };
    match part.checked_sub(1) {
        None => Some(exchange.base().into_iter().map(piece).collect()),
        Some(round) => {
            let round = exchange.rounds().get(round)?;
            Some(vec![piece(round.messages.clone())])
        }
    }
}
