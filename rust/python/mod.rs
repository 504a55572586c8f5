//! The only place that names `pyo3`: converts arguments, maps errors, holds no logic.

mod arrays;
mod arrow;
mod budget;
mod counter;
mod cut;
mod error;
mod ids;
mod limit;
mod text;
mod texts;
mod vocabulary;

use pyo3::prelude::*;

/// The extension module `bedrock_llm._core`.
#[pymodule]
mod _core {
    #[pymodule_export]
    use super::budget::TokenBudget;
    #[pymodule_export]
    use super::counter::TokenCounter;
    #[pymodule_export]
    use super::cut::CutText;
    #[pymodule_export]
    use super::vocabulary::Vocabulary;
}
