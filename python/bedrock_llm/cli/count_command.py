"""`bedrock-llm count`: how many tokens texts have, for which model, and how that is known."""

import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from bedrock_llm.batch import DEFAULT_MODEL_ID
from bedrock_llm.cli.tables import OUTPUT_FORMATS, Cells, print_rows
from bedrock_llm.context import count_request
from bedrock_llm.errors import InputError
from bedrock_llm.requests import Request
from bedrock_llm.tokens import TokenCount, Tokenizer

_LABEL_CHARACTERS = 40
_PATH = re.compile(r"\S*(/\S*|\.[A-Za-z]\w{0,5})")
_REQUEST_COLUMNS = (
    "source",
    "model",
    "tokens",
    "content",
    "framing",
    "exactness",
    "error_bound",
    "method",
)
_COLUMNS = ("source", "model", "tokens", "exactness", "error_bound", "method")


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedText:
    """Hold a text and what to call it."""

    label: str
    text: str


@click.command()
@click.argument("inputs", nargs=-1, metavar="[TEXT|FILE|-]...")
@click.option("--text", "texts", multiple=True, help="A text, whatever it looks like.")
@click.option(
    "--model",
    "models",
    multiple=True,
    help=f"Model id; give it again for more.  [default: {DEFAULT_MODEL_ID}]",
)
@click.option(
    "--as-request",
    is_flag=True,
    help="Count each text as the one message of a request, prompt format included.",
)
@click.option(
    "--format",
    "output_format",
    type=click.Choice(OUTPUT_FORMATS),
    help="[default: table on a terminal, else tsv]",
)
@click.option("--json", "is_json", is_flag=True, help="Same as --format json.")
def count(
    inputs: tuple[str, ...],
    texts: tuple[str, ...],
    models: tuple[str, ...],
    output_format: str | None,
    *,
    as_request: bool,
    is_json: bool,
) -> None:
    """Count the tokens of texts, files and standard input, offline.

    Each count says how it is known: exact (the vendor's own vocabulary), reconstructed, probable,
    or estimated with an error bound. Only the text is counted, without a chat template, unless
    --as-request asks for it.
    """
    tokenizers = {model: Tokenizer.for_model(model) for model in models or (DEFAULT_MODEL_ID,)}
    rows = [
        _request_cells(counted, model, tokenizer)
        if as_request
        else _cells(counted, model, tokenizer.measure(counted.text))
        for counted in _read_inputs(inputs, texts)
        for model, tokenizer in tokenizers.items()
    ]
    columns = _REQUEST_COLUMNS if as_request else _COLUMNS
    print_rows(columns, rows, "json" if is_json else output_format)


def _request_cells(counted: CountedText, model: str, tokenizer: Tokenizer) -> Cells:
    message = {"role": "user", "content": [{"text": counted.text}]}
    request = Request.from_converse({"messages": [message]}, model_id=model)
    measured = count_request(request, tokenizer=tokenizer, model_id=model)
    return (
        counted.label,
        model,
        measured.tokens,
        sum(measured.messages),
        measured.framing,
        measured.exactness,
        measured.error_bound,
        measured.method,
    )


def _cells(counted: CountedText, model: str, measured: TokenCount) -> Cells:
    return (
        counted.label,
        model,
        measured.tokens,
        measured.exactness,
        measured.error_bound,
        measured.method,
    )


def _read_inputs(inputs: Sequence[str], texts: Sequence[str]) -> Iterator[CountedText]:
    for text in texts:
        yield CountedText(label=_label(text), text=text)
    if not inputs and not texts:
        if sys.stdin is None or sys.stdin.isatty():
            raise click.UsageError("give a text, a file, or pipe text in")
        inputs = ("-",)
    for item in inputs:
        yield _read_input(item)


def _read_input(item: str) -> CountedText:
    if item == "-":
        return CountedText(label="-", text=_decode(_read_standard_input(), "standard input"))
    path = Path(item)
    if item and _is_file(path):  # Path("") is this folder
        return CountedText(label=click.format_filename(item), text=_decode(_read_bytes(path), item))
    if _PATH.fullmatch(item):
        raise InputError(f"there is no file {item!r}; to count it as a text use --text")
    return CountedText(label=_label(item), text=item)


def _read_standard_input() -> bytes:
    if sys.stdin is None:
        raise InputError("standard input is closed; pipe text in, or give a text or a file")
    return sys.stdin.buffer.read()


def _is_file(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # a text too long to be a name
        return False


def _read_bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"cannot read {str(path)!r}: {error.strerror or error}") from error


def _decode(content: bytes, name: str) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError(
            f"{name!r} is no UTF-8 text: byte 0x{content[error.start]:02x} at position "
            f"{error.start + 1}; only text has tokens"
        ) from error


def _label(text: str) -> str:
    shown = " ".join(text.split())
    short = f"{shown[: _LABEL_CHARACTERS - 3]}..."
    return repr(shown if len(shown) <= _LABEL_CHARACTERS else short)
