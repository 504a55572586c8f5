"""Tools a model may call, and whether it must."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, ClassVar, TypeAlias

from pydantic import Field

from bedrock_llm.errors import InvalidRequestError, ParameterError
from bedrock_llm.messages import CachePointBlock, JsonBlock, ToolName
from bedrock_llm.parameters.rules import RuleError, as_items, refuse_value
from bedrock_llm.wire import BlockUnion, OrderedModel, Text, UnionModel, WireModel


class ToolSpec(OrderedModel):
    """Describe a tool of the caller.

    Attributes:
        name: 1 to 64 letters, digits, `_` or `-`.
        description: What the tool does, for the model to read.
        input_schema: JSON schema of its arguments.
        strict: Whether the arguments must follow the schema.
    """

    wire_key: ClassVar[str] = "toolSpec"

    name: ToolName
    description: Annotated[Text, Field(min_length=1)] | None = None
    input_schema: JsonBlock
    strict: bool | None = None


class SystemTool(WireModel):
    """Name a tool that Bedrock itself runs.

    Attributes:
        name: Its name.
    """

    wire_key: ClassVar[str] = "systemTool"

    name: ToolName


class EmptyChoice(WireModel):
    """Hold a choice that has nothing more to say."""


class NamedTool(WireModel):
    """Name the tool that must be called.

    Attributes:
        name: Its name.
    """

    name: ToolName


class ToolChoice(UnionModel):
    """Say whether the model may, must, or must with a given tool, make a call.

    Attributes:
        auto: The model decides.
        any: The model must call some tool.
        tool: The model must call this tool.
    """

    refusal: ClassVar[type[InvalidRequestError]] = ParameterError

    auto: EmptyChoice | None = None
    any: EmptyChoice | None = None
    tool: NamedTool | None = None


Tool: TypeAlias = ToolSpec | SystemTool | CachePointBlock
"""An entry of the list of tools."""

TOOLS = BlockUnion(
    noun="tool",
    rows={"toolSpec": ToolSpec, "systemTool": SystemTool, "cachePoint": CachePointBlock},
)


class ToolConfig(OrderedModel):
    """Hold the tools of a request and the choice among them.

    Attributes:
        tools: At least one.
        tool_choice: Whether one must be called.
    """

    refusal: ClassVar[type[InvalidRequestError]] = ParameterError

    tools: Annotated[tuple[Annotated[Tool, TOOLS], ...], Field(strict=False, min_length=1)]
    tool_choice: ToolChoice | None = None


@dataclass(frozen=True, slots=True)
class ToolList:
    """Accept tools in Converse's shape or as `{"name", "description", "input_schema"}`."""

    @property
    def allowed(self) -> str:
        """Say the shapes."""
        return 'a list of {"toolSpec": ...} or of {"name", "description", "input_schema"}'

    def read(self, value: object) -> tuple[Tool, ...]:
        """Give the tools.

        Raises:
            ParameterError: A tool is malformed; the message names its place.
        """
        shaped = tuple(_shape_tool(item) for item in as_items(value))
        return ToolConfig.parse({"tools": shaped}, place="").tools


_PLAIN_KEYS = {
    "name": "name",
    "description": "description",
    "input_schema": "inputSchema",
    "inputSchema": "inputSchema",
    "strict": "strict",
}


def _shape_tool(value: object) -> object:
    """Write a plain tool as Converse does; leave everything else for the model to judge."""
    if not isinstance(value, Mapping) or "name" not in value:
        return value
    spec = {_PLAIN_KEYS.get(key, key): item for key, item in value.items()}
    if isinstance(spec.get("inputSchema"), Mapping) and list(spec["inputSchema"]) != ["json"]:
        spec["inputSchema"] = {"json": spec["inputSchema"]}
    return {"toolSpec": spec}


@dataclass(frozen=True, slots=True)
class ToolChoiceRule:
    """Accept `auto`, `any`, the name of a tool, or Converse's own shape."""

    @property
    def allowed(self) -> str:
        """Say the shapes."""
        return "'auto', 'any', the name of a tool, or a mapping with one of auto, any, tool"

    def read(self, value: object) -> ToolChoice:
        """Give the choice.

        Raises:
            ParameterError: The choice is malformed.
        """
        if not isinstance(value, str | Mapping | ToolChoice):
            raise refuse_value(self.allowed, value)
        if value == "none":
            raise RuleError("cannot be 'none', which Converse does not have; leave the tools out")
        return ToolChoice.parse(_shape_choice(value), place="toolChoice")


def _shape_choice(value: object) -> object:
    if not isinstance(value, str):
        return value
    return {value: {}} if value in {"auto", "any"} else {"tool": {"name": value}}
