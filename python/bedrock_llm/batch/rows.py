"""What the batch engine works on: records as a source found them, rows as they are called.

    file, folder, stdin, iterable ─► Record ─► Row ─► reply or error ─► one output line
                             sources.py    row_kinds.py    engine.py       outputs.py

A `Record` is what stood at one place of the input: a mapping, or the reason why none could be
read there. A `Row` is what is called: an id, a model, messages, parameters; or the fault that is
written in place of a reply. Nothing between the two raises for one bad row, so no other is lost.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from bedrock_llm.errors import BedrockLLMError


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """Hold what stood at one place of the input.

    Attributes:
        place: Where it stood, in words: `line 7`, `file 'notes/a.txt'`.
        default_id: The row's id if the record names none: the line number or relative path.
        raw: The bytes the row is recognised by when a run is continued.
        value: The mapping that was read, or None where `fault` says why there is none.
        fault: What was found instead of a mapping, or None.
    """

    place: str
    default_id: str
    raw: bytes
    value: Mapping[str, object] | None = None
    fault: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """Hold what one record asks for.

    Attributes:
        messages: Whatever `generate_text` accepts as messages; it is validated there.
        parameters: Generation parameters by name; they are validated with the call.
        model_id: The model the record names, or None for the run's own.
    """

    messages: object
    parameters: Mapping[str, object]
    model_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Hold one row of a run, ready to be called or refused.

    Attributes:
        index: Position among the rows of the input, from 0.
        row_id: The row's id, unique in the run.
        digest: 64 bits of BLAKE2b over id and raw record; a continued run compares it.
        prompt: What to call, or None where `fault` says why nothing can be called.
        metadata: The record's own columns, carried to the output untouched, or None.
        fault: Why the row cannot be called, or None.
        model_id: The model that a row with a fault names, or None.
    """

    index: int
    row_id: str
    digest: int
    prompt: Prompt | None = None
    metadata: object = None
    fault: BedrockLLMError | None = None
    model_id: str | None = None
