"""The texts that are counted: documents of one size per kind, and snippets as a chat has them.

    SOURCES ─► texts, none twice ─► shuffled by seed ─► documents ─► DIR/corpora-<scale>.json

Texts are taken from a source a line group at a time (`BLOCK_BYTES`), each block once, however many
files repeat it; the blocks are shuffled with a fixed seed and laid end to end into documents of
`Scale.document_bytes`, or less where the sources have less. Chat snippets are cut from documents
that no other corpus uses, 50 to 2 000 characters long, evenly over the logarithm of the length. The
same installed files give the same corpora; their sha256 and sources are printed with the results.
"""

import hashlib
import json
import math
import random
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from tokenizer_comparison.sources import SOURCES

BLOCK_BYTES: Final = 2_000
CHAT_SHARES: Final[Mapping[str, int]] = {"prose": 10, "code": 6, "multilingual": 2, "cjk": 1}
SHORTEST, LONGEST = 50, 2_000
MEAN_SNIPPET_BYTES: Final[Mapping[str, int]] = {"multilingual": 1_000, "cjk": 1_300}
_FORMAT = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """How much text there is.

    Attributes:
        name: What it is called.
        document_bytes: The size of one document.
        documents: Documents per warm-up and per round.
        rounds: How often each line of the table is measured.
        snippets: Chat snippets per warm-up and per round.
        long_bytes: The size of a long text and of an adversarial word.
        calls: Calls in a loop over one hot text.
    """

    name: str
    document_bytes: int
    documents: int
    rounds: int
    snippets: int
    long_bytes: int
    calls: int


FULL: Final = Scale(
    name="full",
    document_bytes=100_000,
    documents=10,
    rounds=5,
    snippets=3_400,
    long_bytes=1_000_000,
    calls=20_000,
)
QUICK: Final = Scale(
    name="quick",
    document_bytes=20_000,
    documents=3,
    rounds=2,
    snippets=200,
    long_bytes=100_000,
    calls=2_000,
)
TINY: Final = Scale(
    name="tiny",
    document_bytes=2_000,
    documents=2,
    rounds=1,
    snippets=20,
    long_bytes=10_000,
    calls=100,
)
SCALES: Final[Mapping[str, Scale]] = {scale.name: scale for scale in (FULL, QUICK, TINY)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Corpus:
    """Texts of one kind.

    Attributes:
        texts: The documents or snippets.
        sources: Bytes by the source they came from.
    """

    texts: list[str]
    sources: dict[str, int]

    @property
    def size_bytes(self) -> int:
        """The size of all texts together."""
        return sum(len(text.encode()) for text in self.texts)

    @property
    def sha256(self) -> str:
        """The hash of all texts, which tells corpora apart."""
        return hashlib.sha256("\0".join(self.texts).encode()).hexdigest()


def provide_corpora(scale: Scale, folder: Path) -> Path:
    """Build the corpora of a scale once, and give their file.

    Args:
        scale: How much text.
        folder: Where the file is kept.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"corpora-{scale.name}-{_FORMAT}.json"
    if not path.is_file():
        corpora = {name: asdict(corpus) for name, corpus in build_corpora(scale).items()}
        path.write_text(json.dumps(corpora), encoding="utf-8")
    return path


def read_corpora(path: Path) -> dict[str, Corpus]:
    """Read what `provide_corpora` wrote."""
    rows = json.loads(path.read_text(encoding="utf-8"))
    return {name: Corpus(**row) for name, row in rows.items()}


def build_corpora(scale: Scale) -> dict[str, Corpus]:
    """Build every corpus of a scale."""
    needed = scale.documents * (scale.rounds + 1)
    snippets = scale.snippets * (scale.rounds + 1)
    corpora, left = {}, {}
    for name in dict.fromkeys(source.corpus for source in SOURCES):
        spare = spare_documents(name, snippets, scale.document_bytes)
        corpus = build_corpus(name, needed + spare, scale.document_bytes)
        corpora[name] = Corpus(texts=corpus.texts[:needed], sources=corpus.sources)
        left[name] = corpus.texts[needed:]
    return corpora | {"chat": build_chat(left, snippets)}


def spare_documents(name: str, snippets: int, document_bytes: int) -> int:
    """Say how many more documents the chat snippets of a kind of text take."""
    share = CHAT_SHARES.get(name, 0) * snippets / sum(CHAT_SHARES.values())
    return math.ceil(share * MEAN_SNIPPET_BYTES.get(name, 600) / document_bytes)


def build_corpus(name: str, documents: int, document_bytes: int) -> Corpus:
    """Fill documents with blocks of the sources of a corpus."""
    wanted = documents * document_bytes
    blocks, sources, seen = [], dict[str, int](), set[bytes]()
    for source in (source for source in SOURCES if source.corpus == name):
        # Twice what is needed, so that the shuffle mixes files.
        for block in unseen_blocks(source.read(), seen) if sum(sources.values()) < wanted else ():
            blocks.append(block)
            size = len(block.encode())
            sources[source.name] = sources.get(source.name, 0) + size
            if sum(sources.values()) >= 2 * wanted:
                break
    random.Random(name).shuffle(blocks)  # noqa: S311  the same texts every time
    return Corpus(texts=lay_out(blocks, documents, document_bytes), sources=sources)


def unseen_blocks(texts: Iterator[str], seen: set[bytes]) -> Iterator[str]:
    """Cut texts into blocks of whole lines, and give each block once."""
    for text in texts:
        block, size = [], 0
        for line in text.splitlines(keepends=True):
            block.append(line)
            size += len(line.encode("utf-8", "replace"))
            if size >= BLOCK_BYTES:
                joined = "".join(block).encode("utf-8", "replace").decode()
                key = hashlib.blake2b(joined.encode(), digest_size=12).digest()
                if key not in seen:
                    seen.add(key)
                    yield joined
                block, size = [], 0


def lay_out(blocks: list[str], documents: int, document_bytes: int) -> list[str]:
    """Lay blocks end to end into documents of one size, smaller where there is less text."""
    data = "".join(blocks).encode()
    size = min(document_bytes, len(data) // documents)
    pieces = (data[at * size : (at + 1) * size] for at in range(documents if size else 0))
    return [piece.decode("utf-8", "ignore") for piece in pieces]


def build_chat(left: Mapping[str, list[str]], snippets: int) -> Corpus:
    """Cut snippets from documents that no other corpus uses."""
    generator = random.Random("chat")  # noqa: S311  the same texts every time
    positions = dict.fromkeys(CHAT_SHARES, 0)
    texts = {name: "".join(left.get(name, [])) for name in CHAT_SHARES}
    names = [name for name, share in CHAT_SHARES.items() for _ in range(share) if texts[name]]
    taken, sources = [], dict.fromkeys(CHAT_SHARES, 0)
    for number in range(snippets if names else 0):
        name = names[number % len(names)]
        size = int(math.exp(generator.uniform(math.log(SHORTEST), math.log(LONGEST))))
        start = positions[name] if positions[name] + size <= len(texts[name]) else 0
        snippet = texts[name][start : start + size]
        positions[name] = start + size
        sources[name] += len(snippet.encode())
        taken.append(snippet)
    return Corpus(texts=taken, sources=sources)
