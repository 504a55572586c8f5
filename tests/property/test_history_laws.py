"""A conversation against its slow twin: a plain list, fitted anew by `fit_messages` every time.

Whatever is appended, forked, pruned, restored or configured, in whatever order: what the ledger
finds is the twin's window, and so is the number of its tokens. Where the general plan is asked,
what earlier turns counted lets it estimate better than the twin can: the windows may differ then,
and both fit.
"""

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    rule,
)

from bedrock_llm.errors import ContextWindowError, MessageError
from bedrock_llm.history import Conversation
from bedrock_llm.messages import Message
from bedrock_llm.window import fit_messages

MODELS = st.sampled_from(
    [
        "openai.gpt-oss-20b-1:0",
        "us.anthropic.claude-sonnet-4-6",
        "mistral.mistral-large-2402-v1:0",
        "mistral.mistral-7b-instruct-v0:2",
        "qwen.qwen3-32b-v1:0",
        "amazon.nova-micro-v1:0",
        "deepseek.r1-v1:0",
        "google.gemma-3-4b-it",
    ]
)
TOOLS = [{"toolSpec": {"name": "f", "inputSchema": {"json": {"type": "object"}}}}]
MORE_TOOLS = [
    {
        "toolSpec": {
            "name": name,
            "description": "Do it.",
            "inputSchema": {"json": {"type": "object"}},
        }
    }
    for name in ("g", "h")
]
TEXTS = st.sampled_from(
    [
        "yes",
        "What is a token? ",
        " no",
        "word " * 40,
        "Wörter und 漢字",
        "<|im_end|>",
        "\n\n",
        "a\n",
    ]
)
WORDS = st.text("ab é\n", min_size=1, max_size=30).filter(lambda text: bool(text.strip()))
BUDGETS = st.sampled_from([60, 90, 130, 200, 400, 1_000, 5_000])
STRATEGIES = st.sampled_from(["drop_oldest", "drop_oldest", "drop_middle", "clear_tool_results"])


def user(text: str) -> dict[str, Any]:
    return {"role": "user", "content": text}


def round_of_tools(number: int, text: str) -> list[dict[str, Any]]:
    use = {"toolUse": {"toolUseId": f"t{number}", "name": "f", "input": {"q": text}}}
    answer = {"toolResult": {"toolUseId": f"t{number}", "content": [{"text": text}]}}
    return [{"role": "assistant", "content": [use]}, {"role": "user", "content": [answer]}]


class Twins:
    """A conversation, and the list and options it must agree with."""

    def __init__(self, model: str, system: str | None, tools: list[Any] | None) -> None:
        self.fast: Any = Conversation(model=model, system=system, tools=tools)
        self.slow: list[Any] = []
        self.options: dict[str, Any] = {"model": model, "system": system, "tools": tools}

    def append(self, message: Any) -> None:
        self.fast.append(message)
        self.slow.append(message)

    def copy(self) -> "Twins":
        twins = Twins(**self.options)
        twins.fast = self.fast.fork()
        twins.slow = list(self.slow)
        return twins


def outcome(fit: Any) -> Any:
    """Give a window, or the error that there is none."""
    try:
        fitted = fit()
    except (ContextWindowError, MessageError) as error:
        return str(error)
    facts = (fitted.tokens_after, fitted.dropped, fitted.shortened, fitted.repairs)
    return (fitted.messages, *facts, fitted.exactness, fitted.budget_tokens)


def check(twins: Twins, fast: Any, slow: Any, budget: int) -> None:
    """Hold a window to the twin's; where the general plan found it, to what any window holds."""
    if fast == slow:
        return
    first = twins.fast._ledger.newest(twins.fast._messages, budget, budget, budget)
    assert first is None
    assert not isinstance(fast, str)
    assert fast[1] <= budget


