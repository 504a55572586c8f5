//! `bedrock_llm._core.plan_window`: what of a list of Python messages is kept.
//!
//! Plain messages, which are nothing but text, are counted here; what else there is, Python counts
//! when it is asked for (`cost`, `total`), by the same rows that count whole requests.

use std::borrow::Cow;

use pyo3::prelude::*;
use pyo3::types::{PyList, PySlice, PyString};
use rustc_hash::FxHashMap;

use super::conversation::ConversationLedger;
use super::counter::TokenCounter;
use super::outlines::{outline_of, plain_text};
use super::text::{detached, utf8};
use crate::counter::Counter;
use crate::error::CoreError;
use crate::message::Role;
use crate::template::is_space;
use crate::window::{Form, History, Outline, Piece, Rules, Strategy, plan};

/// Messages that are not plain are counted by themselves, which is mistaken by up to an eighth.
const OTHER_SLACK_SHARE: u64 = 8;

/// A run of messages and whether their tool results are reduced.
type Kept = (usize, usize, bool);

/// What Python says about the choice.
#[derive(FromPyObject)]
pub(super) struct WindowRules {
    strategy: String,
    budget_tokens: u64,
    trigger_tokens: u64,
    target_tokens: u64,
    pinned: Vec<usize>,
    keep_cached_prefix: bool,
    scores: Vec<(usize, f64)>,
    role_scores: [f64; 3],
    wanted: Vec<usize>,
}

/// What Python says about the prompt around the messages.
#[derive(FromPyObject)]
pub(super) struct WindowPrompt<'py> {
    first: usize,
    head_tokens: u64,
    slack: u64,
    plain: Option<PlainTurns>,
    ledger: Option<Bound<'py, ConversationLedger>>,
    cost: Bound<'py, PyAny>,
    total: Bound<'py, PyAny>,
}

/// How plain turns that alternate are counted: what stands before and after each text.
#[derive(Clone, FromPyObject)]
pub(super) struct PlainTurns {
    pub(super) user: (String, String),
    pub(super) first_user: (String, String),
    pub(super) last_user: (String, String),
    pub(super) only_user: (String, String),
    pub(super) assistant: (String, String),
    pub(super) user_edges: String,
    pub(super) assistant_edges: String,
    pub(super) base_tokens: i64,
    pub(super) pair_tokens: i64,
}

impl PlainTurns {
    /// What becomes of white space around a text: kept, dropped or unknown.
    pub(super) fn edges(&self, role: Role) -> &str {
        match role {
            Role::Assistant => &self.assistant_edges,
            _ => &self.user_edges,
        }
    }
}

/// Choose what is kept of messages.
///
/// Gives the runs that are kept, what the prompt counts with them (None where the protected part
/// alone is too large), and whether they are nothing but text in turns that alternate.
#[pyfunction]
#[pyo3(signature = (messages, counter, rules, prompt, /))]
pub(super) fn plan_window<'py>(
    messages: &Bound<'py, PyList>,
    counter: &Bound<'py, TokenCounter>,
    rules: &Bound<'py, PyAny>,
    prompt: WindowPrompt<'py>,
) -> PyResult<(Vec<Kept>, Option<u64>, bool)> {
    let ledger = prompt.ledger.as_ref();
    let outlines = ledger.map(|ledger| ledger.get().outlines());
    let mut history = PythonHistory {
        messages: messages.clone(),
        outlines: outlines.unwrap_or_default(),
        counter: counter.get().counter(),
        prompt,
        counted: FxHashMap::default(),
        has_other: false,
        is_plain: false,
        error: None,
    };
    let rules: WindowRules = rules.extract()?;
    let rules = Rules {
        strategy: Strategy::find(&rules.strategy)?,
        budget_tokens: rules.budget_tokens,
        trigger_tokens: rules.trigger_tokens,
        target_tokens: rules.target_tokens,
        pinned: &rules.pinned,
        keep_cached_prefix: rules.keep_cached_prefix,
        scores: &rules.scores,
        role_scores: rules.role_scores,
        wanted: &rules.wanted,
    };
    let planned = plan(&mut history, &rules);
    if let Some(error) = history.error.take() {
        return Err(error);
    }
    let planned = planned?;
    let kept = planned.pieces.iter().map(kept_of).collect();
    Ok((kept, planned.tokens, history.is_plain))
}

fn kept_of(piece: &Piece) -> Kept {
    let is_reduced = piece.form == Form::Reduced;
    (piece.messages.start, piece.messages.end, is_reduced)
}

