"""One function per library: opens a vocabulary and gives its face.

This file runs inside the environment of each peer and imports nothing but the standard library
until a library is asked for. A face holds the expression that counts one `text` as the library
would have it counted, the cheapest exact way it offers: its own count where it has one, else the
length of its cheapest encoding. Loops are compiled around the expression, so that no library pays
for a call of ours.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

OPENAI_NAMES = {"o200k": "o200k_base", "cl100k": "cl100k_base"}
CTOK_VERSIONS = {"claude3": "3.0", "claude48": "4.8"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Face:
    """What a library can do with one vocabulary.

    Attributes:
        count: An expression for the number of tokens of `text`.
        names: What the expression names.
        encode: Gives ids; None where the library has none.
        count_batch: Counts many texts with so many threads; None where there is no such call.
        fits: Says whether a text has at most so many tokens.
        cut: Cuts a text to at most so many tokens.
        prepare_column: Makes texts into the column that `count_column` counts.
        count_column: Counts each text of a column.
        frame_tokens: What a count of the library has on top of the text's own tokens.
        has_threads: Whether `count_batch` minds its number of threads.
    """

    count: str
    names: Mapping[str, Any]
    encode: Callable[[str], Sequence[int]] | None = None
    count_batch: Callable[[list[str], int], object] | None = None
    fits: Callable[[str, int], bool] | None = None
    cut: Callable[[str, int], str] | None = None
    prepare_column: Callable[[list[str]], Any] | None = None
    count_column: Callable[[Any], Sequence[int]] | None = None
    frame_tokens: int = 0
    has_threads: bool = False


class UnsupportedError(Exception):
    """Say that a library, as it is here, cannot do this."""


def open_bedrock_llm(vocabulary: str, data: Path) -> Face:
    """Open ours: by name, or from the rank file where no vocabulary has the name."""
    tokenizer = find_own_tokenizer(vocabulary, data)
    batch = getattr(tokenizer, "count_batch", None)
    has_ids = not vocabulary.startswith("claude")
    return Face(
        count="count(text)",
        names={"count": tokenizer.count},
        encode=tokenizer.encode if has_ids else None,
        count_batch=batch and (lambda texts, threads: batch(texts, threads=threads)),
        has_threads=True,
        fits=getattr(tokenizer, "fits", None)
        or (lambda text, limit: tokenizer.count_up_to(text, limit) is not None),
        cut=getattr(tokenizer, "cut", None),
    )


def find_own_tokenizer(vocabulary: str, data: Path) -> Any:
    """Give our tokenizer; a build that reads no rank file makes a counter of its core."""
    tokens = import_module("bedrock_llm.tokens")
    if vocabulary not in OPENAI_NAMES or vocabulary == "o200k":
        return tokens.Tokenizer.for_name(vocabulary)
    path = data / f"{OPENAI_NAMES[vocabulary]}.tiktoken"
    if hasattr(tokens.Tokenizer, "from_file"):
        return tokens.Tokenizer.from_file(path)
    core = import_module("bedrock_llm._core")
    ranks = core.Vocabulary.from_ranks(
        path.read_bytes(),
        name=vocabulary,
        grammar="llama3",
        exactness="probable",
        special_tokens={},
    )
    return core.TokenCounter(ranks)


def open_bedrock_llm_columns(vocabulary: str, data: Path) -> Face:
    """Open ours for columns that polars holds."""
    tokenizer, polars = find_own_tokenizer(vocabulary, data), import_module("polars")
    if not hasattr(tokenizer, "count_batch"):
        raise UnsupportedError("this build counts no columns")
    return Face(
        count="count(text)",
        names={"count": tokenizer.count},
        prepare_column=polars.Series,
        count_column=lambda column: tokenizer.count_batch(column, threads=1),
    )


def open_polars_tokenizer(vocabulary: str, data: Path) -> Face:
    """Open polars-tokenizer: an expression over a column."""
    del data
    polars, module = import_module("polars"), import_module("polars_tokenizer")
    expression = module.count(polars.col("text"), OPENAI_NAMES[vocabulary])
    return Face(
        count="len(text)",
        names={},
        prepare_column=lambda texts: polars.DataFrame({"text": texts}),
        count_column=lambda frame: frame.select(expression).to_series(),
    )


def open_tiktoken(vocabulary: str, data: Path) -> Face:
    """Open tiktoken with the proved ranks: it would download them."""
    public, tiktoken = import_module("tiktoken_ext.openai_public"), import_module("tiktoken")
    name = OPENAI_NAMES[vocabulary]
    contents = (data / f"{name}.tiktoken").read_bytes()
    load = import_module("tiktoken.load")
    vars(load)["read_file_cached"] = lambda *_: contents
    encoding = tiktoken.Encoding(**getattr(public, name)())
    encode = encoding.encode_ordinary
    return Face(
        count="len(encode(text))",
        names={"encode": encode},
        encode=encode,
        count_batch=lambda texts, threads: list(
            map(len, encoding.encode_ordinary_batch(texts, num_threads=threads))
        ),
        has_threads=True,
        fits=lambda text, limit: len(encode(text)) <= limit,
        cut=lambda text, limit: encoding.decode(encode(text)[:limit]),
    )


def open_tokenizers(vocabulary: str, data: Path) -> Face:
    """Open Hugging Face's tokenizers, either version, with the `tokenizer.json` made of ranks."""
    module = import_module("tokenizers")
    tokenizer = module.Tokenizer.from_file(str(data / f"{OPENAI_NAMES[vocabulary]}.json"))
    encode = tokenizer.encode
    encode_batch = getattr(tokenizer, "encode_batch_fast", tokenizer.encode_batch)
    return Face(
        count="len(encode(text, add_special_tokens=False))",
        names={"encode": encode},
        encode=lambda text: encode(text, add_special_tokens=False).ids,
        count_batch=lambda texts, _threads: [
            len(row) for row in encode_batch(texts, add_special_tokens=False)
        ],
        fits=lambda text, limit: len(encode(text, add_special_tokens=False)) <= limit,
    )


