//! The only place that names `pyo3`: converts arguments, maps errors, holds no logic.

mod claude;
mod error;
mod ids;
mod pieces;
mod source;
mod text;
mod tokenizer;

use pyo3::prelude::*;

/// The extension module `bedrock_llm._core`.
#[pymodule]
mod _core {
    #[pymodule_export]
    use super::claude::ClaudeTokenizer;
    #[pymodule_export]
    use super::pieces::PieceTokenizer;
    #[pymodule_export]
    use super::tokenizer::Tokenizer;
}
