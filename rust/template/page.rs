//! A page: the prompt's text, and which bytes of it are what.

use crate::error::CoreError;

/// Whose content it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Owner {
    /// The system prompt that stands beside the messages.
    System,
    /// The declared tools.
    Tools,
    /// The message with this position.
    Message(u32),
}

/// What a span of the prompt is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// One control token.
    Control,
    /// Ordinary text of the template.
    Template,
    /// A space that the vendor's tokenizer puts there by itself, before a text that it starts on:
    /// it stands in the text, and makes an id only where the text before it is encoded with it.
    Implied,
    /// What people, models or tools wrote.
    Content(Owner),
}

/// A run of bytes of one kind; it starts where the one before ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// Where it ends, in bytes.
    pub end: usize,
    /// What it is.
    pub kind: Kind,
    /// Whether the vendor's encoder starts anew here.
    pub after_seam: bool,
}

/// A prompt that is written: its text and what is what of it.
#[derive(Debug, Clone, Copy)]
pub struct Sheet<'p> {
    /// The text.
    pub text: &'p str,
    /// The spans, front to back; together they are the whole text.
    pub spans: &'p [Span],
}

impl<'p> Sheet<'p> {
    /// Each span with its text.
    pub fn pieces(self) -> impl Iterator<Item = (Span, &'p str)> {
        let mut start = 0;
        self.spans.iter().map(move |span| {
            let piece = self.text.get(start..span.end).unwrap_or_default();
            start = span.end;
            (*span, piece)
        })
    }
}

/// A prompt, written front to back.
#[derive(Debug, Default)]
pub struct Page {
    text: String,
    spans: Vec<Span>,
    has_seam: bool,
    has_implied_space: bool,
    is_lenient: bool,
    omitted: Vec<String>,
}

impl Page {
    /// An empty page with room for so many bytes and spans.
    #[must_use]
    pub fn with_capacity(bytes: usize, spans: usize) -> Self {
        Self::with_room(String::new(), bytes, spans)
    }

    /// An empty page in this text's memory, with room for so many bytes and spans.
    #[must_use]
    pub fn with_room(mut text: String, bytes: usize, spans: usize) -> Self {
        text.clear();
        text.reserve(bytes);
        Self {
            text,
            spans: Vec::with_capacity(spans),
            ..Self::default()
        }
    }

    /// The page, leaving out what the template has no form for instead of refusing it.
    #[must_use]
    pub fn lenient(self) -> Self {
        Self {
            is_lenient: true,
            ..self
        }
    }

    /// Write a control token.
    #[inline]
    pub fn control(&mut self, token: &str) {
        self.has_implied_space = false;
        self.text.push_str(token);
        self.push(Kind::Control);
    }

    /// Write ordinary text of the template.
    #[inline]
    pub fn text(&mut self, text: &str) {
        self.write(text, Kind::Template);
    }

    /// Write content.
    #[inline]
    pub fn content(&mut self, text: &str, owner: Owner) {
        self.write(text, Kind::Content(owner));
    }

    /// Say that the vendor's encoder encodes what follows by itself.
    #[inline]
    pub fn seam(&mut self) {
        self.has_seam = true;
    }

    /// Say that the vendor's tokenizer puts a space before the text that follows, if any does.
    #[inline]
    pub fn implied_space(&mut self) {
        self.has_implied_space = true;
    }

    /// Refuse what the template has no form for; a lenient page omits it.
    ///
    /// # Errors
    ///
    /// [`CoreError::InvalidMessage`] with the message.
    pub fn refuse(&mut self, kind: &str, message: &str) -> Result<(), CoreError> {
        if self.is_lenient {
            self.omit(kind);
            return Ok(());
        }
        Err(CoreError::InvalidMessage {
            message: message.to_owned(),
        })
    }

    /// Say that a block of this kind is not in the prompt.
    pub fn omit(&mut self, kind: &str) {
        if !self.omitted.iter().any(|known| known == kind) {
            self.omitted.push(kind.to_owned());
        }
    }

    /// The prompt.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The spans, front to back; together they are the whole prompt.
    #[must_use]
    pub fn spans(&self) -> &[Span] {
        &self.spans
    }

    /// The kinds of blocks that the conversation has and the prompt has not.
    #[must_use]
    pub fn omitted(&self) -> &[String] {
        &self.omitted
    }

    /// The page with another text and other spans, which must end where the text does.
    #[must_use]
    pub fn rewritten(self, text: String, spans: Vec<Span>) -> Self {
        debug_assert_eq!(spans.last().map_or(0, |span| span.end), text.len());
        Self {
            text,
            spans,
            ..self
        }
    }

    /// The text and the spans.
    #[must_use]
    pub fn sheet(&self) -> Sheet<'_> {
        Sheet {
            text: &self.text,
            spans: &self.spans,
        }
    }

    /// Each span with its text.
    pub fn pieces(&self) -> impl Iterator<Item = (Span, &str)> {
        self.sheet().pieces()
    }

    /// The text, the spans and what was omitted.
    #[must_use]
    pub fn into_parts(self) -> (String, Vec<Span>, Vec<String>) {
        (self.text, self.spans, self.omitted)
    }

    #[inline]
    fn write(&mut self, text: &str, kind: Kind) {
        if text.is_empty() {
            return;
        }
        if self.has_implied_space {
            self.has_implied_space = false;
            self.text.push(' ');
            self.push(Kind::Implied);
        }
        self.text.push_str(text);
        match self.spans.last_mut() {
            Some(last) if last.kind == kind && !self.has_seam => last.end = self.text.len(),
            _ => self.push(kind),
        }
    }

    #[inline]
    fn push(&mut self, kind: Kind) {
        self.spans.push(Span {
            end: self.text.len(),
            kind,
            after_seam: self.has_seam,
        });
        self.has_seam = false;
    }
}
