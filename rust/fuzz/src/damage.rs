//! Files that are nearly right: a good one, changed in the few places that the bytes name.

use std::path::Path;

/// Where the checksum of a packed file stands, and where what it covers begins.
const CHECKSUM: std::ops::Range<usize> = 12..16;
/// Half of the changes fall here, where sizes and counts stand.
const HEAD: usize = 256;
const CHANGE_BYTES: usize = 8;

/// Read a file that the wheel ships.
///
/// # Panics
///
/// If it is not there.
#[must_use]
pub fn shipped(name: &str) -> Vec<u8> {
    let folder =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../python/bedrock_llm/vocabularies");
    std::fs::read(folder.join(name)).expect("a shipped vocabulary")
}

/// Change a good file as the bytes say: eight bytes a change, at most sixteen changes.
#[must_use]
pub fn damaged(good: &[u8], changes: &[u8]) -> Vec<u8> {
    let mut data = good.to_vec();
    for change in changes.chunks_exact(CHANGE_BYTES).take(16) {
        apply(&mut data, change);
    }
    data
}

/// Write the checksum that a packed file should have, so that damage gets past it.
pub fn seal(data: &mut [u8]) {
    if data.len() > CHECKSUM.end {
        let checksum = crc32fast::hash(&data[CHECKSUM.end..]);
        data[CHECKSUM].copy_from_slice(&checksum.to_le_bytes());
    }
}

fn apply(data: &mut Vec<u8>, change: &[u8]) {
    let number = u32::from_le_bytes([change[1], change[2], change[3], 0]) as usize;
    let range = if change[0] & 0x80 == 0 {
        HEAD
    } else {
        data.len()
    };
    let at = number % range.max(1);
    if at >= data.len() {
        return;
    }
    let value = [change[4], change[5], change[6], change[7]];
    match change[0] & 7 {
        0 | 1 => data[at] = value[0],
        2 | 3 => overwrite(data, at & !3, &value),
        4 => data.truncate(at),
        5 => drop(data.drain(at..(at + usize::from(value[0])).min(data.len()))),
        6 => data.splice(at..at, value).for_each(drop),
        _ => overwrite(data, at & !3, &u32::from(value[0]).to_le_bytes()),
    }
}

fn overwrite(data: &mut [u8], at: usize, value: &[u8]) {
    for (slot, byte) in data.iter_mut().skip(at).zip(value) {
        *slot = *byte;
    }
}
