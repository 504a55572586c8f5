//! Envelopes that are whole, damaged, hostile, and bombs.
#![expect(clippy::unwrap_used, reason = "a test may unwrap")]

use std::path::Path;

use proptest::prelude::*;
use structured_zstd::encoding::{CompressionLevel, compress_slice_to_vec};

use super::{LARGEST_PAYLOAD_BYTES, Reader, unseal};

const MAGIC: [u8; 8] = *b"BLTESTS\0";
const LARGEST_BLOCK_BYTES: usize = 128 << 10;

/// Put an envelope around a payload, which is stored as it is.
pub(crate) fn seal(magic: [u8; 8], payload: &[u8]) -> Vec<u8> {
    enclose(magic, payload.len(), &stored_frame(payload))
}

/// Put an envelope with the right checksum around a frame.
fn enclose(magic: [u8; 8], size: usize, frame: &[u8]) -> Vec<u8> {
    let size = u32::try_from(size).unwrap().to_le_bytes();
    let checked = [&size[..], frame].concat();
    let checksum = crc32fast::hash(&checked).to_le_bytes();
    [&magic[..], &2_u32.to_le_bytes(), &checksum, &checked].concat()
}

/// A zstd frame of blocks that are not compressed (RFC 8878, sections 3.1.1 and 3.1.1.2).
fn stored_frame(payload: &[u8]) -> Vec<u8> {
    let size = u32::try_from(payload.len()).unwrap().to_le_bytes();
    let mut frame = [&0xfd2f_b528_u32.to_le_bytes()[..], &[0xa0], &size].concat();
    let mut blocks = payload.chunks(LARGEST_BLOCK_BYTES).peekable();
    if blocks.peek().is_none() {
        frame.extend([1, 0, 0]);
    }
    while let Some(block) = blocks.next() {
        let size = u32::try_from(block.len()).unwrap();
        let header = u32::from(blocks.peek().is_none()) | size << 3;
        frame.extend(&header.to_le_bytes()[..3]);
        frame.extend(block);
    }
    frame
}

fn compressed(payload: &[u8]) -> Vec<u8> {
    compress_slice_to_vec(payload, CompressionLevel::Fastest)
}

fn refusal(data: &[u8]) -> String {
    unseal(data, MAGIC).unwrap_err()
}

#[test]
fn the_shipped_files_unpack() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("python/bedrock_llm/vocabularies");
    let mut files = 0;
    for entry in folder.read_dir().unwrap() {
        let path = entry.unwrap().path();
        if path
            .extension()
            .is_some_and(|end| end == "vocabulary" || end == "pieces")
        {
            let data = std::fs::read(&path).unwrap();
            let payload = unseal(&data, data[..8].try_into().unwrap()).unwrap();
            assert!(payload.len() > data.len(), "{}", path.display());
            files += 1;
        }
    }
    assert_eq!(files, 13);
}

#[test]
fn what_is_wrong_with_an_envelope_is_said() {
    let good = seal(MAGIC, b"the payload");
    assert_eq!(unseal(&good, MAGIC).unwrap(), b"the payload");
    assert!(refusal(b"").contains("does not start with"));
    assert!(refusal(&seal(*b"BLOTHER\0", b"")).contains("does not start with \"BLTESTS\\x00\""));
    assert!(refusal(&good[..14]).contains("4 bytes should follow, and 2 do"));
    let newer = [&good[..8], &[3], &good[9..]].concat();
    assert!(refusal(&newer).contains("format version 3, and this build reads 2"));
    let damaged = [&good[..good.len() - 1], b"x"].concat();
    assert!(refusal(&damaged).contains("it is damaged"));
}

#[test]
fn a_frame_of_another_size_than_it_says_is_refused() {
    let payload = vec![7; 1000];
    for frame in [stored_frame(&payload), compressed(&payload)] {
        let shorter = refusal(&enclose(MAGIC, 999, &frame));
        assert!(
            shorter.contains("does not unpack to 999 bytes"),
            "{shorter}"
        );
        let longer = refusal(&enclose(MAGIC, 1001, &frame));
        assert!(
            longer.contains("unpacks to 1000 bytes, not to 1001"),
            "{longer}"
        );
    }
}

