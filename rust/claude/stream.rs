//! Writes the marked stream: words with their marks, and what a single space becomes.
//!
//! A word stands between marks. A run that takes marks has one on each side where a space is: on
//! the right only for a single space. A single space between a closing and an opening mark is
//! what those marks say, and is not written. An apostrophe stands for the opening mark of the
//! suffix of an English contraction; one that opens a word takes no mark before it.

use super::Rules;
use super::case::{Case, find_case, push_lowered};
use super::runs::{Group, Run, Runs};
use super::tiling::Tiling;

/// The suffixes that an apostrophe binds to the word before it, in small letters only.
const CONTRACTIONS: [&str; 7] = ["s", "t", "d", "m", "ll", "re", "ve"];

/// Write the stream of a normalised text into a tiling, as far as the tiling wants it.
pub(super) fn write(text: &str, rules: Rules, is_message_start: bool, tiling: &mut Tiling<'_>) {
    let mut writer = Writer {
        rules,
        tiling,
        is_led: is_message_start && rules.is_led_by_mark,
        before: [None, None],
        is_closed: false,
        is_space_held: false,
    };
    let mut runs = Runs::new(text).peekable();
    if is_message_start && runs.peek().is_none() && rules.is_led_by_mark {
        writer.tiling.open(None); // text that normalises to nothing still pays for the frame's mark
    }
    while let Some(run) = runs.next() {
        if writer.tiling.is_over() {
            return;
        }
        writer.write_run(run, runs.peek());
    }
    writer.release_space();
}

struct Writer<'stream, 'table, 'text> {
    rules: Rules,
    tiling: &'stream mut Tiling<'table>,
    /// Whether the mark at the end of the frame stands before the next run.
    is_led: bool,
    /// The run before, and the one before that.
    before: [Option<Run<'text>>; 2],
    /// Whether the run before ended in a closing mark.
    is_closed: bool,
    /// Whether a single space waits behind a closing mark for what comes next.
    is_space_held: bool,
}

impl<'text> Writer<'_, '_, 'text> {
    fn write_run(&mut self, run: Run<'text>, next: Option<&Run<'text>>) {
        if self.is_led {
            self.write_head(run, next);
        }
        match run.group {
            Group::Word => self.write_word(run),
            Group::Marks => {
                self.open(None);
                self.tiling.push(run.text);
                self.close(next.is_none_or(|next| next.group != Group::Word));
            }
            Group::Space => self.write_space(run),
            _ => self.write_bordered(run, next),
        }
        self.is_led = false;
        self.before = [Some(run), self.before[0]];
    }

    /// Write the mark that ends the frame, where the first run does not take it.
    fn write_head(&mut self, run: Run<'_>, next: Option<&Run<'_>>) {
        if is_opening_quote(run, next) {
            self.tiling.push(" ");
        } else if !(run.opens_word() || run.takes_opening || run.text.starts_with(' ')) {
            self.tiling.open(None);
        }
    }

    fn write_word(&mut self, run: Run<'_>) {
        let is_opened = matches!(self.before[0], Some(before) if before.group == Group::Marks);
        let case = if is_opened {
            Case::Literal
        } else {
            find_case(run.text, self.rules.fewest_capitals)
        };
        if !is_opened && !self.is_contraction(run) {
            self.open(case.mark());
        }
        if case == Case::Literal {
            self.tiling.push(run.text);
        } else {
            self.tiling
                .push_with(|stream| push_lowered(run.text, stream));
        }
        self.close(true);
    }

    /// Tell whether a lone apostrophe stands for the opening mark of this word.
    fn is_contraction(&self, run: Run<'_>) -> bool {
        CONTRACTIONS.contains(&run.text)
            && self.before[0].is_some_and(|before| before.text == "'")
            && self.before[1].is_none_or(|before| !before.takes_closing)
    }

    /// Write a run that takes marks only where a space stands beside it.
    fn write_bordered(&mut self, run: Run<'_>, next: Option<&Run<'_>>) {
        if run.takes_opening && self.follows_space() && !is_opening_quote(run, next) {
            self.open(None);
        }
        self.release_space();
        self.tiling.push(run.text);
        let precedes_space =
            next.is_some_and(|next| next.text.starts_with(' ') && !next.text.starts_with("  "));
        self.close(run.takes_closing && precedes_space);
    }

    /// Write white space; a single space behind a closing mark waits for what comes next.
    fn write_space(&mut self, run: Run<'_>) {
        if self.is_closed && run.text == " " {
            self.is_space_held = true;
        } else {
            self.tiling.push(run.text);
        }
        self.is_closed = false;
    }

    /// Write a held space: no opening mark came to stand for it.
    fn release_space(&mut self) {
        if std::mem::take(&mut self.is_space_held) {
            self.tiling.push(" ");
        }
    }

    fn follows_space(&self) -> bool {
        self.is_led || self.before[0].is_some_and(|before| before.text.ends_with(' '))
    }

    fn open(&mut self, case: Option<u8>) {
        self.is_space_held = false; // the two marks stand for it
        self.tiling.open(case);
    }

    fn close(&mut self, is_closing: bool) {
        if is_closing {
            self.tiling.close();
        }
        self.is_closed = is_closing;
    }
}

/// Tell whether this is a lone apostrophe that a word follows.
fn is_opening_quote(run: Run<'_>, next: Option<&Run<'_>>) -> bool {
    run.text == "'" && next.is_some_and(Run::opens_word)
}
