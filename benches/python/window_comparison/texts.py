"""The sentences that our conversations are made of: written here, laid out by a seeded generator.

    seed ─► TextSource ─► entries of so many tokens, no two alike, each with its own mark

A mark such as `[note 0017]` opens a text and another closes it, so that a judge recognises a text
that was cut at either end or in the middle. A sentence has about 28 tokens in OpenAI's o200k.
"""

import random
from typing import Final

SUBJECTS: Final = (
    "The night crew at the eastern lock",
    "Our surveyor from the second district",
    "The keeper of the seed archive",
    "A courier on the mountain line",
    "The workshop that repairs the buoys",
    "The council's new hydrologist",
    "An apprentice in the clock tower",
    "The ferry office below the bridge",
    "The cook of the research station",
    "A team of volunteers from the village",
)
VERBS: Final = (
    "measured the water level",
    "wrote down every delivery",
    "checked the spare batteries",
    "counted the crates twice",
    "replaced two worn bearings",
    "compared the old drawings",
    "asked for a dry storeroom",
    "reported a small leak",
    "sorted the samples by age",
    "closed the gate too early",
)
PLACES: Final = (
    "beside the granary",
    "under the third arch",
    "in the cold laboratory",
    "at the upper reservoir",
    "behind the signal house",
    "on the northern slope",
    "near the weather mast",
    "in the flooded cellar",
)
ENDINGS: Final = (
    "and nobody has confirmed the figure since",
    "which saved the spring planting",
    "so the next inspection can wait",
    "although the ledger says otherwise",
    "because the pump had stopped again",
    "before the storm reached the valley",
    "and the bill came to {number} crowns",
    "while gauge {number} kept drifting",
)
TOKENS_PER_SENTENCE: Final = 28


class TextSource:
    """Gives texts, no two alike; the same seed gives the same texts."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311  texts for a bench, not secrets
        self._given = 0

    def sentence(self) -> str:
        """Give one sentence."""
        choose = self._random.choice
        ending = choose(ENDINGS).format(number=self._random.randrange(100, 9_999))
        hour = self._random.randrange(1, 13)
        return f"{choose(SUBJECTS)} {choose(VERBS)} {choose(PLACES)} at {hour} o'clock, {ending}."

    def entry(self, tokens: int) -> str:
        """Give a text of about so many tokens between two marks of its own."""
        self._given += 1
        mark = f"[note {self._given:04d}]"
        sentences = (self.sentence() for _ in range(max(1, round(tokens / TOKENS_PER_SENTENCE))))
        return f"{mark} {' '.join(sentences)} {mark}"
