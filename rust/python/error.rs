//! Turns [`CoreError`] into the exceptions of `bedrock_llm.errors`.

use std::io::ErrorKind;

use pyo3::prelude::*;

use crate::error::CoreError;

mod exceptions {
    pyo3::import_exception!(bedrock_llm.errors, ChatTemplateError);
    pyo3::import_exception!(bedrock_llm.errors, ChatTemplateRefusalError);
    pyo3::import_exception!(bedrock_llm.errors, ControlTokenError);
    pyo3::import_exception!(bedrock_llm.errors, MessageError);
    pyo3::import_exception!(bedrock_llm.errors, ParameterError);
    pyo3::import_exception!(bedrock_llm.errors, TokenBudgetError);
    pyo3::import_exception!(bedrock_llm.errors, TokenizerError);
    pyo3::import_exception!(bedrock_llm.errors, UnknownTokenError);
    pyo3::import_exception!(bedrock_llm.errors, VocabularyMissingError);
}

impl From<CoreError> for PyErr {
    fn from(error: CoreError) -> Self {
        let message = error.to_string();
        match error {
            CoreError::UnreadableFile { source, .. } if source.kind() == ErrorKind::NotFound => {
                exceptions::VocabularyMissingError::new_err(message)
            }
            CoreError::UnknownTokenId { .. } => exceptions::UnknownTokenError::new_err(message),
            CoreError::BudgetExceeded { .. } => exceptions::TokenBudgetError::new_err(message),
            CoreError::InvalidParameter { .. } => exceptions::ParameterError::new_err(message),
            CoreError::ChatTemplate { .. } => exceptions::ChatTemplateError::new_err(message),
            CoreError::ChatTemplateRefusal { .. } => {
                exceptions::ChatTemplateRefusalError::new_err(message)
            }
            CoreError::ControlToken { .. } => exceptions::ControlTokenError::new_err(message),
            CoreError::InvalidMessage { .. } => exceptions::MessageError::new_err(message),
            _ => exceptions::TokenizerError::new_err(message),
        }
    }
}
