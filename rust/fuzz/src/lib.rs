//! What the fuzz targets share: damaged files, text out of bytes, and the laws of every tokenizer.
//!
//! ```text
//! bytes ─┬─► damage ─► a shipped file, unpacked, changed in a few places, sealed ─► loader
//!        ├─► text   ─► ASCII, pieces where classes of characters meet, any code point
//!        └─► laws   ─► count = ids, every limit, decode gives the text back, cuts are longest
//! ```

pub mod damage;
pub mod laws;
pub mod text;
