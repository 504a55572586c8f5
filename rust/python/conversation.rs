//! `bedrock_llm._core.ConversationLedger`: counts of an append-only list of Python messages.

use std::borrow::Cow;
use std::sync::{Mutex, MutexGuard, PoisonError};

use pyo3::prelude::*;
use pyo3::types::{PyList, PyString};

use super::counter::TokenCounter;
use super::outlines::{outline_of, plain_text};
use super::text::{detached, utf8};
use super::window::{PlainTurns, has_edges, is_speech};
use crate::counter::Counter;
use crate::error::CoreError;
use crate::message::Role;
use crate::template::is_space;
use crate::window::Outline;
use crate::window::conversation::Ledger;
use crate::window::goal::{CountMessage, Goal, Kind, Place};

/// What counts: the vocabulary, and what the prompt has around plain turns.
struct Measure {
    counter: Py<TokenCounter>,
    turns: PlainTurns,
    slack_tokens: i64,
}

/// The counts of an append-only conversation; threads may share it.
#[pyclass(frozen, module = "bedrock_llm._core")]
pub(super) struct ConversationLedger {
    ledger: Mutex<Ledger>,
    measure: Mutex<Option<Measure>>,
}

#[pymethods]
impl ConversationLedger {
    #[new]
    fn new() -> Self {
        Self {
            ledger: Mutex::new(Ledger::default()),
            measure: Mutex::new(None),
        }
    }

    fn __len__(&self) -> usize {
        self.ledger().len()
    }

    /// The number of system prompts that stand before everything.
    #[getter]
    fn first(&self) -> usize {
        self.ledger().first()
    }

    /// Whether a message is plain to the prompt that is counted now.
    #[pyo3(signature = (index, /))]
    fn is_plain(&self, index: usize) -> bool {
        self.ledger().is_plain(index)
    }

    /// Note a message.
    #[pyo3(signature = (message, /))]
    fn append(&self, message: &Bound<'_, PyAny>) -> PyResult<()> {
        let outline = outline_of(message)?;
        let kind = kind_of(message, outline.role)?;
        self.ledger().push(kind, outline);
        Ok(())
    }

    /// Say what counts from now on; counts that it would give again are kept. Without `turns`,
    /// plain turns depend on each other, and only the general plan can say.
    #[pyo3(signature = (counter, turns, slack_tokens, /))]
    fn measure_with(
        &self,
        counter: Py<TokenCounter>,
        turns: Option<PlainTurns>,
        slack_tokens: i64,
    ) {
        let mut measure = self.measure.lock().unwrap_or_else(PoisonError::into_inner);
        let new = turns.map(|turns| Measure {
            counter,
            turns,
            slack_tokens,
        });
        match measure.as_ref().zip(new.as_ref()) {
            Some((old, new)) if old.has_same_inner(new) => {
                if !old.has_same_ends(new) {
                    self.ledger().forget_ends();
                }
            }
            _ => self.ledger().forget_counts(),
        }
        if let Some(new) = &new {
            let knows = |role| new.turns.edges(role) != "unknown";
            self.ledger()
                .set_edges(knows(Role::User), knows(Role::Assistant));
        }
        *measure = new;
    }

    /// Find the newest messages that fit.
    ///
    /// Gives the first that is kept, what the prompt counts, and how many texts were counted; None
    /// where only the general plan can say.
    #[pyo3(signature = (messages, budget_tokens, trigger_tokens, target_tokens, /))]
    fn newest(
        &self,
        messages: &Bound<'_, PyList>,
        budget_tokens: i64,
        trigger_tokens: i64,
        target_tokens: i64,
    ) -> PyResult<Option<(usize, i64, usize)>> {
        let measure = self.measure.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(measure) = measure.as_ref() else {
            return Ok(None);
        };
        let goal = Goal {
            base_tokens: measure.turns.base_tokens.max(0),
            pair_tokens: measure.turns.pair_tokens,
            slack_tokens: measure.slack_tokens,
            is_first_inner: measure.turns.is_first_inner(),
            is_last_inner: measure.turns.last_user == measure.turns.user,
            budget_tokens,
            trigger_tokens,
            target_tokens,
        };
        let mut counting = Counting {
            messages,
            counter: measure.counter.get().counter(),
            turns: &measure.turns,
            counted: 0,
            error: None,
        };
        let mut ledger = self.ledger();
        if ledger.len() != messages.len() {
            return Ok(None);
        }
        let found = ledger.newest(&goal, &mut counting);
        if let Some(error) = counting.error.take() {
            return Err(error);
        }
        Ok(found?.map(|window| (window.start, window.tokens, counting.counted)))
    }

    /// Drop messages from the front, leading system prompts excepted.
    #[pyo3(signature = (count, /))]
    fn drop_oldest(&self, count: usize) {
        self.ledger().drop_oldest(count);
    }

    /// A ledger that goes its own way from here.
    fn copy(&self, py: Python<'_>) -> Self {
        let measure = self.measure.lock().unwrap_or_else(PoisonError::into_inner);
        let copied = measure.as_ref().map(|measure| Measure {
            counter: measure.counter.clone_ref(py),
            turns: measure.turns.clone(),
            slack_tokens: measure.slack_tokens,
        });
        Self {
            ledger: Mutex::new(self.ledger().clone()),
            measure: Mutex::new(copied),
        }
    }

