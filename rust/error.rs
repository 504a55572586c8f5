//! Every error of the core; `rust/python/error.rs` alone turns it into an exception.

use std::path::PathBuf;

/// What can go wrong in the core.
#[derive(Debug, thiserror::Error)]
pub enum CoreError {
    /// A vocabulary file cannot be opened or read.
    #[error("the vocabulary file {path:?} cannot be read: {source}")]
    UnreadableFile {
        /// The file asked for.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// A vocabulary file was read, and its bytes are refused.
    #[error("the vocabulary file {path:?} cannot be used: {source}")]
    UnusableFile {
        /// The file asked for.
        path: PathBuf,
        /// What is wrong with it.
        source: Box<CoreError>,
    },
    /// Bytes are not a vocabulary in the format they should have.
    #[error("this is no usable {format} vocabulary: {reason}")]
    InvalidVocabulary {
        /// The format's name.
        format: &'static str,
        /// What was found, and where.
        reason: String,
    },
    /// A file is of no kind that a vocabulary is read from.
    #[error(
        "it is no tiktoken rank file, tekken.json, tokenizer.json or SentencePiece .model; it \
         starts with \"{start}\" and has {bytes} bytes"
    )]
    UnknownKind {
        /// How the file begins, escaped.
        start: String,
        /// The file's size.
        bytes: usize,
    },
    /// A vocabulary asks for a pre-tokenizer this build does not have.
    #[error("no pre-tokenizer grammar is named {name:?}; known are {known}")]
    UnknownGrammar {
        /// The name asked for.
        name: String,
        /// The known names, comma separated.
        known: String,
    },
    /// A token id is in no part of the vocabulary.
    #[error("token id {id} is not in the vocabulary {vocabulary:?}, whose ids end at {last_id}")]
    UnknownTokenId {
        /// The id asked for.
        id: i64,
        /// The vocabulary's name.
        vocabulary: String,
        /// The highest id of the vocabulary.
        last_id: u32,
    },
    /// A vocabulary whose ids nobody knows is asked for ids.
    #[error("{vocabulary:?} can count but neither encode nor decode: its ids are not public")]
    IdsNotPublic {
        /// The vocabulary's name.
        vocabulary: String,
    },
    /// An estimate is asked for ids: those of its vocabulary are not the model's.
    #[error("{message}")]
    IdsNotKnown {
        /// What happened, and the way out.
        message: String,
    },
    /// A text does not fit what is left of a budget.
    #[error(
        "a text of more than {remaining_tokens} tokens does not fit: {used_tokens} of {limit_tokens} \
         tokens are used; cut the text, or raise the limit"
    )]
    BudgetExceeded {
        /// The tokens left.
        remaining_tokens: u32,
        /// The tokens used.
        used_tokens: u32,
        /// The tokens of the budget.
        limit_tokens: u32,
    },
    /// A parameter of a call is out of range.
    #[error("{message}")]
    InvalidParameter {
        /// What happened, the value, and the way out.
        message: String,
    },
    /// A chat template cannot be read or run.
    #[error("{message}")]
    ChatTemplate {
        /// What happened, where in the template, and the way out.
        message: String,
    },
    /// A chat template refuses a conversation, in its own words.
    #[error("the chat template refuses the conversation: {message}")]
    ChatTemplateRefusal {
        /// What the template says.
        message: String,
    },
    /// Content holds what only a template may write.
    #[error(
        "{owner} holds {token:?} at byte {offset}, a control token or marker of {table:?}: \
         {reason}let it be escaped (control_tokens=\"escape\") or taken out (\"strip\"), or pass \
         trusted text on (\"allow\")"
    )]
    ControlToken {
        /// The token as the content spells it.
        token: String,
        /// The name of the family's table.
        table: String,
        /// Whose content it is, such as `messages[2].content[0]`.
        owner: String,
        /// Where it starts in the prompt, or in the text, in bytes.
        offset: usize,
        /// What else there is to say; empty, or ends with `": "`.
        reason: &'static str,
    },
    /// A message cannot be read.
    #[error("{message}")]
    InvalidMessage {
        /// What was found, and what should be there.
        message: String,
    },
    /// A tokenizer of a library failed on a text.
    #[error("the vocabulary {vocabulary:?} cannot encode this text: {reason}")]
    Unencodable {
        /// The vocabulary's name.
        vocabulary: String,
        /// What the library said.
        reason: String,
    },
}
