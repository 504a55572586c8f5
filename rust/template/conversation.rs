//! What a template renders: a system prompt, messages, tools and settings.

use crate::message::{Block, Message, Role, Tool};
use crate::template::page::Owner;

/// A day, for the templates that tell it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Date {
    /// The year.
    pub year: u16,
    /// The month, from 1.
    pub month: u8,
    /// The day of the month, from 1.
    pub day: u8,
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

impl Date {
    /// The month's English name.
    #[must_use]
    pub fn month_name(self) -> &'static str {
        let position = usize::from(self.month.clamp(1, 12)) - 1;
        MONTHS.get(position).copied().unwrap_or_default()
    }

    /// As `26 Jul 2024`.
    #[must_use]
    pub fn short(self) -> String {
        let month = self.month_name().get(..3).unwrap_or_default();
        format!("{:02} {month} {}", self.day, self.year)
    }

    /// As `2024-07-26`.
    #[must_use]
    pub fn iso(self) -> String {
        format!("{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

/// What a caller may choose.
#[derive(Debug, Clone, Copy, Default)]
pub struct Settings {
    /// The day to tell; the template's own frozen one where there is none.
    pub date: Option<Date>,
    /// Whether the model is to think first; the template's own default where it is not said.
    pub thinking: Option<bool>,
    /// Whether what a template has no form for is left out and named, instead of refused.
    pub is_lenient: bool,
}

/// A message, its blocks borrowed from wherever they are held.
#[derive(Debug, Clone, Copy)]
pub struct Said<'a> {
    /// Who speaks.
    pub role: Role,
    /// What is said.
    pub blocks: &'a [Block<'a>],
}

/// What a template renders.
#[derive(Debug, Clone, Default)]
pub struct Conversation<'a> {
    /// The system prompt that stands beside the messages; empty where there is none.
    pub system: &'a [Block<'a>],
    /// The messages.
    pub messages: Vec<Said<'a>>,
    /// The declared tools.
    pub tools: Vec<Tool<'a>>,
    /// What the caller chose.
    pub settings: Settings,
}

/// Who speaks in a prompt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Speaker {
    /// The instructions.
    System,
    /// The user.
    User,
    /// The model.
    Assistant,
    /// A tool.
    Tool,
}

/// A speaker with blocks: what templates loop over.
#[derive(Debug, Clone, Copy)]
pub struct Part<'c, 'a> {
    /// Who speaks.
    pub speaker: Speaker,
    /// Whose contents they are.
    pub owner: Owner,
    /// What is said; one `ToolResult` where a tool speaks.
    pub blocks: &'c [Block<'a>],
    /// Whether the reply goes on here: the last part, of the assistant, with text alone.
    pub is_open: bool,
}

impl<'a> Part<'_, 'a> {
    /// The texts of the part, in order; none of its calls, results and media.
    pub fn texts(&self) -> impl Iterator<Item = &'a str> {
        self.blocks.iter().filter_map(|block| match block {
            Block::Text(text) => Some(*text),
            _ => None,
        })
    }

    /// Whether the part calls a tool.
    #[must_use]
    pub fn has_calls(&self) -> bool {
        self.blocks
            .iter()
            .any(|block| matches!(block, Block::ToolUse { .. }))
    }
}

impl<'a> Conversation<'a> {
    /// A conversation of messages.
    #[must_use]
    pub fn of(messages: &'a [Message<'a>]) -> Self {
        let said = messages.iter().map(|message| Said {
            role: message.role,
            blocks: &message.blocks,
        });
        Self {
            messages: said.collect(),
            ..Self::default()
        }
    }

    /// The parts, in order: the system prompt first, each tool result by itself.
    pub fn parts(&self) -> impl Iterator<Item = Part<'_, 'a>> {
        let system = (!self.system.is_empty()).then_some(Part {
            speaker: Speaker::System,
            owner: Owner::System,
            blocks: self.system,
            is_open: false,
        });
        let last = self.messages.len().saturating_sub(1);
        let messages = self.messages.iter().enumerate();
        system.into_iter().chain(
            messages.flat_map(move |(position, message)| {
                Parts::of(message, position, position == last)
            }),
        )
    }

    /// Whether the last message is the beginning of the reply.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.messages.last().is_some_and(is_prefill)
    }

    /// The name of the tool that a call asked for; empty where no message has the call.
    #[must_use]
    pub fn name_of_call(&self, id: &str) -> &'a str {
        let blocks = self.messages.iter().flat_map(|message| message.blocks);
        blocks
            .rev()
            .find_map(|block| match block {
                Block::ToolUse {
                    id: known, name, ..
                } if *known == id => Some(*name),
                _ => None,
            })
            .unwrap_or_default()
    }

    pub(super) fn bytes_hint(&self) -> usize {
        let blocks = self.messages.iter().flat_map(|message| message.blocks);
        let texts: usize = self.system.iter().chain(blocks).map(bytes_of).sum();
        texts + 96 * self.messages.len() + 512 + 512 * self.tools.len()
    }

    pub(super) fn spans_hint(&self) -> usize {
        6 * self.messages.len() + 32
    }
}

fn bytes_of(block: &Block<'_>) -> usize {
    match block {
        Block::Text(text) | Block::Reasoning { text, .. } => text.len(),
        Block::ToolUse { .. } | Block::Json(_) => 256,
        Block::ToolResult { content, .. } => content.iter().map(bytes_of).sum::<usize>() + 64,
        Block::Media { .. } | Block::CachePoint | Block::Other(_) => 0,
    }
}

fn is_prefill(message: &Said<'_>) -> bool {
    let has_calls = || {
        let mut blocks = message.blocks.iter();
        blocks.any(|block| matches!(block, Block::ToolUse { .. }))
    };
    message.role == Role::Assistant && !has_calls()
}

/// The parts of one message.
struct Parts<'c, 'a> {
    speaker: Speaker,
    owner: Owner,
    rest: &'c [Block<'a>],
    is_fresh: bool,
    is_open: bool,
}

impl<'a> Parts<'a, 'a> {
    fn of(message: &Said<'a>, position: usize, is_last: bool) -> Self {
        Self {
            speaker: match message.role {
                Role::System => Speaker::System,
                Role::User => Speaker::User,
                Role::Assistant => Speaker::Assistant,
            },
            owner: Owner::Message(u32::try_from(position).unwrap_or(u32::MAX)),
            rest: message.blocks,
            is_fresh: true,
            is_open: is_last && is_prefill(message),
        }
    }
}

impl<'c, 'a> Iterator for Parts<'c, 'a> {
    type Item = Part<'c, 'a>;

    fn next(&mut self) -> Option<Part<'c, 'a>> {
        if self.rest.is_empty() && !self.is_fresh {
            return None;
        }
        let is_result = |block: &Block<'_>| matches!(block, Block::ToolResult { .. });
        let is_tool = self.rest.first().is_some_and(is_result);
        let until = if is_tool {
            1
        } else {
            let first = self.rest.iter().position(is_result);
            first.unwrap_or(self.rest.len())
        };
        let (blocks, rest) = self.rest.split_at(until);
        self.rest = rest;
        self.is_fresh = false;
        Some(Part {
            speaker: if is_tool { Speaker::Tool } else { self.speaker },
            owner: self.owner,
            blocks,
            is_open: self.is_open,
        })
    }
}