    /// The first counted message, and the counts from it on.
    #[getter]
    fn counts(&self) -> (usize, Vec<i64>) {
        self.ledger().counts()
    }

    /// Take counts that were given out before.
    #[pyo3(signature = (start, counts, /))]
    #[expect(
        clippy::needless_pass_by_value,
        reason = "what comes from Python is owned"
    )]
    fn restore_counts(&self, start: usize, counts: Vec<u32>) -> PyResult<()> {
        Ok(self.ledger().restore_counts(start, &counts)?)
    }
}

impl ConversationLedger {
    /// What each message is to a plan.
    pub(super) fn outlines(&self) -> Vec<Outline> {
        self.ledger().outlines().to_vec()
    }

    fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether two counters have one vocabulary in memory and one scale.
fn counts_alike(one: &TokenCounter, other: &TokenCounter) -> bool {
    let (one, other) = (one.counter(), other.counter());
    std::ptr::addr_eq(one.engine(), other.engine())
        && one.scale_permille() == other.scale_permille()
}

fn kind_of(message: &Bound<'_, PyAny>, role: Role) -> PyResult<Kind> {
    if let Some((role, text)) = speech(message)? {
        return Ok(match (role, has_edges(&text)?) {
            (Role::Assistant, false) => Kind::PlainAssistant,
            (Role::Assistant, true) => Kind::EdgedAssistant,
            (_, false) => Kind::PlainUser,
            (_, true) => Kind::EdgedUser,
        });
    }
    Ok(match role {
        Role::System => Kind::System,
        Role::User => Kind::OtherUser,
        Role::Assistant => Kind::OtherAssistant,
    })
}

/// The role and text of a message that is nothing but text, and not blank.
fn speech<'py>(message: &Bound<'py, PyAny>) -> PyResult<Option<(Role, Bound<'py, PyString>)>> {
    let Some((role, texts)) = plain_text(message)? else {
        return Ok(None);
    };
    // Several texts are joined by each family in its own way.
    let Ok([text]) = <[_; 1]>::try_from(texts) else {
        return Ok(None);
    };
    Ok(is_speech(&text)?.then_some((role, text)))
}

/// Messages in a Python list, and what counts them.
struct Counting<'a, 'py> {
    messages: &'a Bound<'py, PyList>,
    counter: &'a Counter,
    turns: &'a PlainTurns,
    counted: usize,
    /// What Python raised; it is raised again when the window has been looked for.
    error: Option<PyErr>,
}

impl CountMessage for Counting<'_, '_> {
    fn count(&mut self, index: usize, place: Place) -> Result<u64, CoreError> {
        self.counted += 1;
        self.tokens(index, place).map_err(|error| {
            self.error = Some(error);
            let message = format!("messages[{index}] cannot be read");
            CoreError::InvalidMessage { message }
        })
    }
}

impl Counting<'_, '_> {
    fn tokens(&self, index: usize, place: Place) -> PyResult<u64> {
        let Some((role, text)) = speech(&self.messages.get_item(index)?)? else {
            return Err(super::messages::invalid(format!(
                "messages[{index}] was text when it was appended and is not any more; messages \
                 may not be changed after they are appended"
            )));
        };
        let (before, after) = self.turns.around(role, place);
        let text_utf8 = utf8(&text)?;
        let shown: &str = if self.turns.edges(role) == "dropped" {
            text_utf8.trim_matches(is_space)
        } else {
            &text_utf8
        };
        let whole = if before.is_empty() && after.is_empty() {
            Cow::Borrowed(shown)
        } else {
            Cow::Owned([before.as_str(), shown, after.as_str()].concat())
        };
        let bytes = whole.len();
        Ok(detached(text.py(), bytes, || self.counter.count(&whole)).into())
    }
}

impl PlainTurns {
    /// Whether the first message counts as one among others does, the only one as the last does.
    fn is_first_inner(&self) -> bool {
        self.first_user == self.user && self.only_user == self.last_user
    }

    fn around(&self, role: Role, place: Place) -> &(String, String) {
        match (role, place) {
            (Role::Assistant, _) => &self.assistant,
            (_, Place::Inner) => &self.user,
            (_, Place::First) => &self.first_user,
            (_, Place::Last) => &self.last_user,
            (_, Place::Only) => &self.only_user,
        }
    }
}

impl Measure {
    /// Whether a message among others counts the same.
    fn has_same_inner(&self, other: &Self) -> bool {
        let (old, new) = (&self.turns, &other.turns);
        counts_alike(self.counter.get(), other.counter.get())
            && (&old.user, &old.assistant) == (&new.user, &new.assistant)
            && (&old.user_edges, &old.assistant_edges) == (&new.user_edges, &new.assistant_edges)
    }

    /// Whether the first and the last message count the same.
    fn has_same_ends(&self, other: &Self) -> bool {
        let (old, new) = (&self.turns, &other.turns);
        (&old.first_user, &old.last_user, &old.only_user)
            == (&new.first_user, &new.last_user, &new.only_user)
    }
}
