"""The engine's side of a Wyoming connection."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from contextlib import aclosing

from wyoming.asr import Transcribe, Transcript, TranscriptChunk, TranscriptStart, TranscriptStop
from wyoming.audio import AudioChunk, AudioChunkConverter, AudioStart, AudioStop
from wyoming.error import Error
from wyoming.event import Event
from wyoming.handle import HandledChunk, HandledStart, HandledStop
from wyoming.info import Describe
from wyoming.intent import NotRecognized, Recognize
from wyoming.ping import Ping, Pong
from wyoming.server import AsyncEventHandler

from .errors import RequestError
from .listening import Listening
from .models import Models
from .protocol import FREE_MEMORY, Chat

_LOGGER = logging.getLogger(__name__)

MAX_TEXT_LENGTH = 500  # characters
MAX_AUDIO_SECONDS = 60
MAX_NAMES = 1000  # of which the likeliest are listened for

_RATE = 16_000  # Hz
_WIDTH = 2  # bytes
_MAX_AUDIO = MAX_AUDIO_SECONDS * _RATE * _WIDTH  # bytes


class EngineHandler(AsyncEventHandler):
    """One client. It may ask as often as it likes, one request after the other."""

    def __init__(
        self, models: Models, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        super().__init__(reader, writer)
        self._models = models
        self._transcribe = Transcribe()
        self._listening: Listening | None = None
        self._start_audio()

    async def run(self) -> None:
        """Serve until the client goes."""
        try:
            await super().run()
        except (OSError, EOFError) as err:
            _LOGGER.debug("A client went in the middle of an event: %s", err)
        except Exception as err:  # noqa: BLE001 - bytes from outside, decoded by the library
            _LOGGER.warning("Dropped a client that does not speak Wyoming: %r", err)

    async def disconnect(self) -> None:
        """Forget the audio of a client that has gone."""
        self._start_audio()

    async def handle_event(self, event: Event) -> bool:
        """Answer an event. The connection survives whatever is wrong with the request."""
        try:
            answer = await self._answer(event)
        except ConnectionError:
            raise  # the client went while it was answered
        except RequestError as err:
            answer = [Error(str(err), err.code).event()]
        except (KeyError, TypeError, ValueError) as err:
            _LOGGER.warning("A client sent a broken '%s' event: %r", event.type, err)
            answer = [Error(f"The '{event.type}' event is broken.", "bad-request").event()]
        except Exception as err:  # noqa: BLE001 - native code may raise anything
            _LOGGER.error("Cannot answer a '%s' event: %r", event.type, err)
            answer = [Error(f"The engine failed: {err}", "failed").event()]
        for part in answer:
            await self.write_event(part)
        return True

    async def _answer(self, event: Event) -> Iterable[Event]:
        """The events that answer `event`; none if it needs no answer."""
        if AudioChunk.is_type(event.type):
            self._add_audio(AudioChunk.from_event(event))
        elif Transcribe.is_type(event.type):
            self._transcribe = Transcribe.from_event(event)
            self._models.check_speech(self._transcribe.language)
        elif AudioStart.is_type(event.type):
            self._start_audio()
        elif AudioStop.is_type(event.type):
            await self._end_audio()
        elif Recognize.is_type(event.type):
            recognize = Recognize.from_event(event)
            return await self._understand(recognize.text, (recognize.context or {}).get("language"))
        elif Transcript.is_type(event.type):
            transcript = Transcript.from_event(event)
            if chat := Chat.from_transcript(transcript):
                await self._chat(chat)
                return []
            # What Home Assistant's own Wyoming integration sends to be understood.
            return await self._understand(transcript.text, transcript.language)
        elif event.type == FREE_MEMORY:
            await self._models.free_memory()
            return [self._models.info().event()]
        elif Describe.is_type(event.type):
            return [self._models.info().event()]
        elif Ping.is_type(event.type):
            return [Pong(Ping.from_event(event).text).event()]
        return []

    def _start_audio(self) -> None:
        if self._listening:
            self._listening.cancel()
        self._listening = None
        self._told: str | None = None  # of the transcript so far
        self._converter = AudioChunkConverter(rate=_RATE, width=_WIDTH, channels=1)

    def _add_audio(self, chunk: AudioChunk) -> None:
        """Hear a chunk as 16 kHz 16-bit mono, up to the bound."""
        listening = self._listening = self._listening or Listening(
            self._models, self._transcribe.language, self._names(), self._tell
        )
        left = _MAX_AUDIO - listening.size
        if left <= 0:
            return
        pcm = self._converter.convert(chunk).audio
        listening.add(pcm[:left])
        if len(pcm) > left:
            _LOGGER.warning("Only the first %s seconds of audio are heard", MAX_AUDIO_SECONDS)

    def _names(self) -> list[str]:
        """The names that the client expects to be said."""
        names = self._transcribe.transcript_names or []
        return [name for name in names if isinstance(name, str)][:MAX_NAMES]

    async def _end_audio(self) -> None:
        """Write the transcript: in pieces, and whole for clients that know no pieces."""
        listening, self._listening = self._listening, None
        try:
            text = await listening.transcript() if listening else ""
            await self._tell(text)
            await self.write_event(Transcript(text, language=self._transcribe.language).event())
            await self.write_event(TranscriptStop().event())
        finally:
            self._start_audio()

    async def _tell(self, text: str) -> None:
        """Write what is new in a transcript. Where it has changed its mind, only the end tells."""
        if self._told is None:
            self._told = ""
            await self.write_event(TranscriptStart(language=self._transcribe.language).event())
        if text.startswith(self._told) and text != self._told:
            new, self._told = text.removeprefix(self._told), text
            await self.write_event(TranscriptChunk(new).event())

    async def _understand(self, text: str, language: str | None) -> list[Event]:
        if not isinstance(text, str):
            raise TypeError("text is no string")
        if len(text) > MAX_TEXT_LENGTH:
            reason = f"That is too long: at most {MAX_TEXT_LENGTH} characters can be understood."
            return [NotRecognized(reason, {"confidence": 0.0, "route": "chat"}).event()]
        return (await self._models.understand(text, language)).events(text)

    async def _chat(self, chat: Chat) -> None:
        """Write the answer while it comes into being. A client that has gone needs none."""
        answer = self._models.chat(chat, lambda: not self.reader.at_eof())
        await self.write_event(HandledStart().event())
        async with aclosing(answer) as pieces:
            async for piece in pieces:
                await self.write_event(HandledChunk(piece).event())
        await self.write_event(HandledStop().event())
