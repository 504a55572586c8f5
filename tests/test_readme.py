"""The README's examples run as they stand, against the local endpoint."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

import bedrock_llm
from bedrock_llm.local import local_endpoint

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
PYTHON_EXAMPLES = re.findall(
    r"^([A-Z][^\n]*):\n\n```python\n(.*?)^```", README, re.DOTALL | re.MULTILINE
)
SHELL_COMMANDS = [
    line
    for block in re.findall(r"^```sh\n(.*?)^```", README, re.DOTALL | re.MULTILINE)
    for line in block.splitlines()
]


# The package under test, not another one that the interpreter may find.
PACKAGE = {"PYTHONPATH": str(Path(bedrock_llm.__file__).parents[1])}


def run(command, environment):
    return subprocess.run(
        command, env=environment, capture_output=True, text=True, cwd=ROOT, timeout=100, check=False
    )


@pytest.mark.parametrize(("title", "code"), PYTHON_EXAMPLES, ids=[t for t, _ in PYTHON_EXAMPLES])
def test_each_python_example_runs_and_prints(title, code):
    with local_endpoint() as endpoint:
        home = {"PATH": "", "HOME": str(ROOT / "nowhere")}
        environment = home | PACKAGE | endpoint.environment()
        done = run([sys.executable, "-W", "error", "-c", code], environment)
    assert done.returncode == 0, f"{title}:\n{done.stderr}"
    assert done.stderr == ""
    assert done.stdout.strip()


def test_there_is_an_example_for_each_way_of_calling():
    assert [title for title, _code in PYTHON_EXAMPLES] == [
        "Generate",
        "Stream",
        "Count, offline",
        "Write a model's prompt",
        "Without an event loop",
        "Fit a window",
        "Repair a history",
        "With an imported model's own chat template",
        "With tiktoken's names",
    ]


def test_both_commands_are_in_the_readme():
    main_job = "pip install '.[cli]' && bedrock-llm run examples/prompts.jsonl --local"
    assert main_job in SHELL_COMMANDS
    assert "pip install '.[test]' && pytest" in SHELL_COMMANDS


@pytest.mark.parametrize("command", [c for c in SHELL_COMMANDS if c.startswith("bedrock-llm")])
def test_every_option_the_readme_shows_exists(command):
    words = shlex.split(command)
    shown = run([sys.executable, "-m", "bedrock_llm.cli", words[1], "--help"], PACKAGE)
    for option in (word for word in words if word.startswith("--")):
        assert option in shown.stdout
