"""Compare the ids of prompts with the vendors' own encoders on conversations made at random.

    python scripts/check_prompts.py                        # 10 000 conversations per template
    python scripts/check_prompts.py --quick                # 500
    python scripts/check_prompts.py --only llama3.1 --number 2000 --seed 7

    talk ─┬─► messages of one of three shapes ─► encode_prompt ─┐
          │                                 └─► format_prompt ──┼─► equal ids, tokens, no forgery
          └─► llama-models, mistral-common ─────────────────────┘

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

Exit code 1 after any difference with `--gate`, and where a vendor's package is missing.
"""

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from bedrock_llm.template import Prompt, encode_prompt, format_prompt
from bedrock_llm.tokens import Tokenizer
from prompt_conversations import SHAPES, make_talks
from prompt_oracles import ORACLES, Oracle

FULL: Final = 10_000
QUICK: Final = 500
SHOWN: Final = 3
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


def read_arguments(arguments: Sequence[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--number", type=int, default=FULL, help="conversations per template")
    parser.add_argument("--quick", action="store_true", help=f"{QUICK} conversations per template")
    parser.add_argument("--seed", type=int, default=20261122)
    parser.add_argument("--only", nargs="*", choices=sorted(ORACLES), default=sorted(ORACLES))
    parser.add_argument("--gate", action="store_true", help="exit 1 after any difference")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str]) -> int:
    """Check the templates and print a line for each."""
    options = read_arguments(arguments)
    number = QUICK if options.quick else options.number
    lines = []
    for name in options.only:
        start = time.perf_counter()
        faults = list(check_template(ORACLES[name], options.seed, number))
        seconds = time.perf_counter() - start
        print(f"{name:12} {number} conversations, {len(faults)} differ, {seconds:.0f} s")
        for fault in faults[:SHOWN]:
            print(f"    {fault.number} ({fault.shape}): {fault.what}")
        verdict = "miss" if faults else "hit"
        lines.append(f"TARGET {name}.equal measured={number - len(faults)} goal={number} {verdict}")
    print("\n".join(lines))
    return int(options.gate and any(line.endswith("miss") for line in lines))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
