"""`bedrock-llm serve`: Bedrock's wire protocol on this machine, for boto3 and everything else."""

import asyncio
import shlex
import signal

import click

from bedrock_llm.local import FaultPlan, LocalEndpoint, LocalSettings

_EPILOG = """
\b
Faults, each a share of requests from 0 to 1 (repeat --fault):
  throttle_rate  internal_error_rate  unavailable_rate  model_error_rate  model_timeout_rate
  model_not_ready_rate  reset_rate  stall_rate
  in streams: mid_stream_error_rate  stream_reset_rate  stream_stall_rate  half_frame_rate
              bad_checksum_rate  missing_stop_rate
and, in seconds: latency_seconds  first_byte_seconds  chunk_interval_seconds  retry_after_seconds
"""


@click.command(epilog=_EPILOG, short_help="Serve Bedrock's protocol on this machine.")
@click.option(
    "--port",
    type=click.IntRange(0, 65_535),
    default=8791,
    show_default=True,
    help="Port; 0 takes a free one.",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Loopback address.")
@click.option(
    "--region",
    "region_name",
    default="us-east-1",
    show_default=True,
    help="Region that signatures must name.",
)
@click.option("--seed", type=int, default=0, show_default=True, help="Changes every reply.")
@click.option(
    "--fault", "faults", multiple=True, metavar="NAME=VALUE", help="Break something on purpose."
)
def serve(port: int, host: str, region_name: str, seed: int, faults: tuple[str, ...]) -> None:
    """Serve Converse, ConverseStream and CountTokens on this machine until Ctrl-C.

    Replies are made up, and the same each time. The lines printed first point boto3 here.
    """
    settings = LocalSettings.build({"host": host, "region_name": region_name, "seed": seed})
    endpoint = LocalEndpoint(FaultPlan.parse(faults), port=port, settings=settings)
    asyncio.run(_serve(endpoint))


async def _serve(endpoint: LocalEndpoint) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    async with endpoint:
        click.echo(f"# serving Bedrock's protocol on {endpoint.url} until Ctrl-C")
        for name, value in endpoint.environment().items():
            click.echo(f"export {name}={shlex.quote(value)}")
        await stopped.wait()
    click.echo("# stopped", err=True)
