"""How many files the process may hold open: each call in flight is one, a connection."""

import resource

from bedrock_llm.errors import ConfigurationError

_OTHERS = 64
"""Files a run holds beside its connections: input, journal, libraries, the resolver."""


def allow_connections(count: int) -> None:
    """Raise the process's own limit so that it can hold connections, as far as the system lets it.

    Args:
        count: Connections at the same time, both ends counted where both are here.

    Raises:
        ConfigurationError: The system allows fewer files than that needs.
    """
    needed = count + _OTHERS
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY or soft >= needed:
        return
    if hard != resource.RLIM_INFINITY and hard < needed:
        raise ConfigurationError(
            f"--concurrency needs {needed:,} open files, but the system allows {hard:,}; lower it "
            "or raise the limit (`ulimit -n`)"
        )
    resource.setrlimit(resource.RLIMIT_NOFILE, (needed, hard))
