import json
import os
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parents[1] / "scripts" / "check_recordings.py"


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if k != "BEDROCK_LLM_RECORDINGS"}
    return subprocess.run(
        [sys.executable, str(SCRIPT), *arguments],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )


def record(text: str, tokens: int, *, quality: str = "recorded", line: int = 0) -> str:
    row = {
        "model": "anthropic.claude-3-haiku-20240307-v1:0",
        "op": "converse",
        "input_tokens": tokens,
        "usage": {"inputTokens": tokens},
        "has_media": False,
        "request": {"messages": [{"role": "user", "content": [{"text": text}]}]},
        "response": {"content": []},
        "source": f"github:somebody/something@1:{line}",
        "quality": quality,
    }
    return json.dumps(row)


def test_without_recordings_it_says_why_and_exits_with_2(tmp_path):
    for arguments in ((), ("--recordings", str(tmp_path))):
        result = run(*arguments)
        assert result.returncode == 2
        assert "no recordings to compare with" in result.stderr


def test_records_that_fit_hit_the_targets_and_mocks_are_left_out_with_their_count(tmp_path):
    lines = [record("hi", 8), record("hi", 8, line=1), record("hi", 99, quality="suspect")]
    (tmp_path / "bedrock_claude.jsonl").write_text("\n".join(lines), encoding="utf-8")
    result = run("--recordings", str(tmp_path))
    assert result.returncode == 0, result.stdout + result.stderr
    assert "1 left out: quality flag: suspect or edited mock" in result.stdout
    assert "1 left out: the same request and count once more" in result.stdout
    assert "TARGET plain_exact measured=1.0000" in result.stdout


def test_a_record_that_does_not_fit_is_a_miss_and_is_printed(tmp_path):
    (tmp_path / "bedrock_claude.jsonl").write_text(record("hi", 80), encoding="utf-8")
    result = run("--recordings", str(tmp_path), "--halves")
    assert result.returncode == 1
    assert "recorded 80, counted 8" in result.stdout
    assert "TARGET plain_exact measured=0.0000 goal=0.95 n=1 miss" in result.stdout
