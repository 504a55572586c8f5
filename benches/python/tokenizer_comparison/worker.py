"""A process that has one library and one vocabulary open, and measures what it is asked.

    python -m tokenizer_comparison.worker ADAPTER VOCABULARY DATA SCALE CORPORA CORES

Reads one JSON request a line (`{"measure": …, "arguments": {…}}`) and answers each with one line:
`{"result": …}`, `{"unsupported": reason}` or `{"error": reason}`. The first line, unasked, says how
long importing, opening and the first count took, how much memory the process then had, and
whether the build is a debug build. What a library prints goes to standard error.
"""

import json
import os
import sys
from dataclasses import asdict, is_dataclass
from importlib import import_module
from pathlib import Path
from time import perf_counter
from typing import Any

from tokenizer_comparison.adapters import IMPORTS, OPENERS, Face, UnsupportedError

FIRST_TEXT = "How many tokens has this sentence?"


def main(adapter: str, vocabulary: str, data: str, scale: str, corpora: str, cores: str) -> None:
    """Open a library and answer requests until the input ends."""
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
    os.dup2(2, 1)
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, [int(core) for core in cores.split(",")])
    try:
        face, opening = open_library(adapter, vocabulary, Path(data))
    except Exception as error:  # noqa: BLE001  a peer may fail in any way, and is then reported
        print(json.dumps({"error": f"{type(error).__name__}: {error}"}), file=replies)
        return
    print(json.dumps({"result": opening}), file=replies)
    from tokenizer_comparison.corpora import SCALES  # noqa: PLC0415  after memory was measured
    from tokenizer_comparison.measures import Bench  # noqa: PLC0415  as above

    bench = Bench(face=face, scale=SCALES[scale], corpora_file=Path(corpora))
    for line in sys.stdin:
        print(json.dumps(answer(bench, json.loads(line))), file=replies)


def open_library(adapter: str, vocabulary: str, data: Path) -> tuple[Face, dict[str, object]]:
    """Open a library and say what that took."""
    started = perf_counter()
    import_module(IMPORTS[adapter])
    imported = perf_counter()
    face = OPENERS[adapter](vocabulary, data)
    opened = perf_counter()
    first = eval(face.count, dict(face.names) | {"text": FIRST_TEXT})  # noqa: S307  an expression of our own rows
    counted = perf_counter()
    core = sys.modules.get("bedrock_llm._core")
    return face, {
        "import_seconds": imported - started,
        "open_seconds": counted - imported,
        "first_seconds": counted - opened,
        "resident_bytes": resident_bytes(),
        "tokens": first,
        "build_profile": getattr(core, "BUILD_PROFILE", None),
    }


def resident_bytes() -> int | None:
    """Give the memory of this process that is resident; None where the system does not say."""
    path = Path("/proc/self/status")
    lines = path.read_text(encoding="ascii").splitlines() if path.exists() else []
    sizes = (int(line.split()[1]) * 1024 for line in lines if line.startswith("VmRSS"))
    return next(sizes, None)


def answer(bench: object, request: dict[str, Any]) -> dict[str, object]:
    """Measure what is asked."""
    from tokenizer_comparison.measures import MEASURES  # noqa: PLC0415  after memory was measured

    try:
        result = MEASURES[request["measure"]](bench, **request["arguments"])
    except UnsupportedError as reason:
        return {"unsupported": str(reason)}
    except Exception as error:  # noqa: BLE001  a peer may fail in any way, and is then reported
        return {"error": f"{type(error).__name__}: {error}"}
    if is_dataclass(result) and not isinstance(result, type):
        return {"result": asdict(result)}
    return {"result": result}


if __name__ == "__main__":
    main(*sys.argv[1:])
