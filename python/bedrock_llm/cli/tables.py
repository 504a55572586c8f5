"""Print rows as a table for people, or as TSV or JSON for programs."""

import json
import sys
from collections.abc import Iterable, Sequence
from decimal import Decimal

import click
from rich.cells import cell_len
from rich.console import Console
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

OUTPUT_FORMATS = ("table", "tsv", "json")

Cell = str | int | float | Decimal | None
Cells = tuple[Cell, ...]


def print_rows(columns: Sequence[str], rows: Iterable[Cells], output_format: str | None) -> None:
    """Print rows to standard output.

    Args:
        columns: The names of the columns.
        rows: A cell per column; None is unknown.
        output_format: One of `OUTPUT_FORMATS`; None is a table on a terminal and TSV elsewhere.
    """
    chosen = output_format or ("table" if sys.stdout and sys.stdout.isatty() else "tsv")
    {"table": _print_table, "tsv": _print_tsv, "json": _print_json}[chosen](columns, list(rows))


def _print_table(columns: Sequence[str], rows: Sequence[Cells]) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for number, name in enumerate(columns):
        cells = [row[number] for row in rows]
        is_number = any(isinstance(cell, int | float | Decimal) for cell in cells)
        # An id or a number that is cut would be another one: such a column is never narrower.
        is_whole = is_number or name in _WHOLE
        table.add_column(
            name.replace("_", " "),
            justify="right" if is_number else "left",
            overflow="fold",
            min_width=max((cell_len(_show(name, cell)) for cell in cells), default=0)
            if is_whole
            else None,
        )
    for row in rows:
        table.add_row(*(Text(_show(name, cell)) for name, cell in zip(columns, row, strict=True)))
    _widen(Console(), table).print(table)


def _widen(console: Console, table: Table) -> Console:
    """Give a console that the table fits on: a terminal wraps what is longer than its lines."""
    least = Measurement.get(console, console.options.update(max_width=_NO_LIMIT), table).minimum
    return Console(width=max(console.width, least))


def _print_tsv(columns: Sequence[str], rows: Sequence[Cells]) -> None:
    click.echo("\t".join(columns))
    for row in rows:
        cells = ("" if cell is None else str(cell) for cell in row)
        click.echo("\t".join(cell.translate(_FLAT) for cell in cells))


def _print_json(columns: Sequence[str], rows: Sequence[Cells]) -> None:
    found = [dict(zip(columns, row, strict=True)) for row in rows]
    click.echo(json.dumps(found, ensure_ascii=False, indent=2, default=float))


def _show(name: str, cell: Cell) -> str:
    if cell is None:
        return "-"
    if isinstance(cell, bool | str):
        return str(cell)
    if name == "error_bound":
        return f"±{cell:.0%}" if cell else "0"
    return f"{cell:,}"


_WHOLE = frozenset({"source", "model", "family"})
_NO_LIMIT = 10_000
_FLAT = str.maketrans({"\t": " ", "\n": " ", "\r": " "})
