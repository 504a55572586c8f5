"""The face with tiktoken's names beside tiktoken itself, made of the same ranks."""

import pickle
import subprocess
import sys
from functools import lru_cache

import numpy as np
import pytest
import tiktoken as reference_package
from hypothesis import given, settings
from hypothesis import strategies as st

from bedrock_llm import tiktoken
from bedrock_llm.errors import (
    ParameterError,
    TokenizerError,
    UnknownTokenError,
    VocabularyMissingError,
)
from bedrock_llm.tokens import Tokenizer

NAMES = ("o200k_base", "o200k_harmony")
SPECIAL = {"o200k_base": {"<|endoftext|>": 199_999, "<|endofprompt|>": 200_018}}
SOUP = (
    *("hello", " world", "<|endoftext|>", "<|endofprompt|>", "<|call|>", "<|end", "|>", "<|", "é"),
    *("\n", "中", "😀", "\ud83d", "<|start|>", "<|reserved_200013|>", "1234", " "),
)
TEXTS = st.lists(st.sampled_from(SOUP), max_size=12).map("".join) | st.text(max_size=30)
CHOICES = st.sampled_from(
    [
        {},
        {"allowed_special": "all"},
        {"disallowed_special": ()},
        {"allowed_special": {"<|endoftext|>"}},
        {"allowed_special": {"<|endoftext|>", "<|call|>"}, "disallowed_special": ()},
        {"allowed_special": set(), "disallowed_special": {"<|endofprompt|>", "hello"}},
        {"allowed_special": {"no such token"}, "disallowed_special": ["<|end"]},
    ]
)


@lru_cache(maxsize=2)
def make_reference(name: str) -> reference_package.Encoding:
    tokenizer = Tokenizer.for_name("o200k")
    return reference_package.Encoding(
        name,
        pat_str=tokenizer.vocabulary.pattern or "",
        mergeable_ranks={tokenizer.decode_bytes([rank]): rank for rank in range(199_998)},
        special_tokens=SPECIAL.get(name, tokenizer.vocabulary.special_tokens),
    )


def outcome(function, *arguments, **named):
    try:
        value = function(*arguments, **named)
    except (KeyError, ValueError) as error:
        kinds = (UnicodeError, KeyError, ValueError)
        return next(kind for kind in kinds if isinstance(error, kind))
    return value.tolist() if isinstance(value, np.ndarray) else value


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=300, deadline=None)
@given(text=TEXTS, choice=CHOICES)
def test_encoding_gives_the_ids_or_the_kind_of_error_of_tiktoken(name, text, choice):
    ours, theirs = tiktoken.get_encoding(name), make_reference(name)
    expected = outcome(theirs.encode, text, **choice)
    assert outcome(ours.encode, text, **choice) == expected
    assert outcome(ours.encode_to_numpy, text, **choice) == expected
    batch = outcome(ours.encode_batch, [text, "x", text], **choice)
    assert batch == outcome(theirs.encode_batch, [text, "x", text], num_threads=1, **choice)
    assert ours.encode_ordinary(text) == theirs.encode_ordinary(text)
    ordinary = theirs.encode_ordinary_batch([text, "x"], num_threads=1)
    assert ours.encode_ordinary_batch([text, "x"], num_threads=2) == ordinary


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=300, deadline=None)
@given(ids=st.lists(st.integers(0, 199_998) | st.integers(199_990, 201_100), max_size=6))
def test_decoding_gives_what_tiktoken_gives(name, ids):
    ours, theirs = tiktoken.get_encoding(name), make_reference(name)
    for method in ("decode", "decode_bytes", "decode_tokens_bytes", "decode_with_offsets"):
        expected = outcome(getattr(theirs, method), ids)
        assert outcome(getattr(ours, method), ids) == expected, method
    assert outcome(ours.decode, ids, errors="strict") == outcome(theirs.decode, ids, "strict")
    assert outcome(ours.decode_batch, [ids] * 2) == outcome(theirs.decode_batch, [ids] * 2)
    batch = outcome(theirs.decode_bytes_batch, [ids] * 2)
    assert outcome(ours.decode_bytes_batch, [ids] * 2) == batch
    for number in ids:
        assert ours.is_special_token(number) == theirs.is_special_token(number)


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=200, deadline=None)
@given(
    token=st.sampled_from(SOUP) | st.binary(max_size=3) | st.sampled_from([" hello", "", "\xe9"])
)
def test_a_single_token_has_the_id_that_it_has_in_tiktoken(name, token):
    ours, theirs = tiktoken.get_encoding(name), make_reference(name)
    expected = outcome(theirs.encode_single_token, token)
    assert outcome(ours.encode_single_token, token) == expected


