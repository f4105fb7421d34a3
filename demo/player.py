"""Say recordings to an Assist pipeline and watch what the home does."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .client import Client, DemoError, Message
from .recordings import RATE, Recording
from .satellite import Satellite

DOMAIN = "llmos_assistant"

_CHUNK_BYTES = RATE * 2 // 10  # a tenth of a second
_REPLY_TIMEOUT_S = 60
_SETTLE_TIMEOUT_S = 20
_QUIET_S = 0.3
_MOVING = frozenset({"closing", "locking", "opening", "unlocking"})
_ATTRIBUTES = (
    "brightness",
    "color_temp_kelvin",
    "current_position",
    "fan_speed",
    "is_volume_muted",
    "media_title",
    "percentage",
    "rgb_color",
    "temperature",
    "volume_level",
)


@dataclass(frozen=True)
class Change:
    """What became of an entity: what was and is, of its state and the attributes that matter."""

    entity_id: str
    before: dict[str, Any]
    after: dict[str, Any]


@dataclass(frozen=True)
class Times:
    """Milliseconds of a request's stages, after the last word was sent."""

    stt: float
    understand: float
    act: float
    total: float


@dataclass(frozen=True)
class Outcome:
    """What came of one recording. No transcript: nothing was heard."""

    transcript: str
    intents: list[Message]
    changes: list[Change]
    answer: str
    ms: Times


async def find_pipeline(client: Client, entry_id: str) -> str:
    """The id of the pipeline that the integration has made. Raises DemoError."""
    entities = {
        entity["entity_id"]
        for entity in await client.call("config/entity_registry/list")
        if entity["config_entry_id"] == entry_id
    }
    for pipeline in (await client.call("assist_pipeline/pipeline/list"))["pipelines"]:
        if {pipeline["conversation_engine"], pipeline["stt_engine"]} <= entities:
            pipeline_id: str = pipeline["id"]
            return pipeline_id
    raise DemoError("The integration has not made an Assist pipeline")


