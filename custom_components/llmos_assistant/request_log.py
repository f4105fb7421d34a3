"""The last requests: what was heard, what it was taken for, what was done, how long that took.

In memory only. While it is private, it keeps no words, and nothing that would tell them.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import Any, Final

from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import intent
from homeassistant.util import dt as dt_util

from .engine.protocol import Plan
from .home.grounded import GroundedStep, Grounding

MAX_REQUESTS = 20  # of people; and as many of automations, which may ask every minute
HANDED_OVER: Final = "home_assistant"
"""The route of what was handed to Home Assistant's own agent."""


class Source(StrEnum):
    """What a request came by."""

    CONVERSATION = "conversation"
    ASK = "ask"  # the action, as automations call it
    AI_TASK = "ai_task"


class Stage(StrEnum):
    """What the time of a request is spent on."""

    SPEECH = "speech"  # from the end of the audio to its transcript
    UNDERSTAND = "understand"  # from the text to what it means in this home
    ACT = "act"  # doing it, or answering
    TOTAL = "total"  # from the end of the audio, or from the text, to the answer


@dataclass(eq=False)
class RequestRecord:
    """One request."""

    language: str
    text: str = ""
    source: Source = Source.CONVERSATION
    at: datetime = field(default_factory=dt_util.utcnow)
    audio_seconds: float | None = None  # None: it was written
    area_id: str | None = None
    route: str | None = None
    confidence: float | None = None
    plan: list[dict[str, Any]] = field(default_factory=list)
    grounding: list[dict[str, Any]] = field(default_factory=list)
    done: list[dict[str, Any]] = field(default_factory=list)
    answer: str = ""
    error: str = ""
    times: dict[Stage, int] = field(default_factory=dict)  # milliseconds

    def understood(self, plan: Plan, grounding: Grounding) -> None:
        """Note the plan, as spoken, and what became of it in this home."""
        self.route, self.confidence = plan.route, plan.confidence
        self.plan = [{"intent": step.intent, "slots": dict(step.slots)} for step in plan.steps]
        self.grounding = [_decision(step) for step in grounding.steps]

    def carried_out(self, step: GroundedStep, response: intent.IntentResponse) -> None:
        """Note a step that was tried, and what came of it."""
        self.done.append(
            {
                "intent": step.intent,
                "entities": [target.id for target in response.success_results if target.id],
                "failed": [target.id for target in response.failed_results if target.id],
                "error": response.error_code and str(response.error_code),
            }
        )

    @contextmanager
    def timed(self, *stages: Stage) -> Iterator[None]:
        """Add the time that something takes to `stages`."""
        start = time.monotonic()
        try:
            yield
        finally:
            self.add_time(time.monotonic() - start, *stages)

    def add_time(self, seconds: float, *stages: Stage) -> None:
        """Add so many seconds to each of `stages`."""
        for stage in stages:
            self.times[stage] = self.times.get(stage, 0) + round(seconds * 1000)

    def without_words(self) -> RequestRecord:
        """What may be kept of it where nothing said may be."""
        return RequestRecord(
            language=self.language,
            source=self.source,
            at=self.at,
            audio_seconds=self.audio_seconds,
            route=self.route,
            confidence=self.confidence,
            times=self.times,
        )

    def as_dict(self) -> dict[str, Any]:
        """All of it, as JSON takes it."""
        return {
            "at": self.at.isoformat(),
            "source": str(self.source),
            "audio_seconds": self.audio_seconds and round(self.audio_seconds, 2),
            "text": self.text,
            "language": self.language,
            "area": self.area_id,
            "route": self.route,
            "confidence": self.confidence,
            "plan": self.plan,
            "grounding": self.grounding,
            "done": self.done,
            "answer": self.answer,
            "error": self.error,
            "times": {str(stage): self.times[stage] for stage in Stage if stage in self.times},
        }


def _decision(step: GroundedStep) -> dict[str, Any]:
    """What a step was resolved to, or why it was refused or asked about."""
    decision: dict[str, Any] = {
        "intent": step.intent,
        "slots": dict(step.slots),
        "entities": list(step.entity_ids),
    }
    if not step.is_met:
        decision["condition_met"] = False
    if problem := step.problem:
        decision["problem"] = {
            "kind": str(problem.kind),
            "spoken": problem.spoken,
            "candidates": list(problem.candidates),
            "area": problem.area,
        }
    return decision


# What was heard last in this task, in which a pipeline also passes the transcript on.
_HEARD: ContextVar[tuple[str, RequestRecord] | None] = ContextVar("heard", default=None)


class RequestLog:
    """The last requests, and who wants to know of new ones."""

    def __init__(self, is_private: bool = False) -> None:
        """Nothing was asked yet."""
        self.is_private = is_private
        self.times: dict[Stage, int] = {}
        """How long the stages of a person's last request took, in milliseconds."""
        self._said: deque[RequestRecord] = deque(maxlen=MAX_REQUESTS)
        self._automated: deque[RequestRecord] = deque(maxlen=MAX_REQUESTS)
        self._listeners: list[Callable[[], None]] = []

    @property
    def records(self) -> list[RequestRecord]:
        """The requests, the last one first."""
        return sorted([*self._said, *self._automated], key=lambda r: r.at, reverse=True)

    def set_private(self, is_private: bool) -> None:
        """Forget all requests and keep no more words, or keep them again."""
        self.is_private = is_private
        if is_private:
            self._said.clear()
            self._automated.clear()

    def listen(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call `listener` after each request, until what this returns is called."""
        self._listeners.append(listener)
        return partial(self._listeners.remove, listener)

    @contextmanager
    def hearing(self, language: str) -> Iterator[RequestRecord]:
        """The record of something that is being heard. Kept when that ends."""
        record = RequestRecord(language, audio_seconds=0.0)
        with self._kept(record) as kept:
            yield kept
        _HEARD.set((record.text, self._said[-1]))

    @contextmanager
    def answering(self, text: str, language: str) -> Iterator[RequestRecord]:
        """The record of a text that is being answered; of what was heard, if it came of that.

        Kept when that ends.
        """
        heard, record = _HEARD.get() or ("", None)
        _HEARD.set(None)
        if record and heard == text:
            if record in self._said:
                self._said.remove(record)
            record.text = text
        else:
            record = RequestRecord(language, text)
        with self._kept(record), record.timed(Stage.TOTAL):
            yield record

    @contextmanager
    def asked(self, source: Source, text: str, language: str) -> Iterator[RequestRecord]:
        """The record of what an automation asks. Kept when that ends."""
        record = RequestRecord(language, text, source)
        with self._kept(record), record.timed(Stage.TOTAL):
            yield record

    @contextmanager
    def _kept(self, record: RequestRecord) -> Iterator[RequestRecord]:
        try:
            yield record
        except Exception as err:
            key = err.translation_key if isinstance(err, HomeAssistantError) else None
            record.error = record.error or key or repr(err)
            raise
        finally:
            is_said = record.source is Source.CONVERSATION
            records = self._said if is_said else self._automated
            records.append(record.without_words() if self.is_private else record)
            if is_said:
                self.times = record.times
            for listener in list(self._listeners):
                listener()
