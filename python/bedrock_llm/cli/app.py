"""The command group, and the one place where errors become lines and exit codes."""

import sys
import traceback
from typing import Any

import click

from bedrock_llm.cli.count_command import count
from bedrock_llm.cli.exit_codes import BAD_USAGE, CANNOT_CALL, EXIT_CODE
from bedrock_llm.cli.hints import find_hint
from bedrock_llm.cli.models_command import models
from bedrock_llm.cli.run_command import run
from bedrock_llm.cli.serve_command import serve
from bedrock_llm.errors import BedrockLLMError


class OneLineErrors(click.Group):
    """Run a command and end its errors in one line; `--debug` shows the traceback."""

    def invoke(self, context: click.Context) -> Any:
        """Invoke a command."""
        try:
            return super().invoke(context)
        except BrokenPipeError:
            raise  # the reader went away; click ends the process quietly
        except BedrockLLMError as error:
            _say(context, str(error), find_hint(error))
            sys.exit(context.meta.get(EXIT_CODE, BAD_USAGE))
        except OSError as error:  # nothing the library wraps: most often a full standard output
            place = "standard output" if error.filename is None else repr(error.filename)
            _say(context, f"cannot use {place}: {error.strerror or error}", None)
            sys.exit(CANNOT_CALL)


def _say(context: click.Context, message: str, hint: str | None) -> None:
    if context.params.get("debug"):
        traceback.print_exc()
    click.echo(f"error: {' '.join(message.split())}", err=True)
    if hint is not None:
        click.echo(f"hint: {hint}", err=True)


@click.group(cls=OneLineErrors, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
@click.version_option(package_name="bedrock-llm-rs", prog_name="bedrock-llm")
def application(*, debug: bool) -> None:
    """Work with the language models of Amazon Bedrock."""
    del debug  # read by OneLineErrors


for command in (run, count, models, serve):
    application.add_command(command)
