"""`run_batch`: a file of prompts becomes a file of replies, and survives a kill.

    prompts ─► Source ─► RowReader ─► Intake ─► Engine ─► Journal ─► publish ─► OUT
                                                  │
                                             create_model

Starting the same run again is always safe. What the journal (`OUT.journal`) says decides:

    nothing          a new run; an OUT that no journal belongs to is never touched
    unfinished       the rows it holds are not called again, the others are
    finished         same input and settings: nothing is called, the summary is read from OUT;
                     with `is_retrying_failed` the failed rows are called again
    other settings   refused, with the difference; `is_overwriting` starts over

Calls are made at least once, output lines exist exactly once: a call in flight at a kill is made
again, and at most `concurrency` are.
"""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from bedrock_llm.batch.caller import Caller, TextModel
from bedrock_llm.batch.engine import Engine, EngineParts
from bedrock_llm.batch.intake import Intake
from bedrock_llm.batch.journal import Journal
from bedrock_llm.batch.opening import Job, Opened, open_run
from bedrock_llm.batch.options import BatchOptions
from bedrock_llm.batch.places import default_output
from bedrock_llm.batch.pricing import Pricing
from bedrock_llm.batch.publish import finish
from bedrock_llm.batch.sources import Prompts
from bedrock_llm.batch.stop_signal import StopSignal
from bedrock_llm.batch.summary import BatchSummary
from bedrock_llm.batch.tally import Tally
from bedrock_llm.errors import ConfigurationError, InputError
from bedrock_llm.factory import ModelFactory
from bedrock_llm.retry import RetryPolicy

CreateModel = Callable[..., TextModel]
"""What makes a model: it is given the id, and as keywords default generation parameters,
`max_concurrency` and `retry_policy`; `ModelFactory.create_model` is one."""

PATIENT = RetryPolicy(max_throttle_attempts=12)
"""A file of prompts has time: a throttled row waits, rather than fail."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunControl:
    """Hold the caller's hand on a run: what it is told, and how it stops.

    Attributes:
        on_progress: Called about four times a second with the tally so far.
        on_notice: Called with one line about something worth knowing.
        stop: Request it to end the run early.
    """

    on_progress: Callable[[Tally], None] = lambda _tally: None
    on_notice: Callable[[str], None] = lambda _line: None
    stop: StopSignal = field(default_factory=StopSignal)


async def run_batch(
    prompts: Prompts,
    output: str | Path | None = None,
    *,
    options: BatchOptions | None = None,
    create_model: CreateModel = ModelFactory.create_model,
    control: RunControl | None = None,
) -> BatchSummary:
    """Answer every row of an input and write the replies to a file, in input order.

    Args:
        prompts: A JSONL or CSV file (gzip or not), a folder of text files, `-` for standard
            input, or an iterable of mappings or prompt texts.
        output: The file of replies; `<stem>.replies.jsonl` in this folder if it is not given.
        options: How the run is done.
        create_model: Makes the model of an id.
        control: What is told of the run, and how it is stopped.

    Returns:
        What the run came to. Rows that failed are in the output as errors and in the tally.

    Raises:
        InputError: The input as a whole cannot be read, or holds no row.
        ConfigurationError: Output, settings, region or credentials are unusable.
        BedrockLLMError: A failure that would meet every row; what finished is in the journal,
            and the same call goes on from there.
    """
    options = options or BatchOptions()
    control = control or RunControl()
    path = default_output(prompts) if output is None else Path(output)
    job = Job(prompts=prompts, output=path, options=options)
    opened = await asyncio.to_thread(open_run, job)
    with opened.journal as journal:
        if opened.complete is not None:
            return BatchSummary(
                output=path, journal=journal.path, tally=opened.complete, was_complete=True
            )
        _tell_damage(journal, control)
        settings = {
            "max_concurrency": options.concurrency,
            "retry_policy": PATIENT,
            **options.parameters,
        }
        caller = Caller(lambda model_id: create_model(model_id, **settings), options.model_id)
        try:
            await caller.prepare()
            return await _call_rows(job, opened, caller, control)
        finally:
            await caller.close()


async def _call_rows(job: Job, opened: Opened, caller: Caller, control: RunControl) -> BatchSummary:
    options, journal, tally = job.options, opened.journal, Tally()
    intake = Intake(opened.rows, journal, is_retrying=options.is_retrying_failed)

    def on_tick() -> None:
        read = opened.rows.source.fraction
        # Rows read ahead are not done: the share read, times the share of those that are done.
        tally.fraction = None if read is None else read * tally.rows / max(intake.count, 1)
        control.on_progress(tally)

    parts = EngineParts(
        intake=intake,
        caller=caller,
        journal=journal,
        pricing=Pricing(options.region_name, options.parameters),
        tally=tally,
        stop=control.stop,
        on_tick=on_tick,
    )
    is_complete = await Engine(
        parts,
        concurrency=options.concurrency,
        grace_seconds=options.grace_seconds,
        has_meta=options.has_meta,
    ).run()
    on_tick()
    if is_complete:
        _check_count(intake, journal, opened.rows.source.name)
        await asyncio.to_thread(
            finish, journal, job.output, input_digest=intake.input_digest, rows=intake.count
        )
    return BatchSummary(
        output=job.output if is_complete else None,
        journal=journal.path,
        tally=tally,
        is_interrupted=not is_complete,
        notices=tuple(_notices(intake)),
    )


def _check_count(intake: Intake, journal: Journal, name: str) -> None:
    if not intake.count:
        raise InputError(f"{name!r} holds no rows; there is nothing to call")
    if journal.rows > intake.count:
        raise ConfigurationError(
            f"{name!r} has {intake.count} rows, but the journal holds replies up to row "
            f"{journal.rows}; restore the input (or raise the limit), or choose another output"
        )


def _tell_damage(journal: Journal, control: RunControl) -> None:
    if journal.torn_bytes:
        control.on_notice(
            f"the journal's last line was unfinished ({journal.torn_bytes} bytes) and was cut "
            "off; its row is called again"
        )
    if journal.damaged_lines:
        control.on_notice(
            f"{journal.damaged_lines} lines of the journal are damaged; their rows are called again"
        )


def _notices(intake: Intake) -> Iterator[str]:
    ids = intake.reader.row_ids
    if ids.renamed:
        yield (
            f"{ids.renamed} ids stood before and got #<row> to be unique, "
            f"first {ids.first_renamed!r}"
        )
    if intake.damaged:
        yield f"{intake.damaged} replies in the journal were damaged; their rows were called again"
