"""Writes seconds and targets as every comparison does."""


def format_target(name: str, measured: float | None, goal: float, *, is_most: bool) -> str:
    """Write one target; what was not measured is a miss.

    Args:
        name: The target.
        measured: What was measured, in the goal's unit.
        goal: The goal.
        is_most: Whether the goal is the most that is allowed, rather than the least.
    """
    if measured is None:
        return f"TARGET {name} measured=- goal={goal:g} miss"
    is_hit = measured <= goal if is_most else measured >= goal
    return f"TARGET {name} measured={measured:.4g} goal={goal:g} {'hit' if is_hit else 'miss'}"


def format_seconds(seconds: float) -> str:
    """Write seconds in the unit that suits them."""
    units = ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs"))
    size, unit = next((row for row in units if seconds >= row[0]), units[-1])
    return f"{seconds / size:.3g} {unit}"


def format_ratio(ratio: float) -> str:
    """Write how many times slower something is, with the digits that mean something."""
    return f"{ratio:,.1f}x" if ratio < 10 else f"{ratio:,.0f}x"  # noqa: PLR2004  two digits
