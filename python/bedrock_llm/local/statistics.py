"""Count what an endpoint did.

    Counters (changed by the endpoint's loop) ──snapshot──► Statistics (yours to keep)

A snapshot may be taken from any thread: each figure is copied in one step of the interpreter.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistics:
    """Hold an endpoint's figures at one moment.

    Attributes:
        requests: Requests by operation; those that name no operation under `unknown`.
        answers: Replies by HTTP status; one that was broken off is not here.
        refusals: Refusals by error code, planned faults included.
        faults: Planned faults that were acted out, by kind.
        input_tokens: Input tokens of every reply.
        output_tokens: Output tokens of every reply.
        requests_in_flight: Requests being served now.
        most_in_flight: The most that ever were at once.
    """

    requests: Mapping[str, int]
    answers: Mapping[int, int]
    refusals: Mapping[str, int]
    faults: Mapping[str, int]
    input_tokens: int
    output_tokens: int
    requests_in_flight: int
    most_in_flight: int


class Counters:
    """Keep the figures of one endpoint."""

    def __init__(self) -> None:
        self.requests: Counter[str] = Counter()
        self.answers: Counter[int] = Counter()
        self.refusals: Counter[str] = Counter()
        self.faults: Counter[str] = Counter()
        self.input_tokens = 0
        self.output_tokens = 0
        self._in_flight = 0
        self._most_in_flight = 0

    @contextmanager
    def in_flight(self) -> Iterator[None]:
        """Count one request as being served."""
        self._in_flight += 1
        self._most_in_flight = max(self._most_in_flight, self._in_flight)
        try:
            yield
        finally:
            self._in_flight -= 1

    def snapshot(self) -> Statistics:
        """Copy the figures.

        Returns:
            The figures at this moment.
        """
        return Statistics(
            requests=MappingProxyType(dict(self.requests)),
            answers=MappingProxyType(dict(self.answers)),
            refusals=MappingProxyType(dict(self.refusals)),
            faults=MappingProxyType(dict(self.faults)),
            input_tokens=self.input_tokens,
            output_tokens=self.output_tokens,
            requests_in_flight=self._in_flight,
            most_in_flight=self._most_in_flight,
        )
