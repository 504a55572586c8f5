//! What is always kept: the newest exchange's base, pins, and a cached prefix.

use super::exchange::Exchanges;
use super::given_order::step_with;
use super::order::Step;
use super::plan::Rules;
use super::selection::{Form, Piece};
use crate::error::CoreError;

/// Find what is always kept.
///
/// # Errors
///
/// A message cannot be read.
pub(super) fn protected(
    exchanges: &mut Exchanges<'_>,
    rules: &Rules<'_>,
) -> Result<Step, CoreError> {
    let form = if rules.strategy.is_reducing {
        Form::Reduced
    } else {
        Form::Whole
    };
    let mut step = Step::new();
    if let Some(newest) = exchanges.from_newest(0)? {
        let base = newest.base().into_iter();
        step.extend(base.map(|messages| Piece { messages, form }));
    }
    for &message in rules.pinned {
        step.extend(step_with(exchanges, message)?);
    }
    if rules.keep_cached_prefix
        && let Some(last) = last_cached(exchanges)?
    {
        step.extend(prefix(exchanges, last)?);
    }
    Ok(step)
}

/// The last message with a cache point before the newest group, where every turn may put one.
fn last_cached(exchanges: &mut Exchanges<'_>) -> Result<Option<usize>, CoreError> {
    let Some(newest) = exchanges.from_newest(0)? else {
        return Ok(None);
    };
    let base = newest.base();
    let end = base.last().map_or(0, |run| run.start);
    let history = exchanges.history();
    for index in (history.first()..end).rev() {
        if history.outline(index)?.has_cache_point {
            return Ok(Some(index));
        }
    }
    Ok(None)
}

/// Everything up to a message, and the bases of the exchanges it is in.
fn prefix(exchanges: &mut Exchanges<'_>, last: usize) -> Result<Step, CoreError> {
    let mut step = Step::new();
    let mut number = 0;
    while let Some(exchange) = exchanges.from_oldest(number)? {
        if exchange.messages().start > last {
            break;
        }
        number += 1;
        let rounds = exchange.rounds().iter().map(|round| round.messages.clone());
        let cached = rounds.filter(|round| round.start <= last);
        step.extend(exchange.base().into_iter().chain(cached).map(Piece::whole));
    }
    Ok(step)
}
