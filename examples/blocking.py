"""Use a model from a program that has no event loop: the same methods, without `await`."""

import os

from bedrock_llm import ModelFactory
from bedrock_llm.local import local_endpoint

TOWNS = ("Ghent", "Évora", "札幌")


def main() -> None:
    """Ask one question per town, then close the connections."""
    with local_endpoint() as endpoint:
        os.environ.update(endpoint.environment())
        model = ModelFactory.create_model("mistral.mistral-large-2402-v1:0", temperature=0)
        for town in TOWNS:
            question = f"In which country is {town}? One word."
            response = model.blocking.generate_text(question, max_tokens=8)
            print(f"{town}: {response.text}")
        model.blocking.close()


if __name__ == "__main__":
    main()
