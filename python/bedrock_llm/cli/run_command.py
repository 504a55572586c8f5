"""`bedrock-llm run`: a file of prompts becomes a file of replies."""

import asyncio
import os
import shlex
import signal
import sys
from collections.abc import Mapping
from typing import Any

import click
from rich.console import Console

from bedrock_llm.batch import (
    DEFAULT_MODEL_ID,
    BatchOptions,
    BatchSummary,
    CreateModel,
    RunControl,
    Tally,
    run_batch,
)
from bedrock_llm.cli.endpoints import Target
from bedrock_llm.cli.exit_codes import (
    BAD_USAGE,
    CANNOT_CALL,
    EXIT_CODE,
    INTERRUPTED,
    OK,
    SOME_FAILED,
)
from bedrock_llm.cli.open_files import allow_connections
from bedrock_llm.cli.progress import open_progress
from bedrock_llm.cli.summary_table import print_summary
from bedrock_llm.errors import BedrockLLMError, InputError

_EPILOG = """
\b
Input rows, one JSON object a line, in any mix:
  {"prompt": "..."}
  {"messages": [{"role": "user", "content": "..."}], "max_tokens": 200}
  {"modelId": "...", "messages": [...], "inferenceConfig": {...}}     Converse
  {"custom_id": "...", "url": "/v1/chat/completions", "body": {...}}  OpenAI batch
  {"recordId": "...", "modelInput": {...}}                            Bedrock batch
A row may carry id, model, system, metadata and any generation parameter.

\b
Exit codes:
  0    every row has a reply
  1    the output is complete, but some rows failed; see --retry-failed
  2    bad usage or input; nothing was called
  3    could not call (credentials, region, endpoint, model) or could not go on
  130  interrupted; the same command goes on where it stopped
"""


@click.command(epilog=_EPILOG)
@click.argument("prompts")
@click.option("-o", "--output", help="File of replies.  [default: <name>.replies.jsonl, here]")
@click.option(
    "--model",
    "model_id",
    default=DEFAULT_MODEL_ID,
    show_default=True,
    help="Model of rows that name none: id, profile or ARN.",
)
@click.option(
    "--template",
    help='Make prompts of columns: "Translate {text} to {language}". Of the others only id, model, '
    "system and metadata are read.",
)
@click.option("--system", help="System prompt of rows that have none.")
@click.option("--max-tokens", type=int, help="Longest reply in tokens, where a row says nothing.")
@click.option("--temperature", type=float, help="Temperature, where a row says nothing.")
@click.option(
    "--concurrency",
    type=click.IntRange(1, 10_000),
    default=32,
    show_default=True,
    help="Calls in flight at most.",
)
@click.option("--limit", type=click.IntRange(1), help="Read this many rows only.")
@click.option("--retry-failed", is_flag=True, help="Call rows again that failed before.")
@click.option("--overwrite", is_flag=True, help="Start over; forget what an earlier run left.")
@click.option("--meta", is_flag=True, help="Put request id and latency on each line.")
@click.option(
    "--local",
    "is_local",
    is_flag=True,
    help="Call an endpoint on this machine: no AWS, no bill, made-up replies.",
)
@click.option(
    "--fault",
    "faults",
    multiple=True,
    metavar="NAME=VALUE",
    help="With --local: break something on purpose, such as throttle_rate=0.1.",
)
@click.option("--region", "region_name", help="AWS region.  [default: as configured]")
@click.option("--profile", "profile_name", help="Profile of ~/.aws/config.")
@click.option("--endpoint-url", help="Call this URL in place of AWS's own.")
@click.pass_context
def run(context: click.Context, /, **given: Any) -> None:
    """Answer every row of PROMPTS and write the replies in input order.

    PROMPTS is a JSONL or CSV file (gzip or not), a folder of text files, or - for standard input.
    Starting the same command again after a stop or a kill goes on where it ended.
    """
    target = Target(
        is_local=given["is_local"],
        faults=given["faults"],
        region_name=given["region_name"],
        profile_name=given["profile_name"],
        endpoint_url=given["endpoint_url"],
    )
    allow_connections(given["concurrency"] * (2 if target.is_local else 1))
    watch = _Watch()
    try:
        with target.open() as opened:
            options = _options(given, target.label, opened.region_name)
            summary = asyncio.run(_run(given, options, opened.create_model, watch))
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except BedrockLLMError as error:
        context.meta[EXIT_CODE] = watch.exit_code(error)
        raise
    finally:
        watch.close()
    try:
        _report(summary, is_local=target.is_local)
    except BrokenPipeError:
        # `| head` has read enough. Python flushes once more at its exit; somebody must take it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(_exit_code(summary))


