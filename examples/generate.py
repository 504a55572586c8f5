"""Ask a model one question. Without its first two lines, `main` calls Amazon Bedrock itself."""

import asyncio
import os

from bedrock_llm import ModelFactory
from bedrock_llm.local import local_endpoint


async def ask() -> None:
    """Print the reply, what it cost in tokens and why it ended."""
    model = ModelFactory.create_model("us.anthropic.claude-haiku-4-5-20251001-v1:0")
    async with model:
        response = await model.generate_text("Why is the sky blue?", max_tokens=60)
    print(response.text)
    print(response.usage, response.stop_reason)


def main() -> None:
    """Run against the local endpoint, which needs no account and no network."""
    with local_endpoint() as endpoint:
        os.environ.update(endpoint.environment())
        asyncio.run(ask())


if __name__ == "__main__":
    main()
