"""Home Assistant's side of the Wyoming protocol: what an engine can be asked."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Protocol

from wyoming.asr import Transcribe, Transcript
from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.client import AsyncClient
from wyoming.error import Error
from wyoming.event import Event
from wyoming.handle import HandledChunk, HandledStop
from wyoming.info import Describe, Info
from wyoming.intent import Intent, IntentsStart, Recognize

from .engine.protocol import FREE_MEMORY, Chat, EngineInfo, Plan, ProtocolError
from .health import Health

CONNECT_TIMEOUT = 5.0  # seconds
INFO_TIMEOUT = 10.0
UNDERSTAND_TIMEOUT = 15.0
FREE_MEMORY_TIMEOUT = 60.0  # it waits for what is being answered
TRANSCRIBE_TIMEOUT = 60.0  # after the last of the audio; a slow hub needs a few seconds
CHAT_TIMEOUT = 120.0  # between two pieces of an answer; the first waits for the model to load

_RATE, _WIDTH, _CHANNELS = 16_000, 2, 1


class EngineError(Exception):
    """The engine could not do what it was asked.

    Args:
        message: in English, for logs.
        key: which of the errors it is, for who words them in other languages.
        code: what the engine calls it.
        details: what words in another language need beside.
    """

    def __init__(
        self, message: str, key: str = "engine_said", code: str | None = None, **details: str
    ) -> None:
        super().__init__(message)
        self.key = key
        self.code = code
        self.details = details or {"reason": message.rstrip(".")}


class EngineUnavailable(EngineError):
    """There is no engine to talk to, or there was one and it has gone."""


class Engine(Protocol):
    """An engine, wherever it runs. Every method raises EngineError."""

    health: Health

    async def info(self) -> EngineInfo:
        """Which models the engine has, and how much memory it occupies."""

    async def transcribe(
        self, audio: AsyncIterable[bytes], language: str, names: Sequence[str] = ()
    ) -> str:
        """What is said in 16 kHz 16-bit mono PCM, where `names` are likely; "" if nothing."""

    async def understand(self, text: str, language: str) -> Plan:
        """What a text asks for."""

    def chat(self, chat: Chat) -> AsyncGenerator[str]:
        """The chat model's answer in pieces, as they come. Close it to end an answer early."""

    def log_excerpt(self) -> str:
        """The last lines that the engine logged here; "" if it runs elsewhere."""

    async def async_rest(self) -> None:
        """Free the engine's memory until the next request, which takes longer."""

    async def async_use(self, speech_model: str, chat_model: str) -> None:
        """Use these models from now on, as they are on the disk now."""

    async def async_stop(self) -> None:
        """End what was started for this engine, for good."""


