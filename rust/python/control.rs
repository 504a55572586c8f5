//! `bedrock_llm._core.ControlTable`: what a family reads as structure, and texts made safe.

use pyo3::prelude::*;
use pyo3::types::PyString;

use super::text::{detached, utf8};
use crate::template::control::{ControlMode, ControlTable as Table, neutralize};
use crate::template::find;
use crate::vocabulary::Normalization;

const NORMALIZATIONS: [(&str, Normalization); 3] = [
    ("none", Normalization::None),
    ("NFC", Normalization::Nfc),
    ("NFKC", Normalization::Nfkc),
];

enum Held {
    Family(&'static Table),
    Own(Box<Table>),
}

/// The control tokens and structural markers of a family, or of a caller's own tokenizer.
#[pyclass(frozen, module = "bedrock_llm._core")]
pub(super) struct ControlTable {
    held: Held,
}

impl ControlTable {
    pub(super) fn table(&self) -> &Table {
        match &self.held {
            Held::Family(table) => table,
            Held::Own(table) => table,
        }
    }
}

#[pymethods]
impl ControlTable {
    /// Make a table of one's own.
    #[new]
    #[pyo3(signature = (name, words, /, *, line_markers = Vec::new(), normalization = "none"))]
    fn new(
        name: &str,
        words: Vec<String>,
        line_markers: Vec<String>,
        normalization: &str,
    ) -> PyResult<Self> {
        let row = NORMALIZATIONS.iter().find(|row| row.0 == normalization);
        let normalization = row.ok_or_else(|| crate::error::CoreError::InvalidParameter {
            message: format!(
                "normalization is {normalization:?}; choose \"none\", \"NFC\" or \"NFKC\""
            ),
        })?;
        let table = Table::new(name, words, line_markers, normalization.1)?;
        Ok(Self {
            held: Held::Own(Box::new(table)),
        })
    }

    /// Find the table of a template.
    #[staticmethod]
    #[pyo3(text_signature = "(template, /)")]
    fn of_template(template: &str) -> PyResult<Self> {
        let table = find(template)?.control_table()?;
        Ok(Self {
            held: Held::Family(table),
        })
    }

    /// The table's name.
    #[getter]
    fn name(&self) -> &str {
        self.table().name()
    }

    /// The tokens and markers that count wherever they stand.
    #[getter]
    fn words(&self) -> Vec<String> {
        self.table().words().to_vec()
    }

    /// The markers that count at the start of a line.
    #[getter]
    fn line_markers(&self) -> Vec<String> {
        self.table().line_markers().to_vec()
    }

    /// Make a text safe; give it, and in how many places it was changed.
    #[pyo3(signature = (text, mode = "escape", /))]
    fn neutralize<'py>(
        &self,
        text: &Bound<'py, PyString>,
        mode: &str,
    ) -> PyResult<(Bound<'py, PyString>, u32)> {
        let mode = ControlMode::from_name(mode)?;
        let read = utf8(text)?;
        let source: &str = &read;
        let work = || neutralize(source, self.table(), mode);
        let neutralized = detached(text.py(), source.len(), work)?;
        if neutralized.places == 0 {
            return Ok((text.clone(), 0));
        }
        let safe = PyString::new(text.py(), &neutralized.text);
        Ok((safe, neutralized.places))
    }

    /// Count the places of a text where a token or marker stands.
    #[pyo3(signature = (text, /))]
    fn count_places(&self, text: &Bound<'_, PyString>) -> PyResult<usize> {
        let read = utf8(text)?;
        Ok(self.table().count_places(&read))
    }

    /// Take the marks out that escaping put into a text.
    #[pyo3(signature = (text, /))]
    fn restore(&self, text: &Bound<'_, PyString>) -> PyResult<String> {
        let read = utf8(text)?;
        Ok(self.table().restore(&read).into_owned())
    }

    fn __repr__(&self) -> String {
        format!("<ControlTable {:?}>", self.table().name())
    }
}
