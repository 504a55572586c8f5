"""Call the model of a row; a failure is a value, so one row never ends the others.

Models are made once per distinct id, off the event loop, by an injected function, and live until
the run ends.
"""

import asyncio
from collections.abc import Callable
from typing import Any, Protocol

from bedrock_llm.batch.rows import Row
from bedrock_llm.errors import BedrockLLMError, InputError
from bedrock_llm.responses import Response


class TextModel(Protocol):
    """What the engine needs of a model: one method to call and one to close."""

    async def generate_text(self, messages: Any, **parameters: Any) -> Response:
        """Answer messages; see `BaseModelImplementation.generate_text`."""

    async def close(self) -> None:
        """Let go of connections."""


CreateModel = Callable[[str], TextModel]


class Caller:
    """Answer rows with the models they name.

    Args:
        create_model: Makes the model of an id; may raise `BedrockLLMError`.
        default_model_id: The model of rows that name none, or None.
    """

    def __init__(self, create_model: CreateModel, default_model_id: str | None) -> None:
        self._create_model = create_model
        self.default_model_id = default_model_id
        self._models: dict[str, TextModel | BedrockLLMError] = {}
        self._creating = asyncio.Lock()

    async def prepare(self) -> None:
        """Make the default model, so that an id nobody knows is said before anything is called.

        Raises:
            BedrockLLMError: The default model cannot be made.
        """
        if self.default_model_id is not None:
            model = await self._create(self.default_model_id)
            if isinstance(model, BedrockLLMError):
                raise model

    async def answer(self, row: Row) -> Response | BedrockLLMError:
        """Call one row; every failure the library knows comes back as a value."""
        if row.fault is not None or row.prompt is None:
            return row.fault or InputError("the row holds neither a prompt nor a fault")
        model_id = row.prompt.model_id or self.default_model_id
        if model_id is None:
            return InputError("the row names no model and the run has no default; name one")
        model = self._models.get(model_id)
        if model is None:
            model = await self._create(model_id)
        if isinstance(model, BedrockLLMError):
            return model
        try:
            return await model.generate_text(row.prompt.messages, **row.prompt.parameters)
        except BedrockLLMError as error:
            return error

    async def close(self) -> None:
        """Close every model that was made."""
        models = [model for model in self._models.values() if not isinstance(model, Exception)]
        self._models.clear()
        for model in models:
            await model.close()

    async def _create(self, model_id: str) -> TextModel | BedrockLLMError:
        async with self._creating:
            if model_id not in self._models:
                try:
                    self._models[model_id] = await asyncio.to_thread(self._create_model, model_id)
                except BedrockLLMError as error:
                    self._models[model_id] = error
            return self._models[model_id]
