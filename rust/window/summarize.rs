//! `summarize`: keep as `drop_oldest` does, and leave room for a summary of what is dropped.

use super::drop_oldest::NewestFirst;
use super::order::Order;
use super::plan::Rules;
use super::selection::Form;

/// Make the order.
pub(super) fn order(_rules: &Rules<'_>) -> Box<dyn Order> {
    Box::new(NewestFirst::new(Form::Whole))
}
