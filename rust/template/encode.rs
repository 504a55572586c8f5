//! Ids and counts of a page: control tokens are one id each, everything else is ordinary text.

use crate::counter::Counter;
use crate::engine::Engine;
use crate::error::CoreError;
use crate::template::page::{Kind, Owner, Sheet, Span};

/// What happens where the vendor's encoder starts anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Joints {
    /// It starts anew: the ids of the vendor's own encoder.
    Parted,
    /// Nothing: the ids of a tokenizer that is given the finished text.
    Joined,
}

/// The tokens of a prompt by where they come from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shares {
    /// Of the system prompt.
    pub system: u32,
    /// Of the declared tools.
    pub tools: u32,
    /// Of the contents of each message.
    pub messages: Vec<u32>,
    /// Of everything that the template puts around them.
    ///
    /// Below zero where a template's text joins with content into fewer tokens.
    pub framing: i64,
}

/// Encode a page.
///
/// # Errors
///
/// As [`Engine::encode`]; [`CoreError::Unencodable`] names a control token that the vocabulary has
/// not.
pub fn encode(page: Sheet<'_>, engine: &dyn Engine, joints: Joints) -> Result<Vec<u32>, CoreError> {
    let mut ids = Vec::with_capacity(page.text.len() / 4 + 8);
    let mut known = Controls::of(engine);
    let mut result = Ok(());
    for_each_run(page, &mut known, joints, |run| match run {
        Run::Control(_, Some(id)) => ids.push(id),
        Run::Control(token, None) => result = Err(unknown(engine, token)),
        Run::Text { text, .. } => {
            if result.is_ok() {
                result = engine.encode(text, &mut ids);
            }
        }
    });
    result.map(|()| ids)
}

fn unknown(engine: &dyn Engine, token: &str) -> CoreError {
    CoreError::Unencodable {
        vocabulary: engine.facts().name.to_owned(),
        reason: format!(
            "it has no control token {token:?}; give the vocabulary of the template's model"
        ),
    }
}

/// Count the tokens of a page.
///
/// A control token counts one, also where the vocabulary that is at hand for a model has it not.
#[must_use]
pub fn count(page: Sheet<'_>, counter: &Counter, joints: Joints) -> u32 {
    let mut tokens = 0_u32;
    let mut known = Controls::of(counter.engine());
    for_each_run(page, &mut known, joints, |run| {
        tokens = tokens.saturating_add(match run {
            Run::Control(..) => 1,
            Run::Text { text, .. } => counter.count(text),
        });
    });
    tokens
}

/// Give the control tokens' number and the texts that are counted, each as a whole.
///
/// A page counts as many tokens as it has control tokens, and those of each text.
#[must_use]
pub fn runs<'page>(
    page: Sheet<'page>,
    engine: &dyn Engine,
    joints: Joints,
) -> (u32, Vec<&'page str>) {
    let mut known = Controls::of(engine);
    let (mut controls, mut texts) = (0, Vec::new());
    for_each_run(page, &mut known, joints, |run| match run {
        Run::Control(..) => controls += 1,
        Run::Text { text, .. } => texts.push(text),
    });
    (controls, texts)
}

/// Count the tokens of a page by where they come from.
///
/// A run of text that has several owners counts as a whole; each owner has what its own text
/// counts, and the template the rest.
#[must_use]
pub fn measure(page: Sheet<'_>, counter: &Counter, joints: Joints, messages: usize) -> Shares {
    let mut known = Controls::of(counter.engine());
    let mut shares = Shares {
        messages: vec![0; messages],
        ..Shares::default()
    };
    for_each_run(page, &mut known, joints, |run| match run {
        Run::Control(..) => shares.framing += 1,
        Run::Text { text, spans, start } => shares.add_run(text, spans, start, counter),
    });
    shares
}

impl Shares {
    fn add_run(&mut self, text: &str, spans: &[Span], start: usize, counter: &Counter) {
        let total = counter.count(text);
        if let [
            Span {
                kind: Kind::Content(owner),
                ..
            },
        ] = spans
        {
            self.add(*owner, total);
            return;
        }
        let mut rest = i64::from(total);
        let mut joined: Vec<(Owner, String)> = Vec::new();
        let mut from = start;
        for span in spans {
            let piece = text.get(from - start..span.end - start).unwrap_or_default();
            from = span.end;
            let Kind::Content(owner) = span.kind else {
                continue;
            };
            match joined.iter_mut().find(|(known, _)| *known == owner) {
                Some((_, text)) => text.push_str(piece),
                None => joined.push((owner, piece.to_owned())),
            }
        }
        for (owner, text) in joined {
            let tokens = counter.count(&text);
            self.add(owner, tokens);
            rest -= i64::from(tokens);
        }
        self.framing += rest;
    }

