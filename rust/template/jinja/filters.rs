//! The filters that differ from minijinja's own.

use minijinja::value::Kwargs;
use minijinja::{Error, ErrorKind, Value};

use super::printing;
use crate::template::json::{Layout, PLAIN};
use crate::template::python_text;

/// The separators that there is a layout for.
const SEPARATORS: [(&str, &str); 4] = [(", ", ": "), (",", ":"), (",", ": "), (", ", ":")];

/// `json.dumps(value, ensure_ascii=False, indent=None, separators=None, sort_keys=False)`.
#[expect(
    clippy::needless_pass_by_value,
    reason = "so minijinja hands keywords over"
)]
pub(super) fn tojson(
    value: &Value,
    is_ascii: Option<bool>,
    indent: Option<usize>,
    options: Kwargs,
) -> Result<String, Error> {
    let named: Option<usize> = options.get("indent")?;
    let separators: Option<Vec<String>> = options.get("separators")?;
    let layout = Layout {
        indent: indent.or(named),
        is_ascii: is_ascii.or(options.get("ensure_ascii")?).unwrap_or(false),
        is_sorted: options.get::<Option<bool>>("sort_keys")?.unwrap_or(false),
        ..PLAIN
    };
    options.assert_all_used()?;
    let layout = match separators {
        None => layout,
        Some(pair) => with_separators(layout, &pair)?,
    };
    Ok(layout.dump(&printing::document(value)?))
}

fn with_separators(layout: Layout, pair: &[String]) -> Result<Layout, Error> {
    let known = SEPARATORS.iter().find(|row| pair == [row.0, row.1]);
    let Some((comma, colon)) = known else {
        let message = format!("tojson does not know the separators {pair:?}");
        return Err(Error::new(ErrorKind::InvalidOperation, message));
    };
    Ok(Layout {
        comma,
        colon,
        indent: layout.indent,
        is_ascii: layout.is_ascii,
        is_sorted: layout.is_sorted,
    })
}

/// `str(value)`.
pub(super) fn string(value: &Value) -> Result<String, Error> {
    printing::text(value)
}

/// `str(value).strip(characters)`.
pub(super) fn trim(value: &Value, characters: Option<&str>) -> Result<String, Error> {
    let text = printing::text(value)?;
    Ok(match characters {
        Some(characters) => text
            .trim_matches(|character| characters.contains(character))
            .to_owned(),
        None => python_text::strip(&text).to_owned(),
    })
}
