"""An engine whose answers a test chooses: a real Wyoming server without models."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from wyoming.asr import Transcribe, Transcript
from wyoming.audio import AudioChunk, AudioStop
from wyoming.error import Error
from wyoming.event import Event
from wyoming.handle import HandledChunk, HandledStart, HandledStop
from wyoming.info import (
    AsrModel,
    AsrProgram,
    Attribution,
    Describe,
    HandleModel,
    HandleProgram,
    IntentModel,
    IntentProgram,
)
from wyoming.intent import Recognize
from wyoming.server import AsyncEventHandler, AsyncTcpServer

from custom_components.llmos_assistant.engine.protocol import (
    FREE_MEMORY,
    PROTOCOL,
    Chat,
    ChatModelInfo,
    EngineInfo,
    Plan,
    Step,
)

_SOMEBODY = Attribution("somebody", "https://example.com")
_ARTIFACT: dict[str, Any] = {
    "name": "scripted",
    "attribution": _SOMEBODY,
    "installed": True,
    "description": None,
    "version": None,
}


@dataclass
class ScriptedEngine:
    """What the server answers, and what it was asked."""

    plans: dict[str, Plan] = field(default_factory=dict)
    transcript: str = ""
    chat: list[str] | None = None  # what the chat model says, one answer after the other
    chat_models: list[ChatModelInfo] = field(default_factory=list)
    error: str = ""
    chat_error: str = ""
    has_speech: bool = True
    speech_languages: list[str] = field(default_factory=lambda: ["en"])
    protocol: int = PROTOCOL
    memory: int | None = 2**28
    frees_memory: bool = True
    port: int = 0
    looks: int = 0  # at what it has
    asked: list[str] = field(default_factory=list)
    chats: list[Chat] = field(default_factory=list)
    heard: int = 0  # bytes of audio
    names: list[str] = field(default_factory=list)  # that it should listen for

    def plan(self, text: str, *steps: Step, confidence: float = 0.9) -> None:
        """Answer `text` with these steps."""
        self.plans[text] = Plan(steps, confidence)

    def answer(self, event: Event) -> Iterable[Event]:
        """The events that answer `event`."""
        if event.type == FREE_MEMORY and self.frees_memory:
            self.memory = 2**26
            return [self._info().event()]
        if Describe.is_type(event.type):
            self.looks += 1
            return [self._info().event()]
        if Transcribe.is_type(event.type):
            self.names = Transcribe.from_event(event).transcript_names or []
        elif AudioChunk.is_type(event.type):
            self.heard += len(AudioChunk.from_event(event).audio)
        elif AudioStop.is_type(event.type):
            return [self._error() or Transcript(self.transcript).event()]
        elif Transcript.is_type(event.type):
            if error := self._error():
                return [error]
            return self._go_on(Transcript.from_event(event))
        elif Recognize.is_type(event.type):
            text = Recognize.from_event(event).text
            self.asked.append(text)
            if error := self._error():
                return [error]
            return self.plans.get(text, Plan()).events(text)
        return []

    def _go_on(self, transcript: Transcript) -> Iterable[Event]:
        chat = Chat.from_transcript(transcript)
        assert chat is not None
        assert self.chat is not None
        if self.chat_error:
            return [Error(self.chat_error).event()]
        self.chats.append(chat)
        words = self.chat.pop(0).split(" ")
        pieces = [HandledChunk(word if n == 0 else f" {word}") for n, word in enumerate(words)]
        return [e.event() for e in (HandledStart(), *pieces, HandledStop())]

    def _error(self) -> Event | None:
        return Error(self.error).event() if self.error else None

    def _info(self) -> EngineInfo:
        asr = AsrProgram(
            **_ARTIFACT, models=[AsrModel(**_ARTIFACT, languages=self.speech_languages)]
        )
        intent = IntentProgram(**_ARTIFACT, models=[IntentModel(**_ARTIFACT, languages=["en"])])
        handle = HandleProgram(**_ARTIFACT, models=[HandleModel(**_ARTIFACT, languages=["en"])])
        return EngineInfo(
            asr=[asr] if self.has_speech else [],
            intent=[intent],
            handle=[] if self.chat is None else [handle],
            protocol=self.protocol,
            memory=self.memory,
            frees_memory=self.frees_memory,
            chat_models=self.chat_models,
        )


class _Handler(AsyncEventHandler):
    def __init__(
        self,
        engine: ScriptedEngine,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        super().__init__(reader, writer)
        self._engine = engine

    async def run(self) -> None:
        with suppress(ConnectionError):  # the client went: Home Assistant stops
            await super().run()

    async def handle_event(self, event: Event) -> bool:
        for part in self._engine.answer(event):
            await self.write_event(part)
        return True


@asynccontextmanager
async def serving(engine: ScriptedEngine, port: int = 0) -> AsyncIterator[None]:
    """Serve `engine` on this port, or a free one that it then names."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        engine.port = port or free.getsockname()[1]
    server = AsyncTcpServer("127.0.0.1", engine.port)
    await server.start(partial(_Handler, engine))
    try:
        yield
    finally:
        await server.stop()
