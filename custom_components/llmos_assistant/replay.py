"""Audio that can be sent a second time, for when the engine dies with the first."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterable


class ReplayableAudio:
    """A stream of audio that each iteration starts anew. Keeps what it has read.

    Ending an iteration does not end the stream, as it would with a generator. One iteration
    at a time.
    """

    def __init__(self, audio: AsyncIterable[bytes]) -> None:
        self._source = aiter(audio)
        self._heard: list[bytes] = []
        self._next: asyncio.Task[bytes | None] | None = None

    async def __aiter__(self) -> AsyncGenerator[bytes]:
        for heard in self._heard:
            yield heard
        while True:
            if self._next is None:
                self._next = asyncio.create_task(self._read())
            # Shielded: a cancelled read would end a generator, and with it the stream.
            chunk = await asyncio.shield(self._next)
            if chunk is None:
                return
            self._next = None
            self._heard.append(chunk)
            yield chunk

    async def _read(self) -> bytes | None:
        return await anext(self._source, None)

    async def aclose(self) -> None:
        """Stop reading, when nobody will iterate again."""
        if self._next:
            self._next.cancel()
            await asyncio.gather(self._next, return_exceptions=True)
