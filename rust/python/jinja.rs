//! `bedrock_llm._core.JinjaTemplate`: a chat template that a user brings.

use pyo3::prelude::*;
use serde_json::{Map, Value};

use super::control::ControlTable;
use super::json::value_of;
use crate::error::CoreError;
use crate::template::control::ControlMode;
use crate::template::conversation::Date;
use crate::template::jinja::{ChatTemplate, Context, Limits};

/// A compiled chat template; it never changes, threads may share it.
#[pyclass(frozen, module = "bedrock_llm._core")]
pub(super) struct JinjaTemplate {
    template: ChatTemplate,
    table: Py<ControlTable>,
}

#[pymethods]
impl JinjaTemplate {
    /// Compile a template.
    #[new]
    #[pyo3(signature = (source, table, /, *, max_steps = None, max_output_bytes = None))]
    fn new(
        source: &str,
        table: Py<ControlTable>,
        max_steps: Option<u64>,
        max_output_bytes: Option<usize>,
    ) -> PyResult<Self> {
        let limits = Limits::default();
        let limits = Limits {
            steps: max_steps.unwrap_or(limits.steps),
            output_bytes: max_output_bytes.unwrap_or(limits.output_bytes),
        };
        let template = ChatTemplate::new(source, limits)?;
        Ok(Self { template, table })
    }

    /// Render; give the prompt and in how many places content was made safe.
    #[pyo3(signature = (content, trusted, /, *, date = None, control_tokens = "escape"))]
    fn render(
        &self,
        py: Python<'_>,
        content: &Bound<'_, PyAny>,
        trusted: &Bound<'_, PyAny>,
        date: Option<(u16, u8, u8)>,
        control_tokens: &str,
    ) -> PyResult<(String, u32)> {
        let mode = ControlMode::from_name(control_tokens)?;
        let variables = Context {
            content: fields(content)?,
            trusted: fields(trusted)?,
            date: date.map(|(year, month, day)| Date { year, month, day }),
        };
        let table = self.table.get().table();
        let rendered = py.detach(|| self.template.render(&variables, table, mode));
        Ok(rendered?)
    }
}

fn fields(dict: &Bound<'_, PyAny>) -> PyResult<Map<String, Value>> {
    match value_of(dict)? {
        Value::Object(fields) => Ok(fields),
        other => Err(CoreError::InvalidParameter {
            message: format!("the variables of a chat template are {other}; give a dict"),
        }
        .into()),
    }
}