class Player:
    """Says recordings in the satellite's name, one at a time."""

    def __init__(
        self, client: Client, pipeline_id: str, satellite: Satellite, device_id: str
    ) -> None:
        self._client = client
        self._pipeline_id = pipeline_id
        self._satellite = satellite
        self._device_id = device_id
        self._states: dict[str, Message] = {}
        self._exposed: frozenset[str] = frozenset()
        self._last_change = 0.0

    async def start(self) -> None:
        """Begin to watch the exposed entities. Raises DemoError."""
        exposed = await self._client.call("homeassistant/expose_entity/list")
        self._exposed = frozenset(
            entity_id
            for entity_id, assistants in exposed["exposed_entities"].items()
            if assistants.get("conversation")
        )
        await self._client.listen(
            self._on_state_changed, "subscribe_events", event_type="state_changed"
        )
        for state in await self._client.call("get_states"):
            if state["entity_id"] in self._exposed:
                self._states[state["entity_id"]] = state
        await self._settle()

    def _on_state_changed(self, event: Message) -> None:
        entity_id = event["data"]["entity_id"]
        if entity_id in self._exposed and (state := event["data"]["new_state"]):
            self._states[entity_id] = state
            self._last_change = time.monotonic()

    async def play(self, recording: Recording) -> Outcome:
        """Say one recording. Raises DemoError if the pipeline does not answer."""
        before = await self._look()
        timers = len(self._satellite.timers)
        events = await self._run_pipeline(recording.pcm)
        await self._settle()
        changes = [
            change
            for entity_id, now in sorted((await self._look()).items())
            if (change := _change(entity_id, before.get(entity_id, {}), now))
        ]
        changes += [
            Change("timer", {}, {"state": "started", "seconds": seconds})
            for seconds in self._satellite.timers[timers:]
        ]
        return await self._outcome(events, changes)

    async def _look(self) -> dict[str, dict[str, Any]]:
        """What matters of each exposed entity, by its id. Raises DemoError."""
        seen = {entity_id: _notable(state) for entity_id, state in self._states.items()}
        for entity_id, notable in seen.items():
            if entity_id.startswith("todo."):
                todo = await self._client.call("todo/item/list", entity_id=entity_id)
                notable["items"] = [item["summary"] for item in todo["items"]]
        return seen

    async def _run_pipeline(self, pcm: bytes) -> dict[str, Message]:
        """The events of a pipeline run, by type. Raises DemoError."""
        try:
            async with (
                asyncio.timeout(_REPLY_TIMEOUT_S),
                self._client.events(
                    "assist_pipeline/run",
                    start_stage="stt",
                    end_stage="intent",
                    input={"sample_rate": RATE},
                    pipeline=self._pipeline_id,
                    device_id=self._device_id,
                ) as events,
            ):
                return await self._follow(events, pcm)
        except TimeoutError as err:
            raise DemoError(f"No answer within {_REPLY_TIMEOUT_S} seconds") from err

    async def _follow(self, events: asyncio.Queue[Message], pcm: bytes) -> dict[str, Message]:
        """Send the audio when the pipeline listens, and collect its events until it ends."""
        seen: dict[str, Message] = {}
        while "run-end" not in seen:
            event = await events.get()
            seen[event["type"]] = event
            if event["type"] == "stt-start":
                runner = seen["run-start"]["data"]["runner_data"]
                handler_id = runner["stt_binary_handler_id"]
                for start in range(0, len(pcm), _CHUNK_BYTES):
                    await self._client.send_audio(handler_id, pcm[start : start + _CHUNK_BYTES])
                await self._client.send_audio(handler_id, b"")
        return seen

    async def _settle(self) -> None:
        """Wait until nothing in the home moves any more."""
        deadline = time.monotonic() + _SETTLE_TIMEOUT_S
        self._last_change = time.monotonic()
        while time.monotonic() < deadline:
            await asyncio.sleep(_QUIET_S / 3)
            moving = any(state["state"] in _MOVING for state in self._states.values())
            if not moving and time.monotonic() - self._last_change > _QUIET_S:
                return

    async def _outcome(self, events: Mapping[str, Message], changes: list[Change]) -> Outcome:
        started = _time(events["stt-start"])
        if error := events.get("error"):
            failed = (_time(error) - started) * 1000
            return Outcome(
                transcript="",
                intents=[],
                changes=changes,
                answer=error["data"]["message"],
                ms=Times(stt=failed, understand=0, act=0, total=failed),
            )
        output = events["intent-end"]["data"]["intent_output"]
        calls = await self._intents(output["conversation_id"])
        heard, asked, done = (_time(events[k]) for k in ("stt-end", "intent-start", "intent-end"))
        acting = min((called for called, _ in calls), default=done)
        return Outcome(
            transcript=events["stt-end"]["data"]["stt_output"]["text"],
            intents=[call for _, call in calls],
            changes=changes,
            answer=output["response"]["speech"].get("plain", {}).get("speech", ""),
            ms=Times(
                stt=(heard - started) * 1000,
                understand=(acting - asked) * 1000,
                act=(done - acting) * 1000,
                total=(done - started) * 1000,
            ),
        )

    async def _intents(self, conversation_id: str) -> list[tuple[float, Message]]:
        """The intents that a conversation's chat log has, each with the time it was called."""
        async with self._client.events(
            "conversation/chat_log/subscribe", conversation_id=conversation_id
        ) as events:
            chat_log = (await events.get())["data"]
        return [
            (
                datetime.fromisoformat(content["created"]).timestamp(),
                {"intent": call["tool_name"], "slots": call["tool_args"]},
            )
            for content in chat_log["content"]
            for call in content.get("tool_calls") or ()
        ]


def _time(event: Message) -> float:
    """When a pipeline event was, in seconds."""
    return datetime.fromisoformat(event["timestamp"]).timestamp()


def _notable(state: Message) -> dict[str, Any]:
    attributes = state["attributes"]
    return {"state": state["state"]} | {
        name: attributes[name] for name in _ATTRIBUTES if attributes.get(name) is not None
    }


def _change(entity_id: str, before: dict[str, Any], after: dict[str, Any]) -> Change | None:
    """What differs between two states of an entity, None if nothing does."""
    different = {name for name in before | after if before.get(name) != after.get(name)}
    if not different:
        return None
    return Change(
        entity_id,
        {name: value for name, value in before.items() if name in different},
        {name: value for name, value in after.items() if name in different},
    )
