"""`bedrock-llm run` end to end: the real command, the real endpoint, every way it can end."""

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

import bedrock_llm
from bedrock_llm.cli.app import application
from bedrock_llm.local import local_endpoint

PACKAGE = str(Path(bedrock_llm.__file__).parents[1])
COMMAND = (sys.executable, "-m", "bedrock_llm.cli")
BAD_ENVIRONMENT = {
    "AWS_PROFILE": "no-such-profile",
    "AWS_BEARER_TOKEN_BEDROCK": "somebody-elses-key",
    "AWS_ENDPOINT_URL_BEDROCK_RUNTIME": "http://127.0.0.1:9",
    "HTTP_PROXY": "http://127.0.0.1:9",
    "HTTPS_PROXY": "http://127.0.0.1:9",
}


def call(
    folder: Path, *arguments: str, stdin: str = "", **environment: str
) -> "subprocess.CompletedProcess[str]":
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    isolated = {"AWS_EC2_METADATA_DISABLED": "true", "HOME": str(folder)}
    return subprocess.run(
        [*COMMAND, *arguments],
        cwd=folder,
        env={**inherited, **isolated, **environment},
        input=stdin,
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )


def read(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "prompts.jsonl").write_text('{"prompt": "Say hello"}\n{"prompt": "And bye"}\n')
    return tmp_path


def test_the_main_job_ends_with_replies_and_a_table_whatever_aws_set_up_there_is(
    folder: Path,
) -> None:
    done = call(folder, "run", "prompts.jsonl", "--local", **BAD_ENVIRONMENT)
    assert done.returncode == 0, done.stderr
    rows = read(folder / "prompts.replies.jsonl")
    assert [row["id"] for row in rows] == ["1", "2"]
    facts = {line[:12].strip(): line[12:].strip() for line in done.stdout.splitlines()}
    assert facts["rows"] == facts["answered"] == "2"
    assert facts["failed"] == "0"
    assert facts["cost"].startswith("$0.0000")
    assert facts["replies"] == "prompts.replies.jsonl"
    assert "100% · 2 rows" in done.stderr
    assert "\x1b" not in done.stdout + done.stderr


def test_some_failed_rows_end_with_1_and_a_second_start_calls_nothing(folder: Path) -> None:
    with (folder / "prompts.jsonl").open("a") as file:
        file.write('{"prompt": \n')
    first = call(folder, "run", "prompts.jsonl", "--local")
    assert first.returncode == 1
    assert "InputError" in first.stdout
    second = call(folder, "run", "prompts.jsonl", "--local")
    assert second.returncode == 1
    assert "this run is complete" in second.stdout
    assert "--retry-failed" in second.stdout


def test_standard_input_a_table_a_folder_and_gzip_are_read(folder: Path) -> None:
    (folder / "t.csv").write_text('id,text,language\nk,"a, b",French\n')
    (folder / "notes").mkdir()
    (folder / "notes" / "a.txt").write_text("Dear diary")
    (folder / "z.jsonl.gz").write_bytes(gzip.compress(b'{"prompt": "x"}\n'))
    template = ("--template", "Translate {text} to {language}")
    runs = {
        "stdin": call(folder, "run", "-", "--local", stdin='{"id": "piped", "prompt": "x"}'),
        "t": call(folder, "run", "t.csv", "--local", *template),
        "notes": call(folder, "run", "notes", "--local"),
        "z": call(folder, "run", "z.jsonl.gz", "--local"),
    }
    assert {name: done.returncode for name, done in runs.items()} == dict.fromkeys(runs, 0)
    ids = [read(folder / f"{name}.replies.jsonl")[0]["id"] for name in runs]
    assert ids == ["piped", "k", "a.txt", "1"]


def test_standard_input_may_be_given_again_after_the_end(folder: Path) -> None:
    for _ in range(2):
        done = call(folder, "run", "-", "--local", stdin='{"prompt": "x"}')
        assert done.returncode == 0, done.stderr
    assert "this run is complete" in done.stdout
    other = call(folder, "run", "-", "--local", stdin='{"prompt": "y"}')
    assert other.returncode == 2
    assert "another input" in other.stderr


