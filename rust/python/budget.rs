//! `bedrock_llm._core.TokenBudget`.

use pyo3::prelude::*;
use pyo3::types::PyString;

use super::counter::TokenCounter;
use super::limit::Limit;
use super::text::with_text;
use crate::budget::Budget;

/// A budget of tokens that texts are added to as long as they fit; threads may share it.
#[pyclass(frozen, module = "bedrock_llm._core")]
pub(super) struct TokenBudget {
    budget: Budget,
    tokenizer: Py<TokenCounter>,
}

#[pymethods]
impl TokenBudget {
    #[new]
    #[pyo3(signature = (tokenizer, limit))]
    fn new(tokenizer: Py<TokenCounter>, limit: Limit) -> Self {
        Self {
            budget: Budget::new(limit.tokens),
            tokenizer,
        }
    }

    /// The tokenizer that counts.
    #[getter]
    fn tokenizer(&self) -> &Py<TokenCounter> {
        &self.tokenizer
    }

    /// The tokens of the budget.
    #[getter]
    fn limit(&self) -> u32 {
        self.budget.limit()
    }

    /// The tokens used.
    #[getter]
    fn used(&self) -> u32 {
        self.budget.used()
    }

    /// The tokens left.
    #[getter]
    fn remaining(&self) -> u32 {
        self.budget.remaining()
    }

    /// Use the tokens of a text if that many are left; tell whether they were.
    #[pyo3(signature = (text, /))]
    fn try_add(&self, text: &Bound<'_, PyString>) -> PyResult<bool> {
        let counter = self.tokenizer.get().counter();
        with_text(text, |text| self.budget.try_add(counter, text).is_some())
    }

    /// Use the tokens of a text and give how many they are.
    #[pyo3(signature = (text, /))]
    fn add(&self, text: &Bound<'_, PyString>) -> PyResult<u32> {
        let counter = self.tokenizer.get().counter();
        Ok(with_text(text, |text| self.budget.add(counter, text))??)
    }

    /// Forget what was used.
    fn reset(&self) {
        self.budget.reset();
    }

    fn __repr__(&self) -> String {
        format!(
            "<TokenBudget: {} of {} tokens used>",
            self.budget.used(),
            self.budget.limit()
        )
    }
}
