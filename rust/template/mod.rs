//! Prompts: what a conversation becomes before it is sent.
//!
//! [`control`] keeps content from becoming a control token.

pub mod control;