def test_faults_that_retries_cure_leave_no_trace(folder: Path) -> None:
    fault = ("--fault", "internal_error_rate=0.4", "--fault", "reset_rate=0.2")
    assert call(folder, "run", "prompts.jsonl", "--local", *fault, "-o", "a.jsonl").returncode == 0
    assert call(folder, "run", "prompts.jsonl", "--local", "-o", "b.jsonl").returncode == 0
    assert (folder / "a.jsonl").read_bytes() == (folder / "b.jsonl").read_bytes()


def shell(folder: Path, line: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    quoted = line.replace("bedrock-llm", f"{sys.executable} -m bedrock_llm.cli")
    return subprocess.run(
        ["/bin/bash", "-c", f"set -o pipefail; {quoted}"],
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )


@pytest.mark.parametrize(
    ("line", "code", "needle"),
    [
        ("bedrock-llm run - --local <&-", 2, "standard input is closed"),
        ("bedrock-llm count - <&-", 2, "standard input is closed"),
        ("bedrock-llm count <&-", 2, "pipe text in"),
        ("bedrock-llm count hi >&-", 0, ""),
        ("bedrock-llm count hi >/dev/full", 3, "error: cannot use standard output"),
        (
            "bedrock-llm run prompts.jsonl --local >/dev/full",
            3,
            "error: cannot use standard output",
        ),
        ("bedrock-llm run prompts.jsonl --local | true", 0, "100%"),
        ("bedrock-llm run prompts.jsonl --local >&-", 0, "100%"),
        ("bedrock-llm run <(cat prompts.jsonl) --local -o pipe.jsonl", 0, "2 rows"),
        ("ulimit -n 99; bedrock-llm run prompts.jsonl --local", 2, "128 open files"),
        ("ulimit -Sn 99; bedrock-llm run prompts.jsonl --local", 0, "100%"),
    ],
)
def test_streams_and_limits_of_a_shell_end_without_a_traceback(
    folder: Path, line: str, code: int, needle: str
) -> None:
    done = shell(folder, line)
    assert done.returncode == code, done.stderr
    assert needle in done.stderr
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr


def test_a_terminal_that_cannot_show_a_character_shows_its_number(folder: Path) -> None:
    line = "bedrock-llm count 'h\u20acllo' --format table"
    done = shell(folder, line, PYTHONIOENCODING="ascii")
    assert done.returncode == 0, done.stderr
    assert "\\u20ac" in done.stdout


def test_an_endpoint_of_the_environment_is_a_setting_of_the_run(folder: Path) -> None:
    with local_endpoint() as endpoint:
        done = call(folder, "run", "prompts.jsonl", **endpoint.environment())
        assert done.returncode == 0, done.stderr
        url = endpoint.url
    other = call(folder, "run", "prompts.jsonl", AWS_DEFAULT_REGION="us-east-1")
    assert other.returncode == 2
    assert f"endpoint was '{url}', is 'aws'" in other.stderr


KEYS = {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"}
REGION = {"AWS_DEFAULT_REGION": "us-east-1"}


@pytest.mark.parametrize(
    ("arguments", "environment", "code", "needle"),
    [
        (["prompts.jsonl"], REGION, 3, "AWS_ACCESS_KEY_ID"),
        (["prompts.jsonl"], KEYS, 3, "--region names one"),
        (["prompts.jsonl", "--endpoint-url", "http://127.0.0.1:9"], KEYS | REGION, 3, "127.0.0.1"),
        (["prompts.jsonl", "--profile", "nope"], KEYS | REGION, 3, "nope"),
        (["prompts.jsonl", "--local", "--model", "foo.bar"], {}, 2, "foo.bar"),
        (["prompts.jsonl", "--local", "--model", "arn:aws:nonsense"], {}, 2, "arn:aws:nonsense"),
        (["nowhere.jsonl", "--local"], {}, 2, "no file or folder 'nowhere.jsonl'"),
        (["empty.jsonl", "--local"], {}, 2, "'empty.jsonl' holds no rows"),
        (["blank", "--local"], {}, 2, "'blank/' holds no rows"),
        (["program.jsonl", "--local"], {}, 2, "binary file"),
        (["t.csv", "--local"], {}, 2, "needs a template"),
        (["t.csv", "--local", "--template", "{b}"], {}, 2, "'b'; the input has 'a'"),
        (["t.csv", "--local", "--template", "{"], {}, 2, "template '{'"),
        (["prompts.jsonl", "--local", "--max-tokens", "0"], {}, 2, "max_tokens"),
        (["prompts.jsonl", "--local", "--temperature", "7"], {}, 2, "temperature"),
        (["prompts.jsonl", "--fault", "x=1"], {}, 2, "--local"),
        (["prompts.jsonl", "--local", "--fault", "throtle_rate=1"], {}, 2, "'throttle_rate'"),
        (["prompts.jsonl", "--local", "--region", "x"], {}, 2, "--region"),
        (["prompts.jsonl", "--local", "-o", "prompts.jsonl"], {}, 2, "lies in the input"),
        (["prompts.jsonl", "--local", "-o", "nowhere/o.jsonl"], {}, 2, "no folder 'nowhere'"),
        (["prompts.jsonl", "--local", "--concurrency", "0"], {}, 2, "--concurrency"),
    ],
)  # fmt: skip
def test_what_cannot_work_ends_in_one_line_with_the_way_out_and_leaves_nothing(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    environment: dict[str, str],
    code: int,
    needle: str,
) -> None:
    (folder / "empty.jsonl").touch()
    (folder / "blank").mkdir()
    (folder / "program.jsonl").write_bytes(b"\x7fELF\x00\x01")
    (folder / "t.csv").write_text("a\nx\n")
    before = {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}
    monkeypatch.chdir(folder)
    for name in (name for name in os.environ if name.startswith("AWS_")):
        monkeypatch.delenv(name)
    isolated = {"AWS_EC2_METADATA_DISABLED": "true", "HOME": str(folder)}
    done = CliRunner().invoke(application, ["run", *arguments], env={**isolated, **environment})
    assert done.exit_code == code, done.stderr
    assert needle in done.stderr
    assert "Traceback" not in done.stderr
    errors = [line for line in done.stderr.splitlines() if line.lower().startswith("error: ")]
    assert len(errors) == 1
    assert done.stdout == ""
    assert {path.name: path.stat().st_mtime_ns for path in folder.iterdir()} == before


def test_a_command_that_cannot_work_ends_the_process_with_its_code(folder: Path) -> None:
    missing, unable = (
        call(folder, "run", "nowhere.jsonl", "--local"),
        call(folder, "run", "prompts.jsonl", AWS_DEFAULT_REGION="us-east-1"),
    )
    assert (missing.returncode, unable.returncode) == (2, 3)
    assert "Traceback" not in missing.stderr + unable.stderr


def test_debug_shows_the_traceback(folder: Path) -> None:
    done = call(folder, "--debug", "run", "nowhere.jsonl", "--local")
    assert done.returncode == 2
    assert "Traceback" in done.stderr
    assert done.stderr.splitlines()[-1].startswith("error: ")


def test_help_documents_the_exit_codes(folder: Path) -> None:
    done = call(folder, "run", "--help")
    assert done.returncode == 0
    for code in ("0 ", "1 ", "2 ", "3 ", "130"):
        assert f"\n    {code}" in done.stdout


def test_without_the_extra_the_command_names_it(folder: Path) -> None:
    (folder / "sitecustomize.py").write_text(
        "import sys\nsys.modules['click'] = None\n"  # what import finds where a package is missing
    )
    done = call(folder, "run", "prompts.jsonl", PYTHONPATH=f"{folder}{os.pathsep}{PACKAGE}")
    assert done.returncode == 2
    assert done.stderr == (
        "error: the bedrock-llm command needs the package 'click'; "
        "pip install 'bedrock-llm-rs[cli]'\n"
    )
