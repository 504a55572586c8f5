//! `clear_tool_results`: clear or shorten old tool results, the oldest first, before anything is dropped.

use super::order::Order;
use super::plan::Rules;
use super::reduced_first::ReducedFirst;

/// Make the order.
pub(super) fn order(_rules: &Rules<'_>) -> Box<dyn Order> {
    Box::new(ReducedFirst::new())
}
