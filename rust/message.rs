//! A conversation as the core sees it: who speaks, and blocks of text, calls, results and media.
//!
//! ```text
//! messages of three shapes ─► Message<'_> ─┬─► template: the prompt
//! (`python/messages.rs`)                   └─► window: what is kept of it
//! ```
//!
//! Everything is borrowed from what the caller holds; only JSON documents are owned, with their
//! keys in the order they came in.

use serde_json::Value;

/// Who speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// The system prompt, or a note between turns.
    System,
    /// The user; tool results come from this side too.
    User,
    /// The model.
    Assistant,
}

impl Role {
    /// Find a role by any of the names that the three shapes have for it.
    #[must_use]
    pub fn find(name: &str) -> Option<Self> {
        ROLES.iter().find(|row| row.0 == name).map(|row| row.1)
    }

    /// The name that all shapes share.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::User => "user",
            Self::Assistant => "assistant",
        }
    }
}

/// What the shapes call the roles; `tool` and `developer` are of `OpenAI`'s shape.
const ROLES: &[(&str, Role)] = &[
    ("user", Role::User),
    ("assistant", Role::Assistant),
    ("system", Role::System),
    ("tool", Role::User),
    ("developer", Role::System),
];

/// One message.
#[derive(Debug, Clone, PartialEq)]
pub struct Message<'a> {
    /// Who speaks.
    pub role: Role,
    /// What is said, in order.
    pub blocks: Vec<Block<'a>>,
}

/// One block of a message.
#[derive(Debug, Clone, PartialEq)]
pub enum Block<'a> {
    /// Words.
    Text(&'a str),
    /// Reasoning of the model in the clear.
    Reasoning {
        /// The words.
        text: &'a str,
        /// The model's signature of them.
        signature: Option<&'a str>,
    },
    /// A call of a tool.
    ToolUse {
        /// What the result repeats.
        id: &'a str,
        /// The tool's name.
        name: &'a str,
        /// The arguments; a string where they are no JSON.
        input: Value,
    },
    /// The result of a call.
    ToolResult {
        /// The call's id.
        id: &'a str,
        /// Text, JSON and media.
        content: Vec<Block<'a>>,
        /// Whether the tool failed.
        is_error: bool,
    },
    /// A JSON document inside a result.
    Json(Value),
    /// An image, a document, a video or a sound.
    Media {
        /// `image`, `document`, `video` or `audio`.
        kind: &'a str,
    },
    /// The end of a part of the prompt that the service shall cache.
    CachePoint,
    /// A block of a kind that nobody renders, by its name.
    Other(&'a str),
}

/// A declared tool.
#[derive(Debug, Clone, PartialEq)]
pub struct Tool<'a> {
    /// Its name.
    pub name: &'a str,
    /// What it does; empty where nothing is said.
    pub description: &'a str,
    /// The JSON schema of its arguments.
    pub schema: Value,
}
