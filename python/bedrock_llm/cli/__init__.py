"""The `bedrock-llm` command: run, count, models, serve.

    bedrock-llm ─► main ─► app.py ─► run_command.py     ─► bedrock_llm.batch
                                  ├► count_command.py   ─► bedrock_llm.tokens
                                  ├► models_command.py  ─► bedrock_llm.catalog
                                  └► serve_command.py   ─► bedrock_llm.local

It needs the extra `cli` (click and rich). Errors of this library end in one line and a way out,
never in a traceback; `--debug` shows it.
"""

import sys
from io import TextIOWrapper

__all__ = ["main"]

_EXTRA = frozenset({"click", "rich"})


def main() -> None:
    """Run the command line; without the extra `cli`, say how to install it and exit with 2."""
    _print_anything()
    try:
        from bedrock_llm.cli.app import application  # noqa: PLC0415  the extra may be missing
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in _EXTRA:
            raise
        sys.stderr.write(
            f"error: the bedrock-llm command needs the package {error.name!r}; "
            "pip install 'bedrock-llm-rs[cli]'\n"
        )
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)
    application()


def _print_anything() -> None:
    """Let no character end the command: a terminal that cannot show one shows its number."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
