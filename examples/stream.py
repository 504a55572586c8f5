"""Print a reply while it is being written, then the whole of it as a `Response`."""

import asyncio
import os

from bedrock_llm import ModelFactory
from bedrock_llm.local import local_endpoint


async def tell() -> None:
    """Stream text; leaving the `async with` early would close the connection."""
    model = ModelFactory.create_model("us.amazon.nova-lite-v1:0")
    async with model, model.stream_text("Tell a story about a harbour.", max_tokens=80) as stream:
        async for piece in stream.text:
            print(piece, end="", flush=True)
        response = await stream.final_response()
    print(f"\n{response.usage} {response.stop_reason}")


def main() -> None:
    """Run against the local endpoint, which needs no account and no network."""
    with local_endpoint() as endpoint:
        os.environ.update(endpoint.environment())
        asyncio.run(tell())


if __name__ == "__main__":
    main()
