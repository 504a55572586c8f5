"""What a caller may say about a model, and the check of each fact.

    keywords of register_model ─► check_facts ─► fields of ModelProfile

A fact is a row: its name, and the function that refuses a wrong value. The names are those of
`ModelProfile`; `price` stands for the rates of the registered id itself.
"""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from typing import Final, TypedDict

from bedrock_llm.catalog.profiles import ModelMode, Price
from bedrock_llm.catalog.snapshot import ABILITIES, RATES
from bedrock_llm.errors import ParameterError


class ModelFacts(TypedDict, total=False):
    """Facts that `register_model` takes; see `ModelProfile` for their meaning."""

    name: str
    mode: ModelMode
    lifecycle: str
    deprecation_date: date
    context_window_tokens: int
    max_output_tokens: int
    supports_system: bool
    supports_streaming: bool
    supports_tools: bool
    supports_tool_choice: bool
    supports_forced_tool_use: bool
    supports_vision: bool
    supports_documents: bool
    supports_video: bool
    supports_audio: bool
    supports_prompt_cache: bool
    supports_prompt_cache_1h: bool
    supports_reasoning: bool
    supports_adaptive_thinking: bool
    is_thinking_always_on: bool
    supports_sampling: bool
    supports_prefill: bool
    supports_structured_output: bool
    supports_mid_conversation_system: bool
    prompt_cache_min_tokens: int
    reasoning_effort_levels: tuple[str, ...]
    geographies: tuple[str, ...]
    is_sold_in_region: bool
    price: Price
    prices: Mapping[str, Price]
    region_prices: Mapping[str, Price]
    source: str
    verified_on: date


def check_facts(facts: Mapping[str, object]) -> dict[str, object]:
    """Check facts by their rows.

    Args:
        facts: Values by fact name.

    Returns:
        The same facts, with names of modes turned into `ModelMode`.

    Raises:
        ParameterError: A name is unknown (the nearest known one is named) or a value is not of
            its fact's type or range.
    """
    checked = {}
    for name, value in facts.items():
        if name not in _CHECKS:
            raise ParameterError(f"{name!r} is no fact of a model; {suggest(name, _CHECKS)}")
        checked[name] = _CHECKS[name](name, value)
    return checked


def suggest(name: str, known: Mapping[str, object]) -> str:
    """Say which known name comes nearest, or list them all."""
    near = get_close_matches(name, known, n=1)
    return f"did you mean {near[0]!r}?" if near else f"known: {', '.join(sorted(known))}"


def _check_text(name: str, value: object) -> str:
    if not isinstance(value, str) or not value:
        raise ParameterError(f"{name}={value!r} must be a text that is not empty")
    return value


def _check_tokens(name: str, value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ParameterError(f"{name}={value!r} must be a whole number of tokens, at least 1")
    return value


def _check_ability(name: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise ParameterError(f"{name}={value!r} must be True or False; leave it out if unknown")
    return value


def _check_mode(name: str, value: object) -> ModelMode:
    try:
        return ModelMode(str(value))
    except ValueError as error:
        modes = ", ".join(repr(mode.value) for mode in ModelMode)
        raise ParameterError(f"{name}={value!r} must be one of {modes}") from error


def _check_date(name: str, value: object) -> date:
    if type(value) is not date:
        raise ParameterError(f"{name}={value!r} must be a datetime.date")
    return value


def _check_names(name: str, value: object) -> tuple[str, ...]:
    if not isinstance(value, (tuple, list)) or not all(isinstance(item, str) for item in value):
        raise ParameterError(f"{name}={value!r} must be a tuple of texts")
    return tuple(value)


def _check_price(name: str, value: object) -> Price:
    if not isinstance(value, Price):
        raise ParameterError(f"{name}={value!r} must be a Price")
    for field in RATES.values():
        _check_rate(f"{name}: {field}", getattr(value, field))
    for tier in value.tiers:
        _check_tokens(f"{name}: above_input_tokens", tier.above_input_tokens)
        _check_price(f"{name}: tier above {tier.above_input_tokens} tokens", tier.price)
    for variant, price in value.variants.items():
        _check_price(f"{name}: {variant}", price)
    return value


def _check_rate(name: str, value: object) -> None:
    """Refuse money that is no Decimal: a float would add errors of its own."""
    is_money = isinstance(value, Decimal) and value.is_finite() and value >= 0
    if value is not None and not is_money:
        raise ParameterError(
            f"{name}={value!r} must be None or a Decimal in USD per million tokens, 0 or more; "
            'write Decimal("0.25")'
        )


def _check_prices(name: str, value: object) -> Mapping[str, Price]:
    if not isinstance(value, Mapping):
        raise ParameterError(f"{name}={value!r} must be a mapping from scope to Price")
    return {
        _check_text(f"{name}: scope", scope): _check_price(f"{name}[{scope!r}]", price)
        for scope, price in value.items()
    }


_CHECKS: Final[Mapping[str, Callable[[str, object], object]]] = {
    "name": _check_text,
    "mode": _check_mode,
    "lifecycle": _check_text,
    "deprecation_date": _check_date,
    "context_window_tokens": _check_tokens,
    "max_output_tokens": _check_tokens,
    **dict.fromkeys(ABILITIES.values(), _check_ability),
    "prompt_cache_min_tokens": _check_tokens,
    "reasoning_effort_levels": _check_names,
    "geographies": _check_names,
    "is_sold_in_region": _check_ability,
    "price": _check_price,
    "prices": _check_prices,
    "region_prices": _check_prices,
    "source": _check_text,
    "verified_on": _check_date,
}
