import json
import math
import os
import statistics
import zlib
from pathlib import Path

import pytest

from bedrock_llm.catalog.scripts import SCRIPT_RANGES, has_script
from bedrock_llm.catalog.tokenizer_rows import TOKENIZER_ROWS, find_tokenizer_row
from bedrock_llm.tokens import Tokenizer
from bedrock_llm.vocabularies import VOCABULARIES

RECORDINGS = Path(
    os.environ.get("BEDROCK_LLM_RECORDINGS")
    or Path(__file__).parents[1].parent / "shared" / "recordings"
)


@pytest.mark.parametrize(
    ("base_id", "vocabulary", "exactness", "scale_permille"),
    [
        ("openai.gpt-oss-120b-1:0", "o200k", "exact", 1000),
        ("openai.gpt-oss-safeguard-20b", "o200k", "exact", 1000),
        ("openai.gpt-6.1-sol", "o200k", "probable", 1000),
        ("mistral.ministral-3-8b-instruct", "tekken", "exact", 1000),
        ("mistral.mistral-large-3-675b-instruct", "tekken", "exact", 1000),
        ("mistral.magistral-small-2509", "tekken", "exact", 1000),
        ("mistral.devstral-2-123b", "tekken", "exact", 1000),
        ("mistral.voxtral-mini-3b-2507", "tekken", "exact", 1000),
        ("mistral.mistral-small-2402-v1:0", "mistral_v2", "exact", 1000),
        ("mistral.mistral-large-2402-v1:0", "mistral_v2", "exact", 1000),
        ("mistral.mistral-large-2407-v1:0", "mistral_v3", "exact", 1000),
        ("mistral.mistral-7b-instruct-v0:2", "mistral_v1", "probable", 1000),
        ("mistral.mixtral-8x7b-instruct-v0:1", "mistral_v1", "probable", 1000),
        ("mistral.pixtral-large-2502-v1:0", "mistral_v7", "probable", 1000),
        ("mistral.new-model-v1:0", "tekken", "probable", 1000),
        ("google.gemma-3-27b-it", "gemma4", "exact", 1000),
        ("google.gemma-4-31b", "gemma4", "exact", 1000),
        ("nvidia.nemotron-super-3-120b", "tekken", "probable", 1000),
        ("meta.llama3-3-70b-instruct-v1:0", "llama3", "exact", 1000),
        ("meta.llama4-scout-17b-instruct-v1:0", "llama4", "exact", 1000),
        ("meta.llama2-13b-chat-v1", "o200k", "estimated", 1000),
        ("anthropic.claude-3-haiku-20240307-v1:0", "claude3", "reconstructed", 1000),
        ("anthropic.claude-3-7-sonnet-20250219-v1:0", "claude3", "reconstructed", 1000),
        ("anthropic.claude-opus-4-20250514-v1:0", "claude3", "reconstructed", 1000),
        ("anthropic.claude-opus-4-6-v1", "claude3", "reconstructed", 1000),
        ("anthropic.claude-sonnet-4-6", "claude3", "reconstructed", 1000),
        ("anthropic.claude-haiku-4-5-20251001-v1:0", "claude3", "reconstructed", 1000),
        ("anthropic.claude-opus-4-7", "claude47", "reconstructed", 1000),
        ("anthropic.claude-opus-4-8", "claude48", "reconstructed", 1000),
        ("anthropic.claude-sonnet-5", "claude48", "reconstructed", 1000),
        ("anthropic.claude-fable-5", "claude48", "reconstructed", 1000),
        ("anthropic.claude-opus-5", "claude5", "reconstructed", 1000),
        ("anthropic.claude-opus-5-5", "claude48", "probable", 1000),
        ("anthropic.claude-fable-5-1", "claude48", "probable", 1000),
        ("anthropic.claude-sonnet-4-9", "claude48", "probable", 1000),
        ("anthropic.claude-mythos-5", "claude48", "probable", 1000),
        ("anthropic.claude-v2:1", "claude2", "exact", 1000),
        ("anthropic.claude-instant-v1", "claude2", "exact", 1000),
        ("qwen.qwen3-32b-v1:0", "qwen3", "exact", 1000),
        ("qwen.qwen3-coder-next", "qwen3", "exact", 1000),
        ("qwen.qwen3.5-27b", "o200k", "estimated", 1006),
        ("deepseek.r1-v1:0", "deepseek", "exact", 1000),
        ("deepseek.v3-v1:0", "deepseek", "exact", 1000),
        ("deepseek.v3.2", "deepseek", "exact", 1000),
        ("deepseek.v4", "o200k", "estimated", 1015),
        ("zai.glm-4.6", "glm4", "exact", 1000),
        ("zai.glm-4.7-flash", "glm5", "exact", 1000),
        ("zai.glm-5", "glm5", "exact", 1000),
        ("zai.glm-5.3", "glm5", "probable", 1000),
        ("minimax.minimax-m2.5", "minimax", "exact", 1000),
        ("minimax.minimax-m3", "o200k", "estimated", 997),
        ("moonshot.kimi-k2-thinking", "kimi", "exact", 1000),
        ("moonshotai.kimi-k2.5", "kimi", "probable", 1000),
        ("moonshotai.kimi-k3", "kimi", "exact", 1000),
        ("moonshotai.kimi-k3.1", "kimi", "probable", 1000),
        ("anthropic.claude-v1", "claude2", "probable", 1000),
        ("amazon.nova-lite-v1:0", "gemma4", "estimated", 1000),
        ("amazon.nova-2-lite-v1:0", "minimax", "estimated", 1000),
        ("amazon.titan-text-lite-v1", "o200k", "estimated", 1000),
        ("somebody.new-model-v1:0", "o200k", "estimated", 1000),
    ],
)
def test_a_model_is_counted_by_the_row_of_its_longest_prefix(
    base_id, vocabulary, exactness, scale_permille
):
    row = find_tokenizer_row(base_id)
    found = (row.vocabulary, row.exactness, row.scale_permille)
    assert found == (vocabulary, exactness, scale_permille)


