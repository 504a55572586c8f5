//! `cut_longest`: keep as `drop_oldest` does; where even the protected part does not fit, its
//! longest text is cut.

use super::drop_oldest::NewestFirst;
use super::order::Order;
use super::plan::Rules;
use super::selection::Form;

/// Make the order.
pub(super) fn order(_rules: &Rules<'_>) -> Box<dyn Order> {
    Box::new(NewestFirst::new(Form::Whole))
}
