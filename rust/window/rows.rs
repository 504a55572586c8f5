//! The strategies by name.

use super::order::Order;
use super::plan::Rules;
use super::{
    clear_tool_results, cut_longest, dedupe_tool_results, drop_middle, drop_newest, drop_oldest,
    given_order, priority, summarize,
};
use crate::error::CoreError;

/// A way to choose what is kept.
pub struct Strategy {
    /// Its name.
    pub name: &'static str,
    /// The order in which it keeps.
    pub order: fn(&Rules<'_>) -> Box<dyn Order>,
    /// Whether tool results are reduced before anything is dropped.
    pub is_reducing: bool,
}

const fn strategy(
    name: &'static str,
    order: fn(&Rules<'_>) -> Box<dyn Order>,
    is_reducing: bool,
) -> Strategy {
    Strategy {
        name,
        order,
        is_reducing,
    }
}

/// Every strategy.
pub static STRATEGIES: &[Strategy] = &[
    strategy("drop_oldest", drop_oldest::order, false),
    strategy("drop_newest", drop_newest::order, false),
    strategy("drop_middle", drop_middle::order, false),
    strategy("priority", priority::order, false),
    strategy("clear_tool_results", clear_tool_results::order, true),
    strategy("dedupe_tool_results", dedupe_tool_results::order, true),
    strategy("cut_longest", cut_longest::order, false),
    strategy("summarize", summarize::order, false),
    strategy("given", given_order::order, false),
];

impl Strategy {
    /// Find a strategy by name.
    ///
    /// # Errors
    ///
    /// [`CoreError::InvalidParameter`] names the known ones.
    pub fn find(name: &str) -> Result<&'static Self, CoreError> {
        STRATEGIES
            .iter()
            .find(|row| row.name == name)
            .ok_or_else(|| {
                let names: Vec<_> = STRATEGIES.iter().map(|row| row.name).collect();
                let known = names.join(", ");
                let message = format!("strategy={name:?} is none of the known ones: {known}");
                CoreError::InvalidParameter { message }
            })
    }
}