/// Messages in a Python list.
struct PythonHistory<'py> {
    messages: Bound<'py, PyList>,
    /// Those that are known already.
    outlines: Vec<Outline>,
    counter: &'py Counter,
    prompt: WindowPrompt<'py>,
    counted: FxHashMap<(usize, Form), u64>,
    /// Whether a message was counted that is not plain.
    has_other: bool,
    /// Whether the last total was of plain turns that alternate.
    is_plain: bool,
    /// What Python raised; it is raised again when the plan has ended.
    error: Option<PyErr>,
}

impl History for PythonHistory<'_> {
    fn len(&self) -> usize {
        self.messages.len()
    }

    fn first(&self) -> usize {
        self.prompt.first
    }

    fn outline(&mut self, index: usize) -> Result<Outline, CoreError> {
        if let Some(known) = self.outlines.get(index) {
            return Ok(*known);
        }
        let found = self.messages.get_item(index);
        let found = found.and_then(|message| outline_of(&message));
        self.keep_error(found)
    }

    fn tokens(&mut self, index: usize, form: Form, limit: u64) -> Result<Option<u64>, CoreError> {
        if let Some(&known) = self.counted.get(&(index, form)) {
            return Ok((known <= limit).then_some(known));
        }
        let found = self.count(index, form, limit);
        let found = self.keep_error(found)?;
        if let Some(tokens) = found {
            self.counted.insert((index, form), tokens);
        }
        Ok(found.filter(|tokens| *tokens <= limit))
    }

    fn total(&mut self, pieces: &[Piece]) -> Result<u64, CoreError> {
        let found = self.total_of(pieces);
        self.keep_error(found)
    }

    fn head_tokens(&self) -> u64 {
        self.prompt.head_tokens
    }

    fn slack(&self, tokens: u64) -> u64 {
        if self.has_other {
            tokens / OTHER_SLACK_SHARE + self.prompt.slack
        } else {
            self.prompt.slack
        }
    }
}

impl PythonHistory<'_> {
    fn keep_error<T>(&mut self, result: PyResult<T>) -> Result<T, CoreError> {
        result.map_err(|error| {
            self.error = Some(error);
            let message = "a message could not be read".to_owned();
            CoreError::InvalidMessage { message }
        })
    }

    fn count(&mut self, index: usize, form: Form, limit: u64) -> PyResult<Option<u64>> {
        if form == Form::Whole
            && let Some(turns) = &self.prompt.plain
            && let Some(plain) = self.plain(index)?
        {
            let around = self.around(turns, plain.role, index);
            let more = if plain.role == Role::Assistant {
                turns.pair_tokens
            } else {
                0
            };
            let limit = limit.saturating_add_signed(-more);
            let tokens = plain.count(self.counter, turns, around, limit)?;
            return Ok(tokens.map(|tokens| tokens.saturating_add_signed(more)));
        }
        self.has_other = true;
        let arguments = (index, form == Form::Reduced, limit);
        self.prompt.cost.call1(arguments)?.extract()
    }

    fn plain(&self, index: usize) -> PyResult<Option<Plain<'_>>> {
        let message = self.messages.get_item(index)?;
        let Some((role, texts)) = plain_text(&message)? else {
            return Ok(None);
        };
        // Several texts are joined by each family in its own way.
        let Ok([text]) = <[_; 1]>::try_from(texts) else {
            return Ok(None);
        };
        let edges = self.prompt.plain.as_ref().map(|turns| turns.edges(role));
        if !is_speech(&text)? || (edges == Some("unknown") && has_edges(&text)?) {
            return Ok(None);
        }
        Ok(Some(Plain { role, text }))
    }

    fn around<'a>(&self, turns: &'a PlainTurns, role: Role, index: usize) -> &'a (String, String) {
        match role {
            Role::Assistant => &turns.assistant,
            _ if index + 1 == self.messages.len() => &turns.last_user,
            _ => &turns.user,
        }
    }

    /// The exact total: here where everything is plain and alternates, else by Python.
    fn total_of(&mut self, pieces: &[Piece]) -> PyResult<u64> {
        let plain = self.plain_total(pieces)?;
        self.is_plain = plain.is_some();
        if let Some(tokens) = plain {
            return Ok(tokens);
        }
        let kept: Vec<Kept> = pieces.iter().map(kept_of).collect();
        self.prompt.total.call1((kept,))?.extract()
    }

    fn plain_total(&self, pieces: &[Piece]) -> PyResult<Option<u64>> {
        let Some(turns) = &self.prompt.plain else {
            return Ok(None);
        };
        let is_whole = pieces.iter().all(|piece| piece.form == Form::Whole);
        let indices = || pieces.iter().flat_map(|piece| piece.messages.clone());
        if !is_whole || indices().last() != self.messages.len().checked_sub(1) {
            return Ok(None);
        }
        let mut tokens = u64::try_from(turns.base_tokens.max(0))?;
        let mut wanted = Role::User;
        for index in indices() {
            let known = self.counted.get(&(index, Form::Whole));
            let (Some(known), Some(plain)) = (known, self.plain(index)?) else {
                return Ok(None);
            };
            if plain.role != wanted {
                return Ok(None);
            }
            wanted = other(wanted);
            tokens += known;
        }
        let Some(first) = indices().next().filter(|_| wanted == Role::Assistant) else {
            return Ok(None);
        };
        self.with_first(turns, first, tokens)
    }

    /// Count the first message anew where the prompt has more around the first one.
    fn with_first(&self, turns: &PlainTurns, first: usize, tokens: u64) -> PyResult<Option<u64>> {
        let is_only = first + 1 == self.messages.len();
        let (mine, usual) = if is_only {
            (&turns.only_user, &turns.last_user)
        } else {
            (&turns.first_user, &turns.user)
        };
        if mine == usual {
            return Ok(Some(tokens));
        }
        let Some(plain) = self.plain(first)? else {
            return Ok(None);
        };
        let before = self.counted.get(&(first, Form::Whole)).copied();
        let now = plain.count(self.counter, turns, mine, u64::MAX)?;
        Ok(now.map(|now| tokens - before.unwrap_or_default() + now))
    }
}

