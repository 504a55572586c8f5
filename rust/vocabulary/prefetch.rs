//! Asks the memory for a cache line that will be read soon.
#![expect(unsafe_code, reason = "the instruction takes a pointer")]

/// Ask for the cache line that a value stands in; does nothing where there is no instruction.
#[inline]
pub(crate) fn prefetch<T>(value: &T) {
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        let pointer = std::ptr::from_ref(value).cast();
        // SAFETY: prefetching reads nothing, whatever the pointer; this one is a live reference's.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(pointer) };
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = value;
}
