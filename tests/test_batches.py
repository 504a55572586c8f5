import gc
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from bedrock_llm.errors import ParameterError, TokenizerError
from bedrock_llm.tokens import Tokenizer

TEXTS = ["hello world", "", "a text of more than twelve bytes é中", "b", "hello \ud83d world"]
MANY = [f"{text} {number}" * (number % 40) for number in range(3000) for text in TEXTS[:2]]


@pytest.fixture(scope="module")
def tokenizer():
    return Tokenizer.for_name("o200k")


@pytest.mark.parametrize("make", [list, tuple, iter, lambda texts: (text for text in texts)])
def test_any_iterable_is_counted_text_by_text(make, tokenizer):
    counts = tokenizer.count_batch(make(TEXTS))
    assert counts.tolist() == [tokenizer.count(text) for text in TEXTS]
    assert (counts.dtype, counts.shape) == (np.uint32, (len(TEXTS),))
    counts[0] = 7  # the array is the caller's own


@pytest.mark.parametrize("dtype", [object, "U", np.dtypes.StringDType()])
def test_numpy_arrays_of_text_are_counted_whatever_they_store(dtype, tokenizer):
    texts = np.array(TEXTS[:4], dtype=dtype)
    assert tokenizer.count_batch(texts).tolist() == [tokenizer.count(text) for text in TEXTS[:4]]


def test_nothing_gives_an_empty_array(tokenizer):
    counts = tokenizer.count_batch([])
    assert (counts.dtype, counts.shape) == (np.uint32, (0,))
    assert tokenizer.encode_batch([]) == []


@pytest.mark.parametrize("threads", [None, 1, 2, 64])
def test_the_number_of_threads_changes_no_count_and_no_order(threads, tokenizer):
    expected = [tokenizer.count(text) for text in MANY]
    assert tokenizer.count_batch(MANY, threads=threads).tolist() == expected


@pytest.mark.parametrize("threads", [None, 1, 2])
def test_a_batch_is_encoded_text_by_text(threads, tokenizer):
    expected = [tokenizer.encode(text) for text in MANY]
    assert tokenizer.encode_batch(MANY, threads=threads) == expected


@pytest.mark.parametrize("model_id", ["amazon.nova-lite-v1:0", "deepseek.v4"])
def test_a_batch_of_estimates_is_scaled_as_one_estimate_is(model_id):
    tokenizer = Tokenizer.for_model(model_id)
    expected = [tokenizer.count(text) for text in MANY]
    assert tokenizer.count_batch(MANY).tolist() == expected
    with pytest.raises(TokenizerError, match="neither encode nor decode"):
        tokenizer.encode_batch(MANY)


def test_claude_counts_batches_but_encodes_none():
    tokenizer = Tokenizer.for_name("claude3")
    expected = [tokenizer.count(text) for text in MANY]
    assert tokenizer.count_batch(MANY, threads=2).tolist() == expected
    with pytest.raises(TokenizerError, match="its ids are not public"):
        tokenizer.encode_batch(MANY, threads=2)


def test_none_has_no_count_unless_the_caller_gives_one(tokenizer):
    texts = ["a", None, "b", None]
    with pytest.raises(ParameterError, match="row 1 is null and a null has no tokens; pass null_"):
        tokenizer.count_batch(texts)
    assert tokenizer.count_batch(texts, null_tokens=0).tolist() == [1, 0, 1, 0]
    assert tokenizer.count_batch(texts, null_tokens=9).tolist() == [1, 9, 1, 9]
    with pytest.raises(ParameterError, match="row 1 is null and a null has no tokens; leave it"):
        tokenizer.encode_batch(texts)


@pytest.mark.parametrize("text", ["hello", b"bytes"])
def test_one_text_is_no_batch(text, tokenizer):
    with pytest.raises(TypeError, match=f"texts is one {type(text).__name__}; give an iterable"):
        tokenizer.count_batch(text)


def test_a_row_that_is_no_text_is_named(tokenizer):
    with pytest.raises(TypeError, match="row 1 is no str but int"):
        tokenizer.count_batch(["a", 2])
    with pytest.raises(TypeError, match="not iterable"):
        tokenizer.count_batch(5)
    with pytest.raises(ParameterError, match="texts has 2 dimensions; give 1"):
        tokenizer.count_batch(np.array([["a"]]))


@pytest.mark.parametrize("threads", [0, -1])
def test_fewer_threads_than_one_are_refused(threads, tokenizer):
    with pytest.raises(ParameterError, match=f"threads={threads} is below 1"):
        tokenizer.count_batch(["a"], threads=threads)


def test_an_error_of_the_iterable_is_its_own(tokenizer):
    def texts():
        yield "a"
        raise RuntimeError("the source broke")

    with pytest.raises(RuntimeError, match="the source broke"):
        tokenizer.count_batch(texts())


def test_ids_come_as_an_array_too(tokenizer):
    for text in TEXTS:
        ids = tokenizer.encode_array(text)
        assert (ids.dtype, ids.tolist()) == (np.uint32, tokenizer.encode(text))
    assert tokenizer.decode(tokenizer.encode_array("hello world")) == "hello world"


def test_batches_from_eight_threads_are_right_and_leave_nothing_behind(tokenizer):
    expected = [tokenizer.count(text) for text in MANY]
    texts = list(MANY)
    before = [sys.getrefcount(text) for text in texts[3:50]]
    with ThreadPoolExecutor(8) as pool:
        for counts in pool.map(lambda _: tokenizer.count_batch(texts, threads=2), range(16)):
            assert counts.tolist() == expected
    gc.collect()
    assert [sys.getrefcount(text) for text in texts[3:50]] == before


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this platform")
def test_a_forked_child_counts_batches_on_several_threads():
    code = (
        "import os\n"
        "from bedrock_llm.tokens import Tokenizer\n"
        "tokenizer = Tokenizer.for_name('o200k')\n"
        "texts = ['hello wonderful world ' * 50] * 2000\n"
        "expected = tokenizer.count_batch(texts, threads=2).tolist()\n"
        "child = os.fork()\n"
        "if child == 0:\n"
        "    right = tokenizer.count_batch(texts, threads=2).tolist() == expected\n"
        "    os._exit(0 if right else 1)\n"
        "print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.stdout.strip() == "0", done.stderr
