"""Talking with a language model through Dapr's Conversation API (Alpha2): the types, and how the protocol has them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from dapr.proto import api_v1
from google.protobuf.struct_pb2 import Struct

COMPONENT_TYPE = "conversation"


class Role(StrEnum):
    """Who says a message."""

    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"


@dataclass(frozen=True, slots=True)
class Message:
    """One message of the history. Dapr keeps none: all of it is sent each time."""

    role: Role
    text: str


@dataclass(frozen=True, slots=True)
class Tool:
    """Something the model may call. `parameters` is a JSON schema."""

    name: str
    description: str
    parameters: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ToolCall:
    """What the model wants called. `arguments` is text that should be JSON, and may be anything."""

    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class ModelAnswer:
    """What a model said: text, or calls, or both, or nothing."""

    text: str = ""
    calls: tuple[ToolCall, ...] = ()


def to_request(component: str, messages: Sequence[Message], tools: Sequence[Tool]) -> Any:
    """The protocol's request. With tools, daprd sends `tool_choice: auto`: the model decides whether to call any.

    No metadata goes along: the component would put it into the request's body, which other vendors refuse.
    """
    spoken = api_v1.ConversationInputAlpha2(messages=[_message(one) for one in messages])
    return api_v1.ConversationRequestAlpha2(name=component, inputs=[spoken], tools=[_tool(one) for one in tools])


def from_response(response: Any) -> ModelAnswer:
    """What was said. Some models spread text and calls over several choices: all of them count."""
    said = [choice.message for output in response.outputs for choice in output.choices]
    calls = tuple(
        ToolCall(call.function.name, call.function.arguments) for message in said for call in message.tool_calls
    )
    return ModelAnswer(next((message.content for message in said if message.content), ""), calls)


def _message(message: Message) -> Any:
    content = [api_v1.ConversationMessageContent(text=message.text)]
    match message.role:
        case Role.SYSTEM:
            return api_v1.ConversationMessage(of_system=api_v1.ConversationMessageOfSystem(content=content))
        case Role.ASSISTANT:
            return api_v1.ConversationMessage(of_assistant=api_v1.ConversationMessageOfAssistant(content=content))
        case Role.USER:
            return api_v1.ConversationMessage(of_user=api_v1.ConversationMessageOfUser(content=content))


def _tool(tool: Tool) -> Any:
    parameters = Struct()
    parameters.update(dict(tool.parameters))
    function = api_v1.ConversationToolsFunction(name=tool.name, description=tool.description, parameters=parameters)
    return api_v1.ConversationTools(function=function)
