//! `priority`: keep what has the highest score, the newest first where scores are equal.
//!
//! The score of a group is the highest of its messages: the caller's, else that of its role. The
//! base of an exchange counts as one; a round brings the base of its exchange with it.

use std::ops::Range;

use super::exchange::Exchanges;
use super::order::{Order, Step};
use super::plan::Rules;
use super::selection::Piece;
use crate::error::CoreError;
use crate::message::Role;

struct HighestFirst {
    scores: Vec<(usize, f64)>,
    role_scores: [f64; 3],
    /// The steps, the last one first; `None` before they are sorted.
    sorted: Option<Vec<Step>>,
}

/// Make the order.
pub(super) fn order(rules: &Rules<'_>) -> Box<dyn Order> {
    let mut scores = rules.scores.to_vec();
    scores.sort_by_key(|row| row.0);
    Box::new(HighestFirst {
        scores,
        role_scores: rules.role_scores,
        sorted: None,
    })
}

impl Order for HighestFirst {
    fn next(&mut self, exchanges: &mut Exchanges<'_>) -> Result<Option<Step>, CoreError> {
        if self.sorted.is_none() {
            self.sorted = Some(self.sort(exchanges)?);
        }
        Ok(self.sorted.as_mut().and_then(Vec::pop))
    }
}

impl HighestFirst {
    fn sort(&self, exchanges: &mut Exchanges<'_>) -> Result<Vec<Step>, CoreError> {
        let mut scored: Vec<(f64, Step)> = Vec::new();
        let mut number = 0;
        while let Some(exchange) = exchanges.from_newest(number)?.cloned() {
            number += 1;
            if exchange.user.is_none() {
                continue;
            }
            let base: Step = exchange.base().into_iter().map(Piece::whole).collect();
            scored.push((self.score(exchanges, &base)?, base.clone()));
            for round in exchange.rounds() {
                let alone = vec![Piece::whole(round.messages.clone())];
                let score = self.score(exchanges, &alone)?;
                scored.push((score, [base.clone(), alone].concat()));
            }
        }
        // Stable: what was found first, the newer, stays before its equals.
        scored.sort_by(|one, other| other.0.total_cmp(&one.0));
        Ok(scored.into_iter().rev().map(|row| row.1).collect())
    }

    fn score(&self, exchanges: &mut Exchanges<'_>, step: &Step) -> Result<f64, CoreError> {
        let mut highest = f64::NEG_INFINITY;
        for piece in step {
            highest = highest.max(self.score_run(exchanges, piece.messages.clone())?);
        }
        Ok(highest)
    }

    fn score_run(
        &self,
        exchanges: &mut Exchanges<'_>,
        messages: Range<usize>,
    ) -> Result<f64, CoreError> {
        let mut highest = f64::NEG_INFINITY;
        for index in messages {
            let known = self.scores.binary_search_by_key(&index, |row| row.0);
            let score = match known {
                Ok(place) => self.scores[place].1,
                Err(_) => self.role_score(exchanges, index)?,
            };
            highest = highest.max(score);
        }
        Ok(highest)
    }

    fn role_score(&self, exchanges: &mut Exchanges<'_>, index: usize) -> Result<f64, CoreError> {
        let outline = exchanges.history().outline(index)?;
        let [user, assistant, tools] = self.role_scores;
        Ok(if outline.has_calls || outline.has_results {
            tools
        } else if outline.role == Role::User {
            user
        } else {
            assistant
        })
    }
}
