"""The opener of every library, by the adapter's name in its row."""

from collections.abc import Callable

from window_comparison import openers_dicts as dicts
from window_comparison import openers_objects as objects
from window_comparison import openers_own as own
from window_comparison.faces import Face

OPENERS: dict[str, Callable[..., Face]] = {
    "langchain": objects.open_langchain,
    "haystack": objects.open_haystack,
    "agent_framework": objects.open_agent_framework,
    "strands": objects.open_strands,
    "semantic_kernel": objects.open_semantic_kernel,
    "llama_index": objects.open_llama_index,
    "autogen": objects.open_autogen,
    "own": own.open_own,
    "own_trim": own.open_own_trim,
    "by_hand": dicts.open_by_hand,
    "litellm": dicts.open_litellm,
    "tokentrim": dicts.open_tokentrim,
    "agentfit": dicts.open_agentfit,
    "chatfit": dicts.open_chatfit,
    "ctx_compact": dicts.open_ctx_compact,
    "contexttrim": dicts.open_contexttrim,
    "cendor": dicts.open_cendor,
    "token_overflow": dicts.open_token_overflow,
    "effimemo": dicts.open_effimemo,
    "convopack": dicts.open_convopack,
    "ctxfit": dicts.open_ctxfit,
}
"""How each library is opened; the options of its row are the arguments."""
