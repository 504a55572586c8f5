"""Pack SentencePiece's byte-pair vocabularies; those with the same pieces share a file.

A `Vocabulary` row names a pinned file; `sentencepiece_models` gives its `Model`; `pack` gives the
file; `pack_vocabularies.py` is the command.

The payload, version 2, in the envelope and with the fields of `vocabulary_container.py`. A run is
three numbers: how many, the first one, the step to the next; runs have their number in front:

    number  n, the number of pieces
    number  v, the number of vocabularies
    token table of the n pieces, with plain spaces
    runs    the priority of each piece; the union with the lowest one goes first
    v times, behind the size of what follows of it:
            texts   name, exactness, licence, source package, version, file, sha256 in hex
            number  flags: 1 a space is put before the text; 2 of equal priorities the longest left
                    part goes first, and not the leftmost
            runs    the id of each piece
            runs    the id of each byte
            rows    the special tokens, which text never becomes
            rows    the texts that become one id wherever they stand
"""

import struct
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial

from sentencepiece_models import Model, ModelError, read_gguf, read_model
from vocabulary_container import pack_bytes, pack_rows, pack_texts, pack_tokens, seal
from vocabulary_files import PackedFile
from vocabulary_sources import Package, Source

MAGIC = b"BLPIECE\0"
LICENCE = "Apache-2.0"
MISTRAL_COMMON = Package(registry="PyPI", name="mistral-common", version="1.13.1")
# Only its source archive holds llama.cpp's vocabulary files.
LLAMA_CPP = Package(
    registry="PyPI",
    name="llama-cpp-python",
    version="0.3.36",
    options=("--no-binary", "llama-cpp-python"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """Say how one packed vocabulary is made.

    Attributes:
        name: The name users write.
        file: The packed file that holds it.
        source: The pinned file.
        read: Turns that file's bytes into the model.
    """

    name: str
    file: str
    source: Source
    read: Callable[[bytes], Model]


def _mistral(name: str, file: str, sha256: str) -> Vocabulary:
    return Vocabulary(
        name=name,
        file="mistral.pieces",
        source=Source(package=MISTRAL_COMMON, file=f"mistral_common/data/{file}", sha256=sha256),
        read=read_model,
    )


VOCABULARIES = (
    _mistral(
        "mistral_v1",
        "tokenizer.model.v1",
        "dadfd56d766715c61d2ef780a525ab43b8e6da4de6865bda3d95fdef5e134055",
    ),
    _mistral(
        "mistral_v2",
        "mistral_instruct_tokenizer_240216.model.v2",
        "37f00374dea48658ee8f5d0f21895b9bc55cb0103939607c8185bfd1c6ca1f89",
    ),
    _mistral(
        "mistral_v3",
        "mistral_instruct_tokenizer_240323.model.v3",
        "9addc8bdce5988448ae81b729336f43a81262160ae8da760674badab9d4c7d33",
    ),
    _mistral(
        "mistral_v7",
        "mistral_instruct_tokenizer_241114.model.v7",
        "1b968b8dc352f42192367337c78ccc61e1eaddc6d641a579372d4f20694beb7a",
    ),
    Vocabulary(
        name="gemma4",
        file="gemma.pieces",
        source=Source(
            package=LLAMA_CPP,
            file="llama_cpp_python-0.3.36/vendor/llama.cpp/models/ggml-vocab-gemma-4.gguf",
            sha256="58b1ba0b57f3b4d7c468ba4ffd91ad85190346a3d7ad7e71d1cabaae8a14bb65",
        ),
        read=read_gguf,
    ),
)


def pack(vocabularies: Sequence[Vocabulary], data: Sequence[bytes]) -> bytes:
    """Pack the vocabularies of one file; the layout is at the top of this file.

    Raises:
        ModelError: They do not have the same pieces in the same order.
    """
    models = [row.read(source) for row, source in zip(vocabularies, data, strict=True)]
    first = models[0]
    for row, model in zip(vocabularies, models, strict=True):
        if (model.pieces, model.priorities) != (first.pieces, first.priorities):
            raise ModelError(f"{row.name} has other pieces than {vocabularies[0].name}")
    sections = [_pack_vocabulary(*pair) for pair in zip(vocabularies, models, strict=True)]
    payload = struct.pack("<2I", len(first.pieces), len(models))
    payload += pack_tokens([piece.encode() for piece in first.pieces])
    payload += _pack_runs(first.priorities) + b"".join(map(pack_bytes, sections))
    return seal(MAGIC, payload)


def _pack_vocabulary(vocabulary: Vocabulary, model: Model) -> bytes:
    flags = model.has_space_prefix | model.is_longest_left_first << 1
    return b"".join(
        [
            pack_texts((vocabulary.name, "exact", LICENCE, *vocabulary.source.texts)),
            struct.pack("<I", flags),
            _pack_runs(model.piece_ids),
            _pack_runs(model.byte_ids),
            pack_rows(model.special_tokens),
            pack_rows(model.user_tokens),
        ]
    )


def _pack_runs(numbers: Iterable[int]) -> bytes:
    runs: list[list[int]] = []
    for number in numbers:
        if runs and runs[-1][0] == 1 and number - runs[-1][1] in (0, 1):
            runs[-1] = [2, runs[-1][1], number - runs[-1][1]]
        elif runs and number == runs[-1][1] + runs[-1][0] * runs[-1][2] and runs[-1][0] > 1:
            runs[-1][0] += 1
        else:
            runs.append([1, number, 0])
    return struct.pack("<I", len(runs)) + b"".join(struct.pack("<3I", *run) for run in runs)


def _file(name: str) -> PackedFile:
    rows = tuple(row for row in VOCABULARIES if row.file == name)
    sources = tuple(row.source for row in rows)
    return PackedFile(name=name, licence=LICENCE, sources=sources, pack=partial(pack, rows))


FILES = tuple(_file(name) for name in dict.fromkeys(row.file for row in VOCABULARIES))
"""Every file of pieces."""