def open_fastokens(vocabulary: str, data: Path) -> Face:
    """Open fastokens with the same `tokenizer.json`."""
    module = import_module("fastokens")
    document = (data / f"{OPENAI_NAMES[vocabulary]}.json").read_text(encoding="utf-8")
    tokenizer = module.Tokenizer.from_json_str(document)
    encode = tokenizer.encode_ordinary
    return Face(
        count="len(encode(text))",
        names={"encode": encode},
        encode=lambda text: encode(text).ids,
        count_batch=lambda texts, _threads: tokenizer.encode_batch_flat(
            texts, split_special_tokens=True
        ),
        fits=lambda text, limit: len(encode(text)) <= limit,
        cut=lambda text, limit: tokenizer.decode(encode(text).ids[:limit]),
    )


def open_gigatoken(vocabulary: str, data: Path) -> Face:
    """Open gigatoken with the rank file and no special tokens: it would match them in text."""
    module = import_module("gigatoken")
    path = data / f"{OPENAI_NAMES[vocabulary]}.tiktoken"
    tokenizer = module.Tokenizer.from_tiktoken(path, special_tokens={})
    encode = tokenizer._backend.encode  # noqa: SLF001  what its own `encode` calls, without its wrapper
    return Face(
        count="len(encode(text))",
        names={"encode": encode},
        encode=lambda text: encode(text).tolist(),
        count_batch=lambda texts, threads: tokenizer.encode_batch(texts, parallel=threads > 1),
        has_threads=True,
        fits=lambda text, limit: len(encode(text)) <= limit,
    )


def open_toktok(vocabulary: str, data: Path) -> Face:
    """Open toktok-rs, which holds its vocabularies itself."""
    del data
    tokenizer = import_module("toktok")._encoding(OPENAI_NAMES[vocabulary])  # noqa: SLF001  its one way to count one text
    return Face(
        count="count(text)",
        names={"count": tokenizer.count},
        encode=tokenizer.encode_ordinary,
        count_batch=tokenizer.count_batch,
        has_threads=True,
        fits=lambda text, limit: tokenizer.count(text) <= limit,
        cut=lambda text, limit: tokenizer.truncate(text, limit)[0],
    )


def open_rs_bpe(vocabulary: str, data: Path) -> Face:
    """Open rs-bpe, which holds its vocabularies itself."""
    del data
    openai = import_module("rs_bpe.bpe").openai
    tokenizer = getattr(openai, OPENAI_NAMES[vocabulary])()
    options = openai.ParallelOptions
    return Face(
        count="count(text)",
        names={"count": tokenizer.count},
        encode=tokenizer.encode,
        count_batch=lambda texts, threads: tokenizer.encode_batch_parallel(
            texts, options(1, 100, threads)
        ),
        has_threads=True,
        fits=lambda text, limit: tokenizer.count_till_limit(text, limit) is not None,
    )


def open_splintr(vocabulary: str, data: Path) -> Face:
    """Open splintr, which holds its vocabularies itself."""
    del data
    tokenizer = import_module("splintr").Tokenizer.from_pretrained(OPENAI_NAMES[vocabulary])
    flat = tokenizer.encode_flat
    return Face(
        count="len(flat(text)) // 4",
        names={"flat": flat},
        encode=tokenizer.encode_ordinary,
        count_batch=lambda texts, _threads: tokenizer.encode_batch_flat(texts),
        fits=lambda text, limit: len(flat(text)) // 4 <= limit,
    )


def open_ctok(vocabulary: str, data: Path) -> Face:
    """Open ctok; its counts are of a request with one message."""
    del data
    count, known = import_module("ctok").token_count, CTOK_VERSIONS[vocabulary]
    return Face(
        count="count(text, known)",
        names={"count": count, "known": known},
        frame_tokens=count("a", known) - 1,
    )


IMPORTS: Mapping[str, str] = {
    "bedrock_llm": "bedrock_llm.tokens",
    "bedrock_llm_columns": "bedrock_llm.tokens",
    "tiktoken": "tiktoken",
    "tokenizers": "tokenizers",
    "fastokens": "fastokens",
    "gigatoken": "gigatoken",
    "toktok": "toktok",
    "rs_bpe": "rs_bpe.bpe",
    "splintr": "splintr",
    "ctok": "ctok",
    "polars_tokenizer": "polars_tokenizer",
}
"""The module that a user of each library imports."""
OPENERS: Mapping[str, Callable[[str, Path], Face]] = {
    "bedrock_llm": open_bedrock_llm,
    "bedrock_llm_columns": open_bedrock_llm_columns,
    "tiktoken": open_tiktoken,
    "tokenizers": open_tokenizers,
    "fastokens": open_fastokens,
    "gigatoken": open_gigatoken,
    "toktok": open_toktok,
    "rs_bpe": open_rs_bpe,
    "splintr": open_splintr,
    "ctok": open_ctok,
    "polars_tokenizer": open_polars_tokenizer,
}
"""How each library is opened."""
