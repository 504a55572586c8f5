//! `bedrock_llm._core.Vocabulary`: what was loaded, and from where.
//!
//! A loader is a constructor here and gives any [`Engine`]; the getters read its facts.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use pyo3::prelude::*;

use super::counter::TokenCounter;
use crate::claude::{self, ClaudeTokenizer};
use crate::engine::{Engine, Facts};
use crate::file::{self, FileFacts};
use crate::mixed::{MixedEngine, Share};
use crate::sentencepiece::{self, proto};
use crate::split::Grammar;
use crate::tokenizer::Tokenizer;
use crate::vocabulary::{SpecialTokens, packed};

/// What counts a script, and the first and last character of each of its ranges.
type ScriptRow<'py> = (Bound<'py, TokenCounter>, Vec<(char, char)>);

/// A vocabulary in memory; threads may share it.
#[pyclass(frozen, module = "bedrock_llm._core")]
pub(super) struct Vocabulary {
    engine: Arc<dyn Engine>,
}

impl Vocabulary {
    fn new(engine: impl Engine + 'static) -> Self {
        Self {
            engine: Arc::new(engine),
        }
    }

    pub(super) fn engine(&self) -> Arc<dyn Engine> {
        Arc::clone(&self.engine)
    }

    fn facts(&self) -> Facts<'_> {
        self.engine.facts()
    }
}

#[pymethods]
impl Vocabulary {
    /// Read a packed byte-level vocabulary file.
    #[staticmethod]
    #[pyo3(text_signature = "(path, /)")]
    fn open(path: PathBuf) -> PyResult<Self> {
        Ok(Self::new(Tokenizer::new(packed::open(path)?)))
    }

    /// Read a packed byte-level vocabulary.
    #[staticmethod]
    #[pyo3(text_signature = "(data, /)")]
    fn from_packed(data: &[u8]) -> PyResult<Self> {
        Ok(Self::new(Tokenizer::new(packed::parse(data)?)))
    }

    /// Read a packed table of Claude's file and take one of its frames.
    #[staticmethod]
    #[pyo3(text_signature = "(path, frame, /)")]
    fn open_claude(path: PathBuf, frame: &str) -> PyResult<Self> {
        let table = claude::packed::open(path)?;
        Ok(Self::new(ClaudeTokenizer::new(table, frame)?))
    }

    /// Read a packed table of Claude's and take one of its frames.
    #[staticmethod]
    #[pyo3(text_signature = "(data, frame, /)")]
    fn from_packed_claude(data: &[u8], frame: &str) -> PyResult<Self> {
        let table = claude::packed::parse(data)?;
        Ok(Self::new(ClaudeTokenizer::new(table, frame)?))
    }

    /// Read one vocabulary of a packed file of pieces.
    #[staticmethod]
    #[pyo3(text_signature = "(path, name, /)")]
    fn open_pieces(path: PathBuf, name: &str) -> PyResult<Self> {
        Ok(Self::new(sentencepiece::packed::open(path, name)?))
    }

    /// Read one vocabulary of the bytes of a packed file of pieces.
    #[staticmethod]
    #[pyo3(text_signature = "(data, name, /)")]
    fn from_packed_pieces(data: &[u8], name: &str) -> PyResult<Self> {
        Ok(Self::new(sentencepiece::packed::parse(data, name)?))
    }

    /// Read the bytes of a `SentencePiece` `.model` file, which holds no name.
    #[staticmethod]
    #[pyo3(text_signature = "(data, name, /)")]
    fn from_model(data: &[u8], name: &str) -> PyResult<Self> {
        Ok(Self::new(proto::parse(data, name)?))
    }

    /// Read the tiktoken rank file that is published under a name, or a later state of it.
    #[staticmethod]
    #[pyo3(text_signature = "(path, name, /)")]
    fn open_ranks(path: PathBuf, name: &str) -> PyResult<Self> {
        let engine = file::open_known(path, name)?;
        Ok(Self { engine })
    }

