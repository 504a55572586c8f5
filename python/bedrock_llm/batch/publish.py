"""The last step of a run: from the journal to the output file, in input order.

OUT.tmp is written, synced and renamed over OUT; only then the journal is reduced to one line. A
kill at any point leaves either the journal whole or the output whole, and the next start ends
with the same bytes.
"""

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path

from bedrock_llm.batch.journal import FinishedRun, Journal, sync_folder, unwritable
from bedrock_llm.errors import ConfigurationError


def publish(journal: Journal, output: Path, *, rows: int) -> str:
    """Write the output file from the journal.

    Args:
        journal: Holds a line for each of the rows.
        output: The file to replace.
        rows: Rows of the input.

    Returns:
        The SHA-256 of the file's bytes, in hexadecimal.

    Raises:
        ConfigurationError: The file cannot be written.
    """
    digest = sha256()
    temporary = output.with_name(f"{output.name}.tmp")
    try:
        with temporary.open("wb") as file:
            for index in range(rows):
                line = journal.output(index) + b"\n"
                digest.update(line)
                file.write(line)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(output)
        sync_folder(output.parent)
    except OSError as error:
        raise unwritable(output, error) from error
    return digest.hexdigest()


def read_outputs(output: Path) -> Iterator[tuple[bytes, Mapping[str, object]]]:
    """Read the lines of a published file, as bytes and as what they say.

    Raises:
        ConfigurationError: The file is gone or is no longer what a run wrote.
    """
    try:
        with output.open("rb") as file:
            for line in file:
                yield line.removesuffix(b"\n"), json.loads(line)
    except (OSError, ValueError) as error:
        raise _unreadable(output, error) from error


def check_unchanged(output: Path, finished: FinishedRun) -> None:
    """Refuse an output that is not, byte for byte, what the run wrote.

    Raises:
        ConfigurationError: The file is gone, cannot be read, or was changed.
    """
    digest = sha256()
    try:
        with output.open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
    except OSError as error:
        raise _unreadable(output, error) from error
    if digest.hexdigest() != finished.output_sha256:
        raise ConfigurationError(
            f"{str(output)!r} was changed since the run finished; put it back, or start over "
            "with --overwrite"
        )


def reopen(
    journal: Journal, finished: FinishedRun, output: Path, digests: Sequence[int]
) -> Journal:
    """Turn a finished run back into a journal with all its rows, so that some can be redone.

    Args:
        journal: The finished run's journal; it is closed.
        finished: What that journal says.
        output: The finished run's output, as the run wrote it.
        digests: The digest of each row of the input, in order.

    Returns:
        The new journal, locked; its settings are those of the run.

    Raises:
        ConfigurationError: The folder cannot be written.
    """
    path = journal.path
    temporary = path.with_name(f"{path.name}.tmp")
    temporary.unlink(missing_ok=True)
    with Journal(temporary) as rebuilt:
        rebuilt.begin(finished.settings, finished.settings_digest)
        for index, (line, value) in enumerate(read_outputs(output)):
            rebuilt.append(index, digests[index], line, is_failed="error" in value)
        rebuilt.sync()
    temporary.replace(path)
    journal.close()
    return Journal(path)


def _unreadable(output: Path, error: Exception) -> ConfigurationError:
    return ConfigurationError(
        f"the journal says {str(output)!r} is finished, but it cannot be read ({error}); put "
        "it back, or start over with --overwrite"
    )


def finish(journal: Journal, output: Path, *, input_digest: str, rows: int) -> None:
    """Publish the output, then reduce the journal to the one line that says so."""
    digest = publish(journal, output, rows=rows)
    header = journal.header or {}
    settings = header.get("settings")
    journal.finish(
        FinishedRun(
            input_digest=input_digest,
            settings=settings if isinstance(settings, Mapping) else {},
            settings_digest=str(header.get("settings_digest")),
            rows=rows,
            output_sha256=digest,
        )
    )
