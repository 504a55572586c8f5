"""Open what a run works with, and find out what an earlier start has left.

no journal, no OUT     begin
unfinished journal     go on, if the settings are the same
finished journal       nothing to do, if settings, input and OUT are the same
OUT without journal    refused: it is somebody else's file
overwriting            begin; what was left is replaced by the first row that finishes, so a
                       command that cannot work costs nothing
"""

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from bedrock_llm.batch.intake import InputRows
from bedrock_llm.batch.journal import Journal, journal_path
from bedrock_llm.batch.options import BatchOptions, digest_settings
from bedrock_llm.batch.places import check_output
from bedrock_llm.batch.publish import check_unchanged, read_outputs, reopen
from bedrock_llm.batch.row_kinds import RowReader
from bedrock_llm.batch.sources import Prompts, open_source
from bedrock_llm.batch.tally import Tally
from bedrock_llm.batch.template import PromptTemplate
from bedrock_llm.errors import ConfigurationError


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Name a run: what is read, where the replies go, how."""

    prompts: Prompts
    output: Path
    options: BatchOptions

    def open_input(self, *, is_read_twice: bool) -> InputRows:
        """Open the input; each pass over it wants its own reader."""
        text = self.options.template
        template = None if text is None else PromptTemplate(text)
        source = open_source(self.prompts, template=template, is_read_twice=is_read_twice)
        return InputRows(source=source, template=template, limit=self.options.limit)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """Hold what a run works with.

    Attributes:
        journal: Locked for this run; the holder closes it.
        rows: The input.
        complete: The tally of a run that is finished already, or None.
    """

    journal: Journal
    rows: InputRows
    complete: Tally | None = None


def open_run(job: Job) -> Opened:
    """Open journal and input.

    Raises:
        ConfigurationError: The output cannot be used, or an earlier run was another one.
        InputError: The input cannot be read.
    """
    check_output(job.output, job.prompts)
    journal = Journal(journal_path(job.output), is_overwriting=job.options.is_overwriting)
    try:
        if journal.header is None:
            _begin(job, journal)
        else:
            _check_settings(job, journal)
        if journal.finished is None:
            return Opened(journal=journal, rows=job.open_input(is_read_twice=False))
        return _open_finished(job, journal)
    except BaseException:
        journal.close()
        raise


def _begin(job: Job, journal: Journal) -> None:
    if job.output.exists() and not job.options.is_overwriting:
        raise ConfigurationError(
            f"{str(job.output)!r} exists and no run's journal belongs to it; choose another "
            "output, or replace it with --overwrite"
        )
    settings = job.options.settings()
    journal.begin(settings, digest_settings(settings))


def _check_settings(job: Job, journal: Journal) -> None:
    now = job.options.settings()
    header = journal.header or {}
    if header.get("settings_digest") == digest_settings(now):
        return
    then = header.get("settings")
    raise ConfigurationError(
        f"{str(job.output)!r} belongs to a run with other settings"
        f"{_differences(then if isinstance(then, Mapping) else {}, now)}; use the same, choose "
        "another output, or start over with --overwrite"
    )


def _differences(then: Mapping[str, object], now: Mapping[str, object]) -> str:
    names = [name for name in (*then, *now) if then.get(name) != now.get(name)]
    shown = (
        f"{name} was {then.get(name)!r}, is {now.get(name)!r}" for name in dict.fromkeys(names)
    )
    return f" ({'; '.join(shown)})" if names else ""


def _open_finished(job: Job, journal: Journal) -> Opened:
    rows = job.open_input(is_read_twice=True)
    digests = _read_digests(rows)
    finished = journal.finished
    if finished is None or finished.input_digest != _digest_of(digests):
        raise ConfigurationError(
            f"{str(job.output)!r} is the finished work of another input "
            f"({finished.rows if finished else 0} rows; this one has {len(digests)}); choose "
            "another output, or start over with --overwrite"
        )
    check_unchanged(job.output, finished)
    tally = Tally(fraction=1.0)
    for _line, output in read_outputs(job.output):
        tally.add(output, is_recalled=True)
    if job.options.is_retrying_failed and tally.failures:
        return Opened(journal=reopen(journal, finished, job.output, digests), rows=rows)
    return Opened(journal=journal, rows=rows, complete=tally)


def _read_digests(rows: InputRows) -> "array[int]":
    return array("Q", (row.digest for row in rows.rows(RowReader(rows.template))))


def _digest_of(digests: Sequence[int]) -> str:
    total = sha256()
    for digest in digests:
        total.update(digest.to_bytes(8))
    return total.hexdigest()
