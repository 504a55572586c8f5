import os
import pickle
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from bedrock_llm._core import Vocabulary  # noqa: TID251  its own errors are tested
from bedrock_llm.errors import (
    ModelIdError,
    ParameterError,
    TokenizerError,
    VocabularyMissingError,
)
from bedrock_llm.tokens import TokenCount, Tokenizer
from bedrock_llm.vocabularies import VOCABULARIES, RankFile
from bedrock_llm.vocabularies.claude import ClaudeFile

OPAQUE = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abcdef123456"


def run_python(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_an_exact_count_says_what_it_was_counted_with():
    assert Tokenizer.for_model("openai.gpt-oss-20b-1:0").measure("hello world") == TokenCount(
        tokens=2,
        exactness="exact",
        method="OpenAI's o200k vocabulary with harmony's special tokens",
        error_bound=0.0,
    )


def test_an_estimate_scales_rounds_up_and_carries_its_bound():
    tokenizer = Tokenizer.for_model("deepseek.other-v1:0")
    measured = tokenizer.measure("hello world")
    assert (measured.tokens, measured.exactness, measured.error_bound) == (3, "estimated", 0.20)
    assert measured.method.startswith("o200k tokens times 1.015; ")
    assert tokenizer.count("") == 0


def test_claude_counts_are_reconstructed_without_the_frame_and_have_no_ids():
    tokenizer = Tokenizer.for_model("us.anthropic.claude-sonnet-4-6")
    measured = tokenizer.measure("hello, world")
    assert (measured.tokens, measured.exactness, measured.error_bound) == (3, "reconstructed", 0.0)
    assert "measured and unofficial" in measured.method
    assert (tokenizer.name, tokenizer.vocabulary.frame_tokens) == ("claude3", 7)
    assert tokenizer.count("") == 0
    with pytest.raises(TokenizerError, match="its ids are not public"):
        tokenizer.encode("x")
    with pytest.raises(TokenizerError, match="its ids are not public"):
        tokenizer.decode([1])


def test_a_probable_vocabulary_has_no_bound_but_ids():
    tokenizer = Tokenizer.for_model("openai.gpt-5.5")
    assert (tokenizer.exactness, tokenizer.error_bound) == ("probable", None)
    assert tokenizer.encode("hello world") == [24912, 2375]


def test_a_hidden_model_gets_a_labelled_estimate():
    measured = Tokenizer.for_model(OPAQUE).measure("hello world")
    assert (measured.exactness, measured.error_bound) == ("estimated", 0.65)
    assert "hides which model" in measured.method


def test_an_unreadable_model_id_is_refused():
    with pytest.raises(ModelIdError):
        Tokenizer.for_model("not a model id")


def test_an_unknown_vocabulary_is_refused_with_the_known_ones():
    with pytest.raises(VocabularyMissingError, match=r"'gpt2'; known are o200k, o200k_harmony"):
        Tokenizer.for_name("gpt2")


def test_estimates_count_but_have_no_ids():
    tokenizer = Tokenizer.for_model("amazon.titan-text-lite-v1")
    assert tokenizer.name == "o200k-estimate"
    with pytest.raises(TokenizerError, match="can count but neither encode nor decode"):
        tokenizer.encode("x")
    with pytest.raises(TokenizerError, match="can count but neither encode nor decode"):
        tokenizer.decode([1])


def test_harmony_and_o200k_are_one_vocabulary():
    harmony = Tokenizer.for_name("o200k_harmony")
    assert harmony.vocabulary.special_tokens["<|call|>"] == 200_012
    assert harmony.decode([200_012, 24_912]) == "<|call|>hello"


def test_a_shipped_vocabulary_says_where_it_came_from():
    assert Tokenizer.for_name("tekken").vocabulary.source == {
        "package": "PyPI mistral-common",
        "version": "1.13.1",
        "file": "mistral_common/data/tekken_240911.json",
        "sha256": "1948e2d48b0e7377f1bb5f1210f1ae5f984934e75713fc07e2452729b8365316",
        "licence": "Apache-2.0",
    }


def test_ids_outside_the_vocabulary_are_refused():
    tokenizer = Tokenizer.for_name("o200k")
    for number in (-1, 201_088, 2**40):
        with pytest.raises(TokenizerError, match=f"token id {number} is not in the vocabulary"):
            tokenizer.decode([number])


def test_a_negative_limit_is_refused():
    with pytest.raises(ParameterError, match=r"a limit of -1 tokens is below 0"):
        Tokenizer.for_name("o200k").count_up_to("x", -1)


def test_a_limit_beyond_any_text_is_no_limit():
    assert Tokenizer.for_name("o200k").count_up_to("hello world", 10**30) == 2


def test_lone_surrogates_count_as_replacements_and_pairs_as_their_character():
    tokenizer = Tokenizer.for_name("o200k")
    assert tokenizer.encode("a\ud83db") == tokenizer.encode("a\ufffdb")
    assert tokenizer.encode("\ud83d\ude00") == tokenizer.encode("\U0001f600")
    assert tokenizer.count("\udcff" * 3) == tokenizer.count("\ufffd" * 3)
    assert tokenizer.count_up_to("a\ud83db", 3) == tokenizer.count("a\ufffdb")


def test_what_is_no_text_is_a_type_error():
    with pytest.raises(TypeError, match="bytes"):
        Tokenizer.for_name("o200k").count(b"bytes")  # type: ignore[arg-type]  on purpose


def test_one_name_gives_one_object_in_every_thread():
    with ThreadPoolExecutor(8) as pool:
        tokenizers = set(pool.map(Tokenizer.for_model, ["openai.gpt-5.4"] * 64))
    assert Tokenizer.for_model("openai.gpt-5.4") in tokenizers
    texts = ["hello world " * number for number in range(1, 400)]
    tokenizer = Tokenizer.for_name("o200k")
    expected = [tokenizer.count(text) for text in texts]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(tokenizer.count, texts)) == expected


