//! Methods of Python's objects that minijinja-contrib lacks, or has otherwise.

use minijinja::value::{ValueKind, from_args};
use minijinja::{Error, ErrorKind, State, Value};
use minijinja_contrib::pycompat::unknown_method_callback;

use crate::template::python_text::is_space;

/// Call a method that minijinja does not know.
pub(super) fn call(
    state: &mut State<'_, '_>,
    value: &Value,
    method: &str,
    arguments: &[Value],
) -> Result<Value, Error> {
    let answer = match (value.as_str(), value.kind()) {
        (Some(text), _) => call_text(text, method, arguments)?,
        (None, ValueKind::Map | ValueKind::Seq) if method == "copy" => Some(value.clone()),
        (None, ValueKind::Seq) if method == "index" => Some(index_of(value, arguments)?),
        _ => None,
    };
    match answer {
        Some(answer) => Ok(answer),
        None => unknown_method_callback(state, value, method, arguments),
    }
}

fn call_text(text: &str, method: &str, arguments: &[Value]) -> Result<Option<Value>, Error> {
    let answer = match method {
        "strip" | "lstrip" | "rstrip" => {
            strip(text, method, from_args::<(Option<&str>,)>(arguments)?.0)
        }
        "removeprefix" => {
            let (prefix,): (&str,) = from_args(arguments)?;
            Value::from(text.strip_prefix(prefix).unwrap_or(text))
        }
        "removesuffix" => {
            let (suffix,): (&str,) = from_args(arguments)?;
            Value::from(text.strip_suffix(suffix).unwrap_or(text))
        }
        "rsplit" => rsplit(text, arguments)?,
        "partition" => {
            let (separator,): (&str,) = from_args(arguments)?;
            match text.split_once(separator) {
                Some((before, after)) => list([before, separator, after]),
                None => list([text, "", ""]),
            }
        }
        "rpartition" => {
            let (separator,): (&str,) = from_args(arguments)?;
            match text.rsplit_once(separator) {
                Some((before, after)) => list([before, separator, after]),
                None => list(["", "", text]),
            }
        }
        _ => return Ok(None),
    };
    Ok(Some(answer))
}

fn strip(text: &str, method: &str, characters: Option<&str>) -> Value {
    let is_gone = |character| match characters {
        Some(characters) => characters.contains(character),
        None => is_space(character),
    };
    Value::from(match method {
        "lstrip" => text.trim_start_matches(is_gone),
        "rstrip" => text.trim_end_matches(is_gone),
        _ => text.trim_matches(is_gone),
    })
}

fn list<'a>(items: impl IntoIterator<Item = &'a str>) -> Value {
    items.into_iter().map(Value::from).collect()
}

fn rsplit(text: &str, arguments: &[Value]) -> Result<Value, Error> {
    let (separator, most): (Option<&str>, Option<i64>) = from_args(arguments)?;
    let Some(separator) = separator else {
        let message = "str.rsplit is known with a separator only";
        return Err(Error::new(ErrorKind::InvalidOperation, message));
    };
    let mut parts: Vec<&str> = match most.and_then(|most| usize::try_from(most).ok()) {
        Some(most) => text.rsplitn(most + 1, separator).collect(),
        None => text.rsplit(separator).collect(),
    };
    parts.reverse();
    Ok(list(parts))
}

fn index_of(value: &Value, arguments: &[Value]) -> Result<Value, Error> {
    let (wanted,): (Value,) = from_args(arguments)?;
    let position = value.try_iter()?.position(|item| item == wanted);
    position.map(Value::from).ok_or_else(|| {
        Error::new(
            ErrorKind::InvalidOperation,
            format!("{wanted} is not in the list"),
        )
    })
}
