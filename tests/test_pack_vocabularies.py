import dataclasses
import hashlib
import importlib
import json
import re
import struct
import zipfile
from pathlib import Path
from types import ModuleType

import pytest
import zstandard

ROOT = Path(__file__).parents[1]
REQUIREMENTS = (ROOT / "scripts" / "requirements.txt").read_text(encoding="utf-8")


def load_script(name: str) -> ModuleType:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(ROOT / "scripts")
        return importlib.import_module(name)


SCRIPT = load_script("pack_vocabularies")
SOURCES = load_script("vocabulary_sources")
CONTAINER = load_script("vocabulary_container")
READERS = load_script("vocabulary_readers")
RANKS = load_script("pack_ranks")
BYTES = {bytes([byte]): byte for byte in range(256)}
O200K = SCRIPT.FILES[0].sources[0]


@pytest.mark.parametrize("file", SCRIPT.FILES, ids=lambda row: row.name)
def test_packing_again_gives_the_shipped_file(file):
    try:
        packed = SCRIPT.build(file)
    except SCRIPT.SourceError as error:
        pytest.skip(str(error))
    shipped = (SCRIPT.OUTPUT / file.name).read_bytes()
    assert CONTAINER.unseal(packed) == CONTAINER.unseal(shipped)
    if f"zstandard=={zstandard.__version__}\n" in REQUIREMENTS:
        assert packed == shipped


def test_the_command_makes_every_file_that_is_shipped():
    shipped = {
        path.name for end in ("vocabulary", "pieces") for path in SCRIPT.OUTPUT.glob(f"*.{end}")
    }
    assert {file.name for file in SCRIPT.FILES} == shipped


@pytest.mark.parametrize("file", SCRIPT.FILES, ids=lambda row: row.name)
def test_every_package_from_pypi_is_pinned_among_the_requirements(file):
    for package in {source.package for source in file.sources}:
        if package.registry == "PyPI":
            pin = rf"^(# )?{package.name}=={re.escape(package.version)}\b"
            assert re.search(pin, REQUIREMENTS, re.MULTILINE), package


def test_a_check_reports_a_changed_file_and_writes_nothing(tmp_path, capsys):
    arguments = ["--output", str(tmp_path), "--only", "mistral.pieces"]
    assert SCRIPT.main(arguments) == 0
    assert SCRIPT.main([*arguments, "--check"]) == 0
    (tmp_path / "mistral.pieces").write_bytes(b"")
    assert SCRIPT.main([*arguments, "--check"]) == 1
    assert "mistral.pieces: 110,219 bytes, changed" in capsys.readouterr().out
    assert (tmp_path / "mistral.pieces").read_bytes() == b""


def test_a_source_with_another_hash_is_refused(tmp_path):
    path = tmp_path / "tiktoken-rs" / O200K.file
    path.parent.mkdir(parents=True)
    path.write_bytes(b"YQ== 0\n")
    nowhere = dataclasses.replace(O200K.package, version="0")
    source = dataclasses.replace(O200K, package=nowhere)
    with pytest.raises(SOURCES.SourceError, match="not the pinned 446a9538cb6c"):
        SOURCES.read_source(source, [tmp_path])


def test_a_source_is_found_in_a_wheel_or_refused(tmp_path):
    wheel = tmp_path / "a-1-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("a/ranks", b"YQ== 0\n")
    source = SOURCES.Source(
        package=SOURCES.Package(registry="PyPI", name="no-such-package", version="1"),
        file="a/ranks",
        sha256=hashlib.sha256(b"YQ== 0\n").hexdigest(),
    )
    assert SOURCES.read_source(source, [wheel]) == b"YQ== 0\n"
    with pytest.raises(SOURCES.SourceError, match="not the pinned 00"):
        SOURCES.read_source(dataclasses.replace(source, sha256="00"), [wheel])


def test_a_missing_source_names_the_package(monkeypatch, tmp_path):
    monkeypatch.setenv("CARGO_HOME", str(tmp_path))
    with pytest.raises(SOURCES.SourceError, match=r"tiktoken-rs 0\.12\.1.*--fetch"):
        SOURCES.read_source(O200K)


def test_a_sealed_payload_comes_back():
    sealed = CONTAINER.seal(b"BLTESTS\0", b"payload" * 1000)
    assert CONTAINER.unseal(sealed) == b"payload" * 1000
    assert sealed == CONTAINER.seal(b"BLTESTS\0", b"payload" * 1000)


def test_tokens_are_packed_by_size_and_then_by_rank():
    packed = CONTAINER.pack_tokens([b"bb", b"c", b"aa", b"x" * 300])
    assert packed == b"\x02\x01\x02\xac\x02" + b"cbbaa" + b"x" * 300


def test_a_vocabulary_is_proper_where_every_token_is_made_of_its_bytes():
    singles = [bytes([byte]) for byte in range(256)]
    assert RANKS.is_proper([*singles, b"ab", b"abc"])
    assert not RANKS.is_proper([*singles, b"bc", b"abc", b"abcd"[:2], b"zzz"])


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
