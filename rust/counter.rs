//! Counts for a model: an engine's counts, times the scale of an estimate.

use std::sync::Arc;

use crate::engine::{Cut, Engine};
use crate::error::CoreError;
use crate::learned::TextCounts;

/// Counts with an engine, scaled; never changes, so threads may share it.
///
/// A scaled count is `ceil(tokens * scale_permille / 1000)`, saturated at `u32::MAX`.
#[derive(Debug, Clone)]
pub struct Counter {
    engine: Arc<dyn Engine>,
    scale_permille: u32,
    refusal: Option<String>,
    known: Arc<TextCounts>,
}

/// The shortest and the longest text whose count is remembered, in bytes.
const SHORTEST_KNOWN: usize = 16;
const LONGEST_KNOWN: usize = 1 << 20;

impl Counter {
    /// Make a counter.
    ///
    /// `refusal` is what [`Counter::ids`] says where the engine's ids are not the model's.
    ///
    /// # Errors
    ///
    /// [`CoreError::InvalidParameter`] if the scale is 0.
    pub fn new(
        engine: Arc<dyn Engine>,
        scale_permille: u32,
        refusal: Option<String>,
    ) -> Result<Self, CoreError> {
        if scale_permille == 0 {
            let message = "a scale of 0 per mille counts nothing; give 1 or more".to_owned();
            return Err(CoreError::InvalidParameter { message });
        }
        Ok(Self {
            engine,
            scale_permille,
            refusal,
            known: Arc::default(),
        })
    }

    /// What counts.
    #[must_use]
    pub fn engine(&self) -> &dyn Engine {
        &*self.engine
    }

    /// Tokens counted per 1 000 tokens of the engine.
    #[must_use]
    pub fn scale_permille(&self) -> u32 {
        self.scale_permille
    }

    /// Count the tokens of a text.
    ///
    /// The counts of texts of up to a megabyte are remembered, under a keyed hash of the text: programs
    /// ask again about the same instructions, tools, documents and messages.
    #[must_use]
    pub fn count(&self, text: &str) -> u32 {
        let tokens = self.known_or(text, || Some(self.engine.count(text)));
        self.scale(tokens.unwrap_or(u32::MAX))
    }

    /// Count the tokens of a text up to a limit: `None` as soon as there are more.
    #[must_use]
    pub fn count_up_to(&self, text: &str, limit: u32) -> Option<u32> {
        let limit = self.engine_limit(limit);
        let least = self.engine.least_tokens(text.len());
        if u32::try_from(least).map_or(true, |least| least > limit) {
            return None;
        }
        let tokens = self.known_or(text, || self.engine.count_up_to(text, limit))?;
        (tokens <= limit).then(|| self.scale(tokens))
    }

    /// The remembered tokens of a text, else those that are counted now, if they are.
    fn known_or(&self, text: &str, count: impl FnOnce() -> Option<u32>) -> Option<u32> {
        if !(SHORTEST_KNOWN..=LONGEST_KNOWN).contains(&text.len()) {
            return count();
        }
        let word = self.known.stand_in(text.as_bytes());
        self.known.get(word).or_else(|| {
            let tokens = count()?;
            self.known.insert(word, tokens);
            Some(tokens)
        })
    }

    /// Tell whether a text counts at most `limit`.
    #[must_use]
    pub fn fits(&self, text: &str, limit: u32) -> bool {
        let by_size = self.fits_by_size((text.len(), text.len()), limit);
        by_size.unwrap_or_else(|| self.count_up_to(text, limit).is_some())
    }

    /// Tell whether a text of the least and the most so many bytes counts at most `limit`, where that
    /// says enough.
    #[must_use]
    pub fn fits_by_size(&self, (least, most): (usize, usize), limit: u32) -> Option<bool> {
        let limit = usize::try_from(self.engine_limit(limit)).unwrap_or(usize::MAX);
        if self.engine.least_tokens(least) > limit {
            return Some(false);
        }
        let most_tokens = self.engine.most_tokens(most);
        most_tokens.filter(|&most| most <= limit).map(|_| true)
    }

    /// Find a longest start of a text that counts at most `limit`; see [`Engine::cut_start`].
    #[must_use]
    pub fn cut_start(&self, text: &str, limit: u32) -> Cut {
        self.scale_cut(self.engine.cut_start(text, self.engine_limit(limit)))
    }

    /// Find a longest end of a text that counts at most `limit`; see [`Engine::cut_end`].
    #[must_use]
    pub fn cut_end(&self, text: &str, limit: u32) -> Cut {
        self.scale_cut(self.engine.cut_end(text, self.engine_limit(limit)))
    }

    /// The engine, whose ids are the model's.
    ///
    /// # Errors
    ///
    /// [`CoreError::IdsNotKnown`] if they are not.
    pub fn ids(&self) -> Result<&dyn Engine, CoreError> {
        match &self.refusal {
            Some(message) => Err(CoreError::IdsNotKnown {
                message: message.clone(),
            }),
            None => Ok(&*self.engine),
        }
    }

    fn scale_cut(&self, cut: Cut) -> Cut {
        Cut {
            tokens: self.scale(cut.tokens),
            ..cut
        }
    }

    fn scale(&self, tokens: u32) -> u32 {
        if self.scale_permille == 1000 {
            return tokens;
        }
        let scaled = (u64::from(tokens) * u64::from(self.scale_permille)).div_ceil(1000);
        u32::try_from(scaled).unwrap_or(u32::MAX)
    }

    /// The most tokens of the engine that count at most `limit` when scaled.
    fn engine_limit(&self, limit: u32) -> u32 {
        let most = u64::from(limit) * 1000 / u64::from(self.scale_permille);
        u32::try_from(most).unwrap_or(u32::MAX)
    }
}
