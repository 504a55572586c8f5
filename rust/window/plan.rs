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
    if !walk.take_protected(exchanges.history(), &first, head, rules.budget_tokens)? {
        let pieces = walk.pieces(walk.steps.len());
        return Ok(Plan {
            pieces,
            tokens: None,
        });
    }
    let mut order = (rules.strategy.order)(rules);
    let is_whole = walk.go(&mut exchanges, order.as_mut(), rules.trigger_tokens)?;
    walk.choose(exchanges.history(), rules, is_whole)
}

/// Tokens by which no message is mistaken.
const LARGE: u64 = 1000;

/// The steps that were taken, and what the prompt counts after each, about.
#[derive(Default)]
struct Walk {
    steps: Vec<Step>,
    sums: Vec<u64>,
    selection: Selection,
}

impl Walk {
    /// Take what is always kept; tells whether it may fit.
    ///
    /// Where estimates turn out to be poor, only what is far above the budget surely does not.
    fn take_protected(
        &mut self,
        history: &mut dyn History,
        first: &Step,
        head: u64,
        budget: u64,
    ) -> Result<bool, CoreError> {
        let slack = history.slack(budget);
        if self.take(history, first.clone(), head, budget.saturating_add(slack))? {
            return Ok(true);
        }
        if history.slack(budget) == slack {
            return Ok(false);
        }
        *self = Self::default();
        let ceiling = budget.saturating_mul(2).saturating_add(LARGE);
        self.take(history, first.clone(), head, ceiling)
    }

    /// Go on until so many tokens are passed for sure; tells whether the order ended before that.
    fn go(
        &mut self,
        exchanges: &mut Exchanges<'_>,
        order: &mut dyn Order,
        tokens: u64,
    ) -> Result<bool, CoreError> {
        while let Some(step) = order.next(exchanges)? {
            let step: Step = step
                .into_iter()
                .filter(|piece| self.is_new(piece))
                .collect();
            let sum = self.sums.last().copied().unwrap_or_default();
            let ceiling = tokens.saturating_add(exchanges.history().slack(tokens));
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
        let (count, tokens) = self.largest(history, rules.target_tokens)?;
        let pieces = self.pieces(count);
        let tokens = Some(tokens).filter(|tokens| *tokens <= rules.budget_tokens);
        Ok(Plan { pieces, tokens })
    }

    /// The most steps whose exact total fits, and that total; the first step where none do.
    ///
    /// The estimates say where to look; each exact total says how far they are mistaken there.
    fn largest(&self, history: &mut dyn History, goal: u64) -> Result<(usize, u64), CoreError> {
        let (mut low, mut high) = (1, self.steps.len() + 1);
        let mut low_tokens = None;
        let mut guess = self.guess(goal);
        while low + 1 < high || low_tokens.is_none() {
            let count = guess.clamp(low, high - 1);
            let tokens = history.total(&self.pieces(count))?;
            if tokens <= goal || count == 1 {
                (low, low_tokens) = (count, Some(tokens));
            }
            if tokens > goal {
                high = count.max(low + 1);
            }
            let estimate = self.sums.get(count - 1).copied().unwrap_or_default();
            let better = self.guess(goal.saturating_add(estimate).saturating_sub(tokens));
            guess = if tokens <= goal {
                better.max(count + 1)
            } else {
                better.min(count.saturating_sub(1))
            };
        }
        Ok((low, low_tokens.unwrap_or_default()))
    }

    /// How many steps fit by the estimates.
    fn guess(&self, goal: u64) -> usize {
        self.sums.iter().take_while(|sum| **sum <= goal).count()
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