fn other(role: Role) -> Role {
    if role == Role::User {
        Role::Assistant
    } else {
        Role::User
    }
}

/// Whether a text has anything in it but white space; framings leave blank text out.
pub(super) fn is_speech(text: &Bound<'_, PyString>) -> PyResult<bool> {
    if text.len()? > LONG_BYTES {
        let slice = PySlice::new(text.py(), 0, SAMPLE_CHARACTERS, 1);
        let start = text.get_item(slice)?.cast_into::<PyString>()?;
        if utf8(&start)?.chars().any(|character| !is_space(character)) {
            return Ok(true);
        }
    }
    // A lone surrogate has no UTF-8 and is mended, as what is not plain is.
    let utf8 = text.to_str().unwrap_or_default();
    Ok(utf8.chars().any(|character| !is_space(character)))
}

/// Whether there is white space around a text.
pub(super) fn has_edges(text: &Bound<'_, PyString>) -> PyResult<bool> {
    let text = utf8(text)?;
    let ends = [text.chars().next(), text.chars().next_back()];
    Ok(ends.into_iter().flatten().any(is_space))
}

/// A message that is nothing but text.
struct Plain<'py> {
    role: Role,
    text: Bound<'py, PyString>,
}

/// Text above this size is looked at from its start before all of it is.
const LONG_BYTES: usize = 64 * 1024;
/// A look at the start of a long text.
const SAMPLE_CHARACTERS: isize = 4096;
/// So many characters per token that hardly a text has more.
const CHARACTERS_PER_TOKEN: usize = 16;
/// More than the text around a content can take away by merging.
const MERGED_TOKENS: u64 = 64;

impl Plain<'_> {
    fn count(
        &self,
        counter: &Counter,
        turns: &PlainTurns,
        around: &(String, String),
        limit: u64,
    ) -> PyResult<Option<u64>> {
        let most = u32::try_from(limit).unwrap_or(u32::MAX);
        if self.is_far_above(counter, limit)? {
            return Ok(None);
        }
        let text = utf8(&self.text)?;
        let shown: &str = if turns.edges(self.role) == "dropped" {
            text.trim_matches(is_space)
        } else {
            &text
        };
        let whole = match around {
            (before, after) if before.is_empty() && after.is_empty() => Cow::Borrowed(shown),
            (before, after) => Cow::Owned([before.as_str(), shown, after.as_str()].concat()),
        };
        let (py, bytes) = (self.text.py(), whole.len());
        let tokens = detached(py, bytes, || counter.count_up_to(&whole, most));
        Ok(tokens.map(u64::from))
    }

    /// Whether the start of a long text alone is far above the limit.
    fn is_far_above(&self, counter: &Counter, limit: u64) -> PyResult<bool> {
        let characters = self.text.len()?;
        let most = usize::try_from(limit + MERGED_TOKENS).unwrap_or(usize::MAX);
        let looked_at = most.saturating_mul(CHARACTERS_PER_TOKEN);
        if characters < LONG_BYTES || characters / 2 < looked_at {
            return Ok(false);
        }
        let py = self.text.py();
        let slice = PySlice::new(py, 0, isize::try_from(looked_at)?, 1);
        let start = self.text.get_item(slice)?.cast_into::<PyString>()?;
        let start = utf8(&start)?;
        let most = u32::try_from(limit + MERGED_TOKENS).unwrap_or(u32::MAX);
        Ok(detached(py, start.len(), || counter.count_up_to(&start, most)).is_none())
    }
}
