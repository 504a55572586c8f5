"""Framing: what a family's prompt format adds around the contents of a request.

    Request ─► Conversation ─► framing row ─► RequestParts ─► RequestCount (context.py)
               turns, tools,   by prefix of   system, tools,
               calls, media    the model id   messages, rest

Design, on one page:

- `conversation.py` reads a Converse body once into plain values: turns of texts, calls, results and
  media. It knows no family.
- A row says what the models of one prefix add. There are two kinds, and both are data:
  `RenderedFraming` names the public prompt template, and the count is the count of the rendered
  prompt; `MeasuredFraming` holds constants that were read off recorded requests of families whose
  template is not public (Claude, Nova, Titan).
- A special token of a template counts as one and parts the text around it; the ordinary text of a
  template is counted together with the content beside it, as the model's own tokenizer sees it.
  Content is only ever text: a special token spelled in it never becomes one.
- `media.py` counts images by the vendor's formula and states a bound for documents.
- Every row names its source and date, how many recordings it was compared with
  (`evidence_recordings`, tools apart) and how surely it is known.

The recordings are real calls from public test suites; `scripts/check_recordings.py` compares every
row with them and prints the figures.
"""

from bedrock_llm.framing.conversation import Conversation, read_conversation
from bedrock_llm.framing.parts import CountText, Framing, Margin, RequestParts
from bedrock_llm.framing.rows import FRAMING_ROWS, FramingRow, find_framing_row

__all__ = [
    "FRAMING_ROWS",
    "Conversation",
    "CountText",
    "Framing",
    "FramingRow",
    "Margin",
    "RequestParts",
    "find_framing_row",
    "read_conversation",
]