    fn add(&mut self, owner: Owner, tokens: u32) {
        let share = match owner {
            Owner::System => Some(&mut self.system),
            Owner::Tools => Some(&mut self.tools),
            Owner::Message(position) => usize::try_from(position)
                .ok()
                .and_then(|position| self.messages.get_mut(position)),
        };
        if let Some(share) = share {
            *share = share.saturating_add(tokens);
        }
    }
}

/// A control token, or text that is encoded as a whole.
enum Run<'page> {
    Control(&'page str, Option<u32>),
    Text {
        text: &'page str,
        spans: &'page [Span],
        start: usize,
    },
}

fn for_each_run<'page>(
    page: Sheet<'page>,
    known: &mut Controls<'_>,
    joints: Joints,
    mut work: impl FnMut(Run<'page>),
) {
    let (text, spans) = (page.text, page.spans);
    let (mut first, mut start) = (0, 0);
    let mut end = 0;
    for (position, span) in spans.iter().enumerate() {
        let piece = text.get(end..span.end).unwrap_or_default();
        let is_control = span.kind == Kind::Control;
        let is_parted = span.after_seam && joints == Joints::Parted;
        if (is_control || is_parted) && start < end {
            work(run(text, spans, first..position, start..end));
        }
        if is_control || is_parted {
            (first, start) = (position, end);
        }
        if span.kind == Kind::Implied && start == end {
            (first, start) = (position + 1, span.end);
        }
        end = span.end;
        if is_control {
            work(Run::Control(piece, known.find(piece)));
            (first, start) = (position + 1, end);
        }
    }
    if start < end {
        work(run(text, spans, first..spans.len(), start..end));
    }
}

fn run<'page>(
    text: &'page str,
    spans: &'page [Span],
    held: std::ops::Range<usize>,
    bytes: std::ops::Range<usize>,
) -> Run<'page> {
    Run::Text {
        start: bytes.start,
        text: text.get(bytes).unwrap_or_default(),
        spans: spans.get(held).unwrap_or_default(),
    }
}

/// The ids of control tokens, each looked up once.
struct Controls<'engine> {
    engine: &'engine dyn Engine,
    found: Vec<(String, Option<u32>)>,
}

impl<'engine> Controls<'engine> {
    fn of(engine: &'engine dyn Engine) -> Self {
        Self {
            engine,
            found: Vec::new(),
        }
    }

    fn find(&mut self, token: &str) -> Option<u32> {
        if let Some((_, id)) = self.found.iter().find(|(known, _)| known == token) {
            return *id;
        }
        let id = look_up(self.engine, token);
        self.found.push((token.to_owned(), id));
        id
    }
}

/// Control tokens that the shipped file of a vocabulary names otherwise, with its name for them.
///
/// Mistral's ids are those of the published tekken.json of Devstral, Magistral and Ministral 3, as
/// their model cards and tokenizer configurations state them; no package that carries one was at
/// hand. Kimi's and Gemma 3's are those of their tokenizer configurations (Kimi K2 Thinking,
/// Gemma 3): the shipped table of Kimi holds the places free, the shipped Gemma is Gemma 4, whose
/// turn marks have the same ids under new names (2026-11-22).
const OTHER_NAMES: &[(&str, &str)] = &[
    ("[ARGS]", "<SPECIAL_32>"),
    ("[CALL_ID]", "<SPECIAL_33>"),
    ("[THINK]", "<SPECIAL_34>"),
    ("[/THINK]", "<SPECIAL_35>"),
    ("<think>", "<|reserved_token_163606|>"),
    ("</think>", "<|reserved_token_163607|>"),
    ("<start_of_turn>", "<|turn>"),
    ("<end_of_turn>", "<turn|>"),
];

fn look_up(engine: &dyn Engine, token: &str) -> Option<u32> {
    let tokens = engine.facts().special_tokens?;
    let id_of = |token: &str| {
        let mut tokens = tokens.iter();
        tokens.find(|(_, text)| *text == token).map(|(id, _)| id)
    };
    id_of(token).or_else(|| {
        let (_, place) = OTHER_NAMES.iter().find(|(name, _)| *name == token)?;
        id_of(place)
    })
}