class _Watch:
    """Show progress and notices, and remember how far the run came."""

    def __init__(self) -> None:
        self._console = Console(stderr=True)
        self._progress = open_progress(self._console)
        self._tally: Tally | None = None

    def update(self, tally: Tally) -> None:
        self._tally = tally
        self._progress.update(tally)

    @property
    def has_begun(self) -> bool:
        """Tell whether rows are being called; before that, input and journal are opened."""
        return self._tally is not None

    def exit_code(self, error: BedrockLLMError) -> int:
        """Tell what an error ends the process with: was anything called?"""
        if self._tally is None or (isinstance(error, InputError) and not self._tally.rows):
            return BAD_USAGE
        return CANNOT_CALL

    def say(self, line: str) -> None:
        self._console.print(line, soft_wrap=True, highlight=False, markup=False)

    def close(self) -> None:
        self._progress.close()


async def _run(
    given: Mapping[str, Any], options: BatchOptions, create_model: CreateModel, watch: _Watch
) -> BatchSummary:
    control = RunControl(on_progress=watch.update, on_notice=watch.say)
    loop = asyncio.get_running_loop()

    def stop() -> None:
        if not watch.has_begun:
            watch.say("interrupted before anything was called")
            watch.close()
            os._exit(INTERRUPTED)  # a thread that waits for its input would never let it end
        if control.stop.is_requested:
            watch.say("stopping now; calls in flight are given up")
        else:
            watch.say(
                f"stopping: waiting up to {options.grace_seconds:.0f} s for the calls in flight; "
                "press Ctrl-C again to give them up"
            )
        control.stop.request()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop)
    return await run_batch(
        given["prompts"],
        given["output"],
        options=options,
        create_model=create_model,
        control=control,
    )


def _options(given: Mapping[str, Any], label: str, region_name: str | None) -> BatchOptions:
    names = ("system", "max_tokens", "temperature")
    return BatchOptions(
        model_id=given["model_id"],
        template=given["template"],
        parameters={name: given[name] for name in names if given[name] is not None},
        concurrency=given["concurrency"],
        limit=given["limit"],
        is_overwriting=given["overwrite"],
        is_retrying_failed=given["retry_failed"],
        has_meta=given["meta"],
        region_name=region_name,
        labels={"endpoint": label},
    )


def _report(summary: BatchSummary, *, is_local: bool) -> None:
    if summary.was_complete:
        click.echo(
            "this run is complete; nothing was called. --overwrite starts over"
            + (", --retry-failed calls the failed rows again" if summary.tally.failures else "")
        )
    print_summary(summary, is_local=is_local)
    for notice in summary.notices:
        click.echo(f"note: {notice}", err=True)
    if summary.is_interrupted:
        click.echo(f"interrupted; to go on: {_command_again()}", err=True)


def _command_again() -> str:
    arguments = [argument for argument in sys.argv[1:] if argument != "--overwrite"]
    return shlex.join(["bedrock-llm", *arguments])


def _exit_code(summary: BatchSummary) -> int:
    if summary.is_interrupted:
        return INTERRUPTED
    return SOME_FAILED if summary.tally.failures else OK
