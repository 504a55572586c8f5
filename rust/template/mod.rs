//! Prompts: what a model's own chat template makes of a conversation, byte for byte.
//!
//! ```text
//! Conversation ─► Template::render ─► Page ─┬─► text, spans       (page.rs)
//!  system, messages, tools, settings        ├─► control tokens defended (defence.rs, control.rs)
//!                                           └─► ids, counts       (encode.rs)
//! ```
//!
//! Design, on one page:
//!
//! - A [`Template`] writes a [`Page`] front to back with four calls: [`Page::control`] for a
//!   control token, [`Page::text`] for ordinary text of the template, [`Page::content`] for what
//!   people, models and tools wrote, [`Page::seam`] where the vendor's encoder starts anew. So
//!   every byte of a prompt has a kind, and every byte of content an [`Owner`].
//! - Only [`Page::control`] makes control ids. Content is encoded as ordinary text, together with
//!   the ordinary text beside it up to the next control token or seam: what the vendor's encoder
//!   does. A server that tokenizes the finished text joins over seams; [`Joints`] says which.
//! - [`Conversation::parts`] flattens messages into what all templates loop over: a part is a
//!   speaker with blocks, and each tool result is a part of its own. A last part of the assistant
//!   with text alone is the beginning of the reply: the template leaves it open.
//! - A family is one file and its rows of [`TEMPLATES`]. What differs between siblings (trimming,
//!   dates, spellings) is data of the family's struct. The row `x-served` is what servers render
//!   where that is known to differ from the vendor's own encoder `x`.
//! - Blocks that a template has no place for are named in [`Page::omitted`]: nothing is dropped in
//!   silence. Dates are frozen unless given, so that a prompt is the same tomorrow.
//!
//! To add a family: `rust/template/<family>.rs` with a `pub const` row or several, and their names
//! in [`TEMPLATES`].

mod chatml;
mod command_r;
pub mod control;
pub mod conversation;
mod deepseek;
mod deepseek_v32;
mod defence;
pub mod encode;
mod gemma;
mod glm;
mod harmony;
mod jamba;
pub mod jinja;
pub mod json;
mod kimi;
mod llama;
mod llama2;
mod minimax;
mod mistral;
pub mod page;
pub mod python_text;
mod qwen;
mod qwen_coder;
mod spoken_names;
mod tool_documents;
mod turns;
mod typescript;

pub use control::{ControlMode, ControlTable};
pub use conversation::{Conversation, Date, Part, Said, Settings, Speaker};
pub use encode::{Joints, Shares, count, encode, measure};
pub use page::{Kind, Owner, Page, Sheet, Span};

use crate::error::CoreError;

/// A chat template.
pub trait Template: Sync {
    /// Write a conversation.
    ///
    /// # Errors
    ///
    /// [`CoreError::InvalidMessage`] if the template has no form for it; the message says what and
    /// the way out.
    fn render(&self, conversation: &Conversation<'_>, page: &mut Page) -> Result<(), CoreError>;
}

/// A template and where its text comes from.
pub struct TemplateRow {
    /// The name callers write.
    pub name: &'static str,
    /// The name of the family's table of control tokens.
    pub controls: &'static str,
    /// The vendor's package or file that it equals, with a date.
    pub source: &'static str,
    /// What renders.
    pub template: &'static dyn Template,
}

impl TemplateRow {
    /// The family's control tokens and markers.
    ///
    /// # Errors
    ///
    /// [`CoreError::InvalidParameter`] if the row names no table; a test holds that none does.
    pub fn control_table(&self) -> Result<&'static ControlTable, CoreError> {
        ControlTable::named(self.controls).ok_or_else(|| CoreError::InvalidParameter {
            message: format!(
                "the template {:?} names the control tokens of {:?}, and there is no such table",
                self.name, self.controls
            ),
        })
    }
}

/// Every template, by name.
pub const TEMPLATES: &[TemplateRow] = &[
    llama2::LLAMA_2,
    llama::LLAMA_3,
    llama::LLAMA_3_SERVED,
    llama::LLAMA_31,
    llama::LLAMA_31_SERVED,
    llama::LLAMA_4,
    llama::LLAMA_4_SERVED,
    mistral::V1,
    mistral::V2,
    mistral::V3,
    mistral::V7,
    mistral::V11,
    mistral::V13,
    chatml::CHATML,
    qwen::QWEN_3,
    qwen::QWEN_3_INSTRUCT,
    qwen_coder::QWEN_3_CODER,
    deepseek::DEEPSEEK_R1,
    deepseek::DEEPSEEK_V31,
    deepseek_v32::DEEPSEEK_V32,
    glm::GLM_46,
    glm::GLM_47,
    glm::GLM_53,
    minimax::MINIMAX_M2,
    minimax::MINIMAX_M21,
    minimax::MINIMAX_M25,
    kimi::KIMI_K2,
    kimi::KIMI_K2_THINKING,
    kimi::KIMI_K25,
    gemma::GEMMA_3,
    gemma::GEMMA_3_TOOLS,
    jamba::JAMBA,
    harmony::GPT_OSS,
    harmony::GPT_OSS_SERVED,
    command_r::COMMAND_R,
    spoken_names::CLAUDE_2,
    spoken_names::TITAN,
];

/// Find a template by name.
///
/// # Errors
///
/// [`CoreError::InvalidParameter`] if there is none; the message lists the known names.
pub fn find(name: &str) -> Result<&'static TemplateRow, CoreError> {
    TEMPLATES
        .iter()
        .find(|row| row.name == name)
        .ok_or_else(|| {
            let known: Vec<&str> = TEMPLATES.iter().map(|row| row.name).collect();
            CoreError::InvalidParameter {
                message: format!(
                    "no prompt template is named {name:?}; known are {}",
                    known.join(", ")
                ),
            }
        })
}

/// Render a conversation with a template, and defend its control tokens.
///
/// Gives the page and the number of places in its content that were neutralised. The page is written
/// in the memory of `room`, which may be any text: for a long prompt, memory that was used before
/// saves more time than writing takes.
///
/// # Errors
///
/// As [`Template::render`], and [`CoreError::ControlToken`] where content spells a control token
/// and the mode is to reject it.
pub fn render_defended(
    row: &TemplateRow,
    conversation: &Conversation<'_>,
    mode: ControlMode,
    room: String,
) -> Result<(Page, u32), CoreError> {
    let page = render_into(row, conversation, room)?;
    defence::defend(page, row.control_table()?, mode)
}

/// Render a conversation with a template, its contents as they are.
///
/// # Errors
///
/// As [`Template::render`].
pub fn render(row: &TemplateRow, conversation: &Conversation<'_>) -> Result<Page, CoreError> {
    render_into(row, conversation, String::new())
}

fn render_into(
    row: &TemplateRow,
    conversation: &Conversation<'_>,
    room: String,
) -> Result<Page, CoreError> {
    let (bytes, spans) = (conversation.bytes_hint(), conversation.spans_hint());
    let mut page = Page::with_room(room, bytes, spans);
    if conversation.settings.is_lenient {
        page = page.lenient();
    }
    row.template.render(conversation, &mut page)?;
    Ok(page)
}

#[cfg(test)]
mod family_tests;
#[cfg(test)]
mod page_tests;
#[cfg(test)]
mod tests;
