//! Declared tools as JSON documents, the way chat templates and encoders are given them.

use serde_json::{Map, Value};

use crate::message::Tool;
use crate::template::json::Layout;

/// A tool as a JSON text: its name, what it does, and the schema of its arguments.
#[must_use]
pub(super) fn function(tool: &Tool<'_>) -> Value {
    let mut fields = Map::with_capacity(3);
    fields.insert("name".to_owned(), Value::from(tool.name));
    fields.insert("description".to_owned(), Value::from(tool.description));
    fields.insert("parameters".to_owned(), tool.schema.clone());
    Value::Object(fields)
}

/// A tool in the wrapper of chat completions: `{"type": "function", "function": ...}`.
#[must_use]
pub(super) fn wrapped(tool: &Tool<'_>) -> Value {
    let mut fields = Map::with_capacity(2);
    fields.insert("type".to_owned(), Value::from("function"));
    fields.insert("function".to_owned(), function(tool));
    Value::Object(fields)
}

/// Tools as one JSON list.
#[must_use]
pub(super) fn listed(tools: &[Tool<'_>], layout: Layout) -> String {
    layout.dump(&Value::Array(tools.iter().map(wrapped).collect()))
}
