//! Chat templates that users bring: Hugging Face's jinja, in a sandbox.
//!
//! ```text
//! source ─► tags of transformers rewritten ─► minijinja ─┐
//! messages, tools, variables ─► defended, string by string ─► rendered ──► differ? ─► text
//!                                  └─► masked, string by string ─► rendered ─┘
//! ```
//!
//! The environment is that of transformers' `apply_chat_template` (5.23, 2026-11-22): blocks trimmed
//! and stripped, loop controls, `{% generation %}`, `raise_exception`, `strftime_now`, a `tojson`
//! that escapes no HTML, Python's methods, tests and printing. A template reaches nothing but its
//! variables; fuel bounds its time and memory, a limit its output.
//!
//! Control tokens: every string of the conversation is made safe before it is rendered, keys too.
//! That leaves tokens that the template itself puts together out of content, such as `'<|' + role +
//! '|>'`, an XML tag named after a key, or two blocks side by side. They are found by rendering again
//! with content masked: each character that a token could need is another one, save in strings that
//! the template itself names and in the known roles of messages. Where the two prompts differ, there is content, and what touches it is
//! made safe as in every other prompt. Should the two differ in length, they must at least spell the
//! same tokens, or the prompt is refused.
//!
//! Known differences from jinja2: [`crate::template::jinja`] is held to it by tests over the vendors'
//! templates; what remains is listed with Python's `ChatTemplate`.

mod environment;
mod filters;
mod masking;
mod methods;
mod printing;
mod rewriting;

#[cfg(test)]
mod tests;

use std::error::Error as _;
use std::io;

use minijinja::value::Serde;
use minijinja::{Environment, Error, ErrorKind};
use serde_json::{Map, Value};

use self::masking::Mask;
use crate::error::CoreError;
use crate::template::control::{ControlMode, ControlTable, neutralize, neutralize_contents};
use crate::template::conversation::Date;

const NAME: &str = "chat template";

/// The day that templates are told where none is given: Llama 3.1's own default.
pub const FROZEN_DATE: Date = Date {
    year: 2024,
    month: 7,
    day: 26,
};

/// How much a template may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Steps: one an instruction, and one for 64 bytes of data made or read.
    pub steps: u64,
    /// Bytes of the prompt.
    pub output_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            steps: 20_000_000,
            output_bytes: 64 << 20,
        }
    }
}

/// A compiled chat template.
#[derive(Debug)]
pub struct ChatTemplate {
    environment: Environment<'static>,
    /// The strings and attributes that the template names.
    names: Vec<String>,
    limits: Limits,
}

/// What a template is rendered with.
#[derive(Debug, Clone, Default)]
pub struct Context {
    /// `messages`, `tools`, and whatever else people wrote: made safe.
    pub content: Map<String, Value>,
    /// Variables that the tokenizer defines, such as `bos_token`: rendered as they are.
    pub trusted: Map<String, Value>,
    /// The day to tell; frozen where there is none.
    pub date: Option<Date>,
}

impl ChatTemplate {
    /// Compile a template.
    ///
    /// # Errors
    ///
    /// [`CoreError::ChatTemplate`] if it is none; the message names the line.
    pub fn new(source: &str, limits: Limits) -> Result<Self, CoreError> {
        const MOST_BYTES: usize = 1 << 20;
        if source.len() > MOST_BYTES {
            return Err(CoreError::ChatTemplate {
                message: format!(
                    "the chat template has {} bytes and may have {MOST_BYTES}; is it one?",
                    source.len()
                ),
            });
        }
        let source = rewriting::rewrite(source);
        let names = masking::names(&source);
        let compiled = environment::make(limits.steps).and_then(|mut environment| {
            environment.add_template_owned(NAME, source)?;
            Ok(environment)
        });
        Ok(Self {
            environment: compiled.map_err(|error| explain(&error, limits))?,
            names,
            limits,
        })
    }

    /// Render a conversation, made safe; give the prompt and the number of places that were not.
    ///
    /// # Errors
    ///
    /// [`CoreError::ChatTemplateRefusal`] if the template raises; [`CoreError::ChatTemplate`] if it
    /// fails or passes a limit; [`CoreError::ControlToken`] if a token is to be rejected, or cannot
    /// be told from the template's own.
    pub fn render(
        &self,
        context: &Context,
        table: &ControlTable,
        mode: ControlMode,
    ) -> Result<(String, u32), CoreError> {
        if mode == ControlMode::Allow {
            return Ok((self.run(context)?, 0));
        }
        let mut places = 0;
        let mut safe = context.clone();
        safe.content = map_strings(&context.content, &mut |text| {
            let neutralized = neutralize(text, table, mode)?;
            places += neutralized.places;
            Ok(neutralized.text.into_owned())
        })?;
        let prompt = self.run(&safe)?;
        let mask = Mask::new(table, &self.names);
        let mut masked = map_strings(&safe.content, &mut |text| Ok(mask.apply(text)))?;
        masking::keep_roles(&safe.content, &mut masked);
        safe.content = masked;
        let masked = self.run(&safe);
        let contents = match &masked {
            Ok(masked) => masking::differences(&prompt, masked),
            Err(_) => None,
        };
        let Some(contents) = contents else {
            check_tokens(&prompt, masked.as_deref().ok(), table)?;
            return Ok((prompt, places));
        };
        let neutralized = neutralize_contents(&prompt, &contents, table, mode)?;
        Ok((neutralized.text.to_string(), places + neutralized.places))
    }

