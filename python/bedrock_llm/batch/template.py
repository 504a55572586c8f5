"""Fill a prompt template from the columns of a record.

`Translate {text} to {language}`: a name in braces is a column; `{{` and `}}` are braces. Nothing
else of Python's format language works (no attributes, indexes, conversions, format widths), so a
template can reach nothing but the row.
"""

from collections.abc import Iterable, Mapping
from string import Formatter

from bedrock_llm.batch.fields import describe
from bedrock_llm.errors import ConfigurationError, InputError


class PromptTemplate:
    """Hold a template that was read once and is filled for each record.

    Args:
        text: The template.

    Raises:
        ConfigurationError: The braces do not match, a name carries more than a name, or there
            is none.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        try:
            self._parts = list(Formatter().parse(text))
        except ValueError as error:
            raise ConfigurationError(
                f"template {text!r}: {error}; write {{{{ for a brace"
            ) from error
        for _literal, name, width, conversion in self._parts:
            if name is not None and (not name.strip() or width or conversion):
                raise ConfigurationError(
                    f"template {text!r}: only a column's name may stand in braces; "
                    "write {{ and }} for braces in the text"
                )
        self.columns = tuple(dict.fromkeys(name for _, name, _, _ in self._parts if name))
        if not self.columns:
            raise ConfigurationError(
                f"template {text!r} names no column, so every row would be the same prompt; write "
                "the columns in braces: {text}"
            )

    def missing(self, columns: Iterable[str]) -> tuple[str, ...]:
        """Name the columns the template needs and `columns` lacks."""
        present = set(columns)
        return tuple(name for name in self.columns if name not in present)

    def render(self, record: Mapping[str, object]) -> str:
        """Fill the template from one record.

        Raises:
            InputError: A column is missing, empty of a value, or holds an object or array.
        """
        missing = self.missing(record)
        if missing:
            raise InputError(missing_columns(missing, record))
        return "".join(
            literal + ("" if name is None else _as_text(name, record[name]))
            for literal, name, _width, _conversion in self._parts
        )


def missing_columns(missing: Iterable[str], present: Iterable[str]) -> str:
    """Say which columns of a template are missing and which there are."""
    return (
        f"the template needs the column {', '.join(map(repr, missing))}; "
        f"the input has {', '.join(map(repr, present)) or 'none'}"
    )


def _as_text(name: str, value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    raise InputError(f"column {name!r} must be text or a number; found {describe(value)}")
