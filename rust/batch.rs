//! Many texts in one call, over threads where that pays.
//!
//! ```text
//! rows ─► tasks of about 64 KiB, each with its part of the results ─► threads take one by one
//! ```
//!
//! Results have the order of the rows, whatever thread worked on them.

use std::borrow::Cow;
use std::sync::{Mutex, PoisonError};

use crate::counter::Counter;
use crate::error::CoreError;
use crate::workers;

/// One text, or a null.
pub type Row<'text> = Option<Cow<'text, str>>;

/// Below this much text, one thread is faster than several.
const SHARE_ABOVE_BYTES: usize = 256 * 1024;
/// The text of a task: far more work than taking it, far less than a batch.
const TASK_BYTES: usize = 64 * 1024;

/// The threads that work on rows: those asked for, else all for a large batch and one for a small.
#[must_use]
pub fn threads_for(rows: &[Row<'_>], threads: Option<usize>) -> usize {
    let is_small = || bytes(rows) <= SHARE_ABOVE_BYTES;
    match threads {
        Some(threads) => threads.min(workers::available()).max(1),
        None if is_small() => 1,
        None => workers::available(),
    }
}

/// The size of all texts.
#[must_use]
pub fn bytes(rows: &[Row<'_>]) -> usize {
    rows.iter().flatten().map(|text| text.len()).sum()
}

/// Count the tokens of each text; a null counts `null_tokens`.
#[must_use]
pub fn count_all(
    counter: &Counter,
    rows: &[Row<'_>],
    null_tokens: u32,
    threads: usize,
) -> Vec<u32> {
    let count = |row: &Row<'_>| {
        row.as_deref()
            .map_or(null_tokens, |text| counter.count(text))
    };
    map_rows(rows, threads, count)
}

/// Encode each text; a null has no ids.
///
/// # Errors
///
/// As [`crate::engine::Engine::encode`].
pub fn encode_all(
    counter: &Counter,
    rows: &[Row<'_>],
    threads: usize,
) -> Result<Vec<Vec<u32>>, CoreError> {
    let engine = counter.ids()?;
    let encode = |row: &Row<'_>| {
        let text = row.as_deref().unwrap_or_default();
        let mut ids = Vec::with_capacity(text.len() / 4 + 1);
        let encoded = engine.encode(text, &mut ids).map(|()| ids);
        Some(encoded)
    };
    let encoded = map_rows(rows, threads, encode);
    encoded.into_iter().flatten().collect()
}

/// Give what `work` makes of each row, in order.
fn map_rows<'text, T: Default + Send>(
    rows: &[Row<'text>],
    threads: usize,
    work: impl Fn(&Row<'text>) -> T + Sync,
) -> Vec<T> {
    if threads <= 1 {
        return rows.iter().map(work).collect();
    }
    let mut results = Vec::new();
    results.resize_with(rows.len(), T::default);
    let tasks = tasks(rows, &mut results);
    let threads = threads.min(tasks.len());
    let tasks = Mutex::new(tasks.into_iter());
    let next = || tasks.lock().unwrap_or_else(PoisonError::into_inner).next();
    workers::share(threads, || {
        while let Some((rows, results)) = next() {
            for (row, result) in rows.iter().zip(results) {
                *result = work(row);
            }
        }
    });
    drop(tasks);
    results
}

/// Rows and the places of their results.
type Task<'rows, 'text, T> = (&'rows [Row<'text>], &'rows mut [T]);

/// Part rows into tasks, each with the places of its results.
fn tasks<'rows, 'text, T>(
    mut rows: &'rows [Row<'text>],
    mut results: &'rows mut [T],
) -> Vec<Task<'rows, 'text, T>> {
    let mut tasks = Vec::new();
    while !rows.is_empty() {
        let count = rows_of_task(rows);
        let (these_rows, other_rows) = rows.split_at(count);
        let (these_results, other_results) = results.split_at_mut(count);
        tasks.push((these_rows, these_results));
        (rows, results) = (other_rows, other_results);
    }
    tasks
}

fn rows_of_task(rows: &[Row<'_>]) -> usize {
    let mut task_bytes = 0;
    let is_full = |row: &Row<'_>| {
        task_bytes += row.as_deref().map_or(0, str::len) + size_of::<Row<'_>>();
        task_bytes >= TASK_BYTES
    };
    rows.iter()
        .position(is_full)
        .map_or(rows.len(), |last| last + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_stand_where_their_rows_do_on_any_number_of_threads() {
        let texts: Vec<String> = (0..5000).map(|number| "x".repeat(number % 300)).collect();
        let rows: Vec<Row<'_>> = texts
            .iter()
            .map(|text| Some(Cow::Borrowed(&**text)))
            .collect();
        let sizes: Vec<usize> = texts.iter().map(String::len).collect();
        for threads in [1, 2, 3, 50] {
            let measured = map_rows(&rows, threads, |row| row.as_deref().map_or(0, str::len));
            assert_eq!(measured, sizes);
        }
    }

    #[test]
    fn every_row_is_in_one_task_and_a_huge_one_stands_alone() {
        let huge = "x".repeat(TASK_BYTES);
        let rows = [Some(Cow::from("a")), None, Some(Cow::from(huge)), None];
        let mut results = [(); 4];
        let sizes: Vec<usize> = tasks(&rows, &mut results)
            .iter()
            .map(|task| task.0.len())
            .collect();
        assert_eq!(sizes, [3, 1]);
        assert!(tasks::<()>(&[], &mut []).is_empty());
    }
}
