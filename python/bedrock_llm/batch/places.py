"""Where a run's output goes, and which places are refused before anything is called."""

import os
from pathlib import Path

from bedrock_llm.batch.sources import Prompts
from bedrock_llm.errors import ConfigurationError

_COMPRESSED = ".gz"


def default_output(prompts: Prompts) -> Path:
    """Name the output of a run that was given none: `<stem>.replies.jsonl` in this folder.

    Raises:
        ConfigurationError: The prompts have no name to make one of.
    """
    if not isinstance(prompts, str | os.PathLike):
        raise ConfigurationError("rows that are no file have no name; say where the replies go")
    if prompts == "-":
        return Path("stdin.replies.jsonl")
    path = Path(prompts).absolute()
    stem = path.name.removesuffix(_COMPRESSED) if path.is_file() else path.name
    return Path(f"{Path(stem).stem if path.is_file() else stem}.replies.jsonl")


def check_output(output: Path, prompts: Prompts) -> None:
    """Refuse an output that would be read as input, or that is a folder.

    Raises:
        ConfigurationError: The output cannot stand where it was put.
    """
    if output.is_dir():
        raise ConfigurationError(f"the output {str(output)!r} is a folder; name a file in it")
    if output.exists() and not output.is_file():
        raise ConfigurationError(f"the output {str(output)!r} is no ordinary file; name one")
    if not output.absolute().parent.is_dir():
        raise ConfigurationError(f"there is no folder {str(output.parent)!r}; make it first")
    if not isinstance(prompts, str | os.PathLike) or prompts == "-":
        return
    source = Path(prompts)
    target = output.resolve()
    if target == source.resolve() or (source.is_dir() and target.is_relative_to(source.resolve())):
        raise ConfigurationError(
            f"the output {str(output)!r} lies in the input {str(source)!r}; choose another with -o"
        )
