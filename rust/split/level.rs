//! Cutting on each level of vector units, with the same result.

use super::bitmaps::Bitmaps;
use super::portable;
use super::shape::Shape;
use super::splitter::{Cursor, fill};
use super::window::decide;
use crate::processor::Level;

/// What a level does in its own way.
pub(super) trait Engine: Copy {
    /// The bitmaps of the window that a text, which is not empty, begins with; those of characters
    /// beyond ASCII are left out but for `wide`.
    fn bitmaps(self, text: &str) -> Bitmaps;
    /// The last bytes of pre-tokens that are decided in a window with characters beyond ASCII.
    fn decide_wide<S: Shape>(self, narrow: Bitmaps, text: &str) -> u64;
    /// Write the positions behind the bits, plus `base`; `ends` has room for all of them.
    fn write_ends(self, last_bytes: u64, base: usize, ends: &mut [usize]);
}

/// The engine of [`Level::Portable`].
#[derive(Debug, Clone, Copy)]
struct Portable;

impl Engine for Portable {
    fn bitmaps(self, text: &str) -> Bitmaps {
        portable::bitmaps(text)
    }

    #[inline(never)]
    fn decide_wide<S: Shape>(self, mut map: Bitmaps, text: &str) -> u64 {
        map.add_wide(text);
        decide::<S, true>(&map, text)
    }

    fn write_ends(self, last_bytes: u64, base: usize, ends: &mut [usize]) {
        portable::write_ends(last_bytes, base, ends);
    }
}

impl Level {
    /// Fill ends as a grammar of this shape cuts.
    #[inline(always)]
    pub(super) fn fill<S: Shape>(self, cursor: &mut Cursor<'_>, ends: &mut [usize]) -> usize {
        match self {
            Self::Portable => fill::<Portable, S>(Portable, cursor, ends),
            #[cfg(target_arch = "x86_64")]
            Self::Avx2(engine) => engine.fill::<S>(cursor, ends),
            #[cfg(target_arch = "x86_64")]
            Self::Avx512(engine) => engine.fill::<S>(cursor, ends),
        }
    }
}
