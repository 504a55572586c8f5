"""Write an answer out of the prompt's own words.

    prompt text ──► words ──► sentences (drawn by a seeded generator) ──► text

A reply must look like one: several sentences, some paragraphs, the vocabulary and the script of
the prompt, and never the same for two prompts; and it must be the same for the same prompt, always.
A prompt that asks for a number of words ("in 200 words") gets about that many.
"""

import re
from collections.abc import Sequence
from random import Random

_WORD = re.compile(r"[^\W_]+")
_ASKED_WORDS = re.compile(r"\b(\d{1,4})\s+words?\b")

_LONGEST_WORD = 24  # a run of a script without spaces is cut, so it reads as several words
_READ_CHARACTERS = 1_000
_KNOWN_WORDS = 400
_SENTENCES = (2, 7)
_SENTENCE_WORDS = (5, 16)
_RUN_SHARE = 0.5  # phrases that stand so in the prompt; the others are drawn word by word
_PARAGRAPH_SHARE = 0.15
_MOST_ASKED_WORDS = 2_000
_FALLBACK_WORDS = ("the", "request", "is", "short", "and", "so", "is", "this", "answer")

_OPENERS = (
    "In short, {}.",
    "{}.",
    "First, {}.",
    "As for {}, it follows from the question.",
    "It helps to keep {} in mind.",
    "Note that {}.",
    "{}; the rest follows.",
    "To sum up: {}.",
    "What matters here is {}.",
    "Consider {}.",
)


def write_text(prompt: str, draws: Random) -> str:
    """Write a text about a prompt.

    Args:
        prompt: The prompt; its first and last 1 000 characters are read.
        draws: The generator that decides; seed it with the request.

    Returns:
        One to a few paragraphs, at least two words long, without control characters.
    """
    words = collect_words(prompt)
    asked = _find_asked_words(prompt)
    if asked is not None:
        return _write_words(words, draws, asked)
    sentences = [_write_sentence(words, draws) for _ in range(draws.randint(*_SENTENCES))]
    return _join(sentences, draws)


def collect_words(prompt: str) -> Sequence[str]:
    """List the words of a prompt.

    Args:
        prompt: Any text.

    Returns:
        Up to 400 words in order, with repeats; a stock of common words where there are none.
    """
    read = prompt
    if len(prompt) > 2 * _READ_CHARACTERS:
        read = f"{prompt[:_READ_CHARACTERS]} {prompt[-_READ_CHARACTERS:]}"
    found = _WORD.findall(read)[:_KNOWN_WORDS]
    return [word[:_LONGEST_WORD] for word in found] or _FALLBACK_WORDS


def _find_asked_words(prompt: str) -> int | None:
    end = prompt[-_READ_CHARACTERS:].casefold()
    asked = _ASKED_WORDS.search(end) if "word" in end else None
    return None if asked is None else min(int(asked[1]), _MOST_ASKED_WORDS)


def _write_words(words: Sequence[str], draws: Random, count: int) -> str:
    """Write about as many words as were asked for, and not one sentence more."""
    sentences: list[str] = []
    written = 0
    while written < max(count, 1):
        sentence = _write_sentence(words, draws)
        sentences.append(sentence)
        written += sentence.count(" ") + 1
    return _join(sentences, draws)


def _write_sentence(words: Sequence[str], draws: Random) -> str:
    phrase = " ".join(_choose_words(words, draws))
    sentence = draws.choice(_OPENERS).format(phrase)
    return sentence[0].upper() + sentence[1:]


def _choose_words(words: Sequence[str], draws: Random) -> Sequence[str]:
    """Take a run of words as it stands in the prompt, or draw different ones."""
    length = min(len(words), draws.randint(*_SENTENCE_WORDS))
    if draws.random() < _RUN_SHARE:
        start = draws.randrange(len(words) - length + 1)
        return words[start : start + length]
    return list(dict.fromkeys(draws.choices(words, k=length)))


def _join(sentences: Sequence[str], draws: Random) -> str:
    parts = [sentences[0]]
    for sentence in sentences[1:]:
        parts.append("\n\n" if draws.random() < _PARAGRAPH_SHARE else " ")
        parts.append(sentence)
    return "".join(parts)
