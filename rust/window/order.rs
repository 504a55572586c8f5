//! The order in which a strategy keeps.

use super::exchange::Exchanges;
use super::selection::Piece;
use crate::error::CoreError;

/// What is kept next, all of it or nothing.
pub type Step = Vec<Piece>;

/// An order in which to keep; it never looks at the budget.
///
/// The protected part is kept before it. A step may name what is kept already: it costs nothing
/// then, or, where it names it in another form, the difference.
pub trait Order {
    /// The next step; `None` where there is no more.
    ///
    /// # Errors
    ///
    /// A message cannot be read.
    fn next(&mut self, exchanges: &mut Exchanges<'_>) -> Result<Option<Step>, CoreError>;
}
