//! The only place that names `pyo3`: converts arguments, maps errors, holds no logic.

mod counter;
mod error;
mod ids;
mod limit;
mod text;
mod vocabulary;

use pyo3::prelude::*;

/// The extension module `bedrock_llm._core`.
#[pymodule]
mod _core {
    #[pymodule_export]
    use super::counter::TokenCounter;
    #[pymodule_export]
    use super::vocabulary::Vocabulary;
}
