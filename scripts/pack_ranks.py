"""Pack byte-level vocabularies: tokens in rank order, one vocabulary a file.

A `Vocabulary` row (`vocabulary_rows.py`) names a pinned file; its reader (`vocabulary_readers.py`)
gives the tokens in rank order; `pack` gives the file; `pack_vocabularies.py` is the command.

The payload, version 2, in the envelope and with the fields of `vocabulary_container.py`:

    number  n, the number of ranked tokens
    number  the id of rank 0; rank r has this id plus r
    number  what text goes through first: 0 nothing, 1 NFC, 2 NFKC
    number  1 if the vocabulary is proper: merging the bytes of each token by rank gives the token
    token table of the n tokens
    rows    the special tokens, by ascending id
    texts   name, grammar, exactness, licence, source package, version, file, sha256 in hex
"""

import struct
from collections.abc import Sequence
from functools import partial

from vocabulary_container import pack_rows, pack_texts, pack_tokens, seal
from vocabulary_files import PackedFile
from vocabulary_readers import find_last_pair
from vocabulary_rows import VOCABULARIES, Vocabulary

MAGIC = b"BLVOCAB\0"
NORMALIZATIONS = ("none", "NFC", "NFKC")


def pack(vocabulary: Vocabulary, data: Sequence[bytes]) -> bytes:
    """Pack a vocabulary from its source file's bytes; the layout is at the top of this file."""
    tokens = vocabulary.read(data[0])
    special_tokens = vocabulary.read_special_tokens(data[0])
    numbers = (
        len(tokens),
        vocabulary.first_id,
        NORMALIZATIONS.index(vocabulary.normalization),
        is_proper(tokens),
    )
    texts = (vocabulary.name, vocabulary.grammar, "exact", vocabulary.licence)
    payload = struct.pack("<4I", *numbers) + pack_tokens(tokens)
    payload += pack_rows(dict(sorted((number, text) for text, number in special_tokens.items())))
    return seal(MAGIC, payload + pack_texts((*texts, *vocabulary.source.texts)))


def is_proper(tokens: Sequence[bytes]) -> bool:
    """Tell whether merging the bytes of each token by rank gives that token."""
    ranks = {token: rank for rank, token in enumerate(tokens)}
    return all(len(token) == 1 or find_last_pair(ranks, token) is not None for token in tokens)


FILES = tuple(
    PackedFile(
        name=f"{row.name}.vocabulary",
        licence=row.licence,
        sources=(row.source,),
        pack=partial(pack, row),
    )
    for row in VOCABULARIES
)
"""Every file of ranks."""
