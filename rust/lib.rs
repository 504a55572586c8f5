//! The core of `bedrock_llm`: exact token counts for the language models of Amazon Bedrock.
//!
//! ```text
//! text ─► split ─► pre-tokens ─► merge ─► ranks ─► tokenizer ─► engine ─► counter ─► count, ids
//!         grammar                vocabulary
//! ```
//!
//! [`vocabulary`] reads the tables (the module `container` holds the envelope of those that are
//! shipped), [`split`] cuts text as a vocabulary's regex would, [`merge`]
//! joins the bytes of one pre-token, [`tokenizer`] is the face over the three. [`claude`] counts
//! Claude 3 and later, whose ids are not public, in its own way. [`engine`] is the one face
//! over all kinds, [`file`] opens the files that a user has, [`mixed`] joins several counters for
//! a closed vocabulary, [`template`] makes prompts, [`counter`] is what a model's counts are; [`mod@cut`], [`budget`] and
//! [`batch`] are what is done with them. Nothing here knows
//! Python: the binding in `python` converts and returns.
#![warn(missing_docs)]

pub mod batch;
pub mod boundaries;
pub mod budget;
pub mod characters;
pub mod claude;
pub mod columns;
mod container;
pub mod counter;
pub mod cut;
pub mod engine;
pub mod error;
pub mod file;
mod learned;
pub mod merge;
pub mod message;
pub mod mixed;
mod processor;
pub mod reach;
pub mod sentencepiece;
pub mod split;
pub mod template;
pub mod tokenizer;
pub mod vocabulary;
pub mod window;
pub mod workers;

#[cfg(feature = "python")]
mod python;
