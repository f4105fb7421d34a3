"""Audio as it comes in, transcribed already in the pauses of the speaker.

Home Assistant ends an utterance when nobody has spoken for most of a second. What was said by then is
transcribed meanwhile: if nothing but silence follows, the transcript is there when the audio ends.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from .errors import RequestError

if TYPE_CHECKING:
    from .models import Models

_BYTES_PER_SECOND = 16_000 * 2

_LOOK_EVERY = 0.2  # seconds of audio
_LOOK_UNTIL = 15.0  # seconds of audio; looking costs more the longer it is
_PAUSE = 0.35  # seconds without speech after which it is worth to begin
_LIVE = 0.7  # of its own length must have passed while the audio came, or it is a recording
_SAME_END = 0.1  # seconds by which the end of the same word may differ


class Listening:
    """One utterance.

    Args:
        models: what transcribes it.
        language: its language; None for the engine's.
        names: what is likely to be named.
        tell: told in a pause what was said so far.
    """

    def __init__(
        self,
        models: Models,
        language: str | None,
        names: Sequence[str],
        tell: Callable[[str], Awaitable[None]] | None = None,
    ) -> None:
        self._models = models
        self._language = language
        self._names = names
        self._tell = tell
        self._audio = bytearray()
        self._started = time.monotonic()
        self._looked = 0.0  # seconds of audio
        self._look: asyncio.Task[None] | None = None
        self._early: tuple[float, str] | None = None  # the end of the last word, the transcript

    @property
    def size(self) -> int:
        """How much audio there is, in bytes."""
        return len(self._audio)

    def add(self, pcm: bytes) -> None:
        """More 16 kHz 16-bit mono PCM."""
        self._audio += pcm
        seconds = len(self._audio) / _BYTES_PER_SECOND
        is_due = self._looked + _LOOK_EVERY <= seconds <= _LOOK_UNTIL
        is_live = time.monotonic() - self._started >= _LIVE * seconds
        if is_due and is_live and (self._look is None or self._look.done()):
            self._looked = seconds
            self._look = asyncio.create_task(self._transcribe_in_pause(bytes(self._audio)))

    async def transcript(self) -> str:
        """What is said in all of it; "" if nothing. Raises RequestError."""
        if self._look:
            await self._look
        pcm = bytes(self._audio)
        if self._early:
            end = await self._models.end_of_speech(pcm)
            if end is not None and abs(end - self._early[0]) < _SAME_END:
                return self._early[1]
        return await self._models.transcribe(pcm, self._language, self._names)

    def cancel(self) -> None:
        """Nobody waits for it any more."""
        if self._look:
            self._look.cancel()

    async def _transcribe_in_pause(self, pcm: bytes) -> None:
        """Transcribe what there is, if somebody has spoken and pauses."""
        with suppress(RequestError):  # it is raised again when the transcript is asked for
            end = await self._models.end_of_speech(pcm)
            if end is None or len(pcm) / _BYTES_PER_SECOND - end < _PAUSE:
                return
            if self._early and abs(end - self._early[0]) < _SAME_END:
                return
            text = await self._models.transcribe(pcm, self._language, self._names)
            self._early = end, text
            # How a sentence ends is not known before it has ended.
            if self._tell and (words := text.rstrip(" .,;:?!…")):
                with suppress(ConnectionError):  # who has gone is noticed when the audio ends
                    await self._tell(words)
