import time
import tracemalloc

import pytest

from bedrock_llm.errors import ParameterError
from bedrock_llm.tokens import CutText, Tokenizer

TEXT = "Hello wonderful world. How are you? Fine, thanks.\nThe next line.\n"
FAMILY = "👨‍👩‍👧‍👦"


@pytest.fixture(scope="module")
def tokenizer():
    return Tokenizer.for_name("o200k")


def show(cut: CutText) -> tuple[str, str]:
    return cut.text, cut.at


def test_a_text_that_fits_is_given_back_itself(tokenizer):
    for keep in ("head", "tail", "ends"):
        cut = tokenizer.cut(TEXT, tokenizer.count(TEXT), keep=keep, at="word", marker="…")
        assert cut.text is TEXT
        assert (cut.tokens, cut.is_cut, cut.at) == (tokenizer.count(TEXT), False, "word")


def test_a_longest_head_tail_or_both_are_kept(tokenizer):
    assert show(tokenizer.cut("one two three four five six", 3)) == ("one two three", "token")
    assert tokenizer.cut("one two three four five six", 3, keep="tail").text == " four five six"
    cut = tokenizer.cut("one two three four five six", 3, keep="ends")
    assert (cut.text, cut.tokens, cut.is_cut) == ("one two six", 3, True)
    assert str(cut) == cut.text
    assert repr(cut) == "CutText(text='one two six', tokens=3, is_cut=True, at=\"token\")"


def test_a_text_is_cut_at_the_kind_of_place_asked_for(tokenizer):
    limit = tokenizer.count(TEXT) - 2
    lines = TEXT.splitlines(keepends=True)
    assert show(tokenizer.cut(TEXT, limit, at="line")) == (lines[0], "line")
    assert show(tokenizer.cut(TEXT, limit, keep="tail", at="line")) == (lines[1], "line")
    assert show(tokenizer.cut(TEXT, 7, at="sentence")) == ("Hello wonderful world.", "sentence")
    assert show(tokenizer.cut(TEXT, 6, at="sentence", keep="tail")) == (
        "The next line.\n",
        "sentence",
    )
    assert show(tokenizer.cut("one antidisestablishmentarianism", 5, at="word")) == ("one", "word")


def test_a_finer_kind_is_used_and_named_where_there_is_no_such_place(tokenizer):
    assert show(tokenizer.cut(TEXT, 7, at="line")) == ("Hello wonderful world.", "sentence")
    assert show(tokenizer.cut(TEXT, 2, at="line")) == ("Hello wonderful", "word")
    cut = tokenizer.cut("antidisestablishmentarianism", 3, at="line")
    assert (cut.at, cut.tokens) == ("character", 3)


def test_an_emoji_of_several_parts_stays_whole_or_goes(tokenizer):
    text, size = FAMILY * 2, tokenizer.count(FAMILY)
    assert tokenizer.cut(text, size, at="character").text == FAMILY
    assert tokenizer.cut(text, size - 1, at="character").text == ""
    assert tokenizer.cut(text, size - 1, at="word", keep="tail").text == ""
    broken = tokenizer.cut(text, size - 1, at="token").text
    assert broken
    assert text.startswith(broken)


def test_a_combining_mark_stays_with_its_letter(tokenizer):
    text = "e\u0301" * 9
    for limit in range(12):
        assert len(tokenizer.cut(text, limit, at="character").text) % 2 == 0
        tail = tokenizer.cut(text, limit, at="character", keep="tail").text
        assert not tail.startswith("\u0301")


def test_a_marker_counts_and_stands_where_text_was_left_out(tokenizer):
    numbers = "one two three four five six seven eight"
    assert tokenizer.cut(numbers, 4, marker=" […]").text == "one two three […]"
    assert (
        tokenizer.cut(numbers, 4, marker="[…] ", keep="tail", at="word").text == "[…] seven eight"
    )
    assert tokenizer.cut(numbers, 5, marker=" …", keep="ends").text == "one two … seven eight"
    assert tokenizer.cut(numbers, 1, marker=" …").text == " …"


def test_a_marker_above_the_limit_is_refused(tokenizer):
    with pytest.raises(ParameterError, match="alone has 2 tokens and max_tokens is 1; raise"):
        tokenizer.cut(TEXT, 1, marker=" [cut")
    with pytest.raises(ParameterError, match="a limit of -1 tokens is below 0"):
        tokenizer.cut(TEXT, -1)


def test_an_unknown_part_or_place_is_refused_with_the_known_ones(tokenizer):
    with pytest.raises(ParameterError, match='keep="middle" is no part of a text; known are'):
        tokenizer.cut(TEXT, 2, keep="middle")
    with pytest.raises(ParameterError, match='at="page" is no kind of place to cut at'):
        tokenizer.cut(TEXT, 2, at="page")


def test_nothing_fits_no_tokens(tokenizer):
    cut = tokenizer.cut(TEXT, 0)
    assert (cut.text, cut.tokens, cut.is_cut) == ("", 0, True)
    assert not tokenizer.cut("", 0).is_cut


def test_lone_surrogates_are_cut_as_they_are_counted(tokenizer):
    cut = tokenizer.cut("a\ud83db" * 50, 9)
    assert "\ufffd" in cut.text
    assert tokenizer.count(cut.text) == 9


@pytest.mark.parametrize("keep", ["head", "tail", "ends"])
def test_a_long_text_is_cut_as_a_shorter_one_without_a_copy_of_it_all(keep, tokenizer):
    part = "東京は日本の首都であり、Größe ist 1400 é。"
    short, long = part * 400, part * 40_000
    tracemalloc.start()
    cut = tokenizer.cut(long, 100, keep=keep, at="sentence", marker="…")
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert cut.text == tokenizer.cut(short, 100, keep=keep, at="sentence", marker="…").text
    assert most < 200_000  # UTF-8 of all of it would be above 2 MB


def test_the_work_depends_on_the_limit_not_on_the_text(tokenizer):
    def seconds(text):
        best = 1.0
        for _ in range(5):
            start = time.perf_counter()
            tokenizer.cut(text, 64, keep="ends", at="sentence", marker="…")
            best = min(best, time.perf_counter() - start)
        return best

    assert seconds("Hello wonderful world. " * 400_000) < 20 * seconds("Hello world. " * 400)
