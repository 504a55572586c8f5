"""`fit_messages`: keep of a conversation what fits.

    messages ─► settings, head, prompt ─► plan (core) ─┬─► kept ─► summary, repairs ─► Fitted
                                                       └─► too large ─► longest text cut, or error

Nothing that is given is changed; what is kept as it was is the very object. The core looks from the
newest end only as far as it keeps, and so does all that is done here.
"""

from collections.abc import Awaitable, Iterable
from inspect import isawaitable
from typing import Unpack

from bedrock_llm.fitted import Fitted, GivenMessage
from bedrock_llm.window.job import Job
from bedrock_llm.window.settings import WindowOptions, read_settings

__all__ = ["afit_messages", "fit_messages"]


def fit_messages(
    messages: Iterable[GivenMessage],
    *,
    max_tokens: int,
    model: str,
    **options: Unpack[WindowOptions],
) -> Fitted[GivenMessage]:
    """Keep of a conversation what fits a window.

    System prompts, the newest user turn (the task, also of a long tool loop) and the newest group
    are always kept; tool calls are never parted from their results; the result starts with the
    user and alternates. A larger budget never keeps less, and what was kept is kept again.

    Args:
        messages: `Message`s, or mappings of Converse's, Anthropic's or OpenAI's shape.
        max_tokens: The window in tokens: prompt and reply together, where `reserve_tokens` says
            what the reply may take; else the prompt alone.
        model: The model id whose tokens count.
        **options: See `bedrock_llm.window.WindowOptions`.

    Returns:
        What is kept, in the same shape, and what was left out and why.

    Raises:
        ContextWindowError: Even what must be kept does not fit; the error has both numbers.
        ParameterError: An option is unknown or out of range.
        MessageError: A message cannot be read.
        ModelIdError: The model id cannot be read.

    Example:
        >>> talk = [
        ...     {"role": "user", "content": "hello " * 90},
        ...     {"role": "assistant", "content": "hi"},
        ...     {"role": "user", "content": "What is a token?"},
        ... ]
        >>> fitted = fit_messages(talk, max_tokens=90, model="openai.gpt-oss-20b-1:0")
        >>> fitted.messages
        [{'role': 'user', 'content': 'What is a token?'}]
        >>> fitted.tokens_after, fitted.tokens_before
        (74, 176)
    """
    job = Job(messages, read_settings(max_tokens, model, options))
    summary = job.ask_summary()
    if isawaitable(summary):
        raise job.refuse_awaitable(summary)
    return job.finish(summary)


async def afit_messages(
    messages: Iterable[GivenMessage],
    *,
    max_tokens: int,
    model: str,
    **options: Unpack[WindowOptions],
) -> Fitted[GivenMessage]:
    """Keep of a conversation what fits a window; `summarize` may be a coroutine function.

    Arguments, result and errors are those of `fit_messages`.
    """
    job = Job(messages, read_settings(max_tokens, model, options))
    summary = job.ask_summary()
    if isinstance(summary, Awaitable):
        summary = await summary
    return job.finish(summary)
