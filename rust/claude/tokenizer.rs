//! Counts text for the Claude models of one frame.

use std::borrow::Cow;

use super::normalise::normalise;
use super::segments::{Segment, segments};
use super::tiling::Tiling;
use super::{Frame, Rules, Table, stream};
use crate::error::CoreError;
use crate::vocabulary::Source;

/// The newlines that a request has behind its text, which newlines at its end may join.
const FRAME_NEWLINES: usize = 2;

/// Counts the tokens of text with one table and frame; never changes, so threads may share it.
#[derive(Debug)]
pub struct ClaudeTokenizer {
    table: Table,
    frame: Frame,
    rules: Rules,
}

impl ClaudeTokenizer {
    /// Make a tokenizer of a table for the models with one of its frames.
    ///
    /// # Errors
    ///
    /// [`CoreError::InvalidVocabulary`] if the table has no frame of that name.
    pub fn new(table: Table, frame: &str) -> Result<Self, CoreError> {
        let found = table.frames.iter().find(|row| row.name == frame).cloned();
        let frame = found.ok_or_else(|| CoreError::InvalidVocabulary {
            format: "Claude",
            reason: format!("it has no frame {frame:?}"),
        })?;
        let rules = Rules {
            fewest_capitals: table.fewest_capitals,
            folds_quotes: table.folds_quotes,
            is_led_by_mark: frame.is_led_by_mark,
        };
        Ok(Self {
            table,
            frame,
            rules,
        })
    }

    /// What a request with one message adds to a count.
    #[must_use]
    pub fn frame(&self) -> &Frame {
        &self.frame
    }

    /// How counts are known.
    #[must_use]
    pub fn exactness(&self) -> &str {
        &self.table.exactness
    }

    /// The SPDX name of the data's licence.
    #[must_use]
    pub fn licence(&self) -> &str {
        &self.table.licence
    }

    /// Where the pieces came from.
    #[must_use]
    pub fn source(&self) -> &Source {
        &self.table.source
    }

    /// The error for asking for the ids of a vocabulary that has none in public.
    #[must_use]
    pub fn no_ids(&self) -> CoreError {
        CoreError::IdsNotPublic {
            vocabulary: self.frame.name.clone(),
        }
    }

    /// Count the tokens of a text, without its frame; an empty text has none.
    #[must_use]
    pub fn count(&self, text: &str) -> u32 {
        self.count_up_to(text, u32::MAX).unwrap_or(u32::MAX)
    }

    /// Count the tokens of a text up to a limit: `None` as soon as there are more.
    #[must_use]
    pub fn count_up_to(&self, text: &str, limit: u32) -> Option<u32> {
        if text.is_empty() {
            return Some(0);
        }
        let trimmed = if self.frame.is_trimming {
            text.trim_end_matches(is_ascii_space)
        } else {
            text
        };
        let mut tiling = Tiling::new(&self.table.pieces, limit);
        let mut newlines = 0;
        for segment in segments(trimmed) {
            newlines = self.write_segment(segment, &mut tiling);
            if tiling.is_over() {
                return None;
            }
        }
        let tokens = tiling.finish()?;
        let total = tokens.saturating_add(self.count_tail(newlines));
        (total <= limit).then_some(total)
    }

    /// Write the stream of a segment; give the newlines at the end of the text, which stay out.
    fn write_segment(&self, segment: Segment<'_>, tiling: &mut Tiling<'_>) -> usize {
        let normal: Cow<'_, str> = normalise(segment.text, self.rules.folds_quotes);
        let mut text: &str = &normal;
        if segment.is_last {
            text = text.trim_end_matches('\n');
        }
        let newlines = normal.len() - text.len();
        if segment.is_first && segment.text.starts_with(' ') {
            text = self.absorb_space(text);
        }
        stream::write(text, self.rules, segment.is_first, tiling);
        newlines
    }

    /// Drop a single leading space, which the mark at the end of the frame stands for.
    fn absorb_space<'text>(&self, text: &'text str) -> &'text str {
        match text.strip_prefix(' ') {
            Some(rest) if self.rules.is_led_by_mark && !rest.starts_with(' ') => rest,
            _ => text,
        }
    }

    /// Count the newlines at the end of a text.
    ///
    /// They are tiled together with those of the frame, of which the frame pays for one token.
    fn count_tail(&self, newlines: usize) -> u32 {
        if newlines == 0 {
            return 0;
        }
        let mut tiling = Tiling::new(&self.table.pieces, u32::MAX);
        tiling.push(&"\n".repeat(newlines.saturating_add(FRAME_NEWLINES)));
        tiling.finish().unwrap_or(u32::MAX).saturating_sub(1)
    }
}

fn is_ascii_space(character: char) -> bool {
    matches!(character, ' ' | '\t'..='\r')
}