class EngineClient:
    """An engine that somebody else runs, at a tcp:// or unix:// address.

    Opens a connection for each request: they cost less than a millisecond, and nothing
    has to be noticed and repaired when the other side has restarted.
    """

    def __init__(self, uri: str) -> None:
        self.uri = uri
        self.health = Health()

    async def info(self, timeout: float = INFO_TIMEOUT) -> EngineInfo:
        """Which models the engine has, and how much memory it occupies."""
        return await self._info_after(Describe().event(), timeout)

    async def async_rest(self) -> None:
        """Have the engine unload its models until the next request."""
        await self._info_after(Event(FREE_MEMORY), FREE_MEMORY_TIMEOUT)

    async def _info_after(self, event: Event, timeout: float) -> EngineInfo:
        """What the engine tells of itself in answer to `event`."""
        async with self._connection() as client, _deadline(timeout):
            await client.write_event(event)
            while not Info.is_type((answer := await _read(client)).type):
                pass
            return EngineInfo.from_event(answer)

    async def understand(self, text: str, language: str) -> Plan:
        """What a text asks for."""
        async with self._connection() as client, _deadline(UNDERSTAND_TIMEOUT):
            await client.write_event(Recognize(text, {"language": language}).event())
            events = [await _read(client)]
            while IntentsStart.is_type(events[-1].type) or Intent.is_type(events[-1].type):
                events.append(await _read(client))
        try:
            return Plan.from_events(events)
        except ProtocolError as err:
            reason = str(err)
            raise EngineError(
                f"The engine gave no answer: {reason}", "engine_no_answer", reason=reason
            ) from err

    async def transcribe(
        self, audio: AsyncIterable[bytes], language: str, names: Sequence[str] = ()
    ) -> str:
        """What is said in 16 kHz 16-bit mono PCM, where `names` are likely; "" if nothing.

        Sends while `audio` comes in. An answer before the audio's end, which is an error, ends
        the request at once.
        """
        async with self._connection() as client:
            sending = asyncio.create_task(_send_audio(client, audio, language, names))
            receiving = asyncio.create_task(_receive_transcript(client))
            try:
                await asyncio.wait((sending, receiving), return_when=asyncio.FIRST_COMPLETED)
                if not receiving.done():
                    await sending
                async with _deadline(TRANSCRIBE_TIMEOUT):
                    return await receiving
            finally:
                sending.cancel()
                receiving.cancel()
                await asyncio.gather(sending, receiving, return_exceptions=True)

    async def chat(self, chat: Chat) -> AsyncGenerator[str]:
        """The chat model's answer in pieces, as they come. Close it to end an answer early."""
        async with self._connection() as client:
            await client.write_event(chat.event())
            while True:
                async with _deadline(CHAT_TIMEOUT):
                    event = await _read(client)
                if HandledStop.is_type(event.type):
                    return
                if HandledChunk.is_type(event.type):
                    yield HandledChunk.from_event(event).text

    def log_excerpt(self) -> str:
        """Not known: whoever runs the engine has its log."""
        return ""

    async def async_use(self, speech_model: str, chat_model: str) -> None:
        """Nothing to do: its models are chosen where it runs."""

    async def async_stop(self) -> None:
        """Nothing was started."""

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[AsyncClient]:
        """A connection to the engine. Raises EngineUnavailable."""
        client = AsyncClient.from_uri(self.uri, connect_timeout=CONNECT_TIMEOUT)
        try:
            await client.connect()
        except (OSError, TimeoutError) as err:
            message = f"No engine answers at {self.uri}"
            raise self._failed(message, "engine_away", uri=self.uri) from err
        try:
            yield client
            self.health.note_answer()
        except (OSError, EOFError) as err:
            message = "The engine stopped in the middle of its work"
            raise self._failed(message, "engine_gone") from err
        finally:
            with suppress(OSError):
                await client.disconnect()

    def _failed(self, message: str, key: str, **details: str) -> EngineUnavailable:
        """The error to raise after this failure, which is noted."""
        error = EngineUnavailable(message, key, **details)
        self.health.note_failure(error)
        return error


@asynccontextmanager
async def _deadline(seconds: float) -> AsyncIterator[None]:
    """Bound the time of an answer. Raises EngineError."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError as err:
        raise EngineError(
            f"The engine did not answer within {seconds:.0f} seconds",
            "engine_slow",
            seconds=f"{seconds:.0f}",
        ) from err


async def _read(client: AsyncClient) -> Event:
    """The engine's next event. Raises EngineError if it is an error, EOFError if there is none."""
    event = await client.read_event()
    if event is None:
        raise EOFError
    if Error.is_type(event.type):
        error = Error.from_event(event)
        raise EngineError(error.text, code=error.code)
    return event


async def _send_audio(
    client: AsyncClient, audio: AsyncIterable[bytes], language: str, names: Sequence[str]
) -> None:
    await client.write_event(Transcribe(language=language, transcript_names=list(names)).event())
    await client.write_event(AudioStart(_RATE, _WIDTH, _CHANNELS).event())
    async for chunk in audio:
        await client.write_event(AudioChunk(_RATE, _WIDTH, _CHANNELS, chunk).event())
    await client.write_event(AudioStop().event())


async def _receive_transcript(client: AsyncClient) -> str:
    while not Transcript.is_type((event := await _read(client)).type):
        pass
    return Transcript.from_event(event).text
