//! JSON documents from Python objects, keys in their order.

use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyFloat, PyInt, PyList, PyString, PyTuple};
use serde_json::{Map, Number, Value};

use super::messages::{as_dict, invalid};
use super::text::utf8;

/// Documents nested deeper than this are refused, as Python's own `json` refuses them.
const DEEPEST: usize = 200;

/// Make a JSON document of what Python holds.
pub(super) fn value_of(value: &Bound<'_, PyAny>) -> PyResult<Value> {
    convert(value, 0)
}

/// Read the arguments of a call, which `OpenAI`'s shape holds as text; text where it is no JSON.
pub(super) fn parse_arguments(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.to_owned()))
}

fn convert(value: &Bound<'_, PyAny>, depth: usize) -> PyResult<Value> {
    if depth > DEEPEST {
        let message = format!("a JSON document is nested more than {DEEPEST} levels deep");
        return Err(invalid(message));
    }
    if let Ok(text) = value.cast::<PyString>() {
        return Ok(Value::String(utf8(text)?.into_owned()));
    }
    if value.is_none() {
        return Ok(Value::Null);
    }
    if let Ok(flag) = value.cast::<PyBool>() {
        return Ok(Value::Bool(flag.is_true()));
    }
    if value.is_instance_of::<PyInt>() || value.is_instance_of::<PyFloat>() {
        return convert_number(value);
    }
    if let Ok(list) = value.cast::<PyList>() {
        let items = list.iter().map(|item| convert(&item, depth + 1));
        return Ok(Value::Array(items.collect::<PyResult<_>>()?));
    }
    if let Ok(tuple) = value.cast::<PyTuple>() {
        let items = tuple.iter().map(|item| convert(&item, depth + 1));
        return Ok(Value::Array(items.collect::<PyResult<_>>()?));
    }
    convert_object(&as_dict(value)?, depth)
}

fn convert_object(dict: &Bound<'_, PyDict>, depth: usize) -> PyResult<Value> {
    let mut object = Map::with_capacity(dict.len());
    for (key, item) in dict.iter() {
        let key = key.str()?;
        object.insert(utf8(&key)?.into_owned(), convert(&item, depth + 1)?);
    }
    Ok(Value::Object(object))
}

fn convert_number(value: &Bound<'_, PyAny>) -> PyResult<Value> {
    if let Ok(number) = value.extract::<i64>() {
        return Ok(Value::from(number));
    }
    if let Ok(number) = value.extract::<u64>() {
        return Ok(Value::from(number));
    }
    let number: f64 = value.extract()?;
    match Number::from_f64(number) {
        Some(number) => Ok(Value::Number(number)),
        None => Err(invalid(format!(
            "a JSON document holds {number}, which is no JSON"
        ))),
    }
}
