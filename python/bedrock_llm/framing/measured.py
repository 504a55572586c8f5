"""Framings whose prompt format is not public: constants that were read off recorded requests.

The texts of a message follow each other without a break; consecutive messages of one role are
joined with `message_joint`. A turn costs `per_turn`; the trailing assistant turn, which is the
beginning of the reply, costs nothing beyond its text. The rest is in the rules below.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bedrock_llm.framing.conversation import Conversation, Message, Result, Turn
from bedrock_llm.framing.parts import CountText, Expression, RequestParts, express_sum
from bedrock_llm.framing.tool_forms import CALL_FORMS, TOOL_FORMS, indent_schema
from bedrock_llm.tokens import Tokenizer


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemRule:
    """What a system prompt costs beside its text.

    Attributes:
        lead: The text before it in the prompt, which its first characters may merge with.
        tokens: Tokens where it stands alone.
        tokens_in_company: Tokens where tools or a thinking budget stand beside it.
    """

    lead: str = ""
    tokens: int = 0
    tokens_in_company: int = 0

    def count(self, text: str, count: CountText) -> int:
        """Count the text itself, as it stands in the prompt."""
        return count(self.lead + text) - count(self.lead) if self.lead else count(text)


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolRule:
    """What declared tools cost.

    Attributes:
        tokens: The hidden instructions, once.
        each: Per tool, beside its text in `form`.
        form: A key of `TOOL_FORMS`.
        any_choice: More, where the model must call some tool.
        named_choice: More, where it must call a named tool, beside the name's own tokens.
        sequential: More, where parallel calls are switched off.
        sequential_named: The same where a tool is named.
    """

    tokens: int = 0
    each: int = 0
    form: str = "bare_json"
    any_choice: int = 0
    named_choice: int = 0
    sequential: int = 0
    sequential_named: int = 0

    def count(self, conversation: Conversation, count: CountText) -> int:
        """Count the tools of a conversation and the choice among them."""
        if not conversation.tools:
            return 0
        form = TOOL_FORMS[self.form]
        tokens = self.tokens + sum(self.each + count(form(tool)) for tool in conversation.tools)
        return tokens + self._count_choice(conversation, count)

    def _count_choice(self, conversation: Conversation, count: CountText) -> int:
        is_named = conversation.choice == "tool"
        tokens = self.any_choice if conversation.choice == "any" else 0
        if is_named:
            tokens += self.named_choice + count(conversation.forced_tool)
        if conversation.is_sequential:
            tokens += self.sequential_named if is_named else self.sequential
        return tokens


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRule:
    """What tool calls and their results cost.

    Attributes:
        form: A key of `CALL_FORMS`.
        block: The text around the calls of one message, with `{calls}` in it.
        joint: The text between two calls.
        text_joint: The text between what the assistant says and its calls.
        per_round: Per turn with calls.
        per_call: Per call.
        after_user_text: More, where a turn that begins with calls follows a user's text.
        result_lead: The text before a result, which its first characters may merge with.
        result_tail: The text after it.
        error: More, where a result is an error.
        parallel: Per result after the first of several in one turn.
        parallel_once: More, once for such a turn.
        result_name: The text around the tool's name in such a result, with `{name}` in it;
            empty where the name is not there.
        beside_text: More, where results and text share a turn.
        forced_after_result: More, where a choice is forced and the last turn has results.
    """

    form: str = "json"
    block: str = "{calls}"
    joint: str = "\n"
    text_joint: str = "\n\n"
    per_round: int = 0
    per_call: int = 0
    after_user_text: int = 0
    result_lead: str = ""
    result_tail: str = ""
    error: int = 0
    parallel: int = 0
    parallel_once: int = 0
    result_name: str = ""
    beside_text: int = 0
    forced_after_result: int = 0

    def write(self, message: Message) -> str:
        """Write what the assistant says and its calls."""
        text = message.text.rstrip()
        form = CALL_FORMS[self.form]
        calls = self.block.replace("{calls}", self.joint.join(map(form, message.calls)))
        return f"{text}{self.text_joint}{calls}" if text else calls

    def count_result(self, result: Result, name: str | None, count: CountText) -> int:
        """Count a result; `name` is given where the turn has several."""
        lead, tail = self.result_lead, self.result_tail
        tokens = count(lead + result.text + tail) - count(lead + tail)
        if name is not None and self.result_name:
            around = self.result_name
            tokens += count(around.replace("{name}", name)) - count(around.replace("{name}", ""))
        return tokens


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredFraming:
    """A framing made of constants.

    Attributes:
        start: Tokens of an empty conversation, the reply's opening included.
        per_turn: Tokens per turn.
        message_joint: The text between two messages of one turn.
        message_tokens: More per message after the first of a turn.
        system: The system prompt's rule.
        tools: The tools' rule.
        calls: The calls' rule.
        thinking: Tokens for a thinking budget.
        thinking_with_tools: The same where tools are declared.
        interleaved: More, where reasoning between tool calls is asked for and there are tools.
        interleaved_alone: The same without tools.
        reasoning: Per block of reasoning that the prompt keeps, beside its text.
        reasoning_beside_text: More, where the same message has text.
        keeps_reasoning: Whether reasoning stays in the prompt after the user's next text; else
            only that of the running tool loop does.
        schema: Tokens around the JSON schema of the reply, which is written with an indent of two
            spaces; None where nobody recorded one.
        schema_in_company: More beside a system prompt, tools or a thinking budget.
    """

    start: int = 0
    per_turn: int = 0
    message_joint: str = "\n\n"
    message_tokens: int = 0
    system: SystemRule = field(default_factory=SystemRule)
    tools: ToolRule = field(default_factory=ToolRule)
    calls: CallRule = field(default_factory=CallRule)
    thinking: int = 0
    thinking_with_tools: int = 0
    interleaved: int = 0
    interleaved_alone: int = 0
    reasoning: int = 0
    reasoning_beside_text: int = 0
    keeps_reasoning: bool = False
    schema: int | None = None
    schema_in_company: int = 0

    @property
    def counts_schemas(self) -> bool:
        """Whether a JSON schema of the reply is in the count."""
        return self.schema is not None

    def count(self, conversation: Conversation, tokenizer: Tokenizer) -> RequestParts:
        """Count a conversation as the format would render it."""
        count = tokenizer.count
        names = {call.call_id: call.name for turn in conversation.turns for call in turn.calls}
        messages = [0] * conversation.message_count
        running = 0 if self.keeps_reasoning else conversation.running_turn
        for number, turn in enumerate(conversation.turns):
            for message in turn.messages:
                tokens = self._count_message(turn, message, names, count)
                tokens += self._count_reasoning(message, count) if number >= running else 0
                messages[message.index] = tokens
        return RequestParts(
            system=self.system.count(conversation.system, count) if conversation.system else 0,
            tools=self.tools.count(conversation, count),
            messages=tuple(messages),
            framing=self._count_framing(conversation, count)
            + self._count_schema(conversation, count),
        )

    def express(self, conversation: Conversation, tokenizer: Tokenizer) -> Expression:
        """Write out the count of a conversation."""
        del tokenizer
        return express_sum(self, conversation)

    def count_prompt(self, prompt: str, tokenizer: Tokenizer) -> int:
        """Count a prompt that is already rendered."""
        return tokenizer.count(prompt)

    def _count_message(
        self, turn: Turn, message: Message, names: Mapping[str, str], count: CountText
    ) -> int:
        if message.calls:
            return count(self.calls.write(message))
        tokens = count(message.text) if message.text else 0
        is_parallel = len(turn.results) > 1
        for result in message.results:
            name = names.get(result.call_id, "") if is_parallel else None
            tokens += self.calls.count_result(result, name, count)
        return tokens

    def _count_reasoning(self, message: Message, count: CountText) -> int:
        around = self.reasoning + (self.reasoning_beside_text if message.text else 0)
        return sum(around + count(text) for text in message.reasoning)

    def _count_framing(self, conversation: Conversation, count: CountText) -> int:
        turns = conversation.turns
        paid = len(turns) - conversation.ends_with_assistant
        tokens = self.start + self.per_turn * paid + self._count_company(conversation)
        before = ""
        for turn in turns:
            tokens += self._count_joints(turn, count) + self._count_turn(turn, before)
            before = "result" if turn.results else turn.role
        if before == "result" and conversation.choice in {"any", "tool"}:
            tokens += self.calls.forced_after_result
        return tokens

    def _count_company(self, conversation: Conversation) -> int:
        has_tools = bool(conversation.tools)
        tokens = 0
        if conversation.system:
            rule = self.system
            in_company = has_tools or conversation.thinking
            tokens += rule.tokens_in_company if in_company else rule.tokens
        if conversation.thinking:
            tokens += self.thinking_with_tools if has_tools else self.thinking
            if conversation.is_interleaved:
                tokens += self.interleaved if has_tools else self.interleaved_alone
        return tokens + self._count_schema_company(conversation)

    def _count_schema_company(self, conversation: Conversation) -> int:
        in_company = bool(conversation.tools or conversation.system or conversation.thinking)
        asked = self.schema is not None and conversation.output_schema and in_company
        return self.schema_in_company if asked else 0

    def _count_schema(self, conversation: Conversation, count: CountText) -> int:
        if self.schema is None or not conversation.output_schema:
            return 0
        return self.schema + count(indent_schema(conversation.output_schema))

    def _count_joints(self, turn: Turn, count: CountText) -> int:
        texts = [message.text for message in turn.messages if message.text and not message.calls]
        more = self.message_tokens * (len(turn.messages) - 1)
        if len(texts) <= 1:
            return more
        joined = count(self.message_joint.join(texts))
        return more + joined - sum(count(text) for text in texts)

    def _count_turn(self, turn: Turn, before: str) -> int:
        rule = self.calls
        tokens = 0
        if turn.calls:
            tokens += rule.per_round + rule.per_call * len(turn.calls)
            tokens += 0 if turn.has_text or before != "user" else rule.after_user_text
        results = turn.results
        tokens += rule.error * sum(result.is_error for result in results)
        if len(results) > 1:
            tokens += rule.parallel_once + rule.parallel * (len(results) - 1)
        return tokens + (rule.beside_text if results and turn.has_text else 0)
