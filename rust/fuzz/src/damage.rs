//! Files that are nearly right: a good one, changed in the few places that the bytes name.
//!
//! A shipped file is an envelope around a zstd frame. The damage is done to what is inside, and the
//! envelope is written anew with a frame that stores the bytes as they are, so that every change
//! gets past the checksum and the decompression to the reader behind them.

use std::path::Path;

use structured_zstd::decoding::FrameDecoder;

/// What the envelope begins with: the kind of file and the format version.
const HEAD_BYTES: usize = 12;
/// Where the size of the payload stands; the frame follows it.
const SIZE: std::ops::Range<usize> = 16..20;
const LARGEST_BLOCK: usize = 128 << 10;
/// Half of the changes fall into the first bytes, where sizes and counts stand.
const FRONT: usize = 256;
const CHANGE_BYTES: usize = 8;

/// A packed file: what its envelope begins with, and what is inside.
#[derive(Debug)]
pub struct Shipped {
    head: Vec<u8>,
    payload: Vec<u8>,
}

/// Read the bytes of a file that the wheel ships.
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

impl Shipped {
    /// Read and unpack a file that the wheel ships.
    ///
    /// # Panics
    ///
    /// If it is not there or not such a file.
    #[must_use]
    pub fn open(name: &str) -> Self {
        let data = shipped(name);
        let size = u32::from_le_bytes(data[SIZE].try_into().expect("four bytes"));
        let mut payload = vec![0; usize::try_from(size).expect("a small file")];
        FrameDecoder::new()
            .decode_all(&data[SIZE.end..], &mut payload)
            .expect("a zstd frame");
        Self {
            head: data[..HEAD_BYTES].to_vec(),
            payload,
        }
    }

    /// Make a file of a payload that is not shipped.
    #[must_use]
    pub fn new(magic: &[u8; 8], version: u32, payload: Vec<u8>) -> Self {
        let head = [&magic[..], &version.to_le_bytes()].concat();
        Self { head, payload }
    }

    /// Write the file again, changed as the bytes say.
    #[must_use]
    pub fn damaged(&self, changes: &[u8]) -> Vec<u8> {
        let payload = damaged(&self.payload, changes);
        let size = u32::try_from(payload.len())
            .expect("a small file")
            .to_le_bytes();
        let body = [&size[..], &store(&payload)].concat();
        let checksum = crc32fast::hash(&body).to_le_bytes();
        [&self.head[..], &checksum, &body].concat()
    }
}

/// Write a zstd frame that stores bytes as they are (RFC 8878, sections 3.1.1.1 and 3.1.1.2).
fn store(payload: &[u8]) -> Vec<u8> {
    let size = u32::try_from(payload.len()).expect("a small file");
    let mut frame = vec![0x28, 0xb5, 0x2f, 0xfd, 0xa0];
    frame.extend(size.to_le_bytes());
    let mut blocks: Vec<&[u8]> = payload.chunks(LARGEST_BLOCK).collect();
    let last = blocks.pop().unwrap_or_default();
    for (block, is_last) in blocks
        .into_iter()
        .map(|block| (block, 0))
        .chain([(last, 1)])
    {
        let head = u32::try_from(block.len()).expect("a block") << 3 | is_last;
        frame.extend(&head.to_le_bytes()[..3]);
        frame.extend(block);
    }
    frame
}

/// Change bytes as other bytes say: eight bytes a change, at most sixteen changes.
#[must_use]
pub fn damaged(good: &[u8], changes: &[u8]) -> Vec<u8> {
    let mut data = good.to_vec();
    for change in changes.chunks_exact(CHANGE_BYTES).take(16) {
        apply(&mut data, change);
    }
    data
}

fn apply(data: &mut Vec<u8>, change: &[u8]) {
    let number = u32::from_le_bytes([change[1], change[2], change[3], 0]) as usize;
    let range = if change[0] & 0x80 == 0 {
        FRONT
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