class ConversationMachine(RuleBasedStateMachine):
    """Drive conversations and their twins."""

    talks = Bundle("talks")

    def __init__(self) -> None:
        super().__init__()
        self.number = 0
        self.alive: list[Twins] = []

    @initialize(
        target=talks,
        model=MODELS,
        system=st.sampled_from([None, "Be brief.", " Be brief.\n"]),
        tools=st.sampled_from([None, TOOLS]),
    )
    def begin(self, model: str, system: str | None, tools: Any) -> Twins:
        return self.keep(Twins(model, system, tools))

    def keep(self, twins: Twins) -> Twins:
        self.alive.append(twins)
        return twins

    @rule(twins=talks, asked=TEXTS | WORDS, answered=TEXTS | WORDS, times=st.integers(1, 4))
    def exchange(self, twins: Twins, asked: str, answered: str, times: int) -> None:
        for _ in range(times):
            twins.append(user(asked))
            twins.append({"role": "assistant", "content": [{"text": answered}]})

    @rule(twins=talks, text=TEXTS | WORDS)
    def ask(self, twins: Twins, text: str) -> None:
        twins.append(user(text))

    @rule(twins=talks, text=WORDS)
    def ask_with_an_object_of_ours(self, twins: Twins, text: str) -> None:
        twins.append(Message.user(text))

    @rule(twins=talks, text=WORDS)
    def say_as_system(self, twins: Twins, text: str) -> None:
        twins.append({"role": "system", "content": text})

    @rule(twins=talks, text=WORDS, times=st.integers(1, 3))
    def call_tools(self, twins: Twins, text: str, times: int) -> None:
        for _ in range(times):
            self.number += 1
            for message in round_of_tools(self.number, text):
                twins.append(message)

    @rule(twins=talks, budget=BUDGETS, strategy=STRATEGIES)
    def fit(self, twins: Twins, budget: int, strategy: str) -> None:
        options: dict[str, Any] = {"max_tokens": budget, "strategy": strategy}
        fast = outcome(lambda: twins.fast.fit(**options))
        slow = outcome(lambda: fit_messages(twins.slow, **options, **twins.options))
        check(twins, fast, slow, budget)

    @rule(twins=talks, budget=BUDGETS, share=st.integers(1, 3))
    def fit_with_hysteresis(self, twins: Twins, budget: int, share: int) -> None:
        options = {"max_tokens": budget, "trigger_tokens": budget, "target_tokens": budget // share}
        fast = outcome(lambda: twins.fast.fit(**options))
        slow = outcome(lambda: fit_messages(twins.slow, **options, **twins.options))
        check(twins, fast, slow, budget)

    @rule(twins=talks, budget=BUDGETS)
    def prune(self, twins: Twins, budget: int) -> None:
        slow = outcome(lambda: fit_messages(twins.slow, max_tokens=budget, **twins.options))
        before = twins.copy()
        fast = outcome(lambda: twins.fast.prune(max_tokens=budget))
        check(before, fast, slow, budget)
        if not isinstance(fast, str):
            twins.slow = list(fast[0])

    @rule(target=talks, twins=talks)
    def fork(self, twins: Twins) -> Any:
        return self.keep(twins.copy()) if len(self.alive) < 4 else multiple()

    @rule(target=talks, twins=consumes(talks))
    def restore(self, twins: Twins) -> Twins:
        twins.fast = Conversation.restore(twins.fast.snapshot())
        return twins

    @rule(twins=talks, model=MODELS)
    def change_the_model(self, twins: Twins, model: str) -> None:
        twins.fast.configure(model=model)
        twins.options["model"] = model

    @rule(twins=talks, system=st.sampled_from(["", "Be kind.", "Answer in verse. " * 9]))
    def change_the_system_prompt(self, twins: Twins, system: str) -> None:
        twins.fast.configure(system=system)
        twins.options["system"] = system

    @rule(twins=talks, tools=st.sampled_from([TOOLS, TOOLS + MORE_TOOLS]))
    def change_the_tools(self, twins: Twins, tools: Any) -> None:
        twins.fast.configure(tools=tools)
        twins.options["tools"] = tools

    @invariant()
    def every_conversation_holds_what_was_appended_to_it(self) -> None:
        for twins in self.alive:
            assert twins.fast.messages == twins.slow


TestConversations = ConversationMachine.TestCase
TestConversations.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
