//! The plan: the longest start of a strategy's order that fits.

use super::exchange::Exchanges;
use super::history::History;
use super::order::{Order, Step};
use super::protected::protected;
use super::rows::Strategy;
use super::selection::{Form, Piece, Selection};
use crate::error::CoreError;

/// What a window must keep to.
pub struct Rules<'rules> {
    /// How to choose.
    pub strategy: &'static Strategy,
    /// The most tokens of the prompt.
    pub budget_tokens: u64,
    /// Nothing is touched up to so many tokens; at most the budget.
    pub trigger_tokens: u64,
    /// Above the trigger, so many are aimed at; at most the budget.
    pub target_tokens: u64,
    /// Messages that are always kept, with their groups.
    pub pinned: &'rules [usize],
    /// Whether everything up to the last cache point is always kept.
    pub keep_cached_prefix: bool,
    /// The caller's scores of messages, for `priority`.
    pub scores: &'rules [(usize, f64)],
    /// Scores of user, assistant and tool messages without one.
    pub role_scores: [f64; 3],
    /// Messages in the caller's own order, for `given`.
    pub wanted: &'rules [usize],
}

/// What is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The messages that are kept, in order.
    pub pieces: Vec<Piece>,
    /// What the prompt counts with them; `None` where the protected part alone is too large.
    pub tokens: Option<u64>,
}

/// Choose what is kept of a history.
///
/// # Errors
///
/// A message cannot be read.
pub fn plan(history: &mut dyn History, rules: &Rules<'_>) -> Result<Plan, CoreError> {
    let mut exchanges = Exchanges::new(history);
    let mut walk = Walk::default();
    let first = protected(&mut exchanges, rules)?;
    let head = exchanges.history().head_tokens();
    let ceiling = rules.budget_tokens + exchanges.history().slack();
    if !walk.take(exchanges.history(), first, head, ceiling)? {
        let pieces = walk.pieces(walk.steps.len());
        return Ok(Plan {
            pieces,
            tokens: None,
        });
    }
    let ceiling = rules.trigger_tokens + exchanges.history().slack();
    let mut order = (rules.strategy.order)(rules);
    let is_whole = walk.go(&mut exchanges, order.as_mut(), ceiling)?;
    walk.choose(exchanges.history(), rules, is_whole)
}

/// The steps that were taken, and what the prompt counts after each, about.
#[derive(Default)]
struct Walk {
    steps: Vec<Step>,
    sums: Vec<u64>,
    selection: Selection,
}

impl Walk {
    /// Go on until the ceiling is passed; tells whether the order ended before that.
    fn go(
        &mut self,
        exchanges: &mut Exchanges<'_>,
        order: &mut dyn Order,
        ceiling: u64,
    ) -> Result<bool, CoreError> {
        while let Some(step) = order.next(exchanges)? {
            let step: Step = step
                .into_iter()
                .filter(|piece| self.is_new(piece))
                .collect();
            let sum = self.sums.last().copied().unwrap_or_default();
            if !step.is_empty() && !self.take(exchanges.history(), step, sum, ceiling)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn is_new(&self, piece: &Piece) -> bool {
        let known = self.selection.form_at(piece.messages.start);
        known.is_none() || (known == Some(Form::Reduced) && piece.form == Form::Whole)
    }

    /// Take a step if it stays below the ceiling.
    fn take(
        &mut self,
        history: &mut dyn History,
        step: Step,
        sum: u64,
        ceiling: u64,
    ) -> Result<bool, CoreError> {
        let mut tokens = sum;
        let mut is_below = true;
        for piece in &step {
            let known = self.selection.insert(piece.clone());
            if is_below {
                let added = add(history, piece, known, tokens, ceiling)?;
                is_below = added.is_some();
                tokens = added.unwrap_or(tokens);
            }
        }
        let is_first = self.steps.is_empty();
        if is_below || is_first {
            self.steps.push(step);
            self.sums.push(tokens);
        }
        Ok(is_below)
    }

    /// Choose the longest start of the steps that fits, by its exact total.
    fn choose(
        &self,
        history: &mut dyn History,
        rules: &Rules<'_>,
        is_whole: bool,
    ) -> Result<Plan, CoreError> {
        if is_whole {
            let pieces = self.pieces(self.steps.len());
            let tokens = history.total(&pieces)?;
            if tokens <= rules.trigger_tokens {
                let tokens = Some(tokens);
                return Ok(Plan { pieces, tokens });
            }
        }
        let goal = rules.target_tokens + history.slack();
        let mut count = self.sums.partition_point(|sum| *sum <= goal).max(1);
        loop {
            let pieces = self.pieces(count);
            let tokens = history.total(&pieces)?;
            let is_last = count == 1;
            if tokens <= rules.target_tokens || (is_last && tokens <= rules.budget_tokens) {
                let tokens = Some(tokens);
                return Ok(Plan { pieces, tokens });
            }
            if is_last {
                let tokens = None;
                return Ok(Plan { pieces, tokens });
            }
            count -= 1;
        }
    }

    /// What the first steps keep.
    fn pieces(&self, count: usize) -> Vec<Piece> {
        let mut selection = Selection::default();
        for piece in self.steps.iter().take(count).flatten() {
            selection.insert(piece.clone());
        }
        selection.joined()
    }
}

/// Add what a piece costs; `None` above the ceiling.
fn add(
    history: &mut dyn History,
    piece: &Piece,
    known: Option<Form>,
    sum: u64,
    ceiling: u64,
) -> Result<Option<u64>, CoreError> {
    let mut tokens = sum;
    for index in piece.messages.clone() {
        if let Some(form) = known {
            let before = history.tokens(index, form, u64::MAX)?.unwrap_or_default();
            tokens = tokens.saturating_sub(before);
        }
    }
    for index in piece.messages.clone() {
        let limit = ceiling.saturating_sub(tokens);
        match history.tokens(index, piece.form, limit)? {
            Some(more) => tokens = tokens.saturating_add(more),
            None => return Ok(None),
        }
    }
    Ok((tokens <= ceiling).then_some(tokens))
}
