//! What the fuzz targets share: damaged files, text out of bytes, and the laws of every tokenizer.
//!
//! ```text
//! bytes ─┬─► Damage ─► a shipped file, changed in a few places and sealed again ─► loader
//!        ├─► text   ─► ASCII, pieces where classes of characters meet, any code point
//!        └─► laws   ─► count = ids, every limit, decode gives the text back
//! ```

pub mod damage;
pub mod laws;
pub mod text;
