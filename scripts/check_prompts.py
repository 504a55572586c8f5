"""Compare the ids of prompts with the vendors' own encoders on conversations made at random.

    python scripts/check_prompts.py                        # 10 000 conversations per template
    python scripts/check_prompts.py --quick                # 500
    python scripts/check_prompts.py --only llama3.1 --number 2000 --seed 7

    talk ─┬─► messages of one of three shapes ─► encode_prompt ─┐
          │                                 └─► format_prompt ──┼─► equal ids, tokens, no forgery
          └─► llama-models, mistral-common ─────────────────────┘

    body ─┬─► format_prompt, encode_prompt ──────────────────────────┐
          └─► the vendor's chat template with jinja2, or             ├─► equal text, equal ids
              openai-harmony, and the vendor's tokenizer ────────────┘

Checked of each: `encode_prompt` gives the vendor's ids; the spans are the whole text; `tokens` of
unguarded content is the number of ids; the guarded prompt holds the template's own control tokens
and no other. Texts have white space of every kind at their ends, control tokens spelled out, all
planes of Unicode. A talk depends on the seed and its number alone.

Differences that remain, all outside what is made here:

- Llama's encoder parts a run of more than 25 000 characters without white space (or of nothing
  else) and a text of more than 400 000; ours does not.
- Integers beyond 64 bits in arguments become floats; `NaN` and `Infinity` in them are refused. In a
  JSON result of Mistral's v2 and v3, `-0` is written as `-0.0` and `NaN` as text.
- Mistral's encoders refuse ids of calls that are not nine letters and digits, in v2 and v3 text
  beside calls, in v2 several results, empty replies; ours writes them.
- Meta's encoder spells calls of `brave_search`, `wolfram_alpha`, `photogen` and `code_interpreter`
  in forms of their own; ours spells every call alike.

The templates of the other families are compared as text too; what differs there by intention is at
the top of each family's file in `rust/template/`. They are fetched by `template_sources.py`.

Exit code 1 after any difference with `--gate`. A template whose oracle is missing is named and left
out, and is a miss.
"""

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from bedrock_llm.template import Prompt, encode_prompt, format_prompt
from bedrock_llm.tokens import Tokenizer
from chat_bodies import make_bodies
from exactness_oracles import OracleMissingError
from prompt_conversations import SHAPES, make_talks
from prompt_oracles import ORACLES, Oracle
from template_oracles import TEMPLATE_ORACLES, TemplateOracle, given

FULL: Final = 10_000
QUICK: Final = 500
SHOWN: Final = 3
THINKING: Final = (None, False, True)
"""Where the switch of thinking is put, in turn."""
ANY_MODEL: Final = "meta.llama3-8b-instruct-v1:0"
"""Named with every template; the template and the vocabulary are given beside it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What is wrong with the prompt of a talk."""

    number: int
    shape: str
    what: str


def check_template(oracle: Oracle, seed: int, number: int) -> Iterator[Fault]:
    """Check so many talks with one template; gives a fault for each that differs."""
    encode = oracle.open()
    tokenizer = Tokenizer.for_name(oracle.vocabulary)
    shapes = list(SHAPES)
    for place, talk in enumerate(make_talks(seed, number, oracle.limits)):
        shape = shapes[place % len(shapes)]
        what = compare(oracle, tokenizer, SHAPES[shape](talk), encode(talk))
        if what:
            yield Fault(number=place, shape=shape, what=what)


def compare(
    oracle: Oracle, tokenizer: Tokenizer, given: dict[str, Any], expected: list[int]
) -> str:
    """Say what is wrong with our prompt of a talk; nothing where all is well."""
    named: dict[str, Any] = {
        **given,
        "model": ANY_MODEL,
        "template": oracle.template,
        "tokenizer": tokenizer,
    }
    ids = encode_prompt(**named)
    if ids != expected:
        return _describe(tokenizer, ids, expected)
    plain = format_prompt(**named, control_tokens="allow")
    if plain.tokens != len(ids):
        return f"{plain.tokens} tokens, {len(ids)} ids"
    return _check_text(plain) or _check_guarded(plain, format_prompt(**named), tokenizer)


