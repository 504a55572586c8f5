//! Windows: what of a conversation is kept so that it fits a budget of tokens.
//!
//! ```text
//! History ─► Exchanges ─► Order of the strategy ─► steps ─► longest start of them that fits ─► Plan
//! outlines,   groups, from  what to keep, most                exact total of what is kept
//! counts      either end    important first
//! ```
//!
//! The unit is the [`Group`]: a user turn, an assistant turn, or an assistant turn with tool calls
//! together with all their results. A user turn and what follows it, up to the next one, is an
//! [`Exchange`]. Whatever is kept of an exchange, its user turn and its last group are; the groups
//! between them, rounds of a tool loop, may go one by one. So roles alternate, the first message is
//! the user's, no call is parted from its result, and the user turn of the newest exchange, which is
//! the task of a running tool loop, is always there.
//!
//! A [`Strategy`] is an order in which to keep, that does not depend on the budget, and what is kept
//! is the longest start of that order which fits. Hence a larger budget never keeps less, and what
//! was kept is kept again. Strategies see roles, bounds and flags, never text. They look from the
//! newest end as far as they need: the cost is that of what is kept, not that of the history.
//!
//! A new strategy is a file with an [`Order`](order::Order) and a row in [`STRATEGIES`].

mod clear_tool_results;
pub mod conversation;
#[cfg(test)]
mod conversation_tests;
mod cut_longest;
mod dedupe_tool_results;
mod drop_middle;
mod drop_newest;
mod drop_oldest;
mod exchange;
mod given_order;
pub mod goal;
mod group;
mod history;
pub mod order;
mod plan;
mod priority;
mod protected;
mod reduced_first;
mod rows;
mod selection;
mod summarize;
#[cfg(test)]
mod tests;

pub use exchange::{Exchange, Exchanges};
pub use group::{Group, GroupKind, next_group, previous_group};
pub use history::{History, Outline};
pub use plan::{Plan, Rules, plan};
pub use rows::{STRATEGIES, Strategy};
pub use selection::{Form, Piece};