@pytest.mark.parametrize("name", NAMES)
def test_the_facts_are_those_of_tiktoken(name):
    ours, theirs = tiktoken.get_encoding(name), make_reference(name)
    assert ours.token_byte_values() == theirs.token_byte_values()
    for fact in ("name", "n_vocab", "max_token_value", "eot_token", "special_tokens_set"):
        assert getattr(ours, fact) == getattr(theirs, fact), fact
    assert repr(ours) == repr(theirs)


def test_every_public_method_of_tiktoken_is_there_but_the_unstable_one():
    public = {name for name in vars(reference_package.Encoding) if not name.startswith("_")}
    assert public - set(vars(tiktoken.Encoding)) == {"encode_with_unstable"}


def test_a_disallowed_token_is_named_with_the_ways_out():
    encoding = tiktoken.get_encoding("o200k_base")
    with pytest.raises(ParameterError, match=r"'<\|endoftext\|>', a disallowed special token"):
        encoding.encode("a <|endoftext|>")
    with pytest.raises(ValueError, match=r"pass disallowed_special=\(\)"):
        encoding.encode_batch(["a", "<|endoftext|>"])


def test_unknown_names_and_ids_are_refused():
    with pytest.raises(ParameterError, match="no encoding is named 'gpt3'; known are o200k_base"):
        tiktoken.get_encoding("gpt3")
    with pytest.raises(UnknownTokenError, match="token id 200012 is not in the encoding"):
        tiktoken.get_encoding("o200k_base").decode([200_012])
    with pytest.raises(KeyError, match="is no token of 'o200k_base'"):
        tiktoken.get_encoding("o200k_base").encode_single_token("hello hello")
    with pytest.raises(KeyError, match="has no special token"):
        _ = tiktoken.get_encoding("tekken").eot_token


def test_a_model_on_bedrock_has_an_encoding_where_its_ids_are_known():
    encoding = tiktoken.encoding_for_model("openai.gpt-oss-20b-1:0")
    assert encoding.encode("<|call|>", allowed_special="all") == [200_012]
    for model_id in ("us.anthropic.claude-sonnet-4-6", "amazon.nova-lite-v1:0"):
        with pytest.raises(TokenizerError, match=r"ids are not public|neither encode nor decode"):
            tiktoken.encoding_for_model(model_id)
    with pytest.raises(TokenizerError, match="is a sentencepiece vocabulary"):
        tiktoken.Encoding(Tokenizer.for_name("mistral_v3"))


@pytest.mark.parametrize("name", tiktoken.list_encoding_names())
def test_every_listed_encoding_round_trips_and_pickles_as_its_name(name):
    try:
        encoding = tiktoken.get_encoding(name)
    except VocabularyMissingError as error:
        pytest.skip(str(error))
    assert encoding.decode(encoding.encode("Hello wörld 中文\n")) == "Hello wörld 中文\n"
    for token in sorted(encoding.special_tokens_set)[:20]:
        ids = encoding.encode(f"a{token}b", allowed_special="all")
        assert encoding.encode_single_token(token) in ids
        assert encoding.is_special_token(ids[1])
    assert pickle.loads(pickle.dumps(encoding)) is encoding  # noqa: S301  our own bytes


def test_the_face_is_one_import_away_and_needs_no_tiktoken():
    code = (
        "import sys; sys.modules['tiktoken'] = None\n"
        "from bedrock_llm import tiktoken\n"
        "print(tiktoken.get_encoding('o200k_base').encode('hello world'))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "[24912, 2375]", done.stderr
