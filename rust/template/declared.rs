//! A declared tool as JSON, in the shape that chat templates are given.

use crate::message::Tool;
use crate::template::json::Layout;

/// Write `{"name": …, "description": …, "parameters": …}` on one line.
pub(super) fn bare(tool: &Tool<'_>, layout: Layout) -> String {
    let Layout { comma, colon, .. } = layout;
    let (name, description) = (layout.quote(tool.name), layout.quote(tool.description));
    let parameters = layout.dump(&tool.schema);
    format!(
        "{{\"name\"{colon}{name}{comma}\"description\"{colon}{description}{comma}\
         \"parameters\"{colon}{parameters}}}"
    )
}

/// Write a tool on one line in OpenAI's wrapper, `{"type": "function", "function": …}`.
pub(super) fn wrapped(tool: &Tool<'_>, layout: Layout) -> String {
    let Layout { comma, colon, .. } = layout;
    let function = bare(tool, layout);
    format!("{{\"type\"{colon}\"function\"{comma}\"function\"{colon}{function}}}")
}
