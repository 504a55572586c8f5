import hashlib
import importlib
import json
import struct
from pathlib import Path
from types import ModuleType

import pytest
import zstandard

ROOT = Path(__file__).parents[1]


def load_script(name: str) -> ModuleType:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(ROOT / "scripts")
        return importlib.import_module(name)


SCRIPT = load_script("pack_vocabularies")
READERS = load_script("vocabulary_readers")
BYTES = {bytes([byte]): byte for byte in range(256)}


@pytest.mark.parametrize("vocabulary", SCRIPT.VOCABULARIES, ids=lambda row: row.name)
def test_packing_again_gives_the_shipped_file(vocabulary):
    try:
        packed = SCRIPT.build(vocabulary, is_fetching=False)
    except SCRIPT.SourceError as error:
        pytest.skip(str(error))
    assert (SCRIPT.OUTPUT / f"{vocabulary.name}.vocabulary").read_bytes() == packed


@pytest.mark.parametrize("vocabulary", SCRIPT.VOCABULARIES, ids=lambda row: row.name)
def test_the_notices_name_every_source(vocabulary):
    notices = (ROOT / "THIRD-PARTY-NOTICES.md").read_text(encoding="utf-8")
    source = vocabulary.source
    packed = (SCRIPT.OUTPUT / f"{vocabulary.name}.vocabulary").read_bytes()
    facts = (source.package, source.version, source.file, source.sha256, vocabulary.licence)
    for fact in (*facts, hashlib.sha256(packed).hexdigest()):
        assert fact in notices


def test_a_source_with_another_hash_is_refused(tmp_path):
    path = tmp_path / "ranks"
    path.write_bytes(b"YQ== 0\n")
    with pytest.raises(SCRIPT.SourceError, match="not the pinned"):
        SCRIPT.read_source(path, SCRIPT.VOCABULARIES[0].source)


def test_a_missing_source_names_the_package(monkeypatch, tmp_path):
    monkeypatch.setenv("CARGO_HOME", str(tmp_path))
    with pytest.raises(SCRIPT.SourceError, match=r"tiktoken-rs 0\.12\.1.*--fetch"):
        SCRIPT.find_source(SCRIPT.VOCABULARIES[0].source)


def test_rank_files_are_read_by_rank_and_not_by_line():
    assert READERS.read_rank_file(b"Yg== 1\nYQ== 0\n") == [b"a", b"b"]


def test_a_tkv_table_is_read_by_size_and_rank():
    long = b"x" * 300
    plain = b"TKV1" + struct.pack("<2I", 3, 0) + b"\x02\xac\x02\x01" + b"c" + b"ab" + long
    data = zstandard.ZstdCompressor().compress(plain)
    assert READERS.read_tkv(data) == [b"ab", long, b"c"]


def test_a_tkv_table_that_is_only_a_tail_is_refused():
    data = zstandard.ZstdCompressor().compress(b"TKV1" + struct.pack("<2I", 0, 7))
    with pytest.raises(READERS.ReadError, match="from rank 7"):
        READERS.read_tkv(data)


def test_merges_in_the_order_of_their_results_are_ranks():
    ids = BYTES | {b"ab": 256, b"abc": 257, b"cd": 258}
    merges = [(b"a", b"b"), (b"ab", b"c"), (b"c", b"d")]
    READERS.check_merges(ids, merges, is_whole_kept=False)


def test_merges_out_of_the_order_of_their_results_are_refused():
    ids = BYTES | {b"ab": 256, b"cd": 257}
    with pytest.raises(READERS.ReadError, match="not in the order"):
        READERS.check_merges(ids, [(b"c", b"d"), (b"a", b"b")], is_whole_kept=False)


def test_a_token_that_ranks_make_of_another_pair_is_refused():
    ids = BYTES | {b"ab": 256, b"bc": 257, b"abc": 258}
    merges = [(b"a", b"b"), (b"b", b"c"), (b"a", b"bc")]
    with pytest.raises(READERS.ReadError, match=r"b'abc' is made of \(b'ab', b'c'\)"):
        READERS.check_merges(ids, merges, is_whole_kept=True)


def test_a_token_that_merges_never_reach_is_refused_unless_whole_pieces_stay():
    ids = BYTES | {b"bc": 256, b"abcd": 257}
    with pytest.raises(READERS.ReadError, match="never reach the token b'abcd'"):
        READERS.check_merges(ids, [(b"b", b"c")], is_whole_kept=False)
    READERS.check_merges(ids, [(b"b", b"c")], is_whole_kept=True)


def test_a_tokenizer_json_of_another_kind_is_refused():
    document = {"model": {"type": "Unigram"}, "added_tokens": []}
    with pytest.raises(READERS.ReadError, match="no plain byte-level BPE"):
        READERS.read_tokenizer_json(json.dumps(document).encode())