def _describe(tokenizer: Tokenizer, ids: list[int], expected: list[int]) -> str:
    pairs = enumerate(zip(ids, expected, strict=False))
    first = next((n for n, (mine, theirs) in pairs if mine != theirs), min(len(ids), len(expected)))
    window = slice(max(0, first - 4), first + 4)
    ours, theirs = tokenizer.decode(ids[window]), tokenizer.decode(expected[window])
    return f"{len(ids)} ids, {len(expected)} expected; at {first}: {ours!r}, expected {theirs!r}"


def _check_text(prompt: Prompt) -> str:
    ends = [span.end for span in prompt.spans]
    starts = [span.start for span in prompt.spans]
    is_whole = starts == [0, *ends[:-1]] and ends[-1:] == [len(prompt.text)]
    return "" if is_whole else "the spans are not the whole text"


def _check_guarded(plain: Prompt, guarded: Prompt, tokenizer: Tokenizer) -> str:
    controls = [plain.text[span.start : span.end] for span in plain.spans if span.kind == "control"]
    known = set(controls) | set(tokenizer.vocabulary.special_tokens)
    found = sum(guarded.text.count(token) for token in known)
    own = sum(sum(token.count(inner) for inner in known) for token in controls)
    if found != own:
        return f"{found} control tokens in the guarded text, {own} of the template's own"
    return (
        "" if guarded.text.replace("\u200b", "") == plain.text.replace("\u200b", "") else "changed"
    )


def check_family(oracle: TemplateOracle, seed: int, number: int) -> Iterator[Fault]:
    """Check so many bodies with one vendor's template; gives a fault for each that differs."""
    ask = oracle.open()
    tokenizer = Tokenizer.for_name(oracle.vocabulary) if oracle.vocabulary else None
    for place, body in enumerate(make_bodies(seed, number, oracle.features)):
        thinking = THINKING[place % len(THINKING)]
        text, ids = ask(body, thinking)
        named: dict[str, Any] = {
            **given(body),
            "model": ANY_MODEL,
            "template": oracle.template,
            "tokenizer": tokenizer,
            "thinking": thinking,
        }
        what = _check_equal(format_prompt(**named), text)
        if not what and ids is not None and tokenizer is not None:
            mine = encode_prompt(**named)
            what = "" if mine == ids else _describe(tokenizer, mine, ids)
        if what:
            yield Fault(number=place, shape=f"converse, thinking {thinking}", what=what)


def _check_equal(prompt: Prompt, text: str) -> str:
    if prompt.text == text:
        return _check_text(prompt)
    pairs = enumerate(zip(prompt.text, text, strict=False))
    shorter = min(len(prompt.text), len(text))
    first = next((n for n, (mine, theirs) in pairs if mine != theirs), shorter)
    window = slice(max(0, first - 30), first + 30)
    return f"at {first}: {prompt.text[window]!r}, expected {text[window]!r}"


def _check_one(name: str, seed: int, number: int) -> list[Fault]:
    if name in ORACLES:
        return list(check_template(ORACLES[name], seed, number))
    return list(check_family(TEMPLATE_ORACLES[name], seed, number))


def read_arguments(arguments: Sequence[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--number", type=int, default=FULL, help="conversations per template")
    parser.add_argument("--quick", action="store_true", help=f"{QUICK} conversations per template")
    parser.add_argument("--seed", type=int, default=20261122)
    names = sorted({*ORACLES, *TEMPLATE_ORACLES})
    parser.add_argument("--only", nargs="*", choices=names, default=names)
    parser.add_argument("--gate", action="store_true", help="exit 1 after any difference")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str]) -> int:
    """Check the templates and print a line for each."""
    options = read_arguments(arguments)
    number = QUICK if options.quick else options.number
    lines = []
    for name in options.only:
        start = time.perf_counter()
        try:
            faults = _check_one(name, options.seed, number)
        except OracleMissingError as error:
            print(f"{name:16} left out: {error}")
            lines.append(f"TARGET {name}.equal measured=None goal={number} miss")
            continue
        seconds = time.perf_counter() - start
        print(f"{name:16} {number} conversations, {len(faults)} differ, {seconds:.0f} s")
        for fault in faults[:SHOWN]:
            print(f"    {fault.number} ({fault.shape}): {fault.what}")
        verdict = "miss" if faults else "hit"
        lines.append(f"TARGET {name}.equal measured={number - len(faults)} goal={number} {verdict}")
    print("\n".join(lines))
    return int(options.gate and any(line.endswith("miss") for line in lines))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
