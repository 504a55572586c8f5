//! The only place that names `pyo3`: converts arguments, maps errors, holds no logic.

mod arrays;
mod arrow;
mod blocks;
mod budget;
mod control;
mod conversation;
mod counter;
mod cut;
mod direct;
mod error;
mod groups;
mod ids;
mod jinja;
mod json;
mod limit;
#[allow(
    dead_code,
    reason = "templates and rules read whole messages, the window outlines"
)]
mod messages;
mod outlines;
mod talk;
mod template;
mod text;
mod texts;
mod tools;
mod vocabulary;
mod window;

use pyo3::prelude::*;

/// The extension module `bedrock_llm._core`.
#[pymodule]
mod _core {
    use pyo3::prelude::*;

    use super::budget::TryAdd;
    use super::counter::Count;
    use super::direct::install;

    #[pymodule_init]
    fn install_direct_methods(module: &Bound<'_, PyModule>) -> PyResult<()> {
        install::<Count>(&module.py().get_type::<TokenCounter>())?;
        install::<TryAdd>(&module.py().get_type::<TokenBudget>())
    }

    /// How the core was compiled: a debug build counts the same, many times slower.
    #[pymodule_export]
    const BUILD_PROFILE: &str = if cfg!(debug_assertions) {
        "debug"
    } else {
        "release"
    };

    #[pymodule_export]
    use super::budget::TokenBudget;
    #[pymodule_export]
    use super::control::ControlTable;
    #[pymodule_export]
    use super::conversation::ConversationLedger;
    #[pymodule_export]
    use super::counter::TokenCounter;
    #[pymodule_export]
    use super::cut::CutText;
    #[pymodule_export]
    use super::groups::group_messages;
    #[pymodule_export]
    use super::jinja::JinjaTemplate;
    #[pymodule_export]
    use super::template::{PromptPage, list_templates, render_prompt};
    #[pymodule_export]
    use super::vocabulary::Vocabulary;
    #[pymodule_export]
    use super::window::plan_window;
}
