"""What the engine and its clients tell each other, as dataclasses over Wyoming events.

A plan travels as `intents-start`, one `intent` a step, `intents-stop`; a text that holds no
command or question about the home travels as `not-recognized`. Confidence is in their context.
What an engine is travels as `info`, with an entry of our own for what Wyoming has no words for.
A conversation for the chat model travels as a `transcript` whose context holds its messages; the
answer as `handled-start`, one `handled-chunk` a piece, `handled-stop`.
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
type Role = Literal["system", "user", "assistant"]

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


@dataclass
class EngineInfo(Info):
    """Which models an engine has, which version of the protocol it speaks, its memory in bytes.

    `frees_memory`: whether it knows the event FREE_MEMORY.
    """

    protocol: int = PROTOCOL
    memory: int | None = None
    frees_memory: bool = False

    def event(self) -> Event:
        """The Wyoming event that tells all this."""
        event = super().event()
        event.data[_ENGINE] = {
            "protocol": self.protocol,
            "memory": self.memory,
            "frees_memory": self.frees_memory,
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
class Message:
    """What somebody says in a conversation with the chat model."""

    role: Role
    content: str


@dataclass(frozen=True)
class Chat:
    """A conversation that the chat model is to go on with, in at most `max_tokens` tokens."""

    messages: Sequence[Message]
    max_tokens: int

    def event(self) -> Event:
        """The Wyoming event that asks for an answer. Its text is what was said last."""
        messages = [{"role": m.role, "content": m.content} for m in self.messages]
        context = {"messages": messages, "max_tokens": self.max_tokens}
        return Transcript(self.messages[-1].content, context=context).event()

    @classmethod
    def from_transcript(cls, transcript: Transcript) -> Chat | None:
        """The conversation in `transcript`; None if it is a text to be understood.

        Raises KeyError, TypeError, ValueError if it is neither.
        """
        context = transcript.context or {}
        if "messages" not in context:
            return None
        messages = [_message(data["role"], data["content"]) for data in context["messages"]]
        if not messages or messages[-1].role != "user":
            raise ValueError("the last message is not the user's")
        if (max_tokens := int(context["max_tokens"])) < 1:
            raise ValueError("an answer has at least one token")
        return cls(messages, max_tokens)


def _message(role: Any, content: Any) -> Message:
    if role not in ("system", "user", "assistant") or not isinstance(content, str):
        raise ValueError(f"no message: {role!r}")
    return Message(role, content)