def test_every_row_names_a_vocabulary_and_its_evidence_and_has_the_bound_its_label_asks_for():
    substitutes = [row.substitute for row in TOKENIZER_ROWS if row.substitute]
    for row in [*TOKENIZER_ROWS, *substitutes]:
        assert row.vocabulary in VOCABULARIES
        assert row.evidence
        if row.exactness in {"exact", "reconstructed"}:
            assert (row.error_bound, row.scale_permille) == (0.0, 1000)
        elif row.exactness == "probable":
            assert (row.error_bound, row.scale_permille) == (None, 1000)
        else:
            assert row.error_bound is not None
            assert 0 < row.error_bound < 1


def test_the_shares_of_a_row_name_scripts_and_vocabularies_and_have_their_own_bounds():
    shared = [row for row in TOKENIZER_ROWS if row.shares]
    assert shared
    for row in shared:
        assert row.exactness == "estimated"
        assert len({share.script for share in row.shares}) == len(row.shares)
        for share in row.shares:
            assert share.script in SCRIPT_RANGES
            assert share.vocabulary in VOCABULARIES
            assert share.scale_permille > 0
        assert 0 < row.latin_error_bound <= row.error_bound < 1


def test_the_ranges_of_scripts_do_not_overlap():
    def is_in(character, ranges):
        return any(first <= character <= last for first, last in ranges)

    for point in (*range(0x3000), *range(0x3000, 0x10000, 7), 0x20000, 0x3FFFF):
        found = [name for name, ranges in SCRIPT_RANGES.items() if is_in(chr(point), ranges)]
        assert len(found) <= 1, (hex(point), found)
        assert not (found and point < 0x370)
        assert has_script(f"é{chr(point)}") == bool(found)


def test_no_two_rows_have_one_prefix_and_one_row_takes_the_rest():
    prefixes = [row.prefix for row in TOKENIZER_ROWS]
    assert len(set(prefixes)) == len(prefixes)
    assert "" in prefixes


def read_documents() -> list[dict[str, object]]:
    path = RECORDINGS / "claude_documents.jsonl"
    if not path.is_file():
        pytest.skip(f"no recordings at {path}; set BEDROCK_LLM_RECORDINGS")
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def fit(pairs: list[tuple[str, int, int]]) -> tuple[int, float]:
    """Give the scale of one half and the 95th percentile of the error over the other."""
    halves: tuple[list[tuple[int, int]], list[tuple[int, int]]] = ([], [])
    for name, counted, true in pairs:
        halves[zlib.crc32(name.encode()) % 2].append((counted, true))
    scale_permille = round(1000 * statistics.median(true / counted for counted, true in halves[0]))
    errors = [
        abs(math.ceil(counted * scale_permille / 1000) - true) / true for counted, true in halves[1]
    ]
    return scale_permille, statistics.quantiles(errors, n=20)[-1]


@pytest.mark.parametrize("name", ["llama3", "llama4"])
def test_the_scale_and_bound_of_llama_substitutes_are_what_the_real_vocabulary_gives(name):
    estimate, true = Tokenizer.for_name("o200k"), Tokenizer.for_name(name)
    documents = read_documents()
    pairs = [(row["id"], estimate.count(row["text"]), true.count(row["text"])) for row in documents]
    substitute = find_tokenizer_row(f"meta.{name}-x").substitute
    scale_permille, error = fit(pairs)
    assert substitute.scale_permille == scale_permille
    assert substitute.error_bound == pytest.approx(error, abs=0.01)
