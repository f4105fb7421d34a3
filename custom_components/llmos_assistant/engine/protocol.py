"""What the engine and its clients tell each other, as dataclasses over Wyoming events.

A plan travels as `intents-start`, one `intent` a step, `intents-stop`; a text that holds no
command or question about the home travels as `not-recognized`. Confidence is in their context.
What an engine is travels as `info`, with an entry of our own for what Wyoming has no words for.
A conversation for the chat model travels as a `transcript` whose context holds its messages, and the
tools that the model may call; the answer as `handled-start`, one `handled-chunk` a piece,
`handled-stop`. A tool call is text of the answer: `<tool_call>{"name": …, "arguments": {…}}</tool_call>`.
The wish that the engine free its memory has a type of our own; the answer is `info`.
Importing this module costs nothing: no model code, no Home Assistant.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from wyoming.asr import Transcript
from wyoming.event import Event
from wyoming.info import Info
from wyoming.intent import Entity, Intent, IntentsStart, IntentsStop, NotRecognized

PROTOCOL = 1
"""The version of all this: another one cannot be talked to. An engine that tells none speaks 1."""

_ENGINE = "llmos_engine"  # our entry in Wyoming's `info`

FREE_MEMORY = "llmos-free-memory"
"""The type of the event with which an engine is asked to unload its models until they are needed."""

type SlotValue = str | int | float
type Route = Literal["command", "question", "chat"]
type Role = Literal["system", "user", "assistant", "tool"]

QUESTION_INTENTS = frozenset(
    {
        "HassClimateGetTemperature",
        "HassGetCurrentDate",
        "HassGetCurrentTime",
        "HassGetState",
        "HassGetWeather",
        "HassTimerStatus",
        "LlmosGetCalendar",
        "LlmosGetHistory",
        "LlmosGetSun",
    }
)

SERVICE_TYPE = "_llmos-assistant._tcp.local."
"""By which an engine announces itself in the network."""


class ProtocolError(Exception):
    """The other side sent something that is not an answer to the request."""


@dataclass(frozen=True)
class ChatModelInfo:
    """A chat model that an engine has. `has_tools`: it was taught to call tools."""

    name: str
    has_tools: bool = False


@dataclass
class EngineInfo(Info):
    """Which models an engine has, which version of the protocol it speaks, its memory in bytes.

    `frees_memory`: whether it knows the event FREE_MEMORY.
    `chat_models` are all that can be asked for by name; `handle` has the one that answers if none is.
    """

    protocol: int = PROTOCOL
    memory: int | None = None
    frees_memory: bool = False
    chat_models: list[ChatModelInfo] = field(default_factory=list)

    def chat_model(self, name: str = "") -> ChatModelInfo | None:
        """The chat model of this name, or the one that answers if none is named; None if it is not there."""
        if not name:
            if not self.handle:
                return None
            name = self.handle[0].models[0].name
        named = (model for model in self.chat_models if model.name == name)
        return next(named, ChatModelInfo(name) if self._is_default(name) else None)

    def _is_default(self, name: str) -> bool:
        return bool(self.handle) and self.handle[0].models[0].name == name

    def event(self) -> Event:
        """The Wyoming event that tells all this."""
        event = super().event()
        event.data[_ENGINE] = {
            "protocol": self.protocol,
            "memory": self.memory,
            "frees_memory": self.frees_memory,
            "chat_models": [{"name": m.name, "tools": m.has_tools} for m in self.chat_models],
        }
        return event

    @staticmethod
    def from_event(event: Event) -> EngineInfo:
        """What an engine told, ours or any other that speaks Wyoming."""
        ours = event.data.get(_ENGINE, {})
        return EngineInfo(
            **vars(Info.from_event(event)),
            protocol=ours.get("protocol", 1),
            memory=ours.get("memory"),
            frees_memory=ours.get("frees_memory", False),
            chat_models=[ChatModelInfo(m["name"], m["tools"]) for m in ours.get("chat_models", ())],
        )


@dataclass(frozen=True)
class Step:
    """One Home Assistant intent. Names of things are as spoken, numbers are numbers."""

    intent: str
    slots: dict[str, SlotValue] = field(default_factory=dict)

    def __hash__(self) -> int:
        """Equal steps have equal hashes."""
        return hash((self.intent, frozenset(self.slots.items())))


@dataclass(frozen=True)
class Plan:
    """What an utterance asks for, in order. No steps: nothing that a home can do.

    `alternatives` are what else it could mean, if the model was not sure, likeliest first.
    """

    steps: tuple[Step, ...] = ()
    confidence: float = 0.0
    alternatives: tuple[Plan, ...] = ()

    @property
    def route(self) -> Route:
        """Who is to answer: the house acting, the house answering, or a chat model."""
        if not self.steps:
            return "chat"
        if all(step.intent in QUESTION_INTENTS for step in self.steps):
            return "question"
        return "command"

    def events(self, text: str) -> list[Event]:
        """The Wyoming events that carry this plan, an answer to `text`."""
        context: dict[str, Any] = {"confidence": round(self.confidence, 4), "route": self.route}
        if self.alternatives:
            context["alternatives"] = [plan._as_dict() for plan in self.alternatives]
        if not self.steps:
            return [NotRecognized(text="", context=context).event()]
        return [
            IntentsStart(context=context).event(),
            *(
                Intent(step.intent, [Entity(k, v) for k, v in step.slots.items()]).event()
                for step in self.steps
            ),
            IntentsStop().event(),
        ]

    def _as_dict(self) -> dict[str, Any]:
        steps = [{"intent": step.intent, "slots": step.slots} for step in self.steps]
        return {"confidence": round(self.confidence, 4), "steps": steps}

    @classmethod
    def _from_dict(cls, data: Mapping[str, Any]) -> Plan:
        steps = tuple(Step(str(step["intent"]), dict(step["slots"])) for step in data["steps"])
        return cls(steps, float(data["confidence"]))

    @classmethod
    def from_events(cls, events: Iterable[Event]) -> Plan:
        """The plan that `events` carry. Raises ProtocolError if they carry none."""
        steps: list[Step] = []
        confidence = 0.0
        alternatives: tuple[Plan, ...] = ()
        for event in events:
            if NotRecognized.is_type(event.type):
                context = NotRecognized.from_event(event).context or {}
                return cls((), *cls._from_context(context))
            if IntentsStart.is_type(event.type):
                confidence, alternatives = cls._from_context(
                    IntentsStart.from_event(event).context or {}
                )
            elif Intent.is_type(event.type):
                intent = Intent.from_event(event)
                slots = {e.name: e.value for e in intent.entities if e.value is not None}
                steps.append(Step(intent.name, slots))
            elif IntentsStop.is_type(event.type):
                return cls(tuple(steps), confidence, alternatives)
            else:
                raise ProtocolError(f"unexpected event {event.type!r} in a plan")
        raise ProtocolError("the plan ended early")

    @classmethod
    def _from_context(cls, context: Mapping[str, Any]) -> tuple[float, tuple[Plan, ...]]:
        alternatives = tuple(cls._from_dict(data) for data in context.get("alternatives", ()))
        return float(context.get("confidence", 0.0)), alternatives


@dataclass(frozen=True)
class ToolCall:
    """A tool that the chat model calls."""

    name: str
    arguments: Mapping[str, Any]

    def as_dict(self) -> dict[str, Any]:
        """As models write it."""
        return {"name": self.name, "arguments": dict(self.arguments)}


@dataclass(frozen=True)
class Message:
    """What somebody says in a conversation with the chat model, or a tool answers."""

    role: Role
    content: str
    tool_calls: Sequence[ToolCall] = ()

    def as_dict(self) -> dict[str, Any]:
        """As chat templates take it, and as it travels."""
        message: dict[str, Any] = {"role": self.role, "content": self.content}
        if self.tool_calls:
            message["tool_calls"] = [call.as_dict() for call in self.tool_calls]
        return message


@dataclass(frozen=True)
class Chat:
    """A conversation that the chat model is to go on with, in at most `max_tokens` tokens.

    Args:
        messages: what was said, the last by the user or a tool.
        max_tokens: at most so many are written.
        model: the name of the chat model; "" for the one that the engine was started with.
        tools: that the model may call, as OpenAI describes functions.
        choices: if there are any, the answer is one of them.
    """

    messages: Sequence[Message]
    max_tokens: int
    model: str = ""
    tools: Sequence[Mapping[str, Any]] = ()
    choices: Sequence[str] = ()

    def event(self) -> Event:
        """The Wyoming event that asks for an answer. Its text is what was said last."""
        context: dict[str, Any] = {
            "messages": [message.as_dict() for message in self.messages],
            "max_tokens": self.max_tokens,
        }
        wishes = {"model": self.model, "tools": self.tools, "choices": self.choices}
        context |= {name: wish for name, wish in wishes.items() if wish}
        return Transcript(self.messages[-1].content, context=context).event()

    @classmethod
    def from_transcript(cls, transcript: Transcript) -> Chat | None:
        """The conversation in `transcript`; None if it is a text to be understood.

        Raises KeyError, TypeError, ValueError if it is neither.
        """
        context = transcript.context or {}
        if "messages" not in context:
            return None
        messages = [_message(data) for data in context["messages"]]
        if not messages or messages[-1].role not in ("user", "tool"):
            raise ValueError("the last message is not the user's")
        if (max_tokens := int(context["max_tokens"])) < 1:
            raise ValueError("an answer has at least one token")
        tools = [dict(tool) for tool in context.get("tools", ())]
        choices = [str(choice) for choice in context.get("choices", ())]
        return cls(messages, max_tokens, str(context.get("model", "")), tools, choices)


def _message(data: Mapping[str, Any]) -> Message:
    role, content = data["role"], data["content"]
    if role not in ("system", "user", "assistant", "tool") or not isinstance(content, str):
        raise ValueError(f"no message: {role!r}")
    calls = [ToolCall(str(c["name"]), dict(c["arguments"])) for c in data.get("tool_calls", ())]
    return Message(role, content, calls)
