//! JSON as Python's `json.dumps` writes it, which the vendors' templates and encoders use.
//!
//! Keys keep their order unless sorted. Numbers are written as Python's `repr` does.

use std::fmt::Write;

use serde_json::{Number, Value};

/// How a value is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout {
    /// The spaces of one level; `None` for one line.
    pub indent: Option<usize>,
    /// Between items on one line.
    pub comma: &'static str,
    /// Between a key and its value.
    pub colon: &'static str,
    /// Whether what is not ASCII is escaped.
    pub is_ascii: bool,
    /// Whether keys are sorted.
    pub is_sorted: bool,
}

/// As `json.dumps(value)`.
pub const ASCII: Layout = Layout {
    indent: None,
    comma: ", ",
    colon: ": ",
    is_ascii: true,
    is_sorted: false,
};
/// As `json.dumps(value, ensure_ascii=False)`, which `tojson` of chat templates is too.
pub const PLAIN: Layout = Layout {
    is_ascii: false,
    ..ASCII
};
/// As `json.dumps(value, ensure_ascii=False, separators=(",", ":"))`.
pub const COMPACT: Layout = Layout {
    comma: ",",
    colon: ":",
    ..PLAIN
};
/// As `json.dumps(value, ensure_ascii=False, indent=4)`.
pub const INDENTED: Layout = Layout {
    indent: Some(4),
    ..PLAIN
};

impl Layout {
    /// Write a value.
    #[must_use]
    pub fn dump(self, value: &Value) -> String {
        let mut out = String::with_capacity(128);
        self.write(value, 0, &mut out);
        out
    }

    /// Write a text with its quotes and escapes.
    #[must_use]
    pub fn quote(self, text: &str) -> String {
        let mut out = String::with_capacity(text.len() + 2);
        self.write_text(text, &mut out);
        out
    }

    fn write(self, value: &Value, level: usize, out: &mut String) {
        match value {
            Value::Null => out.push_str("null"),
            Value::Bool(true) => out.push_str("true"),
            Value::Bool(false) => out.push_str("false"),
            Value::Number(number) => write_number(number, out),
            Value::String(text) => self.write_text(text, out),
            Value::Array(items) => {
                let items = items.iter().map(|item| (None, item));
                self.write_items(('[', ']'), items, level, out);
            }
            Value::Object(fields) if self.is_sorted => {
                let mut sorted: Vec<_> = fields.iter().collect();
                sorted.sort_by_key(|(key, _)| *key);
                let fields = sorted.into_iter().map(|(key, item)| (Some(key), item));
                self.write_items(('{', '}'), fields, level, out);
            }
            Value::Object(fields) => {
                let fields = fields.iter().map(|(key, item)| (Some(key), item));
                self.write_items(('{', '}'), fields, level, out);
            }
        }
    }

    fn write_items<'v>(
        self,
        (open, close): (char, char),
        items: impl Iterator<Item = (Option<&'v String>, &'v Value)>,
        level: usize,
        out: &mut String,
    ) {
        out.push(open);
        let mut is_empty = true;
        for (key, item) in items {
            if !is_empty {
                out.push_str(if self.indent.is_some() {
                    ","
                } else {
                    self.comma
                });
            }
            is_empty = false;
            self.break_line(level + 1, out);
            if let Some(key) = key {
                self.write_text(key, out);
                out.push_str(self.colon);
            }
            self.write(item, level + 1, out);
        }
        if !is_empty {
            self.break_line(level, out);
        }
        out.push(close);
    }

    fn break_line(self, level: usize, out: &mut String) {
        if let Some(indent) = self.indent {
            out.push('\n');
            out.extend(std::iter::repeat_n(' ', indent * level));
        }
    }

    fn write_text(self, text: &str, out: &mut String) {
        out.push('"');
        for character in text.chars() {
            match character {
                '"' => out.push_str("\\\""),
                '\\' => out.push_str("\\\\"),
                '\n' => out.push_str("\\n"),
                '\r' => out.push_str("\\r"),
                '\t' => out.push_str("\\t"),
                '\u{8}' => out.push_str("\\b"),
                '\u{c}' => out.push_str("\\f"),
                '\0'..' ' => escape(character, out),
                ' '..='~' => out.push(character),
                _ if self.is_ascii => escape(character, out),
                _ => out.push(character),
            }
        }
        out.push('"');
    }
}

fn escape(character: char, out: &mut String) {
    let mut units = [0; 2];
    for unit in character.encode_utf16(&mut units) {
        let _ = write!(out, "\\u{unit:04x}"); // a String takes every text
    }
}

fn write_number(number: &Number, out: &mut String) {
    match number.as_f64() {
        Some(float) if number.is_f64() => out.push_str(&repr(float)),
        _ => out.push_str(&number.to_string()),
    }
}

/// A float as Python's `repr` writes it: the shortest digits, an exponent below 1e-4 and from 1e16.
fn repr(float: f64) -> String {
    let scientific = format!("{float:e}");
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..16).contains(&exponent) || float == 0.0 {
        return format!("{float:?}");
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{digits}e{sign}{:02}", exponent.unsigned_abs())
}
