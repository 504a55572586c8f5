//! Values as Python prints them.

use std::fmt::Write;

use minijinja::value::ValueKind;
use minijinja::{Error, ErrorKind, Output, Value};

use crate::template::json::PLAIN;

/// Write a value as `{{ value }}` does.
pub(super) fn write(out: &mut Output<'_>, value: &Value) -> Result<(), Error> {
    let written = match value.as_str() {
        Some(text) => out.write_str(text),
        None => out.write_str(&text(value)?),
    };
    written.map_err(Error::from)
}

/// `str(value)`.
pub(super) fn text(value: &Value) -> Result<String, Error> {
    if let Some(text) = value.as_str() {
        return Ok(text.to_owned());
    }
    let mut out = String::new();
    if !value.is_undefined() {
        represent(value, &mut out)?;
    }
    Ok(out)
}

/// The value as a JSON document; what is undefined has none.
pub(super) fn document(value: &Value) -> Result<serde_json::Value, Error> {
    if value.is_undefined() {
        let message = "an undefined value is no JSON";
        return Err(Error::new(ErrorKind::InvalidOperation, message));
    }
    serde_json::to_value(value).map_err(|error| {
        Error::new(ErrorKind::BadSerialization, "this is no JSON").with_source(error)
    })
}

/// `repr(value)`.
fn represent(value: &Value, out: &mut String) -> Result<(), Error> {
    match value.kind() {
        ValueKind::None => out.push_str("None"),
        ValueKind::Bool => out.push_str(if value.is_true() { "True" } else { "False" }),
        ValueKind::Number => out.push_str(&PLAIN.dump(&document(value)?)),
        ValueKind::String => quote(value.as_str().unwrap_or_default(), out),
        ValueKind::Seq | ValueKind::Iterable => {
            let (open, close) = if value.is_tuple() {
                ('(', ')')
            } else {
                ('[', ']')
            };
            out.push(open);
            let mut items = 0;
            for item in value.try_iter()? {
                out.push_str(if items == 0 { "" } else { ", " });
                represent(&item, out)?;
                items += 1;
            }
            out.push_str(if items == 1 && value.is_tuple() {
                ","
            } else {
                ""
            });
            out.push(close);
        }
        ValueKind::Map => {
            out.push('{');
            for (index, key) in value.try_iter()?.enumerate() {
                out.push_str(if index == 0 { "" } else { ", " });
                represent(&key, out)?;
                out.push_str(": ");
                represent(&value.get_item(&key)?, out)?;
            }
            out.push('}');
        }
        _ => {
            let _ = write!(out, "{value}"); // a String takes every text
        }
    }
    Ok(())
}

/// `repr(text)`; of the characters that Python does not print, those that are common.
fn quote(text: &str, out: &mut String) {
    let quote = if text.contains('\'') && !text.contains('"') {
        '"'
    } else {
        '\''
    };
    out.push(quote);
    for character in text.chars() {
        let code = u32::from(character);
        let _ = match character {
            '\n' => out.write_str("\\n"),
            '\r' => out.write_str("\\r"),
            '\t' => out.write_str("\\t"),
            '\\' => out.write_str("\\\\"),
            _ if character == quote => write!(out, "\\{character}"),
            '\0'..' ' | '\u{7f}'..='\u{a0}' | '\u{ad}' => write!(out, "\\x{code:02x}"),
            '\u{2000}'..='\u{200f}'
            | '\u{2028}'..='\u{202f}'
            | '\u{205f}'..='\u{206f}'
            | '\u{1680}'
            | '\u{3000}'
            | '\u{feff}'
            | '\u{e000}'..='\u{f8ff}' => {
                write!(out, "\\u{code:04x}")
            }
            _ => out.write_char(character),
        };
    }
    out.push(quote);
}
