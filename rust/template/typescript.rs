//! JSON schemas as TypeScript types, as gpt-oss is shown its tools.
//!
//! Equals openai-harmony 0.0.8 (`PyPI`, 2026-11-22), which writes what follows and leaves the rest of
//! a schema out: types, `oneOf`, `enum` of texts, `nullable`, properties with title, description,
//! examples and default, required or not.

use serde_json::{Map, Value};

/// How deep an object's properties stand within it.
const STEP: &str = "    ";

/// Write the type of a schema.
pub(super) fn type_of(schema: &Value, indent: &str) -> String {
    if let Some(variants) = schema.get("oneOf").and_then(Value::as_array) {
        let lines = variants.iter().map(|variant| {
            let notes = notes_of(variant, None, &|default| default.to_string());
            format!(
                "\n{indent} | {}{notes}",
                nullable_type(variant, &format!("{indent}   "))
            )
        });
        return lines.collect();
    }
    match schema.get("type") {
        Some(Value::Array(kinds)) if kinds.iter().any(Value::is_string) => {
            let kinds = kinds.iter().filter_map(Value::as_str);
            joined(kinds.map(|kind| if kind == "integer" { "number" } else { kind }.to_owned()))
        }
        Some(Value::String(kind)) => named_type(kind, schema, indent),
        _ => "any".to_owned(),
    }
}

fn named_type(kind: &str, schema: &Value, indent: &str) -> String {
    match kind {
        "object" => object_type(schema, indent),
        "string" => {
            let texts = schema
                .get("enum")
                .and_then(Value::as_array)
                .into_iter()
                .flatten();
            let texts = joined(
                texts
                    .filter_map(Value::as_str)
                    .map(|text| format!("\"{text}\"")),
            );
            if texts.is_empty() {
                "string".to_owned()
            } else {
                texts
            }
        }
        "number" | "integer" => "number".to_owned(),
        "boolean" => "boolean".to_owned(),
        "array" => match schema.get("items") {
            Some(items) => format!("{}[]", type_of(items, indent)),
            None => "Array<any>".to_owned(),
        },
        _ => "any".to_owned(),
    }
}

fn joined(kinds: impl Iterator<Item = String>) -> String {
    kinds.collect::<Vec<_>>().join(" | ")
}

fn nullable_type(schema: &Value, indent: &str) -> String {
    let written = type_of(schema, indent);
    let is_nullable = schema.get("nullable").and_then(Value::as_bool) == Some(true);
    if is_nullable && !written.contains("null") {
        return format!("{written} | null");
    }
    written
}

fn text_of<'v>(schema: &'v Value, key: &str) -> Option<&'v str> {
    schema.get(key).and_then(Value::as_str)
}

fn is_enum(schema: &Value) -> bool {
    let values = schema.get("enum").and_then(Value::as_array);
    values.is_some_and(|values| !values.is_empty())
}

fn object_type(schema: &Value, indent: &str) -> String {
    let mut out = String::new();
    if let Some(description) = text_of(schema, "description") {
        out.extend([indent, "// ", description, "\n"]);
    }
    out.push_str("{\n");
    let no_properties = Map::new();
    let properties = schema.get("properties").and_then(Value::as_object);
    let required = schema.get("required").and_then(Value::as_array);
    for (key, value) in properties.unwrap_or(&no_properties) {
        let is_required = required.is_some_and(|keys| keys.iter().any(|known| known == key));
        let name = format!("{key}{}", if is_required { "" } else { "?" });
        write_comments(value, indent, &mut out);
        match value.get("oneOf").and_then(Value::as_array) {
            Some(variants) => write_variants(&name, value, variants, indent, &mut out),
            None => write_property(&name, value, indent, &mut out),
        }
    }
    out.push_str(indent);
    out.push('}');
    out
}

fn write_comments(value: &Value, indent: &str, out: &mut String) {
    if let Some(title) = text_of(value, "title") {
        out.extend([indent, "// ", title, "\n", indent, "//\n"]);
    }
    if let (None, Some(description)) = (value.get("oneOf"), text_of(value, "description")) {
        out.extend([indent, "// ", description, "\n"]);
    }
    let examples = value.get("examples").and_then(Value::as_array);
    if let Some(examples) = examples.filter(|examples| !examples.is_empty()) {
        out.extend([indent, "// Examples:\n"]);
        for example in examples.iter().filter_map(Value::as_str) {
            out.extend([indent, "// - \"", example, "\"\n"]);
        }
    }
}

fn write_property(name: &str, value: &Value, indent: &str, out: &mut String) {
    let written = nullable_type(value, &format!("{indent}{STEP}"));
    out.extend([indent, name, ": ", &written, ","]);
    if let (None, Some(default)) = (value.get("oneOf"), value.get("default")) {
        out.extend([" // default: ", &default_of(default, value, &bare)]);
    }
    out.push('\n');
}

/// A default: quoted where it is free text, as `of_enum` writes it where it is one of an enum.
fn default_of(default: &Value, schema: &Value, of_enum: &dyn Fn(&Value) -> String) -> String {
    match default {
        Value::String(text) if !is_enum(schema) => format!("\"{text}\""),
        other => of_enum(other),
    }
}

fn bare(default: &Value) -> String {
    default
        .as_str()
        .map_or_else(|| default.to_string(), ToOwned::to_owned)
}

fn write_variants(name: &str, value: &Value, variants: &[Value], indent: &str, out: &mut String) {
    let description = text_of(value, "description");
    let first = variants
        .first()
        .and_then(|variant| text_of(variant, "description"));
    let shown = description.filter(|description| first != Some(description));
    if let Some(shown) = shown {
        out.extend([indent, "// ", shown, "\n"]);
    }
    if let Some(default) = value.get("default") {
        let default = default_of(default, value, &bare);
        out.extend([indent, "// default: ", &default, "\n"]);
    }
    out.extend([indent, name, ":\n"]);
    for (position, variant) in variants.iter().enumerate() {
        let known = if position == 0 && shown.is_some() {
            text_of(variant, "description")
        } else {
            description
        };
        let notes = notes_of(variant, known, &bare);
        let written = nullable_type(variant, &format!("{indent}   "));
        out.extend([indent, " | ", &written, &notes, "\n"]);
    }
    out.extend([indent, ",\n"]);
}

/// The comment after a variant: its description unless it is known already, and its default.
fn notes_of(variant: &Value, known: Option<&str>, of_enum: &dyn Fn(&Value) -> String) -> String {
    let description = text_of(variant, "description").filter(|text| Some(*text) != known);
    let default = variant.get("default");
    let default = default.map(|value| format!("default: {}", default_of(value, variant, of_enum)));
    let notes: Vec<String> = description
        .map(ToOwned::to_owned)
        .into_iter()
        .chain(default)
        .collect();
    if notes.is_empty() {
        return String::new();
    }
    format!(" // {}", notes.join(" "))
}
