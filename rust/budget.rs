//! A budget of tokens that texts are added to as long as they fit; threads may share it.

use std::sync::atomic::{AtomicU32, Ordering};

use crate::counter::Counter;
use crate::error::CoreError;

/// Tokens used of a limit; `used <= limit` holds at every moment, on every thread.
#[derive(Debug)]
pub struct Budget {
    limit: u32,
    used: AtomicU32,
}

impl Budget {
    /// Make an unused budget.
    #[must_use]
    pub fn new(limit: u32) -> Self {
        Self {
            limit,
            used: AtomicU32::new(0),
        }
    }

    /// The tokens of the budget.
    #[must_use]
    pub fn limit(&self) -> u32 {
        self.limit
    }

    /// The tokens used.
    #[must_use]
    pub fn used(&self) -> u32 {
        self.used.load(Ordering::Relaxed)
    }

    /// The tokens left.
    #[must_use]
    pub fn remaining(&self) -> u32 {
        self.limit - self.used()
    }

    /// Use the tokens of a text if that many are left; give how many they are.
    ///
    /// The work depends on the tokens left, not on the text. What another thread takes meanwhile
    /// is taken: then a text that fitted before may not.
    pub fn try_add(&self, counter: &Counter, text: &str) -> Option<u32> {
        let tokens = counter.count_up_to(text, self.remaining())?;
        let add = |used: u32| {
            let sum = used.checked_add(tokens);
            sum.filter(|&sum| sum <= self.limit)
        };
        let added = self
            .used
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, add);
        added.is_ok().then_some(tokens)
    }

    /// Use the tokens of a text; give how many they are.
    ///
    /// # Errors
    ///
    /// [`CoreError::BudgetExceeded`] if fewer are left; then none is used.
    pub fn add(&self, counter: &Counter, text: &str) -> Result<u32, CoreError> {
        self.try_add(counter, text).ok_or_else(|| {
            let used_tokens = self.used();
            CoreError::BudgetExceeded {
                remaining_tokens: self.limit - used_tokens,
                used_tokens,
                limit_tokens: self.limit,
            }
        })
    }

    /// Forget what was used.
    pub fn reset(&self) {
        self.used.store(0, Ordering::Relaxed);
    }
}
