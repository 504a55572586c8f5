"""Turn recorded Bedrock requests into rows for `bedrock-llm run`.

    recordings/bedrock_<family>.jsonl ─► Recording ─► skipped, with a reason
                                             └──────► row {"id", "model", ...}

One line of a recording file holds one request: `model`, `op`, `has_media` and the body that was
sent, `request`. Two tables decide everything:

- `SKIP_RULES`: why a record makes no row, first match wins. Every skip is counted and printed, so
  records = rows + skipped holds for every run.
- `BODY_KINDS`: a Converse body passes unchanged; a native InvokeModel body passes unchanged too,
  as `modelInput`, the way a Bedrock batch line carries it. `run` reads both.

The id of a row is the file's family and the record's line number (`claude-0007`), so it stays the
same when other records come to be skipped.
"""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

from pydantic import BaseModel, ConfigDict, ValidationError

JsonObject: TypeAlias = dict[str, Any]

CONVERSE_OPERATIONS = frozenset({"converse", "converse-stream"})
INVOKE_OPERATIONS = frozenset({"invoke", "invoke-with-response-stream"})


class Recording(BaseModel):
    """The four fields of a recorded call that make a row; usage and reply are left unread."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    model: str
    op: str
    has_media: bool
    request: JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class SkipRule:
    """A reason for which a record makes no row."""

    reason: str
    applies: Callable[[Recording], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyKind:
    """A kind of request body: how to know it, and what carries it in a row."""

    name: str
    recognises: Callable[[Recording], bool]
    carry: Callable[[JsonObject], JsonObject]


@dataclass(slots=True, kw_only=True)
class Tally:
    """What became of the records read so far."""

    converted: Counter[str] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)


# --- the tables ---------------------------------------------------------------------------------


PROMPT_KEYS = frozenset({"messages", "prompt", "inputText", "message"})


def has_prompt(record: Recording) -> bool:
    """Say whether a record's body has the text of any family's request."""
    return not PROMPT_KEYS.isdisjoint(record.request)


SKIP_RULES = (
    SkipRule(reason="has media", applies=lambda record: record.has_media),
    SkipRule(reason="embedding model", applies=lambda record: "embed" in record.model),
    SkipRule(reason="mock model", applies=lambda record: record.model.startswith("(")),
    SkipRule(
        reason="request body not recorded, only its prompt key",
        applies=lambda record: "__prompt_key__" in record.request,
    ),
    SkipRule(
        reason="neither Converse nor InvokeModel",
        applies=lambda record: record.op not in CONVERSE_OPERATIONS | INVOKE_OPERATIONS,
    ),
)

BODY_KINDS = (
    BodyKind(
        name="Converse",
        recognises=lambda record: record.op in CONVERSE_OPERATIONS and has_prompt(record),
        carry=dict,
    ),
    BodyKind(
        name="InvokeModel",
        recognises=lambda record: record.op in INVOKE_OPERATIONS and has_prompt(record),
        carry=lambda body: {"modelInput": body},
    ),
)


# --- from files to rows -------------------------------------------------------------------------


def convert_record(line: str, *, row_id: str, tally: Tally) -> JsonObject | None:
    """Return the row of one recorded line, or None after counting why there is none."""
    try:
        record = Recording.model_validate_json(line)
    except ValidationError:
        tally.skipped["unreadable line"] += 1
        return None
    rule = next((rule for rule in SKIP_RULES if rule.applies(record)), None)
    kind = next((kind for kind in BODY_KINDS if kind.recognises(record)), None)
    if rule is not None or kind is None:
        tally.skipped[rule.reason if rule else "body of no known family"] += 1
        return None
    tally.converted[kind.name] += 1
    return {"id": row_id, "model": record.model, **kind.carry(record.request)}


def convert_folder(folder: Path, tally: Tally) -> Iterator[JsonObject]:
    """Yield the rows of every `bedrock_*.jsonl` in `folder`, by file name and line number."""
    for path in sorted(folder.glob("bedrock_*.jsonl")):
        family = path.stem.removeprefix("bedrock_").replace("_", "-")
        with path.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                row = convert_record(line, row_id=f"{family}-{number:04d}", tally=tally)
                if row is not None:
                    yield row


def print_report(tally: Tally, output: Path) -> None:
    """Print one line per count; the totals prove that no record was lost."""
    rows, skipped = tally.converted.total(), tally.skipped.total()
    for title, counter in (("row", tally.converted), ("skipped", tally.skipped)):
        for name, count in counter.most_common():
            print(f"{title:>8} {count:>5}  {name}")
    print(f"{rows + skipped} records = {rows} rows + {skipped} skipped; rows are in {output}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; 0 when rows were written, 2 when there was nothing to read."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("recordings", type=Path, help="folder with bedrock_*.jsonl files")
    parser.add_argument("-o", "--output", type=Path, required=True, help="JSONL file to write")
    options = parser.parse_args(arguments)
    if not any(options.recordings.glob("bedrock_*.jsonl")):
        print(f"no bedrock_*.jsonl file in {str(options.recordings)!r}", file=sys.stderr)
        return 2
    tally = Tally()
    with options.output.open("w", encoding="utf-8", newline="\n") as output:
        for row in convert_folder(options.recordings, tally):
            output.write(json.dumps(row, ensure_ascii=False) + "\n")
    print_report(tally, options.output)
    return 0


if __name__ == "__main__":
    sys.exit(main())