#[test]
fn a_bomb_is_refused() {
    let bomb = compressed(&vec![0; 4 * LARGEST_PAYLOAD_BYTES]);
    assert!(bomb.len() < 64 << 10);
    let open = refusal(&enclose(MAGIC, 4 * LARGEST_PAYLOAD_BYTES, &bomb));
    assert!(open.contains("at most 16777216 are accepted"), "{open}");
    let hidden = refusal(&enclose(MAGIC, 1000, &bomb));
    assert!(hidden.contains("does not unpack to 1000 bytes"), "{hidden}");
    let frames = [stored_frame(&[1; 600]), stored_frame(&[2; 600])].concat();
    refusal(&enclose(MAGIC, 600, &frames));
}

#[test]
fn tokens_by_size_are_put_in_the_order_of_ranks() {
    let mut reader = Reader::new(b"\x02\x01\x02\x01bdaacc");
    let (offsets, bytes) = reader.tokens(4).unwrap();
    assert_eq!((offsets, bytes), (vec![0, 2, 3, 5, 6], b"aabccd".to_vec()));
    reader.expect_end("the tokens").unwrap();
    let reason = Reader::new(b"\x02").tokens(2).unwrap_err();
    assert!(reason.contains("2 tokens should follow in 1 bytes"));
    let reason = Reader::new(b"\xff\xff\x7fx").tokens(1).unwrap_err();
    assert!(reason.contains("the token of rank 0 has 2097151 bytes"));
    let reason = Reader::new(&[0xff; 20]).tokens(1).unwrap_err();
    assert!(reason.contains("more than ten bytes"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..Default::default() })]

    #[test]
    fn a_payload_comes_back(payload in proptest::collection::vec(0..9_u8, 0..3000)) {
        prop_assert_eq!(unseal(&seal(MAGIC, &payload), MAGIC).unwrap(), &payload[..]);
        let file = enclose(MAGIC, payload.len(), &compressed(&payload));
        prop_assert_eq!(unseal(&file, MAGIC).unwrap(), payload);
    }

    #[test]
    fn a_hostile_frame_never_panics(
        payload in proptest::collection::vec(0..9_u8, 0..3000),
        edits in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        size in 0..4000_usize,
        cut in any::<prop::sample::Index>(),
    ) {
        let mut frame = compressed(&payload);
        for (place, byte) in edits {
            let place = place.index(frame.len());
            frame[place] = byte;
        }
        for end in [frame.len(), cut.index(frame.len())] {
            if let Ok(found) = unseal(&enclose(MAGIC, size, &frame[..end]), MAGIC) {
                prop_assert_eq!(found.len(), size);
            }
        }
    }

    #[test]
    fn a_changed_byte_is_noticed(
        payload in proptest::collection::vec(any::<u8>(), 0..300),
        place in any::<prop::sample::Index>(),
        change in 1..=u8::MAX,
    ) {
        let mut file = seal(MAGIC, &payload);
        let place = place.index(file.len());
        file[place] ^= change;
        prop_assert!(unseal(&file, MAGIC).is_err());
    }

    #[test]
    fn any_bytes_are_read_or_refused(data in proptest::collection::vec(any::<u8>(), 0..60), count in 0..70_usize) {
        let mut reader = Reader::new(&data);
        if let Ok((offsets, bytes)) = reader.tokens(count) {
            prop_assert_eq!(offsets.len(), count + 1);
            prop_assert_eq!(usize::try_from(offsets[count]).unwrap(), bytes.len());
        }
        let _ = Reader::new(&data).rows();
        let _ = Reader::new(&data).texts::<3>();
        let _ = Reader::new(&data).variable_number();
    }
}