    /// Open a vocabulary file of any kind, which its content tells.
    #[staticmethod]
    #[pyo3(signature = (path, /, *, name=None, grammar=None, special_tokens=None))]
    fn from_file(
        py: Python<'_>,
        path: PathBuf,
        name: Option<String>,
        grammar: Option<String>,
        special_tokens: Option<BTreeMap<String, u32>>,
    ) -> PyResult<Self> {
        let rows = special_tokens.map(|rows| rows.into_iter().map(|(text, id)| (id, text)));
        let facts = FileFacts {
            name,
            grammar,
            special_tokens: rows.map(Iterator::collect),
        };
        let engine = py.detach(move || file::open(&path, &facts))?;
        Ok(Self { engine })
    }

    /// Join a counter for each script, and one for all other text.
    #[staticmethod]
    #[pyo3(signature = (name, rest, shares, /))]
    fn mixed(
        name: String,
        rest: &Bound<'_, TokenCounter>,
        shares: Vec<ScriptRow<'_>>,
    ) -> PyResult<Self> {
        let shares = shares.into_iter().map(|(counter, ranges)| Share {
            counter: counter.get().counter().clone(),
            ranges,
        });
        let rest = rest.get().counter().clone();
        Ok(Self::new(MixedEngine::new(name, rest, shares.collect())?))
    }

    /// The vocabulary's name.
    #[getter]
    fn name(&self) -> &str {
        self.facts().name
    }

    /// What kind it is: "byte-level", "sentencepiece", "claude", "tokenizers" or "mixed".
    #[getter]
    fn kind(&self) -> &'static str {
        self.facts().kind
    }

    /// How counts are known, such as "exact".
    #[getter]
    fn exactness(&self) -> &str {
        self.facts().exactness
    }

    /// What a user should know of how it counts; None where there is nothing.
    #[getter]
    fn note(&self) -> Option<&str> {
        self.engine.note()
    }

    /// The pre-tokenizer's name; None where the kind has none.
    #[getter]
    fn grammar(&self) -> Option<&'static str> {
        self.facts().grammar.map(|grammar| grammar.name)
    }

    /// The regexes that the pre-tokenizer equals, one stage a line; None where there is none.
    #[getter]
    fn pattern(&self) -> Option<String> {
        self.facts().grammar.map(Grammar::pattern)
    }

    /// The number of ids, special tokens included; None where there are no ids.
    #[getter]
    fn vocabulary_size(&self) -> Option<u64> {
        self.facts().last_id.map(|id| u64::from(id) + 1)
    }

    /// The special tokens, which text never becomes: id by text.
    #[getter]
    fn special_tokens(&self) -> BTreeMap<&str, u32> {
        by_text(self.facts().special_tokens)
    }

    /// The texts that become one id wherever they stand: id by text.
    #[getter]
    fn user_tokens(&self) -> BTreeMap<&str, u32> {
        by_text(self.facts().user_tokens)
    }

    /// The tokens that a request with one message has without its text; None where not measured.
    #[getter]
    fn frame_tokens(&self) -> Option<u32> {
        self.facts().frame_tokens
    }

    /// Where the vocabulary came from: package, version, file, sha256 and licence.
    #[getter]
    fn source(&self) -> BTreeMap<&str, &str> {
        let facts = self.facts();
        BTreeMap::from([
            ("package", facts.source.package.as_str()),
            ("version", facts.source.version.as_str()),
            ("file", facts.source.file.as_str()),
            ("sha256", facts.source.sha256.as_str()),
            ("licence", facts.licence),
        ])
    }

    fn __repr__(&self) -> String {
        let facts = self.facts();
        format!("<Vocabulary {:?} ({})>", facts.name, facts.kind)
    }
}

fn by_text(tokens: Option<&SpecialTokens>) -> BTreeMap<&str, u32> {
    let rows = tokens.into_iter().flat_map(SpecialTokens::iter);
    rows.map(|(id, text)| (text, id)).collect()
}
