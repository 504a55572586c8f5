//! Special tokens: texts that only a template may turn into ids, never a user's text.

/// Special tokens by ascending id.
#[derive(Debug, Clone, Default)]
pub struct SpecialTokens {
    rows: Vec<(u32, String)>,
}

impl SpecialTokens {
    /// Order special tokens by id.
    ///
    /// # Errors
    ///
    /// The reason, if two have one id or a text is empty.
    pub fn new(mut rows: Vec<(u32, String)>) -> Result<Self, String> {
        rows.sort_by_key(|row| row.0);
        if let Some(pair) = rows.windows(2).find(|pair| pair[0].0 == pair[1].0) {
            let (id, first, second) = (pair[0].0, &pair[0].1, &pair[1].1);
            return Err(format!(
                "the special tokens {first:?} and {second:?} both have id {id}"
            ));
        }
        match rows.iter().find(|row| row.1.is_empty()) {
            Some((id, _)) => Err(format!("the special token with id {id} has no text")),
            None => Ok(Self { rows }),
        }
    }

    /// The text of an id.
    #[must_use]
    pub fn text_of(&self, id: u32) -> Option<&str> {
        let row = self.rows.binary_search_by_key(&id, |row| row.0).ok()?;
        Some(&self.rows.get(row)?.1)
    }

    /// Each id with its text, by ascending id.
    pub fn iter(&self) -> impl Iterator<Item = (u32, &str)> {
        self.rows.iter().map(|(id, text)| (*id, text.as_str()))
    }
}
