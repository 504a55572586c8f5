"""Count tokens without a call, an account or a network, and see how exact each count is."""

from bedrock_llm import Tokenizer

MODELS = (
    "openai.gpt-oss-20b-1:0",
    "mistral.mistral-large-3-675b-instruct",
    "us.meta.llama3-3-70b-instruct-v1:0",
    "us.anthropic.claude-haiku-4-5-20251001-v1:0",
)
TEXT = "The quick brown fox, le renard brun, 素早い茶色の狐 🦊"


def main() -> None:
    """Print one line per model."""
    for model_id in MODELS:
        count = Tokenizer.for_model(model_id).measure(TEXT)
        print(f"{model_id:<45} {count.tokens:>3} tokens, {count.exactness}: {count.method}")


if __name__ == "__main__":
    main()
