//! The core of `bedrock_llm`: exact token counts for the language models of Amazon Bedrock.
//!
//! Nothing here knows Python: the binding in [`python`] converts and returns.
#![warn(missing_docs)]

#[cfg(feature = "python")]
mod python;
