//! Declared tools from Python, in the shapes of Converse, Anthropic and `OpenAI`.

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};
use serde_json::Value;

use super::json::value_of;
use super::messages::{as_dict, invalid, string};
use crate::message::Tool;

/// A tool whose strings are alive as long as it.
pub(super) struct HeldTool<'py> {
    name: Bound<'py, PyString>,
    description: Option<Bound<'py, PyString>>,
    schema: Value,
}

/// Where a shape has what: the key of the tool's dict, if it is inside one, and of the schema.
const SHAPES: &[(&str, &str)] = &[("toolSpec", "inputSchema"), ("function", "parameters")];

impl<'py> HeldTool<'py> {
    /// Read a list of tools, or Converse's `toolConfig` that holds one; cache points are left out.
    pub(super) fn read_all(tools: &Bound<'py, PyAny>) -> PyResult<Vec<Self>> {
        let py = tools.py();
        if let Ok(dict) = tools.cast::<PyDict>() {
            return match dict.get_item(intern!(py, "tools"))? {
                Some(inside) => Self::read_all(&inside),
                None => Err(invalid(format!(
                    "tools are a dict with the keys {}; give a list of tools or a toolConfig",
                    dict.keys().repr()?
                ))),
            };
        }
        let mut held = Vec::new();
        for tool in tools.try_iter()? {
            let dict = as_dict(&tool?)?;
            if !dict.contains(intern!(py, "cachePoint"))? {
                held.push(Self::read(&dict)?);
            }
        }
        Ok(held)
    }

    /// Borrow the tool.
    pub(super) fn tool(&self) -> PyResult<Tool<'_>> {
        let description = self.description.as_ref().map(|text| text.to_str());
        Ok(Tool {
            name: self.name.to_str()?,
            description: description.transpose()?.unwrap_or_default(),
            schema: self.schema.clone(),
        })
    }

    fn read(tool: &Bound<'py, PyDict>) -> PyResult<Self> {
        for (outer, schema) in SHAPES {
            if let Some(inside) = tool.get_item(*outer)? {
                return Self::read_inside(&as_dict(&inside)?, schema);
            }
        }
        Self::read_inside(tool, "input_schema")
    }

    fn read_inside(tool: &Bound<'py, PyDict>, schema_key: &str) -> PyResult<Self> {
        let py = tool.py();
        let Some(name) = tool.get_item(intern!(py, "name"))? else {
            return Err(invalid(format!(
                "a tool has the keys {} and no name; give {{\"name\", \"description\", \
                 \"input_schema\"}}, a toolSpec or a function",
                tool.keys().repr()?
            )));
        };
        let description = tool.get_item(intern!(py, "description"))?;
        let given = tool.get_item(schema_key)?;
        Ok(Self {
            name: string(&name)?,
            description: description
                .filter(|text| !text.is_none())
                .map(|text| string(&text))
                .transpose()?,
            schema: match given {
                Some(schema) => value_of(&unwrapped(&schema)?)?,
                None => Value::Object(serde_json::Map::new()),
            },
        })
    }
}

/// Converse wraps a schema in `{"json": ...}`.
fn unwrapped<'py>(schema: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    if let Ok(dict) = schema.cast::<PyDict>()
        && dict.len() == 1
        && let Some(inside) = dict.get_item(intern!(schema.py(), "json"))?
    {
        return Ok(inside);
    }
    Ok(schema.clone())
}
