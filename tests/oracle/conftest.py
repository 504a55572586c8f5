import json
import os
from pathlib import Path

import pytest

RECORDINGS = Path(
    os.environ.get("BEDROCK_LLM_RECORDINGS")
    or Path(__file__).parents[2].parent / "shared" / "recordings"
)


@pytest.fixture(scope="session")
def recorded_documents():
    """Texts of 150 languages and many programs, each with what Anthropic counted for it."""
    path = RECORDINGS / "claude_documents.jsonl"
    if not path.is_file():
        pytest.skip(f"no recordings at {path}; set BEDROCK_LLM_RECORDINGS")
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
