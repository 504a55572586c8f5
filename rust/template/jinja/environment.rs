//! The environment that transformers gives a chat template.

use std::fmt;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Kwargs, ValueKind};
use minijinja::{Environment, Error, ErrorKind, State, Value};

use super::{filters, methods, printing};
use crate::template::conversation::Date;

/// The variable that holds the day.
pub(super) const DATE: &str = "__date__";

/// What `raise_exception` was given.
#[derive(Debug)]
pub(super) struct Refusal(pub(super) String);

impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for Refusal {}

/// Make the environment.
pub(super) fn make(steps: u64) -> Result<Environment<'static>, Error> {
    let mut environment = Environment::new();
    let syntax = SyntaxConfig::builder()
        .trim_blocks(true)
        .lstrip_blocks(true)
        .build()?;
    environment.set_syntax(syntax);
    environment.set_fuel(Some(steps));
    environment.set_auto_escape_callback(|_| minijinja::AutoEscape::None);
    environment.set_formatter(|out, _, value| printing::write(out, value));
    environment.set_unknown_method_callback(methods::call);
    environment.add_function("raise_exception", raise_exception);
    environment.add_function("strftime_now", strftime_now);
    environment.add_filter("tojson", filters::tojson);
    environment.add_filter("string", filters::string);
    environment.add_filter("trim", filters::trim);
    environment.add_test("sequence", |value: &Value| is_sized(value));
    environment.add_test("iterable", |value: &Value| {
        is_sized(value) || is_iterable(value)
    });
    environment.add_test("mapping", |value: &Value| value.kind() == ValueKind::Map);
    environment.add_test("number", |value: &Value| {
        matches!(value.kind(), ValueKind::Number | ValueKind::Bool)
    });
    Ok(environment)
}

/// What has a length and items in Python, strings and undefined values included.
fn is_sized(value: &Value) -> bool {
    matches!(
        value.kind(),
        ValueKind::String | ValueKind::Seq | ValueKind::Map | ValueKind::Undefined
    )
}

fn is_iterable(value: &Value) -> bool {
    value.kind() == ValueKind::Iterable
}

fn raise_exception(message: &Value) -> Result<Value, Error> {
    let message = printing::text(message)?;
    let error = Error::new(ErrorKind::InvalidOperation, message.clone());
    Err(error.with_source(Refusal(message)))
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "so minijinja hands keywords over"
)]
fn strftime_now(state: &State<'_, '_>, format: &str, options: Kwargs) -> Result<String, Error> {
    options.assert_all_used()?;
    let date = state
        .lookup(DATE)
        .and_then(|date| read_date(date.as_str()?));
    let date = date.unwrap_or(super::FROZEN_DATE);
    let mut text = String::new();
    let mut characters = format.chars();
    while let Some(character) = characters.next() {
        if character != '%' {
            text.push(character);
            continue;
        }
        let mut directive = characters.next();
        let is_bare = directive == Some('-');
        if is_bare {
            directive = characters.next();
        }
        let part = directive.and_then(|directive| part_of(date, directive));
        let Some(part) = part else {
            let message = format!("strftime_now does not know a part of {format:?}");
            return Err(Error::new(ErrorKind::InvalidOperation, message));
        };
        let short = part.trim_start_matches('0');
        text.push_str(if is_bare && !short.is_empty() {
            short
        } else {
            &part
        });
    }
    Ok(text)
}

fn read_date(iso: &str) -> Option<Date> {
    let mut parts = iso.split('-');
    Some(Date {
        year: parts.next()?.parse().ok()?,
        month: parts.next()?.parse().ok()?,
        day: parts.next()?.parse().ok()?,
    })
}

/// A part of a date as C's `strftime` writes it in English; the time is midnight.
fn part_of(date: Date, directive: char) -> Option<String> {
    let Date { year, month, day } = date;
    Some(match directive {
        'd' => format!("{day:02}"),
        'e' => format!("{day:2}"),
        'm' => format!("{month:02}"),
        'Y' => year.to_string(),
        'y' => format!("{:02}", year % 100),
        'B' => date.month_name().to_owned(),
        'b' | 'h' => date.month_name().get(..3)?.to_owned(),
        'A' => weekday(date).to_owned(),
        'a' => weekday(date).get(..3)?.to_owned(),
        'j' => format!("{:03}", day_of_year(date)),
        'F' => date.iso(),
        'H' | 'M' | 'S' => "00".to_owned(),
        'I' => "12".to_owned(),
        'p' => "AM".to_owned(),
        'X' | 'T' => "00:00:00".to_owned(),
        '%' => "%".to_owned(),
        _ => return None,
    })
}

fn is_leap(year: u16) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

fn day_of_year(date: Date) -> u32 {
    const BEFORE: [u32; 12] = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
    let month = usize::from(date.month.clamp(1, 12));
    let leap = u32::from(month > 2 && is_leap(date.year));
    BEFORE[month - 1] + leap + u32::from(date.day)
}

fn weekday(date: Date) -> &'static str {
    const NAMES: [&str; 7] = [
        "Sunday",
        "Monday",
        "Tuesday",
        "Wednesday",
        "Thursday",
        "Friday",
        "Saturday",
    ];
    let years = u32::from(date.year).saturating_sub(1);
    let days = years * 365 + years / 4 - years / 100 + years / 400 + day_of_year(date);
    NAMES[(days % 7) as usize]
}
