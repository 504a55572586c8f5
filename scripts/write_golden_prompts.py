"""Write the golden prompts: what each template makes of a few conversations, for people to read.

    python scripts/write_golden_prompts.py      # after a change that is meant to change prompts

    tests/golden/conversations.json ─► render ─► tests/golden/<template>/<conversation>.txt

`tests/test_golden_prompts.py` holds the templates to these files. They are no oracle: the vendors'
encoders and templates are (`check_prompts.py` and the tests under `tests/oracle`). A conversation
that a template has no form for has no file.
"""

import json
import sys
from pathlib import Path
from typing import Any, Final

from bedrock_llm._core import list_templates  # noqa: TID251  the list of templates is the core's
from bedrock_llm.errors import MessageError
from bedrock_llm.template import format_prompt

GOLDEN: Final = Path(__file__).parents[1] / "tests" / "golden"
ANY_MODEL: Final = "meta.llama3-8b-instruct-v1:0"


def render(template: str, given: dict[str, Any]) -> str | None:
    """Give the prompt of a conversation; None where the template has no form for it."""
    try:
        return format_prompt(**given, model=ANY_MODEL, template=template).text
    except MessageError:
        return None


def main() -> int:
    """Write every file."""
    conversations = json.loads((GOLDEN / "conversations.json").read_text(encoding="utf-8"))
    written = 0
    for template, _ in list_templates():
        folder = GOLDEN / template
        folder.mkdir(exist_ok=True)
        for name, given in conversations.items():
            text = render(template, given)
            path = folder / f"{name}.txt"
            if text is None:
                path.unlink(missing_ok=True)
                continue
            path.write_text(text, encoding="utf-8", newline="")
            written += 1
    print(f"{written} prompts")
    return 0


if __name__ == "__main__":
    sys.exit(main())