    fn run(&self, context: &Context) -> Result<String, CoreError> {
        let explain = |error: Error| explain(&error, self.limits);
        let mut variables = context.content.clone();
        variables.extend(context.trusted.clone());
        let date = context.date.unwrap_or(FROZEN_DATE);
        variables.insert(environment::DATE.to_owned(), Value::from(date.iso()));
        let template = self.environment.get_template(NAME).map_err(explain)?;
        let mut writer = Bounded {
            bytes: Vec::new(),
            limit: self.limits.output_bytes,
        };
        let variables = minijinja::Value::from(Serde(&variables));
        let rendered = template.render_captured_to(variables, &mut writer);
        rendered.map_err(explain)?;
        String::from_utf8(writer.bytes).map_err(|error| CoreError::ChatTemplate {
            message: format!("the chat template wrote no text: {error}"),
        })
    }
}

/// Where the prompts cannot be laid side by side: both must spell the same tokens.
fn check_tokens(prompt: &str, masked: Option<&str>, table: &ControlTable) -> Result<(), CoreError> {
    let spelled = table.spelled(prompt);
    let expected = masked
        .map(|masked| table.spelled(masked))
        .unwrap_or_default();
    let differs = spelled
        .iter()
        .zip(&expected)
        .find(|(found, own)| found.1 != own.1);
    let found = differs
        .map(|(found, _)| *found)
        .or_else(|| spelled.get(expected.len()).copied());
    match found {
        None => Ok(()),
        Some((offset, token)) => Err(CoreError::ControlToken {
            token: token.to_owned(),
            table: table.name().to_owned(),
            owner: "the prompt".to_owned(),
            offset,
            reason: "the template puts it together out of content, and where it does cannot be \
                     told: ",
        }),
    }
}

fn map_strings(
    content: &Map<String, Value>,
    change: &mut impl FnMut(&str) -> Result<String, CoreError>,
) -> Result<Map<String, Value>, CoreError> {
    let fields = content.iter();
    // The outermost names are the template's variables.
    let changed = fields.map(|(name, value)| Ok((name.clone(), map_value(value, change)?)));
    changed.collect()
}

fn map_value(
    value: &Value,
    change: &mut impl FnMut(&str) -> Result<String, CoreError>,
) -> Result<Value, CoreError> {
    Ok(match value {
        Value::String(text) => Value::String(change(text)?),
        Value::Array(items) => {
            let items = items.iter().map(|item| map_value(item, change));
            Value::Array(items.collect::<Result<_, _>>()?)
        }
        Value::Object(fields) => {
            let mut object = Map::with_capacity(fields.len());
            for (key, item) in fields {
                let mut key = change(key)?;
                while object.contains_key(&key) {
                    key.push(masking::FILLER);
                }
                object.insert(key, map_value(item, change)?);
            }
            Value::Object(object)
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
    })
}

/// Takes what fits the limit.
struct Bounded {
    bytes: Vec<u8>,
    limit: usize,
}

impl io::Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.bytes.len() + bytes.len() > self.limit {
            return Err(io::Error::other("the prompt is too long"));
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn explain(error: &Error, limits: Limits) -> CoreError {
    let mut source = error.source();
    while let Some(inner) = source {
        if let Some(refusal) = inner.downcast_ref::<environment::Refusal>() {
            return CoreError::ChatTemplateRefusal {
                message: refusal.0.clone(),
            };
        }
        source = inner.source();
    }
    let place = error
        .line()
        .map(|line| format!(" in line {line}"))
        .unwrap_or_default();
    let what = match error.kind() {
        ErrorKind::OutOfFuel => format!(
            "takes more than {} steps; raise max_steps if it may take that long",
            limits.steps
        ),
        ErrorKind::WriteFailure => format!(
            "writes more than {} bytes; raise max_output_bytes if it may",
            limits.output_bytes
        ),
        ErrorKind::SyntaxError => {
            format!(
                "cannot be read{place}: {}",
                error.detail().unwrap_or_default()
            )
        }
        kind => {
            let detail = error
                .detail()
                .map(|detail| format!(": {detail}"))
                .unwrap_or_default();
            format!("fails{place}: {kind}{detail}")
        }
    };
    CoreError::ChatTemplate {
        message: format!("the chat template {what}"),
    }
}