def other_thread_ran_during(text: str) -> bool:
    go, ran = threading.Event(), threading.Event()

    def run() -> None:
        go.wait()
        ran.set()

    thread = threading.Thread(target=run)
    thread.start()
    tokenizer = Tokenizer.for_name("o200k")
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1000)  # no thread gives way unless it lets go by itself
    try:
        go.set()
        tokenizer.count(text)
        return ran.is_set()
    finally:
        sys.setswitchinterval(interval)
        thread.join()


def test_a_long_count_lets_other_threads_run_and_a_short_one_does_not_pay_for_that():
    text = "hello wonderful world " * 1_000_000
    assert any(other_thread_ran_during(text) for _ in range(5))  # it may wait for a processor
    assert not other_thread_ran_during("hello wonderful world")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this platform")
def test_a_forked_child_counts_on():
    code = (
        "import os\n"
        "from bedrock_llm.tokens import Tokenizer\n"
        "tokenizer = Tokenizer.for_name('o200k')\n"
        "child = os.fork()\n"
        "if child == 0:\n"
        "    right = tokenizer.count('hello world') == Tokenizer.for_name('tekken').count('a b')\n"
        "    os._exit(0 if right else 1)\n"
        "print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))\n"
    )
    assert run_python(code) == "0"


def test_a_tokenizer_pickles_as_its_name():
    for tokenizer in (Tokenizer.for_name("tekken"), Tokenizer.for_model("openai.gpt-5.5")):
        assert pickle.loads(pickle.dumps(tokenizer)) is tokenizer  # noqa: S301  our own bytes


def test_without_the_extra_llama_counts_are_estimates_and_the_name_is_refused():
    code = (
        "import sys\n"
        "sys.modules['llama_models'] = None\n"
        "from bedrock_llm.errors import VocabularyMissingError\n"
        "from bedrock_llm.tokens import Tokenizer\n"
        "measured = Tokenizer.for_model('us.meta.llama3-3-70b-instruct-v1:0').measure('hi')\n"
        "print(measured.exactness, measured.error_bound, 'extra `llama`' in measured.method)\n"
        "try:\n"
        "    Tokenizer.for_name('llama3')\n"
        "except VocabularyMissingError as error:\n"
        "    print('bedrock-llm-rs[llama]' in str(error))\n"
    )
    assert run_python(code).splitlines() == ["estimated 0.23 True", "True"]


def test_a_llama_file_other_than_the_verified_one_is_not_called_exact(tmp_path):
    source = VOCABULARIES["llama3"]
    assert isinstance(source, RankFile)
    original = source.find_path()
    assert original is not None
    package = tmp_path / "llama_models" / "llama3"
    package.mkdir(parents=True)
    (tmp_path / "llama_models" / "__init__.py").touch()
    (package / "tokenizer.model").write_bytes(original.read_bytes() + b"\n")
    code = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n"
        "from bedrock_llm.tokens import Tokenizer\n"
        "for tokenizer in (Tokenizer.for_model('meta.llama3-8b-instruct-v1:0'),\n"
        "                  Tokenizer.for_name('llama3')):\n"
        "    print(tokenizer.exactness, tokenizer.error_bound)\n"
        "    print('is not the verified one' in tokenizer.method)\n"
    )
    assert run_python(code).splitlines() == ["probable None", "True"] * 2


def test_counting_loads_neither_numpy_nor_a_vendor_package():
    code = (
        "import sys\n"
        "from bedrock_llm.tokens import Tokenizer\n"
        "Tokenizer.for_model('meta.llama3-8b-instruct-v1:0').count('x')\n"
        "print({'numpy', 'tiktoken', 'boto3', 'aiohttp', 'llama_models'} & set(sys.modules))\n"
    )
    assert run_python(code) == "set()"


def test_a_broken_claude_table_or_an_unknown_frame_is_an_error_of_this_library(tmp_path):
    source = VOCABULARIES["claude3"]
    assert isinstance(source, ClaudeFile)
    with pytest.raises(VocabularyMissingError, match="cannot be read"):
        Vocabulary.open_claude(tmp_path / "none.vocabulary", "claude3")
    with pytest.raises(TokenizerError, match='it has no frame "claude9"'):
        Vocabulary.open_claude(source.path, "claude9")
    with pytest.raises(TokenizerError, match="no usable Claude vocabulary"):
        Vocabulary.from_packed_claude(source.path.read_bytes()[:-1], "claude3")


def test_a_missing_or_broken_vocabulary_file_is_an_error_of_this_library(tmp_path):
    with pytest.raises(VocabularyMissingError, match="cannot be read"):
        Vocabulary.open(tmp_path / "none.vocabulary")
    with pytest.raises(TokenizerError, match="cannot be read"):
        Vocabulary.open(tmp_path)
    with pytest.raises(TokenizerError, match="no usable packed vocabulary"):
        Vocabulary.from_packed(b"not a vocabulary")
    (tmp_path / "ranks").write_bytes(b"YQ== 0\n?\n")
    with pytest.raises(TokenizerError, match="line 2 is no base64 token and rank"):
        Vocabulary.open_ranks(tmp_path / "ranks", "llama3")
    with pytest.raises(TokenizerError, match='no known rank file is named "x"; known are'):
        Vocabulary.open_ranks(tmp_path / "ranks", "x")
    with pytest.raises(VocabularyMissingError, match="cannot be read"):
        Vocabulary.open_ranks(tmp_path / "none", "llama3")
